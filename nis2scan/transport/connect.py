"""TCP connections from asyncio, in its low-level form (half the work of streams), each at its turn.

On Windows a refused connection costs two seconds, because the system tries three times: there a short wait ends in
`silent`, which means closed or silent.
"""

from __future__ import annotations

import asyncio
import errno
import socket
import sys
from dataclasses import dataclass
from enum import StrEnum
from ipaddress import ip_address

from nis2scan.transport.pace import Pace

SECONDS = 1.0
SLOW_SECONDS = 3.0  # enough for a lost packet, and for Windows to say that a port is closed

_CLOSED = {errno.ECONNREFUSED, errno.ECONNRESET, 10061, 10054}
_FULL = {errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.EADDRNOTAVAIL, errno.EAGAIN, 10055, 10048}


class Door(StrEnum):
    """What a port did when a connection was tried."""

    OPEN = "open"
    CLOSED = "closed"  # the host is there and refused
    SILENT = "silent"  # nothing came back
    AWAY = "away"  # this machine knows no way to it, or nobody has the address


@dataclass(frozen=True)
class Tried:
    """One try. sock: the connection when it is open; whoever gets it closes it."""

    door: Door
    sock: socket.socket | None = None


async def tried(address: str, port: int, pace: Pace, seconds: float = SECONDS) -> Tried:
    """Connect at our turn, within `seconds`. Sends no byte. Waits and tries again when this machine itself is full."""
    for wait in (0.2, 1.0, None):
        await pace.turn(address)
        async with pace.room:
            result = await _once(address, port, seconds)
        if result is not None:
            return result
        if wait is not None:
            await asyncio.sleep(wait)
    return Tried(Door.SILENT)


async def _once(address: str, port: int, seconds: float) -> Tried | None:
    """None: this machine had no room for another connection, which says nothing about the host."""
    family = socket.AF_INET6 if ip_address(address.split("%")[0]).version == 6 else socket.AF_INET
    try:
        sock = socket.socket(family, socket.SOCK_STREAM)
    except OSError:
        return None
    sock.setblocking(False)
    try:
        async with asyncio.timeout(seconds):
            await asyncio.get_running_loop().sock_connect(sock, (address, port))
        return Tried(Door.OPEN, sock)
    except TimeoutError:
        sock.close()
        return Tried(Door.SILENT)
    except OSError as trouble:
        sock.close()
        if trouble.errno in _FULL:
            return None
        return Tried(Door.CLOSED if trouble.errno in _CLOSED else Door.AWAY)
    except BaseException:
        sock.close()
        raise


async def door(address: str, port: int, pace: Pace, seconds: float = SECONDS) -> Door:
    """Only whether it opens: a connection that was made is closed again at once."""
    result = await tried(address, port, pace, seconds)
    if result.sock is not None:
        result.sock.close()
    return result.door


def more_room(wanted: int = 4096) -> int:
    """Let this process have more files open, up to what the system allows; how many connections may wait at once."""
    if sys.platform == "win32":  # which has no such limit
        return 1000
    try:
        import resource
    except ImportError:
        return 500
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < wanted:
        top = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, top), hard))
        soft = max(soft, top)
    return max(64, min(1000, soft - 200))
