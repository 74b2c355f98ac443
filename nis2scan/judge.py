"""Facts to findings: the full matrix of checks × hosts × parts. Pure; never raises for a host or a plugin.

This is the one place where "could not look" becomes *not assessed* and positive absence becomes *not applicable*.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from nis2scan.check import Check, Maybe, scope_of
from nis2scan.errors import Absent, CannotTell, NotJudged, Reason
from nis2scan.model import (
    Answer,
    Confidence,
    Evidence,
    Finding,
    Judged,
    Message,
    NotThere,
    Outcome,
    Part,
    Question,
    Said,
    Unknown,
    Verdict,
    say,
)
from nis2scan.policy import Policy
from nis2scan.reading import OFFICE, Case, Facts, Subject
from nis2scan.rules import Rules

_SCOPES = {"linux": "LNX", "windows": "WIN", "macos": "MAC", "freebsd": "BSD"}


def judge(rules: Rules, case: Case) -> list[Finding]:
    """One finding for every check, host and part; a check that sees the office as a whole is judged once."""
    facts = [Facts(rules, case, subject) for subject in case.subjects]
    office = Facts(rules, case, Subject(OFFICE, case.office))
    for view in (*facts, office):
        view.office, view.fleet = office, facts
    findings = []
    for check in rules.checks:
        for view in [office] if rules.about_office(check) else facts:
            findings += _findings(check, view)
    return findings


def _findings(check: Check, facts: Facts) -> list[Finding]:
    try:
        judged = _judged(check, facts)
    except NotJudged as why:
        judged = {"": why}
    if not judged:
        judged = {"": CannotTell(Reason.NOTHING_TO_JUDGE)}
    return [_finding(check, facts, part, what) for part, what in sorted(judged.items())]


def _judged(check: Check, facts: Facts) -> dict[str, Part | NotJudged]:
    recording = facts.recording
    if check.platforms and recording.platform and recording.platform not in check.platforms:
        raise Absent(say("this machine runs {platform}", platform=recording.platform))
    given = [facts.give(need) for need in check.needs]
    try:
        judged: Judged = check.judge(*given)
    except NotJudged:
        raise
    except Exception as bug:  # a plugin's bug must neither sink the scan nor pass for a clean host
        raise CannotTell(Reason.BUG, f"{check.id}: {bug!r}") from bug
    parts = dict(judged) if isinstance(judged, Mapping) else {"": judged}
    half_seen = next((m.why for m in given if isinstance(m, Maybe) and isinstance(m.why, CannotTell)), None)
    return {part: _whole(what, half_seen) for part, what in parts.items()}


def _whole(what: Part, half_seen: CannotTell | None) -> Part | NotJudged:
    """A pass that rests on half the sight is no pass."""
    passed = isinstance(what, Verdict) and what.outcome is Outcome.PASS
    return half_seen if passed and half_seen is not None else what


def _finding(check: Check, facts: Facts, part: str, what: Part | NotJudged) -> Finding:
    recording, reason = facts.recording, None
    found: Said
    expected: Said = say(check.expected, **_thresholds(check.expected, facts.case.policy))
    severity, confidence = check.severity, Confidence.MEASURED
    match what:
        case Verdict():
            outcome, found, confidence = what.outcome, what.found, what.confidence
            expected = what.expected or expected
            lowered = check.severity.milder if outcome is Outcome.WARN else check.severity
            severity = what.severity or lowered
        case Unknown() | CannotTell():
            outcome, reason, found = Outcome.NOT_ASSESSED, what.reason, _said(what.detail)
        case NotThere() | Absent():
            outcome, found = Outcome.NOT_APPLICABLE, _said(what.evidence)
        case _:
            outcome, reason, found = Outcome.NOT_ASSESSED, Reason.BUG, f"{check.id} returned {type(what).__name__}"
    return Finding(
        id=finding_id(facts.case.client, facts.subject.asset, check.id, part),
        check=check.id,
        catalogue=_codes(check, recording.platform),
        measure=check.measure,
        host=recording.host,
        subject=part,
        outcome=outcome,
        reason=reason,
        severity=severity,
        confidence=confidence,
        found=found,
        expected=expected,
        remedy=check.remedy,
        taken_at=recording.taken_at,
        key=check.key,
        evidence=_evidence(check, facts),
    )


def _said(seen: object) -> Said:
    return seen if isinstance(seen, (str, Message)) else str(seen)


def _thresholds(sentence: str, policy: Policy) -> dict[str, object]:
    if "{" not in sentence:
        return {}
    return {name: value for name, value in policy.values().items() if "{" + name + "}" in sentence}


def _codes(check: Check, platform: str) -> tuple[str, ...]:
    """The catalogue codes whose scope fits the host; the platform-bound ones only on their platform."""
    other = set(_SCOPES.values()) - {_SCOPES.get(platform, "")}
    return tuple(code for code in check.catalogue if not platform or scope_of(code) not in other)


def _evidence(check: Check, facts: Facts) -> tuple[Evidence, ...]:
    asked: dict[Question, Answer] = {}
    for need in check.needs:
        for answer in facts.answers(need):
            asked.setdefault(answer.question, answer)
    at = facts.recording.taken_at
    return tuple(Evidence(a.question.text, a.as_root, a.status, at) for a in asked.values())


def finding_id(client: str, asset: str, check: str, part: str) -> str:
    """Survives renaming of client, host and address: it hashes the store's ids, the check and the part."""
    return "F-" + hashlib.sha256("\0".join((client, asset, check, part)).encode()).hexdigest()[:12]
