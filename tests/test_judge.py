"""What could not be looked at is never a pass; what is not there needs evidence; every cell of the matrix exists."""

from __future__ import annotations

import textwrap
from pathlib import Path

import pytest

from nis2scan.errors import Reason
from nis2scan.model import Outcome, Recording, Root, Severity, Status
from nis2scan.rules import Rules, load
from nis2scan.testing import NOON, answered, findings, only, recording

FACT = """
    from dataclasses import dataclass
    from nis2scan.api import *

    ASKED = shell("cat /proc/sys/kernel/ostype", runs=("cat",))
    AS_ROOT = shell("cat /etc/shadow-", root=Root.REQUIRED, runs=("cat",))

    @dataclass(frozen=True)
    class Word(Fact):
        word: str

    @dataclass(frozen=True)
    class Hidden(Fact):
        word: str

    @reads(ASKED)
    def word(answer: Answer) -> Word:
        if answer.text == "absent":
            raise Absent(say("nothing there"))
        return Word(answer.text)

    @reads(AS_ROOT)
    def hidden(answer: Answer) -> Hidden:
        return Hidden(answer.text)
"""
CHECK = """
    from nis2scan.api import *
    from ..facts import *

    @check(title="t", severity=Severity.HIGH, expected="at most {{admins_max}}", action="a", remedy="r", {options})
    def {name}({parameters}) -> Judged:
        "Why."
        {body}
"""


@pytest.fixture
def made(tmp_path: Path) -> object:
    """Write a check folder and load it with the built-in rules."""
    (tmp_path / "facts.py").write_text(textwrap.dedent(FACT))

    def make(name: str, parameters: str, body: str, options: str = "") -> Rules:
        folder = tmp_path / "access"
        folder.mkdir(exist_ok=True)
        text = textwrap.dedent(CHECK).format(name=name, parameters=parameters, body=body, options=options)
        (folder / f"{name}.py").write_text(text)
        return load([tmp_path])

    return make


def asked(among: Rules, out: str = "", **how: object) -> Recording:
    (question,) = {q for q in among.questions if q.text == "cat /proc/sys/kernel/ostype"}
    return recording(answered(question, out, **how))  # type: ignore[arg-type]


def test_a_check_passes_on_what_it_sees(made) -> None:  # type: ignore[no-untyped-def]
    among = made("sees_word", "word: Word", "return ok(word.word) if word.word == 'good' else bad(word.word)")

    good, evil = (only("access/sees-word", asked(among, word), among=among) for word in ("good", "evil"))

    assert (good.outcome, evil.outcome) == (Outcome.PASS, Outcome.FAIL)
    assert evil.severity is Severity.HIGH
    assert str(evil.expected) == "at most 3"
    assert evil.evidence[0].asked == "cat /proc/sys/kernel/ostype"


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        (Status.MISSING, Reason.TOOL_MISSING),
        (Status.DENIED, Reason.NO_PRIVILEGE),
        (Status.TIMEOUT, Reason.TIMEOUT),
        (Status.TRUNCATED, Reason.TRUNCATED),
        (Status.ERROR, Reason.PARSE_ERROR),
        (Status.UNASKED, Reason.NOT_ASKED),
    ],
)
def test_silence_is_not_assessed_with_its_reason(made, status: Status, reason: Reason) -> None:  # type: ignore[no-untyped-def]
    among = made("sees_any", "word: Word", "return ok(word.word)")

    finding = only("access/sees-any", asked(among, "good", status=status), among=among)

    assert (finding.outcome, finding.reason) == (Outcome.NOT_ASSESSED, reason)


def test_a_failed_command_has_not_said_anything(made) -> None:  # type: ignore[no-untyped-def]
    among = made("sees_code", "word: Word", "return ok(word.word)")

    finding = only("access/sees-code", asked(among, "good", code=2), among=among)

    assert (finding.outcome, finding.reason) == (Outcome.NOT_ASSESSED, Reason.PARSE_ERROR)


def test_no_part_to_judge_is_not_assessed(made) -> None:  # type: ignore[no-untyped-def]
    among = made("sees_parts", "word: Word", "return {part: ok(part) for part in word.word.split()}")

    empty = only("access/sees-parts", asked(among, ""), among=among)
    two = findings("access/sees-parts", asked(among, "C: D:"), among=among)

    assert (empty.outcome, empty.reason) == (Outcome.NOT_ASSESSED, Reason.NOTHING_TO_JUDGE)
    assert [item.subject for item in two] == ["C:", "D:"]
    assert len({item.id for item in two}) == 2


def test_absence_needs_evidence_and_shows_it(made) -> None:  # type: ignore[no-untyped-def]
    among = made("sees_absent", "word: Word", "return ok(word.word)")

    finding = only("access/sees-absent", asked(among, "absent"), among=among)

    assert finding.outcome is Outcome.NOT_APPLICABLE
    assert str(finding.found) == "nothing there"


def test_a_pass_on_half_the_sight_is_no_pass_but_a_fail_stands(made) -> None:  # type: ignore[no-untyped-def]
    among = made(
        "sees_half",
        "word: Word, hidden: Maybe[Hidden]",
        "return ok(word.word) if word.word == 'good' else bad(word.word)",
    )

    good, evil = (only("access/sees-half", asked(among, word), among=among) for word in ("good", "evil"))

    assert (good.outcome, good.reason) == (Outcome.NOT_ASSESSED, Reason.NOT_ASKED)
    assert evil.outcome is Outcome.FAIL


def test_one_part_may_be_unknown_or_not_there(made) -> None:  # type: ignore[no-untyped-def]
    body = "return {'C:': ok('x'), 'D:': Unknown(Reason.TIMEOUT, 'slow'), 'E:': NotThere(say('a CD drive'))}"
    among = made("sees_mixed", "word: Word", body)

    got = {item.subject: item.outcome for item in findings("access/sees-mixed", asked(among, "x"), among=among)}

    assert got == {"C:": Outcome.PASS, "D:": Outcome.NOT_ASSESSED, "E:": Outcome.NOT_APPLICABLE}


def test_a_bug_in_a_check_costs_its_own_finding_only(made) -> None:  # type: ignore[no-untyped-def]
    among = made("has_bug", "word: Word", "return ok(word.nonsense)")

    finding = only("access/has-bug", asked(among, "x"), among=among)

    assert (finding.outcome, finding.reason) == (Outcome.NOT_ASSESSED, Reason.BUG)


def test_another_platform_is_not_applicable_with_the_platform_as_evidence(made) -> None:  # type: ignore[no-untyped-def]
    among = made("for_windows", "word: Word", "return ok(word.word)", "catalogue=('ACC-WIN-001',)")

    finding = only("access/for-windows", asked(among, "x"), among=among)

    assert finding.outcome is Outcome.NOT_APPLICABLE
    assert "linux" in str(finding.found)
    assert finding.catalogue == ()


def test_a_host_that_could_not_be_asked_has_every_finding_not_assessed(made) -> None:  # type: ignore[no-untyped-def]
    among = made("sees_nothing", "word: Word", "return ok(word.word)")

    finding = only("access/sees-nothing", recording(failed=Reason.AUTH_FAILED, platform=""), among=among)

    assert (finding.outcome, finding.reason) == (Outcome.NOT_ASSESSED, Reason.AUTH_FAILED)


def test_the_office_is_judged_once_over_all_hosts(made) -> None:  # type: ignore[no-untyped-def]
    among = made(
        "sees_fleet", "fleet: Fleet[Word]", "return ok(','.join(sorted(fleet.known)) + str(len(fleet.unknown)))"
    )
    one = asked(among, "x")
    two = recording(host="other")

    finding = only("access/sees-fleet", one, two, among=among)

    assert (finding.host, str(finding.found)) == ("office", "host1")


def test_an_id_survives_a_new_name_and_tells_clients_apart() -> None:
    from nis2scan.judge import finding_id

    assert finding_id("C-1", "A-1", "x/y", "") == finding_id("C-1", "A-1", "x/y", "")
    assert len({finding_id(c, a, k, p) for c in "12" for a in "12" for k in "12" for p in "12"}) == 16


def test_every_builtin_check_gives_exactly_one_row_for_an_empty_host() -> None:
    from nis2scan.judge import judge
    from nis2scan.reading import Case, Subject
    from nis2scan.testing import rules

    host = recording(host="silent")
    got = judge(rules(), Case([Subject("A", host)], Recording("office", "", NOON), NOON))

    assert sorted({item.check for item in got}) == [item.id for item in rules().checks]
    assert len(got) == len(rules().checks)
    assert {item.outcome for item in got} <= {Outcome.NOT_ASSESSED, Outcome.NOT_APPLICABLE}


def test_root_only_questions_say_so() -> None:
    from nis2scan.testing import rules

    assert any(question.root is Root.REQUIRED for question in rules().questions)
