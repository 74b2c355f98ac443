"""UPD-LNX-005."""

from __future__ import annotations

from datetime import date, timedelta

from nis2scan.api import (
    Absent,
    CannotTell,
    Confidence,
    Dataset,
    Effort,
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
from nis2scan.facts.linux.longer_support import LongerSupport
from nis2scan.facts.support import Eol, Release, rows_for


@check(
    title="Fixes that need longer support are missing",
    catalogue=("UPD-LNX-005",),
    severity=Severity.LOW,
    effort=Effort.MINUTES,
    expected="where fixes come only with longer or paid support, that support is in force",
    action="Take the longer support, or move to a newer release",
    remedy="Ubuntu: `pro attach TOKEN` (free for up to five machines in personal use), then `apt update && apt "
    "full-upgrade`. Red Hat: `subscription-manager register`. Or upgrade to a release that gets fixes without it.\n"
    "Check: `pro status` shows esm-infra and esm-apps enabled.",
    limits="Knows Ubuntu Pro, Debian and Red Hat. Rests on what their tools keep on disk; whether a contract was ended "
    "since is not seen.",
)
def longer_support(support: LongerSupport, release: Release, table: Dataset[Eol], now: Now, policy: Policy) -> Verdict:
    """Some fixes are handed out only to who has the longer support; without it a machine never hears of them."""
    rows = rows_for(table.rows, release)
    if len(rows) != 1:
        raise CannotTell(
            Reason.UNSUPPORTED_PLATFORM, say("{system} is not in the table of support dates", system=release.name)
        )
    today = now.date()
    if release.kind == "ubuntu":
        return _ubuntu(support, release.name, rows[0], today, policy)
    if release.kind == "rhel":
        return _red_hat(support)
    if release.kind == "debian":
        return _debian(support, release.name, rows[0], today)
    if rows[0].extended_until is not None:
        raise CannotTell(
            Reason.UNSUPPORTED_PLATFORM, say("{system}: longer support was not looked for", system=release.name)
        )
    raise Absent(say("{system} has no longer support apart", system=release.name))


def _ubuntu(support: LongerSupport, name: str, row: Eol, today: date, policy: Policy) -> Verdict:
    if row.extended_until is None:
        raise Absent(say("{system} has no longer support apart", system=name))
    if row.ended(today) and not support.system:
        return bad(say("{system} gets fixes only through Ubuntu Pro, and that is not in force", system=name))
    if row.extended_until < today:
        return bad(say("the longer support of {system} has ended too", system=name))
    if support.universe:
        return ok(say("Ubuntu Pro is in force"))
    if row.ended(today):
        return warn(say("Ubuntu Pro is in force for the system itself, not for the packages of universe"))
    return _universe(support, policy)


def _universe(support: LongerSupport, policy: Policy) -> Verdict:
    """Supported, but packages of universe get most of their fixes through Pro only."""
    if support.missed:
        names = support.missed[:5]
        return warn(
            say(
                "fixes for {count} packages come only through Ubuntu Pro: {names}",
                count=len(support.missed),
                names=names,
            )
        )
    limit = timedelta(days=policy.update_lists_usable_days)
    if support.missed is None or support.listed_at is None or support.now - support.listed_at > limit:
        raise CannotTell(Reason.STALE_DATA, say("which fixes come only through Ubuntu Pro is not known here"))
    return ok(say("no installed package waits for a fix from Ubuntu Pro"))


def _red_hat(support: LongerSupport) -> Verdict:
    if support.registered is None:
        raise CannotTell(Reason.NO_PRIVILEGE, "/etc/pki/consumer")
    if support.registered:
        return ok(say("the machine is registered with Red Hat"), confidence=Confidence.DERIVED)
    return bad(say("the machine is not registered with Red Hat, and gets no fixes"), confidence=Confidence.DERIVED)


def _debian(support: LongerSupport, name: str, row: Eol, today: date) -> Verdict:
    if not row.ended(today):
        raise Absent(say("{system} still gets fixes without longer support", system=name))
    if row.extended_until is not None and row.extended_until >= today:
        return ok(say("{system}: longer support, free, until {day}", system=name, day=row.extended_until))
    if support.elts:
        return warn(say("{system}: only the paid longer support still brings fixes", system=name))
    return bad(say("the longer support of {system} has ended too", system=name))
