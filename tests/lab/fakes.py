"""Devices that no package can play: they misbehave, are fragile, or wait for somebody's password.

`python -m tests.lab.fakes KIND FILE` runs one, in the network namespace it is started in. It writes to FILE what came
in, a line an event: `bytes PORT COUNT`, `login USER METHOD`.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
import sys
import threading
from collections.abc import Awaitable, Callable
from pathlib import Path

Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]

GARBAGE = b"SSH-9.9-\xff\xfe\x00\x1b[2J RFB 777.000\n220 \r\n+PONG\r\n\x16\x03\x09\xff\xff" + bytes(range(256))
LYING = (21, 22, 23, 80, 443, 445, 1883, 5900, 6379, 11211)
TELLING = (22, 80, 443, 6379)


class Notes:
    """What came in, kept in a file that is read after the scan."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._lock = threading.Lock()

    def add(self, line: str) -> None:
        with self._lock, self._file.open("a", encoding="utf-8") as file:
            file.write(line + "\n")


async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Accept, and never say a word."""
    while await reader.read(4096):
        pass


async def flood(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Pour out bytes for as long as somebody takes them; 256 MB is enough for every limit."""
    for _ in range(4096):
        writer.write(b"A" * 65536)
        await writer.drain()


async def liar(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Rubbish first, and rubbish as the answer to whatever comes."""
    for _ in range(8):
        writer.write(GARBAGE)
        await writer.drain()
        if not await reader.read(4096):
            return


async def slam(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Break the connection off at once, the hard way."""
    plug: socket.socket = writer.get_extra_info("socket")
    plug.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


async def drip(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """One byte a second, no end of line: no read ever times out."""
    for _ in range(600):
        writer.write(b"2")
        await writer.drain()
        await asyncio.sleep(1)


def counting(notes: Notes, port: int, answer: bytes = b"") -> Talk:
    """Count what comes in. What arrives here would be printed, or would move a machine."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(4096):
            notes.add(f"bytes {port} {len(data)}")
            if answer:
                writer.write(answer)
                await writer.drain()
                return

    return talk


def said(banner: bytes, answer: bytes = b"") -> Talk:
    """Say what it is, and one thing to whoever asks."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(banner)
        await writer.drain()
        if await reader.read(4096) and answer:
            writer.write(answer)
            await writer.drain()

    return talk


def page(title: str, server: str) -> bytes:
    body = f"<html><head><title>{title}</title></head><body>{title}</body></html>".encode()
    head = f"HTTP/1.1 200 OK\r\nServer: {server}\r\nContent-Type: text/html\r\nContent-Length: {len(body)}\r\n"
    return head.encode() + b"Connection: close\r\n\r\n" + body


RTSP = b"RTSP/1.0 401 Unauthorized\r\nCSeq: 1\r\nServer: Hikvision RTSP\r\nPublic: OPTIONS, DESCRIBE\r\n\r\n"

# The answer of a Windows machine to the first packet of Remote Desktop: it wants network level authentication.
RDP = bytes.fromhex("030000130ed000001234000200080002000000")


def ports(kind: str, notes: Notes) -> dict[int, Talk]:
    """What each kind of device does, by port."""
    kinds: dict[str, dict[int, Talk]] = {
        "silent": dict.fromkeys(TELLING, silent),
        "flood": dict.fromkeys(TELLING, flood),
        "slam": dict.fromkeys(TELLING, slam),
        "drip": dict.fromkeys(TELLING, drip),
        "liar": dict.fromkeys(LYING, liar),
        "printer": {
            9100: counting(notes, 9100),
            515: counting(notes, 515),
            631: counting(notes, 631, page("Printer", "HP HTTP Server; HP LaserJet M404dn")),
            80: said(b"", page("HP LaserJet M404dn", "HP HTTP Server; HP LaserJet M404dn")),
        },
        "plc": {502: counting(notes, 502), 102: counting(notes, 102)},
        "camera": {
            554: said(b"", RTSP),
            80: said(b"", page("Network Camera", "App-webs/")),
            8000: silent,
        },
        "pc": {135: silent, 445: silent, 3389: said(b"", RDP)},
        "pc-closed": {},
        "drop": {},
        "hypervisor": {8006: said(b"", page("pve - Proxmox Virtual Environment", "pve-api-daemon/3.0"))},
    }
    return kinds[kind]


async def serve(kind: str, notes: Notes) -> None:
    for port, talk in ports(kind, notes).items():

        async def whole(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, talk: Talk = talk) -> None:
            with contextlib.suppress(OSError):
                await talk(reader, writer)
            writer.close()

        await asyncio.start_server(whole, "0.0.0.0", port)
    await asyncio.Event().wait()


def rogue(notes: Notes) -> None:
    """A real SSH server that lets nobody in and writes down who offered what. No secret of anybody is kept."""
    import paramiko
    from paramiko.common import AUTH_FAILED

    class Ear(paramiko.ServerInterface):
        def check_auth_none(self, username: str) -> int:
            notes.add(f"login {username} none")
            return AUTH_FAILED

        def check_auth_password(self, username: str, password: str) -> int:
            notes.add(f"login {username} password")
            return AUTH_FAILED

        def check_auth_publickey(self, username: str, key: paramiko.PKey) -> int:
            notes.add(f"login {username} key")
            return AUTH_FAILED

        def get_allowed_auths(self, username: str) -> str:
            return "password,publickey"

    key = paramiko.ECDSAKey.generate()
    door = socket.create_server(("0.0.0.0", 22))
    while True:
        plug, _ = door.accept()
        line = paramiko.Transport(plug)
        line.add_server_key(key)
        with contextlib.suppress(paramiko.SSHException, EOFError, OSError):
            line.start_server(event=threading.Event(), server=Ear())


def main(kind: str, file: Path) -> None:
    file.touch()
    notes = Notes(file)
    if kind == "rogue":
        rogue(notes)
    else:
        asyncio.run(serve(kind, notes))


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
