"""Silence is never a pass: whatever goes wrong with an answer, the outcome stays the same or becomes *not assessed*.

Walked over every check and reader, and over every recorded answer of real hosts under `tests/recordings/`.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache, lru_cache
from pathlib import Path

import pytest

from nis2scan.check import Check, Derivation, Need
from nis2scan.coverage import cases
from nis2scan.errors import Nis2scanError, Reason
from nis2scan.frameworks import datasets
from nis2scan.judge import judge
from nis2scan.model import Answer, Finding, Outcome, Question, Recording, Status
from nis2scan.reading import OFFICE, Case, Subject
from nis2scan.recording import from_bytes, to_bytes
from nis2scan.rules import Rules
from nis2scan.testing import NOON, rules

RECORDINGS = sorted((Path(__file__).parent / "recordings").glob("*.json"))
NOISE = random.Random(2026)  # the same noise each time: a failure can be repeated
GARBAGE = NOISE.randbytes(300)


@cache
def kept() -> tuple[Recording, ...]:
    """The recordings of real hosts, and of a host that answered nothing."""
    return tuple(from_bytes(path.read_bytes()) for path in RECORDINGS)


HARM: dict[str, Callable[[Answer], Answer]] = {
    "missing": lambda a: Answer(a.question, Status.MISSING, err=b"not on this machine"),
    "denied": lambda a: Answer(a.question, Status.DENIED, err=b"Permission denied"),
    "truncated": lambda a: Answer(a.question, Status.TRUNCATED, a.out[: len(a.out) // 2], a.err, a.code),
    "garbled": lambda a: replace(a, out=GARBAGE),
    "empty": lambda a: replace(a, out=b"", err=b""),
    "timed out": lambda a: Answer(a.question, Status.TIMEOUT, a.out[: len(a.out) // 2]),
    "unasked": lambda a: Answer(a.question),
    "failed": lambda a: replace(a, status=Status.ERROR, code=1),
}


@cache
def quick() -> Rules:
    """The rules with readers that remember: readers are pure, and one harmed answer leaves the others as they were."""
    every = rules()
    readers = (replace(reader, read=lru_cache(64)(reader.read)) for reader in every.readers)
    return Rules(every.checks, tuple(readers), every.derivations)


def asked_for(check: Check) -> set[str]:
    """The questions from whose answers a check is judged, through whatever is derived in between."""
    found: set[str] = set()
    waiting: list[Check | Derivation] = [check]
    seen: set[Need] = set()
    while waiting:
        for need in set(waiting.pop().needs) - seen:
            seen.add(need)
            found |= {question.id for reader in quick().readers_of.get(need.type, ()) for question in reader.questions}
            waiting += [made for made in (quick().derivation_of.get(need.type),) if made is not None]
    return found


@cache
def asked() -> dict[str, set[str]]:
    return {check.id: asked_for(check) for check in rules().checks}


@cache
def seeing(question: str) -> Rules:
    """The rules, with only those checks that can see the answer to one question."""
    checks = (check for check in quick().checks if question in asked()[check.id])
    return replace(quick(), checks=tuple(checks))


def rules_for(kind: str, question: Question) -> Rules:
    """All checks for the first kind of harm, which shows that the others do not see it; for the others, who can."""
    return quick() if kind == next(iter(HARM)) else seeing(question.id)


def judged(recording: Recording, by: Rules | None = None) -> dict[tuple[str, str], Finding]:
    """What is found on one host, by check and part."""
    office = Recording(OFFICE, "", recording.taken_at)
    case = Case([Subject("A", recording)], office, recording.taken_at, datasets=datasets())
    return {(item.check, item.subject): item for item in judge(by or quick(), case) if item.host != OFFICE}


def by_these(by: Rules, found: dict[tuple[str, str], Finding]) -> dict[tuple[str, str], Finding]:
    checks = {check.id for check in by.checks}
    return {key: item for key, item in found.items() if item.check in checks}


def worse(before: dict[tuple[str, str], Finding], after: dict[tuple[str, str], Finding]) -> list[str]:
    """The findings that became something else than *not assessed*.

    A part may vanish when its check now says of another part, or as a whole, that it could not look.
    """
    dark = {key for key, item in after.items() if item.outcome is Outcome.NOT_ASSESSED}
    was_dark = {key for key, item in before.items() if item.outcome is Outcome.NOT_ASSESSED}
    silent = {check for check, _ in dark - was_dark}
    still_dark = {check for check, _ in dark}
    wrong = []
    for (check, part), item in before.items():
        now = after.get((check, part))
        told = still_dark if item.outcome is Outcome.NOT_ASSESSED else silent
        if now is None and check not in told:
            wrong.append(f"{check} {part}: {item.outcome} → gone")
        elif now is not None and now.outcome not in (item.outcome, Outcome.NOT_ASSESSED):
            wrong.append(f"{check} {part}: {item.outcome} → {now.outcome} ({now.found})")
    return [*wrong, *(f"{item.check}: a bug, {item.found}" for item in after.values() if item.reason is Reason.BUG)]


def silenced(recording: Recording, question: Question, harm: Callable[[Answer], Answer]) -> Recording:
    answers = {**recording.answers, question.id: harm(recording.answer(question))}
    return replace(recording, answers=answers)


def test_there_are_recordings_of_real_hosts() -> None:
    assert RECORDINGS


@pytest.mark.parametrize("harm", HARM)
def test_a_host_whose_every_answer_is_harmed_passes_nothing(harm: str) -> None:
    for recording in kept():
        answers = {key: HARM[harm](answer) for key, answer in recording.answers.items()}

        found = judged(replace(recording, answers=answers))

        assert [item for item in found.values() if item.outcome is Outcome.PASS] == []


@pytest.mark.parametrize("path", RECORDINGS, ids=lambda path: path.stem)
def test_one_harmed_answer_changes_nothing_or_is_not_assessed(path: Path, record_property: Callable[..., None]) -> None:
    recording = from_bytes(path.read_bytes())
    whole, tried, wrong = judged(recording), 0, []
    for question in {answer.question for answer in recording.answers.values()}:
        for name, harm in HARM.items():
            by = rules_for(name, question)
            before, after = by_these(by, whole), judged(silenced(recording, question, harm), by)
            tried += len(before)
            wrong += [f"{name} {question.id}: {line}" for line in worse(before, after)]

    record_property("silence", tried)
    assert wrong == []


OFFICES = {name: case for name, case in cases(Path(__file__).parent) if (RECORDINGS[0].parent / name).is_dir()}


def of_office(case: Case, by: Rules | None = None) -> dict[tuple[str, str], Finding]:
    """What is found on an office and each of its hosts, with what its people say."""
    return {(f"{item.host} {item.check}", item.subject): item for item in judge(by or quick(), case)}


def harmed_offices(case: Case, harm: Callable[[Answer], Answer]) -> Iterator[tuple[Question, Case]]:
    """The office with one answer harmed, of a person or of a machine, for each answer that it holds."""
    for question in {answer.question for answer in case.office.answers.values()}:
        yield question, replace(case, office=silenced(case.office, question, harm))
    for place, subject in enumerate(case.subjects):
        for question in {answer.question for answer in subject.recording.answers.values()}:
            hosts = list(case.subjects)
            hosts[place] = replace(subject, recording=silenced(subject.recording, question, harm))
            yield question, replace(case, subjects=hosts)


@pytest.mark.parametrize("name", OFFICES)
def test_one_harmed_answer_of_an_office_changes_nothing_or_is_not_assessed(
    name: str, record_property: Callable[..., None]
) -> None:
    whole, tried, wrong = of_office(OFFICES[name]), 0, []
    for kind, harm in HARM.items():
        for question, case in harmed_offices(OFFICES[name], harm):
            by = rules_for(kind, question)
            before, after = by_these(by, whole), of_office(case, by)
            tried += len(before)
            wrong += [f"{kind} {question.id}: {line}" for line in worse(before, after)]

    record_property("silence", tried)
    assert tried
    assert wrong == []


def cuts(recording: Recording) -> Iterator[Recording]:
    """The recording as if the answer had ended after each section."""
    order = list(recording.answers)
    for length in range(len(order)):
        yield replace(recording, answers={key: recording.answers[key] for key in order[:length]})


@pytest.mark.parametrize("path", RECORDINGS, ids=lambda path: path.stem)
def test_an_answer_cut_after_any_section_changes_nothing_or_is_not_assessed(
    path: Path, record_property: Callable[..., None]
) -> None:
    recording = from_bytes(path.read_bytes())
    before, every = judged(recording), list(cuts(recording))

    wrong = [line for cut in every for line in worse(before, judged(cut))]

    record_property("silence", len(before) * len(every))
    assert wrong == []


@pytest.mark.parametrize("path", RECORDINGS, ids=lambda path: path.stem)
def test_flipped_bytes_change_nothing_or_are_not_assessed(path: Path, record_property: Callable[..., None]) -> None:
    data, wrong = path.read_bytes(), []
    before = judged(from_bytes(data))
    for _ in range(40):
        flipped = bytearray(data)
        for place in NOISE.sample(range(len(data)), 50):
            flipped[place] ^= 1 << NOISE.randrange(8)
        try:
            after = judged(from_bytes(bytes(flipped)))
        except Nis2scanError:
            continue  # told as no recording: nothing was judged
        wrong += worse(before, after)

    record_property("silence", 40 * len(before))
    assert wrong == []


@pytest.mark.parametrize("reader", rules().readers, ids=lambda reader: reader.name.rsplit(".", 1)[-1])
def test_a_reader_raises_only_what_the_judge_expects(reader: object) -> None:
    """Bytes that no digest protects: a reader may fail, but the engine must make *not assessed* of it."""
    answers = [recording.answers.values() for recording in kept()]
    mine = [a for group in answers for a in group if a.question in reader.questions and a.out]  # type: ignore[attr-defined]
    for answer in {(item.question.id, item.out): item for item in mine}.values():
        for _ in range(10):
            out = bytearray(answer.out)
            for place in NOISE.sample(range(len(out)), min(50, len(out))):
                out[place] = NOISE.randrange(256)
            bent = {answer.question.id: replace(answer, out=bytes(out))}
            by, platform = seeing(answer.question.id), (*answer.question.platforms, "linux")[0]
            for item in judged(Recording("bent", platform, NOON, "ssh", bent), by).values():
                assert item.reason is not Reason.BUG, item.found


def test_what_is_kept_is_what_was_taken() -> None:
    for path, recording in zip(RECORDINGS, kept(), strict=True):
        assert to_bytes(recording) == path.read_bytes()


def test_a_check_never_sees_a_host_that_was_not_asked() -> None:
    for reason in Reason:
        found = judged(Recording("gone", "", NOON, "ssh", {}, reason, "gone"))

        assert {item.outcome for item in found.values()} == {Outcome.NOT_ASSESSED}
        assert {item.reason for item in found.values()} == {reason}
