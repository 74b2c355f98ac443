"""As whom the collector asked on Windows, and what that lets it see."""

from __future__ import annotations

import json
from dataclasses import dataclass

from nis2scan.api import SESSION, Absent, Answer, Fact, reads, say

_NETWORK, _FILTERED = "S-1-5-2", "S-1-5-114"


@dataclass(frozen=True)
class Rights(Fact):
    """sid: of the account, `` when it could not be read. groups: SIDs of its token.

    admin: elevated. network: a network logon (WinRM, SSH). filtered: a local administrator whose rights were taken
    off at the door. constrained: PowerShell runs in Constrained Language.
    """

    sid: str
    groups: tuple[str, ...]
    admin: bool
    network: bool
    filtered: bool
    constrained: bool
    computer: str


@reads(SESSION)
def rights(answer: Answer) -> Rights:
    """Written by the collector of Windows itself; every other system has none of it."""
    row = json.loads(answer.text)
    if row["platform"] != "windows":
        raise Absent(say("this is no Windows"))
    groups = tuple(str(item) for item in row["groups"] or ())
    return Rights(
        sid=str(row["user_sid"] or ""),
        groups=groups,
        admin=row["root"] is True,
        network=_NETWORK in groups,
        filtered=_FILTERED in groups and row["root"] is not True,
        constrained=row["language"] != "FullLanguage",
        computer=str(row["computer"] or ""),
    )
