"""Files as the scripts write them, taken apart and put together: written anew here, not with the code under test."""

from __future__ import annotations

import base64
import gzip
import json
import re
import zlib
from collections.abc import Mapping
from datetime import datetime


def stream_of(file: bytes) -> tuple[str, bytes]:
    """The nonce of a POSIX file, and the stream that is packed in it."""
    first, *lines = file.splitlines()
    found = re.fullmatch(rb"@@([0-9a-f]{32}) n2s 1 base64", first)
    assert found is not None
    assert lines[-1] == b"@@" + found[1] + b" end"
    return found[1].decode(), gzip.decompress(base64.b64decode(b"".join(lines[:-1])))


def file_of(nonce: str, stream: bytes) -> bytes:
    """The reverse."""
    text = base64.b64encode(gzip.compress(stream)).decode()
    lines = [text[at : at + 76] for at in range(0, len(text), 76)]
    return "\n".join([f"@@{nonce} n2s 1 base64", *lines, f"@@{nonce} end", ""]).encode()


def changed(
    file: bytes,
    *,
    nonce: str | None = None,
    host: str | bytes | None = None,
    client: str | None = None,
    at: datetime | None = None,
    cut: bytes = b"",
) -> bytes:
    """The same answer from another run: another nonce, host, client or time. cut: it ends where this begins."""
    own, stream = stream_of(file)
    if host is not None:
        stream = re.sub(rb"^host [^\n]*", b"host " + (host.encode() if isinstance(host, str) else host), stream)
    if client is not None:
        stream = re.sub(rb"\nclient [^\n]*", b"\nclient " + client.encode(), stream, count=1)
    if at is not None:
        stamp = str(int(at.timestamp())).encode()
        stream = re.sub(rb" H linux (\d+) \d+ ", rb" H linux \1 " + stamp + b" ", stream, count=1)
        stream = re.sub(rb" Z \d+\n", b" Z " + stamp + b"\n", stream)
    if cut:
        stream = stream[: stream.index(cut)]
    if nonce is not None:
        stream = stream.replace(own.encode(), nonce.encode())  # the sections are packed in the stream once more
        stream = _repacked(stream, own.encode(), nonce.encode())
    return file_of(nonce or own, stream)


def _repacked(stream: bytes, old: bytes, new: bytes) -> bytes:
    """The inner part of the stream with another nonce."""
    start = stream.index(b"\x1f\x8b\x08")
    packed = zlib.decompressobj(zlib.MAX_WBITS | 16)
    inner = packed.decompress(stream[start:])
    return stream[:start] + gzip.compress(inner.replace(old, new)) + packed.unused_data


def windows(
    sections: Mapping[str, tuple[str, object]],
    *,
    nonce: str = "0123456789abcdef0123456789abcdef",
    computer: str = "PC-BALIE",
    admin: bool = True,
    at: datetime,
    client: str = "",
) -> bytes:
    """A file of the script for Windows: per question the status and the value."""
    epoch = int(at.timestamp())
    said = {"computer": computer, "user": f"{computer}\\anna", "admin": admin, "language": "FullLanguage"}
    lines = [_summed(f"H windows {epoch}", said), *([f"C {client}"] if client else [])]
    lines += [_summed(f"S {name} {status} 5", value) for name, (status, value) in sections.items()]
    lines.append(_summed(f"Z {epoch + 3}", None))
    return "".join(f"@@{nonce} {line}\r\n" for line in lines).encode("ascii")


def _summed(words: str, value: object) -> str:
    text, total = json.dumps(value, separators=(",", ":")), 7
    for char in f"{words} {text}":
        total = (total * 31 + ord(char)) % 2147483647
    return f"{words} {total} {text}"
