"""The one call NetrShareEnum (level 1) over the pipe `srvsvc`, as [MS-SRVS] and [C706] have it."""

from __future__ import annotations

import struct
from dataclasses import dataclass

from nis2scan.transport.probes.smb2 import ACCESS_DENIED, SUCCESS, Broken, Server

_DENIED = 5  # the error of Windows, in the answer or as a fault
_SHARES = 256
_WORDS = 100
_FRAGMENTS = 40
_NDR = bytes.fromhex("045d888aeb1cc9119fe808002b104860") + struct.pack("<I", 2)
_SRVSVC = bytes.fromhex("c84f324b7016d30112785a47bf6ee188") + struct.pack("<I", 3)
_READ_WRITE = 0x0012019F


@dataclass(frozen=True)
class Share:
    """kind: 0 disk, 1 printer, 3 for talk between machines. hidden: kept out of ordinary lists."""

    name: str
    kind: int
    hidden: bool


async def shares(server: Server, tree: int, host: str) -> list[Share] | None:
    """The shares that the server lists; None when it refuses. Raises Broken."""
    pipe = await server.opened(tree, "srvsvc", _READ_WRITE, directory=False)
    if pipe.status == ACCESS_DENIED:
        return None
    if pipe.status != SUCCESS:
        raise Broken(f"{pipe.status:08x}")
    handle = pipe.part(128, 16)
    try:
        bound = await server.exchanged(tree, handle, _packet(11, _bind()))
        if len(bound) < 3 or bound[2] != 12:
            raise Broken("not bound")
        return _listed(await _called(server, tree, handle, _arguments(host)))
    finally:
        await server.closed(tree, handle)


def _packet(kind: int, body: bytes) -> bytes:
    return struct.pack("<BBBBIHHI", 5, 0, kind, 3, 0x10, 16 + len(body), 0, 1) + body


def _bind() -> bytes:
    return struct.pack("<HHIBBHHBB", 4280, 4280, 0, 1, 0, 0, 0, 1, 0) + _SRVSVC + _NDR


def _arguments(host: str) -> bytes:
    text = f"\\\\{host}\0"
    name = struct.pack("<IIII", 0x20000, len(text), 0, len(text)) + text.encode("utf-16-le")
    name += bytes(-len(name) % 4)
    stub = name + struct.pack("<IIIIIIII", 1, 1, 0x20004, 0, 0, 0xFFFFFFFF, 0x20008, 0)
    return struct.pack("<IHH", len(stub), 0, 15) + stub


async def _called(server: Server, tree: int, handle: bytes, arguments: bytes) -> bytes:
    """The answer, put together from its fragments."""
    data, whole = await server.exchanged(tree, handle, _packet(0, arguments)), b""
    for _ in range(_FRAGMENTS):
        if len(data) >= 28 and data[2] == 3 and int.from_bytes(data[24:28], "little") == _DENIED:
            return struct.pack("<I", _DENIED)
        if len(data) < 24 or data[2] != 2:
            raise Broken("no answer of srvsvc")
        (length,) = struct.unpack_from("<H", data, 8)
        while len(data) < length:
            if not (more := await server.read(tree, handle)):
                raise Broken("short")
            data += more
        whole += data[24:length]
        if data[3] & 2:
            return whole
        data = data[length:] or await server.read(tree, handle)
    raise Broken("a list without end")


def _listed(data: bytes) -> list[Share] | None:
    """The list out of the answer's bytes. Raises Broken for what does not fit."""
    try:
        (result,) = struct.unpack_from("<I", data, len(data) - 4)
        if result == _DENIED:
            return None
        _, _, holder, count, rows = struct.unpack_from("<IIIII", data)
        if result or not holder or count > _SHARES:
            raise Broken(f"error {result}, {count} shares")
        if not rows or not count:
            return []
        kinds = [struct.unpack_from("<III", data, 24 + 12 * index)[1] for index in range(count)]
        at, found = 24 + 12 * count, []
        for kind in kinds:
            name, at = _text(data, at)
            _, at = _text(data, at)  # the remark
            found.append(Share(name[:_WORDS], kind & 0xFFFF, bool(kind >> 31)))
        return found
    except struct.error:
        raise Broken("short") from None


def _text(data: bytes, at: int) -> tuple[str, int]:
    """A string, and where the next one begins."""
    _, _, length = struct.unpack_from("<III", data, at)
    end = at + 12 + 2 * length
    if end > len(data):
        raise Broken("short")
    return data[at + 12 : end].decode("utf-16-le", "replace").rstrip("\0"), end + (-end % 4)
