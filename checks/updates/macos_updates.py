"""UPD-MAC-001."""

from __future__ import annotations

from datetime import datetime

from nis2scan.api import (
    CannotTell,
    Confidence,
    Now,
    Policy,
    Reason,
    Said,
    Severity,
    Verdict,
    bad,
    check,
    ok,
    say,
    warn,
)
from nis2scan.facts.macos.software_update import LastUpdate, MacUpdates, Waiting
from nis2scan.facts.support import Release


@check(
    title="macOS does not keep itself up to date",
    catalogue=("UPD-MAC-001",),
    severity=Severity.HIGH,
    key=True,
    expected="macOS looked for updates in the last {mac_update_check_ok_days} days, none waits, and security fixes "
    "install themselves.",
    action="Install the updates of macOS and let them install themselves",
    remedy="`sudo softwareupdate --install --all --restart` in a quiet hour.\n"
    "System Settings > General > Software Update > Automatic updates: everything on. A profile of the management "
    "server (MDM) should hold back updates for a month at most.\n"
    "Check: `softwareupdate --list` says `No new software available.`",
    limits="Rests on what macOS itself found when it last looked; when an update came out is not told, so the newest "
    "installation counts. Applications of others are not judged here. No real Mac has confirmed these settings; with "
    "updates by declaration (macOS 26) some may be missing.",
)
def macos_updates(updates: MacUpdates, last: LastUpdate, release: Release, policy: Policy, now: Now) -> Verdict:
    """Most attacks use a flaw for which the fix waited. A Mac that was told to ask first is asked first for months."""
    waiting = [update for update in updates.waiting if _of_this(update, release)]
    how = Confidence.DERIVED if waiting else Confidence.MEASURED
    if reasons := _failing(updates, waiting, last, policy, now):
        return bad(say("{why}", why=tuple(reasons)), confidence=how)
    if waiting and last.unread is not None:
        raise CannotTell(last.unread.reason, last.unread.detail)
    if updates.checked_at is None:
        raise CannotTell(Reason.OUT_OF_VANTAGE, say("when macOS last looked for updates is not written down"))
    days = _days(updates.checked_at, now)
    if days < 0:
        raise CannotTell(Reason.PARSE_ERROR, say("macOS looked for updates at a time that is yet to come"))
    if doubts := _doubts(updates, waiting, days, policy):
        return warn(say("{why}", why=tuple(doubts)), confidence=how)
    found = say("it looked for updates {days} days ago, and none waits", days=days)
    return ok(found, confidence=Confidence.DERIVED)


def _failing(updates: MacUpdates, waiting: list[Waiting], last: LastUpdate, policy: Policy, now: Now) -> list[Said]:
    """When an update came out is not known: it fails when nothing was installed for the time that is allowed."""
    found: list[Said] = []
    if updates.checked_at is not None:
        days = _days(updates.checked_at, now)
        if days > policy.mac_update_check_max_days:
            found.append(say("it last looked for updates {days} days ago", days=days))
    if waiting and last.at is not None:
        days, names = _days(last.at, now), _names(waiting)
        if days >= policy.updates_fail_days:
            found.append(
                say("updates wait: {names}; the last one was installed {days} days ago", names=names, days=days)
            )
    if updates.delay_days > policy.mac_update_delay_max_days:
        found.append(say("a profile holds back updates for {days} days", days=updates.delay_days))
    return found


def _doubts(updates: MacUpdates, waiting: list[Waiting], days: int, policy: Policy) -> list[Said]:
    found: list[Said] = []
    if waiting:
        found.append(say("updates wait: {names}", names=_names(waiting)))
    if updates.unnamed > 0:
        found.append(say("{count} updates wait, whose names it does not keep", count=updates.unnamed))
    if days > policy.mac_update_check_ok_days:
        found.append(say("it last looked for updates {days} days ago", days=days))
    if updates.off:
        found.append(say("switched off: {names}", names=updates.off))
    return found


def _days(when: datetime, now: Now) -> int:
    """Whole days since; negative when it is yet to come."""
    return (-(when - now)).days


def _names(waiting: list[Waiting]) -> tuple[str, ...]:
    return tuple(update.name or update.version for update in waiting[:5])


def _of_this(update: Waiting, release: Release) -> bool:
    """The next macOS is an offer, no fix; and what runs already is a left-over of the list."""
    if not update.name.startswith("macOS"):
        return True
    offered, runs = _numbers(update.version), _numbers(release.version)
    return not offered or (offered[:1] == runs[:1] and offered > runs)


def _numbers(version: str) -> tuple[int, ...]:
    parts = version.split(" ")[0].split(".")
    return tuple(int(part) for part in parts) if all(part.isdigit() and len(part) < 9 for part in parts) else ()
