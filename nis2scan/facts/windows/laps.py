"""LAPS: whether Windows gives the local administrator a password of its own, and keeps it elsewhere."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from nis2scan.api import Answer, CannotTell, Fact, Reason, powershell, reads, say
from nis2scan.facts.windows.values import moment, number, rows, sub, table

_DEFAULT_DAYS, _MOST_DAYS = 30, 365
_SUCCESS = {10018: 2, 10029: 1}  # Windows LAPS wrote the new password to the directory, or to Entra


@dataclass(frozen=True)
class LapsPolicy(Fact):
    """The policy in force. root: where it comes from, `` for none: mdm, policy, local or legacy.

    on: it asks for a password that is kept elsewhere. extension: the old program for `legacy` is installed.
    age_days: how long a password is kept.
    """

    root: str
    on: bool
    extension: bool
    age_days: int


@dataclass(frozen=True)
class LapsRotation(Fact):
    """there: this Windows has LAPS and logs what it does. succeeded_at: a new password was kept elsewhere last, UTC."""

    there: bool
    succeeded_at: datetime | None


LAPS = powershell(
    r"""# laps
$names = 'BackupDirectory', 'PasswordAgeDays', 'PasswordLength', 'PasswordComplexity', 'AdministratorAccountName', 'ADPasswordEncryptionEnabled', 'PostAuthenticationActions'
[ordered]@{
  mdm = Read-Values 'HKLM:\SOFTWARE\Microsoft\Policies\LAPS' $names
  policy = Read-Values 'HKLM:\SOFTWARE\Microsoft\Windows\CurrentVersion\Policies\LAPS' $names
  local = Read-Values 'HKLM:\SOFTWARE\Microsoft\Windows\CurrentVersion\LAPS\Config' $names
  legacy = Read-Values 'HKLM:\SOFTWARE\Policies\Microsoft Services\AdmPwd' 'AdmPwdEnabled' 'PasswordAgeDays' 'PasswordLength'
  extension = $null -ne (Read-Values 'HKLM:\SOFTWARE\Microsoft\Windows NT\CurrentVersion\Winlogon\GPExtensions\{D76B9641-3288-4f75-942D-087DE603E3EA}')
}""",
    seconds=2,
)

LAPS_EVENTS = powershell(
    r"""# laps-events
[ordered]@{ items = Read-Events 'Microsoft-Windows-LAPS/Operational' "*[System[(EventID=10018 or EventID=10029)]]" 5 }""",
    seconds=6,
)


@reads(LAPS)
def laps_policy(answer: Answer) -> LapsPolicy:
    """The first place with any value decides alone; the old policy counts only where no newer one stands."""
    made = table(answer)
    extension = made.get("extension") is True
    for root in ("mdm", "policy", "local"):
        values = sub(made, root) or {}
        if _any(values):
            return LapsPolicy(root, number(values.get("BackupDirectory")) in (1, 2), extension, _days(values))
    legacy = sub(made, "legacy") or {}
    if _any(legacy):
        return LapsPolicy("legacy", number(legacy.get("AdmPwdEnabled")) == 1, extension, _days(legacy))
    return LapsPolicy("", on=False, extension=extension, age_days=_DEFAULT_DAYS)


@reads(LAPS_EVENTS)
def laps_rotation(answer: Answer) -> LapsRotation:
    """Without the log this Windows has no LAPS of its own, as Server 2016."""
    made = table(answer)
    if "items" not in made:
        raise CannotTell(Reason.PARSE_ERROR, say("the answer is not as it should be"))
    if made["items"] is None:
        return LapsRotation(there=False, succeeded_at=None)
    times = [moment(row.get("time_utc")) for row in rows(made) if number(row.get("id")) in _SUCCESS]
    return LapsRotation(there=True, succeeded_at=max((at for at in times if at is not None), default=None))


def _any(values: dict[str, Any]) -> bool:
    return any(value is not None for value in values.values())


def _days(values: dict[str, Any]) -> int:
    """Windows takes 1 to 365."""
    days = number(values.get("PasswordAgeDays"))
    return days if days is not None and 1 <= days <= _MOST_DAYS else _DEFAULT_DAYS
