"""restic, and what is built on it (resticprofile, autorestic, backrest, rustic): jobs, and the traces of their runs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from nis2scan.api import Absent, Answer, CannotTell, Fact, Reason, Root, reads, say, shell
from nis2scan.facts.linux.timers import JOBS, BackupJobs, Job, Target, backup_jobs, moment
from nis2scan.facts.linux.timers_script import TARGET_SCRIPT


@dataclass(frozen=True)
class Restic(Fact):
    """What is known of restic on this machine. written: when the newest snapshot was put into a local repository, UTC.

    cached: when the newest snapshot reached a cache, UTC: the snapshot itself can be older, never younger.
    """

    jobs: tuple[Job, ...]
    targets: tuple[Target, ...]
    written: datetime | None
    cached: datetime | None


# The folders of a cache are named after repositories; only times leave the machine.
TRACES = shell(
    TARGET_SCRIPT
    + r"""
homes
for h in $users /var/cache; do
  look "$h"
  [ $h != /var/cache ] && [ -L "$h/.cache" ] && continue
  for c in "$h/.cache/restic" "$h"/restic*; do
    [ "$c" = "$h/.cache/restic" ] || [ $h = /var/cache ] || continue
    [ -d "$c" ] && [ ! -L "$c" ] || continue
    look "$c"
    for r in "$c"/*/snapshots; do
      [ -d "$r" ] && [ ! -L "$r" ] && [ ! -L "${r%/snapshots}" ] || continue
      newest "$r"; echo "cache $new $count"
    done
  done
done
echo "sight $sight"
echo end
""",
    runs=("find", "stat"),
    root=Root.PREFERRED,
    seconds=8,
    cap=32768,
)


@reads(JOBS, TRACES)
def restic(jobs: Answer, traces: Answer) -> Restic:
    """Absent when neither program, unit, cron line, settings nor cache was found and all places could be read."""
    found = jobs_of(jobs)
    rows = whole_rows(traces)
    of_tool = tuple(job for job in found.jobs if job.tool == "restic")
    caches = [newest for row in rows if row[0] == "cache" and (newest := moment(row[1]))]
    stored = [item.newest for item in found.repositories if item.tool == "restic" and item.newest]
    targets = tuple(target for target in found.targets if target.tool == "restic")
    known = of_tool or caches or targets or "restic" in found.settings
    if not known:
        nothing(found, rows, ("restic", "rustic", "resticprofile", "autorestic", "backrest"))
    return Restic(of_tool, targets, max(stored, default=None), max(caches, default=None))


def jobs_of(answer: Answer) -> BackupJobs:
    """The jobs that the same answer holds, for readers that need more than jobs."""
    found = backup_jobs.read(answer)
    assert isinstance(found, BackupJobs)  # noqa: S101 the reader makes it
    return found


def whole_rows(answer: Answer) -> list[list[str]]:
    """The rows of an answer that ends with its own last word."""
    rows = [line.split() for line in answer.lines]
    if not rows or rows[-1] != ["end"] or not any(row[0] == "sight" for row in rows):
        raise CannotTell(Reason.TRUNCATED, say("the list of traces is not whole"))
    return rows


def nothing(found: BackupJobs, rows: list[list[str]], programs: tuple[str, ...]) -> None:
    """No trace of a tool: evidence of absence only when every place could be read and the program is not there."""
    if not found.whole or ["sight", "full"] not in rows:
        raise CannotTell(Reason.NO_PRIVILEGE, say("units, cron, settings and home folders could not all be read"))
    if found.binaries & set(programs):
        raise CannotTell(Reason.OUT_OF_VANTAGE, say("the program is installed; no job and no trace of a run was found"))
    raise Absent(
        say("no program, unit, cron line, settings or trace of {tools} was found", tools=programs),
    )
