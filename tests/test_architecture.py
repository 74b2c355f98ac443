"""ARCHITECTURE.md as tests: who may import whom, where each library stands, and what nobody does."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from nis2scan.rules import load

TOP = Path(__file__).resolve().parent.parent
FILES = [file for folder in ("nis2scan", "checks", "reports") for file in sorted((TOP / folder).rglob("*.py"))]
EVERYWHERE = {"__future__", "collections", "dataclasses", "datetime", "enum", "functools", "re", "typing"}

# Each room may import the rooms named after it, and no others. `cli` may import everything.
ROOMS: dict[str, set[str]] = {
    "errors": set(),
    "policy": set(),
    "model": {"errors"},
    "questions": {"model"},
    "check": {"model", "policy", "errors"},
    "language": {"model"},
    "assessment": {"check", "language", "model", "errors"},
    "words": {"assessment", "language", "model", "errors"},
    "api": {"assessment", "check", "language", "model", "policy", "questions", "words", "errors"},
    "facts": {"api"},
    "plugins": {"errors"},
    "rules": {"check", "model", "plugins", "errors"},
    "reading": {"check", "model", "policy", "rules", "errors"},
    "ends": {"check", "model"},
    "coverage": {"check", "ends", "frameworks", "judge", "model", "policy", "reading", "recording", "rules", "errors"},
    "judge": {"check", "model", "policy", "reading", "rules", "errors"},
    "recording": {"model", "errors"},
    "access_list": set(),
    "secrets": {"access_list", "errors"},
    "transport": {"check", "model", "questions", "recording", "secrets", "errors"},
    "logins": {"model", "secrets", "errors"},
    "collect": {"transport", "model", "errors"},
    "host_settings": {"secrets", "errors"},
    "config": {"host_settings", "policy", "secrets", "errors"},
    "answers": {"api", "config", "facts", "check", "model", "questions", "errors"},
    "inventory": {"config", "model", "errors"},
    "frameworks": {"assessment", "check", "facts", "model"},
    "unseen": {"assessment", "model", "errors"},
    "assess": {"assessment", "check", "model", "policy", "unseen", "errors"},
    "assessing": {
        *("answers", "assess", "assessment", "check", "frameworks", "judge", "model", "policy", "reading", "rules"),
        *("errors", "__version__"),
    },
    "publish": {"assessment", "language", "plugins", "errors"},
    "store": {"model", "recording", "errors"},
    "retention": {"store", "errors"},
    "attached": {"config", "model", "transport"},
    "discover": {"inventory", "transport", "model", "errors"},
    "survey": {"discover", "transport", "model", "errors"},
    "assets": {"assessment", "facts", "model", "reading", "rules", "store", "errors"},
    "by_file": {"assets", "model", "policy", "recording", "rules", "store", "transport", "errors"},
    "merge": {
        *("assets", "facts", "model", "policy", "reading", "recording", "rules", "scan", "store", "transport"),
        "errors",
    },
    "scan": {"collect", "discover", "model", "survey", "transport", "errors"},
    "demo": {"assessing", "assessment", "assets", "model", "reading", "recording", "rules", "errors"},
    "testing": {"check", "frameworks", "judge", "model", "policy", "reading", "rules", "errors"},
    "checks": {"api", "facts"},
    "reports": {"api"},
}

# Libraries that stand in the files named and nowhere else, so that replacing one is work in one place.
ONLY_IN: dict[str, set[str]] = {
    "paramiko": {f"nis2scan/transport/{file}.py" for file in ("ssh", "ssh_login", "ssh_route", "host_keys")},
    "winrm": {f"nis2scan/transport/{file}.py" for file in ("winrm", "winrm_login", "winrm_proof")},
    "spnego": {"nis2scan/transport/winrm_proof.py"},
    "requests": set(),
    "nmap": {"nis2scan/transport/probes/nmap.py"},
    "psutil": {"nis2scan/transport/local.py"},
    "cryptography": {"nis2scan/transport/probes/tls.py", "nis2scan/transport/winrm_proof.py"},
    "netaddr": {"nis2scan/transport/makers.py"},
    "subprocess": {"nis2scan/transport/local.py", "nis2scan/transport/neighbours.py", "nis2scan/secrets.py"},
    "sqlite3": {"nis2scan/store.py"},
    "tomllib": {"nis2scan/config.py", "nis2scan/answers.py", "nis2scan/waivers.py"},
    "pydantic": {"nis2scan/config.py", "nis2scan/host_settings.py"},
    "keyring": {"nis2scan/secrets.py"},
    "babel": {"nis2scan/language.py"},
}

# What checks and facts may use besides nis2scan: nothing that reaches out, nothing that knows the time.
PURE = EVERYWHERE | {"ipaddress", "json", "debian"}
CLOCKS = {f"{kind}.{name}" for kind in ("datetime", "date", "Now") for name in ("now", "today", "utcnow")}


def name_of(file: Path) -> str:
    return file.relative_to(TOP).as_posix()


def room_of(file: Path) -> str:
    folder, *rest = file.relative_to(TOP).with_suffix("").parts
    return rest[0] if folder == "nis2scan" else folder


def imports(file: Path) -> Iterator[tuple[int, str]]:
    """Line and dotted name of everything that a file imports. Relative imports stay in their room and are left out."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            if node.module == "nis2scan":
                yield from ((node.lineno, f"nis2scan.{alias.name}") for alias in node.names)
            else:
                yield node.lineno, node.module


def every_import() -> Iterator[tuple[Path, int, str]]:
    for file in FILES:
        for line, name in imports(file):
            yield file, line, name


def test_each_room_imports_only_what_the_table_allows() -> None:
    wrong = []
    for file, line, name in every_import():
        room, (top, *rest) = room_of(file), name.split(".")
        if top != "nis2scan" or room in ("cli", "__init__"):
            continue
        allowed = ROOMS.get(room, set()) | {room}
        if not rest or rest[0] not in allowed:
            wrong.append(f"{name_of(file)}:{line} {room} may not import {name}")

    assert wrong == []


def test_every_room_stands_in_the_table() -> None:
    rooms = {room_of(file) for file in FILES} - {"cli", "__init__"}

    assert rooms - ROOMS.keys() == set()


def test_nothing_imports_checks_or_reports_they_are_only_loaded() -> None:
    wrong = [
        f"{name_of(file)}:{line} imports {name}"
        for file, line, name in every_import()
        if f"{name}.".startswith(("checks.", "reports.", "nis2scan.checks.", "nis2scan.reports."))
        and not (room_of(file) == "reports" and name.startswith("nis2scan.reports."))
    ]

    assert wrong == []


@pytest.mark.parametrize("library", sorted(ONLY_IN))
def test_a_library_stands_in_one_place(library: str) -> None:
    wrong = [
        f"{name_of(file)}:{line} imports {name}"
        for file, line, name in every_import()
        if name.split(".")[0] == library and name_of(file) not in ONLY_IN[library]
    ]

    assert wrong == []


def test_checks_and_facts_import_no_library_that_reaches_out() -> None:
    wrong = [
        f"{name_of(file)}:{line} imports {name}"
        for file, line, name in every_import()
        if room_of(file) in ("checks", "facts") and name.split(".")[0] not in PURE | {"nis2scan"}
    ]

    assert wrong == []


def attributes(file: Path) -> Iterator[tuple[int, str, str]]:
    """Line, object and attribute of every `object.attribute` in a file."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Attribute):
            yield node.lineno, ast.unparse(node.value), node.attr


def test_checks_and_facts_and_the_judge_never_look_at_a_clock() -> None:
    wrong = [
        f"{name_of(file)}:{line} looks at the clock: {value}.{attribute}"
        for file in FILES
        if room_of(file) in ("checks", "facts", "model", "check", "reading", "judge", "assess", "reports")
        for line, value, attribute in attributes(file)
        if f"{value}.{attribute}" in CLOCKS or value == "time"
    ]

    assert wrong == []


def test_nothing_below_the_command_line_prints_exits_or_reads_the_environment() -> None:
    wrong = []
    for file in FILES:
        if room_of(file) == "cli":
            continue
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("print", "input"):
                wrong.append(f"{name_of(file)}:{node.lineno} calls {node.func.id}")
        for line, value, attribute in attributes(file):
            reads_environment = (value, attribute) in {("os", "environ"), ("os", "getenv")}
            if (value, attribute) in {("sys", "argv"), ("sys", "exit"), ("os", "_exit")}:
                wrong.append(f"{name_of(file)}:{line} uses {value}.{attribute}")
            if reads_environment and room_of(file) != "secrets":
                wrong.append(f"{name_of(file)}:{line} reads the environment")

    assert wrong == []


def test_a_check_is_called_like_its_file_and_its_folder() -> None:
    own = [check for check in load().checks if check.module.startswith("nis2scan.checks.")]

    assert own
    for check in own:
        measure, file = check.module.split(".")[-2:]
        assert check.id == f"{measure}/{file.replace('_', '-')}", check.module
        assert check.judge.__name__ == file, check.module


def functions(file: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield node


def test_files_stay_short() -> None:
    lengths = {
        name_of(file): sum(bool(line.strip()) for line in file.read_text("utf-8").splitlines()) for file in FILES
    }

    assert {name: lines for name, lines in lengths.items() if lines > 250} == {}


def length(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines of a function without its docstring: saying what goes in and out is never too long."""
    first = node.body[0]
    said = (first.end_lineno or 0) - first.lineno + 1 if ast.get_docstring(node) else 0
    return (node.end_lineno or 0) - node.lineno + 1 - said


def test_functions_stay_short() -> None:
    lengths = {f"{name_of(file)}:{node.lineno} {node.name}": length(node) for file in FILES for node in functions(file)}

    assert {name: lines for name, lines in lengths.items() if lines > 45} == {}
