"""The back-up jobs of a Windows machine in the terms that every system shares."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from nis2scan.api import Absent, Answer, CannotTell, Confidence, Message, Reason, Unknown, reads, say
from nis2scan.facts.backup_record import FAILED, OK, UNKNOWN, WARNINGS, Backup
from nis2scan.facts.backups import Backups
from nis2scan.facts.linux.timers import Target
from nis2scan.facts.windows.backup_agents import AGENT_EVENTS, AZURE, Run, WindowsAgents, windows_agents
from nis2scan.facts.windows.services import SERVICE_KEYS, SERVICES
from nis2scan.facts.windows.system import RELEASE, Windows, windows
from nis2scan.facts.windows.veeam import VEEAM, Job, Veeam, veeam
from nis2scan.facts.windows.windows_backup import (
    SERVER_BACKUP,
    WINDOWS_BACKUP,
    Runs,
    WindowsBackups,
    windows_backups,
)


@reads(WINDOWS_BACKUP, VEEAM, SERVICES, SERVICE_KEYS, AGENT_EVENTS, RELEASE)
def backups(own: Answer, veeam_log: Answer, states: Answer, keys: Answer, events: Answer, release: Answer) -> Backups:
    """A kind that could not be looked for adds no record; that is never read as "there is none"."""
    records: list[Backup] = []
    unread: dict[str, Unknown] = {}

    def look(kind: str, read: Callable[[], Any]) -> Any:
        try:
            return read()
        except Absent:
            return None
        except CannotTell as why:
            detail = why.detail if isinstance(why.detail, (str, Message)) else str(why.detail)
            unread[kind] = Unknown(why.reason, detail)
            return None

    seen = look("Windows", lambda: windows_backups.read(own))
    if isinstance(seen, WindowsBackups):
        records += [of_windows(item) for item in seen.runs]
    jobs = look("Veeam", lambda: veeam.read(veeam_log))
    if isinstance(jobs, Veeam):
        records += [of_veeam(job) for job in jobs.jobs]
    agents = look("agents", lambda: windows_agents.read(states, keys, events))
    if isinstance(agents, WindowsAgents):
        records += [of_runs(name, runs) for name, runs in agents.runs.items() if runs]
    silent = [*_silent(agents), *(["Veeam"] if isinstance(jobs, Veeam) and not jobs.jobs else [])]
    if silent:
        told = say("{products} runs here; only its server knows whether back-ups succeed", products=silent)
        unread["agents"] = Unknown(Reason.OUT_OF_VANTAGE, told)
    found = windows.read(release) if release.ok else None
    return Backups(tuple(records), unread, not found.server if isinstance(found, Windows) else None)


def _silent(agents: object) -> list[str]:
    if not isinstance(agents, WindowsAgents):
        return []
    return [name for name in agents.here if not agents.runs.get(name)]


def of_windows(runs: Runs) -> Backup:
    """Windows Server Backup never encrypts. Of its target a share can be told from a disk, and no more."""
    share = runs.target.startswith("\\\\") and not runs.target.startswith("\\\\?\\")
    target = Target(runs.name, "lan", "smb") if share else Target(runs.name, "other", "local")
    own = runs.name == SERVER_BACKUP
    return Backup(
        tool=runs.name,
        job="",
        last_success=runs.good,
        confidence=Confidence.MEASURED if own else Confidence.DERIVED,
        last_result=result_of(runs),
        scheduled=runs.scheduled,
        targets=(target,) if runs.target else (),
        encrypted=False if own else None,
        plain_at=("lan",) if own and share else (),
    )


def result_of(runs: Runs) -> str:
    """How the newest run ended: a failure that is as new as the last success came with it."""
    if runs.known_bad or _after(runs.bad, runs.good):
        return FAILED
    if runs.good is None:
        return UNKNOWN
    return WARNINGS if _after(runs.gaps, runs.good) else OK


def _after(moment: datetime | None, other: datetime | None) -> bool:
    return moment is not None and (other is None or moment >= other)


def of_veeam(job: Job) -> Backup:
    """By its own log; where the copies go is not in it. A job of the server makes copies of other machines."""
    newest = job.sessions[0].result if job.sessions else UNKNOWN
    name = " ".join(part for part in (job.name, f"({job.kind})" if job.kind else "") if part)
    return Backup("Veeam", name, job.good, Confidence.DERIVED, newest, scheduled=None, of_others=not job.own)


def of_runs(product: str, runs: Iterable[Run]) -> Backup:
    """Numbers of events that were learned from descriptions: never more than derived. Azure encrypts all it takes."""
    ordered = list(runs)
    good = next((run.at for run in ordered if run.result in (OK, WARNINGS)), None)
    azure = product == AZURE
    return Backup(
        tool=product,
        job="",
        last_success=good,
        confidence=Confidence.DERIVED,
        last_result=ordered[0].result,
        scheduled=None,
        targets=(Target(product, "cloud", "azure"),) if azure else (),
        encrypted=True if azure else None,
    )
