"""The monthly update of Windows: which one runs, and when it was put in place. The registry tells, without rights."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from nis2scan.api import SESSION, Answer, CannotTell, Fact, Reason, powershell, reads, say
from nis2scan.facts.windows.host_time import real_time
from nis2scan.facts.windows.known_builds import out_by
from nis2scan.facts.windows.patch_days import BASELINES, days_between, first_after
from nis2scan.facts.windows.values import filetime, number, rows, sub, table, text

_NAME = re.compile(r"Package_for_RollupFix~[^~]*~[^~]*~[^~]*~(\d+)\.(\d+)\.", re.I)
_IN_PLACE = (0x70, 0x80)  # installed, permanent


@dataclass(frozen=True)
class MonthlyUpdate(Fact):
    """The cumulative update that runs.

    build: `26100.7309`, as it runs. installed_at: when the newest cumulative update that is not newer than this build
    was put in place. out_by: when this build was out at the latest, where that is known. waiting: a newer one is in place and waits for a restart. hotpatch: mended while it runs, so only
    some months bring a whole update.
    """

    build: str
    installed_at: datetime
    out_by: datetime | None
    waiting: bool
    hotpatch: bool
    seen_at: datetime

    @property
    def dated(self) -> datetime:
        """What was installed late may be old all the same."""
        return self.installed_at if self.out_by is None else min(self.installed_at, self.out_by)

    @property
    def missed(self) -> datetime:
        """The first publication that it cannot have."""
        return first_after(self.dated)

    @property
    def missed_days(self) -> int:
        """Whole days since then; negative while nothing is missed."""
        return _days_since(self.missed, self.seen_at)

    @property
    def missed_whole_days(self) -> int:
        """Whole days since the first publication that also comes as a whole update where there is hotpatch."""
        return _days_since(first_after(self.dated, BASELINES), self.seen_at)


def _days_since(day: datetime, seen_at: datetime) -> int:
    return days_between(day, seen_at) if day <= seen_at else -1


# Thousands of packages have a key of their own: only the names are listed, and few of them read.
SERVICING = powershell(
    r"""# servicing
$root = 'HKLM:\SOFTWARE\Microsoft\Windows\CurrentVersion\Component Based Servicing\Packages'
$names = Read-Subkeys $root
$items = @(foreach ($name in @($names | ForEach-Object { $_ } | Where-Object { "$_" -like 'Package_for_RollupFix~*' })) {
  $row = Read-Values "$root\$name" 'CurrentState' 'InstallTimeHigh' 'InstallTimeLow'
  [ordered]@{ name = $name; state = $row.CurrentState; high = $row.InstallTimeHigh; low = $row.InstallTimeLow }
})
[ordered]@{
  version = Read-Values 'HKLM:\SOFTWARE\Microsoft\Windows NT\CurrentVersion' 'CurrentBuild' 'UBR'
  listed = $null -ne $names
  items = $items
  rebootless = Read-Values 'HKLM:\SOFTWARE\Microsoft\PolicyManager\current\device\Update' 'AllowRebootlessUpdates'
  guard = Read-Values 'HKLM:\SYSTEM\CurrentControlSet\Control\DeviceGuard' 'EnableVirtualizationBasedSecurity'
  enrolled = Read-Values 'HKLM:\SOFTWARE\Microsoft\Windows NT\CurrentVersion\Update\TargetingInfo\DynamicInstalled\Hotpatch.amd64' 'Name'
  table = Read-Values 'HKLM:\SYSTEM\CurrentControlSet\Control\Session Manager\Memory Management' 'HotPatchTableSize'
}""",
    seconds=4,
)


@reads(SERVICING, SESSION)
def monthly_update(answer: Answer, visit: Answer) -> MonthlyUpdate:
    """One build may carry the packages of another (26200 those of 26100): only the revision is compared."""
    made = table(answer)
    seen_at, version = real_time(visit), sub(made, "version") or {}
    build, revision = text(version.get("CurrentBuild")), number(version.get("UBR"))
    if not build.isdigit() or revision is None or made.get("listed") is not True:
        raise CannotTell(Reason.PARSE_ERROR, say("the installed updates could not be read"))
    known = [found for row in rows(made) if (found := _package(row)) is not None]
    running = [found for found in known if found[0] <= revision]
    if not running:
        raise CannotTell(Reason.PARSE_ERROR, say("no cumulative update is among the installed packages"))
    installed = max(running)[1]
    if installed > seen_at + timedelta(days=1):
        raise CannotTell(Reason.PARSE_ERROR, say("the newest update is dated ahead: {when}", when=installed))
    return MonthlyUpdate(
        build=f"{build}.{revision}",
        installed_at=installed,
        out_by=out_by(int(build), revision),
        waiting=any(found[0] > revision for found in known),
        hotpatch=hotpatch(made),
        seen_at=seen_at,
    )


def _package(row: dict[str, Any]) -> tuple[int, datetime] | None:
    """Revision and time of a cumulative update that is in place; None for one that is not, or tells no time."""
    name, installed = _NAME.match(text(row.get("name"))), filetime(row.get("high"), row.get("low"))
    if name is None or installed is None or number(row.get("state")) not in _IN_PLACE:
        return None
    return int(name[2]), installed


def hotpatch(made: dict[str, Any]) -> bool:
    """Both keys must say so, that of a client or that of a server."""
    client, guard, server, size = (sub(made, name) or {} for name in ("rebootless", "guard", "enrolled", "table"))
    on_client = number(client.get("AllowRebootlessUpdates")) == 1
    on_client = on_client and number(guard.get("EnableVirtualizationBasedSecurity")) == 1
    on_server = text(server.get("Name")) == "Hotpatch Enrollment Package" and bool(
        number(size.get("HotPatchTableSize"))
    )
    return on_client or on_server
