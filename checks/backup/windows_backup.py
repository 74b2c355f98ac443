"""BAK-WIN-001."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from nis2scan.api import Confidence, Effort, Now, Part, Policy, Reason, Severity, Unknown, bad, check, ok, say, warn
from nis2scan.facts.backup_record import FAILED, WARNINGS, age
from nis2scan.facts.windows.backups import of_windows, result_of
from nis2scan.facts.windows.system import Windows
from nis2scan.facts.windows.windows_backup import SERVER_BACKUP, Runs, WindowsBackups


@check(
    title="The back-up of Windows fails or has stopped",
    catalogue=("BAK-WIN-001",),
    severity=Severity.HIGH,
    key=True,
    effort=Effort.HOUR,
    expected="The back-up of Windows is planned, and succeeded in the last {backup_ok_hours} hours; on a workstation "
    "in the last {backup_client_ok_hours} hours.",
    action="Get the back-up running again",
    remedy="Windows Server Backup (Windows Server Back-up), or `wbadmin get status` and `wbadmin get versions`, say "
    "what went wrong: usually the disk is full, unplugged or changed.\n"
    "As administrator: `wbadmin enable backup -addtarget:DISK -allCritical -systemState -schedule:21:00 -quiet`.\n"
    "Check: `Get-WBSummary` shows LastBackupResultHR 0 and a LastSuccessfulBackupTime of today.",
    limits="Judges Windows Server Backup by its summary and its log. Whether all volumes are in it, and whether a copy "
    "can be put back, is not seen. The back-up of Windows 7 on clients is known by numbers of events that were not "
    "confirmed on a real machine.",
)
def windows_backup(backups: WindowsBackups, windows: Windows, policy: Policy, now: Now) -> Mapping[str, Part]:
    """It costs nothing and is often the only back-up of a small server. When its disk is full, it stops and tells
    nobody.
    """
    return {runs.name: _judged(runs, windows, policy, now) for runs in backups.runs}


def _judged(runs: Runs, windows: Windows, policy: Policy, now: Now) -> Part:
    sure = of_windows(runs).confidence
    if runs.good is None:
        if result_of(runs) == FAILED:
            return bad(say("it failed, and never succeeded as far as can be seen"), confidence=sure)
        return Unknown(Reason.OUT_OF_VANTAGE, say("it is set up, but no run of it has been seen"))
    if age(runs.good, now) < timedelta(hours=-1):
        return Unknown(Reason.PARSE_ERROR, say("the last back-up is dated ahead: {when}", when=runs.good))
    return _by_age(runs, sure, windows, policy, now)


def _by_age(runs: Runs, sure: Confidence, windows: Windows, policy: Policy, now: Now) -> Part:
    assert runs.good is not None  # noqa: S101 its caller has looked
    hours = age(runs.good, now) / timedelta(hours=1)
    ok_hours, most = (
        (policy.backup_ok_hours, policy.backup_max_hours)
        if windows.server
        else (policy.backup_client_ok_hours, policy.backup_client_max_hours)
    )
    found = say("last good back-up {when}, {hours} hours ago", when=runs.good, hours=round(hours))
    failed = result_of(runs) == FAILED
    if failed:
        found = say("the newest run failed; {found}", found=found)
    if hours > most:
        return bad(found, confidence=sure)
    if failed or hours > ok_hours:
        return warn(found, confidence=sure)
    if result_of(runs) == WARNINGS:
        return warn(say("the newest run ended with warnings; {found}", found=found), confidence=sure)
    if runs.scheduled is False:
        return warn(say("nothing is planned, somebody starts it by hand; {found}", found=found), confidence=sure)
    return ok(found, confidence=sure if runs.name == SERVER_BACKUP else Confidence.DERIVED)
