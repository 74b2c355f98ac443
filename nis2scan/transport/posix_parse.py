"""The stream that the POSIX script sent, cut or damaged as it may be, to sections. Pure; never raises for a stream."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field

_GZIP = b"\x1f\x8b\x08"
_STDERR_KEPT = 8192
_HELLO = re.compile(rb"H (\S{1,32}) (\d{1,10}|x) (\d{1,12}) ([^\n]{0,256})\n")
_NUMBER = re.compile(r"\d{1,12}(\.\d{1,6})?")
_FRAME = re.compile(rb"([A-Z])([^\n]*)\n")


@dataclass(frozen=True)
class Hello:
    """The first frame: which system, as whom, at what time (the host's clock, seconds since 1970)."""

    platform: str
    uid: int
    at: int
    user: str


@dataclass(frozen=True)
class Section:
    """One question's part. ended: its end was seen. late: the host ended it for time. code: exit status."""

    out: bytes = b""
    err: bytes = b""
    ended: bool = False
    late: bool = False
    code: int | None = None
    ms: int = 0
    as_root: bool = False
    lacks: str = ""  # the program that is not there
    damaged: bool = False


@dataclass(frozen=True)
class Stream:
    """Everything that was understood. bye: the host's clock in the last frame, 0 when the answer was cut."""

    hello: Hello | None = None
    bye: int = 0
    rooted: bool = False
    refusal: str = ""
    sections: dict[str, Section] = field(default_factory=dict)


def hello_in(stream: bytes, nonce: str) -> tuple[Hello, int] | None:
    """The first frame and where it ends, when it has come. What stands before it (a greeting) is dropped."""
    for _, found in _frames(stream, nonce, _HELLO):
        platform, uid, at, user = (part.decode("utf-8", "replace") for part in found.groups())
        return Hello(platform, int(uid) if uid != "x" else -1, int(at), user), found.end()
    return None


def _frames(stream: bytes, nonce: str, shape: re.Pattern[bytes]) -> Iterator[tuple[int, re.Match[bytes]]]:
    """Frames of a shape, in order: where each begins, and its words. The nonce is looked for as it is, not as a part of
    the pattern: compiling one for every host would cost more than all the rest of the reading.
    """
    mark = b"\n@@%b " % nonce.encode()
    at = stream.find(mark)
    while at >= 0:
        found = shape.match(stream, at + len(mark))
        if found is not None:
            yield at, found
        at = stream.find(mark, found.end() if found is not None else at + 1)


def parse(stream: bytes, nonce: str, limit: int) -> Stream:
    """Sections from a stream. `limit`: how many bytes it may unpack to; the rest is dropped as if it had been cut."""
    if (met := hello_in(stream, nonce)) is None:
        return Stream()
    hello, start = met
    reading = _Reading(nonce, root=hello.uid == 0)
    for body, sound in _bodies(stream[start:], limit):
        reading.take(body, sound)
    rooted = hello.uid == 0 or reading.rooted
    return Stream(hello, reading.bye, rooted, reading.refusal, reading.sections)


def _bodies(data: bytes, limit: int) -> list[tuple[bytes, bool]]:
    """The parts one after the other, unpacked, each with whether it is sound (its checksum did not fail)."""
    bodies = []
    while data.startswith(_GZIP):
        packed = zlib.decompressobj(zlib.MAX_WBITS | 16)
        body, sound = b"", True
        try:
            body = packed.decompress(data, max(1, limit))
        except zlib.error:
            body, sound = _salvaged(data, limit), False
        bodies.append((body, sound))
        limit -= len(body)
        data = packed.unused_data if sound and packed.eof else b""
    return [*bodies, (data[: max(0, limit)], True)]


def _salvaged(data: bytes, limit: int) -> bytes:
    """What can be unpacked of a damaged part, only to know which questions it touched."""
    packed, body = zlib.decompressobj(zlib.MAX_WBITS | 16), bytearray()
    try:
        for at in range(0, len(data), 512):
            body += packed.decompress(data[at : at + 512], max(1, limit - len(body)))
    except zlib.error:
        pass
    return bytes(body)


class _Reading:
    """Goes through frames in order and keeps the open section."""

    def __init__(self, nonce: str, root: bool) -> None:
        self.nonce = nonce
        self.root, self.rooted = root, False
        self.bye, self.refusal = 0, ""
        self.sections: dict[str, Section] = {}

    def take(self, body: bytes, sound: bool) -> None:
        open_id, start, out, begun = "", 0, None, 0.0
        for at, found in _frames(body, self.nonce, _FRAME):
            kind, words = found[1].decode(), found[2].decode("ascii", "replace").split()
            before = body[start:at]
            if kind in "BMRZP" and open_id:  # the section before it has no end: a flood was cut
                self._keep(open_id, self._cut(out if out is not None else before, sound))
                open_id = ""
            if kind == "B" and words:
                open_id, out, begun = words[0], None, _number(words[1:])
            elif kind == "X":
                out = before
            elif kind == "E" and words and words[0] == open_id:
                self._keep(open_id, self._ended(words, out, before, begun, sound))
                open_id = ""
            else:
                self._aside(kind, words, before, sound)
            start = found.end()
            if kind == "P":
                return
        if open_id:
            self._keep(open_id, self._cut(out if out is not None else body[start:], sound))

    def _aside(self, kind: str, words: list[str], before: bytes, sound: bool) -> None:
        if kind == "M" and words:
            lacks = " ".join(words[1:]) or "?"
            self._keep(words[0], Section(lacks=lacks, damaged=not sound, as_root=self.root))
        elif kind == "R":
            self.rooted = self.root = True
        elif kind == "A":
            self.root = False
            text = before.decode("utf-8", "replace").strip()
            self.refusal = "" if self.rooted else (text.split("\n")[0][:200] or f"exit status {' '.join(words)[:8]}")
        elif kind == "Z":
            self.bye = int(_number(words))

    def _keep(self, name: str, section: Section) -> None:
        """The first whole answer counts: a question that was asked again after a refusal does not replace it."""
        if not (old := self.sections.get(name)) or not (old.ended or old.lacks):
            self.sections[name] = section

    def _cut(self, out: bytes, sound: bool) -> Section:
        return Section(out, damaged=not sound, as_root=self.root)

    def _ended(self, words: list[str], out: bytes | None, before: bytes, begun: float, sound: bool) -> Section:
        code = words[1] if len(words) > 1 else ""
        ended = _number(words[2:])
        return Section(
            out=before if out is None else out,
            err=b"" if out is None else before[:_STDERR_KEPT],
            ended=True,
            late=code == "T",
            code=int(code) if code.isascii() and code.isdigit() else None,
            ms=max(0, round((ended - begun) * 1000)) if begun and ended else 0,
            damaged=not sound,
            as_root=self.root,
        )


def _number(words: list[str]) -> float:
    """The first word as a number, 0 when it is none."""
    return float(words[0]) if words and _NUMBER.fullmatch(words[0]) else 0.0
