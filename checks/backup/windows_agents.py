"""BAK-WIN-003."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from nis2scan.api import (
    Confidence,
    Effort,
    Now,
    Part,
    Policy,
    Reason,
    Severity,
    Unknown,
    bad,
    check,
    ok,
    say,
    warn,
)
from nis2scan.facts.backup_record import FAILED, OK, WARNINGS, age
from nis2scan.facts.windows.backup_agents import Run, WindowsAgents
from nis2scan.facts.windows.system import Windows


@check(
    title="A back-up program fails, or nobody knows",
    catalogue=("BAK-WIN-003",),
    severity=Severity.MEDIUM,
    effort=Effort.HOUR,
    expected="The newest run of every back-up program succeeded, in the last {backup_max_hours} hours.",
    action="Get the back-up running again",
    remedy="Open the console or the portal of the product: it says which machines are in it, and how the last run "
    "ended. Switch on its reports by e-mail.\n"
    "Azure Backup: Event Viewer (Logboeken), Applications and Services Logs, CloudBackup.\n"
    "Check: the list of the product names this machine, with a copy of this week.",
    limits="Knows some twenty products by the names of their services, and only the log of the agent of Azure Backup, "
    "by numbers of events that were not confirmed on a real machine. Of all others only their own console knows "
    "whether back-ups succeed.",
)
def windows_agents(agents: WindowsAgents, windows: Windows, policy: Policy, now: Now) -> Mapping[str, Part]:
    """The icon beside the clock says that a program runs, not that a copy was made."""
    return {name: _judged(agents.runs.get(name, ()), windows, policy, now) for name in agents.here}


def _judged(runs: tuple[Run, ...], windows: Windows, policy: Policy, now: Now) -> Part:
    if not runs:
        return Unknown(Reason.OUT_OF_VANTAGE, say("it is installed; how its back-ups end is known to its console only"))
    sure = Confidence.DERIVED
    if [run.result for run in runs[:2]] == [FAILED, FAILED]:
        return bad(say("the last two runs failed"), confidence=sure)
    when = next((run.at for run in runs if run.result in (OK, WARNINGS)), None)
    if when is None:
        return Unknown(Reason.OUT_OF_VANTAGE, say("runs were found, but none that is known to have succeeded"))
    if age(when, now) < timedelta(hours=-1):
        return Unknown(Reason.PARSE_ERROR, say("the last back-up is dated ahead: {when}", when=when))
    found = say("last good back-up {when}", when=when)
    most = policy.backup_max_hours if windows.server else policy.backup_client_max_hours
    if age(when, now) > timedelta(hours=most):
        return bad(say("it does not run any more; {found}", found=found), confidence=sure)
    if runs[0].result == FAILED:
        return warn(say("the newest run failed; {found}", found=found), confidence=sure)
    if runs[0].result == WARNINGS:
        return warn(say("the newest run ended with warnings; {found}", found=found), confidence=sure)
    return ok(found, confidence=sure)
