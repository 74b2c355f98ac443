"""LOG-WIN-003."""

from __future__ import annotations

from nis2scan.api import CannotTell, Effort, Maybe, Severity, Verdict, bad, check, ok, say, warn
from nis2scan.facts.windows.powershell_logging import OldPowershell, PowershellLogging


@check(
    title="What PowerShell runs is not logged",
    catalogue=("LOG-WIN-003",),
    severity=Severity.LOW,
    effort=Effort.MINUTES,
    expected="every script block is logged, and PowerShell 2 is not installed",
    action="Log what PowerShell runs",
    remedy="Policy *Turn on PowerShell Script Block Logging*: enabled. Old engine: `Disable-WindowsOptionalFeature "
    "-Online -FeatureName MicrosoftWindowsPowerShellV2Root`.\n"
    "Check: event 4104 in Microsoft-Windows-PowerShell/Operational.",
    limits="Judges Windows PowerShell, not PowerShell 7.",
)
def powershell_logged(logging: PowershellLogging, old: Maybe[OldPowershell]) -> Verdict:
    """Most break-ins use PowerShell; its log is often the only place where their commands stand."""
    if logging.script_blocks is False:
        return bad(say("logging of script blocks is switched off"))
    if old.value is not None and old.value.enabled:
        return bad(say("PowerShell 2, which logs nothing, can still be started"))
    if logging.script_blocks is None and isinstance(old.why, CannotTell):
        raise old.why
    if logging.script_blocks is None:
        return warn(say("only what looks suspicious is logged, which is the default"))
    return ok(say("every script block is logged"))
