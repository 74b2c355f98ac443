"""What the manual says about files is done here, as far as it can be done without Windows, Intune and RMM."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from textwrap import dedent

import pytest

from nis2scan.by_file import Row, Taken
from nis2scan.cli.add import _SAID
from nis2scan.cli.output import view_of
from nis2scan.config import Settings
from nis2scan.policy import Policy
from nis2scan.testing import NOON
from tests.windows.run import pwsh

pytestmark = pytest.mark.skipif(os.name != "posix", reason="only on POSIX: shell scripts are run")

DOCS = Path(__file__).resolve().parents[2] / "docs"
PAGES = {"en": DOCS / "by-file.md", "nl": DOCS / "by-file.nl.md"}
PROGRAMS = Path(sys.executable).parent


def blocks(code: str, kind: str) -> list[str]:
    """The blocks of one kind on a page."""
    text = PAGES[code].read_text("utf-8")
    found = re.findall(r"^ *```(\w*)\n(.*?)^ *```$", text, re.S | re.M)
    return [dedent(inside) for name, inside in found if name == kind]


def done(command: str, folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    more = {"PATH": f"{PROGRAMS}:{os.environ['PATH']}", "XDG_CONFIG_HOME": str(folder / "settings"), **environment}
    return subprocess.run(
        ["sh", "-ec", command], cwd=folder, env={**os.environ, **more}, capture_output=True, text=True, timeout=200
    )


def test_both_languages_show_the_same_lines() -> None:
    for kind in ("sh", "powershell", "yaml", ""):
        assert blocks("en", kind) == blocks("nl", kind)
        assert blocks("en", kind)
    titles = [len(re.findall(r"^##", page.read_text("utf-8"), re.M)) for page in PAGES.values()]
    assert titles[0] == titles[1]


def test_the_three_steps(tmp_path: Path) -> None:
    ran = done(blocks("en", "sh")[0], tmp_path)

    assert ran.returncode == 0, ran.stderr
    assert "1 toegevoegd" in ran.stdout
    assert list(tmp_path.glob("out/20*/report.html"))


def test_over_ssh_and_by_cron(tmp_path: Path) -> None:
    """What ssh carries and what cron starts, without either: the shell that they start, and no environment."""
    (line,) = [item for item in blocks("en", "sh") if item.startswith("ssh ")]
    cron = re.search(r"root (sh .*)$", PAGES["en"].read_text("utf-8"), re.M)
    assert cron is not None
    planned = cron[1].replace("/usr/local/lib/", "").replace("/srv/answers", "answers")
    (tmp_path / "answers").mkdir()
    made = done("nis2scan collect-script linux > nis2scan-linux.sh", tmp_path)
    assert made.returncode == 0, made.stderr

    assert done(line.replace("ssh root@srv01 ", ""), tmp_path).returncode == 0
    assert done(f"env -i PATH=/usr/bin:/bin sh -c '{planned}'", tmp_path).returncode == 0

    assert len(list((tmp_path / "answers").iterdir())) == 2
    assert done("nis2scan add answers", tmp_path).returncode == 0


def test_for_intune_the_folder_stands_in_the_script(tmp_path: Path) -> None:
    (line,) = [item for item in blocks("en", "sh") if "--folder" in item]

    assert done(line, tmp_path).returncode == 0
    assert "param([string]$Folder = '\\\\srv01\\nis2scan$')" in (tmp_path / "nis2scan-windows.ps1").read_text()


@pytest.mark.skipif(pwsh() is None, reason="no pwsh here")
@pytest.mark.parametrize("number", [0, 1], ids=["as a file", "on standard input"])
def test_the_lines_of_powershell(number: int, tmp_path: Path) -> None:
    """By PowerShell 7 on this machine, which is no Windows: sections say that they failed, and the file is whole."""
    line = blocks("en", "powershell")[number].strip()
    line = line.replace("powershell.exe", f"'{pwsh()}'").replace("E:\\answers\\", f"{tmp_path}/answers/")
    line = line.replace("E:\\answers", f"{tmp_path}/answers").replace("E:\\", f"{tmp_path}/")
    line = f"& {line}" if line.startswith("'") else line.replace("| '", "| & '")
    (tmp_path / "answers").mkdir()
    assert done("nis2scan collect-script windows --file nis2scan-windows.ps1", tmp_path).returncode == 0
    ran = subprocess.run(
        [pwsh() or "", "-NoProfile", "-NonInteractive", "-Command", line],
        env={**os.environ, "COMPUTERNAME": "PC01", "TERM": "dumb", "HOME": str(tmp_path)},
        capture_output=True,
        timeout=200,
    )
    assert (ran.returncode, ran.stderr) == (0, b"")
    assert [path.name for path in (tmp_path / "answers").iterdir()] == ["PC01.n2s"]

    added = done("nis2scan add answers", tmp_path)
    assert (added.returncode, "PC01.n2s: PC01, Windows-computer" in added.stdout) == (0, True), added.stdout


@pytest.mark.skipif(shutil.which("ansible-playbook") is None, reason="only on a machine with Ansible")
def test_the_playbook(tmp_path: Path) -> None:
    (tmp_path / "play.yml").write_text(blocks("en", "yaml")[0].replace("become: true", "become: false"))
    (tmp_path / "answers").mkdir()
    made = done("nis2scan collect-script linux > nis2scan-linux.sh", tmp_path)
    assert made.returncode == 0, made.stderr

    ran = done("ansible-playbook -c local -i here, play.yml", tmp_path, HOME=str(tmp_path))

    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert done("nis2scan add answers", tmp_path).returncode == 0


@pytest.mark.parametrize("code", PAGES)
def test_the_table_names_what_is_printed(code: str) -> None:
    text = PAGES[code].read_text("utf-8")
    table = text[text.index("| lin" if code == "en" else "| regel") :].split("\n\n")[0]
    heads = [row.split("|")[1].strip() for row in table.splitlines()[3:]]
    spoken = view_of(Settings(), code).language
    said = [
        spoken.text(what(Row(Path("x"), taken, "PC", "linux", NOON, NOON), Policy()))
        for taken, what in _SAID.items()
        if taken not in (Taken.ADDED, Taken.UNREADABLE)
    ]

    assert len(heads) == len(said)
    assert [head for head in heads if not any(head.split(" …")[0] in item for item in said)] == []
