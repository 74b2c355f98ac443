"""How Windows Update is set up: policies, pauses, services, its server; and whether it finds its server."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from nis2scan.api import SESSION, Answer, CannotTell, Fact, Maybe, Reason, derives, powershell, reads, say
from nis2scan.facts.windows.host_time import host_time
from nis2scan.facts.windows.values import moment, number, rows, sub, table, text

_STAMP = re.compile(r"(\d{4})-(\d\d)-(\d\d)(?:T(\d\d):(\d\d):(\d\d)Z?)?")
_NUMBERS = {
    "au": ("NoAutoUpdate", "AUOptions", "UseWUServer"),
    "policy": ("DisableWindowsUpdateAccess", "DeferQualityUpdates", "DeferQualityUpdatesPeriodInDays"),
}
_ERRORS = (16, 25)  # System: cannot connect; Operational: the search failed


@dataclass(frozen=True)
class Pause:
    """Updates are paused. since, until: UTC, None where it is not told or cannot be read."""

    since: datetime | None
    until: datetime | None


@dataclass(frozen=True)
class UpdateSettings(Fact):
    """Settings as Windows takes them: None where nothing is set.

    no_auto, options: NoAutoUpdate, AUOptions. mdm_auto: AllowAutoUpdate of a management service. blocked: access to
    updates is turned off. server: of updates (WSUS), `` for Microsoft's. points_nowhere: a server is to be used, and
    none is named. defer: days that updates are put off. pauses: also those that are over. services: kind of start by
    name, None where there is none. ignored: settings of the wrong type, which Windows does not take. broken: the
    program of the update service is not the one of Windows.
    """

    seen_at: datetime
    no_auto: int | None
    options: int | None
    mdm_auto: int | None
    blocked: bool
    server: str
    points_nowhere: bool
    defer: int
    pauses: tuple[Pause, ...]
    longest_pause: int | None
    services: Mapping[str, int | None]
    ignored: tuple[str, ...]
    broken: bool


@dataclass(frozen=True)
class UpdateScans(Fact):
    """The last time that Windows looked for updates and was answered, and that it was not. UTC, None: not in the log."""

    answered_at: datetime | None
    failed_at: datetime | None
    seen_at: datetime


@dataclass(frozen=True)
class UpdateServer(Fact):
    """Whether searches for updates are answered. Never missing: `why` nobody could look, else None."""

    scans: UpdateScans | None
    why: CannotTell | None


UPDATE_SETTINGS = powershell(
    r"""# update-settings
$policy = 'HKLM:\SOFTWARE\Policies\Microsoft\Windows\WindowsUpdate'
$services = [ordered]@{}
foreach ($name in 'wuauserv', 'UsoSvc', 'WaaSMedicSvc', 'BITS') {
  $key = Read-Values "HKLM:\SYSTEM\CurrentControlSet\Services\$name" 'Start'
  $services[$name] = $key.Start
}
[ordered]@{
  policy = Read-Values $policy 'WUServer' 'DisableWindowsUpdateAccess' 'DeferQualityUpdates' 'DeferQualityUpdatesPeriodInDays' 'PauseQualityUpdatesStartTime'
  au = Read-Values "$policy\AU" 'NoAutoUpdate' 'AUOptions' 'UseWUServer'
  user = Read-Values 'HKLM:\SOFTWARE\Microsoft\WindowsUpdate\UX\Settings' 'PauseUpdatesExpiryTime' 'PauseUpdatesStartTime' 'PauseQualityUpdatesStartTime' 'PauseQualityUpdatesEndTime' 'FlightSettingsMaxPauseDays'
  mdm = Read-Values 'HKLM:\SOFTWARE\Microsoft\PolicyManager\current\device\Update' 'AllowAutoUpdate' 'AllowUpdateService' 'DeferQualityUpdatesPeriodInDays' 'PauseQualityUpdates' 'PauseQualityUpdatesStartTime'
  services = $services
  program = Read-Values 'HKLM:\SYSTEM\CurrentControlSet\Services\wuauserv\Parameters' 'ServiceDll'
}""",
    seconds=3,
)

# 25 and 26 are written at every search; 16 when the server itself cannot be reached.
UPDATE_SCANS = powershell(
    r"""# update-scans
[ordered]@{
  searched = Read-Events 'Microsoft-Windows-WindowsUpdateClient/Operational' "*[System[(EventID=25 or EventID=26)]]" 40
  unreached = Read-Events 'System' "*[System[Provider[@Name='Microsoft-Windows-WindowsUpdateClient'] and (EventID=16)]]" 5
}""",
    seconds=9,
)


@reads(UPDATE_SETTINGS, SESSION)
def update_settings(answer: Answer, visit: Answer) -> UpdateSettings:
    """A key that is not there is a setting that is not made. A server counts only when it is to be used."""
    made = table(answer)
    policy, au, user, mdm = (sub(made, name) or {} for name in ("policy", "au", "user", "mdm"))
    services = sub(made, "services")
    if not services:
        raise CannotTell(Reason.PARSE_ERROR, say("the settings of Windows Update could not be read"))
    use = number(au.get("UseWUServer")) == 1
    program = text((sub(made, "program") or {}).get("ServiceDll"))
    deferred = number(policy.get("DeferQualityUpdatesPeriodInDays")) if _on(policy.get("DeferQualityUpdates")) else 0
    return UpdateSettings(
        seen_at=host_time(visit),
        no_auto=number(au.get("NoAutoUpdate")),
        options=number(au.get("AUOptions")),
        mdm_auto=number(mdm.get("AllowAutoUpdate")),
        blocked=_on(policy.get("DisableWindowsUpdateAccess")) or number(mdm.get("AllowUpdateService")) == 0,
        server=text(policy.get("WUServer")) if use else "",
        points_nowhere=use and not text(policy.get("WUServer")),
        defer=max(deferred or 0, number(mdm.get("DeferQualityUpdatesPeriodInDays")) or 0),
        pauses=_pauses(policy, user, mdm),
        longest_pause=number(user.get("FlightSettingsMaxPauseDays")),
        services={name: number(start) for name, start in services.items()},
        ignored=_ignored({"au": au, "policy": policy}),
        broken=bool(program) and not program.lower().endswith("\\wuaueng.dll"),
    )


def _on(value: object) -> bool:
    return number(value) == 1


def _pauses(policy: dict[str, Any], user: dict[str, Any], mdm: dict[str, Any]) -> tuple[Pause, ...]:
    """Of the user, who names its end; and of a policy, which ends by itself after five weeks."""
    found = []
    if text(user.get("PauseUpdatesExpiryTime")):
        since = stamp(user.get("PauseUpdatesStartTime")) or stamp(user.get("PauseQualityUpdatesStartTime"))
        found.append(Pause(since, stamp(user.get("PauseUpdatesExpiryTime"))))
    if text(user.get("PauseQualityUpdatesEndTime")):
        since = stamp(user.get("PauseQualityUpdatesStartTime"))
        found.append(Pause(since, stamp(user.get("PauseQualityUpdatesEndTime"))))
    if text(policy.get("PauseQualityUpdatesStartTime")):
        found.append(Pause(stamp(policy.get("PauseQualityUpdatesStartTime")), None))
    if number(mdm.get("PauseQualityUpdates")) == 1:
        found.append(Pause(stamp(mdm.get("PauseQualityUpdatesStartTime")), None))
    return tuple(found)


def stamp(value: object) -> datetime | None:
    """`2026-11-24T09:02:26Z`, or a day alone; None for what is no time."""
    match = _STAMP.fullmatch(text(value))
    if match is None:
        return None
    try:
        return datetime(*(int(part or 0) for part in match.groups()), tzinfo=UTC)  # type: ignore[misc,arg-type]
    except ValueError:
        return None


def _ignored(keys: Mapping[str, dict[str, Any]]) -> tuple[str, ...]:
    """Set, but as a text where Windows wants a number."""
    return tuple(
        name
        for key, names in _NUMBERS.items()
        for name in names
        if keys[key].get(name) is not None and number(keys[key][name]) is None
    )


@reads(UPDATE_SCANS, SESSION)
def update_scans(answer: Answer, visit: Answer) -> UpdateScans:
    """How the newest searches ended. Their texts are in the language of the system, and are not read."""
    made = table(answer)
    if made.get("searched") is None or made.get("unreached") is None:
        raise CannotTell(Reason.TOOL_MISSING, say("Windows keeps no log of its searches for updates"))
    told = [
        (number(row.get("id")), moment(row.get("time_utc")))
        for row in (*rows(made, "searched"), *rows(made, "unreached"))
    ]
    answered = max((at for event, at in told if event == 26 and at is not None), default=None)
    failed = max((at for event, at in told if event in _ERRORS and at is not None), default=None)
    return UpdateScans(answered, failed, host_time(visit))


@derives
def update_server(scans: Maybe[UpdateScans]) -> UpdateServer:
    """Only a server of the office's own is judged by it; Microsoft's is there."""
    return UpdateServer(scans.value, scans.why if isinstance(scans.why, CannotTell) else None)
