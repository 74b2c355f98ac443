"""What Windows Update itself says is waiting, by what it kept of its last search: nothing is asked of the network."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from nis2scan.api import SESSION, Answer, CannotTell, Fact, Reason, Root, Status, powershell, reads, say
from nis2scan.facts.windows.host_time import real_time
from nis2scan.facts.windows.values import moment, number, rows, sub, table, text

SECURITY = "0fa1201d-4330-4fa8-8ae9-b877473b6441"
CRITICAL = "e6cf1350-c01b-414d-a61f-263d14d133b4"
_SUCCEEDED, _WITH_ERRORS = 2, 3
_STALE = (0x80248007,)
_BY_POLICY = (0x8024500C, 0x8024002E)


@dataclass(frozen=True)
class Waiting:
    """One update that is not installed. kb: its numbers. since: published, UTC. hidden: somebody put it out of sight."""

    kb: tuple[str, ...]
    since: datetime | None
    security: bool
    hidden: bool


@dataclass(frozen=True)
class UpdateSearch(Fact):
    """The answer to a search in what Windows keeps. searched_at: when it last asked its server, None: not known.

    own_server: the updates come from a server of the office, which offers only what somebody approved there.
    """

    waiting: tuple[Waiting, ...]
    searched_at: datetime | None
    own_server: bool
    seen_at: datetime


# Online is switched off for this one search only: that is a setting of the object, not of the machine.
UPDATE_SEARCH = powershell(
    r"""# update-search
$session = New-Object -ComObject 'Microsoft.Update.Session'
$searcher = $session.CreateUpdateSearcher()
$searcher.Online = $false
$found = $searcher.Search("(IsInstalled=0 and IsHidden=0 and Type='Software') or (IsInstalled=0 and IsHidden=1 and Type='Software')")
$items = @(foreach ($update in $found.Updates) {
  $since = $null
  if ($update.LastDeploymentChangeTime -is [datetime]) { $since = ConvertTo-Epoch ([datetime]::SpecifyKind($update.LastDeploymentChangeTime, 'Utc')) }
  [ordered]@{
    kb = @($update.KBArticleIDs | ForEach-Object { "$_" }); hidden = [bool]$update.IsHidden; optional = [bool]$update.BrowseOnly; since = $since
    kinds = @($update.Categories | ForEach-Object { "$($_.CategoryID)" }); severity = "$($update.MsrcSeverity)"
  }
})
$searched = $null
try { $searched = Read-Events 'Microsoft-Windows-WindowsUpdateClient/Operational' "*[System[(EventID=26)]]" 1 } catch { $searched = $null }
[ordered]@{
  result = [int]$found.ResultCode
  warnings = [int]$found.Warnings.Count
  count = [int]$found.Updates.Count
  items = $items
  searched = $searched
  server = Read-Values 'HKLM:\SOFTWARE\Policies\Microsoft\Windows\WindowsUpdate\AU' 'UseWUServer'
}""",
    root=Root.REQUIRED,
    full=True,
    seconds=60,
)


@reads(UPDATE_SEARCH, SESSION)
def update_search(answer: Answer, visit: Answer) -> UpdateSearch:
    """Believed only when it succeeded without a warning, and every update that it counted came along."""
    _refused(answer)
    made = table(answer)
    result, warnings = number(made.get("result")), number(made.get("warnings"))
    found = rows(made)
    if result == _WITH_ERRORS or warnings or number(made.get("count")) != len(found):
        raise CannotTell(Reason.TRUNCATED, say("the search for updates ended with errors"))
    if result != _SUCCEEDED or warnings is None:
        raise CannotTell(Reason.PARSE_ERROR, say("the search for updates did not succeed"))
    searches = rows(made, "searched") if made.get("searched") is not None else []
    return UpdateSearch(
        waiting=tuple(_waiting(row) for row in found if row.get("optional") is not True or row.get("hidden") is True),
        searched_at=max((at for row in searches if (at := moment(row.get("time_utc")))), default=None),
        own_server=number((sub(made, "server") or {}).get("UseWUServer")) == 1,
        seen_at=real_time(visit),
    )


def _refused(answer: Answer) -> None:
    """Current releases refuse this to whoever comes over the network, administrators too; that is no lack of rights."""
    if answer.status is Status.DENIED and answer.as_root:
        raise CannotTell(Reason.BLOCKED_BY_POLICY, say("Windows lets nobody ask this over the network"))
    if answer.status is not Status.ERROR:
        return
    try:
        error = json.loads(answer.err.rpartition(b"\n")[2])
        codes = {error[key] & 0xFFFFFFFF for key in ("hresult", "inner") if isinstance(error.get(key), int)}
    except (ValueError, AttributeError, RecursionError):
        return
    if codes & set(_STALE):
        raise CannotTell(Reason.STALE_DATA, say("Windows has not searched for updates yet"))
    if codes & set(_BY_POLICY):
        raise CannotTell(Reason.BLOCKED_BY_POLICY, say("a policy forbids to search for updates"))


def _waiting(row: dict[str, Any]) -> Waiting:
    """By its class, not by its severity, which is often empty."""
    kb, kinds = row.get("kb"), row.get("kinds")
    names = [text(item).lower() for item in (kinds if isinstance(kinds, list) else [kinds])]
    return Waiting(
        kb=tuple(f"KB{text(item)}" for item in (kb if isinstance(kb, list) else [kb]) if text(item)),
        since=moment(row.get("since")),
        security=SECURITY in names or CRITICAL in names,
        hidden=row.get("hidden") is True,
    )
