"""Which codes of the catalogue the tests have seen at both ends: judged at the worst somewhere, and at the best.

Nothing is listed by hand. The recordings under `tests/recordings` are judged here and now; what the lab seeds, and
where the same is in order, is read from its table, which a run of the lab holds to the truth.
"""

from __future__ import annotations

import ast
import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from nis2scan.check import Check
from nis2scan.ends import best, worst
from nis2scan.errors import ConfigError, UsageError
from nis2scan.frameworks import datasets
from nis2scan.frameworks.catalogue import Rule, catalogue
from nis2scan.judge import judge
from nis2scan.model import Finding, Outcome, Recording
from nis2scan.policy import Policy
from nis2scan.reading import OFFICE, Case, Subject
from nis2scan.recording import from_bytes
from nis2scan.rules import Rules

PLATFORMS = {"LNX": "linux", "WIN": "windows", "MAC": "macos", "BSD": "freebsd"}
RECORDINGS, TABLE = Path("recordings"), Path("lab") / "table.py"
Sights = Mapping[tuple[str, str, Outcome], set[str]]


@dataclass(frozen=True)
class Ends:
    """One check that bears a code: which outcomes are its ends, and where each was seen."""

    check: str
    limits: str
    worst: Outcome
    best: Outcome
    at_worst: tuple[str, ...] = ()
    at_best: tuple[str, ...] = ()

    @property
    def seen(self) -> bool:
        return bool(self.at_worst and self.at_best)


@dataclass(frozen=True)
class Covered:
    """One rule of the catalogue with every check that bears its code. It counts when each was seen at both ends."""

    rule: Rule
    checks: tuple[Ends, ...] = field(default=())

    @property
    def counts(self) -> bool:
        return bool(self.checks) and all(ends.seen for ends in self.checks)


def coverage(rules: Rules, tests: Path) -> tuple[Covered, ...]:
    """Every rule of the catalogue. Raises UsageError when there are no tests in the folder."""
    seen: defaultdict[tuple[str, str, Outcome], set[str]] = defaultdict(set)
    for check, code, outcome, where in [*_in_recordings(rules, tests), *_in_lab(tests)]:
        seen[check, code, outcome].add(where)
    return tuple(
        Covered(rule, tuple(_ends(check, rule, seen) for check in _bearing(rules, rule))) for rule in catalogue()
    )


def _bearing(rules: Rules, rule: Rule) -> Iterator[Check]:
    """The checks with this code that can be judged where the code holds; a second reader elsewhere has its own code."""
    for check in rules.checks:
        platform = PLATFORMS.get(rule.scope)
        if rule.code in check.catalogue and (not check.platforms or platform is None or platform in check.platforms):
            yield check


def _ends(check: Check, rule: Rule, seen: Sights) -> Ends:
    low, high = worst(check.judge), best(check.judge)
    at_worst, at_best = (tuple(sorted(seen.get((check.id, rule.code, end), ()))) for end in (low, high))
    return Ends(check.id, check.limits, low, high, at_worst, at_best)


# ---- recordings --------------------------------------------------------------------------------


def _in_recordings(rules: Rules, tests: Path) -> Iterator[tuple[str, str, Outcome, str]]:
    """Check, code, outcome and place of everything that is found in the recordings."""
    bearers = {check.id: check for check in rules.checks}
    for name, case in cases(tests):
        every = [subject.recording for subject in case.subjects]
        by_host = {recording.host: recording for recording in every}
        for finding in judge(rules, case):
            about = every if finding.host == OFFICE else [by_host[finding.host]]
            for code in bearers[finding.check].catalogue:
                if _holds(code, finding, about, case.office):
                    yield finding.check, code, finding.outcome, name


def _holds(code: str, finding: Finding, about: Sequence[Recording], office: Recording) -> bool:
    """Whether a code is about what was recorded: a platform, the network, or what people say."""
    match scope := code.split("-")[1]:
        case "ORG":
            return finding.host == OFFICE and bool(office.answers)
        case "NET":
            return any(answer.question.kind == "probe" for item in about for answer in item.answers.values())
        case "ANY":
            return finding.host == OFFICE or all(item.platform for item in about)
    return scope in PLATFORMS and bool(about) and {item.platform for item in about} == {PLATFORMS[scope]}


def cases(tests: Path) -> Iterator[tuple[str, Case]]:
    """Each recording by itself; each folder of them as one office, with what its people say and its policy."""
    folder = tests / RECORDINGS
    if not any(folder.rglob("*.json")):
        raise UsageError(
            f"there are no recordings in {folder}: coverage is counted from the tests, which are not installed",
            "Run it in a clone of the source of nis2scan, or name its tests with --tests PATH.",
        )
    for file in sorted(folder.glob("*.json")):
        recording = _read(file)
        yield file.stem, _case([recording], Recording(OFFICE, "", recording.taken_at), Policy())
    for office in sorted(item for item in folder.iterdir() if item.is_dir()):
        every = [_read(file) for file in sorted(office.glob("*.json")) if file.name != "policy.json"]
        words = [item for item in every if item.vantage == "answers"]
        hosts = [item for item in every if item.vantage != "answers"]
        moment = max(item.taken_at for item in every)
        yield office.name, _case(hosts, words[0] if words else Recording(OFFICE, "", moment), _policy(office), moment)


def _case(hosts: Sequence[Recording], office: Recording, policy: Policy, now: datetime | None = None) -> Case:
    subjects = [Subject(item.host, item) for item in hosts]
    return Case(subjects, office, now or office.taken_at, policy=policy, datasets=datasets())


def _read(file: Path) -> Recording:
    try:
        return from_bytes(file.read_bytes())
    except ConfigError as trouble:
        raise ConfigError(str(trouble), str(file)) from None


def _policy(office: Path) -> Policy:
    """What this office set otherwise in [policy], where it set anything."""
    file = office / "policy.json"
    given = json.loads(file.read_text("utf-8")) if file.exists() else {}
    return Policy(**{name: tuple(value) if isinstance(value, list) else value for name, value in given.items()})  # type: ignore[arg-type]


# ---- lab ---------------------------------------------------------------------------------------


def _in_lab(tests: Path) -> Iterator[tuple[str, str, Outcome, str]]:
    """Each row of the lab's table, read and not run: the fault on its host, and the pass on its twin."""
    file = tests / TABLE
    if not file.exists():
        return
    tree = ast.parse(file.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Row":
            try:
                host, code, check, outcome, twin = (ast.literal_eval(argument) for argument in node.args[:5])
                yield check, code, Outcome(outcome), f"lab {host}"
            except ValueError:
                raise UsageError(
                    f"{file}:{node.lineno} names no host, code, check, outcome and twin in words"
                ) from None
            yield check, code, Outcome.PASS, f"lab {twin}"
