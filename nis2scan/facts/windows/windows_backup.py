"""Windows Server Backup, and the back-up of Windows 7 that clients still have: how the last runs ended."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from nis2scan.api import Absent, Answer, CannotTell, Fact, Reason, Root, powershell, reads, say
from nis2scan.facts.windows.values import moment, number, rows, sub, table, text

SERVER_BACKUP, CLIENT_BACKUP = "Windows Server Backup", "Backup and Restore"
_OK = 4
_CLIENT_OK, _CLIENT_BAD = (4098,), (4100, 4104)
_ERROR, _WARNING = 2, 3


@dataclass(frozen=True)
class Runs:
    """The runs of one program. good: the newest success. bad, gaps: the newest run that failed, or had warnings.

    known_bad: it says itself that the newest run failed. scheduled: None when nobody can tell. target: `\\\\server\\share`
    or a volume, of the newest success. used: it ran, or is set up to run.
    """

    name: str
    good: datetime | None
    bad: datetime | None
    gaps: datetime | None
    known_bad: bool
    scheduled: bool | None
    target: str
    used: bool


@dataclass(frozen=True)
class WindowsBackups(Fact):
    """runs: of Windows Server Backup and of the client's own back-up, those that are in use."""

    runs: tuple[Runs, ...]


# Whether the feature is there, its commands tell. The level of an event says whether it is a fault; 14 only says "done".
WINDOWS_BACKUP = powershell(
    r"""# windows-backup
$summary = $null
$scheduled = $null
$module = $null -ne (Get-Command 'Get-WBSummary' -ErrorAction SilentlyContinue)
if ($module) {
  $summary = Copy-Properties (Get-WBSummary -ErrorAction Stop) 'NextBackupTime' 'LastSuccessfulBackupTime' 'LastBackupTime' 'NumberOfVersions' 'LastBackupResultHR' 'LastBackupResultDetailedHR' 'LastSuccessfulBackupTargetPath'
  $scheduled = $null -ne (Get-WBPolicy -ErrorAction Stop)
}
[ordered]@{
  module = $module
  summary = $summary
  scheduled = $scheduled
  events = Read-Events 'Microsoft-Windows-Backup' "*[System[(EventID=4 or Level=2 or Level=3)]]" 60
  client = Read-Events 'Application' "*[System[Provider[@Name='Windows Backup'] and (EventID=4098 or EventID=4100 or EventID=4104)]]" 20
}""",
    root=Root.REQUIRED,
    seconds=14,
)


@reads(WINDOWS_BACKUP)
def windows_backups(answer: Answer) -> WindowsBackups:
    """A feature that is not there has no commands and leaves no events; one that was never used has no schedule."""
    made = table(answer)
    if not isinstance(made.get("module"), bool):
        raise CannotTell(Reason.PARSE_ERROR, say("the back-up of Windows could not be read"))
    found = [item for item in (_server(made), _client(made)) if item is not None and item.used]
    if not found:
        raise Absent(say("Windows Server Backup is not installed or was never used, nor is the back-up of Windows 7"))
    return WindowsBackups(tuple(found))


def _told(made: dict[str, Any], name: str) -> list[tuple[int | None, int | None, datetime]]:
    """Id, level and time of events; a log that is not there has none."""
    known = rows(made, name) if made.get(name) is not None else []
    told = [(number(row.get("id")), number(row.get("level")), moment(row.get("time_utc"))) for row in known]
    if any(None in item for item in told):
        raise CannotTell(Reason.PARSE_ERROR, say("the back-up of Windows could not be read"))
    return [(event, level, at) for event, level, at in told if at is not None]


def _newest(times: Iterable[datetime | None]) -> datetime | None:
    return max((at for at in times if at is not None), default=None)


def _server(made: dict[str, Any]) -> Runs | None:
    """What it says of itself, and its log. Where the feature is gone, its log may still show that it once ran."""
    told, summary = _told(made, "events"), sub(made, "summary")
    if not made["module"]:
        return None
    if summary is None or not isinstance(made.get("scheduled"), bool):
        raise CannotTell(Reason.PARSE_ERROR, say("the back-up of Windows could not be read"))
    good = _newest([moment(summary.get("LastSuccessfulBackupTime")), *(at for event, _, at in told if event == _OK)])
    ran = moment(summary.get("LastBackupTime"))
    failed = number(summary.get("LastBackupResultHR")) not in (0, None) or number(
        summary.get("LastBackupResultDetailedHR")
    ) not in (0, None)
    bad = _newest([ran if failed else None, *(at for event, level, at in told if level == _ERROR and event != _OK)])
    return Runs(
        name=SERVER_BACKUP,
        good=good,
        bad=bad,
        gaps=_newest(at for event, level, at in told if level == _WARNING and event != _OK),
        known_bad=failed,
        scheduled=made["scheduled"],
        target=text(summary.get("LastSuccessfulBackupTargetPath")),
        used=made["scheduled"] or ran is not None or good is not None or bad is not None,
    )


def _client(made: dict[str, Any]) -> Runs | None:
    told = _told(made, "client")
    good = _newest(at for event, _, at in told if event in _CLIENT_OK)
    bad = _newest(at for event, _, at in told if event in _CLIENT_BAD)
    return Runs(CLIENT_BACKUP, good, bad, None, False, None, "", bool(told)) if told else None
