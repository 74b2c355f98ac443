"""What a rule can say is read off its code, through helpers, wherever they stand."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from nis2scan.coverage import cases
from nis2scan.ends import best, verdicts, worst
from nis2scan.judge import judge
from nis2scan.model import Outcome
from nis2scan.testing import rules
from tests.lab.table import ROWS

PASS, WARN, FAIL = Outcome.PASS, Outcome.WARN, Outcome.FAIL
JUDGED = frozenset((PASS, WARN, FAIL))
HEAD = "from nis2scan.api import Absent, bad, ok, say, warn\nfrom nis2scan import check\n"

TEXTS = {
    "own": ("def rule(x):\n    return bad('a') if x else ok('b')\n", {FAIL, PASS}),
    "helper": (
        "def rule(x):\n    return _part(x)\n\ndef _part(x):\n    return warn('a') if x else ok('b')\n",
        {WARN, PASS},
    ),
    "helper of a helper": (
        "def rule(x):\n    return _a(x)\n\ndef _a(x):\n    return _b(x)\n\ndef _b(x):\n    return bad('')\n",
        {FAIL},
    ),
    "circle": ("def rule(x):\n    return _a(x)\n\ndef _a(x):\n    return rule(x) if x else ok('b')\n", {PASS}),
    "table": (
        "def rule(x):\n    return WAYS[x](x)\n\ndef _a(x):\n    return bad('')\n\nWAYS = {1: _a, 2: ok}\n",
        {FAIL, PASS},
    ),
    "table of tables": (
        "from functools import partial\n\ndef rule(x):\n    return WAYS[x][0](x)\n\n"
        "def _a(x, y):\n    return bad('')\n\n"
        "WAYS = {1: (partial(_a, 1), 'a'), 2: (warn, 'b')}\n",
        {FAIL, WARN},
    ),
    "inside": ("def rule(x):\n    say_so = {'yes': ok, 'no': bad}\n    return say_so[x]('')\n", {PASS, FAIL}),
    "lambda": ("def rule(x):\n    return (lambda: warn('a'))()\n", {WARN}),
    "lambda in a table": (
        "WAYS = {1: lambda x: bad('a'), 2: ok}\n\ndef rule(x):\n    return WAYS[x](x)\n",
        {FAIL, PASS},
    ),
    "default": ("def rule(x, say_it=bad):\n    return say_it(x)\n", {FAIL}),
    "enclosed": (
        "def _maker(say_it):\n    def made(x):\n        return say_it(x)\n    return made\n\nrule = _maker(warn)\n",
        {WARN},
    ),
    "an attribute of that name": ("def rule(x):\n    return ok(x.bad + x.warn())\n", {PASS}),
    "of a module": ("def rule(x):\n    return check.bad('a')\n", {FAIL}),
    "only absent": ("def rule(x):\n    if x:\n        raise Absent('no')\n    return bad('a')\n", {FAIL}),
    "beside": ("def rule(x):\n    return ok('a')\n\ndef other(x):\n    return bad('never called')\n", {PASS}),
    "passed on": ("def rule(x):\n    return _with(x, bad)\n\ndef _with(x, say_it):\n    return say_it('a')\n", {FAIL}),
}


@pytest.fixture
def made(tmp_path: Path) -> Callable[[str], Callable[..., Any]]:
    def make(text: str) -> Callable[..., Any]:
        file = tmp_path / "made_rule.py"
        file.write_text(HEAD + text)
        spec = importlib.util.spec_from_file_location("made_rule", file)
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        rule: Callable[..., Any] = module.rule
        return rule

    return make


@pytest.mark.parametrize("name", TEXTS)
def test_verdicts_are_found_where_they_are_made(name: str, made: Callable[[str], Callable[..., Any]]) -> None:
    text, wanted = TEXTS[name]

    assert verdicts(made(text)) == wanted


def test_the_ends_of_a_rule_without_fail_or_without_pass(made: Callable[[str], Callable[..., Any]]) -> None:
    soft = made("def rule(x):\n    return warn('a') if x else ok('b')\n")
    assert (worst(soft), best(soft)) == (WARN, PASS)

    dark = made("def rule(x):\n    return warn('a') if x else bad('b')\n")
    assert (worst(dark), best(dark)) == (FAIL, Outcome.NOT_APPLICABLE)


def test_helpers_in_other_modules_are_followed() -> None:
    """`mfa/cloud-mfa` judges by a table of outcomes that stands with the answers of people."""
    (check,) = [check for check in rules().checks if check.id == "mfa/cloud-mfa"]

    assert verdicts(check.judge) == JUDGED


def test_every_rule_can_complain() -> None:
    assert [check.id for check in rules().checks if not verdicts(check.judge) & {WARN, FAIL}] == []


def test_no_recording_is_judged_otherwise_than_the_code_says() -> None:
    judges = {check.id: check.judge for check in rules().checks}

    seen = {
        (item.check, item.outcome)
        for _, case in cases(Path(__file__).parent)
        for item in judge(rules(), case)
        if item.outcome in JUDGED
    }

    assert len(seen) > 90
    assert [each for each in sorted(seen) if each[1] not in verdicts(judges[each[0]])] == []


def test_the_lab_expects_nothing_that_a_rule_cannot_say() -> None:
    judges = {check.id: check.judge for check in rules().checks}

    assert [row for row in ROWS if Outcome(row.outcome) not in verdicts(judges[row.check])] == []
