"""Which recovery keys of BitLocker Windows says to have stored elsewhere, and what is ruled for USB disks."""

from __future__ import annotations

import re
from dataclasses import dataclass

from nis2scan.api import Answer, Fact, Maybe, Root, derives, powershell, reads
from nis2scan.facts.windows.values import number, rows, sub, table

_GUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_PLACES = {845: "Microsoft Entra ID", 783: "Active Directory"}


@dataclass(frozen=True)
class SavedKeys(Fact):
    """Where the key with this id was stored, by what Windows wrote into its log. Older events may be gone."""

    places: dict[str, str]

    def place(self, key: str) -> str:
        """Of the key with this id, in braces or not; `` when no event tells of it."""
        return self.places.get(key.strip("{}").casefold(), "")


@dataclass(frozen=True)
class Rules(Fact):
    """deny: writing to a removable disk that BitLocker does not encrypt is forbidden."""

    deny: bool


@dataclass(frozen=True)
class RemovableRule(Fact):
    """Never missing: what could not be read adds no remark."""

    missing: bool


EVENTS = powershell(
    r"""# bitlocker-log
[ordered]@{ items = Read-Events 'Microsoft-Windows-BitLocker/BitLocker Management' "*[System[(EventID=845 or EventID=783)]]" 100 }""",
    root=Root.REQUIRED,
    seconds=6,
)

RULES = powershell(
    r"""# bitlocker-rules
[ordered]@{
  rules = Read-Values 'HKLM:\SOFTWARE\Policies\Microsoft\FVE' 'RDVDenyWriteAccess'
  effective = Read-Values 'HKLM:\SYSTEM\CurrentControlSet\Policies\Microsoft\FVE' 'RDVDenyWriteAccess'
}""",
    seconds=2,
)


@reads(EVENTS)
def saved_keys(answer: Answer) -> SavedKeys:
    """The id of the key stands among the values of the event; which of them it is, is not relied upon."""
    made = table(answer)
    places: dict[str, str] = {}
    for row in rows(made) if made.get("items") is not None else []:
        data = row.get("data")
        place = _PLACES.get(number(row.get("id")) or 0)
        for value in data if place and isinstance(data, list) else ():
            places |= dict.fromkeys(_GUID.findall(str(value).casefold()), str(place))
    return SavedKeys(places)


@reads(RULES)
def rules(answer: Answer) -> Rules:
    """The rule that is in force, and the one that was given."""
    made = table(answer)
    every = [sub(made, name) or {} for name in ("effective", "rules")]
    return Rules(any(number(item.get("RDVDenyWriteAccess")) == 1 for item in every))


@derives
def removable_rule(found: Maybe[Rules]) -> RemovableRule:
    """Only a remark hangs on it."""
    return RemovableRule(found.value is not None and not found.value.deny)
