"""UPD-WIN-005."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, timedelta

from nis2scan.api import (
    Absent,
    Dataset,
    Judged,
    Now,
    Outcome,
    Part,
    Policy,
    Reason,
    Severity,
    Unknown,
    Verdict,
    bad,
    check,
    ok,
    say,
    warn,
)
from nis2scan.facts.products import Product, Products
from nis2scan.facts.support import Eol, rows_of_version

_ORDER = (Outcome.PASS, Outcome.NOT_ASSESSED, Outcome.WARN, Outcome.FAIL)


@check(
    title="A program gets no security fixes any more",
    catalogue=("UPD-WIN-005",),
    platforms=("macos", "windows"),
    severity=Severity.MEDIUM,
    expected="Each known program gets security fixes for at least {support_warn_days} more days.",
    action="Replace programs that get no security fixes any more",
    remedy="Move to a supported version: Office through Microsoft 365 or the newest edition, SQL Server by an upgrade "
    "with its maker's software in mind, .NET and Java by the newest version that the program which needs it can use "
    "(winget list; winget upgrade --all).\n"
    "Nobody needs it: uninstall it.\n"
    "Check: the next scan names it no more, or with a later date.",
    limits="Judges only whether fixes are still made, by the dates in the table that came with the program: not "
    "whether the newest fix is installed. Knows Office, SQL Server, .NET, Java, PostgreSQL, MySQL, MariaDB, Python, "
    "Node.js, Tomcat, OpenSSL, Exchange and Veeam. Programs that a user installed for himself are seen while "
    "he is signed in, apps of the Store are not.",
)
def programs_supported(products: Products, table: Dataset[Eol], now: Now, policy: Policy) -> Judged:
    """Documents and web pages are made to attack programs of which the flaws are known and never mended."""
    judged: dict[str, Part] = {}
    for product in products.found:
        name, part = product.part or product.name, _judged(product, table, now.date(), policy)
        judged[name] = max(part, judged.get(name, part), key=_bad)  # of two of one name the worse
    judged |= products.unread  # last, so that no program that bears such a name hides it
    if not judged:
        raise Absent(say("none of the programs in the table of support dates is installed"))
    return judged


def _bad(part: Part) -> int:
    """How much it says against the machine; what is not known more than what is in order."""
    return _ORDER.index(part.outcome) if isinstance(part, Verdict) else _ORDER.index(Outcome.NOT_ASSESSED)


def _judged(product: Product, table: Dataset[Eol], today: date, policy: Policy) -> Verdict | Unknown:
    rows, name = _rows(table.rows, product, today), product.name
    if not rows:
        return Unknown(Reason.UNSUPPORTED_PLATFORM, say("{system} is not in the table of support dates", system=name))
    if all(row.ended(today) for row in rows):
        return _ended(max(rows, key=lambda row: row.security_until or date.min), name)
    if today - table.compiled > timedelta(days=policy.dataset_max_days):
        return Unknown(Reason.DATASET_STALE, say("the table of support dates is of {day}", day=table.compiled))
    ends = [row.security_until for row in rows if row.security_until is not None]
    if not ends:
        if all(row.tag("status") == "active" for row in rows):
            return ok(say("{name}: supported, no end has been announced", name=name))
        return Unknown(Reason.UNSUPPORTED_PLATFORM, say("{system}: the end of support is not known", system=name))
    if min(ends) <= today + timedelta(days=policy.support_warn_days):
        return warn(say("{name}: security fixes stop on {day}", name=name, day=min(ends)))
    return ok(say("{name}: security fixes until {day}", name=name, day=min(ends)))


def _ended(row: Eol, name: str) -> Verdict:
    end, longer = row.security_until, row.extended_until
    if end is None:
        return bad(say("{name}: support has ended", name=name))
    if longer is None or longer <= end:
        return bad(say("{name}: security fixes stopped on {day}", name=name, day=end))
    return bad(
        say(
            "{name}: security fixes for everyone stopped on {day}; paid ones until {until}",
            name=name,
            day=end,
            until=longer,
        )
    )


def _rows(rows: Iterable[Eol], product: Product, today: date) -> tuple[Eol, ...]:
    """The rows of this version, or an ended one of a later version; () for one that the table does not know."""
    mine = [row for row in rows if row.product == product.product]
    if product.version.startswith("netfx-release:"):
        return _framework(mine, product.version)
    return rows_of_version(mine, product.product, product.version) or _older(mine, product.version, today)


def _framework(rows: Iterable[Eol], version: str) -> tuple[Eol, ...]:
    """The table has the lowest number of each version."""
    least = {_numbers(row.match)[0]: row for row in rows if row.match.startswith("netfx-release:")}
    fits = [number for number in least if number <= _numbers(version)[0]]
    return (least[max(fits)],) if fits else ()


def _older(rows: Iterable[Eol], version: str, today: date) -> tuple[Eol, ...]:
    """Rows that show that fixes stopped for a version that has none: those of its own series, or the next above."""
    wanted = _numbers(version)
    known = [(_numbers(row.match), row) for row in rows]
    series = [row for numbers, row in known if len(wanted) > 2 and numbers[:2] == wanted[:2]]
    if not series:
        nearest = min(
            ((numbers, row) for numbers, row in known if numbers > wanted), key=lambda pair: pair[0], default=None
        )
        series = [nearest[1]] if wanted and nearest is not None else []
    return tuple(series) if all(row.ended(today) for row in series) else ()


def _numbers(version: str) -> list[int]:
    return [int(part) for part in re.findall(r"\d+", version.split("|")[0])]
