"""The command line from the outside: what it prints, which files it leaves, and its exit codes."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import stat
import subprocess
import sys
from functools import partial
from pathlib import Path

import pytest

from nis2scan.cli import COMMANDS, run

pytestmark = pytest.mark.skipif(os.name != "posix", reason="only on POSIX: this machine is looked at through its shell")

CONFIG = """\
client = "bakker"
[[consent]]
by = "M. de Wit"
scope = ["127.0.0.0/8"]
until = 2099-01-01
[logins.office]
user = "nobody"
password = "env:NIS2SCAN_TEST_PASSWORD"
[[hosts]]
name = "closed"
address = "127.0.0.1"
port = 1
login = "office"
[limits]
host_seconds = 20
"""


def written(folder: Path, text: str = CONFIG) -> Path:
    path = folder / "config.toml"
    path.write_text(text)
    path.chmod(0o600)
    return path


@pytest.fixture(autouse=True)
def _nobody_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An empty folder to stand in, and no settings of whoever runs the tests."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "settings"))
    monkeypatch.setenv("NIS2SCAN_TEST_PASSWORD", "hunter2-hunter2")


def rows(folder: Path) -> list[dict[str, object]]:
    (path,) = folder.glob("20*/findings.json")
    document = json.loads(path.read_text())
    found: list[dict[str, object]] = document["findings"]
    return found


def test_this_machine_is_scanned_and_all_reports_are_there(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code = run(["scan", "--local", "--output", str(tmp_path / "out")])

    (folder,) = (tmp_path / "out").glob("20*")
    assert code == 0
    assert sorted(path.name for path in folder.iterdir()) == [
        "findings.csv",
        "findings.json",
        "findings.xlsx",
        "report.html",
    ]
    assert all(stat.S_IMODE(path.stat().st_mode) == 0o600 for path in folder.iterdir())
    printed = capsys.readouterr()
    assert str(folder / "report.html") in printed.out
    assert max(len(line) for line in printed.out.splitlines() if "/" not in line) <= 80
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out"]


def test_the_findings_have_the_published_shape_and_every_check_has_a_row(tmp_path: Path) -> None:
    from nis2scan.testing import rules

    run(["scan", "--local", "--output", str(tmp_path / "out"), "--quiet"])
    found = rows(tmp_path / "out")

    keys = "id check catalogue measure host subject outcome reason severity confidence found expected remedy taken_at"
    assert {tuple(sorted(row)) for row in found} == {tuple(sorted(keys.split()))}
    assert {row["check"] for row in found} == {check.id for check in rules().checks}
    assert all((row["reason"] is not None) == (row["outcome"] == "not_assessed") for row in found)


def test_a_second_scan_keeps_the_ids_and_a_kept_scan_can_be_judged_again(tmp_path: Path) -> None:
    """What runs on this machine may change between two scans; what is the same keeps its id."""
    ids: list[dict[tuple[str, str], str]] = []
    for arguments in (["scan", "--local"], ["scan", "--local"], ["report"]):
        out = tmp_path / "out"
        assert run([*arguments, "--output", str(out), *(["--quiet"] if arguments[0] == "scan" else [])]) == 0
        (folder,) = out.glob("20*")
        found = json.loads((folder / "findings.json").read_text())["findings"]
        ids.append({(row["check"], row["subject"]): row["id"] for row in found})
        for path in folder.iterdir():
            path.unlink()
        folder.rmdir()

    again = ids[0].keys() & ids[1].keys()
    assert len(again) > len(ids[0]) * 0.9
    assert {key: ids[0][key] for key in again} == {key: ids[1][key] for key in again}
    assert ids[1] == ids[2]


def test_a_host_that_cannot_be_reached_costs_its_own_row_and_the_code_says_incomplete(tmp_path: Path) -> None:
    path = written(tmp_path, CONFIG.replace('client = "bakker"', 'client = "bakker"\nthis_machine = true'))

    code = run(["scan", "--config", str(path), "--quiet"])

    closed = [row for row in rows(tmp_path / "out") if row["host"] == "closed"]
    assert code == 3
    assert {row["outcome"] for row in closed} == {"not_assessed"}
    assert {row["reason"] for row in closed} == {"unreachable"}
    assert "hunter2" not in "".join(str(path.read_bytes()) for path in (tmp_path / "out").rglob("*") if path.is_file())


def test_when_nobody_answers_the_code_says_so(tmp_path: Path) -> None:
    assert run(["scan", "--config", str(written(tmp_path)), "--quiet"]) == 4


def test_incomplete_wins_over_fail_on(tmp_path: Path) -> None:
    path = written(tmp_path, CONFIG.replace('client = "bakker"', 'client = "bakker"\nthis_machine = true'))

    assert run(["scan", "--config", str(path), "--quiet", "--fail-on", "low"]) == 3


def test_fail_on_sees_only_failures_of_that_severity(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "logging").mkdir()
    check = tmp_path / "logging" / "always_fails.py"
    check.write_text(
        "from nis2scan.api import *\nfrom nis2scan.facts.session import Session\n"
        '@check(title="t", severity=Severity.MEDIUM, expected="e", action="a", remedy="r")\n'
        'def always_fails(visit: Session) -> Verdict:\n    "Why."\n    return bad("x")\n'
    )
    plain = ["scan", "--local", "--quiet", "--output", str(tmp_path / "out"), "--checks", str(tmp_path)]

    assert run([*plain, "--fail-on", "medium"]) == 1
    assert run(plain) == 0


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["scna"], "Did you mean scan"),
        (["scan", "--lcoal"], "--lcoal"),
        (["scan", "--fail-on", "awful"], "awful"),
        (["scan", "--config", "nowhere.toml"], "config.example.toml"),
        (["scan", "--local", "--checks", "nowhere"], "nowhere"),
        (["report", "--output", "nowhere"], "no store"),
    ],
)
def test_a_wrong_command_line_says_what_is_wrong(
    arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    code = run(arguments)

    printed = capsys.readouterr()
    assert code == 2
    assert said in printed.err
    assert "Traceback" not in printed.err


def test_a_secret_that_is_not_there_is_named_and_nothing_is_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("NIS2SCAN_TEST_PASSWORD")

    assert run(["scan", "--config", str(written(tmp_path))]) == 2
    assert "env:NIS2SCAN_TEST_PASSWORD" in capsys.readouterr().err


def test_help_names_every_command_and_every_exit_code(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--help"]) == 0

    text = capsys.readouterr().out
    assert [name for name in COMMANDS if f"  {name} " not in text] == []
    assert [code for code in ("0", "1", "2", "3", "4", "70", "130") if f"{code} " not in text] == []
    assert max(map(len, text.splitlines())) <= 100


@pytest.mark.parametrize("command", COMMANDS)
def test_help_of_a_command_says_only_what_can_be_chosen(
    command: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """No switch that is the opposite of a switch, and no default that says nothing."""
    monkeypatch.setenv("COLUMNS", "80")
    assert run([command, "--help"]) == 0
    printed = capsys.readouterr().out
    assert f"Usage: nis2scan {command}" in printed
    assert not re.search(r"--(no|empty)-|default: (False|\(\)|None)", printed)
    assert max(map(len, printed.splitlines())) <= 80


def test_a_dutch_report_says_in_dutch_why_a_host_was_not_looked_at(tmp_path: Path) -> None:
    """Also when the scan is judged again: what is kept is the sentence, not its English."""
    config = str(written(tmp_path))
    assert run(["scan", "--config", config, "--language", "nl", "--quiet"]) == 4
    assert run(["report", "--config", config, "--language", "nl"]) == 0
    assert run(["report", "--config", config, "--language", "en"]) == 0
    scanned, again, english = (page.read_text("utf-8") for page in sorted(tmp_path.glob("out/2*/report.html")))
    for page in (scanned, again):
        assert "127.0.0.1:1 weigert de verbinding. Draait daar een SSH-server? " in page
        assert "refuses" not in page
    assert "127.0.0.1:1 refuses the connection. Does an SSH server run there? " in english


def test_an_error_does_nothing_on_the_screen(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    config = written(tmp_path, CONFIG + '"\\u001b]0;mine\\u0007\\u202eevil" = 1\n')
    assert run(["scan", "--config", str(config)]) == 2
    printed = capsys.readouterr().err
    assert "evil" in printed
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f\u202e]", printed)


def test_help_loads_nothing_heavy() -> None:
    heavy = [
        "paramiko",
        "winrm",
        "nmap",
        "psutil",
        "jinja2",
        "pydantic",
        "cyclopts",
        "rich",
        "babel",
        "xlsxwriter",
        "sqlite3",
    ]
    code = (
        "import sys; from nis2scan.cli import run; run(['--help']); "
        f"print([name for name in {heavy} if name in sys.modules], file=sys.stderr)"
    )

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stderr.strip() == "[]"


def test_everything_that_is_run_can_be_read_beforehand(capsys: pytest.CaptureFixture[str]) -> None:
    from nis2scan.testing import rules

    assert run(["commands", "linux"]) == 0
    listed = capsys.readouterr().out
    assert run(["commands", "linux", "--script"]) == 0
    script = capsys.readouterr().out

    asked = [question for question in rules().questions if question.kind == "shell" and "linux" in question.platforms]
    assert [question.id for question in asked if question.id not in listed] == []
    assert all(question.text.splitlines()[0] in script.replace("'\\''", "'") for question in asked)


def test_the_questions_for_people_are_printed_as_a_file_to_fill_in(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["answers", "--language", "nl"]) == 0

    assert "[answers." in capsys.readouterr().out


def test_ctrl_c_ends_within_seconds_and_keeps_what_was_found(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        text = CONFIG.replace("port = 1\n", f"port = {port}\n").replace(
            "host_seconds = 20", "host_seconds = 100\nat_once = 1"
        )
        written(tmp_path, text.replace('client = "bakker"', 'client = "bakker"\nthis_machine = true'))
        command = [str(Path(sys.executable).parent / "nis2scan"), "scan"]
        # Whoever runs the tests in the background of a shell has Ctrl-C ignored, and a child would inherit that.
        heard = partial(signal.signal, signal.SIGINT, signal.SIG_DFL)
        with subprocess.Popen(command, cwd=tmp_path, stderr=subprocess.PIPE, text=True, preexec_fn=heard) as process:
            assert process.stderr is not None
            first = process.stderr.readline()
            process.send_signal(signal.SIGINT)
            code = process.wait(timeout=20)
            rest = process.stderr.read()

    assert "[1/2]" in first
    assert code == 130
    assert "stopped" in rest
    assert "Traceback" not in rest
    assert {row["host"] for row in rows(tmp_path / "out")} >= {socket.gethostname()}


def test_whoever_reads_only_the_first_line_gets_no_trace() -> None:
    program = Path(sys.executable).with_name("nis2scan")
    for arguments in ("--help", "commands linux"):
        done = subprocess.run(
            ["sh", "-c", f"{program} {arguments} | true"], capture_output=True, text=True, timeout=60, check=False
        )
        assert done.stderr == ""


def test_json_tells_each_step_and_ends_with_where_the_reports_are(tmp_path: Path) -> None:
    program = Path(sys.executable).with_name("nis2scan")
    done = subprocess.run(
        [str(program), "scan", "--local", "--json"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    told = [json.loads(line) for line in done.stdout.splitlines()]
    assert [row["event"] for row in told] == ["asking", "done", "finished"]
    assert all(Path(tmp_path, path).exists() for path in told[-1]["reports"])
    assert len(told[-1]["measures"]) == 8


def test_ask_pass_asks_each_login_for_this_scan_and_takes_nothing_else(tmp_path: Path) -> None:
    from nis2scan.cli.scan import asking
    from nis2scan.config import read

    text = CONFIG.replace('password = "env:NIS2SCAN_TEST_PASSWORD"', 'key = "~/.ssh/key"\npassphrase = "env:PHRASE"')
    (login,) = asking(read(written(tmp_path, text))).logins.values()

    assert (login.password, login.key, login.passphrase, login.user) == ("ask:", None, None, "nobody")
