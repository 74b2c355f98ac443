"""What is delivered under the name or the mark of another machine, and what stands in the way of keeping anything."""

from __future__ import annotations

import os
import secrets
import shutil
import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from nis2scan.cli import run
from nis2scan.facts.cards import WINDOWS
from nis2scan.merge import deliveries
from nis2scan.policy import Policy
from nis2scan.store import Store
from nis2scan.transport.windows import CAP
from tests.delivered.packing import changed, windows
from tests.delivered.test_add import IN, NOW, Printed, added, again

pytestmark = pytest.mark.skipif(os.name != "posix", reason="only on POSIX: the script for Linux is run here")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / IN).mkdir()
    return tmp_path / IN


def test_the_mark_of_another_answer_hides_nothing(answer: bytes, folder: Path, capsys: Printed) -> None:
    """Who sees a file in the folder may write its mark into one of his own, so that the other looks added already."""
    nonce, at = secrets.token_hex(16), NOW - timedelta(days=1)
    true = changed(answer, nonce=nonce, host="srv01", at=at)
    for number, other in enumerate(
        (
            changed(answer, nonce=nonce, host="pc66", at=at),
            changed(answer, nonce=nonce, host="srv01", at=at - timedelta(minutes=1)),
            windows({}, nonce=nonce, computer="srv01", at=at),
            windows({WINDOWS.id: ("ok", {"items": [{"n": 1}]})}, nonce=nonce, computer="srv01", at=at),
        )
    ):
        shutil.rmtree("out", ignore_errors=True)
        (folder / "1.n2s").write_bytes(other)
        (folder / "2.n2s").write_bytes(true)
        code, rows, _ = added(capsys)
        said = "bears the mark of an answer of " + ("pc66" if number == 0 else "srv01")
        assert (code, said in rows["2.n2s"]) == (3, True), (number, rows)
    again_, rows, _ = added(capsys, f"{IN}/1.n2s")
    assert (again_, "was added already" in rows["1.n2s"]) == (0, True)


def test_what_is_known_by_its_name_only_does_not_hide_a_machine_with_an_id(
    answer: bytes, folder: Path, capsys: Printed
) -> None:
    """Anybody who may write to the folder can call himself as the server does; its own answer is still there."""
    borrowed = windows({}, computer="srv01", at=NOW, nonce="e" * 32)
    own = again(answer, host="srv01", at=NOW - timedelta(days=2))
    for names in (("1.n2s", "2.n2s"), ("2.n2s", "1.n2s")):
        shutil.rmtree("out", ignore_errors=True)
        for name, data in zip(names, (borrowed, own), strict=True):
            (folder / name).write_bytes(data)
        code, _, last = added(capsys)
        with Store(Path("out/store")) as store:
            found = [item.transport.ask([], 1).platform for item in deliveries(store, Policy(), NOW) if item.transport]
        assert (code, last.split(",")[0], found) == (0, "2 added", ["linux", "windows"])


def test_a_file_with_two_answers_loses_neither_unseen(answer: bytes, folder: Path, capsys: Printed) -> None:
    """As a program writes it that collects what all machines print, or `>>`."""
    linux, other = again(answer, host="a"), again(answer, host="b")
    one, two = (windows({}, computer=name, at=NOW, nonce=name[-1] * 32) for name in ("PCa", "PCb"))
    for number, text in enumerate(
        (linux + other, one + two, linux + one, one + linux, linux[:-60] + other, one[:-40] + two)
    ):
        (folder / f"{number}.n2s").write_bytes(text)
    (folder / "twice.n2s").write_bytes(b"log\r\n" + one + b"\r\n" + one)

    code, rows, last = added(capsys)

    assert [name for name, said in rows.items() if "more than one run" in said] == [f"{n}.n2s" for n in range(6)]
    assert (code, rows["twice.n2s"].startswith("PCa"), last.split(" Next")[0]) == (
        3,
        True,
        "1 added, 0 known already, 6 not taken.",
    )


def test_a_windows_file_that_is_larger_than_any_answer_is_told(folder: Path, capsys: Printed) -> None:
    (folder / "a.n2s").write_bytes(windows({}, at=NOW) + b" " * CAP)
    code, rows, _ = added(capsys)
    assert (code, rows["a.n2s"]) == (3, "too large: no answer of nis2scan is that large")


def test_names_that_the_system_refuses_are_a_line(capsys: Printed) -> None:
    code = run(["add", "x" * 300, "\0", "--language", "en"])
    said = " ".join(capsys.readouterr().out.split())
    assert (code, said.count("cannot be read: "), "2 not taken" in said) == (3, 2, True)


def test_a_store_that_cannot_be_written_keeps_nothing_of_the_answer(
    answer: bytes, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: Printed
) -> None:
    monkeypatch.setattr("nis2scan.store.WAIT_SECONDS", 0.2)
    (folder / "a.n2s").write_bytes(answer)
    with Store(Path("out/store")), closing(sqlite3.connect("out/store/store.sqlite", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        code = run(["add", IN])
    assert (code, "Is another scan busy?" in capsys.readouterr().err) == (2, True)
    assert list(Path("out/store/delivered").glob("*")) == []
    assert added(capsys)[0] == 0
