"""What PowerShell writes to the log of what it runs."""

from __future__ import annotations

from dataclasses import dataclass

from nis2scan.api import Answer, CannotTell, Fact, Reason, Root, powershell, reads, say
from nis2scan.facts.windows.values import number, rows, sub, table, text

_STATES = {1: True, 2: False, 3: False}
_ENGINE, _ALWAYS = "MicrosoftWindowsPowerShellV2", "NetFx"  # features of .NET are on the list of every Windows


@dataclass(frozen=True)
class PowershellLogging(Fact):
    """script_blocks: all of what runs is written; None by default, which writes only what looks suspicious."""

    script_blocks: bool | None


@dataclass(frozen=True)
class OldPowershell(Fact):
    """Whether the engine of version 2, which writes nothing, can still be started."""

    enabled: bool


LOGGING = powershell(
    r"""# powershell-logging
[ordered]@{ blocks = Read-Values 'HKLM:\SOFTWARE\Policies\Microsoft\Windows\PowerShell\ScriptBlockLogging' 'EnableScriptBlockLogging' }""",
    seconds=2,
)

# Asked along: features that every Windows has. Without one of them the list was not read, and its silence says nothing.
ENGINE_2 = powershell(
    r"""# powershell-2
[ordered]@{ items = Read-Instances 'root/cimv2' 'Win32_OptionalFeature' @('Name', 'InstallState') "Name LIKE 'MicrosoftWindowsPowerShellV2%' OR Name LIKE 'NetFx%'" }""",
    root=Root.REQUIRED,
    seconds=18,
)


@reads(LOGGING)
def powershell_logging(answer: Answer) -> PowershellLogging:
    """A value of another type than DWORD is ignored by Windows."""
    value = number((sub(table(answer), "blocks") or {}).get("EnableScriptBlockLogging"))
    return PowershellLogging(None if value is None else value == 1)


@reads(ENGINE_2)
def old_powershell(answer: Answer) -> OldPowershell:
    """Not on a list that was read: the feature was taken out of this Windows."""
    listed = [(text(row.get("Name")), _STATES.get(number(row.get("InstallState")) or 0)) for row in rows(table(answer))]
    states = [state for name, state in listed if name.startswith(_ENGINE)]
    if None in states or not any(name.startswith(_ALWAYS) for name, _ in listed):
        raise CannotTell(Reason.PARSE_ERROR, say("whether PowerShell 2 is installed could not be read"))
    return OldPowershell(any(states))
