"""The chain of question, shell, program and answer on made-up Macs. No real Mac has confirmed what they print."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from dataclasses import replace
from functools import cache

import pytest

from nis2scan.api import Recording, Status
from nis2scan.facts.macos import system
from nis2scan.questions import SESSION
from nis2scan.recording import from_bytes
from nis2scan.transport import posix_file
from nis2scan.transport.posix_script import script
from tests.macos.machines import MACHINES
from tests.macos.run import carried, file_of, kept, made, questions, run

as_root = pytest.mark.skipif(
    sys.platform != "linux" or os.geteuid() != 0, reason="only as root on Linux: needs a namespace of mounts"
)


@cache
def recorded(name: str) -> Recording:
    return from_bytes(file_of(name).read_bytes())


@cache
def ran(name: str) -> Recording:
    return made(name)


@as_root
@pytest.mark.parametrize("name", MACHINES)
def test_what_a_made_up_mac_prints_is_what_the_readers_are_tested_on(name: str) -> None:
    assert kept(ran(name)) == file_of(name).read_bytes()


@as_root
@pytest.mark.parametrize("name", ["26-goed", "12-slecht"])
def test_bash_in_posix_mode_which_is_the_shell_of_macos_prints_the_same(name: str) -> None:
    assert kept(made(name, "bash")) == file_of(name).read_bytes()


@as_root
def test_every_question_to_a_mac_is_answered_by_a_healthy_one() -> None:
    trouble = {a.question.text: a.err for a in ran("26-goed").answers.values() if not a.ok}

    assert trouble == {}


@as_root
@pytest.mark.parametrize("shell", ["dash", "bash"])
def test_the_file_that_is_written_by_hand_says_what_ssh_would_have_said(shell: str) -> None:
    brought = carried(MACHINES["26-goed"](), shell).recording

    said = {key: (a.status, a.code, a.out) for key, a in recorded("26-goed").answers.items() if key != SESSION.id}
    assert {key: (a.status, a.code, a.out) for key, a in brought.answers.items() if key != SESSION.id} == said


@as_root
def test_without_proc_a_question_that_never_ends_is_ended_with_its_children() -> None:
    endless = replace(
        system.VERSION, text="while :; do sleep 60.2026; done & sleep 60.2026; echo never", seconds=1, needs=()
    )
    after = replace(system.VERSION, text="echo after", seconds=3, needs=())

    answers = run(MACHINES["26-goed"](), asked=[endless, after], seconds=40).answers

    assert answers[endless.id].status is Status.TIMEOUT
    assert answers[after.id].text == "after\n"
    assert "60.2026" not in subprocess.run(["ps", "-A", "-o", "args="], capture_output=True, text=True).stdout


def test_no_text_for_a_mac_has_a_case_inside_a_substitution_which_its_old_bash_cannot_read() -> None:
    """bash 3.2 takes the first `)` of a pattern for the end of `$(`."""
    texts = [item.text for item in questions()] + [script(questions()), posix_file.script(questions(), "macos")]

    assert [text for text in texts if re.search(r"\$\([^()]*\bcase\b[^()]*\bin\b", text)] == []
