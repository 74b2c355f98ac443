"""The made-up company: all reports in seconds, no host touched, and no more on page one than a director reads."""

from __future__ import annotations

import json
import socket
import subprocess
from pathlib import Path

import pytest

from nis2scan.cli import run
from nis2scan.demo import demo
from nis2scan.model import Outcome, Severity
from nis2scan.testing import rules


@pytest.mark.parametrize("language", ["nl", "en"])
def test_every_report_is_written(language: str, tmp_path: Path) -> None:
    assert run(["demo", "--output", str(tmp_path), "--language", language]) == 0

    (folder,) = (tmp_path / "demo").iterdir()
    names = sorted(path.name for path in folder.iterdir())
    assert names == ["findings.csv", "findings.json", "findings.xlsx", "report.html"]
    assert json.loads((folder / "findings.json").read_text())["findings"]


def test_no_process_and_no_socket_is_needed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: object, **__: object) -> None:
        raise AssertionError("the demo must touch nothing")

    monkeypatch.setattr(socket.socket, "connect", refused)
    monkeypatch.setattr(subprocess.Popen, "__init__", refused)

    assert run(["demo", "--output", str(tmp_path)]) == 0


def test_its_servers_answer_every_question_of_today() -> None:
    """A question that was changed after the recording would be silent here; scripts/make_demo.py makes them anew."""
    from nis2scan.demo import _recordings

    asked = [question for question in rules().questions if question.kind in ("shell", "session")]
    silent = [
        (item.host, question.text)
        for item in _recordings()
        for question in asked
        if item.platform
        and (not question.platforms or item.platform in question.platforms)
        and question.id not in item.answers
    ]

    assert silent == []


def test_it_shows_what_is_wrong_what_is_right_and_what_was_not_seen() -> None:
    made = demo(rules())

    assert made.synthetic
    assert {item.outcome for item in made.findings} == set(Outcome)
    assert {row.measure for row in made.measures} == {check.measure for check in rules().checks} - {"organisation"}
    assert len([asset for asset in made.assets if not asset.looked]) >= 23


def test_the_noise_budget_holds() -> None:
    """At most five actions on page one and fifteen in the report; low ones and passes are for the workbook."""
    made = demo(rules())
    worth = [action for action in made.actions if action.severity is not Severity.LOW]

    assert len(worth) <= 15, [action.action for action in worth]
    assert len({item.reason for item in made.unseen}) == len(made.unseen)
    assert all(len(item.hosts) > 1 for item in made.unseen if item.reason == "no_credential")
