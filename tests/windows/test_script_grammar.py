"""The script for Windows and each question through PowerShell's own parser, against the rules of grammar.py."""

from __future__ import annotations

import re

import pytest

from nis2scan.cli import run as run_command
from nis2scan.collect import file_script, script
from nis2scan.model import Question
from tests.windows.grammar import RULES, Findings, broken, parse
from tests.windows.run import pwsh, questions

pytestmark = pytest.mark.skipif(pwsh() is None, reason="no pwsh here")

# For each rule, texts that break it. Without these a rule could be one that never says anything.
BAD = {
    "no_errors": ("Get-Item -LiteralPath (", "if ($a) { 'x'", "[ordered]@{ a = }"),
    "nothing_of_7": (
        "$a ?? 1",
        "$a ??= 1",
        "${a}?.Length",
        "${a}?[0]",
        "$a ? 1 : 2",
        "Get-Date && Get-Date",
        "Get-Date || Get-Date",
        "Get-Date &",
        "$a = 5u",
        "$a = 0xFFn",
        "$a = 1y",
        '"`u{20ac}"',
        '"`e[0m"',
        "[ushort]5",
        "[semver]'1.0.0'",
        "function A { process { 1 } clean { 2 } }",
        "trap { 1 }",
        "if ($IsWindows) { 1 }",
        "'a' -replace 'a', { 'b' }",
        "'a'..'c'",
        "class A { }",
    ),
    "known_commands": (
        "ConvertTo-Json -InputObject 1 -AsArray",
        "Get-Content -LiteralPath 'x' -AsByteStream",
        "Get-Item -LiteralP 'x'",
        "gci 'x'",
        "Get-Nothing",
        "Get-Uptime",
        "whoami",
        "Read-Values -Nope 'x'",
        "Copy-Value -Nope 1",
        "& $something",
        ". 'x.ps1'",
        "& 'Get-Item' 'x'",
    ),
    "only_reading": (
        "Set-ItemProperty -LiteralPath 'HKLM:\\x' -Name a -Value 1",
        "New-Item -Path 'x'",
        "Remove-Item -LiteralPath 'x'",
        "Add-Type -TypeDefinition 'x'",
        "Invoke-Expression 'x'",
        "Invoke-Command -ScriptBlock { 1 }",
        "Start-Process 'x'",
        "Import-Module 'x'",
        "'x' | Out-File -LiteralPath 'y'",
        "'x' > 'y'",
        "'x' 2>> 'y'",
        "$env:PATH = 'x'",
        "${C:\\x.txt} = 1",
        "Get-BitLockerVolume",
        "Get-WindowsUpdateLog",
        "Tee-Object -FilePath 'x'",
    ),
    "only_here": (
        "Get-CimInstance -ComputerName 'x' -ClassName 'Win32_Bios'",
        "Get-Service -ComputerName 'x'",
        "Get-SmbShare -CimSession 'x'",
    ),
    "listed_programs": (
        "auditpol.exe /get",
        "Read-Program 'cmd.exe' '/c' 'dir'",
        "Read-Program 'auditpol.exe' '/set'",
        "Read-Program 'whoami.exe' $more",
        "Read-Program $name '/status'",
        "Read-Program 'secedit.exe' '/export'",
    ),
    "literal_methods": (
        "Invoke-Reading $volume 'GetKeyProtectorNumericalPassword' @{ }",
        "Invoke-Reading $volume 'DisableKeyProtectors' @{ }",
        "Invoke-Reading $volume $method @{ }",
        "Invoke-CimMethod -InputObject $volume -MethodName 'GetVersion'",
        "New-Object -ComObject 'WScript.Shell'",
        "New-Object -ComObject $name",
    ),
    "known_types": (
        "[Convert]::ToHexString($a)",
        "[OperatingSystem]::IsWindows()",
        "[IO.File]::WriteAllText('a', 'b')",
        "[Diagnostics.Process]::Start('x')",
        "[scriptblock]::Create('x')",
        "[Nothing.AtAll]::new()",
        "'a'.Split(',', 2, 'None')",
        "'a'.Split('ab')",
        "'a'.Replace('a', 'b', 'Ordinal')",
        "'a'.Contains('a', 'Ordinal')",
        "$entry.SetInfo()",
        "$user.SetPassword('x')",
        "$entry.Invoke('SetPassword')",
        "$update.Install()",
        "$key.DeleteValue('x')",
        "$a.NoSuchMethodAnywhere()",
        "$a.$b()",
    ),
    "nothing_alarming": ("# AmsiUtils", "[Convert]::FromBase64String('x')", "$a = 'Invoke-Expression'", "iex $a"),
    "typed_as_a_person_types": (
        "'caf\u00e9'",
        "if ($a)\n{ 1 }",
        "1\n\n2",
        f"'{'x' * 8000}'",
        "$a = @'\nx\n'@",
    ),
}


@pytest.fixture(scope="module")
def texts() -> dict[str, str]:
    """Everything that is parsed: the whole script, each question, and the bad texts."""
    every = questions()
    found = {"script": script(every, "windows"), "frame": script([], "windows")}
    found["file"] = file_script(every, "windows", "kantoor-a")
    found |= {f"question {item.id}": item.text.strip() for item in every}
    return found | {f"bad {rule} {number}": bad for rule in BAD for number, bad in enumerate(BAD[rule])}


@pytest.fixture(scope="module")
def parsed(texts: dict[str, str]) -> dict[str, Findings]:
    return parse(texts)


def test_the_whole_script_keeps_every_rule(texts: dict[str, str], parsed: dict[str, Findings]) -> None:
    assert broken(texts["script"], parsed["script"], parsed["frame"]) == {}


def test_the_script_for_a_file_keeps_every_rule(texts: dict[str, str], parsed: dict[str, Findings]) -> None:
    """It is started as a file, so what explains it may stand above it."""
    top, _, text = texts["file"].partition("& {")
    assert all(line.startswith("#") for line in top.strip().splitlines())
    assert broken(f"& {{{text}", parsed["file"], parsed["frame"]) == {}
    assert parsed["file"]["statements"] == 1


def test_what_is_shown_is_what_is_sent(texts: dict[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    """`nis2scan commands windows --script` prints the very text that these rules are held against."""
    assert run_command(["commands", "windows", "--script"]) == 0
    assert capsys.readouterr().out.strip() == texts["script"].strip()


def test_it_is_one_statement_with_two_line_ends(texts: dict[str, str], parsed: dict[str, Findings]) -> None:
    """Else standard input runs it piece by piece, or drops it without a word."""
    assert parsed["script"]["statements"] == 1
    assert texts["script"].endswith("} @args\n\n\n")


def test_every_question_keeps_every_rule(texts: dict[str, str], parsed: dict[str, Findings]) -> None:
    names = [name for name in texts if name.startswith("question ")]
    assert len(names) == len(questions()) > 0
    said = {name: broken(texts[name], parsed[name], parsed["frame"]) for name in names}
    assert {name: lines for name, lines in said.items() if lines} == {}


@pytest.mark.parametrize("rule", RULES)
def test_a_rule_sees_what_breaks_it(rule: str, texts: dict[str, str], parsed: dict[str, Findings]) -> None:
    silent = [
        text
        for number, text in enumerate(BAD[rule])
        if rule not in broken(text, parsed[f"bad {rule} {number}"], parsed["frame"])
    ]
    assert silent == []


def test_questions_are_made_of_the_functions_they_are_promised(parsed: dict[str, Findings]) -> None:
    """The functions that the guide to questions names are those of the frame."""
    own = {item["name"] for item in parsed["frame"]["functions"]}
    assert own >= {"Read-Values", "Read-Subkeys", "Read-Instances", "Read-Log", "Read-Events", "Read-Program"}


def test_a_question_has_a_name_of_its_own() -> None:
    """The comment in its first line: by it people find the section in the script and in the log of PowerShell."""
    names = [item.text.strip().splitlines()[0] for item in questions()]
    assert [name for name in names if not re.fullmatch(r"# [a-z0-9-]+", name)] == []
    assert sorted(names) == sorted(set(names))


def test_a_question_tells_the_programs_it_starts(parsed: dict[str, Findings]) -> None:
    """`nis2scan commands windows` shows them; a program that is not told would be a surprise in somebody's log."""
    for item in questions():
        called = parsed[f"question {item.id}"]["commands"]
        started = {each["arguments"][0] for each in called if each["name"] == "Read-Program"}
        assert started == set(item.runs), item.text


def _sections(every: list[Question]) -> int:
    return script(every, "windows").count("\nAsk '")


def test_every_question_is_in_the_script() -> None:
    assert _sections(questions()) == len(questions())
