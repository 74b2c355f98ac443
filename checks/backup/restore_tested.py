"""BAK-ANY-003."""

from __future__ import annotations

from nis2scan.api import Effort, Now, Policy, Severity, Verdict, check
from nis2scan.facts.people.said import RestoreTested
from nis2scan.facts.people.statement import done_again


@check(
    title="Restoring was never tested",
    catalogue=("BAK-ANY-003",),
    severity=Severity.HIGH,
    key=True,
    effort=Effort.HALF_DAY,
    expected="A restore was tested in the last {restore_ok_days} days.",
    action="Test restoring, and write down how long it took",
    remedy="Restore one folder, one mailbox item and one whole machine to a separate place.\n"
    "Write down: date, what, who, how long, whether it was complete. Put the date in answers.toml "
    "under `last`.\n"
    "Repeat every quarter.",
    limits="Rests on somebody's word; nothing was looked at.",
)
def restore_tested(said: RestoreTested, policy: Policy, now: Now) -> Verdict:
    """Whether a back-up is any good shows only when something is put back. During an incident is the wrong moment
    to find out.
    """
    return done_again(said, policy, now, policy.restore_ok_days, policy.restore_max_days)
