"""The scripts that `collect-script` prints: what they write, what they start and refuse, and how large they are."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from nis2scan.api import Root, Status
from nis2scan.cli import run
from nis2scan.collect import file_script
from nis2scan.facts.linux.system import OS_RELEASE
from nis2scan.facts.session import Session
from nis2scan.model import Answer
from nis2scan.testing import fact, rules
from nis2scan.transport import posix_file, posix_script
from nis2scan.transport.delivered import Delivery, read
from tests.delivered.packing import stream_of

pytestmark = pytest.mark.skipif(os.name != "posix", reason="only on POSIX: shell scripts are run")
ROOT = os.name == "posix" and os.geteuid() == 0

Done = subprocess.CompletedProcess[bytes]
SMALL = [item for item in rules().questions if item.kind == "shell" and "linux" in item.platforms][:3]
LARGEST = 200_000  # what Intune takes


@pytest.fixture
def script(tmp_path: Path) -> Path:
    path = tmp_path / "nis2scan-linux.sh"
    assert run(["collect-script", "linux", "--file", str(path)]) == 0
    return path


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """The same script with few questions, where it is not about them."""
    path = tmp_path / "small.sh"
    path.write_bytes(file_script([*SMALL, OS_RELEASE], "linux").encode())
    return path


def started(*words: str | Path, **more: Any) -> Done:
    command = [str(word) for word in words]
    return subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, timeout=120, **more)


def delivered(data: bytes) -> Delivery:
    return read(data, rules().questions)


def test_it_writes_one_file_that_only_its_owner_can_read(script: Path, tmp_path: Path) -> None:
    folder = tmp_path / "with a space"
    folder.mkdir()

    done = started("sh", script, "with a space", cwd=tmp_path)

    (file,) = folder.iterdir()
    assert (done.returncode, done.stderr, done.stdout) == (0, b"", f"nis2scan: wrote {file}\n".encode())
    assert file.name == f"{os.uname().nodename}.n2s"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert file.read_bytes().isascii()
    assert max(map(len, file.read_bytes().splitlines())) <= 80
    assert delivered(file.read_bytes()).recording.host == os.uname().nodename


def test_without_a_folder_it_prints_the_same(script: Path, tmp_path: Path) -> None:
    done = started("sh", script)

    assert (done.returncode, done.stderr) == (0, b"")
    found = delivered(done.stdout).recording
    assert sum(answer.ok for answer in found.answers.values()) > 30
    assert [path for path in tmp_path.iterdir() if path != script] == []


def test_it_may_be_fed_to_a_shell(script: Path) -> None:
    with script.open("rb") as text:
        done = subprocess.run(["sh", "-s"], stdin=text, capture_output=True, timeout=120, check=False)

    assert delivered(done.stdout).recording.platform == "linux"


def test_every_run_has_its_own_mark_and_replaces_the_file_whole(small: Path, tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    marks = set()
    for _ in range(3):
        started("sh", small, tmp_path / "a")
        (file,) = (tmp_path / "a").iterdir()
        marks.add(delivered(file.read_bytes()).nonce)

    assert len(marks) == 3


def test_a_link_in_the_folder_is_replaced_and_not_followed(small: Path, tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "precious").write_text("keep")
    file = tmp_path / "a" / f"{os.uname().nodename}.n2s"
    file.symlink_to(tmp_path / "precious")

    started("sh", small, tmp_path / "a")

    assert (tmp_path / "precious").read_text() == "keep"
    assert not file.is_symlink()


@pytest.mark.parametrize("shell", ["dash", "bash", "bash --posix", "busybox ash", "mksh", "yash"])
def test_what_stands_in_the_way_is_told_and_nothing_is_left(shell: str, small: Path, tmp_path: Path) -> None:
    words = shell.split()
    if shutil.which(words[0]) is None:
        pytest.skip(f"no {words[0]} on this machine")
    blocked = tmp_path / "a" / f"{os.uname().nodename}.n2s"
    blocked.mkdir(parents=True)

    for arguments, said in (
        (["a", "b"], "only one word is understood"),
        (["nowhere"], "there is no folder"),
        (["/proc/self/net"], "nothing can be written in"),
        ([str(tmp_path / "a")], "cannot be written"),
    ):
        done = started(*words, small, *arguments, cwd=tmp_path)
        assert (done.returncode, said in done.stderr.decode()) == (69, True), done.stderr
        assert b"wrote" not in done.stdout
    assert [*(tmp_path / "a").iterdir(), *blocked.iterdir()] == [blocked]


def test_a_machine_that_lacks_what_it_needs_is_told_before_anything_is_asked(script: Path, tmp_path: Path) -> None:
    """In a place with few programs: the search path of the script is its own, so they are hidden by mounts."""
    if not ROOT:
        pytest.skip("only as root: programs are hidden by mounts")
    for program in ("gzip", "od"):
        place = shutil.which(program)
        assert place is not None
        hide = f"mount --bind /dev/null {shlex.quote(os.path.realpath(place))} && exec sh {shlex.quote(str(script))}"
        done = started("unshare", "-m", "sh", "-c", hide)
        if b"permission denied" in done.stderr.lower() and b"unshare" in done.stderr:
            pytest.skip("namespaces are not allowed here")
        assert (done.returncode, done.stdout) == (69, b"")
        assert f"{program} is not on this computer" in done.stderr.decode()


def test_it_is_only_for_its_own_system(tmp_path: Path) -> None:
    script = tmp_path / "mac.sh"
    script.write_bytes(file_script(rules().questions, "macos").encode())

    done = started("sh", script)

    assert (done.returncode, done.stdout) == (69, b"")
    assert b"this script is for macos" in done.stderr


def test_it_needs_nothing_of_who_starts_it(script: Path) -> None:
    """As cron starts it: no variables, another search path, and some that would spoil a careless script."""
    spoilt = {"PATH": "/nowhere", "IFS": "0", "LC_ALL": "nl_NL.UTF-8", "TZ": "Asia/Tokyo", "GZIP": "-9", "ENV": "/x"}
    done = started("/bin/sh", script, env=spoilt)

    assert sum(answer.ok for answer in delivered(done.stdout).recording.answers.values()) > 30


def test_as_root_it_starts_nothing_that_others_put_into_the_search_path(script: Path, tmp_path: Path) -> None:
    """sudo on a Mac keeps the path of who called it, and so does su without a dash."""
    for program in ("awk", "gzip", "id", "uname", "restic", "od"):
        planted = tmp_path / "bin" / program
        planted.parent.mkdir(exist_ok=True)
        planted.write_text(f"#!/bin/sh\n: > {shlex.quote(str(tmp_path))}/was-run\nexit 1\n")
        planted.chmod(0o755)
    done = started("/bin/sh", script, env={"PATH": f"{tmp_path}/bin:{os.environ['PATH']}"})

    if ROOT:
        assert not (tmp_path / "was-run").exists()
        assert sum(answer.ok for answer in delivered(done.stdout).recording.answers.values()) > 30
    else:
        assert (tmp_path / "was-run").exists()  # the path of whoever starts it is his own business


def test_without_root_it_asks_less_and_says_so(script: Path, tmp_path: Path) -> None:
    if not ROOT:
        pytest.skip("only as root: another user is needed")
    for path in (script, *script.parents[:3]):
        path.chmod(0o755)
    done = started("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "sh", script)

    found = delivered(done.stdout).recording
    session = fact(Session, found)
    assert (session.root, session.uid, session.refusal) == (False, 65534, "")
    required = [a for a in found.answers.values() if a.question.root is Root.REQUIRED and _asked(a, found.platform)]
    assert required
    assert {answer.status for answer in required} == {Status.DENIED}


def test_as_root_it_reads_all(script: Path) -> None:
    if not ROOT:
        pytest.skip("only as root")
    found = delivered(started("sh", script).stdout).recording

    assert fact(Session, found).root
    assert not [a for a in found.answers.values() if a.status is Status.DENIED]


def _asked(answer: Answer, platform: str) -> bool:
    return answer.question.kind == "shell" and platform in answer.question.platforms


def test_it_starts_only_what_is_declared_and_opens_nothing_for_writing_but_its_file(
    script: Path, tmp_path: Path
) -> None:
    if shutil.which("strace") is None:
        pytest.skip("no strace on this machine")
    (tmp_path / "a").mkdir()
    trace = tmp_path / "trace"
    calls = "execve,open,openat,creat,mkdir,mkdirat,rename,renameat,renameat2,unlink,unlinkat"
    calls += ",link,linkat,symlink,symlinkat,chmod,fchmodat"
    done = started("strace", "-f", "-q", "-e", f"trace={calls}", "-o", trace, "sh", script, tmp_path / "a")
    if done.returncode:
        pytest.skip("tracing is not allowed here")

    text = trace.read_text(errors="replace")
    programs = _executed(text)
    put = [item for item in rules().questions if item.kind == "shell" and "linux" in item.platforms]
    declared = {*posix_script.RUNS, *posix_file.RUNS, *(word for item in put for word in item.runs)}
    assert {"od", "gzip", "base64", "mv"} <= programs
    assert programs - declared == set()
    touched = [
        line
        for line in text.splitlines()
        if re.search(r"O_WRONLY|O_RDWR|O_CREAT|creat\(|mkdir|rename|unlink|link\(|symlink|chmod", line)
        and " = -1 " not in line
        and not re.search(rf'"(/dev/null|/dev/tty|{re.escape(str(tmp_path / "a"))}/[^"]*)"', line)
    ]
    assert touched == []


def _executed(text: str) -> set[str]:
    """Everything that was executed, by name; lines of others may stand between a call and its outcome. What stands in
    /usr/lib are the parts of which programs are made (apt-get starts apt-helper).
    """
    calls = re.findall(r'execve\("([^"]+)".*( = 0|<unfinished \.\.\.>)$', text, re.M)
    ran = {name for name, end in calls if "0" in end or os.access(name, os.X_OK)}
    return {Path(name).name for name in ran if not name.startswith("/usr/lib/")}


def test_the_script_is_one_that_management_programs_take() -> None:
    for platform in ("windows", "linux", "macos"):
        text = file_script(rules().questions, platform, "bakker")
        assert text.isascii()
        assert len(text) < LARGEST, platform
        assert "\r" not in text


def test_what_is_printed_is_what_is_written_to_a_file(
    tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    run(["collect-script", "windows"])
    printed = capfdbinary.readouterr().out
    run(["collect-script", "windows", "--file", str(tmp_path / "x.ps1")])

    assert (tmp_path / "x.ps1").read_bytes() == printed
    assert run(["collect-script", "windows", "--file", str(tmp_path)]) == 2


def test_a_client_that_is_known_stands_in_the_script(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "config.toml").write_text('client = "bakker"\n')
    (tmp_path / "config.toml").chmod(0o600)
    monkeypatch.chdir(tmp_path)
    for platform in ("linux", "windows"):
        run(["collect-script", platform, "--file", "with"])
        run(["collect-script", platform, "--config", "config.toml", "--file", "named"])
        assert "bakker" in (tmp_path / "with").read_text()
        assert (tmp_path / "with").read_bytes() == (tmp_path / "named").read_bytes()


def test_a_folder_may_stand_in_the_script(tmp_path: Path) -> None:
    """For Intune, which gives no arguments; a folder that is given still wins."""
    own, given = tmp_path / "it's $HOME `x` @PROGRAM@ @IDS@", tmp_path / "given"
    for folder in (own, given):
        folder.mkdir()
    script = tmp_path / "x.sh"
    assert run(["collect-script", "linux", "--folder", str(own), "--file", str(script)]) == 0

    started("sh", script)
    started("sh", script, given)

    assert [len(list(folder.iterdir())) for folder in (own, given)] == [1, 1]
    windows = file_script(rules().questions, "windows", folder="\\\\srv\\it's")
    assert "param([string]$Folder = '\\\\srv\\it''s')" in windows
    assert run(["collect-script", "windows", "--folder", "D:\\caf\u00e9"]) == 2
    assert run(["collect-script", "linux", "--folder", "/a\nb"]) == 2


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here")
def test_a_script_that_cannot_be_printed_whole_is_told(tmp_path: Path) -> None:
    program = "from nis2scan.cli import main; main()"
    with Path("/dev/full").open("wb") as full:
        command = [sys.executable, "-c", program, "collect-script", "linux"]
        done = subprocess.run(command, cwd=tmp_path, stdout=full, stderr=subprocess.PIPE, text=True, timeout=120)

    assert (done.returncode, done.stderr) == (2, "nis2scan: the script cannot be printed: No space left on device\n")


def test_a_question_that_the_script_did_not_have_was_not_asked() -> None:
    """A script of another version: what it did not ask is not taken for what took too long."""
    every = [item for item in rules().questions if item.kind == "shell" and "linux" in item.platforms]
    done = subprocess.run(
        ["sh", "-s"], input=file_script(every[1:], "linux").encode(), capture_output=True, timeout=120, check=True
    )
    found = delivered(done.stdout).recording

    assert found.answer(every[0]).status is Status.UNASKED
    assert "make it anew" in found.answer(every[0]).complaint
    assert stream_of(done.stdout)[1].startswith(b"host ")
