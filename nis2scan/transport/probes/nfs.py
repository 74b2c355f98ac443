"""File sharing of Unix: what a host exports, and to whom. Numbers are from RFC 1057, RFC 1813 and RFC 1833."""

from __future__ import annotations

import asyncio
import os
import socket
import struct
from collections.abc import Mapping

from nis2scan.transport.connect import Door
from nis2scan.transport.probes import Way
from nis2scan.transport.talk import Talk

_PORTMAP, _NFS, _MOUNT = 100000, 100003, 100005
_DUMP, _EXPORT = 4, 5
_TCP = 6
_SECONDS = 5.0
_MOST = 262_144
_FRAGMENTS = 300
_ROWS = 300
_WORDS = 200


class _Broken(Exception):
    """The host did not speak as it should, or not in time."""


async def ask(way: Way, talk: Talk, cap: int) -> Mapping[str, object]:
    """Sends DUMP to the portmapper, and EXPORT to the mount service that it names, both over TCP and without a name.

    These are the questions of `rpcinfo -p` and `showmount -e`. Nothing is mounted.
    """
    rpc, nfs = (_state(way, port) for port in talk.ports)
    seen: dict[str, object] = {"rpc": rpc, "nfs": nfs, "mount": "none", "versions": [], "exports": []}
    if rpc != "open":
        return seen
    try:
        programs = await _programs(way, talk.ports[0])
    except _Broken:
        return {**seen, "mount": "unknown"}
    seen["versions"] = sorted({version for program, version, _, _ in programs if program == _NFS})
    mounts = [(version, port) for program, version, kind, port in programs if (program, kind) == (_MOUNT, _TCP)]
    if not mounts:
        return {**seen, "mount": "unknown" if any(program == _MOUNT for program, *_ in programs) else "none"}
    try:
        version, port = max(mounts)
        return {**seen, "mount": "answered", "exports": await _exports(way, version, port)}
    except _Broken:
        return {**seen, "mount": "unknown"}


def _state(way: Way, port: int) -> str:
    door = way.spot.doors.get(port, Door.SILENT)
    if door == Door.OPEN:
        return "open" if way.spot.guard.lets(way.word, port) else "guarded"
    return "closed" if door == Door.CLOSED else "silent"


async def _programs(way: Way, port: int) -> list[tuple[int, int, int, int]]:
    """Program, version, protocol and port of all that is registered."""
    data = _Data(await _called(way, port, _PORTMAP, 2, _DUMP))
    found: list[tuple[int, int, int, int]] = []
    while data.number():
        if len(found) >= _ROWS:
            raise _Broken("too many")
        found.append((data.number(), data.number(), data.number(), data.number()))
    return found


async def _exports(way: Way, version: int, port: int) -> list[Mapping[str, object]]:
    """Each folder, and for whom it is; an empty list is everybody."""
    if not 0 < port < 65536:
        raise _Broken("no port")
    data = _Data(await _called(way, port, _MOUNT, version, _EXPORT))
    found: list[Mapping[str, object]] = []
    while data.number():
        path, groups = data.text(), []
        while data.number():
            groups.append(data.text())
            if len(groups) > _ROWS:
                raise _Broken("too many")
        found.append({"path": path, "groups": groups})
        if len(found) > _ROWS:
            raise _Broken("too many")
    return found


async def _called(way: Way, port: int, program: int, version: int, procedure: int) -> bytes:
    """The results of one call without arguments."""
    if (sock := await way.opened(port)) is None:
        raise _Broken("closed")
    call = struct.pack(">4sIIIIIIIII", number := os.urandom(4), 0, 2, program, version, procedure, 0, 0, 0, 0)
    with sock:
        try:
            async with asyncio.timeout(_SECONDS):
                await asyncio.get_running_loop().sock_sendall(sock, struct.pack(">I", 1 << 31 | len(call)) + call)
                data = _Data(await _record(sock))
        except (TimeoutError, OSError) as trouble:
            raise _Broken(type(trouble).__name__) from None
    if data.raw(4) != number or (data.number(), data.number()) != (1, 0):
        raise _Broken("no answer to this call, or refused")
    data.number()
    data.raw(data.number())  # who answers proves nothing
    if data.number() != 0:
        raise _Broken("not accepted")
    return data.rest()


async def _record(sock: socket.socket) -> bytes:
    """One record, of as many fragments as it has."""
    whole = bytearray()
    for _ in range(_FRAGMENTS):  # one that is always ready to be read would keep all others waiting for ever
        (head,) = struct.unpack(">I", await _exactly(sock, 4))
        if len(whole) + (head & 0x7FFFFFFF) > _MOST:
            raise _Broken("too long")
        whole += await _exactly(sock, head & 0x7FFFFFFF)
        if head >> 31:
            return bytes(whole)
    raise _Broken("too many fragments")


async def _exactly(sock: socket.socket, length: int) -> bytes:
    data = bytearray()
    while len(data) < length:
        part = await asyncio.get_running_loop().sock_recv(sock, length - len(data))
        if not part:
            raise _Broken("closed")
        data += part
    return bytes(data)


class _Data:
    """Bytes in XDR, read from the front."""

    def __init__(self, data: bytes) -> None:
        self._data, self._at = data, 0

    def raw(self, length: int) -> bytes:
        if self._at + length > len(self._data):
            raise _Broken("short")
        self._at += length
        return self._data[self._at - length : self._at]

    def number(self) -> int:
        return int.from_bytes(self.raw(4), "big")

    def text(self) -> str:
        length = self.number()
        text = self.raw(length)
        self.raw(-length % 4)
        return text[:_WORDS].decode("utf-8", "replace")

    def rest(self) -> bytes:
        return self._data[self._at :]
