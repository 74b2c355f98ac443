"""The way to a host over SSH, up to a session that was let in: dial, verify the host key, wait at the gate, log in.

paramiko's time-outs are for each read; so a watchdog closes everything when the total time is over, and everything
that was open is always closed.
"""

from __future__ import annotations

import contextlib
import logging
import socket
import threading
import time
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from nis2scan.errors import Reason, TransportError
from nis2scan.model import say
from nis2scan.transport.host_keys import HostKey, Known, known, named, verify
from nis2scan.transport.ssh_login import Login, explained, private_key, prove
from nis2scan.transport.trouble import endpoint

if TYPE_CHECKING:
    import paramiko

CONNECT_SECONDS = 10.0
_WAKE_SECONDS = 1.0  # how often the thread of paramiko looks up while a host works; ten times a second costs a tenth
_WINDOW = 4 * 1024 * 1024
_PROHIBITED = 1  # RFC 4254: SSH_OPEN_ADMINISTRATIVELY_PROHIBITED
_RSA = ("rsa-sha2-512", "rsa-sha2-256")  # how a key of the type ssh-rsa proves itself today


class _Closes(Protocol):
    def close(self) -> object: ...


class Opened:
    """What is open on the way. Closed once, the last first, by whoever comes first: the end or the watchdog."""

    def __init__(self) -> None:
        self._things: deque[_Closes] = deque()

    def add(self, thing: _Closes) -> None:
        self._things.append(thing)

    def close(self) -> None:
        with contextlib.suppress(IndexError):
            while True:
                with contextlib.suppress(OSError, EOFError):
                    self._things.pop().close()


@dataclass(frozen=True)
class _HangUp:
    """The end of a session. The line goes down first: then paramiko's own thread, which close() waits for, ends at once
    and not when it next looks up.
    """

    transport: paramiko.Transport
    line: socket.socket

    def close(self) -> None:
        with contextlib.suppress(OSError):
            self.line.shutdown(socket.SHUT_RDWR)
        self.transport.close()


@dataclass(frozen=True)
class _Way:
    """One way being gone: until when (monotonic), what is open on it, and the private keys of its logins."""

    deadline: float
    opened: Opened
    keys: Mapping[Login, paramiko.PKey | None]

    @property
    def step(self) -> float:
        """Seconds for one step: never more than what is left in all."""
        return max(0.1, min(CONNECT_SECONDS, self.deadline - time.monotonic()))


@contextlib.contextmanager
def connected(login: Login, deadline: float) -> Iterator[paramiko.Transport]:
    """A connection with the host key believed and the user logged in; closed at the end, or by the watchdog."""
    with _begun(hops(login), deadline) as way:
        yield _session(login, way)


def key_shown_by(login: Login, deadline: float) -> HostKey:
    """The key by which a host proves itself. Nobody logs in there; on the hosts that lie on the way, one does."""
    with explained(login, deadline), _begun(hops(login)[:-1], deadline) as way:
        return _shown(_reached(login, _believed(login), way))


def hops(login: Login) -> list[Login]:
    """The hosts on the way and the host itself, in the order in which they are dialled."""
    return [*hops(login.via), login] if login.via is not None else [login]


@contextlib.contextmanager
def _begun(logins: Sequence[Login], deadline: float) -> Iterator[_Way]:
    """A way that is closed at the end of the block, or from aside when the time is over.

    What cannot work is said before anybody is dialled.
    """
    for login in logins:
        login.gate.check()
    way = _Way(deadline, Opened(), {login: private_key(login) for login in logins})
    watchdog = threading.Timer(max(0.0, deadline - time.monotonic()), way.opened.close)
    watchdog.daemon = True
    watchdog.start()
    try:
        yield way
    finally:
        watchdog.cancel()
        way.opened.close()


def _session(login: Login, way: _Way) -> paramiko.Transport:
    with explained(login, way.deadline):
        believed = _believed(login)
        transport = _reached(login, believed, way)
        # Up to here nothing secret was sent; a server that shows another key gets nothing more.
        verify(_shown(transport), believed, login.where, login.name)
        with login.gate.trying(f"{login.name} ({login.where})" if login.name else login.where, way.deadline):
            prove(transport, login, way.keys[login], way.deadline)
        return transport


def _believed(login: Login) -> list[Known]:
    return known(login.known_hosts, names_of(login))


def names_of(login: Login) -> list[str]:
    """What known_hosts may call this host: the name that people gave it, and the address that is dialled."""
    return list(dict.fromkeys(named(name, login.port) for name in (login.known_as, login.host) if name))


def _reached(login: Login, believed: Sequence[Known], way: _Way) -> paramiko.Transport:
    """The encrypted connection, before anybody has proved anything. Types of key that are believed come first."""
    import paramiko

    logging.getLogger("paramiko").setLevel(logging.CRITICAL)  # it prints the traces of errors that we explain
    line = _dialled(login, way)
    way.opened.add(line)
    transport = paramiko.Transport(line)
    if isinstance(line, socket.socket):
        line.settimeout(_WAKE_SECONDS)
        way.opened.add(_HangUp(transport, line))
    else:  # over another host: paramiko would send on a line that is down already
        way.opened.add(transport)
    transport.banner_timeout = transport.channel_timeout = transport.handshake_timeout = way.step
    options = transport.get_security_options()
    # One pass for secrecy and integrity; the others have their check done byte by byte in Python. None is left out.
    options.ciphers = tuple(sorted(options.ciphers, key=lambda name: "-gcm@" not in name))
    kinds = [kind for entry in believed for kind in (_RSA if entry.key.kind == "ssh-rsa" else (entry.key.kind,))]
    supported = [*options.key_types]
    options.key_types = tuple(dict.fromkeys([kind for kind in kinds if kind in supported] + supported))
    transport.start_client(timeout=way.step)
    return transport


def _dialled(login: Login, way: _Way) -> socket.socket | paramiko.Channel:
    """A line to the host itself; where another host lies on the way, through a session on that one."""
    if login.via is None:
        return socket.create_connection((login.host, login.port), timeout=way.step)
    import paramiko

    over, far = login.via.name or login.via.where, endpoint(login.host, login.port)
    try:
        session = _session(login.via, way)
        return session.open_channel(
            "direct-tcpip", (login.host, login.port), ("127.0.0.1", 0), window_size=_WINDOW, timeout=way.step
        )
    except TransportError as trouble:
        said = say("the way to it leads over {over}: {trouble}", over=over, trouble=trouble.said)
        raise TransportError(trouble.reason, said, trouble.step) from trouble
    except paramiko.ChannelException as trouble:
        if trouble.code == _PROHIBITED:
            raise TransportError(
                Reason.UNREACHABLE,
                say("{over} does not pass connections on to {where}", over=over, where=far),
                say(
                    "Let sshd on {over} allow it for {user}: {settings}",
                    over=over,
                    user=login.via.user,
                    settings=f"AllowTcpForwarding local, PermitOpen {login.host}:{login.port}",
                ),
            ) from None
        raise TransportError(
            Reason.UNREACHABLE,
            say("{where} does not answer {over}", where=far, over=over),
            say("Is it switched on, and may they meet?"),
        ) from None


def _shown(transport: paramiko.Transport) -> HostKey:
    """The key by which a server has just proved itself."""
    key = transport.get_remote_server_key()
    return HostKey(key.get_name(), key.asbytes())
