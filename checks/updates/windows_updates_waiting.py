"""UPD-WIN-001."""

from __future__ import annotations

from datetime import timedelta

from nis2scan.api import (
    CannotTell,
    Confidence,
    Effort,
    Message,
    Policy,
    Reason,
    Severity,
    Verdict,
    bad,
    check,
    ok,
    say,
    warn,
)
from nis2scan.facts.exposed import Exposed
from nis2scan.facts.windows.patch_days import days_between
from nis2scan.facts.windows.servicing import MonthlyUpdate
from nis2scan.facts.windows.update_search import UpdateSearch, Waiting


@check(
    title="Security updates of Windows are waiting too long",
    catalogue=("UPD-WIN-001",),
    severity=Severity.HIGH,
    key=True,
    effort=Effort.HOUR,
    expected="no security update of Windows waits {updates_fail_days} days or longer, and none is hidden",
    action="Install the waiting updates of Windows",
    remedy="Settings (Instellingen), Windows Update, Check for updates (Naar updates zoeken); on a server `sconfig`, "
    "option 6. Updates from a server of the office (WSUS) have to be approved there first.\n"
    "Check: Windows Update says that everything is up to date, after a search of today.",
    limits="Rests on the last search that Windows made itself. Windows 11 and Server 2025 refuse the question over the "
    "network; then the monthly update (its own check) tells most. Drivers, optional updates, new releases and the "
    "signatures of the virus scanner are left out. On which builds the question is refused has not been confirmed.",
)
def windows_updates_waiting(search: UpdateSearch, update: MonthlyUpdate, reach: Exposed, policy: Policy) -> Verdict:
    """Once a fix is out, attackers can read in it what was wrong. Machines without it are attacked within days."""
    limit = policy.updates_exposed_fail_days + 1 if reach.any else policy.updates_fail_days
    worse = Severity.CRITICAL if reach.any else None
    security = [item for item in search.waiting if item.security]
    hidden = [item for item in security if item.hidden]
    if hidden:
        return bad(say("hidden security updates: {names}", names=_names(hidden)), severity=worse)
    ages = [days_between(item.since, search.seen_at) for item in security if item.since is not None]
    found = _said(security, ages)
    if max(ages, default=0) >= limit:
        return bad(found, severity=worse)
    fresh = timedelta(days=policy.update_lists_usable_days)
    if search.searched_at is None or search.seen_at - search.searched_at > fresh:
        raise CannotTell(Reason.STALE_DATA, say("when Windows last searched for updates is not known, or too long ago"))
    return _beside_monthly(found, max(ages, default=0), len(ages) < len(security), (search, update), policy)


def _beside_monthly(
    found: Message, oldest: int, undated: bool, seen: tuple[UpdateSearch, MonthlyUpdate], policy: Policy
) -> Verdict:
    """A server that approves nothing, and a release that gets nothing any more, leave nothing waiting."""
    search, update = seen
    days = update.missed_days
    if not update.hotpatch and days >= policy.updates_warn_days:
        told = say("{found}; yet the monthly update of {day} is not installed", found=found, day=update.missed)
        missing = days >= policy.updates_fail_days
        return bad(told, confidence=Confidence.DERIVED) if missing else warn(told, confidence=Confidence.DERIVED)
    if oldest >= policy.updates_warn_days or undated:
        return warn(found)
    if search.own_server:
        said = say("{found}, of what the server of the office offers", found=found)
        return ok(said, confidence=Confidence.DERIVED)
    return ok(found)


def _said(security: list[Waiting], ages: list[int]) -> Message:
    if not security:
        return say("no security update waits")
    names = _names(security)
    if not ages:
        return say("security updates waiting: {names}; since when is not known", names=names)
    return say("security updates waiting: {names}; the oldest for {days} days", names=names, days=max(ages))


def _names(waiting: list[Waiting]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for item in waiting for name in item.kb))[:5]
