"""What PowerShell writes to the log of what it runs."""

from __future__ import annotations

from dataclasses import dataclass

from nis2scan.api import Answer, CannotTell, Fact, Reason, powershell, reads, say
from nis2scan.facts.windows.values import number, rows, sub, table

_STATES = {1: True, 2: False, 3: False}


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

ENGINE_2 = powershell(
    r"""# powershell-2
[ordered]@{ items = Read-Instances 'root/cimv2' 'Win32_OptionalFeature' @('Name', 'InstallState') "Name='MicrosoftWindowsPowerShellV2Root' OR Name='MicrosoftWindowsPowerShellV2'" }""",
    seconds=18,
)


@reads(LOGGING)
def powershell_logging(answer: Answer) -> PowershellLogging:
    """A value of another type than DWORD is ignored by Windows."""
    value = number((sub(table(answer), "blocks") or {}).get("EnableScriptBlockLogging"))
    return PowershellLogging(None if value is None else value == 1)


@reads(ENGINE_2)
def old_powershell(answer: Answer) -> OldPowershell:
    """No instance: the feature was taken out of this Windows."""
    states = [_STATES.get(number(row.get("InstallState")) or 0) for row in rows(table(answer))]
    if None in states:
        raise CannotTell(Reason.PARSE_ERROR, say("whether PowerShell 2 is installed could not be read"))
    return OldPowershell(any(states))
