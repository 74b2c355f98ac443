"""The stream of the Windows script, cut or damaged as it may be, to sections. Pure; never raises for a stream."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import Any

from nis2scan.model import Status

_ESCAPES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
_HELLO = re.compile(r"@@([0-9a-f]{32}) (H windows (\d{1,12})) ")
_SECTION = re.compile(r"(S ([a-z0-9-]{1,60}) (ok|failed|denied|constrained|late) (\d{1,12})) ")
_SUM = re.compile(r"(\d{1,12}) ")
_BYE = re.compile(r"(Z (\d{1,12})) ")
_LONGEST = 2 * 1024 * 1024  # characters of one section that are decoded; what questions ask for is an eighth of it
_DEEPEST = 64  # tables within tables; deeper ones would end the readers, and Windows PowerShell writes none
_FLAT = re.compile(r'"System\.[A-Za-z.]*(?:\[\]|Dictionary|Hashtable|PropertyData)"')

# Beginnings of FullyQualifiedErrorId and what they mean: English on every Windows (windows-shapes 1.3).
_BY_ID = (
    ("nis2scan-denied", Status.DENIED),
    ("nis2scan-missing", Status.MISSING),
    ("CommandNotFoundException", Status.MISSING),
    ("NoMatchingLogsFound", Status.MISSING),
    ("PathNotFound", Status.MISSING),
    ("LogInfoUnavailable", Status.DENIED),
    ("System.Security.SecurityException", Status.DENIED),
    ("MethodInvocationNotSupportedInConstrainedLanguage", Status.CONSTRAINED),
    ("CannotCreateTypeConstrainedLanguage", Status.CONSTRAINED),
    ("ConversionSupportedOnlyToCoreTypes", Status.CONSTRAINED),
)
_OWN_WORDS = {
    "nis2scan-denied": "not tried: over the network only an administrator is answered",
    "nis2scan-missing": "that program is not on this machine",
    "nis2scan-refused": "not tried: it does not only read",
    "nis2scan-shape": "the section did not make one table",
}
_BY_CODE = {
    0x8004100E: Status.MISSING,  # no such namespace
    0x80041010: Status.MISSING,  # no such class
    0x80041003: Status.DENIED,
    0x80070005: Status.DENIED,
    0x80240044: Status.DENIED,  # Windows Update: only for administrators
    0x8013150A: Status.DENIED,  # SecurityException
}
_BY_NATIVE = {"AccessDenied": Status.DENIED, "InvalidNamespace": Status.MISSING, "InvalidClass": Status.MISSING}
_BY_CATEGORY = {
    "PermissionDenied": Status.DENIED,
    "SecurityError": Status.DENIED,
    "OperationTimeout": Status.TIMEOUT,
}


@dataclass(frozen=True)
class Hello:
    """The first frame: at what time (the host's clock), and what the script says of itself and its rights."""

    at: int
    said: dict[str, Any]


@dataclass(frozen=True)
class Section:
    """One question's part. status: as the script says. json: what came, ASCII. sound: the sum fits and it is JSON."""

    status: str
    ms: int
    json: str
    sound: bool = True


@dataclass(frozen=True)
class Stream:
    """Everything that was understood. bye: the host's clock in the last frame, 0 when the answer was cut."""

    nonce: str = ""
    hello: Hello | None = None
    bye: int = 0
    sections: dict[str, Section] = field(default_factory=dict)

    @property
    def damaged(self) -> bool:
        return any(not section.sound for section in self.sections.values())


def text_of(data: bytes) -> str:
    """Bytes as text: what Windows makes of a redirected stream is UTF-16 or some code page; the frames are ASCII."""
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return data.decode("utf-16", "replace")
    return _ESCAPES.sub("", data.removeprefix(b"\xef\xbb\xbf").decode("ascii", "replace"))


def hello_in(data: bytes, nonce: str = "") -> Hello | None:
    """The first frame, when it has come whole."""
    text = text_of(data)
    met = _met(text, nonce)
    return _hello(met, text[met.end() :].split(f"@@{met[1]} ", 1)[0]) if met is not None else None


def parse(data: bytes, nonce: str = "") -> Stream:
    """Sections from a stream. nonce "": the one that the first frame carries, for an answer by file."""
    text = text_of(data)
    if (met := _met(text, nonce)) is None:
        return Stream()
    own, *parts = text[met.end() :].split(f"@@{met[1]} ")
    if (hello := _hello(met, own)) is None:
        return Stream()
    bye = 0
    sections: dict[str, Section] = {}
    for part in parts:
        if (ended := _BYE.match(part)) is not None:
            bye = int(ended[2]) if _payload(ended[1], part[ended.end() :])[1] else 0
            break
        if (found := _SECTION.match(part)) is not None:
            value, sound = _payload(found[1], part[found.end() :])
            sections.setdefault(found[2], Section(found[3], int(found[4]), value, sound))
    return Stream(met[1], hello, bye, sections)


def _met(text: str, nonce: str) -> re.Match[str] | None:
    return next((found for found in _HELLO.finditer(text) if nonce in ("", found[1])), None)


def _hello(met: re.Match[str], own: str) -> Hello | None:
    value, sound = _payload(met[2], own)
    said = json.loads(value) if sound else None
    return Hello(int(met[3]), said) if isinstance(said, dict) else None


def _payload(words: str, text: str) -> tuple[str, bool]:
    """The JSON of a frame, and whether it is whole, with the words before it. A console may have wrapped it, and noise
    may follow it.
    """
    flat = text.replace("\r", "").replace("\n", "")
    if (found := _SUM.match(flat)) is None or len(flat) > _LONGEST:
        return "", False
    try:
        made, end = json.JSONDecoder().raw_decode(flat, found.end())
    except (ValueError, RecursionError):
        return flat[found.end() :], False
    value = flat[found.end() : end]
    return value, _shallow(made) and checksum(f"{words} {value}") == int(found[1]) and _FLAT.search(value) is None


def _shallow(value: Any) -> bool:
    """Whether nothing in it lies deeper than any question asks for."""
    level = [value]
    for _ in range(_DEEPEST):
        tables = [item for item in level if isinstance(item, (dict, list))]
        if not tables:
            return True
        level = [item for each in tables for item in (each.values() if isinstance(each, dict) else each)]
    return False


def unwrapped(value: Any) -> Any:
    """Lists as lists: Windows PowerShell writes one that went through a pipeline as a table of `value` and `Count`."""
    if isinstance(value, dict):
        if value.keys() == {"value", "Count"} and isinstance(value["value"], list):
            return unwrapped(value["value"])
        return {name: unwrapped(item) for name, item in value.items()}
    return [unwrapped(item) for item in value] if isinstance(value, list) else value


def checksum(text: str) -> int:
    """The sum that the script makes of its characters."""
    total = 7
    for char in text.encode("ascii", "replace"):
        total = (total * 31 + char) % 2147483647
    return total


def complaint_of(error: dict[str, Any]) -> str:
    """An error in a line for people: our own refusals in words, others by the name that PowerShell gives them."""
    name = str(error.get("fqid", ""))
    if name in _OWN_WORDS:
        return _OWN_WORDS[name]
    beginning = re.split(r"[,\n]", name, maxsplit=1)[0].strip()[:120]
    return f"PowerShell said {beginning}" if beginning else "PowerShell gave no name to what went wrong"


def status_of(error: dict[str, Any]) -> Status:
    """What an error of PowerShell means. Its message is in the language of the system and is never looked at."""
    name = str(error.get("fqid", ""))
    for beginning, status in _BY_ID:
        if name.startswith(beginning):
            return status
    words = re.match(r"HRESULT (0x[0-9a-fA-F]{8})", name)
    codes = [int(words[1], 16)] if words else []
    codes += [error[key] & 0xFFFFFFFF for key in ("hresult", "inner") if isinstance(error.get(key), int)]
    for code in codes:
        if code in _BY_CODE:
            return _BY_CODE[code]
    native, category = str(error.get("native", "")), str(error.get("category", ""))
    return _BY_NATIVE.get(native) or _BY_CATEGORY.get(category) or Status.ERROR
