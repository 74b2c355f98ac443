"""Until when a release gets security fixes: rows of the table that came with the program, and finding the right one.

Pure. The rules of matching: alternatives are parted by `|`, the longest match wins, `id:version` compares whole
dot-separated parts. A version that the table does not know yet is unknown, never "no longer supported".
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from nis2scan.api import Fact


@dataclass(frozen=True)
class Eol:
    """One release cycle of a product. An empty date is None: unknown, or no end was set.

    security_until: last day of security fixes for everyone. extended_until: of a longer phase not everyone has.
    note: tags `key=value` and remarks, parted by `;`.
    """

    product: str
    cycle: str
    match: str
    released: date | None
    support_until: date | None
    security_until: date | None
    extended_until: date | None
    note: str

    def tag(self, name: str) -> str:
        """The value of a tag in the note, or an empty string: `ext` is free, paid, paid-or-enrolled."""
        parts = (part.strip().partition("=") for part in self.note.split(";"))
        return next((value for key, _, value in parts if key == name), "")

    def ended(self, on: date) -> bool:
        """Whether fixes for everyone have stopped by that day."""
        if self.security_until is not None:
            return self.security_until < on
        return self.tag("status") == "ended"


@dataclass(frozen=True)
class Release(Fact):
    """The release of an operating system, in the terms of the table.

    kind: os-release ID (`debian`), `build` for Windows, else as in the table. version: VERSION_ID, build or version.
    name: how it calls itself. product: only rows of this product, where several share a kind (`windows-server`).
    edition: the end of the cycle's name (`w`, `e`, `e-lts`, `2019`), where one build has several.
    extended: longer support is proven to be in force; None when nobody looked.
    """

    kind: str
    version: str
    name: str
    product: str = ""
    edition: str = ""
    extended: bool | None = None


@dataclass(frozen=True)
class LongerInForce(Fact):
    """Only softens, so it is never missing. None where nobody could look.

    ubuntu_pro: for the system itself. esu: the paid support of Windows after its end.
    """

    ubuntu_pro: bool | None
    esu: bool | None = None


def rows_for(rows: Iterable[Eol], release: Release) -> tuple[Eol, ...]:
    """The rows that describe a release: one, or several where the edition decides and is not known; () if unknown."""
    wanted = parts_of(release.version)
    fits: list[tuple[int, Eol]] = []
    refined = False
    for row in _of_kind(rows, release):
        for parts in _versions(row, release):
            if parts == wanted[: len(parts)]:
                fits.append((len(parts), row))
    longest = max((length for length, _ in fits), default=0)
    if longest < len(wanted):
        # `sles:15` is the release without a service pack: rows for 15.1 and on show that it does not cover 15.9.
        known = [parts for row in _of_kind(rows, release) for parts in _versions(row, release)]
        refined = any(len(parts) > longest and parts[:longest] == wanted[:longest] for parts in known if longest)
    if refined:
        return ()
    best = [row for length, row in fits if length == longest]
    named = [row for row in best if release.edition and f"-{row.cycle}".endswith(f"-{release.edition}")]
    return tuple(named or best)


def next_row(rows: Iterable[Eol], release: Release) -> Eol | None:
    """The nearest higher release in the table, for one that has no row: it has ended if that one has.

    None when the product is not in the table, or the release is newer than the table.
    """
    wanted = _order(parts_of(release.version))
    higher = [
        (_order(parts), row)
        for row in _of_kind(rows, release)
        for parts in _versions(row, release)
        if wanted and parts and _order(parts) > wanted
    ]
    return min(higher, key=lambda pair: pair[0])[1] if higher else None


def rows_of_version(rows: Iterable[Eol], product: str, version: str) -> tuple[Eol, ...]:
    """The rows of a program by version: `8.1.` fits 8.1 and 8.1.4, never 8.10; without a dot at the end, any prefix."""
    fits: list[tuple[int, Eol]] = []
    for row in rows:
        if row.product == product:
            for text in row.match.split("|"):
                if text and (version.startswith(text) or (text.endswith(".") and version == text[:-1])):
                    fits.append((len(text), row))
    longest = max((length for length, _ in fits), default=0)
    return tuple(row for length, row in fits if length == longest)


def parts_of(version: str) -> tuple[str, ...]:
    """`9.4` → ("9", "4"); an empty version has no parts."""
    return tuple(version.split(".")) if version else ()


def _of_kind(rows: Iterable[Eol], release: Release) -> Sequence[Eol]:
    prefix = release.kind + ":"
    mine = [row for row in rows if any(text.startswith(prefix) for text in row.match.split("|"))]
    return [row for row in mine if release.product in ("", row.product)]


def _versions(row: Eol, release: Release) -> list[tuple[str, ...]]:
    """The versions a row stands for, when its test on the name holds: the full name begins with the NAME."""
    found = []
    for text in row.match.split("|"):
        kind, _, rest = text.partition(":")
        version, _, name = rest.partition(" NAME=")
        if kind == release.kind and release.name.startswith(name):
            found.append(parts_of(version))
    return found


def _order(parts: Iterable[str]) -> tuple[tuple[int, str], ...]:
    """Numbers by size, anything else after the number it begins with: 9 < 10 < 10_alpha."""
    return tuple((int(re.match(r"\d*", part)[0] or -1), re.sub(r"^\d+", "", part)) for part in parts)  # type: ignore[index]
