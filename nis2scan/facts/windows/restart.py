"""Whether an update of Windows waits for a restart, and since when."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any

from nis2scan.api import SESSION, Absent, Answer, CannotTell, Reason, Said, powershell, reads, say
from nis2scan.facts.updates import PendingReboot, ReplacedLibraries
from nis2scan.facts.windows.host_time import host_time
from nis2scan.facts.windows.system import RELEASE, windows
from nis2scan.facts.windows.values import filetime, moment, number, rows, sub, table, text

_ASKED = (21, 22)
_DEFINITIONS = re.compile(r"KB(2267602|915597|4052623)\b")  # of the virus scanner: several a day, and never a restart
_IN_PLACE = (0x60, 0x70)

# That files are to be renamed at the next start says nothing of updates: printers and browsers ask for it too. What
# may not be read of the log or of CIM is null: the keys are readable for everybody, and tell by themselves.
RESTART = powershell(
    r"""# restart
$root = 'HKLM:\SOFTWARE\Microsoft\Windows\CurrentVersion\Component Based Servicing'
$lcu = @(foreach ($name in @(Read-Subkeys "$root\Packages" | ForEach-Object { $_ } | Where-Object { "$_" -like 'Package_for_RollupFix~*' })) {
  $row = Read-Values "$root\Packages\$name" 'CurrentState' 'InstallTimeHigh' 'InstallTimeLow'
  [ordered]@{ state = $row.CurrentState; high = $row.InstallTimeHigh; low = $row.InstallTimeLow }
})
$events = $null
try { $events = Read-Events 'System' "*[System[Provider[@Name='Microsoft-Windows-WindowsUpdateClient'] and (EventID=19 or EventID=21 or EventID=22)]]" 150 } catch { $events = $null }
$booted = $null
try { $booted = @(Read-Instances 'root/cimv2' 'Win32_OperatingSystem' @('LastBootUpTime'))[0].LastBootUpTime } catch { $booted = $null }
[ordered]@{
  servicing = $null -ne (Read-Values "$root\RebootPending" 'x')
  packages = $null -ne (Read-Values "$root\PackagesPending" 'x')
  update = $null -ne (Read-Values 'HKLM:\SOFTWARE\Microsoft\Windows\CurrentVersion\WindowsUpdate\Auto Update\RebootRequired' 'x')
  volatile = Read-Values 'HKLM:\SOFTWARE\Microsoft\Updates' 'UpdateExeVolatile'
  lcu = $lcu
  events = $events
  booted = $booted
}""",
    seconds=9,
)


@reads(RESTART, SESSION)
def pending_reboot(answer: Answer, visit: Answer) -> PendingReboot:
    """Windows keeps no time with its flags: they are as old as the newest installation, if that came after the start."""
    made = table(answer)
    flags = [made.get(name) for name in ("servicing", "packages", "update")]
    if not all(isinstance(flag, bool) for flag in flags):
        raise CannotTell(Reason.PARSE_ERROR, say("whether an update waits for a restart could not be read"))
    needed: list[Said] = []
    if made["servicing"] or made["packages"]:
        needed.append(say("parts of Windows are replaced at the next restart"))
    if made["update"]:
        needed.append(say("Windows Update has asked for a restart"))
    if number((sub(made, "volatile") or {}).get("UpdateExeVolatile")):
        needed.append(say("an installer of an update has asked for a restart"))
    seen_at = host_time(visit)
    since = _since(made) if needed else None
    ahead = since is not None and since > seen_at + timedelta(days=1)  # the clock was wrong, then or now
    return PendingReboot(tuple(needed), None if ahead else since, seen_at)


def _since(made: dict[str, Any]) -> datetime | None:
    """When Windows first asked since it started; else the newest installation. None: before the start, or unknown."""
    booted = moment(made.get("booted"))
    known = rows(made, "events") if made.get("events") is not None else []
    told = [(number(row.get("id")), moment(row.get("time_utc"))) for row in known if not _definition(row)]
    asked = [at for event, at in told if event in _ASKED and at is not None and (booted is None or at > booted)]
    if asked and booted is not None:
        return min(asked)
    done = [at for event, at in told if event == 19 and at is not None]
    done += [at for row in rows(made, "lcu") if (at := _installed(row)) is not None]
    newest = max([*asked, *done], default=None)
    return None if newest is None or (booted is not None and newest <= booted) else newest


def _definition(row: dict[str, Any]) -> bool:
    data = row.get("data")
    return any(_DEFINITIONS.search(text(item)) for item in (data if isinstance(data, list) else [data]))


def _installed(row: dict[str, Any]) -> datetime | None:
    return filetime(row.get("high"), row.get("low")) if number(row.get("state")) in _IN_PLACE else None


@reads(RELEASE)
def replaced_libraries(answer: Answer) -> ReplacedLibraries:
    """A program in use keeps its files: Windows replaces them at the restart, and asks for one."""
    found = windows.read(answer)
    raise Absent(say("{system} replaces files in use at the restart itself", system=getattr(found, "name", "Windows")))
