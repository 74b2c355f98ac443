"""Security descriptors as text (SDDL), and what they let a crowd do. Pure.

An entry is `(type;flags;rights;object;inherited object;account)`. Of the accounts only the crowds are told apart: a
named group is no crowd. As Windows does it, the first entry that speaks of a right decides about it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import IntEnum, StrEnum

from nis2scan.api import CannotTell, Reason, say
from nis2scan.facts.windows.sids import (
    ANONYMOUS,
    AUTHENTICATED,
    EVERYONE,
    GUESTS,
    NETWORK,
    ORGANISATION,
    USERS,
    of_a_domain,
    rid,
)


class Access(IntEnum):
    """What somebody may do with what is in a folder."""

    NONE = 0
    READ = 1
    CHANGE = 2


class Crowd(StrEnum):
    """Who comes over the network. Each can do what the one before it can; domain users are people of the domain."""

    NAMELESS = "nameless"
    GUESTS = "guests"
    EVERYBODY = "everybody"
    AUTHENTICATED = "authenticated"
    DOMAIN_USERS = "domain users"


_ALIASES = {
    "WD": EVERYONE,
    "AN": ANONYMOUS,
    "BG": GUESTS,
    "AU": AUTHENTICATED,
    "NU": NETWORK,
    "BU": USERS,
    "LG": "S-1-5-21-0-0-0-501",
    "DG": "S-1-5-21-0-0-0-514",
    "DU": "S-1-5-21-0-0-0-513",
}
# Who carries which well-known groups when he comes over the network. Every account of a machine or domain is a user.
_CARRIES = {
    Crowd.NAMELESS: {ANONYMOUS, NETWORK},
    Crowd.GUESTS: {EVERYONE, NETWORK, GUESTS, "guest"},
    Crowd.EVERYBODY: {EVERYONE, NETWORK},
    Crowd.AUTHENTICATED: {EVERYONE, NETWORK, AUTHENTICATED, ORGANISATION, USERS},
    Crowd.DOMAIN_USERS: {EVERYONE, NETWORK, AUTHENTICATED, ORGANISATION, USERS, "domain users"},
}
_BY_RID = {501: "guest", 514: "guest", 513: "domain users"}

# Rights by their letters, and the bits that let somebody read or change a file.
_LETTERS = {
    "GA": 0x10000000, "GR": 0x80000000, "GW": 0x40000000, "GX": 0x20000000,
    "FA": 0x1F01FF, "FR": 0x120089, "FW": 0x120116, "FX": 0x1200A0,
    "RC": 0x20000, "SD": 0x10000, "WD": 0x40000, "WO": 0x80000,
    "CC": 0x1, "DC": 0x2, "LC": 0x4, "SW": 0x8, "RP": 0x10, "WP": 0x20, "DT": 0x40, "LO": 0x80, "CR": 0x100,
}  # fmt: skip
_READS = 0x1
_CHANGES = 0x2 | 0x4 | 0x40 | 0x10000 | 0x40000 | 0x80000
_GENERIC = ((0x10000000, 0x1F01FF), (0x80000000, 0x120089), (0x40000000, 0x120116))
_ALLOWS, _DENIES = {"A", "OA"}, {"D", "OD"}
_DACL = re.compile(r"D:(?P<flags>[A-Z_]*)(?P<entries>(?:\([^()]*\))*)(?=S:|$)")


@dataclass(frozen=True)
class Entry:
    """One entry: whom it is about (a SID, or a word for a crowd), whether it allows, and the bits."""

    who: str
    allows: bool
    bits: int


def entries_of(sddl: str) -> tuple[Entry, ...] | None:
    """The entries of the list of rights; None where there is no list, which lets everybody do everything.

    Raises CannotTell for a text that is not understood whole.
    """
    found = _DACL.search(sddl.strip())
    if found is None or len(sddl) > 65536:
        raise CannotTell(Reason.PARSE_ERROR, say("the rights could not be read"))
    if "NO_ACCESS_CONTROL" in found["flags"]:  # other flags may stand before it
        return None
    entries = (_entry(text) for text in re.findall(r"\(([^()]*)\)", found["entries"]))
    return tuple(entry for entry in entries if entry is not None)


def _entry(text: str) -> Entry | None:
    """None for one that only keeps people from what lies below: it holds nobody back from the folder itself."""
    parts = text.split(";")
    if len(parts) != 6 or parts[0] not in _ALLOWS | _DENIES:  # entries with a condition among them
        raise CannotTell(Reason.PARSE_ERROR, say("the rights could not be read"))
    entry = Entry(_who(parts[5]), parts[0] in _ALLOWS, _bits(parts[2]))
    return entry if entry.allows or "IO" not in re.findall("..", parts[1]) else None


def _who(text: str) -> str:
    sid = _ALIASES.get(text, text)
    return _BY_RID.get(rid(sid), sid) if of_a_domain(sid) else sid


def _bits(text: str) -> int:
    bits = 0
    if re.fullmatch(r"0x[0-9a-fA-F]{1,8}", text):
        bits = int(text, 16)
    elif re.fullmatch(r"[0-9]{1,10}", text):
        bits = int(text)
    else:
        for letters in (text[at : at + 2] for at in range(0, len(text), 2)):
            if letters not in _LETTERS:
                raise CannotTell(Reason.PARSE_ERROR, say("the rights could not be read"))
            bits |= _LETTERS[letters]
    for generic, meant in _GENERIC:
        if bits & generic:
            bits |= meant
    return bits


def access(entries: tuple[Entry, ...] | None, crowd: Crowd, *, nameless_too: bool = False) -> Access:
    """The most that this crowd may do; entries meant for what lies below count too.

    nameless_too: a setting of Windows counts those without any account to Everyone.
    """
    carries = _CARRIES[crowd] | {EVERYONE} if nameless_too else _CARRIES[crowd]
    if entries is None:
        return Access.CHANGE
    allowed = decided = 0
    for entry in entries:
        if entry.who in carries:
            if entry.allows:
                allowed |= entry.bits & ~decided
            decided |= entry.bits
    if allowed & _CHANGES:
        return Access.CHANGE
    return Access.READ if allowed & _READS else Access.NONE


def given_to(entries: tuple[Entry, ...] | None, sid: str) -> Access:
    """What entries for just this account or group say, whoever belongs to it."""
    mine = None if entries is None else tuple(entry for entry in entries if entry.who == sid and entry.allows)
    if mine is None:
        return Access.CHANGE
    bits = 0
    for entry in mine:
        bits |= entry.bits
    return Access.CHANGE if bits & _CHANGES else Access.READ if bits & _READS else Access.NONE
