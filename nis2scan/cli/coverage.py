"""How `nis2scan checks list --coverage` shows what the tests have seen, in lines of 80 characters or as JSON."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Iterable, Iterator, Sequence

from nis2scan.coverage import Covered, Ends
from nis2scan.frameworks.catalogue import MEASURES
from nis2scan.language import Language
from nis2scan.model import Measure, say
from nis2scan.words import MEASURES as MEASURE_NAMES

WIDTH = 80
COLUMNS = ("LNX", "ANY", "NET", "WIN", "MAC", "ORG")


def last_line(every: Sequence[Covered]) -> str:
    return f"catalogue: {sum(each.counts for each in every)} of {len(every)} codes"


def shown(every: Sequence[Covered], words: Language) -> Iterator[str]:
    """Every line: the table, which codes count, which do not and why, what each check cannot see, and the figure."""
    _ = words.source
    yield _("Codes that the tests have seen judged at the worst and at the best, of all:")
    yield ""
    yield from _table(every, words)
    yield from ("", _("Which count:"), "")
    yield from _counting(every, words)
    yield from ("", _("Which do not count yet:"), "")
    for each in every:
        if not each.counts:
            yield from _wrapped(f"{each.rule.code}  {each.rule.title(words.code)}: {_why(each, words)}", "  ")
    yield from ("", _("What each check cannot see:"), "")
    yield from _limits(every, words)
    yield from ("", last_line(every))


def _table(every: Sequence[Covered], words: Language) -> Iterator[str]:
    names = {kind: words.source(MEASURE_NAMES[kind]) for kind in MEASURES.values()}
    rest = words.source("other")
    yield "".ljust(22) + "".join(name[:6].rjust(7) for name in (*COLUMNS, rest, words.source("all")))
    for kind, name in names.items():
        yield _row(name, [each for each in every if each.rule.measure is kind])
    yield _row(words.source("all"), every)


def _row(name: str, some: Sequence[Covered]) -> str:
    groups = [[each for each in some if each.rule.scope == scope] for scope in COLUMNS]
    groups += [[each for each in some if each.rule.scope not in COLUMNS], list(some)]
    cells = (f"{sum(each.counts for each in group)}/{len(group)}" if group else "-" for group in groups)
    return textwrap.shorten(name, 22, placeholder="…").ljust(22) + "".join(cell.rjust(7) for cell in cells)


def _counting(every: Sequence[Covered], words: Language) -> Iterator[str]:
    for kind in MEASURES.values():
        counted = [each.rule for each in every if each.counts and each.rule.measure is kind]
        scopes = dict.fromkeys(rule.scope for rule in counted)
        parts = [f"{scope} {' '.join(r.code[-3:] for r in counted if r.scope == scope)}" for scope in scopes]
        yield from _wrapped(f"{words.source(MEASURE_NAMES[kind])}: {' · '.join(parts) or '-'}", "  ")


def _why(each: Covered, words: Language) -> str:
    """What is missing before it counts."""
    if not each.checks:
        return words.source("no check")
    return "; ".join(_missing(ends, words) for ends in each.checks if not ends.seen)


def _missing(ends: Ends, words: Language) -> str:
    """By the words of findings.json."""
    lacking = [(ends.worst, ends.at_worst), (ends.best, ends.at_best)]
    outcomes = tuple(outcome.value for outcome, places in lacking if not places)
    return words.text(say("{check} was not seen with: {outcomes}", check=ends.check, outcomes=outcomes))


def _limits(every: Sequence[Covered], words: Language) -> Iterator[str]:
    """Each check once, with the codes that it bears."""
    codes: dict[str, list[str]] = {}
    limits: dict[str, str] = {}
    for each in every:
        for ends in each.checks:
            codes.setdefault(ends.check, []).append(each.rule.code)
            limits[ends.check] = ends.limits
    for check, own in codes.items():
        yield f"  {check}  {' '.join(own)}"
        yield from _wrapped(words.source(limits[check]) or words.source("nothing is said"), "      ", hanging=0)


def _wrapped(text: str, indent: str, hanging: int = 4) -> list[str]:
    more = indent + " " * hanging
    return textwrap.wrap(text, WIDTH, initial_indent=indent, subsequent_indent=more, break_on_hyphens=False)


def as_json(every: Iterable[Covered], language: str) -> str:
    """The same for programs, with the place of every sight."""
    codes = [
        {
            "code": each.rule.code,
            "title": each.rule.title(language),
            "measure": Measure(each.rule.measure),
            "scope": each.rule.scope,
            "counts": each.counts,
            "checks": [
                {
                    "check": ends.check,
                    "worst": ends.worst,
                    "seen_at_worst": ends.at_worst,
                    "best": ends.best,
                    "seen_at_best": ends.at_best,
                    "limits": ends.limits,
                }
                for ends in each.checks
            ],
        }
        for each in every
    ]
    counted = sum(bool(code["counts"]) for code in codes)
    return json.dumps({"counted": counted, "codes_in_catalogue": len(codes), "codes": codes}, indent=1)
