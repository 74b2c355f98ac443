"""An account on one host over SSH: how it proves itself, and what goes wrong on the way, in the user's words."""

from __future__ import annotations

import contextlib
import io
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from nis2scan.errors import Reason, TransportError
from nis2scan.model import Message, say
from nis2scan.secrets import Secret
from nis2scan.transport.gate import UNGATED, Gate
from nis2scan.transport.trouble import ended, endpoint, unknown

if TYPE_CHECKING:
    import paramiko

_PROVING_SECONDS = 30.0
_AGENT_KEYS = 3  # each counts as a try, and servers hang up after a few
_ONE_READS = threading.Lock()


@dataclass(frozen=True)
class Login:
    """An account on one host. Exactly one method is tried: the key when there is one, else the password, else agent.

    key: a private key as text, with `passphrase` when it is locked. become: "", "sudo" or "doas".
    agent: keys of the user's agent may be tried; only when asked for, since each try counts as one.
    known_hosts: files with host keys that are believed: the user's and ours. They are read, never written.
    name: what the inventory calls the host. known_as: its name where `host` is the address that was found for it.
    via: the host that lies on the way; logged in to with a login of its own. gate: where the secret waits for its turn.
    """

    host: str
    user: str
    port: int = 22
    password: Secret | None = None
    key: Secret | None = None
    passphrase: Secret | None = None
    agent: bool = False
    become: str = ""
    known_hosts: tuple[Path, ...] = ()
    name: str = ""
    known_as: str = ""
    via: Login | None = None
    gate: Gate = field(default=UNGATED, repr=False, compare=False)

    @property
    def where(self) -> str:
        """The host in the words of an error."""
        over = f" via {self.via.name or self.via.host}" if self.via else ""
        return endpoint(self.host, self.port) + over


def private_key(login: Login) -> paramiko.PKey | None:
    """The key of a login, read; None when it has none. Raises TransportError when there is one and it does not read."""
    if login.key is None:
        return None
    with _ONE_READS:
        return _read(login.key, login.passphrase)


@lru_cache(maxsize=16)
def _read(key: Secret, passphrase: Secret | None) -> paramiko.PKey:
    """Once for all hosts of an account: unlocking a key, or checking an RSA key, takes a tenth of a second."""
    import paramiko

    phrase = passphrase.reveal() if passphrase else None
    for kind in (paramiko.Ed25519Key, paramiko.ECDSAKey, paramiko.RSAKey):
        try:
            return kind.from_private_key(io.StringIO(key.reveal()), phrase)
        except paramiko.PasswordRequiredException:
            raise TransportError(
                Reason.NO_CREDENTIAL, say("the private key is locked"), say("Give its passphrase in the login.")
            ) from None
        except (paramiko.SSHException, ValueError):
            continue
    raise TransportError(
        Reason.NO_CREDENTIAL,
        say("the private key cannot be read: another format, or a wrong passphrase"),
        say("Use an Ed25519, ECDSA or RSA key in OpenSSH or PEM form."),
    )


def prove(transport: paramiko.Transport, login: Login, key: paramiko.PKey | None, deadline: float) -> None:
    """Offer the secret, once, to a host whose key was verified. Raises TransportError.

    Once it was offered, only an answer in time that says yes is one: a host that hangs up on it has refused it, since
    that is what servers do that allow one try. A host that says nothing has not decided.
    """
    until = min(time.monotonic() + _PROVING_SECONDS, deadline)
    transport.auth_timeout = max(0.1, until - time.monotonic())
    try:
        more = _offered(transport, login, key)
    except TransportError:
        raise
    except Exception as trouble:  # whatever a strange server makes paramiko raise: it has had the secret
        if time.monotonic() >= until:
            late = say("{where} did not say in time whether it lets us in", where=login.where)
            raise TransportError(Reason.TIMEOUT, late) from None
        said = say("{where} does not accept {user} this way", where=login.where, user=login.user)
        raise _refused(login, said) from trouble
    if more:
        said = say(
            "{where} asks {user} for a second proof, which a scan cannot give", where=login.where, user=login.user
        )
        raise _refused(login, said)


def _refused(login: Login, said: Message) -> TransportError:
    command = f"ssh -p {login.port} {login.user}@{login.known_as or login.host}"
    return TransportError(Reason.AUTH_FAILED, said, say("Try it by hand: {command}", command=command))


def _offered(transport: paramiko.Transport, login: Login, key: paramiko.PKey | None) -> list[str]:
    """What the host wants besides: nothing when it lets us in."""
    import paramiko

    if key is not None:
        return list(transport.auth_publickey(login.user, key))
    if login.password is not None:
        return list(transport.auth_password(login.user, login.password.reveal()))
    if login.agent:
        with contextlib.closing(paramiko.Agent()) as agent:
            held = agent.get_keys()[:_AGENT_KEYS]
            for one in held:
                with contextlib.suppress(paramiko.AuthenticationException):
                    return list(transport.auth_publickey(login.user, one))
            if held:
                raise paramiko.AuthenticationException("none of the keys of the agent")
    raise TransportError(
        Reason.NO_CREDENTIAL,
        say("nothing to log in with on {where}", where=login.where),
        say("Give a key or a password."),
    )


@contextlib.contextmanager
def explained(login: Login, deadline: float) -> Iterator[None]:
    """Whatever goes wrong on the way becomes a TransportError that says what to do."""
    try:
        yield
    except TransportError:
        raise
    except Exception as trouble:
        if time.monotonic() >= deadline:  # then the watchdog closed it, whatever paramiko calls that
            late = say("{where} took longer than it was given", where=login.where)
            raise TransportError(Reason.TIMEOUT, late) from trouble
        raise _reasoned(login, trouble) from trouble


def _reasoned(login: Login, trouble: Exception) -> TransportError:
    import paramiko

    where = login.where
    if isinstance(trouble, paramiko.ChannelException):
        said = say("{where} does not let us start a command", where=where)
        return TransportError(Reason.UNREACHABLE, said, say("Is it only for files?"))
    if isinstance(trouble, paramiko.SSHException):
        return _protocol(where, trouble)
    if isinstance(trouble, socket.gaierror):
        return unknown(login.host)
    if isinstance(trouble, TimeoutError):
        said = say("{where} does not answer", where=where)
        return TransportError(Reason.UNREACHABLE, said, say("Is it switched on, and does its firewall let this in?"))
    if isinstance(trouble, (OSError, EOFError)):
        return TransportError(Reason.UNREACHABLE, ended(where, trouble), say("Does an SSH server run there?"))
    # What a strange server sends can trip paramiko anywhere.
    what = type(trouble).__name__
    return TransportError(Reason.UNREACHABLE, say("{where}: no sound SSH ({what})", where=where, what=what))


def _protocol(where: str, trouble: Exception) -> TransportError:
    """paramiko tells most things by its message only."""
    text = str(trouble)
    if "banner" in text.lower():
        said = say("{where} accepts the connection and then says nothing that is SSH", where=where)
        return TransportError(Reason.TIMEOUT, said)
    if type(trouble).__name__ == "IncompatiblePeer":
        return TransportError(
            Reason.UNREACHABLE,
            say("{where} speaks only SSH that is no longer safe: {said}", where=where, said=text[:120]),
            say("Update its SSH server."),
        )
    return TransportError(Reason.UNREACHABLE, say("{where}: {said}", where=where, said=text[:160]))
