"""BAK-LNX-001."""

from __future__ import annotations

from collections.abc import Mapping

from nis2scan.api import Effort, Now, Part, Policy, Reason, Severity, Unknown, check, say
from nis2scan.facts.backup_jobs import judged_job
from nis2scan.facts.backups import of_restic
from nis2scan.facts.linux.restic import Restic


@check(
    title="restic fails or does not run by itself",
    catalogue=("BAK-LNX-001",),
    severity=Severity.HIGH,
    effort=Effort.HOUR,
    expected="Every restic job is started by a timer or by cron, and its last run succeeded.",
    action="Get the back-up running again",
    remedy="systemctl status NAME.service and journalctl -u NAME.service -n 100 show why the last run failed. Exit "
    "status 3 means that some files could not be read.\n"
    "Give the job a timer with Persistent=true, and the service OnFailure= with a mail: restic has nobody that "
    "complains when it does not run.\n"
    "systemctl enable --now NAME.timer\n"
    "Check: systemctl list-timers shows the next run; restic snapshots shows the newest copy.",
    limits="Sees units, cron, wrappers and caches on the machine itself, not restic in a container. When a job is "
    "started by cron, its exit status is not known and the traces of its last run count.",
)
def restic_jobs(restic: Restic, policy: Policy, now: Now) -> Mapping[str, Part]:
    """restic runs only when something starts it, and fails in silence: nobody notices until a file is needed."""
    records = of_restic(restic)
    if not records:
        return {"": Unknown(Reason.OUT_OF_VANTAGE, say("restic is set up, but no job that makes back-ups was found"))}
    return {record.job or "restic": judged_job(record, policy, now) for record in records}
