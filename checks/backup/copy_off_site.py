"""BAK-ANY-004."""

from __future__ import annotations

from nis2scan.api import Effort, Now, Policy, Severity, Verdict, check
from nis2scan.facts.people.said import CopyOffSite
from nis2scan.facts.people.statement import by_word


@check(
    title="No copy of the back-up outside the building",
    catalogue=("BAK-ANY-004",),
    severity=Severity.HIGH,
    key=True,
    effort=Effort.HALF_DAY,
    expected="A copy of the back-up is kept outside the building.",
    action="Keep a copy of the back-up outside the building",
    remedy="Add a second target: storage in the cloud (in the EU), a NAS at another branch, or disks that "
    "are taken away in turn. Encrypt it before it leaves.\n"
    "Check: put one file back from that copy.",
    limits="Rests on somebody's word; nothing was looked at.",
)
def copy_off_site(said: CopyOffSite, policy: Policy, now: Now) -> Verdict:
    """Fire, water and burglars take the server together with the back-up beside it."""
    return by_word(said, policy, now)
