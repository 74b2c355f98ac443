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
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from nis2scan.errors import Reason, TransportError

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
        for number, line in enumerate(_lines(file), 1):
            if (entry := _entry(file, number, line, names)) is not None:
                found.append(entry)
    return found


def verify(shown: HostKey, believed: Sequence[Known], where: str, name: str) -> None:
    """Raise TransportError unless the key that a server shows is one that is believed. `name`: for the next step."""
    if revoked := next((entry for entry in believed if entry.revoked and entry.key == shown), None):
        raise TransportError(
            Reason.HOST_KEY, f"{where} shows a host key that {revoked.file}:{revoked.line} calls revoked"
        )
    others = [entry for entry in believed if not entry.revoked]
    if any(entry.key == shown for entry in others):
        return
    key = f"{shown.kind} {shown.fingerprint}"
    if others:
        first = others[0]
        raise TransportError(
            Reason.HOST_KEY,
            f"{where} shows another host key ({key}) than the one that is known for it ({first.file}:{first.line})",
            "Nothing was sent to it. Find out why; only if that machine was reinstalled: "
            f"nis2scan trust {name or 'HOST'} --replace",
        )
    raise TransportError(
        Reason.HOST_KEY,
        f"the host key of {where} is not known: {key}",
        "Compare it on the machine itself (ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub), then accept it: "
        f"nis2scan trust {name or 'HOST'}",
    )


def _lines(file: Path) -> list[str]:
    try:
        with file.open("rb") as stream:
            facts = os.fstat(stream.fileno())
            if os.name == "posix" and facts.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
                raise TransportError(Reason.HOST_KEY, f"{file} can be written by others", f"chmod go-w {file}")
            return stream.read(_LARGEST).decode("utf-8", "replace").splitlines()
    except FileNotFoundError:
        return []
    except OSError as trouble:
        raise TransportError(Reason.HOST_KEY, f"{file} cannot be read: {trouble.strerror}") from None


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
