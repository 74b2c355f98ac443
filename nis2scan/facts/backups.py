"""Back-ups, whichever program made them: one record a job, made from what the programs' own facts tell."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial

from nis2scan.api import CannotTell, Confidence, Fact, Maybe, Message, Now, Reason, Unknown, derives
from nis2scan.facts.linux.borg import DEEP, Borg
from nis2scan.facts.linux.local_copies import LocalCopies
from nis2scan.facts.linux.restic import Restic
from nis2scan.facts.linux.system import System
from nis2scan.facts.linux.timers import Job, Target

OK, WARNINGS, FAILED, UNKNOWN = "ok", "warnings", "failed", "unknown"


@dataclass(frozen=True)
class Backup:
    """One back-up job.

    last_success: UTC; measured when the job itself ended well or its copy was seen, derived when it can only be older
    than that. last_result: how the newest run ended. scheduled: None when nobody can tell. targets: of the whole tool.
    encrypted: None when not known. checked: when data was last read back from the copy, UTC. here: a copy was seen in a
    folder of this machine; None when that was not looked at. plain_at: the kinds of targets with unencrypted copies.
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

    @property
    def name(self) -> str:
        return f"{self.tool}: {self.job}" if self.job else self.tool


@dataclass(frozen=True)
class Backups(Fact):
    """Every back-up job that was found on a host. unread: why a tool could not be looked for.

    workstation: a person sits at it, so its limits are wider; None when that could not be read.
    """

    records: tuple[Backup, ...]
    unread: tuple[Unknown, ...]
    workstation: bool | None


@derives
def backups(restic: Maybe[Restic], borg: Maybe[Borg], folders: Maybe[LocalCopies], system: Maybe[System]) -> Backups:
    """A tool that could not be looked for adds no record; that is never read as "there is none"."""
    made = [
        *(of_restic(restic.value) if restic.value is not None else ()),
        *(of_borg(borg.value, folders.value) if borg.value is not None else ()),
    ]
    why = [item.why for item in (restic, borg) if isinstance(item.why, CannotTell)]
    unread = [Unknown(w.reason, w.detail if isinstance(w.detail, (str, Message)) else str(w.detail)) for w in why]
    # A tool that is installed and never used hides no back-up; nor, beside another, one that this system cannot have.
    no_loss = {Reason.OUT_OF_VANTAGE, *([Reason.UNSUPPORTED_PLATFORM] if made else [])}
    return Backups(
        records=tuple(made),
        unread=tuple(item for item in unread if item.reason not in no_loss),
        workstation=system.value.workstation if system.value is not None else None,
    )


def age(when: datetime, now: Now) -> timedelta:
    """How long ago that was; negative when it is yet to come."""
    return -(when - now)


def of_restic(seen: Restic) -> list[Backup]:
    """restic always encrypts. A snapshot file in a local repository is a copy that was seen; a cache is its echo."""
    trace, sure = (seen.written, Confidence.MEASURED) if seen.written else (seen.cached, Confidence.DERIVED)
    if not (known := _known_jobs(seen.jobs)) and trace is None:
        return []
    here = True if seen.written else None
    return [
        replace(_record("restic", job, trace, sure, (3,)), targets=seen.targets, encrypted=True, here=here)
        for job in known or [None]
    ]


def of_borg(seen: Borg, folders: LocalCopies | None = None) -> list[Backup]:
    """The manifest is also touched by prune and delete: the newest back-up can be older, never younger."""
    if not (known := _known_jobs(seen.jobs)) and seen.newest is None:
        return []
    facts = {item.encrypted for item in seen.manifests}
    record = partial(
        replace,
        targets=seen.targets,
        encrypted=False if False in facts else True if facts == {True} else None,
        checked=max((when for name, when in seen.checked.items() if name in DEEP), default=None),
        here=True if folders is not None and folders.here and not folders.gone else None,
        plain_at=tuple(sorted({item.kind for item in seen.manifests if item.encrypted is False})),
    )
    return [record(_record("borg", job, seen.newest, Confidence.DERIVED)) for job in known or [None]]


def _known_jobs(jobs: Iterable[Job]) -> list[Job | None]:
    """Jobs that make a back-up; those that only forget, prune or check make none."""
    return [job for job in jobs if job.role in ("backup", "daemon")]


def _record(
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
