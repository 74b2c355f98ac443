"""This machine itself, and the list of everything that is sent."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from nis2scan.api import Reason, Recording, Root, Status, shell
from nis2scan.collect import collect, commands, script
from nis2scan.testing import rules
from nis2scan.transport.local import Local, cards
from nis2scan.transport.posix_script import RUNS
from tests.clock import within

ONE = shell("echo one")


def test_a_machine_without_a_posix_shell_says_so() -> None:
    got = collect("me", Local(shell=("surely-no-shell",)), [ONE], 5)
    assert (got.failed, got.host, got.answers) == (Reason.UNSUPPORTED_PLATFORM, "me", {})


def test_a_shell_that_hangs_is_ended_with_its_children_at_the_deadline(tmp_path: Path) -> None:
    hang = tmp_path / "hang"
    mine = f"61{os.getpid()}"  # another run of the tests has sleepers of its own
    hang.write_text(f"#!/bin/sh\nsleep {mine} &\nsleep {mine}\n")
    hang.chmod(0o755)
    with within(1):
        got = collect("me", Local(shell=(str(hang),)), [ONE], 1)
    assert got.failed is not None
    asleep = [each for each in psutil.process_iter(["cmdline"]) if each.info["cmdline"] == ["sleep", mine]]
    _, alive = psutil.wait_procs(asleep, timeout=5)  # the kernel takes a moment to end what was killed
    assert not alive


def test_nothing_is_left_running_and_nothing_is_written(tmp_path: Path) -> None:
    before = {each.pid for each in psutil.Process().children(recursive=True)}
    collect("me", Local(), [ONE], 10)
    assert {each.pid for each in psutil.Process().children(recursive=True)} <= before


def test_the_cards_of_this_machine_have_no_loopback_among_their_addresses() -> None:
    assert not [card for card in cards() if card.interface.ip.is_loopback or card.interface.ip.is_link_local]


def test_the_list_of_commands_names_every_program_of_the_script() -> None:
    listed = {program for row in commands(rules().questions, "linux") for program in row.programs}
    assert set(RUNS) <= listed
    assert {item.text for item in rules().questions if item.kind == "shell" and "linux" in item.platforms} <= {
        row.text for row in commands(rules().questions, "linux")
    }


def test_the_printed_script_holds_every_question_of_the_platform_and_no_other() -> None:
    other = shell("echo of another", platforms=("macos",))
    text = script([ONE, other], "linux")
    assert "echo one" in text
    assert "of another" not in text
    assert not re.search(r"[0-9a-f]{32}", text)


@pytest.mark.skipif(shutil.which("strace") is None, reason="strace is not installed")
def test_the_script_starts_only_programs_that_are_declared_and_few(tmp_path: Path) -> None:
    """Seen from the kernel: with questions that start nothing, only the frame's own programs run."""
    questions = [shell(f"echo {number}", root=Root.PREFERRED) for number in range(40)]
    trace = tmp_path / "trace"
    run = ["strace", "-f", "-qq", "-e", "trace=execve", "-e", "status=successful", "-o", str(trace), "sh", "-s"]
    text = script(questions).encode()
    done = subprocess.run(run, input=text, capture_output=True, timeout=60)
    if done.returncode and b"ptrace" in done.stderr:
        pytest.skip("tracing is not allowed here")
    started = [Path(name).name for name in re.findall(r'execve\("([^"]+)"', trace.read_text())]
    assert set(started) <= set(RUNS)
    assert len(started) <= 9


@pytest.mark.skipif(shutil.which("strace") is None, reason="strace is not installed")
def test_the_script_opens_nothing_for_writing(tmp_path: Path) -> None:
    trace = tmp_path / "trace"
    run = ["strace", "-f", "-qq", "-e", "trace=open,openat,creat,unlink,unlinkat,mkdir,rename", "-o", str(trace)]
    for name in ("dash", "bash", "mksh"):
        if (program := shutil.which(name)) is None:
            continue
        flood = [shell("echo x"), shell("yes", cap=10, seconds=2)]
        done = subprocess.run([*run, program, "-s"], input=script(flood).encode(), capture_output=True, timeout=60)
        if done.returncode and b"ptrace" in done.stderr:
            pytest.skip("tracing is not allowed here")
        wrote = re.findall(r".*(?:O_WRONLY|O_RDWR|O_CREAT|unlink|mkdir|rename).*", trace.read_text())
        assert not [line for line in wrote if '"/dev/null"' not in line and '"/dev/tty"' not in line]


def test_the_status_of_a_recording_that_failed_is_no_answer() -> None:
    got: Recording = collect("me", Local(shell=(sys.executable, "-c", "pass")), [ONE], 5)
    assert got.failed is Reason.UNSUPPORTED_PLATFORM
    assert got.answer(ONE).status is Status.UNASKED
