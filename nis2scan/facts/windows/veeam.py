"""Veeam on Windows: how the sessions of each job ended, by its own event log."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from nis2scan.api import Absent, Answer, CannotTell, Fact, Reason, powershell, reads, say
from nis2scan.facts.backup_record import FAILED, OK, UNKNOWN, WARNINGS
from nis2scan.facts.windows.values import moment, number, rows, sub, table, text

_KINDS = {190: "", 490: "copy", 790: "agent"}
_BY_LEVEL = {4: OK, 3: WARNINGS, 2: FAILED}
_BY_RESULT = {"0": OK, "1": WARNINGS, "2": FAILED}
_WORST = (OK, WARNINGS, UNKNOWN, FAILED)
_ID = re.compile(r"\{?[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\}?")
_RESULT, _JOB, _AGAIN, _NAME = 2, 1, 5, 6  # places of JobResult, JobID, WillBeRetried and JobName


@dataclass(frozen=True)
class Session:
    """One session that has ended."""

    at: datetime
    result: str


@dataclass(frozen=True)
class Job:
    """One job, its newest session first; none when only failures are known that are tried again.

    kind: ``, `copy` (of back-ups) or `agent` (on another machine). own: of this machine itself. told: the events say
    of which job they are; else these may be the sessions of several.
    """

    name: str
    kind: str
    sessions: tuple[Session, ...]
    own: bool = False
    told: bool = True

    @property
    def good(self) -> datetime | None:
        """The newest session that made a copy, with or without warnings."""
        return next((item.at for item in self.sessions if item.result in (OK, WARNINGS)), None)


@dataclass(frozen=True)
class Veeam(Fact):
    """server: the back-up server is here. jobs: with at least one session in the log. managed: only a part that
    another machine steers. since: older sessions than this were left out; None when there are none.
    """

    jobs: tuple[Job, ...]
    server: bool
    managed: bool
    since: datetime | None = None


_MOST = {"jobs": 250, "own": 60}
"""How many sessions of each log are read."""

# Of the settings only one value is read, to see that they are there: keys and passwords are next to it.
VEEAM = powershell(
    r"""# veeam
$found = [ordered]@{}
foreach ($name in 'VeeamBackupSvc', 'VeeamEndpointBackupSvc', 'VeeamDeploymentService', 'VeeamDeploySvc', 'VeeamTransportSvc') {
  $found[$name] = $null -ne (Read-Values "HKLM:\SYSTEM\CurrentControlSet\Services\$name" 'Start')
}
$agent = $null
foreach ($path in 'HKLM:\SOFTWARE\Veeam\Veeam Agent for Microsoft Windows', 'HKLM:\SOFTWARE\Veeam\Veeam Endpoint Backup') {
  if ($null -ne (Read-Values $path 'x')) { $agent = $path }
}
$query = "*[System[(EventID=190 or EventID=490 or EventID=790)]]"
[ordered]@{
  services = $found
  server = $null -ne (Read-Values 'HKLM:\SOFTWARE\Veeam\Veeam Backup and Replication' 'CorePath')
  agent = $null -ne $agent
  jobs = Read-Events 'Veeam Backup' $query 250
  own = Read-Events 'Veeam Agent' $query 60
}""",
    seconds=11,
    cap=262144,
)


@reads(VEEAM)
def veeam(answer: Answer) -> Veeam:
    """No service, no settings and no log of it: it is not here."""
    made = table(answer)
    services = sub(made, "services")
    if not services or not isinstance(made.get("server"), bool) or not isinstance(made.get("agent"), bool):
        raise CannotTell(Reason.PARSE_ERROR, say("whether Veeam is here could not be read"))
    logs = [name for name in ("jobs", "own") if made.get(name) is not None]
    here = {name for name, there in services.items() if there is True}
    if not logs and not here and not made["server"] and not made["agent"]:
        raise Absent(say("Veeam is not here: no service, no settings and no log of it"))
    return Veeam(
        jobs=tuple(job for name in logs for job in _jobs(rows(made, name), own=name == "own")),
        server=made["server"] or "VeeamBackupSvc" in here,
        managed=not made["server"] and not here & {"VeeamBackupSvc", "VeeamEndpointBackupSvc"},
        since=max((at for name in logs if (at := _cut(made, name)) is not None), default=None),
    )


def _cut(made: dict[str, Any], name: str) -> datetime | None:
    """The oldest session that was read of a log that holds more."""
    times = [at for row in rows(made, name) if (at := moment(row.get("time_utc"))) is not None]
    return min(times, default=None) if len(times) >= _MOST[name] else None


def _jobs(events: Iterable[dict[str, Any]], *, own: bool) -> list[Job]:
    """By kind and id of the job; its name is the one of the newest session. A failure that is tried again is no end."""
    found: dict[tuple[str, str], list[Session]] = {}
    names: dict[tuple[str, str], str] = {}
    for row in events:
        kind, at = _KINDS.get(number(row.get("id")) or 0), moment(row.get("time_utc"))
        if kind is None or at is None:
            raise CannotTell(Reason.PARSE_ERROR, say("the log of the back-up could not be read"))
        data = [text(item) for item in row["data"]] if isinstance(row.get("data"), list) else []
        known = len(data) > _NAME and _ID.fullmatch(data[_JOB]) is not None
        job = (kind, data[_JOB].lower() if known else "")
        names.setdefault(job, data[_NAME] if known else "")
        sessions = found.setdefault(job, [])
        result = _result(number(row.get("level")), data[_RESULT] if known else "")
        if not (result == FAILED and known and data[_AGAIN].lower() == "true"):
            sessions.append(Session(at, result))
    made = [
        Job(names[job], job[0], tuple(sorted(sessions, key=lambda item: item.at, reverse=True)), own, told=bool(job[1]))
        for job, sessions in found.items()
    ]
    return sorted(made, key=lambda item: (item.name, item.kind))


def _result(level: int | None, said: str) -> str:
    """The level decides; where the event says of itself that it is worse, that counts."""
    by_level = _BY_LEVEL.get(level or 0, UNKNOWN)
    return max(by_level, _BY_RESULT.get(said, by_level), key=_WORST.index)
