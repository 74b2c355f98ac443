"""UPD-ANY-002."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from nis2scan.api import (
    CannotTell,
    Confidence,
    Dataset,
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
from nis2scan.facts.support import Eol, LongerInForce, Release, next_row, rows_for

_UNWRITTEN = "no published policy"
"""In the note of a row: the maker (Apple) tells no dates, so what is known is inferred from what it did before."""


@check(
    title="The operating system gets no security fixes any more",
    catalogue=("UPD-ANY-002",),
    severity=Severity.CRITICAL,
    key=True,
    expected="security fixes for everyone for at least {support_warn_days} more days",
    action="Move the machine to a supported version of its operating system",
    remedy="Plan the upgrade to the newest release (`apt full-upgrade` with new sources, `do-release-upgrade`, `dnf "
    "system-upgrade`, Windows Update, a new image). Cannot be upgraded: put it apart from the network, or replace it. "
    "Verify: `cat /etc/os-release` or `winver` names the new release.",
    limits="Judges the operating system by the dates in the table that came with the program, not what runs on it, nor "
    "a product built on it such as Proxmox VE. Whether paid longer support is in force is seen on some systems only: "
    "on Windows 10 by its licence, which only administrators can read, or by an update that only that support brings.",
)
def system_supported(release: Release, longer: LongerInForce, table: Dataset[Eol], now: Now, policy: Policy) -> Verdict:
    """Flaws that are found after the end are never mended, and everybody can read about them."""
    if release.kind == "ubuntu":
        release = replace(release, extended=longer.ubuntu_pro)
    if release.kind == "build":
        release = replace(release, extended=longer.esu)
    rows = rows_for(table.rows, release)
    if not rows:
        return _no_row(release, table, now)
    verdicts = [_judged(row, release, table, now, policy) for row in rows]
    if len({verdict.outcome for verdict in verdicts}) > 1:
        raise CannotTell(
            Reason.PARSE_ERROR, say("{system}: the edition decides, and is not known", system=release.name)
        )
    return verdicts[0]


def _judged(row: Eol, release: Release, table: Dataset[Eol], now: Now, policy: Policy) -> Verdict:
    today, end = now.date(), row.security_until
    if row.ended(today):
        return _ended(row, release, today)
    stale = today - table.compiled > timedelta(days=policy.dataset_max_days)
    if stale:
        raise CannotTell(Reason.DATASET_STALE, say("the table of support dates is of {day}", day=table.compiled))
    if end is None and row.tag("status") == "active" and "verify" in row.note:
        found = say("{name}: fixes are not announced to stop, but usually have stopped by now", name=release.name)
        return warn(found, confidence=Confidence.DERIVED)
    if end is None and row.tag("status") == "active" and _UNWRITTEN in row.note:
        return ok(say("{name}: supported, no end has been announced", name=release.name), confidence=Confidence.DERIVED)
    if end is None and row.tag("status") == "active":
        return ok(say("{name}: supported, no end has been announced", name=release.name))
    if end is None:
        raise CannotTell(
            Reason.UNSUPPORTED_PLATFORM, say("{system}: the end of support is not known", system=release.name)
        )
    if end <= today + timedelta(days=policy.support_warn_days):
        return warn(say("{name}: security fixes stop on {day}", name=release.name, day=end))
    return ok(say("{name}: security fixes until {day}", name=release.name, day=end))


def _ended(row: Eol, release: Release, today: date) -> Verdict:
    """Past the end for everyone. A longer phase counts when it is free, or proven to be in force here."""
    end, longer, name = row.security_until, row.extended_until, release.name
    if end is None:
        return bad(say("{name}: support has ended", name=name))
    if longer is None or longer < today:
        return bad(say("{name}: security fixes stopped on {day}", name=name, day=longer or end))
    dates = {"name": name, "day": end, "until": longer}
    if release.extended:
        return warn(
            say("{name}: fixes for everyone stopped on {day}; longer support until {until} is in force", **dates)
        )
    if row.tag("ext") == "free":
        return warn(
            say(
                "{name}: fixes for everyone stopped on {day}; longer support with fewer packages until {until}", **dates
            )
        )
    if release.extended is None and release.kind == "build":
        said = say(
            "{name}: fixes for everyone stopped on {day}; whether paid support is in force was not seen", **dates
        )
        raise CannotTell(Reason.NO_PRIVILEGE, said)
    if release.extended is None:
        return bad(
            say("{name}: fixes for everyone stopped on {day}; paid support until {until} was not looked for", **dates)
        )
    return bad(say("{name}: security fixes stopped on {day}", name=name, day=end))


def _no_row(release: Release, table: Dataset[Eol], now: Now) -> Verdict:
    """Older than a release that has ended: ended too. Anything else, newer ones above all, is unknown."""
    higher = next_row(table.rows, release)
    if higher is not None and higher.ended(now.date()):
        return bad(
            say(
                "{name}: older than {product} {cycle}, which has ended",
                name=release.name,
                product=higher.product,
                cycle=higher.cycle,
            )
        )
    raise CannotTell(
        Reason.UNSUPPORTED_PLATFORM, say("{system} is not in the table of support dates", system=release.name)
    )
