"""BAK-WIN-002."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from nis2scan.api import Confidence, Effort, Now, Part, Policy, Reason, Severity, Unknown, bad, check, ok, say, warn
from nis2scan.facts.backup_record import FAILED, UNKNOWN, WARNINGS, age
from nis2scan.facts.windows.system import Windows
from nis2scan.facts.windows.veeam import Job, Veeam


@check(
    title="A Veeam job fails or has stopped",
    catalogue=("BAK-WIN-002",),
    severity=Severity.HIGH,
    key=True,
    effort=Effort.HOUR,
    expected="The newest session of every Veeam job succeeded, in the last {backup_max_hours} hours.",
    action="Get the back-up running again",
    remedy="Veeam Backup & Replication, Home, Jobs: open the last session of the job; it names the machine and the "
    "reason. Usually the repository is full, a password was changed, or the licence has ended. Switch on e-mail "
    "reports.\n"
    "Check: `Get-WinEvent -LogName 'Veeam Backup' -MaxEvents 20` (or 'Veeam Agent') shows event 190 of today at level "
    "Information.",
    limits="Reads the event log of Veeam: back-ups (190), copies of them (490) and managed agents (790); not tape, "
    "SureBackup or file copies. How the events carry the name of a job has not been confirmed on a real machine; the "
    "outcome goes by their level. A server that is an appliance with Linux keeps no such log.",
)
def veeam_jobs(veeam: Veeam, windows: Windows, policy: Policy, now: Now) -> Mapping[str, Part]:
    """A full repository or a changed password stops a job quietly; in the list of jobs it looks as before."""
    newest = max((item.at for job in veeam.jobs for item in job.sessions), default=None)
    judged: dict[str, Part] = {}
    for job in veeam.jobs:
        name = _name(job)
        while name in judged:
            name += "'"
        judged[name] = _judged(job, newest, windows, policy, now)
    if veeam.since is not None and age(veeam.since, now) < timedelta(hours=policy.backup_client_max_hours):
        told = say("its log was read back to {when} only: a job that stopped before that is not seen", when=veeam.since)
        judged["Veeam …"] = Unknown(Reason.TRUNCATED, told)
    if judged:
        return judged
    if veeam.managed:
        return {"": Unknown(Reason.OUT_OF_VANTAGE, say("Veeam on another machine makes its back-ups; look there"))}
    return {
        "": Unknown(Reason.OUT_OF_VANTAGE, say("Veeam is here, but its log shows no job that ended; is there one?"))
    }


def _name(job: Job) -> str:
    name = job.name or ("Veeam Agent" if job.own else "Veeam Backup")
    return f"{name} ({job.kind})" if job.kind else name


def _judged(job: Job, newest: datetime | None, windows: Windows, policy: Policy, now: Now) -> Part:
    """Failing twice is no chance; once, with a good session not long before, deserves attention."""
    results = [item.result for item in job.sessions]
    if results[:2] == [FAILED, FAILED]:
        return bad(say("the last two sessions failed"))
    when = job.good
    if when is None:
        return Unknown(Reason.OUT_OF_VANTAGE, say("sessions were found, but none that is known to have succeeded"))
    if age(when, now) < timedelta(hours=-1):
        return Unknown(Reason.PARSE_ERROR, say("the last back-up is dated ahead: {when}", when=when))
    found = say("last good back-up {when}", when=when)
    most = policy.backup_max_hours if windows.server else policy.backup_client_max_hours
    if age(when, now) > timedelta(hours=most):
        latest = job.sessions[0].at
        if newest is not None and newest - latest > timedelta(days=policy.backup_check_days):
            return warn(say("no session since {when}, while other jobs run: stopped, or taken away?", when=latest))
        return bad(say("it does not run any more; {found}", found=found))
    if not job.told and any(
        item.result == FAILED and age(item.at, now) < timedelta(hours=most) for item in job.sessions
    ):
        return warn(say("sessions failed, and of which job cannot be told; {found}", found=found))
    if results[0] == FAILED:
        return warn(say("the newest run failed; {found}", found=found))
    if results[0] == WARNINGS:
        return warn(say("the newest session ended with warnings; {found}", found=found))
    if results[0] == UNKNOWN:
        return warn(say("how the newest session ended is not known; {found}", found=found))
    return ok(found, confidence=Confidence.DERIVED)
