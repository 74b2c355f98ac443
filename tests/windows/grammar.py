"""The rules that the script for Windows keeps to, held against what PowerShell's own parser finds in it.

What Windows PowerShell 5.1 knows is in windows-powershell-5.1.json.gz; what it may do is listed here, by name.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import Any

from tests.windows.machines import HERE, known, parameters
from tests.windows.run import pwsh

Findings = dict[str, Any]
Rule = Callable[[str, Findings, Findings], Iterator[str]]

# Operators and words that PowerShell 7 has and 5.1 has not.
LATER_TOKENS = {"QuestionQuestion", "QuestionQuestionEquals", "QuestionDot", "QuestionLBracket", "QuestionMark"}
LATER_TOKENS |= {"AndAnd", "OrOr", "Clean"}
LATER_NUMBER = re.compile(r"^-?(?:0x[0-9a-f]+|0b[01]+|[0-9.]+(?:e[+-]?\d+)?)(?:u|us|ul|s|n|y|uy)(?:[kmgtp]b)?$", re.I)
LATER_ESCAPE = re.compile(r"(?<!`)(?:``)*`(?:u\{|e)")
LATER_TYPES = {"short", "ushort", "uint", "ulong", "semver"}
LATER_VARIABLES = {"iswindows", "islinux", "ismacos", "iscoreclr", "psstyle", "enabledexperimentalfeatures"}
# What virus scanners take for an attack, even within a word or a remark: nothing of the script would run then.
ALARMING = re.compile(
    r"amsi|mimikatz|sekurlsa|frombase64|dllimport|virtualprotect|getprocaddress|loadlibrary|invoke-expression|\biex\b"
    r"|\birm\b|downloadstring|webclient|bypass|encodedcommand|reflection\.emit|definedynamic|shellcode",
    re.I,
)

COMMON = {"verbose", "debug", "erroraction", "warningaction", "informationaction", "errorvariable", "warningvariable"}
COMMON |= {"informationvariable", "outvariable", "outbuffer", "pipelinevariable"}
READING_VERBS = {"Get", "Test", "Select", "Where", "ForEach", "Sort", "Measure", "Group", "Compare", "ConvertTo"}
READING_VERBS |= {"ConvertFrom", "Join", "Split", "Resolve"}
READING = {
    "New-Object",
    "New-Guid",
    "New-TimeSpan",
    "Out-File",
    "Out-Null",
    "Out-String",
    "Write-Output",
    "Invoke-CimMethod",
}
# Their verb says Get or Test, but they write a file, speak to others, ask somebody, or give secrets away.
NOT_READING = {"Get-WindowsUpdateLog", "Get-Credential", "Get-BitLockerVolume", "Test-Connection", "Test-NetConnection"}
NOT_READING |= {"Test-WSMan", "Test-ComputerSecureChannel", "Get-WmiObject", "Get-AppxPackage", "Get-PfxCertificate"}
ELSEWHERE = {"computername", "cimsession", "session", "connectionuri", "credential", "vmname", "asjob"}

PROGRAMS = {
    "auditpol.exe": (("/get", "/category:*", "/r"),),
    "whoami.exe": (("/groups",), ("/groups", "/fo", "csv"), ("/groups", "/fo", "csv", "/nh")),
    "w32tm.exe": (
        ("/query", "/status"),
        ("/query", "/status", "/verbose"),
        ("/query", "/peers"),
        ("/query", "/source"),
        ("/query", "/configuration"),
    ),
    "dsregcmd.exe": (("/status",),),
    "manage-bde.exe": (("-status",),),
}
METHODS = {
    "GetProtectionStatus",
    "GetConversionStatus",
    "GetEncryptionMethod",
    "GetKeyProtectors",
    "GetKeyProtectorType",
}
METHODS |= {"GetLockStatus", "GetSuspendCount", "GetHardwareEncryptionStatus", "GetVersion"}
COM = {"Microsoft.Update.Session", "Microsoft.Update.SystemInfo", "Microsoft.Update.AutoUpdate"}
COM |= {"Microsoft.Update.ServiceManager", "Shell.Application"}
COM_MEMBERS = {"createupdatesearcher", "search", "queryhistory", "gettotalhistorycount", "item", "namespace"}
COM_MEMBERS |= {"extendedproperty", "invokeget"}
# Where the frame starts something by a variable: the body of a question, and a program by its full path.
STARTS = {("Ask", "$body"), ("Read-Program", "$program")}

# Short names of types in 5.1, below System; the others are found as they are.
ACCELERATORS = {
    "adsi": "DirectoryServices.DirectoryEntry",
    "adsisearcher": "DirectoryServices.DirectorySearcher",
    "array": "Array",
    "bool": "Boolean",
    "byte": "Byte",
    "char": "Char",
    "float": "Single",
    "hashtable": "Collections.Hashtable",
    "int": "Int32",
    "long": "Int64",
    "ordered": "Collections.Specialized.OrderedDictionary",
    "regex": "Text.RegularExpressions.Regex",
    "switch": "Management.Automation.SwitchParameter",
    "xml": "Xml.XmlDocument",
    "bigint": "Numerics.BigInteger",
    "ipaddress": "Net.IPAddress",
}
FORBIDDEN_TYPES = re.compile(
    r"^System\.(Reflection|Runtime|IO|Diagnostics|Management|Net(?!\.IPAddress$)|CodeDom|Activator|AppDomain|Threading)"
    r"|^Microsoft\.(Win32|CSharp|PowerShell)|^System\.Management\.Automation\.ScriptBlock"
)
# Methods that change something, by how their names begin. What is known to be harmless is named.
CHANGING = re.compile(
    r"^(?:Set|Put|Delete|Create|Save|Write|Install|Uninstall|Download|Commit|Add|Remove|Clear|Move|Copy|Rename|Kill|Start"
    r"|Stop|Invoke|Open|Begin|End|Reset|Enable|Disable|Change|Load|Register|Import|Export|Insert|Push|Pop|Shutdown|Reboot)(?=[A-Z]|$)",
    re.I,
)
HARMLESS = {"createupdatesearcher", "startswith", "endswith", "adddays", "addhours", "addminutes", "addseconds"}
HARMLESS |= {"addmilliseconds", "addmonths", "addyears", "invokeget", "addticks"}


def parse(texts: Mapping[str, str]) -> dict[str, Findings]:
    """All texts through PowerShell's parser, in one process."""
    done = subprocess.run(
        [pwsh() or "pwsh", "-NoProfile", "-NonInteractive", "-File", HERE / "grammar.ps1"],
        input=json.dumps(texts).encode(),
        env={**os.environ, "TERM": "dumb", "NO_COLOR": "1"},
        capture_output=True,
        timeout=120,
        check=True,
    )
    found: dict[str, Findings] = json.loads(done.stdout)
    assert set(found) == set(texts), done.stderr
    return found


# ---- the rules, one a function: the text, what was found in it, and what was found in the frame --------------------


def no_errors(text: str, found: Findings, frame: Findings) -> Iterator[str]:
    yield from found["errors"]


def nothing_of_7(text: str, found: Findings, frame: Findings) -> Iterator[str]:
    for token in found["tokens"]:
        kind, said = token["kind"], token["text"]
        if kind in LATER_TOKENS:
            yield f"{said} is of PowerShell 7"
        if kind == "Number" and LATER_NUMBER.match(said):
            yield f"the number {said} is of PowerShell 7"
        if kind in ("StringExpandable", "Generic", "Identifier") and LATER_ESCAPE.search(said):
            yield f"the escape in {said} is of PowerShell 7"
    for item in found["types"]:
        if item["name"].lower() in LATER_TYPES:
            yield f"[{item['name']}] is of PowerShell 7"
    for name in found["variables"]:
        if name.lower() in LATER_VARIABLES:
            yield f"${name} is of PowerShell 7"
    yield from (*found["operators"], *found["other"])


def known_commands(text: str, found: Findings, frame: Findings) -> Iterator[str]:
    """A function of the script, or a command of 5.1 by its full name and with parameters written out in full."""
    own = {item["name"].lower(): item["parameters"] for item in (*frame["functions"], *found["functions"])}
    table = {name.lower(): (name, set(map(str.lower, its))) for name, its in parameters().items()}
    for command in found["commands"]:
        name = (command["name"] or "").lower()
        given = {item.lower() for item in command["parameters"]}
        if command["operator"] != "Unknown" or not name:
            yield from _started(command)
        elif name in own:
            if strange := given - set(map(str.lower, own[name])):
                yield f"{name} has no parameter {sorted(strange)}"
        elif name not in table:
            yield f"{name} is no command of Windows PowerShell 5.1, written in full"
        elif strange := given - table[name][1] - COMMON:
            yield f"{name} of 5.1 has no parameter {sorted(strange)}"


def _started(command: Findings) -> Iterator[str]:
    """What `&` may start: a block that stands there, or what the frame starts by a variable."""
    block = command["operator"] == "Ampersand" and command["what"] == "ScriptBlockExpressionAst"
    if not block and (command["home"], command["first"]) not in STARTS:
        yield f"{command['text'][:60]} starts what is not written there"


def only_reading(text: str, found: Findings, frame: Findings) -> Iterator[str]:
    own = {item["name"].lower() for item in (*frame["functions"], *found["functions"])}
    reading = {name.lower() for name in READING}
    bad = {name.lower() for name in NOT_READING}
    verbs = {verb.lower() for verb in READING_VERBS}
    for command in found["commands"]:
        name = command["name"] or ""
        if name.lower() in own or not name:
            continue
        if name.lower() in bad or (name.split("-")[0].lower() not in verbs and name.lower() not in reading):
            yield f"{name} does not only read"
    yield from found["writes"]
    writing = [command for command in found["commands"] if (command["name"] or "").lower() == "out-file"]
    if len(writing) > (1 if text.lstrip().startswith("& {") else 0):
        yield "more than one Out-File"


def only_here(text: str, found: Findings, frame: Findings) -> Iterator[str]:
    for command in found["commands"]:
        for name in command["parameters"]:
            if name.lower() in ELSEWHERE:
                yield f"-{name} of {command['name']} is about another computer"


def listed_programs(text: str, found: Findings, frame: Findings) -> Iterator[str]:
    """Native programs by full name, through Read-Program, with arguments that stand there."""
    for command in found["commands"]:
        name = (command["name"] or "").lower()
        if name.endswith((".exe", ".com", ".bat", ".cmd", ".ps1")) or "\\" in name or "/" in name:
            yield f"{name} is started without Read-Program"
        if name == "read-program":
            given = tuple(command["arguments"])
            if command["parameters"] or given[1:] not in PROGRAMS.get(given[0] if given else "", ()):
                yield f"{command['text']} is not among the programs that only read"


def literal_methods(text: str, found: Findings, frame: Findings) -> Iterator[str]:
    """Methods of CIM that stand there by name and are known to read; COM objects that are known."""
    for command in found["commands"]:
        name = (command["name"] or "").lower()
        if name == "invoke-reading" and (len(command["arguments"]) < 2 or command["arguments"][1] not in METHODS):
            yield f"{command['text']} calls no method that is known to read"
        if name == "invoke-cimmethod" and command["home"] != "Invoke-Reading":
            yield "Invoke-CimMethod outside Invoke-Reading"
        com = {key.lower(): value for key, value in command["named"].items()}.get("comobject", "")
        if name == "new-object" and "comobject" in map(str.lower, command["parameters"]) and com not in COM:
            yield f"{command['text']} is no COM object that is known to be needed"


@cache
def _types() -> dict[str, Any]:
    return {name.lower(): item for name, item in known()["types"].items()}


def _full(name: str) -> str:
    """The full name of a type as 5.1 finds it, `` when it does not."""
    low = name.lower().split("[[")[0]
    short = f"system.{ACCELERATORS[low].lower()}" if low in ACCELERATORS else low
    return next((tried for tried in (short, f"system.{low}") if tried in _types()), "")


def _members(name: str) -> set[str]:
    made: set[str] = set()
    while name and (item := _types().get(name.lower())):
        made |= {member.lower() for member in item["m"]}
        name = item["b"] or ""
    return made


@cache
def _any_member() -> frozenset[str]:
    return frozenset(member.lower() for item in _types().values() for member in item["m"]) | COM_MEMBERS


def known_types(text: str, found: Findings, frame: Findings) -> Iterator[str]:
    """Types and members that 5.1 has, and that change nothing."""
    names = {name.lower(): name for name in known()["types"]}
    for item in found["types"]:
        full = _full(item["name"])
        if not full:
            yield f"[{item['name']}] is no type of 5.1"
        elif FORBIDDEN_TYPES.match(names.get(full.lower(), full)) and item["name"].lower() != "switch":
            yield f"[{item['name']}] can do more than read"
    for item in found["members"]:
        member = (item["member"] or "").lower()
        if item["static"] and item["type"] and member not in _members(_full(item["type"])):
            yield f"{item['text'][:80]}: 5.1 has no such member"
        elif item["invoked"]:
            yield from _called(item, member)


def _called(item: Findings, member: str) -> Iterator[str]:
    if not member or member not in _any_member():
        yield f"{item['text'][:80]}: no type of 5.1 has such a method"
    elif CHANGING.match(item["member"]) and member not in HARMLESS and not _local(item, member):
        yield f"{item['text'][:80]} may change something"
    count = len(item["arguments"])
    if (member == "replace" and count != 2) or (member == "contains" and count != 1):
        yield f"{item['text'][:80]}: an overload that only .NET Core has"
    if member == "split" and (count != 1 or len(item["arguments"][0] or "x") != 1):
        yield f"{item['text'][:80]}: 5.1 splits at each of the characters"


def _local(item: Findings, member: str) -> bool:
    """Members of a group, and the list of properties that a search is to bring."""
    return (member == "invoke" and item["arguments"] == ["Members"]) or (
        member in ("add", "addrange") and item["on"].lower().endswith(".propertiestoload")
    )


def typed_as_a_person_types(text: str, found: Findings, frame: Findings) -> Iterator[str]:
    """What standard input of 5.1 needs: ASCII, no empty line inside, no brace on a line of its own, no long line."""
    if not text.isascii():
        yield "not pure ASCII"
    for number, line in enumerate(text.rstrip("\n").split("\n"), 1):
        if not line.strip():
            yield f"line {number} is empty"
        if line.lstrip().startswith("{"):
            yield f"line {number} begins with a brace"
        if len(line) > 8000:
            yield f"line {number} is {len(line)} characters long"
    for token in found["tokens"]:
        if token["kind"].startswith("HereString"):
            yield "a here-string"


def nothing_alarming(text: str, found: Findings, frame: Findings) -> Iterator[str]:
    for number, line in enumerate(text.split("\n"), 1):
        if word := ALARMING.search(line):
            yield f"line {number}: {word[0]}"


RULES: dict[str, Rule] = {
    rule.__name__: rule
    for rule in (
        no_errors, nothing_of_7, known_commands, only_reading, only_here, listed_programs, literal_methods, known_types,
        typed_as_a_person_types, nothing_alarming,
    )
}  # fmt: skip


def broken(text: str, found: Findings, frame: Findings) -> dict[str, list[str]]:
    """The rules that a text breaks, and how."""
    said = {name: list(rule(text, found, frame)) for name, rule in RULES.items()}
    return {name: lines for name, lines in said.items() if lines}
