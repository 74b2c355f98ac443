"""BAK-ANY-005."""

from __future__ import annotations

from nis2scan.api import Effort, Now, Policy, Severity, Verdict, check
from nis2scan.facts.people.said import CopyOutOfReach
from nis2scan.facts.people.statement import by_word


@check(
    title="An intruder can erase the back-ups",
    catalogue=("BAK-ANY-005",),
    severity=Severity.CRITICAL,
    key=True,
    effort=Effort.HALF_DAY,
    expected="A copy of the back-up is offline or cannot be erased, not even by an administrator.",
    action="Keep a copy of the back-up that an intruder cannot erase",
    remedy="Use storage that cannot be erased for some weeks (object lock, immutable snapshots, "
    "append-only), or disks that are unplugged and changed in turn.\n"
    "Take the back-up server out of the domain, and give it its own account with a second factor.\n"
    "Check: make a test copy and try to erase it with the account that makes the back-ups; it must be refused.",
    limits="Rests on somebody's word; nothing was looked at.",
)
def copy_out_of_reach(said: CopyOutOfReach, policy: Policy, now: Now) -> Verdict:
    """Ransomware looks for the back-ups first and erases them, with the rights that it has taken."""
    return by_word(said, policy, now)
