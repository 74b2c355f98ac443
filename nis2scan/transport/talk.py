"""Conversations that are declared as text: which port, what is waited for, which bytes are sent. Nothing else is sent.

tcp 21
wait
send USER anonymous\\r\\n
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import socket
from dataclasses import dataclass
from ipaddress import ip_address

from nis2scan.transport.pace import Pace

_FIRST_BYTE = 3.0
_QUIET = 0.3
_UDP_SECONDS = 1.5
_UNSENT = {errno.EPERM, errno.EACCES, errno.ENETUNREACH, errno.ENETDOWN, errno.ENOBUFS, errno.EADDRNOTAVAIL}
_UNSENT |= {10013, 10050, 10051, 10055}  # the same on Windows


@dataclass(frozen=True)
class Talk:
    """A probe's text, taken apart. word: its kind. steps: None to wait, bytes to send."""

    word: str
    ports: tuple[int, ...]
    steps: tuple[bytes | None, ...] = ()
    options: tuple[str, ...] = ()


def parsed(text: str) -> Talk:
    """The declaration of a probe. Raises ValueError for a line that says neither `wait` nor `send`."""
    head, *lines = text.splitlines()
    word, *rest = head.split()
    ports = tuple(int(item) for item in rest if item.isdigit())
    return Talk(word, ports, tuple(map(_step, lines)), tuple(item for item in rest if not item.isdigit()))


def _step(line: str) -> bytes | None:
    word, _, rest = line.partition(" ")
    if word == "wait" and not rest:
        return None
    if word != "send" or not rest.isascii():
        raise ValueError(f"a probe may wait or send ASCII with escapes, not {line!r}")
    return rest.encode("ascii").decode("unicode_escape").encode("latin-1")


async def tcp(sock: socket.socket, steps: tuple[bytes | None, ...], cap: int) -> list[bytes]:
    """Hold the conversation on an open connection: what was heard after each step. Ends when the host ends it."""
    loop = asyncio.get_running_loop()
    heard: list[bytes] = []
    for step in steps:
        if step is not None:
            try:
                await loop.sock_sendall(sock, step)
            except OSError:
                break
        data, more = await _hear(sock, cap - sum(map(len, heard)))
        heard.append(data)
        if not more:
            break
    return heard


async def _hear(sock: socket.socket, cap: int) -> tuple[bytes, bool]:
    """What comes until it is quiet or enough, and whether the connection is still there."""
    loop, data, wait = asyncio.get_running_loop(), b"", _FIRST_BYTE
    while len(data) < cap:
        try:
            async with asyncio.timeout(wait):
                part = await loop.sock_recv(sock, min(65536, cap - len(data)))
        except TimeoutError:
            return data, True
        except OSError:
            return data, False
        if not part:
            return data, False
        data, wait = data + part, _QUIET
    return data, False


def unsent(trouble: OSError) -> bool:
    """This machine itself did not send it (its firewall, no network): silence then says nothing of the host."""
    return trouble.errno in _UNSENT


async def udp(address: str, port: int, payload: bytes, pace: Pace) -> bytes | None:
    """One packet, and once more when nothing came back; the first answer, or None for silence.

    Raises ConnectionRefusedError when the host says that nothing listens there.
    """
    loop = asyncio.get_running_loop()
    family = socket.AF_INET6 if ip_address(address.split("%")[0]).version == 6 else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as sock:
        sock.setblocking(False)
        sock.connect((address, port))  # the kernel then hands over only what comes from there
        for _ in range(2):
            await pace.turn(address)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_UDP_SECONDS):
                    await loop.sock_sendall(sock, payload)
                    return await loop.sock_recv(sock, 65536)
    return None
