"""What the functions of the script make of a registry that somebody bent, and of a PowerShell of the wrong width."""

from __future__ import annotations

import json
import os
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

from nis2scan.facts.windows.services import SERVICE_KEYS
from nis2scan.facts.windows.software import SOFTWARE
from nis2scan.model import Question
from nis2scan.transport.windows_parse import parse
from nis2scan.transport.windows_script import ARGUMENTS, prologue, script
from tests.windows.run import POWERSHELL, pwsh, questions

needs_pwsh = pytest.mark.skipif(pwsh() is None, reason="no pwsh here")

NONCE = "0" * 32
UNINSTALL = r"HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\Uninstall"
SERVICES = r"HKLM\SYSTEM\CurrentControlSet\Services"
MACHINE: dict[str, Any] = {
    "version": "5.1.26100.1",
    "rights": {"user": "PC\\x", "sid": "S-1-5-21-1-2-3-1001", "groups": [], "admin": True, "network": True},
    "env": {"COMPUTERNAME": "PC"},
    "registry": {
        r"HKLM\SOFTWARE\Bent": {"Whole": 1, "Many": ["a"], "Bent": {"@malformed": True}},
        rf"{UNINSTALL}\Netbeans": {"DisplayName": "NetBeans IDE 8.2", "NoModify": {"@malformed": True}},
        rf"{SERVICES}\a": {"Type": 16, "Start": 2, "ImagePath": r"C:\Tools\agent -p geheim -h mail.example.com"},
        rf"{SERVICES}\b": {"Type": 16, "Start": 2, "ImagePath": r'"C:\Program Files\A - B\b.exe" --token geheim'},
        rf"{SERVICES}\c": {"Type": 32, "Start": 2, "ImagePath": r"C:\Program Files\C\c.exe /key geheim.exe"},
        rf"{SERVICES}\d": {"Type": "16", "Start": 2, "ImagePath": r"C:\d.exe"},
    },
}


def run(folder: Path, text: str, **environment: str) -> str:
    (folder / "machine.json").write_text(json.dumps(MACHINE), "utf-8")
    (folder / "language").write_text("nl_NL.UTF-8\n", "ascii")
    (folder / "C").mkdir()
    done = subprocess.run(
        [POWERSHELL, *ARGUMENTS],
        input=text.encode(),
        env={**os.environ, "NIS2SCAN_PWSH": pwsh() or "", "MADE_UP_MACHINE": str(folder), **environment},
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert done.stderr == b""
    return done.stdout.decode("ascii")


@needs_pwsh
def test_a_value_of_the_wrong_size_takes_no_other_value_away(tmp_path: Path) -> None:
    """Installers write such values; reading the whole key then fails. One that is asked for is told as a fault."""
    read = "Read-Values 'HKLM:\\SOFTWARE\\Bent'"
    asked = f"ConvertTo-Json -InputObject ({read} 'Whole' 'Many' 'None' 'Count') -Compress"
    bent = f"try {{ {read} 'Whole' 'Bent' }} catch {{ \"$($_.FullyQualifiedErrorId)\" }}"
    lines = run(tmp_path, f"& {{\n{prologue()}\n{asked}\n{bent}\n}}\n\n").splitlines()
    assert json.loads(lines[0]) == {"Whole": 1, "Many": ["a"], "None": None, "Count": None}
    assert lines[1].startswith("System.InvalidCastException")


def answer(folder: Path, question: Question, above: str = "") -> Any:
    asked = f"ConvertTo-Json -InputObject (& {{\n{question.text}\n}}) -Compress -Depth 6"
    text = f"& {{\n{prologue()}\n{above}\n{asked}\n}}\n\n"
    return json.loads(run(folder, text))


@needs_pwsh
def test_a_program_with_a_value_of_the_wrong_size_is_on_the_list(tmp_path: Path) -> None:
    found = answer(tmp_path, SOFTWARE)
    assert [row["name"] for row in found["items"]] == ["NetBeans IDE 8.2"]
    assert (found["unread"], found["listed"]) == (0, True)


@needs_pwsh
@pytest.mark.parametrize("question", [SOFTWARE, SERVICE_KEYS], ids=["programs", "services"])
def test_a_name_that_cannot_be_opened_is_not_passed_over(question: Question, tmp_path: Path) -> None:
    """PowerShell takes the / in a name of the registry for the end of a key."""
    found = answer(tmp_path, question, "function Read-Subkeys($path) { , @('Tool 1/2') }")
    assert found["items"] == []
    assert found["unread"] > 0


@needs_pwsh
def test_of_a_service_no_argument_is_told(tmp_path: Path) -> None:
    """Also where the program has no ending: what looks like one may stand in a password."""
    found = answer(tmp_path, SERVICE_KEYS)
    told = {row["name"]: row["path"] for row in found["items"]}
    assert told == {"a": "", "b": r"C:\Program Files\A - B\b.exe", "c": r"C:\Program Files\C\c.exe"}


@needs_pwsh
@pytest.mark.parametrize(("narrow", "whole"), [({}, True), ({"PROCESSOR_ARCHITEW6432": "AMD64"}, False)])
def test_a_powershell_that_sees_another_registry_says_so(tmp_path: Path, narrow: dict[str, str], whole: bool) -> None:
    """Only a 32-bit process of a 64-bit Windows has this variable."""
    hello = parse(run(tmp_path, script([], nonce=NONCE), **narrow).encode()).hello
    assert hello is not None
    assert hello.said["is64"] is whole


# In 7 a table that keeps its order is a type of the language, in 5.1 it is not: there Constrained Language lets it be
# read and set by index, and refuses its methods and what is set by a point. So 7 cannot show a fault of this kind.
UNBOUND_ONLY = re.compile(r"\$\w+(?:\.\w+)+ *\+?=[^=]|\.(?:Add|Remove|Insert|Contains|Clear|GetEnumerator|CopyTo)\(")


def test_tables_are_set_by_index_only() -> None:
    texts = {"prologue": prologue()} | {item.id: item.text for item in questions() if not item.needs}
    found = {name: met[0] for name, text in texts.items() if (met := UNBOUND_ONLY.search(text))}
    assert found == {}


@pytest.mark.parametrize(
    "text", ["$table.Add('x', 1)", "$table.name = 1", "$row.a.b += 1", "if ($t.Contains('x')) { }"]
)
def test_what_5_1_refuses_is_seen(text: str) -> None:
    assert UNBOUND_ONLY.search(text)


@pytest.mark.parametrize("text", ["$table['x'] = 1", "$a.b -eq 1", "$x = $a.b", "$env:PSModulePath = 'x'"])
def test_what_5_1_allows_is_let_be(text: str) -> None:
    assert not UNBOUND_ONLY.search(text)
