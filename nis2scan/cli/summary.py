"""What the terminal shows at the end: measures, what to do first, what was not seen, paths. 80 columns wide."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from textwrap import fill

from nis2scan.assessment import Assessment, MeasureRow, State
from nis2scan.language import Language
from nis2scan.model import say
from nis2scan.words import MEASURES, REASONS, STATES, clean, host_word

WIDTH = 80
Show = Callable[[Assessment, Language, Sequence[Path]], None]
# Shape and word, never colour alone.
_MARKS = {State.FAIL: "x", State.WARN: "!", State.INCOMPLETE: "?", State.OK: "v"}


def show(assessment: Assessment, language: Language, paths: Sequence[Path]) -> None:
    """Print the eight measures, what to do first, what was not seen and why, and where the reports are."""
    print(f"\n{clean(assessment.client, 60)} · {language.moment(assessment.taken_at)}\n")
    for row in assessment.measures:
        print(_line(row, language))
    most = [action for action in assessment.actions if action.severity.rank > 0][:5]
    if most:
        print("\n" + language.text(say("First:")))
    for number, action in enumerate(most, 1):
        print(_filled(f"{number}. {language.source(action.action)} ({_names(action.hosts, language)})"))
    print("\n" + language.text(say("Not looked at is not in order:")))
    for unseen in assessment.unseen[:4]:
        count = language.plural("{count} judgement", "{count} judgements", unseen.findings)
        names = _names(unseen.hosts, language)
        print(_filled(f"?  {names}: {language.source(REASONS[unseen.reason])} ({count})"))
    print()
    for path in paths:
        print(f"  {path}")


def show_nothing(assessment: Assessment, language: Language, paths: Sequence[Path]) -> None:
    """For --quiet: the files speak."""


def show_json(assessment: Assessment, language: Language, paths: Sequence[Path]) -> None:
    """One line: where the reports are, and per measure the three numbers. Everything else stands in findings.json."""
    measures = {
        row.measure: {
            "state": row.state,
            "passed": row.passed,
            "judged": row.judged,
            "assets_looked": row.assets_looked,
            "assets": row.assets,
        }
        for row in assessment.measures
    }
    print(json.dumps({"event": "finished", "measures": measures, "reports": [str(path) for path in paths]}), flush=True)


def _filled(text: str) -> str:
    return fill(text, WIDTH, initial_indent="  ", subsequent_indent="     ")


def _names(hosts: Sequence[str], language: Language) -> str:
    return ", ".join(host_word(language, host) for host in hosts[:3]) + (" …" if len(hosts) > 3 else "")


def _line(row: MeasureRow, language: Language) -> str:
    counts = language.text(say("{passed} of {judged}", passed=row.passed, judged=row.judged))
    seen = language.text(say("looked at {looked} of {assets}", looked=row.assets_looked, assets=row.assets))
    name = language.source(MEASURES[row.measure])
    return f"  {_MARKS[row.state]} {name:<28} {language.source(STATES[row.state]):<12} {counts:<10} {seen}"
