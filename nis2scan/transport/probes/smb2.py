"""SMB2 and 3, as much of it as looking without a name needs: negotiate, session, trees, opening what exists."""

from __future__ import annotations

import asyncio
import os
import socket
import struct
from dataclasses import dataclass

NEGOTIATE, SESSION, LOGOFF, TREE, LEAVE, CREATE, CLOSE, READ, IOCTL = 0, 1, 2, 3, 4, 5, 6, 8, 11
SUCCESS, PENDING, MORE_PROCESSING, BUFFER_OVERFLOW = 0, 0x103, 0xC0000016, 0x80000005
ACCESS_DENIED = 0xC0000022
# Denied, wrong name, restricted, disabled, not this way of logging on, not granted, NTLM blocked.
REFUSED = {ACCESS_DENIED, 0xC000006D, 0xC000006E, 0xC0000072, 0xC00000BB, 0xC000015B, 0xC0000418}
DIALECTS = {0x0202: "2.0.2", 0x0210: "2.1", 0x0300: "3.0", 0x0302: "3.0.2", 0x0311: "3.1.1"}

_HEAD = "<4sHHIHHIIQIIQ"  # and 16 bytes for a signature
_MOST = 1 << 20
_SECONDS = 5.0
_OID_SPNEGO, _OID_NTLM = bytes.fromhex("06062b0601050502"), bytes.fromhex("060a2b06010401823702020a")
_CHALLENGE = b"NTLMSSP\0\x02\0\0\0"
# Unicode, target, NTLM, always sign, extended security; anonymous is said in the last message only.
_FLAGS, _ANONYMOUS = 0x00088205, 0x800


class Broken(Exception):
    """The server did not speak as it should, or not in time."""


@dataclass(frozen=True)
class Reply:
    """One answer. body: what follows the header of 64 bytes."""

    status: int
    tree: int
    session: int
    body: bytes

    def number(self, at: int, size: int) -> int:
        """An unsigned number in the body; Broken when it is not there."""
        if at + size > len(self.body):
            raise Broken("short")
        return int.from_bytes(self.body[at : at + size], "little")

    def part(self, at: int, length: int) -> bytes:
        """Bytes at an offset that counts from the header, as servers write it."""
        if at < 64 or at - 64 + length > len(self.body):
            raise Broken("short")
        return self.body[at - 64 : at - 64 + length]


async def sent(sock: socket.socket, message: bytes) -> bytes:
    """Send one framed message and hear one. Raises Broken."""
    loop = asyncio.get_running_loop()
    try:
        async with asyncio.timeout(_SECONDS):
            await loop.sock_sendall(sock, struct.pack(">I", len(message)) + message)
            return await _heard(sock)
    except (TimeoutError, OSError) as trouble:
        raise Broken(type(trouble).__name__) from None


async def _heard(sock: socket.socket) -> bytes:
    (length,) = struct.unpack(">I", await _exactly(sock, 4))
    if length > _MOST:
        raise Broken("too long")
    return await _exactly(sock, length)


async def _exactly(sock: socket.socket, length: int) -> bytes:
    data = bytearray()
    while len(data) < length:
        part = await asyncio.get_running_loop().sock_recv(sock, length - len(data))
        if not part:
            raise Broken("closed")
        data += part
    return bytes(data)


class Server:
    """One connection to a server, question by question."""

    def __init__(self, sock: socket.socket) -> None:
        self._sock, self._count, self._session, self._charge = sock, 0, 0, 0

    async def asked(self, command: int, body: bytes, tree: int = 0) -> Reply:
        """Put one request and wait for its own answer. Raises Broken."""
        fields = (b"\xfeSMB", 64, self._charge, 0, command, 64, 0, 0, self._count, 0, tree, self._session)
        data = await sent(self._sock, struct.pack(_HEAD, *fields) + bytes(16) + body)
        for _ in range(20):
            if len(data) < 64 or data[:4] != b"\xfeSMB":
                raise Broken("no SMB2")
            _, _, _, status, kind, _, _, _, message, _, tree, session = struct.unpack_from(_HEAD, data)
            if (message, kind) == (self._count, command) and status != PENDING:
                self._count += 1
                return Reply(status, tree, session, data[64:])
            data = await self._more()
        raise Broken("no answer to what was asked")

    async def _more(self) -> bytes:
        try:
            async with asyncio.timeout(_SECONDS):
                return await _heard(self._sock)
        except (TimeoutError, OSError) as trouble:
            raise Broken(type(trouble).__name__) from None

    async def negotiated(self) -> tuple[str, bool] | None:
        """The dialect that the server chose of all, and whether it demands signatures. None: it wants none of them."""
        dialects = struct.pack(f"<{len(DIALECTS)}H", *DIALECTS)
        pad = bytes(-(64 + 36 + len(dialects)) % 8)
        context = struct.pack("<HHI", 1, 38, 0) + struct.pack("<HHH", 1, 32, 1) + os.urandom(32)
        at = 64 + 36 + len(dialects) + len(pad)
        head = struct.pack("<HHHHI16sIHH", 36, len(DIALECTS), 1, 0, 0, os.urandom(16), at, 1, 0)
        reply = await self.asked(NEGOTIATE, head + dialects + pad + context)
        if reply.status != SUCCESS:
            return None
        dialect, mode = reply.number(4, 2), reply.number(2, 2)
        if dialect not in DIALECTS:
            raise Broken("a dialect that was not offered")
        self._charge = 0 if dialect == 0x0202 else 1
        return DIALECTS[dialect], bool(mode & 2)

    async def nameless(self) -> tuple[int, int]:
        """Begin a session without a name and without a password, once. The status, and the flags (1 guest, 2 null)."""
        first = await self._session_setup(_begun())
        if first.status != MORE_PROCESSING:
            return first.status, 0
        at = first.body.find(_CHALLENGE)
        if at < 0:
            raise Broken("no challenge")
        self._session = first.session
        last = await self._session_setup(_tlv(0xA1, _tlv(0x30, _tlv(0xA2, _tlv(0x04, _anonymous())))))
        return last.status, last.number(2, 2) if last.status == SUCCESS else 0

    async def _session_setup(self, token: bytes) -> Reply:
        return await self.asked(SESSION, struct.pack("<HBBIIHHQ", 25, 0, 1, 0, 0, 88, len(token), 0) + token)

    async def tree(self, path: str) -> Reply:
        """Connect to a share; `number(12, 4)` of the answer is what the share would allow."""
        name = path.encode("utf-16-le")
        return await self.asked(TREE, struct.pack("<HHHH", 9, 0, 72, len(name)) + name)

    async def opened(self, tree: int, name: str, access: int, directory: bool, contexts: bytes = b"") -> Reply:
        """Open what exists; nothing is ever created. `body[64:80]` of the answer is the handle."""
        text = name.encode("utf-16-le")
        head = struct.pack("<HBBIQQIIIII", 57, 0, 0, 2, 0, 0, access, 0, 7, 1, 1 if directory else 0)
        at = 120 if contexts else 0
        body = head + struct.pack("<HHII", 120, len(text), at, len(contexts)) + (contexts or text or b"\0")
        return await self.asked(CREATE, body, tree)

    async def closed(self, tree: int, handle: bytes) -> None:
        await self.asked(CLOSE, struct.pack("<HHI", 24, 0, 0) + handle, tree)

    async def left(self, tree: int) -> None:
        await self.asked(LEAVE, struct.pack("<HH", 4, 0), tree)

    async def exchanged(self, tree: int, handle: bytes, data: bytes) -> bytes:
        """Write to a pipe and read what comes back."""
        control = struct.pack("<HHI", 57, 0, 0x0011C017) + handle
        body = control + struct.pack("<IIIIIIII", 120, len(data), 0, 0, 0, 65536, 1, 0) + data
        reply = await self.asked(IOCTL, body, tree)
        if reply.status not in (SUCCESS, BUFFER_OVERFLOW):
            raise Broken(f"{reply.status:08x}")
        return reply.part(reply.number(32, 4), reply.number(36, 4))

    async def read(self, tree: int, handle: bytes) -> bytes:
        body = struct.pack("<HBBIQ", 49, 80, 0, 65536, 0) + handle + struct.pack("<IIIHHB", 0, 0, 0, 0, 0, 0)
        reply = await self.asked(READ, body, tree)
        if reply.status not in (SUCCESS, BUFFER_OVERFLOW):
            raise Broken(f"{reply.status:08x}")
        return reply.part(reply.number(2, 1), reply.number(4, 4))


def _tlv(tag: int, data: bytes) -> bytes:
    """One value in DER."""
    size = len(data)
    length = bytes([size]) if size < 128 else bytes([0x82]) + size.to_bytes(2, "big")
    return bytes([tag]) + length + data


def _begun() -> bytes:
    """The first message: NTLM, in SPNEGO."""
    ntlm = b"NTLMSSP\0" + struct.pack("<II", 1, _FLAGS) + bytes(16)
    inner = _tlv(0xA0, _tlv(0x30, _OID_NTLM)) + _tlv(0xA2, _tlv(0x04, ntlm))
    return _tlv(0x60, _OID_SPNEGO + _tlv(0xA0, _tlv(0x30, inner)))


def _anonymous() -> bytes:
    """The last message: no domain, no user, no answer to the challenge but one zero, as [MS-NLMP] has it."""
    empty, at = struct.pack("<HHI", 0, 0, 65), struct.pack("<HHI", 1, 1, 64)
    return b"NTLMSSP\0" + struct.pack("<I", 3) + at + empty * 5 + struct.pack("<I", _FLAGS | _ANONYMOUS) + b"\0"
