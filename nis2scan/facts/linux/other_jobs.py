"""Home-made back-ups and the smaller programs: rsync, rclone, rsnapshot, duplicity, Déjà Dup, rdiff-backup, scripts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from nis2scan.api import Absent, Answer, CannotTell, Fact, Reason, Root, reads, say, shell
from nis2scan.facts.linux.other_jobs_script import OTHER_JOBS_SCRIPT
from nis2scan.facts.linux.restic import jobs_of
from nis2scan.facts.linux.timers import Job, Target, moment


@dataclass(frozen=True)
class Trace:
    """When a copy was last made, UTC, and how that ended by the program's own log: ok, warnings, failed or unknown."""

    when: datetime
    result: str


@dataclass(frozen=True)
class OtherJobs(Fact):
    """Jobs, where they go, and traces by tool.

    flags, by tool: `mirror` (deletes what the source lost and keeps no history), `plain` (encryption switched off),
    `pull` (fetches the files of another machine), `sync` (copies, and nothing says that it is a back-up).
    """

    jobs: tuple[Job, ...]
    targets: tuple[Target, ...]
    flags: frozenset[tuple[str, str]]
    traces: Mapping[str, Trace]


OTHER_JOBS = shell(
    OTHER_JOBS_SCRIPT,
    runs=("grep", "systemctl", "sha256sum", "ls", "stat", "tail", "printf"),
    root=Root.PREFERRED,
    seconds=10,
    cap=131072,
)
_RESULTS = {"ok", "warnings", "failed", "unknown"}
_WORDS = {"unit", "cron", "target", "flag", "trace", "stamp", "binary", "sight", "end"}
_FLAGS = {"mirror", "plain", "pull", "sync"}
_TOOLS = {"rsync", "rclone", "rsnapshot", "duplicity", "duply", "deja-dup", "rdiff-backup", "script"}
_TOOLS |= {"proxmox-backup-client", "kopia", "duplicacy", "duplicati-cli"}


@reads(OTHER_JOBS)
def other_jobs(answer: Answer) -> OtherJobs:
    """The same words as the question after restic and borg, and traces. rsync alone is installed everywhere."""
    found = jobs_of(answer)
    rows = [line.split() for line in answer.text.partition("\nshow\n")[0].splitlines() if line.strip()]
    if not all(map(_sound, rows)):
        raise CannotTell(Reason.PARSE_ERROR, say("the list of jobs is not as it should be"))
    flags = frozenset((row[1], row[2]) for row in rows if row[:1] == ["flag"])
    traces = {row[1]: Trace(when, row[3]) for row in rows if row[:1] == ["trace"] and (when := moment(row[2]))}
    for row in rows:
        if row[:1] == ["stamp"]:
            when = datetime.strptime(row[2], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
            known = traces.get(row[1])
            traces[row[1]] = Trace(max(when, known.when) if known else when, "ok")
    if not (found.jobs or traces or flags):
        if not found.whole:
            raise CannotTell(Reason.NO_PRIVILEGE, say("units, cron, settings and home folders could not all be read"))
        if found.binaries & {"rsnapshot", "duplicity", "duply", "rdiff-backup"}:
            raise CannotTell(
                Reason.OUT_OF_VANTAGE, say("the program is installed; no job and no trace of a run was found")
            )
        raise Absent(say("no unit, cron line or script that makes a back-up was found"))
    return OtherJobs(tuple(dict.fromkeys(found.jobs)), found.targets, flags, traces)


def _sound(row: list[str]) -> bool:
    """A word that the script does not print may be a garbled flag, and its loss would make a job look better."""
    if row[0] not in _WORDS or (row[0] in ("flag", "trace", "cron", "target", "stamp") and row[1] not in _TOOLS):
        return False
    return (row[0] != "flag" or row[2] in _FLAGS) and (row[0] != "trace" or row[3] in _RESULTS)
