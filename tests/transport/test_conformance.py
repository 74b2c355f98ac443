"""One suite for every way to a POSIX host: this machine under each shell, a real sshd, a file, a replayed recording."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from nis2scan.api import Question, Recording, Root, Status, shell
from nis2scan.errors import Reason, TransportError
from nis2scan.facts.session import Session
from nis2scan.questions import person
from nis2scan.recording import from_bytes, to_bytes
from nis2scan.testing import fact
from nis2scan.transport import Transport, only_questions, posix_file
from nis2scan.transport.delivered import Delivered, read
from nis2scan.transport.local import Local
from nis2scan.transport.replay import Replay
from nis2scan.transport.ssh import Login, Ssh
from tests.clock import within

SHELLS = ("dash -s", "bash -s", "bash --posix -s", "busybox ash -s", "mksh -s", "yash -s")
BOTH = ("linux", "macos", "freebsd")


@dataclass(frozen=True)
class ReplayOf:
    """A replay of what another transport brings, written down and read back."""

    source: Transport
    vantage: str = "replay"

    def ask(self, questions: Sequence[Question], seconds: float) -> Recording:
        taken = from_bytes(to_bytes(self.source.ask(questions, seconds)))
        return Replay(taken).ask(questions, seconds)


@dataclass(frozen=True)
class ByFile:
    """The script that an administrator starts, by this shell; its file, read, kept in a store, and asked."""

    shell: tuple[str, ...]
    vantage: str = "file"

    def ask(self, questions: Sequence[Question], seconds: float) -> Recording:
        text = posix_file.script(only_questions(questions), "linux", seconds=max(1, int(seconds - 8)))
        with TemporaryDirectory() as name:
            script, folder = Path(name, "script"), Path(name, "answers")
            script.write_bytes(text.encode())
            folder.mkdir()
            subprocess.run([*self.shell, str(script), str(folder)], stdin=subprocess.DEVNULL, check=True, timeout=60)
            (file,) = folder.iterdir()
            kept = from_bytes(to_bytes(read(file.read_bytes(), questions).recording))
        return Delivered(kept).ask(questions, seconds)


@pytest.fixture(params=[*SHELLS, "ssh", "replay", *(f"file by {shell.removesuffix(' -s')}" for shell in SHELLS)])
def way(request: pytest.FixtureRequest) -> Transport:
    if request.param == "ssh":
        login: Login = request.getfixturevalue("server")
        return Ssh(login)
    if request.param == "replay":
        return ReplayOf(Local())
    words = tuple(request.param.removeprefix("file by ").split())
    if shutil.which(words[0]) is None:
        pytest.skip(f"no {words[0]} on this machine")
    return ByFile(words) if request.param.startswith("file by ") else Local(shell=words)


def asked(way: Transport, *questions: Question, seconds: float = 30) -> Recording:
    return way.ask(questions, seconds)


def test_answers_come_back_with_output_complaint_and_exit_status(way: Transport) -> None:
    question = shell("echo said; echo complained >&2; exit 3", platforms=BOTH, codes=(3,))
    answer = asked(way, question).answer(question)
    assert (answer.status, answer.code, answer.out, answer.err.strip()) == (Status.OK, 3, b"said\n", b"complained")


def test_bytes_arrive_unchanged(way: Transport) -> None:
    """NULs, bytes that are no text, line ends of both kinds, and no last newline."""
    octal = shell(r"printf 'a\000b\377\200\r\nc\n\n'", runs=("printf",), platforms=BOTH)
    bare = shell(r"printf 'no newline'", runs=("printf",), platforms=BOTH)
    none = shell(":", platforms=BOTH)
    got = asked(way, octal, bare, none)
    assert got.answer(octal).out == b"a\0b\xff\x80\r\nc\n\n"
    assert got.answer(bare).out == b"no newline"
    assert (got.answer(none).out, got.answer(none).ok) == (b"", True)


def test_a_missing_program_is_missing_and_its_text_is_not_run(way: Transport) -> None:
    needs = shell("echo ran", needs=("surely-not-installed",), platforms=BOTH)
    fails = shell("surely-not-installed --version", platforms=BOTH)
    got = asked(way, needs, fails)
    assert (got.answer(needs).status, got.answer(needs).out) == (Status.MISSING, b"")
    assert "surely-not-installed" in got.answer(needs).complaint
    assert got.answer(fails).status is Status.MISSING


def test_what_is_not_allowed_is_denied_and_what_fails_has_failed(way: Transport) -> None:
    denied = shell("echo 'cat: /x: Permission denied' >&2; exit 1", platforms=BOTH)
    failed = shell("echo 'no such thing' >&2; exit 1", platforms=BOTH)
    wanted = shell("echo 'x: Permission denied' >&2; echo rest; exit 0", platforms=BOTH)
    got = asked(way, denied, failed, wanted)
    assert got.answer(denied).status is Status.DENIED
    assert (got.answer(failed).status, got.answer(failed).ok) == (Status.OK, False)
    assert got.answer(wanted).ok


def test_a_slow_question_costs_only_itself_and_its_children_are_ended(way: Transport) -> None:
    mine = 41 + os.getpid()  # another run of these tests on this machine has processes of its own
    slow = shell(f"echo begun; (sleep {mine} & sleep {mine}); echo never", seconds=1, platforms=BOTH)
    after = shell("echo after", seconds=2, platforms=BOTH)
    with within(6):
        got = asked(way, slow, after)
    assert (got.answer(slow).status, got.answer(slow).out) == (Status.TIMEOUT, b"begun\n")
    assert got.answer(after).text == "after\n"
    assert not list(_running(f"sleep\0{mine}"))


def _running(command: str) -> list[str]:
    found = []
    for file in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            text = file.read_bytes().decode("utf-8", "replace")
        except OSError:
            continue
        found += [text] if command in text else []
    return found


def test_a_flood_is_cut_and_costs_only_itself(way: Transport) -> None:
    before = shell("echo before", seconds=1, platforms=BOTH)
    flood = shell("yes flood", seconds=8, cap=1000, platforms=BOTH)
    over = shell("i=0; while [ $i -lt 30 ]; do echo 0123456789; i=$((i+1)); done", cap=100, platforms=BOTH)
    after = shell("echo after", seconds=9, platforms=BOTH)
    got = asked(way, before, flood, over, after)
    assert (got.answer(flood).status, len(got.answer(flood).out)) == (Status.TRUNCATED, 1000)
    assert (got.answer(over).status, len(got.answer(over).out)) == (Status.TRUNCATED, 100)
    assert (got.answer(before).text, got.answer(after).text) == ("before\n", "after\n")


def test_a_flood_of_complaints_is_cut_and_costs_only_itself(way: Transport) -> None:
    flood = shell("yes flood | head -c 2000000 >&2; echo said", platforms=BOTH)
    after = shell("echo after", platforms=BOTH)
    got = asked(way, flood, after)
    assert len(got.answer(flood).err) <= 8192
    assert got.answer(after).text == "after\n"


def test_forged_frames_stay_inside_the_answer(way: Transport) -> None:
    forged = "\n@@0123456789abcdef0123456789abcdef E x 0 0\n@@ Z 1\n"
    question = shell(f"echo '{forged}'", platforms=BOTH)
    after = shell("echo after", platforms=BOTH)
    got = asked(way, question, after)
    assert got.answer(question).text == forged + "\n"
    assert got.answer(after).text == "after\n"


def test_the_nonce_is_in_no_command_line_and_no_environment(way: Transport) -> None:
    question = shell("tr '\\0' '\\n' < /proc/$$/environ; cat /proc/[0-9]*/cmdline; env; :", cap=4_000_000)
    leak = asked(way, question).answer(question)
    assert leak.status is Status.OK
    assert b"n2_nonce" not in leak.out
    assert b"n2_mark" not in leak.out


def test_a_question_that_reads_standard_input_gets_none_of_the_script(way: Transport) -> None:
    question = shell("cat; echo end", platforms=BOTH)
    after = shell("echo after", platforms=BOTH)
    got = asked(way, question, after)
    assert (got.answer(question).text, got.answer(after).text) == ("end\n", "after\n")


def test_a_question_does_not_reach_another(way: Transport) -> None:
    """Variables, functions, options, folder, traps and a syntax error stay where they are."""
    spoil = shell("v=1; cd /tmp; set -f; ask() { :; }; PATH=/; trap 'echo trapped' 0; exit 0", platforms=BOTH)
    broken = shell("if true; then echo 'unfinished", platforms=BOTH)
    after = shell('echo "${v-unset} $#"; pwd; echo /et[c]; command -v cat >/dev/null && echo found', platforms=BOTH)
    got = asked(way, spoil, broken, after)
    assert not got.answer(broken).ok
    text = got.answer(after).text.split("\n")
    assert (text[0], text[2], text[3]) == ("unset 0", "/etc", "found")
    assert text[1] != "/tmp"


def test_quotes_in_a_question_arrive(way: Transport) -> None:
    question = shell(
        """printf '%s\\n' 'it'"'"'s "$HOME" `x` \\\\' '@NONCE@' "a
b" """,
        platforms=BOTH,
    )
    assert asked(way, question).answer(question).text == """it's "$HOME" `x` \\\\\n@NONCE@\na\nb\n"""


def test_a_question_for_another_platform_is_not_asked(way: Transport) -> None:
    question = shell("echo ran", platforms=("plan9",))
    assert asked(way, question).answer(question).status is Status.UNASKED


def test_a_question_of_another_kind_is_not_asked(way: Transport) -> None:
    question = person("backup.restore_test")
    assert asked(way, question).answer(question).status is Status.UNASKED


def test_text_that_was_not_declared_is_refused(way: Transport) -> None:
    with pytest.raises(TransportError) as refused:
        way.ask(["id"], 30)  # type: ignore[list-item]
    assert refused.value.reason is Reason.BUG


def test_the_visit_itself_is_always_described(way: Transport) -> None:
    got = asked(way, shell("echo x", platforms=BOTH))
    visit = fact(Session, got)
    assert (visit.platform, got.platform) == ("linux", "linux")
    assert (visit.root, visit.refusal) == (visit.uid == 0, "")
    assert 0 <= visit.hello_at - visit.sent < 30
    assert abs(visit.hello - visit.sent) < 5
    assert visit.bye >= visit.hello


def test_the_total_deadline_holds_when_a_host_hangs(way: Transport) -> None:
    quick = shell("echo quick", seconds=1, platforms=BOTH)
    hangs = [shell(f"sleep 3{number}", seconds=20, platforms=BOTH) for number in range(3)]
    # The script has 8 s less than we wait, in whole seconds: 4 leave the quick question 3 on a machine that is busy.
    with within(12):
        got = asked(way, quick, *hangs, seconds=12)
    assert got.answer(quick).text == "quick\n"
    assert {got.answer(question).status for question in hangs} == {Status.TIMEOUT}


def test_secrets_by_name_are_blanked(way: Transport) -> None:
    question = shell(
        "echo 'RESTIC_PASSWORD=abc TOKEN=\"d e\" x'; echo 'PASS_MAX_DAYS=90'; echo 'PASSWORD_FILE=/root/p'\n"
        "echo API_KEY=s >&2",
        platforms=BOTH,
    )
    answer = asked(way, question).answer(question)
    assert answer.text == "RESTIC_PASSWORD=*** TOKEN=*** x\nPASS_MAX_DAYS=90\nPASSWORD_FILE=/root/p\n"
    assert answer.complaint == "API_KEY=***"


def test_root_questions_are_asked_as_root_or_say_so(way: Transport) -> None:
    required = shell("echo deep", root=Root.REQUIRED, platforms=BOTH)
    preferred = shell("echo wide", root=Root.PREFERRED, platforms=BOTH)
    got = asked(way, required, preferred)
    root = fact(Session, got).root
    assert got.answer(preferred).text == "wide\n"
    assert got.answer(required).status is (Status.OK if root else Status.DENIED)
    assert got.answer(required).as_root is root
