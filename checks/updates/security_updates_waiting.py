"""UPD-LNX-001."""

from __future__ import annotations

from datetime import datetime

from nis2scan.api import (
    CannotTell,
    Confidence,
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
from nis2scan.facts.updates import Pending, PendingUpdates, UpdateLists, UsableLists


@check(
    title="Security updates are waiting too long",
    catalogue=("UPD-LNX-001",),
    severity=Severity.HIGH,
    key=True,
    expected="no security update waits {updates_fail_days} days or longer",
    action="Install the waiting security updates",
    remedy="`apt update && apt full-upgrade`, `dnf upgrade --security`, `zypper patch`, `pacman -Syu` or "
    "`apk upgrade`, after a back-up. Verify: the same command offers nothing any more.",
    limits="Sees packages of the system's own package manager, not snaps, flatpaks, containers or programs installed "
    "by hand. apt does not tell how long a fix has been on offer. Pinned packages are not told apart. dnf, zypper "
    "and apk are not asked: whether they write nothing even when they only look is not certain.",
)
def security_updates_waiting(
    lists: UpdateLists, usable: UsableLists, updates: PendingUpdates, reach: Exposed, policy: Policy
) -> Verdict:
    """Once a fix is out, attackers can read in it what was wrong. Machines without it are attacked within days."""
    limit = policy.updates_exposed_fail_days + 1 if reach.any else policy.updates_fail_days
    worse = Severity.CRITICAL if reach.any else None
    waiting = [item for item in updates.pending if item.security is not False and not item.phased]
    if not usable.usable:
        return _by_old_lists(lists, usable, waiting, (limit, worse))
    if not waiting:
        return _others(updates, policy)
    unsure = any(item.security is None or item.since is None for item in waiting)
    confidence = Confidence.DERIVED if unsure else Confidence.MEASURED
    ages = [_days(updates.seen_at, item.since) for item in waiting if item.since is not None]
    oldest, said = max(ages, default=0), _said(waiting)
    if oldest >= limit:
        return bad(
            say("{what}; the oldest waits {days} days", what=said, days=oldest), severity=worse, confidence=confidence
        )
    if len(ages) < len(waiting):
        return _unknown_age(said, updates, (limit, worse))
    if oldest >= policy.updates_warn_days:
        return warn(say("{what}; the oldest waits {days} days", what=said, days=oldest), confidence=confidence)
    return ok(say("{what}; the oldest waits {days} days", what=said, days=oldest), confidence=confidence)


def _by_old_lists(
    lists: UpdateLists, usable: UsableLists, waiting: list[Pending], strict: tuple[int, Severity | None]
) -> Verdict:
    """Old lists never show that nothing waits. But a fix in them has waited at least as long as they are old."""
    limit, worse = strict
    known = [item for item in waiting if item.security]
    age = lists.age_days
    if known and age is not None and age >= limit:
        return bad(say("{what}; on offer for at least {days} days", what=_said(known), days=age), severity=worse)
    raise CannotTell(Reason.STALE_DATA, str(usable.why))


def _unknown_age(said: Message, updates: PendingUpdates, strict: tuple[int, Severity | None]) -> Verdict:
    limit, worse = strict
    if updates.last_activity is None:
        return warn(say("{what}; since when is not known", what=said), confidence=Confidence.DERIVED)
    idle = _days(updates.seen_at, updates.last_activity)
    found = say("{what}; nothing was installed or updated for {days} days", what=said, days=idle)
    if idle >= limit:
        return bad(found, severity=worse, confidence=Confidence.DERIVED)
    return warn(found, confidence=Confidence.DERIVED)


def _others(updates: PendingUpdates, policy: Policy) -> Verdict:
    others = [item for item in updates.pending if not item.phased]
    old = [_days(updates.seen_at, item.since) for item in others if item.since is not None]
    if max(old, default=0) > policy.other_updates_warn_days:
        return warn(say("no security updates wait, but others wait {days} days", days=max(old)), severity=Severity.LOW)
    return ok(say("no security updates wait; other updates: {count}", count=len(others)))


def _said(waiting: list[Pending]) -> Message:
    """What waits, by name as far as it fits, and apart what the owner holds back or whose kind is not told."""
    names = sorted({item.name for item in waiting})
    said = say("security updates waiting: {count} ({names})", count=len(names), names=tuple(names[:5]))
    if not any(item.security for item in waiting):
        said = say("updates of unknown kind waiting: {count} ({names})", count=len(names), names=tuple(names[:5]))
    if len(names) > 5:
        said = say("{what} and more", what=said)
    held = sorted({item.name for item in waiting if item.held})
    return say("{what}; held back on purpose: {names}", what=said, names=tuple(held[:5])) if held else said


def _days(now: datetime, since: datetime) -> int:
    return max(0, (now.date() - since.date()).days)
