"""A host over SSH: one login, one channel, one script. The only use of paramiko.

paramiko's time-outs are for each read, and reading an exit status can wait for ever; so a watchdog closes the
connection when the total time is over, and everything that was open is always closed.
"""

from __future__ import annotations

import contextlib
import io
import logging
import socket
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from nis2scan.errors import Reason, TransportError
from nis2scan.model import Question, Recording
from nis2scan.secrets import Secret
from nis2scan.transport.posix import HELLO_SECONDS, Visit

if TYPE_CHECKING:
    import paramiko

_WINDOW = 4 * 1024 * 1024
_CONNECT_SECONDS = 10.0


@dataclass(frozen=True)
class Login:
    """An account on one host. Exactly one method is tried: the key when there is one, else the password, else agent.

    key: a private key as text, with `passphrase` when it is locked. become: "", "sudo" or "doas".
    agent: keys of the user's agent and folder may be tried; only when asked for, since each try counts as one.
    known_hosts: files with host keys that are believed: the user's and ours. They are read, never written.
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


@dataclass(frozen=True)
class Ssh:
    """A transport to one host."""

    login: Login
    vantage: str = field(default="ssh", init=False)

    def ask(self, questions: Sequence[Question], seconds: float) -> Recording:
        """As Transport.ask."""
        login = self.login
        visit = Visit(questions, self.vantage, login.become, seconds)
        deadline = time.monotonic() + seconds
        with _explained(login, deadline), _connected(login, deadline) as transport:
            _exchange(transport, visit, deadline)
        return visit.recording()


@contextlib.contextmanager
def _connected(login: Login, deadline: float) -> Iterator[paramiko.Transport]:
    """A connection with the host key believed and the user logged in; closed at the end, or by the watchdog."""
    import paramiko

    logging.getLogger("paramiko").setLevel(logging.CRITICAL)  # it prints the traces of errors that we explain
    client = paramiko.SSHClient()
    for file in login.known_hosts:
        with contextlib.suppress(FileNotFoundError):
            client.load_host_keys(str(file))
    client.set_missing_host_key_policy(_refusing(login))
    watchdog = threading.Timer(max(0.0, deadline - time.monotonic()), client.close)
    watchdog.daemon = True
    key = _key(login)
    watchdog.start()
    sock: socket.socket | None = None
    try:
        step = max(0.1, min(_CONNECT_SECONDS, deadline - time.monotonic()))
        sock = socket.create_connection((login.host, login.port), timeout=step)
        client.connect(
            login.host,
            login.port,
            login.user,
            password=login.password.reveal() if login.password and not key else None,
            pkey=key,
            sock=sock,
            timeout=step,
            banner_timeout=step,
            auth_timeout=max(0.1, min(3 * _CONNECT_SECONDS, deadline - time.monotonic())),
            channel_timeout=step,
            allow_agent=login.agent and not key and not login.password,
            look_for_keys=login.agent and not key and not login.password,
        )
        transport = client.get_transport()
        if transport is None:  # the watchdog was quicker
            raise TimeoutError
        yield transport
    finally:
        watchdog.cancel()
        client.close()
        if sock is not None:
            sock.close()


def _refusing(login: Login) -> paramiko.MissingHostKeyPolicy:
    """Like paramiko's RejectPolicy, and it says which key it was: accepting one is a deliberate act."""
    import paramiko

    class Refusing(paramiko.RejectPolicy):
        def missing_host_key(self, client: paramiko.SSHClient, hostname: str, key: paramiko.PKey) -> NoReturn:
            raise TransportError(
                Reason.HOST_KEY,
                f"the host key of {login.host} port {login.port} is not known: {key.get_name()} {key.fingerprint}",
                "Compare it on the machine itself (ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub), then accept it.",
            )

    return Refusing()


def _key(login: Login) -> paramiko.PKey | None:
    import paramiko

    if login.key is None:
        return None
    phrase = login.passphrase.reveal() if login.passphrase else None
    for kind in (paramiko.Ed25519Key, paramiko.ECDSAKey, paramiko.RSAKey):
        try:
            return kind.from_private_key(io.StringIO(login.key.reveal()), phrase)
        except paramiko.PasswordRequiredException:
            raise TransportError(
                Reason.NO_CREDENTIAL, "the private key is locked", "Give its passphrase in the login."
            ) from None
        except (paramiko.SSHException, ValueError):
            continue
    raise TransportError(
        Reason.NO_CREDENTIAL,
        "the private key cannot be read: another format, or a wrong passphrase",
        "Use an Ed25519, ECDSA or RSA key in OpenSSH or PEM form.",
    )


def _exchange(transport: paramiko.Transport, visit: Visit, deadline: float) -> None:
    """Send the script and read to the end. What came before time, cap or connection ended counts; `ask` sees how."""
    channel = transport.open_session(window_size=_WINDOW, timeout=_CONNECT_SECONDS)
    channel.settimeout(HELLO_SECONDS)
    channel.exec_command("exec /bin/sh -s")
    threading.Thread(target=_beside, args=(channel, visit.script(), visit), daemon=True).start()
    begun = time.monotonic()
    more = True
    while more and time.monotonic() < deadline:
        try:
            data = channel.recv(262144)
        except TimeoutError:
            data = None
        if data:
            more = visit.feed(data)
        elif data is not None:  # the end; a channel that the watchdog closed ends as well
            break
        if visit.hello is None and time.monotonic() - begun >= HELLO_SECONDS:
            return
    if visit.hello is None and time.monotonic() >= deadline:
        raise TransportError(Reason.TIMEOUT, "the host let us in and then did not answer in time")
    if visit.hello is None and not transport.is_active():
        raise TransportError(Reason.UNREACHABLE, "the host let us in and then ended the connection")


def _beside(channel: paramiko.Channel, script: bytes, visit: Visit) -> None:
    """Send, then keep standard error flowing, so that a host that complains much does not fill the window."""
    with contextlib.suppress(OSError):  # TimeoutError is one: then the host does not take the script
        channel.sendall(script)
        channel.shutdown_write()
    while True:
        try:
            data = channel.recv_stderr(65536)
        except TimeoutError:
            continue
        except OSError:
            return
        if not data:
            return
        visit.complain(data)


@contextlib.contextmanager
def _explained(login: Login, deadline: float) -> Iterator[None]:
    """Whatever goes wrong on the way becomes a TransportError that says what to do."""
    where = f"{login.host} port {login.port}"
    try:
        yield
    except TransportError:
        raise
    except Exception as trouble:
        if time.monotonic() >= deadline:  # then the watchdog closed it, whatever paramiko calls that
            raise TransportError(Reason.TIMEOUT, f"{where} took longer than it was given") from trouble
        raise _reasoned(login, where, trouble) from trouble


def _reasoned(login: Login, where: str, trouble: Exception) -> TransportError:
    import paramiko

    if isinstance(trouble, paramiko.BadHostKeyException):
        return TransportError(
            Reason.HOST_KEY,
            f"{where} shows another host key than the one that is known for it",
            f"Find out why; only if it was reinstalled, remove its line: ssh-keygen -R {login.host}",
        )
    if isinstance(trouble, paramiko.AuthenticationException):
        return TransportError(
            Reason.AUTH_FAILED,
            f"{where} does not accept {login.user} this way",
            f"Try it by hand: ssh -p {login.port} {login.user}@{login.host}",
        )
    if isinstance(trouble, paramiko.SSHException):
        return _protocol(where, trouble)
    if isinstance(trouble, socket.gaierror):
        return TransportError(Reason.UNREACHABLE, f"no address is known for {login.host}", "Check the name.")
    if isinstance(trouble, TimeoutError):
        return TransportError(
            Reason.UNREACHABLE, f"{where} does not answer", "Is it switched on, and does its firewall let this in?"
        )
    if isinstance(trouble, (OSError, EOFError)):
        said = str(trouble) or "the connection ended"
        return TransportError(Reason.UNREACHABLE, f"{where}: {said}", "Does an SSH server run there?")
    # What a strange server sends can trip paramiko anywhere.
    return TransportError(Reason.UNREACHABLE, f"{where}: no sound SSH ({type(trouble).__name__})")


def _protocol(where: str, trouble: Exception) -> TransportError:
    """paramiko tells most things by its message only."""
    text = str(trouble)
    if "banner" in text.lower():
        return TransportError(Reason.TIMEOUT, f"{where} accepts the connection and then says nothing that is SSH")
    if type(trouble).__name__ == "IncompatiblePeer":
        return TransportError(
            Reason.UNREACHABLE,
            f"{where} speaks only SSH that is no longer safe: {text[:120]}",
            "Update its SSH server.",
        )
    return TransportError(Reason.UNREACHABLE, f"{where}: {text[:160]}")
