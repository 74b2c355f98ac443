"""Built-in checks, a folder of the operator and a stranger's package come through one loader, and none gets lost."""

from __future__ import annotations

from pathlib import Path

import pytest

from nis2scan.errors import PluginError
from nis2scan.rules import load

GOOD = """
from nis2scan.api import *
from nis2scan.facts.session import Session

@check(title="t", severity=Severity.LOW, expected="e", action="a", remedy="r", measure=Measure.LOGGING)
def {name}(visit: Session) -> Verdict:
    "Why."
    return ok(visit.user)
"""


def write(folder: Path, name: str, text: str) -> Path:
    folder.mkdir(exist_ok=True, mode=0o755)
    (folder / f"{name}.py").write_text(text)
    return folder


def test_a_folder_of_the_operator_is_loaded_beside_the_built_in(tmp_path: Path) -> None:
    rules = load([write(tmp_path, "own_check", GOOD.format(name="own_check"))])

    assert "logging/own-check" in {check.id for check in rules.checks}
    assert len(rules.checks) == len(load().checks) + 1


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("this is no Python", "invalid syntax"),
        ("import nis2scan.nowhere", "nowhere"),
        (GOOD.format(name="other_name"), "must be called like its file"),
        (GOOD.format(name="broken").replace("measure=Measure.LOGGING", ""), "measure"),
        (GOOD.format(name="broken").replace("visit: Session", "visit: int"), "visit"),
        (GOOD.format(name="broken").replace("visit: Session", "visit"), "visit"),
        (
            "from dataclasses import dataclass\nfrom nis2scan.api import Fact\n"
            "@dataclass(frozen=True)\nclass Lost(Fact):\n    x: int\n"
            + GOOD.format(name="broken").replace("visit: Session", "visit: Lost"),
            "Lost",
        ),
    ],
)
def test_a_check_that_does_not_load_stops_the_run_and_is_named(tmp_path: Path, text: str, said: str) -> None:
    folder = write(tmp_path, "broken", text)

    with pytest.raises(PluginError, match="broken") as caught:
        load([folder])

    assert said in str(caught.value)
    assert caught.value.exit_code == 2


def test_two_checks_with_one_id_are_refused_and_both_named(tmp_path: Path) -> None:
    one = write(tmp_path / "one", "same", GOOD.format(name="same"))
    two = write(tmp_path / "two", "same", GOOD.format(name="same"))

    with pytest.raises(PluginError, match=r"logging/same.* and "):
        load([one, two])


def test_a_folder_that_others_can_write_is_refused(tmp_path: Path) -> None:
    folder = write(tmp_path / "open", "own_check", GOOD.format(name="own_check"))
    folder.chmod(0o777)

    with pytest.raises(PluginError, match="written by others"):
        load([folder])


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(PluginError, match="not a folder"):
        load([tmp_path / "nowhere"])
