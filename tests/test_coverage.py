"""Which codes count is found by judging the tests' own recordings and by reading the lab's table; no list is kept."""

from __future__ import annotations

import json
import re
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from nis2scan.cli import run
from nis2scan.coverage import coverage
from nis2scan.frameworks.catalogue import MEASURES, catalogue
from nis2scan.model import Outcome
from nis2scan.recording import from_bytes, to_bytes
from nis2scan.testing import rules

TESTS = Path(__file__).parent
FLOOR = 95


def line(capsys: pytest.CaptureFixture[str], *more: str) -> str:
    assert run(["checks", "list", "--coverage", "--tests", *more]) == 0
    return capsys.readouterr().out.splitlines()[-1]


def folder_of(tests: Path, *names: str) -> Path:
    """A folder of tests with these recordings and no lab."""
    (tests / "recordings").mkdir(parents=True)
    for name in names:
        shutil.copy(TESTS / "recordings" / name, tests / "recordings")
    return tests


def test_the_figure_never_falls() -> None:
    assert sum(each.counts for each in coverage(rules(), TESTS)) >= FLOOR


def test_the_catalogue_has_every_code_once() -> None:
    codes = [rule.code for rule in catalogue()]

    assert len(codes) == len(set(codes)) == 139
    assert [code for code in codes if not re.fullmatch(r"[A-Z]{3}-[A-Z0-9]{2,4}-\d{3}", code)] == []
    assert {code.split("-")[0] for code in codes} == MEASURES.keys()


def test_the_codes_of_every_check_stand_in_the_catalogue_under_its_measure() -> None:
    known = {rule.code: rule for rule in catalogue()}

    wrong = [
        (check.id, code)
        for check in rules().checks
        for code in check.catalogue
        if code not in known or known[code].measure not in (check.measure, *check.also)
    ]

    assert wrong == []


def test_a_code_counts_only_with_both_ends(tmp_path: Path) -> None:
    """One host where root logs in, one where it does not: alone each proves half."""
    for names, counts in (
        (["lab-kassa.json"], False),
        (["lab-fileserver.json"], False),
        (["lab-kassa.json", "lab-fileserver.json"], True),
    ):
        tests = folder_of(tmp_path / "-".join(names), *names)

        (found,) = [each for each in coverage(rules(), tests) if each.rule.code == "ACC-LNX-002"]

        assert found.counts is counts, names


def test_a_code_of_one_platform_is_not_proven_on_another(tmp_path: Path) -> None:
    tests = folder_of(tmp_path / "tests", "lab-kassa.json")
    text = (tests / "recordings" / "lab-kassa.json").read_text("utf-8")
    before = [
        each.rule.code for each in coverage(rules(), tests) for ends in each.checks if ends.at_worst or ends.at_best
    ]
    assert any("-LNX-" in code for code in before)

    moved = to_bytes(replace(from_bytes(text.encode()), platform="macos"))
    (tests / "recordings" / "lab-kassa.json").write_bytes(moved)

    after = [
        each.rule.code for each in coverage(rules(), tests) for ends in each.checks if ends.at_worst or ends.at_best
    ]
    assert [code for code in after if "-LNX-" in code] == []


def test_the_lab_counts_by_its_table(tmp_path: Path) -> None:
    tests = folder_of(tmp_path / "tests", "lab-dicht.json")
    (tests / "lab").mkdir()
    row = 'ROWS = (Row("a", "ACC-LNX-002", "access/root-over-ssh", "{outcome}", "b"),)\n'

    for outcome, counts in (("fail", True), ("warn", False)):
        (tests / "lab" / "table.py").write_text(row.format(outcome=outcome))
        (found,) = [each for each in coverage(rules(), tests) if each.rule.code == "ACC-LNX-002"]
        (ends,) = found.checks
        assert found.counts is counts
        assert ends.at_best == ("lab b",)


def test_the_table_of_the_lab_is_read_and_not_run(tmp_path: Path) -> None:
    tests = folder_of(tmp_path / "tests", "lab-dicht.json")
    (tests / "lab").mkdir()
    (tests / "lab" / "table.py").write_text("raise SystemExit('run')\n")

    assert len(coverage(rules(), tests)) == 139


def test_a_table_that_names_no_words_is_told_with_its_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    tests = folder_of(tmp_path / "tests", "lab-dicht.json")
    (tests / "lab").mkdir()
    (tests / "lab" / "table.py").write_text(
        'A = 1\nROWS = (Row(HOST, "ACC-LNX-002", "access/root-over-ssh", "fail", "b"),)\n'
    )

    assert run(["checks", "list", "--coverage", "--tests", str(tests)]) == 2
    assert "table.py:2" in capsys.readouterr().err


def test_a_recording_that_cannot_be_read_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    tests = folder_of(tmp_path / "tests", "lab-dicht.json")
    (tests / "recordings" / "broken.json").write_text("{}")

    assert run(["checks", "list", "--coverage", "--tests", str(tests)]) == 2
    assert "broken.json" in capsys.readouterr().err


def test_the_last_line_is_the_figure(capsys: pytest.CaptureFixture[str]) -> None:
    counted = sum(each.counts for each in coverage(rules(), TESTS))

    assert line(capsys, str(TESTS)) == f"catalogue: {counted} of 139 codes"
    assert line(capsys, str(TESTS), "--language", "nl") == f"catalogue: {counted} of 139 codes"


@pytest.mark.parametrize("language", ["en", "nl"])
def test_every_line_fits_in_80_characters_and_names_every_code(
    language: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["checks", "list", "--coverage", "--tests", str(TESTS), "--language", language]) == 0

    text = capsys.readouterr().out
    assert [row for row in text.splitlines() if len(row) > 80 and " " in row.strip()] == []
    missing = [each for each in coverage(rules(), TESTS) if not each.counts]
    assert [each.rule.code for each in missing if f"  {each.rule.code}  " not in text] == []


def test_as_json_it_says_where_each_end_was_seen(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["checks", "list", "--coverage", "--json", "--tests", str(TESTS)]) == 0

    told = json.loads(capsys.readouterr().out)
    assert told["codes_in_catalogue"] == len(told["codes"]) == 139
    assert told["counted"] == sum(code["counts"] for code in told["codes"])
    for code in told["codes"]:
        seen = [end for check in code["checks"] for end in (check["seen_at_worst"], check["seen_at_best"])]
        assert code["counts"] is (bool(seen) and all(seen)), code["code"]


def test_without_tests_it_says_what_to_do(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["checks", "list", "--coverage", "--tests", str(tmp_path / "nowhere")]) == 2

    assert "--tests PATH" in capsys.readouterr().err


def test_checks_alone_still_lists_them(capsys: pytest.CaptureFixture[str]) -> None:
    outs = []
    for arguments in (["checks"], ["checks", "list"]):
        assert run(arguments) == 0
        outs.append(capsys.readouterr().out)

    assert outs[0] == outs[1]
    assert len(outs[0].splitlines()) == len(rules().checks)


def test_a_rule_that_knows_no_pass_counts_by_what_does_not_apply() -> None:
    (found,) = [each for each in coverage(rules(), TESTS) if each.rule.code == "BAK-ANY-006"]

    assert {ends.best for ends in found.checks} == {Outcome.NOT_APPLICABLE}
