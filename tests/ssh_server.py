"""A small SSH server on loopback that writes down whatever is offered to it. It is paramiko's server side: real SSH."""

from __future__ import annotations

import contextlib
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import paramiko
from paramiko.common import (
    AUTH_FAILED,
    AUTH_SUCCESSFUL,
    OPEN_FAILED_ADMINISTRATIVELY_PROHIBITED,
    OPEN_FAILED_CONNECT_FAILED,
    OPEN_SUCCEEDED,
)

Leads = Callable[[tuple[str, int]], tuple[str, int] | None]


@dataclass
class Seen:
    """What reached the server. offered: (method, user, secret or key fingerprint), in order. at: when, monotonic.

    forwarded: to where it was asked to pass a connection on.
    """

    port: int
    key: paramiko.PKey
    connections: int = 0
    offered: list[tuple[str, str, str]] = field(default_factory=list)
    at: list[float] = field(default_factory=list)
    ran: int = 0
    forwarded: list[tuple[str, int]] = field(default_factory=list)
    transports: list[paramiko.Transport] = field(default_factory=list, repr=False)

    def end(self) -> None:
        """Hang up on everybody."""
        for transport in self.transports:
            transport.close()

    @property
    def known_hosts(self) -> str:
        """The line by which this server is believed."""
        return f"[127.0.0.1]:{self.port} {self.key.get_name()} {self.key.get_base64()}\n"


class _Server(paramiko.ServerInterface):
    def __init__(self, seen: Seen, transport: paramiko.Transport, accepts: str, delay: float, leads: Leads) -> None:
        self.seen, self.transport, self.accepts, self.delay, self.leads = seen, transport, accepts, delay, leads

    def get_allowed_auths(self, username: str) -> str:
        return "publickey,password"

    def _take(self, method: str, user: str, secret: str) -> int:
        self.seen.at.append(time.monotonic())
        self.seen.offered.append((method, user, secret))
        time.sleep(self.delay)
        return AUTH_SUCCESSFUL if secret == self.accepts else AUTH_FAILED

    def check_auth_none(self, username: str) -> int:
        return self._take("none", username, "")

    def check_auth_password(self, username: str, password: str) -> int:
        return self._take("password", username, password)

    def check_auth_publickey(self, username: str, key: paramiko.PKey) -> int:
        return self._take("publickey", username, str(key.fingerprint))

    def check_channel_request(self, kind: str, chanid: int) -> int:
        return OPEN_SUCCEEDED

    def check_channel_exec_request(self, channel: paramiko.Channel, command: bytes) -> bool:
        self.seen.ran += 1
        threading.Thread(target=_shell, args=(channel, command), daemon=True).start()
        return True

    def check_channel_direct_tcpip_request(
        self, chanid: int, origin: tuple[str, int], destination: tuple[str, int]
    ) -> int:
        self.seen.forwarded.append(destination)
        to = self.leads(destination)
        if to is None:
            return OPEN_FAILED_ADMINISTRATIVELY_PROHIBITED
        try:
            line = socket.create_connection(to, timeout=5)
        except OSError:
            return OPEN_FAILED_CONNECT_FAILED
        threading.Thread(target=_passed_on, args=(self.transport, line), daemon=True).start()
        return OPEN_SUCCEEDED


def _passed_on(transport: paramiko.Transport, line: socket.socket) -> None:
    """Bytes both ways, until one side ends."""
    channel = transport.accept(10)
    if channel is None:  # whoever asked has gone already
        line.close()
        return

    def pump(take: Callable[[int], bytes], give: Callable[[bytes], object]) -> None:
        with contextlib.suppress(OSError, EOFError, paramiko.SSHException):
            while data := take(65536):
                give(data)
        with contextlib.suppress(OSError):
            line.shutdown(socket.SHUT_RDWR)
        with contextlib.suppress(OSError, EOFError, paramiko.SSHException):
            channel.close()

    line.settimeout(None)
    back = threading.Thread(target=pump, args=(line.recv, channel.sendall), daemon=True)
    back.start()
    pump(channel.recv, line.sendall)
    back.join(5)
    line.close()


def _shell(channel: paramiko.Channel, command: bytes) -> None:
    """What was asked for, by a real shell."""
    script = b""
    while data := channel.recv(65536):
        script += data
    done = subprocess.run(
        ["/bin/sh", "-c", command.decode()], input=script, capture_output=True, timeout=60, check=False
    )
    with contextlib.suppress(OSError):
        channel.sendall(done.stdout)
        channel.send_exit_status(done.returncode)
    channel.close()


@contextlib.contextmanager
def ssh_server(
    accepts: str = "nothing",
    delay: float = 0.0,
    key: paramiko.PKey | None = None,
    at: tuple[str, int] = ("127.0.0.1", 0),
    leads: Leads = lambda there: there,
) -> Iterator[Seen]:
    """A server that lets in whoever offers `accepts` (a password, or the fingerprint of a key).

    leads: where it really passes a connection on to; None forbids it.
    """
    with socket.create_server(at) as listening:
        seen = Seen(listening.getsockname()[1], key or paramiko.ECDSAKey.generate())

        def serve() -> None:
            while True:
                try:
                    connection, _ = listening.accept()
                except OSError:
                    return
                seen.connections += 1
                transport = paramiko.Transport(connection)
                transport.add_server_key(seen.key)
                seen.transports.append(transport)
                with contextlib.suppress(paramiko.SSHException, EOFError, OSError):
                    transport.start_server(
                        event=threading.Event(), server=_Server(seen, transport, accepts, delay, leads)
                    )

        threading.Thread(target=serve, daemon=True).start()
        try:
            yield seen
        finally:
            listening.close()
            seen.end()
