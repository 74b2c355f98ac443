"""LOG-ANY-002."""

from __future__ import annotations

from nis2scan.api import Absent, CannotTell, Effort, Reason, Severity, Verdict, bad, check, ok, say, warn
from nis2scan.facts.machine import Machine
from nis2scan.facts.time_sync import TimeSync


@check(
    title="Nothing keeps the clock right",
    catalogue=("LOG-ANY-002",),
    severity=Severity.LOW,
    effort=Effort.MINUTES,
    expected="a daemon runs that keeps the clock right, and it follows a source",
    action="Set the clocks right and keep them so",
    remedy="`apt install chrony` or `dnf install chrony && systemctl enable --now chronyd`.\n"
    "Check: `chronyc tracking` says `Leap status : Normal`.",
    limits="Asks chrony, systemd-timesyncd and ntpd, of others the kernel. Not seen: whether it also starts after a "
    "restart, and whether the source is right.",
)
def time_synchronised(keeper: TimeSync, machine: Machine) -> Verdict:
    """A clock that nobody sets drifts by seconds a day; then the logs of two machines cannot be laid side by side."""
    if machine.container:
        raise Absent(say("a container: its clock is that of the machine it runs on"))
    if keeper.daemons and keeper.synced:
        return ok(say("{daemon} runs and follows a source", daemon=keeper.daemons))
    if keeper.daemons and keeper.synced is None:
        raise CannotTell(
            Reason.TOOL_MISSING,
            say("{daemon} runs; whether it follows a source cannot be asked", daemon=keeper.daemons),
        )
    if keeper.daemons:
        return warn(say("{daemon} runs, but follows no source now", daemon=keeper.daemons))
    if keeper.hypervisor:
        raise Absent(say("a virtual machine: Hyper-V sets its clock"))
    if keeper.jobs:
        return warn(say("the clock is only set now and then, by {jobs}", jobs=keeper.jobs))
    if keeper.guests:
        return warn(say("nothing on the machine keeps the clock right; {guests} may", guests=keeper.guests))
    return bad(say("nothing on the machine keeps the clock right"))
