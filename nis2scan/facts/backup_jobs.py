"""How a job of one back-up tool is judged, the same for every tool: did it run, does it start by itself."""

from __future__ import annotations

from datetime import timedelta

from nis2scan.api import Now, Part, Policy, Reason, Unknown, bad, ok, say, warn
from nis2scan.facts.backup_record import FAILED, WARNINGS, Backup, age


def judged_job(record: Backup, policy: Policy, now: Now) -> Part:
    """A failed run or no run for the longest time fails; a run with gaps, or one that nothing starts, warns."""
    if record.last_result == FAILED:
        return bad(say("the newest run failed"))
    if record.last_success is None:
        return Unknown(Reason.OUT_OF_VANTAGE, say("a job was found, but no trace of a run that succeeded"))
    found, how = say("last good back-up {when}", when=record.last_success), record.confidence
    if age(record.last_success, now) < timedelta(hours=-1):
        return Unknown(Reason.PARSE_ERROR, say("the last back-up is dated ahead: {when}", when=record.last_success))
    if age(record.last_success, now) > timedelta(hours=policy.backup_client_max_hours):
        return bad(say("it does not run any more; {found}", found=found), confidence=how)
    if record.last_result == WARNINGS:
        return warn(say("some files could not be read; {found}", found=found), confidence=how)
    if record.scheduled is False:
        return warn(say("nothing was found that starts it by itself; {found}", found=found), confidence=how)
    return ok(found, confidence=how)
