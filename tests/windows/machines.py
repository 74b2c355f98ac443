"""Descriptions of made-up machines, put together from the fragments of all topics, and written as folders.

A fragment belongs to `*` (every machine), to `client` or `server`, to a machine, or to a run of it
(`w11-slecht~gebruiker`); within a topic the later of these wins. Two topics that say different things of one value are
an error: what several need belongs in topics/base.py, which the others may overrule. Lists of two topics (rows of a
class of CIM, events of a log) are put one after the other.
"""

from __future__ import annotations

import gzip
import importlib
import json
import pkgutil
import shutil
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from nis2scan.testing import NOON
from tests.windows import topics
from tests.windows.profiles import RUNS
from tests.windows.rights import environment, rights, whoami

HERE = Path(__file__).resolve().parent
PARTS = ("registry", "cim", "commands", "logs", "programs", "adsi", "com", "env", "files")
LANGUAGES = {"nl": "nl_NL.UTF-8", "de": "de_DE.UTF-8", "en": "en_US.UTF-8"}
# Parameters of commands that come with a feature of Windows and are not in the table of 5.1.
FEATURES = {
    "Get-WBSummary": (),
    "Get-WBPolicy": ("Editable",),
    "Get-WBJob": ("Previous",),
    "Get-WindowsFeature": ("Name", "Vhd", "LogPath"),
    "Get-LapsAADPassword": (),
    "Get-LapsDiagnostics": (),
}

Part = dict[str, Any]
BELOW = ("base", "seldom")
"""Topics that the others overrule."""
CURRENT = r"HKLM\SOFTWARE\Microsoft\Windows NT\CurrentVersion"


@cache
def known() -> dict[str, Any]:
    """What Windows PowerShell 5.1 knows: commands by module, and types."""
    with gzip.open(HERE / "windows-powershell-5.1.json.gz") as file:
        found: dict[str, Any] = json.load(file)
    return found


@cache
def parameters() -> dict[str, tuple[str, ...]]:
    """The parameters of every command of Windows PowerShell 5.1, without the ones that all have."""
    commands = {name: tuple(found) for module in known()["commands"].values() for name, found in module.items()}
    return {**commands, **FEATURES}


def _topics() -> list[tuple[str, Mapping[str, Part]]]:
    """The fragments of every topic, base first."""
    names = sorted(
        (item.name for item in pkgutil.iter_modules(topics.__path__)), key=lambda name: (name != "base", name)
    )
    return [(name, importlib.import_module(f"tests.windows.topics.{name}").FRAGMENTS) for name in names]


def description(run: str) -> Part:
    """Everything that is said of the machine of this run."""
    profile = RUNS[run]
    whole: Part = {part: {} for part in PARTS}
    said: Part = {}
    for name, fragments in _topics():
        own = _own(name, fragments, run)
        if name in BELOW:
            whole = _overlaid(whole, own)
        else:
            said = _joined(said, own, (f"{run}, {name}",))
    whole = _overlaid(whole, said)
    whole["env"] = {**environment(profile), **whole["env"]}
    whole["programs"] = {**whoami(profile), **whole["programs"]}
    whole["rights"] = rights(profile)
    whole["culture"] = LANGUAGES[profile.language].split(".")[0].replace("_", "-")
    whole["version"] = f"5.1.{profile.build}.{whole['registry'][CURRENT]['UBR']}"
    whole["now"] = int(NOON.timestamp())
    whole["refused"] = [] if profile.admin else [name for name in whole["commands"] if name in _of_cim()]
    whole["parameters"] = {name: _parameters(name, run) for name in whole["commands"]}
    return whole


@cache
def _of_cim() -> frozenset[str]:
    """The commands made of CIM, which are refused with it: those of all modules but PowerShell's own and a few."""
    others = (
        "Microsoft.",
        "Appx",
        "Appv",
        "AppLocker",
        "BitsTransfer",
        "Dism",
        "PKI",
        "PS",
        "ISE",
        "TLS",
        "International",
    )
    found = known()["commands"]
    return frozenset(name for module, its in found.items() if not module.startswith(others) for name in its)


def _own(name: str, fragments: Mapping[str, Part], run: str) -> Part:
    """What one topic says of the machine of this run."""
    if unknown := set(fragments) - {"*", "client", "server", *RUNS}:
        raise LookupError(f"topics/{name}.py speaks of {sorted(unknown)}, which is no machine")
    own: Part = {}
    for key in dict.fromkeys(("*", RUNS[run].kind, RUNS[run].base, run)):
        own = _overlaid(own, fragments.get(key, {}))
    if strange := set(own) - set(PARTS):
        raise LookupError(f"topics/{name}.py: {sorted(strange)} is no part of a description")
    return own


def _parameters(command: str, run: str) -> tuple[str, ...]:
    if command not in parameters():
        raise LookupError(f"{run}: Windows PowerShell 5.1 has no {command}; name its parameters in machines.FEATURES")
    return parameters()[command]


def _overlaid(below: Any, above: Any) -> Any:
    """Within a topic: tables are laid over each other, everything else is replaced."""
    if isinstance(below, dict) and isinstance(above, dict) and "@error" not in above and "@error" not in below:
        return {**below, **{key: _overlaid(below[key], item) if key in below else item for key, item in above.items()}}
    return above


def _joined(left: Any, right: Any, at: tuple[str, ...]) -> Any:
    """Two topics: tables are joined, lists put one after the other; different values of one thing are an error."""
    if isinstance(left, dict) and isinstance(right, dict) and "@error" not in left and "@error" not in right:
        spelled = {key.lower(): key for key in left}
        made = dict(left)
        for key, item in right.items():
            there = spelled.get(key.lower())
            made[there or key] = item if there is None else _joined(left[there], item, (*at, key))
        return made
    if isinstance(left, list) and isinstance(right, list) and at[1] != "registry":
        return [*left, *right]
    if left != right:
        raise LookupError(f"{': '.join(at)}: {right!r}, where another topic says {left!r}")
    return left


def write(run: str, folder: Path) -> Path:
    """The machine as a folder that made_up.ps1 loads: machine.json, and as drive C: its programs and files."""
    whole = description(run)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "machine.json").write_text(json.dumps(whole, ensure_ascii=False), "utf-8")
    (folder / "language").write_text(LANGUAGES[RUNS[run].language] + "\n", "ascii")
    shutil.rmtree(folder / "C", ignore_errors=True)
    system = folder / "C" / "Windows" / "System32"
    system.mkdir(parents=True)
    for path, text in whole["files"].items():
        at = folder / "C" / path.removeprefix("C:\\").replace("\\", "/")
        at.parent.mkdir(parents=True, exist_ok=True)
        at.write_text(text, "utf-8")
    _write_programs(whole["programs"], system, RUNS[run].admin)
    return folder


def _write_programs(programs: Mapping[str, Part], system: Path, admin: bool) -> None:
    """Each program is a script that knows the arguments it is described with, and no others."""
    lines: dict[str, list[str]] = {}
    for number, (command, answer) in enumerate(programs.items()):
        name, _, arguments = command.partition(" ")
        said = answer if admin else answer.get("@user", answer)
        (system / f"{number}.out").write_text(said["out"], "utf-8", newline="")
        quoted = arguments.replace("'", "'\\''")
        line = f"'{quoted}') cat \"${{0%/*}}/{number}.out\"; exit {said.get('code', 0)} ;;"
        lines.setdefault(name, []).append(line)
    for name, cases in lines.items():
        text = "\n".join(["#!/bin/sh", 'case "$*" in', *cases, "*) exit 87 ;;", "esac", ""])
        (system / name).write_text(text, "utf-8")
        (system / name).chmod(0o755)
