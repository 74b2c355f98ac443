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
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Protocol

from nis2scan.transport.host_keys import HostKey, Known, known, named, verify
from nis2scan.transport.ssh_login import Login, private_key, prove

if TYPE_CHECKING:
    import paramiko

CONNECT_SECONDS = 10.0
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


@contextlib.contextmanager
def watched(deadline: float) -> Iterator[Opened]:
    """What is added to it is closed at the end of the block, or from aside when the time is over."""
    opened = Opened()
    watchdog = threading.Timer(max(0.0, deadline - time.monotonic()), opened.close)
    watchdog.daemon = True
    watchdog.start()
    try:
        yield opened
    finally:
        watchdog.cancel()
        opened.close()


@contextlib.contextmanager
def connected(login: Login, deadline: float) -> Iterator[paramiko.Transport]:
    """A connection with the host key believed and the user logged in; closed at the end, or by the watchdog."""
    login.gate.check()
    key = private_key(login)
    names = [named(name, login.port) for name in (login.host, login.known_as) if name]
    believed = known(login.known_hosts, names)
    with watched(deadline) as opened:
        sock = socket.create_connection((login.host, login.port), timeout=_step(deadline))
        opened.add(sock)
        transport = greeted(sock, believed, opened, deadline)
        # Up to here nothing secret was sent; a server that shows another key gets nothing more.
        verify(shown_key(transport), believed, login.where, login.name)
        with login.gate.trying(f"{login.name} ({login.where})" if login.name else login.where, deadline):
            prove(transport, login, key, deadline)
        yield transport


def greeted(sock: socket.socket, believed: Sequence[Known], opened: Opened, deadline: float) -> paramiko.Transport:
    """The encrypted connection, before anybody has proved anything. Types of key that are believed come first."""
    import paramiko

    logging.getLogger("paramiko").setLevel(logging.CRITICAL)  # it prints the traces of errors that we explain
    step = _step(deadline)
    transport = paramiko.Transport(sock)
    opened.add(transport)
    transport.banner_timeout = transport.channel_timeout = transport.handshake_timeout = step
    options = transport.get_security_options()
    kinds = [kind for entry in believed for kind in (_RSA if entry.key.kind == "ssh-rsa" else (entry.key.kind,))]
    options.key_types = tuple(
        dict.fromkeys([kind for kind in kinds if kind in options.key_types] + [*options.key_types])
    )
    transport.start_client(timeout=step)
    return transport


def shown_key(transport: paramiko.Transport) -> HostKey:
    """The key by which a server has just proved itself."""
    key = transport.get_remote_server_key()
    return HostKey(key.get_name(), key.asbytes())


def _step(deadline: float) -> float:
    """Seconds for one step: never more than what is left in all."""
    return max(0.1, min(CONNECT_SECONDS, deadline - time.monotonic()))
