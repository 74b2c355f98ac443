"""Records of home-made back-ups: what their traces tell, and no more. A script may end well and copy nothing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from nis2scan.api import Confidence
from nis2scan.facts.backup_record import FAILED, OK, WARNINGS, Backup, recorded, result_of
from nis2scan.facts.linux.backup_agents import BackupAgents
from nis2scan.facts.linux.other_jobs import OtherJobs, Trace
from nis2scan.facts.linux.timers import Job

_PLAIN = {"rsync", "rsnapshot", "rdiff-backup"}
_HISTORY = {"rsnapshot", "duplicity", "duply", "deja-dup", "rdiff-backup", "kopia", "duplicacy"}
_VANISHED = (23, 24)  # rsync: some files could not be copied, or were gone meanwhile
_KEPT_BY = {"duply": "duplicity"}
OF_PRODUCTS = {"proxmox-backup-client", "kopia", "duplicacy", "duplicati-cli", "veeam"}
"""Programs of back-up products: judged with the agents, not with what is made at home."""


def of_others(seen: OtherJobs) -> list[Backup]:
    """One record a job; a tool with traces and no job ran by hand, or by its own watcher."""
    made = [_of_job(job, seen) for job in seen.jobs]
    with_job = {_KEPT_BY.get(job.tool, job.tool) for job in seen.jobs}
    made += [_told(tool, None, trace, seen) for tool, trace in seen.traces.items() if tool not in with_job]
    return [record for record in made if (record.tool, "pull") not in seen.flags]


PRODUCTS = {
    "veeam": "Veeam",
    "proxmox-backup-client": "Proxmox Backup Client",
    "kopia": "Kopia",
    "duplicacy": "Duplicacy",
    "duplicati-cli": "Duplicati",
}


def of_agents(seen: BackupAgents) -> list[Backup]:
    """One record a job of which the agent keeps logs here. Where its copies go is not in them."""
    return [
        Backup("veeam", item.job, item.last_good, Confidence.DERIVED, item.newest, scheduled=None)
        for item in seen.sessions
    ]


def silent_agents(seen: BackupAgents, records: Iterable[Backup]) -> list[str]:
    """Products whose jobs leave no trace here: only their server knows."""
    told = {PRODUCTS.get(record.tool) for record in records}
    return sorted({*seen.installed, *seen.contact} - told)


def _of_job(job: Job, seen: OtherJobs) -> Backup:
    return _told(job.tool, job, seen.traces.get(_KEPT_BY.get(job.tool, job.tool)), seen)


def _told(tool: str, job: Job | None, trace: Trace | None, seen: OtherJobs) -> Backup:
    """The tool's own trace tells most; the exit status of a unit is as good as the script that made it."""
    record = recorded(tool, job, None, Confidence.DERIVED, _VANISHED if tool == "rsync" else ())
    if trace is not None and trace.result in (OK, WARNINGS):
        ended = max(trace.when, record.last_success or trace.when)
        failed = job is not None and result_of(job) == FAILED
        record = replace(record, last_success=ended, confidence=Confidence.MEASURED)
        record = replace(record, last_result=FAILED if failed else trace.result)
    elif trace is not None:
        record = replace(record, ran=trace.when, last_result=FAILED if trace.result == FAILED else record.last_result)
        record = replace(record, last_success=None if trace.result == FAILED else record.last_success)
    elif record.last_success is not None:
        # A service that nothing starts at set times may be no job at all, only a program that was stopped.
        when = record.last_success if record.scheduled else None
        record = replace(record, last_success=when, confidence=Confidence.DERIVED)
    targets = tuple(target for target in seen.targets if target.tool == tool)
    plain = tool in _PLAIN or (tool, "plain") in seen.flags
    return replace(
        record,
        scheduled=None if tool == "deja-dup" else record.scheduled,
        targets=targets,
        encrypted=False if plain else True if tool == "kopia" or (tool == "duplicity" and job is not None) else None,
        plain_at=tuple(sorted({target.kind for target in targets})) if plain else (),
        here=True if tool == "rsnapshot" and trace is not None else None,
        history=False if (tool, "mirror") in seen.flags else True if tool in _HISTORY else None,
    )
