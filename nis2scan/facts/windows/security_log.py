"""The Security log: how much it holds, how far it goes back, whether somebody emptied it, and our own logon in it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from nis2scan.api import SESSION, Absent, Answer, CannotTell, Fact, Reason, powershell, reads, say
from nis2scan.facts.windows.host_time import host_time
from nis2scan.facts.windows.values import moment, number, rows, sub, table, text, truth

LOGON_WINDOW = timedelta(seconds=900)
CLEARED_WINDOW = timedelta(days=30)
MOST_LOGONS = 500


@dataclass(frozen=True)
class SecurityLog(Fact):
    """on: events are written. most, size: bytes, None unknown. oldest: UTC. seen_at: the host's clock.

    keeps: what happens when it is full: `overwrite`, `archive` or `stop`.
    """

    on: bool
    most: int | None
    size: int | None
    oldest: datetime | None
    keeps: str
    seen_at: datetime


@dataclass(frozen=True)
class ClearedLogs(Fact):
    """When somebody emptied the Security log, in the last thirty days; newest first."""

    at: tuple[datetime, ...]


@dataclass(frozen=True)
class OwnLogonEvent(Fact):
    """found: our own logon stands in the Security log. logons: how many of anybody were looked through.

    whole: none were left out.
    """

    found: bool
    logons: int
    whole: bool


SECURITY_LOG = powershell(
    r"""# security-log
[ordered]@{ log = Read-Log 'Security' }""",
    seconds=8,
)

# A log that was emptied begins with event 1102: only the oldest are looked at, and not gigabytes searched through.
CLEARED = powershell(
    r"""# cleared-logs
$items = $null
if ($null -ne (Find-Log 'Security')) {
  $items = @(Find-Events 'Security' @{ MaxEvents = 50 } -Oldest | Where-Object { $_.Id -eq 1102 } | ForEach-Object { [ordered]@{ time_utc = ConvertTo-Epoch $_.TimeCreated } })
}
[ordered]@{ items = $items }""",
    seconds=9,
)

# Of the logons only ours are told. In Constrained Language our SID is not known, and the name of the account decides.
# By time the service of the log would search all of it; the newest ones are found at once.
OWN_LOGON = powershell(
    r"""# own-logon
$events = Read-Events 'Security' '*[System[(EventID=4624)]]' 500
$oldest = $null
$mine = @(foreach ($logon in $events) {
  $oldest = $logon.time_utc
  if ($sid) { if ($logon.data[4] -eq $sid) { $logon.time_utc } } elseif ($logon.data[5] -eq $env:USERNAME) { $logon.time_utc }
})
[ordered]@{ log = $null -ne $events; seen = @($events).Count; oldest = $oldest; mine = $mine }""",
    seconds=15,
)

_MODES = {0: "overwrite", 1: "archive", 2: "stop"}


def _here(visit: Answer) -> dict[str, object]:
    row: dict[str, object] = json.loads(visit.text)
    return row


@reads(SESSION, SECURITY_LOG)
def security_log(visit: Answer, answer: Answer) -> SecurityLog:
    """Administrators and Event Log Readers may ask. EventLogMode is a number: overwrite, archive, do not overwrite."""
    log = sub(table(answer), "log")
    if log is None:
        raise CannotTell(Reason.PARSE_ERROR, say("there is no Security log"))
    on, mode = truth(log.get("IsEnabled")), number(log.get("LogMode"))
    if on is None or mode not in _MODES:
        raise CannotTell(Reason.PARSE_ERROR, say("the settings of the Security log could not be read"))
    hello = number(_here(visit)["hello"])
    if not hello:
        raise CannotTell(Reason.PARSE_ERROR, say("the host gave no time"))
    return SecurityLog(
        on=on,
        most=number(log.get("MaximumSizeInBytes")),
        size=number(log.get("FileSize")),
        oldest=moment(log.get("oldest_utc")),
        keeps=_MODES[mode],
        seen_at=datetime.fromtimestamp(hello, UTC),
    )


@reads(SESSION, CLEARED)
def cleared_logs(visit: Answer, answer: Answer) -> ClearedLogs:
    """Event 1102 is the first one in a log that was emptied."""
    made = table(answer)
    if made.get("items") is None:
        raise CannotTell(Reason.PARSE_ERROR, say("there is no Security log"))
    times = [moment(row.get("time_utc")) for row in rows(made)]
    if None in times:
        raise CannotTell(Reason.PARSE_ERROR, say("there is no Security log"))
    since = host_time(visit) - CLEARED_WINDOW
    return ClearedLogs(tuple(sorted((at for at in times if at is not None and at >= since), reverse=True)))


@reads(SESSION, OWN_LOGON)
def own_logon_event(visit: Answer, answer: Answer) -> OwnLogonEvent:
    """Event 4624 carries the SID of who logged on (Properties[4]). Ours is seconds old."""
    vantage = text(_here(visit)["vantage"])
    if vantage == "local":
        raise Absent(say("looked at from this machine itself, without a logon"))
    if vantage == "file":
        raise Absent(say("delivered by file, without a logon"))
    made = table(answer)
    seen, mine = number(made.get("seen")), made.get("mine")
    if made.get("log") is not True or seen is None or mine is None:
        raise CannotTell(Reason.PARSE_ERROR, say("there is no Security log"))
    since, oldest = host_time(visit) - LOGON_WINDOW, moment(made.get("oldest"))
    ours = [moment(at) for at in (mine if isinstance(mine, list) else [mine])]
    whole = seen < MOST_LOGONS or (oldest is not None and oldest < since)
    return OwnLogonEvent(any(at is not None and at >= since for at in ours), seen, whole)
