"""One request over HTTP, at a place that may be strange: bounded in bytes and time, never sent elsewhere."""

from __future__ import annotations

import asyncio
import io
import re
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from http.client import HTTPException, HTTPResponse
from typing import cast
from urllib.parse import urljoin, urlsplit

from nis2scan.transport.probes import Way

_SECONDS = 5.0
_MOST = 262_144
_PATH = re.compile(r"/[\x21-\x7e]{0,500}\Z")


@dataclass(frozen=True)
class Place:
    """A port and a path of the host that is looked at."""

    port: int
    path: str


@dataclass(frozen=True)
class Reply:
    status: int
    body: bytes


def place(way: Way, url: str, base: Place | None = None) -> Place | None:
    """The place that a text of the host points to; None when it is another host, no plain HTTP or no clean path."""
    try:
        whole = urlsplit(urljoin(f"http://{way.spot.address}:{base.port}{base.path}", url) if base else url)
        port = whole.port or 80
    except ValueError:
        return None
    path = (whole.path or "/") + (f"?{whole.query}" if whole.query else "")
    if whole.scheme != "http" or whole.hostname != way.spot.address or not _PATH.match(path):
        return None
    return Place(port, path)


async def said(
    way: Way, at: Place, headers: Mapping[str, str] | None = None, body: bytes | None = None
) -> Reply | None:
    """The answer to GET, or to POST when there is a body. None when there is none that can be read."""
    if (sock := await way.opened(at.port)) is None:
        return None
    lines = {"Host": f"{way.spot.address}:{at.port}", "Connection": "close", **(headers or {})}
    if body is not None:
        lines["Content-Length"] = str(len(body))
    first = f"{'GET' if body is None else 'POST'} {at.path} HTTP/1.1"
    request = "\r\n".join([first, *(f"{name}: {value}" for name, value in lines.items()), "", ""]).encode("ascii")
    with sock:
        return _read(await _exchanged(sock, request + (body or b"")))


async def _exchanged(sock: socket.socket, request: bytes) -> bytes:
    loop, heard = asyncio.get_running_loop(), bytearray()
    try:
        async with asyncio.timeout(_SECONDS):
            await loop.sock_sendall(sock, request)
            while len(heard) < _MOST and not _whole(heard):
                if not (part := await loop.sock_recv(sock, 16384)):
                    break
                heard += part
    except (TimeoutError, OSError):
        pass  # what came until then may be enough
    return bytes(heard[:_MOST])


def _whole(heard: bytearray) -> bool:
    """Everything that the length in the header promised is there."""
    head, end, body = heard.partition(b"\r\n\r\n")
    length = re.search(rb"(?im)^content-length:\s*(\d{1,9})\s*$", head)
    return bool(end and length and len(body) >= int(length[1]))


class _Kept:
    """Bytes in the place of a socket, for the reader of the standard library."""

    def __init__(self, data: bytes) -> None:
        self._data = data

    def makefile(self, *_: object) -> io.BytesIO:
        return io.BytesIO(self._data)


def _read(heard: bytes) -> Reply | None:
    reply = HTTPResponse(cast(socket.socket, _Kept(heard)))
    try:
        reply.begin()
        return Reply(reply.status, reply.read())
    except (HTTPException, ValueError, OSError):
        return None
