"""One back-up job, whichever program made it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from nis2scan.api import Confidence, Now
from nis2scan.facts.linux.timers import Job, Target

OK, WARNINGS, FAILED, UNKNOWN = "ok", "warnings", "failed", "unknown"


@dataclass(frozen=True)
class Backup:
    """One back-up job.

    last_success: UTC; measured when the job itself ended well or its copy was seen, derived when it can only be older
    than that. last_result: how the newest run ended. scheduled: None when nobody can tell. targets: of the whole tool.
    encrypted: None when not known. checked: when data was last read back from the copy, UTC. here: a copy was seen in a
    folder of this machine; None when that was not looked at. plain_at: the kinds of targets with unencrypted copies.
    ran: a run was seen whose end is not known. history: False when each copy writes over the one before. of_others:
    made here of other machines, so it says nothing of this one.
    """

    tool: str
    job: str
    last_success: datetime | None
    confidence: Confidence
    last_result: str
    scheduled: bool | None
    targets: tuple[Target, ...] = ()
    encrypted: bool | None = None
    checked: datetime | None = None
    here: bool | None = None
    plain_at: tuple[str, ...] = ()
    ran: datetime | None = None
    history: bool | None = None
    of_others: bool = False

    @property
    def name(self) -> str:
        return f"{self.tool}: {self.job}" if self.job else self.tool


def age(when: datetime, now: Now) -> timedelta:
    """How long ago that was; negative when it is yet to come."""
    return -(when - now)


def making(jobs: Iterable[Job]) -> list[Job | None]:
    """Jobs that make a back-up; those that only forget, prune or check make none."""
    return [job for job in jobs if job.role in ("backup", "daemon")]


def recorded(
    tool: str, job: Job | None, trace: datetime | None, sure: Confidence, warned: tuple[int, ...] = ()
) -> Backup:
    """The job's own success, when the machine remembers one; else the newest trace that any run has left."""
    result = UNKNOWN if job is None else result_of(job, warned)
    success, how = trace, sure
    if job is not None and job.ended is not None and result in (OK, WARNINGS):
        success, how = job.ended, Confidence.MEASURED
    return Backup(
        tool=tool,
        job=job.name if job is not None else "",
        last_success=success,
        confidence=how,
        last_result=result,
        scheduled=job.scheduled if job is not None else False,
    )


def result_of(job: Job, warned: tuple[int, ...] = ()) -> str:
    """How the last run ended, by the exit status of its main process.

    warned: exit statuses by which the tool says that a copy was made with something missing. A unit that counts
    another status than 0 as success says the same.
    """
    if job.role == "daemon" or job.ended is None or job.status is None:
        return FAILED if job.active == "failed" else UNKNOWN
    if job.result == "success" and job.status == 0:
        return OK
    return WARNINGS if job.result == "success" or job.status in warned else FAILED
