"""People's answers: the file, its mistakes, how long an answer counts, and what it is worth."""

from __future__ import annotations

import tomllib
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from nis2scan.answers import answer_rows, read_answers, template
from nis2scan.errors import ConfigError, Reason
from nis2scan.facts.people.questions import QUESTIONS
from nis2scan.language import Language, language
from nis2scan.model import Confidence, Finding, Outcome
from nis2scan.policy import Policy
from nis2scan.testing import NOON, only, rules

TODAY = NOON.date()
LOCALE = Path(__file__).resolve().parent.parent / "nis2scan" / "locale"


def written(folder: Path, text: str) -> Path:
    path = folder / "answers.toml"
    path.write_text(text, encoding="utf-8")
    return path


def answer(key: str, word: str = "yes", on: date = TODAY, more: str = "") -> str:
    return f'[answers.{key}]\nanswer = "{word}"\nowner = "J. de Vries"\ndate = {on}\n{more}\n'


def found(folder: Path, check: str, text: str, now: datetime = NOON, policy: Policy | None = None) -> Finding:
    return only(check, office=read_answers(written(folder, text), now), now=now, policy=policy)


@pytest.mark.parametrize(
    ("word", "outcome"),
    [
        ("yes", Outcome.PASS),
        ("partly", Outcome.WARN),
        ("no", Outcome.FAIL),
        ("not_applicable", Outcome.NOT_APPLICABLE),
        ("unknown", Outcome.NOT_ASSESSED),
    ],
)
def test_every_answer_becomes_one_outcome_of_the_office(tmp_path: Path, word: str, outcome: Outcome) -> None:
    finding = found(tmp_path, "mfa/cloud-mfa", answer("cloud_mfa", word))

    assert (finding.host, finding.outcome) == ("office", outcome)


def test_an_answer_is_somebodys_word_and_names_who_and_when(tmp_path: Path) -> None:
    finding = found(tmp_path, "mfa/cloud-mfa", answer("cloud_mfa", more='evidence = "Entra, Security Defaults"'))

    assert finding.confidence is Confidence.ATTESTED
    assert "J. de Vries" in str(finding.found)
    assert "Entra, Security Defaults" in str(finding.found)


def test_what_nobody_answered_is_unanswered_and_no_file_is_no_mistake(tmp_path: Path) -> None:
    for path in (None, tmp_path / "answers.toml"):
        finding = only("mfa/cloud-mfa", office=read_answers(path, NOON))

        assert (finding.outcome, finding.reason) == (Outcome.NOT_ASSESSED, Reason.UNANSWERED)


def test_an_answer_counts_for_a_year_unless_it_names_its_own_end(tmp_path: Path) -> None:
    check, last = "mfa/cloud-mfa", TODAY - timedelta(days=366)

    assert found(tmp_path, check, answer("cloud_mfa", on=last)).outcome is Outcome.PASS
    assert found(tmp_path, check, answer("cloud_mfa", on=last - timedelta(days=1))).reason is Reason.STALE_DATA
    assert (
        found(tmp_path, check, answer("cloud_mfa", on=last), policy=Policy(answer_valid_days=90)).reason
        is Reason.STALE_DATA
    )
    past = f"valid_until = {TODAY - timedelta(days=1)}"
    assert found(tmp_path, check, answer("cloud_mfa", on=last, more=past)).reason is Reason.STALE_DATA
    longer = f"valid_until = {TODAY}"
    assert found(tmp_path, check, answer("cloud_mfa", on=last - timedelta(days=9), more=longer)).outcome is Outcome.PASS


def test_that_something_does_not_apply_wears_off_too(tmp_path: Path) -> None:
    finding = found(tmp_path, "mfa/cloud-mfa", answer("cloud_mfa", "not_applicable", TODAY - timedelta(days=400)))

    assert finding.reason is Reason.STALE_DATA


def test_an_answer_from_the_future_is_none(tmp_path: Path) -> None:
    finding = found(tmp_path, "mfa/cloud-mfa", answer("cloud_mfa", on=TODAY + timedelta(days=1)))

    assert finding.outcome is Outcome.NOT_ASSESSED


@pytest.mark.parametrize(
    ("word", "days", "outcome"),
    [
        ("yes", 92, Outcome.PASS),
        ("yes", 93, Outcome.WARN),
        ("yes", 366, Outcome.WARN),
        ("yes", 367, Outcome.FAIL),
        ("partly", 1, Outcome.WARN),
        ("partly", 367, Outcome.FAIL),
        ("no", 1, Outcome.FAIL),
        ("yes", -1, Outcome.NOT_ASSESSED),
    ],
)
def test_a_restore_test_is_judged_by_the_day_of_the_last_test(
    tmp_path: Path, word: str, days: int, outcome: Outcome
) -> None:
    last = f"last = {TODAY - timedelta(days=days)}"

    assert found(tmp_path, "backup/restore-tested", answer("restore_tested", word, more=last)).outcome is outcome


def test_a_restore_test_without_a_day_tells_nothing(tmp_path: Path) -> None:
    assert found(tmp_path, "backup/restore-tested", answer("restore_tested")).reason is Reason.UNANSWERED


# ---- mistakes in the file ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (answer("cloud_mfaa"), r"answers\.toml:1: answers\.cloud_mfaa: is no question; did you mean cloud_mfa\?"),
        (answer("cloud_mfa", "ja"), r"answers\.toml:2: answers\.cloud_mfa\.answer: must be one of yes"),
        (answer("cloud_mfa", more="evidense = 'x'"), r"toml:5: answers\.cloud_mfa\.evidense: .*mean evidence\?"),
        ("\n" + answer("cloud_mfa").replace("owner", "#owner"), r"toml:2: answers\.cloud_mfa\.owner: is missing"),
        (answer("cloud_mfa", more='last = "2026"'), r"toml:5: answers\.cloud_mfa\.last: must be a date"),
        (
            answer("cloud_mfa").replace(f"date = {TODAY}", "date = 2026-11-24T10:00:00"),
            r"toml:4: .*date: must be a date",
        ),
        (answer("cloud_mfa", more="note = 3"), r"toml:5: answers\.cloud_mfa\.note: must be a text"),
        ("[answers]\ncloud_mfa = 'yes'\n", r"toml:2: answers\.cloud_mfa: must be a table"),
        ("[answer.cloud_mfa]\n", r"toml:\d: answer: is no table of this file"),
        ("answers = 1\n", r"answers: must be a table"),
        ("[answers.cloud_mfa\n", r"answers\.toml:1"),
        (answer("cloud_mfa", more=f"note = '{'x' * 2000}'"), r"longer than 1000 characters"),
    ],
)
def test_a_mistake_is_told_with_file_line_and_key(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        read_answers(written(tmp_path, text), NOON)


def test_a_file_that_others_may_write_is_refused(tmp_path: Path) -> None:
    path = written(tmp_path, answer("cloud_mfa"))
    path.chmod(0o666)

    with pytest.raises(ConfigError, match="can be written by others"):
        read_answers(path, NOON)


# ---- questions, template, rows -------------------------------------------------------------------


def test_every_question_has_its_check_in_the_folder_of_its_measure_and_back() -> None:
    asked = {question.text for question in rules().questions if question.kind == "person"}
    checks = {item.id for item in rules().checks}

    assert asked == {item.key for item in QUESTIONS}
    assert {f"{item.measure}/{item.key.replace('_', '-')}" for item in QUESTIONS} <= checks


@pytest.mark.parametrize("code", ["nl", "en"])
def test_the_template_is_a_file_without_answers_in_which_every_question_can_be_filled_in(
    tmp_path: Path, code: str
) -> None:
    text = template(language(code, [LOCALE]))

    assert tomllib.loads(text) == {}
    filled = text.replace("# [answers", "[answers").replace('# answer = ""', 'answer = "yes"')
    filled = filled.replace('# owner = ""', 'owner = "x"').replace("# date = ", "date = 2026-11-24")
    assert len(read_answers(written(tmp_path, filled), NOON).answers) == len(QUESTIONS)


def test_the_template_speaks_dutch_when_asked() -> None:
    english, dutch = template(Language("en")), template(language("nl", [LOCALE]))

    assert "Is the NAS closed to the internet" in english
    assert "Is the NAS closed to the internet" not in dutch
    assert "[answers.nas_managed]" in dutch


def test_the_reports_get_every_question_and_the_answers_that_there_are(tmp_path: Path) -> None:
    office = read_answers(written(tmp_path, answer("nas_managed", "no", more="note = 'komt'")), NOON)

    rows = {row.key: row for row in answer_rows(office)}

    assert len(rows) == len(QUESTIONS)
    assert (rows["nas_managed"].answer, rows["nas_managed"].note, rows["nas_managed"].answered_on) == (
        "no",
        "komt",
        TODAY,
    )
    assert rows["router_managed"].answer == ""
