"""Security identifiers: who somebody is to Windows, in every language. Pure."""

from __future__ import annotations

import re

_TEXT = re.compile(r"S-1-\d+(-\d+){0,15}")
EVERYONE, ANONYMOUS, NETWORK, INTERACTIVE = "S-1-1-0", "S-1-5-7", "S-1-5-2", "S-1-5-4"
AUTHENTICATED, ORGANISATION = "S-1-5-11", "S-1-5-15"
ADMINISTRATORS, USERS, GUESTS = "S-1-5-32-544", "S-1-5-32-545", "S-1-5-32-546"


def sid_of(value: object) -> str:
    """A SID as text, from its text or from its bytes in hex; `` when it is neither."""
    if not isinstance(value, str):
        return ""
    if _TEXT.fullmatch(value):
        return value
    try:
        raw = bytes.fromhex(value)
    except ValueError:
        return ""
    if len(raw) < 8 or raw[0] != 1 or len(raw) != 8 + 4 * raw[1]:
        return ""
    parts = [str(int.from_bytes(raw[at : at + 4], "little")) for at in range(8, len(raw), 4)]
    return "-".join(["S-1", str(int.from_bytes(raw[2:8], "big")), *parts])


def of_a_domain(sid: str) -> bool:
    """Given out by a machine or a domain, as those of people and of their groups are."""
    return sid.startswith("S-1-5-21-")


def rid(sid: str) -> int:
    """The last number of a SID given out by a machine or a domain: 500 is its administrator; -1 for any other SID."""
    last = sid.rpartition("-")[2]
    return int(last) if of_a_domain(sid) and last.isdigit() else -1


def cloud(sid: str) -> bool:
    """A person, a group or a role of Microsoft Entra ID."""
    return sid.startswith("S-1-12-1-")
