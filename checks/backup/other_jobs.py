"""BAK-LNX-003."""

from __future__ import annotations

from collections.abc import Mapping

from nis2scan.api import (
    Confidence,
    Effort,
    NotThere,
    Now,
    Outcome,
    Part,
    Policy,
    Reason,
    Severity,
    Unknown,
    Verdict,
    check,
    say,
    warn,
)
from nis2scan.facts.backup_jobs import judged_job
from nis2scan.facts.backup_others import OF_PRODUCTS, of_others
from nis2scan.facts.backup_record import FAILED, Backup
from nis2scan.facts.linux.other_jobs import OtherJobs


@check(
    title="A home-made back-up fails, or nobody knows",
    catalogue=("BAK-LNX-003",),
    severity=Severity.MEDIUM,
    effort=Effort.HOUR,
    expected="Every home-made back-up leaves behind that it succeeded, is started by a timer or by cron, and keeps "
    "older copies.",
    action="Make home-made back-ups tell whether they succeeded",
    remedy="Turn the line of cron into a service with a timer: then systemd remembers how it ended. Let the script "
    "stop at the first error (`set -e`), and give the service OnFailure= with a mail.\n"
    "rsnapshot: set `logfile` in /etc/rsnapshot.conf. rsync --delete keeps no older copies: use --backup-dir or "
    "--link-dest, or restic or Borg.\n"
    "Check: systemctl show -p Result,ExecMainStatus NAME.service says success and 0.",
    limits="Sees rsync, rclone, rsnapshot, duplicity, Deja Dup, rdiff-backup, and scripts and units whose name says "
    "back-up. A script that ends well may still have copied nothing. cron keeps no exit status.",
    platforms=("linux",),
)
def other_jobs(jobs: OtherJobs, policy: Policy, now: Now) -> Mapping[str, Part]:
    """A home-made script is the most common back-up of a small office and the one that nobody watches. It stops
    working with a changed password or a full disk, and says so to nobody.
    """
    every = of_others(jobs)
    records = [record for record in every if record.tool not in OF_PRODUCTS]
    if every and not records:
        return {"": NotThere(say("only programs of back-up products make back-ups here"))}
    if not records:
        pulled = any(flag == "pull" for _, flag in jobs.flags)
        detail = say("this machine fetches the files of others; no back-up of itself was found")
        mirrors = say("files are copied, but nothing says that this is a back-up")
        return {"": Unknown(Reason.OUT_OF_VANTAGE, detail if pulled else mirrors)}
    return {record.name: _judged(record, policy, now) for record in records}


def _judged(record: Backup, policy: Policy, now: Now) -> Part:
    if record.ran is not None and record.last_success is None and record.last_result != FAILED:
        return warn(
            say("it ran on {when}; whether that succeeded is written down nowhere", when=record.ran),
            confidence=Confidence.DERIVED,
        )
    part = judged_job(record, policy, now)
    if isinstance(part, Verdict) and part.outcome is Outcome.PASS and record.history is False:
        return warn(say("each copy writes over the one before; {found}", found=part.found), confidence=part.confidence)
    return part
