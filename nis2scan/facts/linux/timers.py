"""Which jobs of restic and borg a machine has: units, cron lines, scripts, settings; and how the last run ended.

Only parsed words leave the machine: tool, role, kind of target and a hash of its host. Never a line, a path or a
password.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from nis2scan.api import Answer, CannotTell, Fact, Reason, Root, reads, say, shell
from nis2scan.facts.linux.timers_script import JOBS_SCRIPT


@dataclass(frozen=True)
class Target:
    """Where a back-up goes. kind: local, usb, lan, cloud or other. host: a hash, so that two can be told apart."""

    tool: str
    kind: str
    scheme: str
    host: str = ""


@dataclass(frozen=True)
class Repository:
    """A repository in a folder of this machine. newest: when its last snapshot was written, UTC; None: it has none."""

    tool: str
    newest: datetime | None
    snapshots: int


@dataclass(frozen=True)
class Job:
    """One unit, or cron (then only `scheduled` is known).

    ended: when its main process last ended since the machine started, UTC. status: its exit status. scheduled: a
    timer or cron starts it; None when that could not be read.
    """

    tool: str
    name: str
    role: str
    scheduled: bool | None
    result: str = ""
    status: int | None = None
    ended: datetime | None = None
    active: str = ""


@dataclass(frozen=True)
class BackupJobs(Fact):
    """Everything found by name of tool (`restic` or `borg`). whole: all the places could be looked into."""

    whole: bool
    jobs: tuple[Job, ...]
    targets: tuple[Target, ...]
    repositories: tuple[Repository, ...]
    binaries: frozenset[str]
    settings: frozenset[str]
    checks_set: frozenset[str]


_RUNS = ("grep", "systemctl", "sha256sum", "find", "stat", "printf")
JOBS = shell(JOBS_SCRIPT, runs=_RUNS, root=Root.PREFERRED, seconds=10, cap=131072)

_STAMP = re.compile(r"\w{3} (\d{4}-\d\d-\d\d \d\d:\d\d:\d\d) UTC")


@reads(JOBS)
def backup_jobs(answer: Answer) -> BackupJobs:
    """Words that the script printed itself, then what `systemctl show` says of the units it found."""
    if answer.lines[-1:] != ["end"]:
        raise CannotTell(Reason.TRUNCATED, say("the list of jobs is not whole"))
    words, _, shown = answer.text.partition("\nshow\n")
    rows = [line.split() for line in words.splitlines() if line.strip()]
    if not any(row[0] == "sight" for row in rows):
        raise CannotTell(Reason.TRUNCATED, say("the list of jobs is not whole"))
    of = {kind: [row[1:] for row in rows if row[0] == kind] for kind in {row[0] for row in rows}}
    cron = [Job(tool, "cron", role, True) for tool, role in of.get("cron", ())]
    return BackupJobs(
        # A unit of which systemd says nothing may run or not.
        whole=of["sight"] == [["full"]] and ("unit" not in of or bool(shown)),
        jobs=(*_units(of.get("unit", ()), _blocks(shown)), *dict.fromkeys(cron)),
        targets=tuple(dict.fromkeys(Target(*row) for row in of.get("target", ()))),
        repositories=tuple(_repository(row) for row in of.get("repo", ())),
        binaries=frozenset(row[0] for row in of.get("binary", ())),
        settings=frozenset(row[0] for row in of.get("settings", ())),
        checks_set=frozenset(row[0] for row in of.get("check", ())),
    )


def _repository(row: list[str]) -> Repository:
    tool, newest, count = row
    return Repository(tool, moment(newest), int(count))


def moment(seconds: str) -> datetime | None:
    """Seconds since 1970 as UTC; 0 is none."""
    return datetime.fromtimestamp(int(seconds), UTC) if int(seconds) else None


def _blocks(shown: str) -> dict[str, dict[str, str]]:
    """What systemctl shows: `Name=value` lines, an empty line between units."""
    blocks = [dict(line.split("=", 1) for line in block.splitlines() if "=" in line) for block in shown.split("\n\n")]
    return {block["Id"]: block for block in blocks if "Id" in block}


def _units(rows: Iterable[list[str]], shown: dict[str, dict[str, str]]) -> list[Job]:
    """The units that run or are meant to: one that came with a package and was never switched on is no job."""
    jobs = []
    for name, tool, role in rows:
        stem = name.removesuffix("*.service")
        for unit, block in shown.items():
            if unit != name and not (stem != name and unit.startswith(stem) and unit.endswith(".service")):
                continue
            job = _unit(unit, tool, role, block, shown)
            if job.scheduled or job.ended or job.active == "failed":
                jobs.append(job)
    return jobs


def _unit(unit: str, tool: str, role: str, block: dict[str, str], shown: dict[str, dict[str, str]]) -> Job:
    timers = [shown.get(timer, {}) for timer in block.get("TriggeredBy", "").split()]
    by_timer = any(timer.get("ActiveState") in ("active", "activating") for timer in timers)
    always = role == "daemon" and block.get("ActiveState") == "active"
    status = block.get("ExecMainStatus", "")
    ended = _STAMP.fullmatch(block.get("ExecMainExitTimestamp", ""))
    return Job(
        tool=tool,
        name=unit.removesuffix(".service"),
        role=role,
        scheduled=by_timer or always,
        result=block.get("Result", ""),
        status=int(status) if status.isdecimal() else None,
        ended=datetime.fromisoformat(ended[1]).replace(tzinfo=UTC) if ended else None,
        active=block.get("ActiveState", ""),
    )
