"""BAK-LNX-002."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from nis2scan.api import Effort, Now, Outcome, Part, Policy, Reason, Severity, Unknown, Verdict, bad, check, say, warn
from nis2scan.facts.backup_jobs import judged_job
from nis2scan.facts.backup_record import Backup, age
from nis2scan.facts.backups import of_borg
from nis2scan.facts.linux.borg import Borg


@check(
    title="Borg fails, is unchecked or unencrypted",
    catalogue=("BAK-LNX-002",),
    severity=Severity.HIGH,
    effort=Effort.HOUR,
    expected="Every Borg job is started by a timer or by cron, its last run succeeded, copies elsewhere are encrypted, "
    "and data was read back in the last {backup_check_days} days.",
    action="Get the back-up running again",
    remedy="systemctl status NAME.service and journalctl -u NAME.service -n 100 show why the last run failed.\n"
    "borgmatic: set `checks:` with `repository`, `archives` and `extract` in its settings, and run `borgmatic check` "
    "once.\n"
    "An unencrypted repository cannot be changed: make a new one with borg init --encryption=repokey-blake2, and keep "
    "its key apart.\n"
    "Check: borg info shows encryption; borgmatic check ends without error.",
    limits="The time of the last manifest moves with prune and delete too, and with other clients of the same "
    "repository. A check by hand with `borg check` leaves no trace.",
)
def borg_jobs(borg: Borg, policy: Policy, now: Now) -> Mapping[str, Part]:
    """Borg runs only when something starts it, and fails in silence. A copy that was never read back may be rotten,
    and one that lies elsewhere unencrypted can be read by whoever finds it.
    """
    records = of_borg(borg)
    judged: dict[str, Part] = {
        record.job or "borg": _checked(record, judged_job(record, policy, now), policy, now) for record in records
    }
    if not judged:
        judged[""] = Unknown(Reason.OUT_OF_VANTAGE, say("Borg is set up, but no job that makes back-ups was found"))
    if any(item.encrypted is False and item.kind not in ("local", "usb") for item in borg.manifests):
        judged["encryption"] = bad(say("a repository outside this machine is not encrypted"))
    return judged


def _checked(record: Backup, part: Part, policy: Policy, now: Now) -> Part:
    """A job in order still deserves attention when nobody ever read its data back."""
    if not isinstance(part, Verdict) or part.outcome is not Outcome.PASS:
        return part
    days = policy.backup_check_days
    if record.checked is None:
        return warn(say("no check that reads the data back was seen; {found}", found=part.found))
    if age(record.checked, now) > timedelta(days=days):
        return warn(say("data was last read back on {when}; {found}", when=record.checked, found=part.found))
    return part
