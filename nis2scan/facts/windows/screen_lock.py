"""When a screen that nobody sits at locks itself, and whether Windows asks before somebody changes the system."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from nis2scan.api import Answer, CannotTell, Fact, Reason, Unknown, powershell, reads, say
from nis2scan.facts.windows.accounts import LAST_USER, EverydayUser, everyday_user
from nis2scan.facts.windows.values import number, rows, sub, table, text


@dataclass(frozen=True)
class AccountControl(Fact):
    """User Account Control. on: rights of an administrator are given only when asked for. asks: it asks for them."""

    on: bool
    asks: bool


@dataclass(frozen=True)
class ScreenLock(Fact):
    """Seconds until the screen locks, by who decides; None: it does not. machine: a setting of the machine.

    mdm: of Intune or another manager. saver: the screen saver of who signed in last, whose settings may not be loaded.
    """

    machine: int | None
    mdm: int | None
    saver: int | Unknown | None


SYSTEM_POLICY = powershell(
    r"""# system-policy
[ordered]@{
  system = Read-Values 'HKLM:\SOFTWARE\Microsoft\Windows\CurrentVersion\Policies\System' 'EnableLUA' 'ConsentPromptBehaviorAdmin' 'InactivityTimeoutSecs'
  mdm = Read-Values 'HKLM:\SOFTWARE\Microsoft\PolicyManager\current\device\DeviceLock' 'MaxInactivityTimeDeviceLock' 'DevicePasswordEnabled'
}""",
    seconds=2,
)

SCREEN_SAVERS = powershell(
    r"""# screen-savers
$names = 'ScreenSaveActive', 'ScreenSaverIsSecure', 'ScreenSaveTimeOut', 'SCRNSAVE.EXE'
[ordered]@{ items = @(foreach ($sid in @(Read-Subkeys 'Registry::HKEY_USERS' | ForEach-Object { $_ } | Where-Object { $_ -match '^S-1-(5-21|12-1)-[0-9-]+$' })) {
  $root = "Registry::HKEY_USERS\$sid"
  try { [ordered]@{ sid = $sid; read = $true; policy = Read-Values "$root\Software\Policies\Microsoft\Windows\Control Panel\Desktop" $names; own = Read-Values "$root\Control Panel\Desktop" $names } } catch { [ordered]@{ sid = $sid; read = $false } }
}) }""",
    seconds=3,
)


@reads(SYSTEM_POLICY)
def account_control(answer: Answer) -> AccountControl:
    """Both are on where they are not set; 0 for the second raises rights in silence."""
    system = sub(table(answer), "system")
    if system is None:
        raise CannotTell(Reason.PARSE_ERROR, say("the settings of User Account Control could not be read"))
    silent = number(system.get("ConsentPromptBehaviorAdmin")) == 0
    return AccountControl(on=number(system.get("EnableLUA")) != 0, asks=not silent)


@reads(SYSTEM_POLICY, SCREEN_SAVERS, LAST_USER)
def screen_lock(policy: Answer, savers: Answer, last: Answer) -> ScreenLock:
    """What a policy says of a screen saver stands above what its user chose, value by value."""
    made = table(policy)
    system, mdm = sub(made, "system"), sub(made, "mdm") or {}
    if system is None:
        raise CannotTell(Reason.PARSE_ERROR, say("the settings of the screen lock could not be read"))
    minutes = number(mdm.get("MaxInactivityTimeDeviceLock"))
    in_force = number(mdm.get("DevicePasswordEnabled")) == 0  # 0 is on; 1 is off, and so it is where nothing is set
    return ScreenLock(
        machine=number(system.get("InactivityTimeoutSecs")) or None,
        mdm=minutes * 60 if minutes and in_force else None,
        saver=_of_user(savers, last),
    )


def _of_user(savers: Answer, last: Answer) -> int | Unknown | None:
    try:
        user = everyday_user.read(last)
        loaded = {text(row.get("sid")): row for row in rows(table(savers))}
    except CannotTell as why:
        return Unknown(why.reason, say("the screen saver could not be read"))
    sid = user.sid if isinstance(user, EverydayUser) else ""
    if sid not in loaded:
        return Unknown(Reason.OUT_OF_VANTAGE, say("the settings of who signed in last are not loaded"))
    if loaded[sid].get("read") is not True:
        return Unknown(Reason.NO_PRIVILEGE, say("the screen saver could not be read"))
    return _saver(loaded[sid])


def _saver(row: dict[str, Any]) -> int | None:
    """Seconds; None when no screen saver runs, or when it asks no password. All four are texts."""
    own, policy = sub(row, "own") or {}, sub(row, "policy") or {}
    active, secure, seconds, program = (
        text(policy.get(name)) or text(own.get(name))
        for name in ("ScreenSaveActive", "ScreenSaverIsSecure", "ScreenSaveTimeOut", "SCRNSAVE.EXE")
    )
    if active != "1" or secure != "1" or not program or re.fullmatch("[0-9]{1,9}", seconds) is None:
        return None
    return int(seconds) or None
