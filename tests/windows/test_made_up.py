"""The made-up Windows fails and answers as the real one is known to: else the script would be tested on a fable."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from nis2scan.testing import NOON
from tests.windows import machines
from tests.windows.profiles import RUNS
from tests.windows.run import POWERSHELL, pwsh

pytestmark = pytest.mark.skipif(pwsh() is None, reason="no pwsh here")

NOW = int(NOON.timestamp())
CIM = "Microsoft.Management.Infrastructure.CimCmdlets"
LONG = {"Bytes": {"@hex": "0aff"}, "Long": {"@qword": 2**40}}
STATE = {"GetState": {"ReturnValue": 0, "State": 7}}
MACHINE: dict[str, Any] = {
    "version": "5.1.26100.1",
    "now": NOW,
    "rights": {
        "user": "PC\\x",
        "sid": "S-1-5-21-1-2-3-1001",
        "groups": ["S-1-5-32-544"],
        "admin": True,
        "network": True,
    },
    "env": {"COMPUTERNAME": "PC"},
    "registry": {
        r"HKLM\SOFTWARE\A": {
            "One": 1,
            "Minus": -1,
            "Many": ["a", "b"],
            "Bytes": {"@hex": "0aff"},
            "Long": {"@qword": 2**40},
        },
        r"HKLM\SOFTWARE\A\B*[1]": {"Two": 2},
        r"HKLM\SOFTWARE\Shut": {"@denied": True, "x": 1},
        r"HKLM\SOFTWARE\Shut\Below": {"x": 1},
        r"HKU\S-1-5-21-1-2-3-1001\Software": {"Three": "3"},
    },
    "cim": {
        "root/cimv2:Win32_Thing": [
            {
                "Name": "a",
                "Number": 1,
                "When": {"@date": NOW},
                "@methods": {"GetState": {"ReturnValue": 0, "State": 7}},
            },
            {"Name": "b'c", "Number": 2, "@methods": {"GetKind": {"{1}": {"ReturnValue": 0, "Kind": 3}}}},
        ],
        "root/cimv2:Win32_Shut": {"@error": "denied"},
    },
    "commands": {"Get-LocalUser": [{"Name": "Piet"}, {"Name": "Klaas"}], "Get-Service": [], "Get-SmbShare": []},
    "parameters": {"Get-LocalUser": ["Name", "SID"], "Get-Service": ["Name"], "Get-SmbShare": ["Name"]},
    "refused": ["Get-SmbShare"],
    "logs": {
        "System": {
            "IsEnabled": True,
            "MaximumSizeInBytes": 20971520,
            "LogMode": 0,
            "events": [
                {"Id": 19, "Level": 4, "time": NOW - 100, "ProviderName": "P", "Properties": ["x"]},
                {"Id": 20, "Level": 2, "time": NOW - 50, "ProviderName": "Q", "Properties": ["y"]},
            ],
        },
        "Shut": {"@error": "LogInfoUnavailable"},
        "Empty": {"IsEnabled": True},
    },
    "programs": {},
    "adsi": {"WinNT://PC/Admins,group": {"members": [{"objectSid": "S-1-5-21-1-2-3-500", "Class": "User"}]}},
    "com": {"Microsoft.Update.Session": {"CreateUpdateSearcher()": {"@error": -2147024891}}},
}


def _key(path: str, more: str = "") -> str:
    return f"(Get-ItemProperty -LiteralPath 'HKLM:\\SOFTWARE\\{path}'){more}"


def _cim(more: str = "", name: str = "Win32_Thing") -> str:
    return f"Get-CimInstance -ClassName '{name}' {more}"


def _chosen(condition: str, name: str) -> str:
    return f"(Get-CimInstance -ClassName 'Win32_Thing' -Filter \"{condition}\").{name}"


def _called(number: int, more: str) -> str:
    return f"Invoke-CimMethod -InputObject @({_cim()})[{number}] -MethodName {more}"


def _events(xpath: str) -> str:
    return f"Get-WinEvent -LogName 'System' -FilterXPath \"*[System[{xpath}]]\""


def _refused(code: str, category: str, native: str) -> str:
    return f"HRESULT 0x{code},{CIM}.GetCimInstanceCommand,{category},80131500,{native}"


NO_KEY, SHUT = "PathNotFound,ObjectNotFound", "System.Security.SecurityException,PermissionDenied,8013150a"
NO_VALUE = "System.Management.Automation.PSArgumentException,InvalidArgument"
NO_EVENT = "NoMatchingEventsFound,ObjectNotFound"
MEMBERS = "([adsi]'WinNT://PC/Admins,group').psbase.Invoke('Members')"
UPDATES = "(New-Object -ComObject 'Microsoft.Update.Session').CreateUpdateSearcher()"
# What is asked, and what comes: a value, or the way in which it fails (id, category, code, native code).
ASKED: dict[str, object] = {
    _key("a", ".One"): 1,
    _key("A", ".Minus"): -1,
    f"@({_key('A', '.Many')})": ["a", "b"],
    _key("A", ".Bytes.Count"): 2,
    _key("A", ".Long"): 2**40,
    _key("A\\B*[1]", ".Two"): 2,
    "(Get-ItemProperty -LiteralPath 'Registry::HKEY_USERS\\S-1-5-21-1-2-3-1001\\Software').Three": "3",
    "@(Get-ChildItem -LiteralPath 'HKLM:\\SOFTWARE' -Name | ForEach-Object { \"$_\" })": ["A", "Shut"],
    "Test-Path -LiteralPath 'HKLM:\\SOFTWARE\\Nothing'": False,
    _key("Nothing"): NO_KEY,
    "Get-ChildItem -LiteralPath 'HKLM:\\Nothing' -Name": NO_KEY,
    "Get-ItemProperty -LiteralPath 'HKLM:\\SOFTWARE\\A' -Name 'x'": NO_VALUE,
    _key("Shut"): SHUT,
    _key("Shut\\Below"): SHUT,
    "Get-ChildItem -LiteralPath 'HKLM:\\SOFTWARE\\Shut' -Name": SHUT,
    f"@({_cim(name='win32_thing')}).Count": 2,
    _chosen("Name='b\\'c' AND Number > 1", "Number"): 2,
    _chosen("Number = 1 OR Number = 2 AND Number = 3", "Number"): 1,
    _chosen("NOT (Number = 2)", "Name"): "a",
    _chosen("Name LIKE '%c'", "Number"): 2,
    f"[int64](@({_cim()})[0].When.ToUniversalTime() - [datetime]'1970-01-01').TotalSeconds": NOW,
    "({}).State".format(_called(0, "'GetState'")): 7,
    "({}).Kind".format(_called(1, "'GetKind' -Arguments @{ a = '{1}' }")): 3,
    "Get-CimInstance -Namespace 'root/none' -ClassName 'x'": _refused("8004100e", "MetadataError", "InvalidNamespace"),
    _cim(name="x"): _refused("80041010", "MetadataError", "InvalidClass"),
    _cim(name="Win32_Shut"): _refused("80041003", "PermissionDenied", "AccessDenied"),
    "(Get-LocalUser -Name 'Piet').Name": "Piet",
    "Get-LocalGroup": "CommandNotFoundException,ObjectNotFound",
    "Get-SmbShare": "HRESULT 0x80041003,Get-SmbShare,PermissionDenied,AccessDenied",
    "Get-Service -Name 'x'": "NoServiceFoundForGivenName,ObjectNotFound",
    "(Get-WinEvent -ListLog 'System').RecordCount": 2,
    "Get-WinEvent -ListLog 'Nothing'": "NoMatchingLogsFound,ObjectNotFound",
    "Get-WinEvent -ListLog 'Shut'": "LogInfoUnavailable,NotSpecified",
    "Get-WinEvent -LogName 'Empty' -MaxEvents 1": NO_EVENT,
    "(Get-WinEvent -LogName 'System' -MaxEvents 1).Id": 20,
    "(Get-WinEvent -LogName 'System' -MaxEvents 1 -Oldest).Properties[0].Value": "x",
    f"({_events('(EventID=19 or EventID=21) and Level=4')}).Id": 19,
    f"({_events('EventID=20 or EventID=19 and Level=2')}).Id": 20,
    "({}).Id".format(_events("Provider[@Name='Q'] and TimeCreated[timediff(@SystemTime) <= 60000]")): 20,
    _events("EventID=20 and Level=4"): NO_EVENT,
    f"@({MEMBERS}).Count": 1,
    f"@(@({MEMBERS})[0].objectSid)[0].Count": 28,
    UPDATES: "System.UnauthorizedAccessException,OperationStopped,80070005",
    "New-Object -ComObject 'Nothing'": "NoCOMClassIdentified,ResourceUnavailable,80040154",
    "[ordered]@{ a = & { }; b = $null; c = @(); d = @(1); e = 'x' }": {"a": {}, "b": None, "c": [], "d": [1], "e": "x"},
    "[ordered]@{ keys = 1; count = 2; values = $null }": {"keys": 1, "count": 2, "values": None},
    "[ordered]@{ a = Write-Output -NoEnumerate @(1, 2) }": {"a": {"value": [1, 2], "Count": 2}},
    "[ordered]@{ a = [datetime]'2026-11-24T12:00:00Z' }": {"a": f"/Date({NOW}000)/"},
    '"$($PSVersionTable.PSVersion)"': "5.1.26100.1",
    "[Security.Principal.WindowsIdentity]::GetCurrent().User.Value": "S-1-5-21-1-2-3-1001",
}
# What Constrained Language forbids: it must say so, not answer.
UNBOUND = ("[Security.Principal", "New-Object", "(New-Object", "@(([adsi]", "@(@(([adsi]")
TRIED = """try { $made = & { %s }; ConvertTo-Json -InputObject $made -Compress } catch {
  $e = $_
  $code = '{0:x8}' -f $e.Exception.HResult
  $said = $e.FullyQualifiedErrorId, $e.CategoryInfo.Category, $code, $e.Exception.NativeErrorCode
  ConvertTo-Json -Compress -InputObject ($said -join ',')
}"""
ARGUMENTS = ["-NoProfile", "-NonInteractive", "-Command", "-"]


def _started(folder: Path, text: str, *arguments: str, **environment: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [POWERSHELL, *(arguments or ARGUMENTS)],
        input=text.encode(),
        env={**os.environ, "NIS2SCAN_PWSH": pwsh() or "", "MADE_UP_MACHINE": str(folder), **environment},
        capture_output=True,
        timeout=60,
        check=False,
    )


@pytest.fixture(scope="module")
def machine(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("machine")
    (folder / "machine.json").write_text(json.dumps(MACHINE), "utf-8")
    (folder / "language").write_text("nl_NL.UTF-8\n", "ascii")
    (folder / "C").mkdir()
    return folder


@pytest.fixture(scope="module", params=["", "1"], ids=["full", "constrained"])
def answers(request: pytest.FixtureRequest, machine: Path) -> tuple[bool, dict[str, Any]]:
    """Every question of ASKED in one process, in full and in Constrained Language."""
    text = "$ErrorActionPreference = 'Stop'\n" + "\n\n".join(TRIED % asked for asked in ASKED) + "\n\n"
    done = _started(machine, text, MADE_UP_CONSTRAINED=request.param)
    lines = done.stdout.decode().splitlines()
    assert (len(lines), done.stderr) == (len(ASKED), b""), done.stdout.decode()
    return request.param == "1", dict(zip(ASKED, map(json.loads, lines), strict=True))


@pytest.mark.parametrize("asked", ASKED)
def test_it_answers_as_the_real_one_does(asked: str, answers: tuple[bool, dict[str, Any]]) -> None:
    constrained, found = answers
    expected = ASKED[asked]
    if constrained and asked.startswith(UNBOUND):
        assert "ConstrainedLanguage" in str(found[asked]), found[asked]
    elif isinstance(expected, str) and "," in expected:
        assert str(found[asked]).startswith(expected.split(",")[0])
        assert set(expected.split(",")) <= set(str(found[asked]).split(","))
    else:
        assert found[asked] == expected


@pytest.mark.parametrize(
    "arguments",
    [("-Command", "-"), ("-NoProfile", "-NonInteractive", "-Command", "Get-Date"), ("-EncodedCommand", "AAAA"), ("-",)],
)
def test_it_takes_no_other_command_line(arguments: tuple[str, ...], machine: Path) -> None:
    done = _started(machine, "'ran'\n\n", *arguments)
    assert (done.returncode, done.stdout) == (64, b"")


def test_a_cut_script_runs_nothing_and_says_nothing(machine: Path) -> None:
    """As on Windows: an unfinished last statement is dropped, with exit code 0. Only the end mark tells."""
    done = _started(machine, "& { 'begun'\n'never ended'\n")
    assert (done.returncode, done.stdout) == (0, b"")


def test_the_machines_cover_what_there_is() -> None:
    """Every language, release, membership and right at least once, healthy and ailing, in thirty runs at most."""
    every = RUNS.values()
    assert {item.language for item in every} == {"nl", "de", "en"}
    assert {item.build for item in every} == {19045, 26100, 14393, 17763, 20348}
    assert {item.joined for item in every} == {"entra", "workgroup", "domain"}
    assert {(item.admin, item.constrained) for item in every} == {(a, c) for a in (True, False) for c in (True, False)}
    for build in (19045, 26100, 14393, 17763):
        names = {name for name, item in RUNS.items() if item.build == build}
        assert any("-goed" in name for name in names)
        assert any("-slecht" in name for name in names)
    assert len(RUNS) <= 30


@pytest.mark.parametrize("name", RUNS)
def test_every_description_can_be_put_together(name: str) -> None:
    """Two topics that contradict each other, a command that 5.1 lacks, a name that is no machine: all are errors."""
    whole = machines.description(name)
    assert whole["rights"]["admin"] is RUNS[name].admin
    assert machines.CURRENT in whole["registry"]
    assert set(whole["parameters"]) == set(whole["commands"])


def test_commands_that_ask_cim_are_refused_with_it() -> None:
    """They are made of CIM; local accounts and access lists are not."""
    refused = machines.description("w11-slecht~gebruiker")["refused"]
    assert "Get-NetFirewallProfile" in refused
    assert not {"Get-LocalUser", "Get-Acl"} & set(refused)
    assert machines.description("w11-slecht")["refused"] == []


def test_topics_may_not_contradict_each_other() -> None:
    one, other = {"registry": {"HKLM\\A": {"x": 1}}}, {"registry": {"hklm\\a": {"x": 2}}}
    with pytest.raises(LookupError, match="where another topic says 1"):
        machines._joined(one, other, ("here",))
    assert machines._joined(one, {"registry": {"hklm\\a": {"y": 2}}}, ("here",)) == {
        "registry": {"HKLM\\A": {"x": 1, "y": 2}}
    }
    rows = machines._joined({"cim": {"r:C": [{"a": 1}]}}, {"cim": {"r:C": [{"a": 2}]}}, ("here",))
    assert rows == {"cim": {"r:C": [{"a": 1}, {"a": 2}]}}
