"""Windows file sharing: which versions, whether signatures are demanded, and what people without a name may see."""

from __future__ import annotations

import struct
from collections.abc import Mapping
from contextlib import suppress

from nis2scan.transport.connect import Door
from nis2scan.transport.probes import Way
from nis2scan.transport.probes.smb2 import ACCESS_DENIED, REFUSED, SUCCESS, Broken, Server, sent
from nis2scan.transport.probes.srvsvc import Share, shares
from nis2scan.transport.talk import Talk

_LIST, _ATTRIBUTES, _ADD = 0x1, 0x80, 0x2
_DISK = 0
_TRIED = 32  # shares of one server that are tried
_WHAT_MAY_WE = struct.pack("<IHHHHI4sI", 0, 16, 4, 0, 0, 0, b"MxAc", 0)
_NT_LM = b"\x02NT LM 0.12\0"


async def ask(way: Way, talk: Talk, cap: int) -> Mapping[str, object]:
    """Sends a NEGOTIATE of SMB1 on one connection, and one of SMB2 and 3 on another.

    On the latter then one session without a name and without a password. Is that allowed: the list of shares, and for
    each a connection and an opening of its top folder, which asks whether one may list and add there. No folder is
    read, no name of a file is seen, nothing is made or changed.
    """
    (port,) = talk.ports
    state = way.spot.doors.get(port, Door.SILENT)
    if state != Door.OPEN:
        return {"state": "closed" if state == Door.CLOSED else "silent"}
    if not way.spot.guard.lets(way.word, port):
        return {"state": "guarded"}
    return {"state": "open", "smb1": await _smb1(way, port), **await _smb2(way, port)}


async def _smb1(way: Way, port: int) -> str:
    """Whether the oldest version is accepted: accepted, refused, or unknown."""
    head = b"\xffSMB" + struct.pack("<BIBHH8sHHHHH", 0x72, 0, 0x18, 0xC853, 0, b"", 0, 0xFFFF, 0xFFFE, 0, 0)
    if (sock := await way.opened(port)) is None:
        return "unknown"
    with sock:
        try:
            data = await sent(sock, head + struct.pack("<BH", 0, len(_NT_LM)) + _NT_LM)
        except Broken as trouble:
            # A server without SMB1 cuts the connection.
            return "refused" if str(trouble) in ("closed", "ConnectionResetError", "BrokenPipeError") else "unknown"
    if data[:4] == b"\xfeSMB":
        return "refused"
    if data[:4] != b"\xffSMB" or len(data) < 35:
        return "unknown"
    status, words, index = struct.unpack_from("<I", data, 5)[0], data[32], struct.unpack_from("<H", data, 33)[0]
    return "accepted" if status == 0 and words >= 13 and index == 0 else "refused"


async def _smb2(way: Way, port: int) -> Mapping[str, object]:
    """dialect: the newest, "" for none. anonymous: accepted, guest, refused, unknown. listed: yes, refused, unknown."""
    seen: dict[str, object] = {
        "dialect": "",
        "signing": None,
        "anonymous": "unknown",
        "listed": "unknown",
        "shares": [],
    }
    if (sock := await way.opened(port)) is None:
        return seen
    with sock, suppress(Broken):
        server = Server(sock)
        if (chosen := await server.negotiated()) is None:
            return seen
        seen["dialect"], seen["signing"] = chosen
        status, flags = await server.nameless()
        if status != SUCCESS:
            seen["anonymous"] = "refused" if status in REFUSED else "unknown"
            return seen
        seen["anonymous"] = "guest" if flags & 1 else "accepted"
        found = await _list(server, way.spot.address)
        if found is None:
            seen["listed"] = "refused"
            return seen
        disks = [share for share in found if share.kind == _DISK]
        seen["shares"] = rows = [{"name": share.name, "entry": "unknown", "add": False} for share in disks]
        seen["listed"] = "yes"
        for share, row in zip(disks[:_TRIED], rows, strict=False):
            row |= await _entered(server, way.spot.address, share)
    return seen


async def _list(server: Server, address: str) -> list[Share] | None:
    pipes = await server.tree(f"\\\\{address}\\IPC$")
    if pipes.status == ACCESS_DENIED:
        return None
    if pipes.status != SUCCESS:
        raise Broken(f"{pipes.status:08x}")
    found = await shares(server, pipes.tree, address)
    await server.left(pipes.tree)
    return found


async def _entered(server: Server, address: str, share: Share) -> dict[str, object]:
    """entry: refused, or list when we may see what is in it, or blind. add: we may put files there."""
    tree = await server.tree(f"\\\\{address}\\{share.name}")
    if tree.status != SUCCESS:
        return {"entry": "refused" if tree.status == ACCESS_DENIED else "unknown", "add": False}
    by_share = tree.number(12, 4)
    top = await server.opened(tree.tree, "", _LIST | _ATTRIBUTES, directory=True, contexts=_WHAT_MAY_WE)
    entry, add = "blind" if top.status == ACCESS_DENIED else "unknown", False
    if top.status == SUCCESS:
        entry, add = "list", bool(by_share & _ADD & _allowed(top.body))
        await server.closed(tree.tree, top.part(128, 16))
    await server.left(tree.tree)
    return {"entry": entry, "add": add}


def _allowed(body: bytes) -> int:
    """The rights that the server says we have on what was opened; all when it does not say."""
    at = body.find(b"MxAc")
    if at < 0 or len(body) < at + 16:
        return 0xFFFFFFFF
    status, rights = struct.unpack_from("<II", body, at + 8)
    return int(rights) if status == 0 else 0xFFFFFFFF
