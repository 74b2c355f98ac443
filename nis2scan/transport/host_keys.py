"""Host keys: which are believed, whether a server shows one of them, and how a new one is kept.

The known_hosts files of the user and of the settings are only read. Ours, beside the store, is written by
`nis2scan trust` alone. Keys are compared as bytes; what a line says of the owner is not taken on trust.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import os
import re
import stat
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from nis2scan.errors import Reason, StoreError, TransportError
from nis2scan.model import say

_LARGEST = 4 * 1024 * 1024


@dataclass(frozen=True)
class HostKey:
    """A public key of a host: its type (`ssh-ed25519`) and its bytes."""

    kind: str
    blob: bytes

    @property
    def fingerprint(self) -> str:
        """As ssh-keygen -l shows it."""
        return "SHA256:" + base64.b64encode(hashlib.sha256(self.blob).digest()).decode().rstrip("=")


@dataclass(frozen=True)
class Known:
    """One line of a known_hosts file that is about the host asked for."""

    key: HostKey
    file: Path
    line: int
    revoked: bool = False


def named(host: str, port: int) -> str:
    """How known_hosts calls a host at a port."""
    return host if port == 22 else f"[{host}]:{port}"


def known(files: Iterable[Path], names: Sequence[str]) -> list[Known]:
    """Every key that these files hold for a host with one of these names. A file that is not there holds none.

    Raises TransportError when a file cannot be read, or can be written by others.
    """
    found = []
    for file in files:
        named_so, others = _index(closed_text(file))
        lines = {*others, *(line for name in names for line in named_so.get(name.lower(), ()))}
        entries = (_entry(file, number, line, names) for number, line in sorted(lines))
        found += [entry for entry in entries if entry is not None]
    return found


@lru_cache(maxsize=8)
def _index(text: str) -> tuple[Mapping[str, list[tuple[int, str]]], Sequence[tuple[int, str]]]:
    """The lines that name hosts as they are, by name; and the others: hashed or with wildcards, tried for every host.

    Kept for as long as the text stays the same: with hundreds of hosts, each looking through hundreds of lines, this
    was most of the scanner's own work.
    """
    named_so: dict[str, list[tuple[int, str]]] = {}
    others = []
    for number, line in enumerate(text.splitlines(), 1):
        words = line.split(None, 2)
        names = words[1 if words[0].startswith("@") and len(words) > 1 else 0].lower() if words else "#"
        if any(sign in names for sign in "|*?!"):
            others.append((number, line))
        elif not names.startswith("#"):
            for name in names.split(","):
                named_so.setdefault(name, []).append((number, line))
    return named_so, others


def verify(shown: HostKey, believed: Sequence[Known], where: str, name: str) -> None:
    """Raise TransportError unless the key that a server shows is one that is believed. `name`: for the next step."""
    if revoked := next((entry for entry in believed if entry.revoked and entry.key == shown), None):
        raise TransportError(
            Reason.HOST_KEY,
            say(
                "{where} shows a host key that {line} calls revoked",
                where=where,
                line=f"{revoked.file}:{revoked.line}",
            ),
        )
    others = [entry for entry in believed if not entry.revoked]
    if any(entry.key == shown for entry in others):
        return
    key = f"{shown.kind} {shown.fingerprint}"
    if others:
        first = others[0]
        raise TransportError(
            Reason.HOST_KEY,
            say(
                "{where} shows another host key ({key}) than the one that is known for it ({line})",
                where=where,
                key=key,
                line=f"{first.file}:{first.line}",
            ),
            say(
                "Nothing was sent to it. Find out why; only if that machine was reinstalled: {command}",
                command=f"nis2scan trust {name or 'HOST'} --replace",
            ),
        )
    raise TransportError(
        Reason.HOST_KEY,
        say("the host key of {where} is not known: {key}", where=where, key=key),
        say(
            "Compare it on the machine itself (ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub), then accept it: "
            "{command}",
            command=f"nis2scan trust {name or 'HOST'}",
        ),
    )


def closed_text(file: Path) -> str:
    """A file of what is believed; "" when it is not there. Raises TransportError when others can write it."""
    try:
        with file.open("rb") as stream:
            facts = os.fstat(stream.fileno())
            if os.name == "posix" and facts.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
                said = say("{file} can be written by others", file=str(file))
                raise TransportError(Reason.HOST_KEY, said, f"chmod go-w {file}")
            return stream.read(_LARGEST).decode("utf-8", "replace")
    except FileNotFoundError:
        return ""
    except OSError as trouble:
        said = say("{file} cannot be read: {why}", file=str(file), why=trouble.strerror or "")
        raise TransportError(Reason.HOST_KEY, said) from None


def _entry(file: Path, number: int, line: str, names: Sequence[str]) -> Known | None:
    """A line when it is about the host. Certificates of authorities are not supported and believe nobody."""
    words = line.split()
    marker = words.pop(0) if words and words[0].startswith("@") else ""
    if len(words) < 3 or words[0].startswith("#") or marker not in ("", "@revoked"):
        return None
    if not any(_matches(words[0], name) for name in names):
        return None
    try:
        key = HostKey(words[1], base64.b64decode(words[2], validate=True))
    except (binascii.Error, ValueError):
        return None
    return Known(key, file, number, bool(marker))


def _matches(patterns: str, name: str) -> bool:
    """sshd(8): names with commas between them, `*` and `?`, `!` for all but; or one hashed name."""
    if patterns.startswith("|1|"):
        return _hashed(patterns, name)
    hit = False
    for pattern in patterns.lower().split(","):
        shape = re.escape(pattern.lstrip("!")).replace(r"\*", ".*").replace(r"\?", ".")
        if re.fullmatch(shape, name.lower()):
            if pattern.startswith("!"):
                return False
            hit = True
    return hit


def _hashed(pattern: str, name: str) -> bool:
    try:
        salt, digest = (base64.b64decode(part, validate=True) for part in pattern.split("|")[2:4])
    except (binascii.Error, ValueError):
        return False
    return hmac.compare_digest(hmac.new(salt, name.encode(), hashlib.sha1).digest(), digest)


def keep(file: Path, names: Sequence[str], key: HostKey, note: str) -> None:
    """Write a key into our own file, with a line before it that says who did so and when: whole or not at all.

    Every other key of a host with one of these names is taken out, and what went is told in a line too. Whoever calls
    has asked. Raises StoreError.
    """
    about = " ".join(re.sub(r"[^\x20-\x7e]", "?", note).split())
    kept = []
    for number, line in enumerate(closed_text(file).splitlines(), 1):
        entry = _entry(file, number, line, names)
        if entry is None or entry.revoked:
            kept.append(line)
        else:
            kept.append(f"# replaced: {entry.key.kind} {entry.key.fingerprint} of {' '.join(names)}")
    kept += [f"# {about}", f"{','.join(names)} {key.kind} {base64.b64encode(key.blob).decode()}"]
    try:
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        number, name = tempfile.mkstemp(prefix=".known_hosts.", dir=file.parent)  # made with mode 0600
        with os.fdopen(number, "w", encoding="utf-8") as stream:
            stream.write("\n".join(kept) + "\n")
            stream.flush()
            os.fsync(stream.fileno())
        Path(name).replace(file)
    except OSError as trouble:
        raise StoreError(f"{file} cannot be written: {trouble}", "Look at the rights and free space.") from None
