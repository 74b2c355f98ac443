"""ACC-LNX-004."""

from __future__ import annotations

from datetime import datetime

from nis2scan.api import (
    Absent,
    CannotTell,
    Effort,
    Message,
    Now,
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
from nis2scan.facts.linux.logins import AccountUse, Use


@check(
    title="Accounts that nobody uses stay open",
    catalogue=("ACC-LNX-004",),
    severity=Severity.MEDIUM,
    effort=Effort.HOUR,
    expected="Every account that can be logged in to was used in the last {dormant_warn_days} days.",
    action="Close accounts that nobody uses",
    remedy="Ask whose account it is. Nobody's, or somebody's who left: `usermod -L -e 1 NAME` closes it and keeps the "
    "files; `gpasswd -d NAME GROUP` takes it out of groups.\n"
    "An account that only a service runs under: `usermod -s /usr/sbin/nologin NAME`.\n"
    "Check: chage -l NAME shows that the account expired.",
    limits="Sees logins at the screen and over SSH, of local accounts besides root. Who only uses files, mail or a web "
    "page of the machine leaves no login. Whether the owner still works here is not known.",
)
def dormant_accounts(use: AccountUse, policy: Policy, now: Now) -> Verdict:
    """Nobody notices when a forgotten account is used by somebody else: its owner does not see it, and its password is
    as old as the account.
    """
    judged = [each for each in use.accounts if each.usable is not False and not _closed(each, now)]
    if not judged:
        raise Absent(say("no account besides root is open"))
    days = {each: _unused(each, use, policy, now) for each in judged}
    unsure = [each for each, idle in days.items() if idle is None or (_old(idle, policy) and each.usable is None)]
    old = {each: idle for each, idle in days.items() if idle is not None and _old(idle, policy) and each.usable}
    if (old or unsure) and (use.newest is None or _old(_days(use.newest, now), policy)):
        raise CannotTell(Reason.STALE_DATA, say("no login of anybody is recorded lately: records may have stopped"))
    if any(idle > policy.dormant_fail_days for idle in old.values()):
        if use.unrecorded:
            late, services = _shown(old), use.unrecorded
            return warn(
                say("no login for long: {names}; or do they only use {services}?", names=late, services=services)
            )
        return bad(say("not used for long: {names}", names=_shown(old)))
    if unsure:
        names = sorted(each.name for each in unsure)
        why = say("use of {names} is not known; logins are recorded since {since}", names=names, since=use.since)
        raise CannotTell(Reason.STALE_DATA, why)
    if old:
        return warn(say("not used for a while: {names}", names=_shown(old)))
    return ok(say("every account that can be logged in to was used lately"))


def _old(days: int, policy: Policy) -> bool:
    return days > policy.dormant_warn_days


def _days(moment: datetime, now: Now) -> int:
    return int((now.timestamp() - moment.timestamp()) // 86400)


def _closed(account: Use, now: Now) -> bool:
    return account.closed is not None and account.closed <= now.date()


def _unused(account: Use, use: AccountUse, policy: Policy, now: Now) -> int | None:
    """For how many days at least; None when records are younger than the threshold. A new account had no chance yet."""
    if account.open:
        return 0
    if account.last is not None:
        return _days(account.last, now)
    recorded = _days(use.since, now)
    made = (now.date() - account.made).days if account.made is not None else recorded
    if _old(made, policy) and not _old(recorded, policy):
        return None
    return min(made, recorded)


def _shown(old: dict[Use, int]) -> list[Message]:
    longest = sorted(old.items(), key=lambda item: (-item[1], item[0].name))
    return [
        say("{name} ({days} days)", name=each.name, days=days)
        if each.last
        else say("{name} (never in {days} days)", name=each.name, days=days)
        for each, days in longest
    ]
