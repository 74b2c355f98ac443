"""UPD-LNX-002."""

from __future__ import annotations

from datetime import timedelta

from nis2scan.api import CannotTell, Maybe, Policy, Reason, Severity, Verdict, bad, check, ok, say, warn
from nis2scan.facts.linux.system import System
from nis2scan.facts.updates import UpdateLists, UsableLists


@check(
    title="The machine does not know which updates exist",
    catalogue=("UPD-LNX-002",),
    severity=Severity.MEDIUM,
    key=True,
    expected="the lists of updates were refreshed in the last {update_lists_fresh_days} days, security fixes included",
    action="Let the machine refresh its lists of updates every day",
    remedy="`systemctl enable --now apt-daily.timer` or `systemctl enable --now dnf-makecache.timer`; read the errors "
    "of `apt update` or `dnf makecache` and mend the sources. Verify: `ls -ld /var/lib/apt/lists` shows today.",
    limits="Looks in the usual folders only. Whether a mirror is behind shows only where its security list is dated.",
)
def update_lists_fresh(lists: UpdateLists, usable: UsableLists, machine: Maybe[System], policy: Policy) -> Verdict:
    """What a machine does not know of, it does not install. Old lists make it look up to date."""
    age = lists.age_days
    if age is None:
        raise CannotTell(Reason.STALE_DATA, say("{tool}: there are no lists", tool=lists.tool))
    refreshed = say("{tool}: the lists were refreshed {days} days ago", tool=lists.tool, days=age)
    if age > policy.update_lists_usable_days:
        return warn(say("{what}; it was off until now", what=refreshed)) if _just_on(lists, machine) else bad(refreshed)
    if not usable.usable:
        return bad(usable.why)
    return ok(refreshed) if age <= policy.update_lists_fresh_days else warn(refreshed)


def _just_on(lists: UpdateLists, machine: Maybe[System]) -> bool:
    """A person's machine that was switched on less than a day ago has not had its turn yet."""
    host = machine.value
    if host is None or not host.workstation or host.booted_at is None:
        return False
    return lists.seen_at - host.booted_at < timedelta(days=1)
