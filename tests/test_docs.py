"""The manual is true: its links lead somewhere, its commands are understood, its pages are what the program says."""

from __future__ import annotations

import importlib
import re
import shlex
import tomllib
from pathlib import Path

import pytest

from nis2scan.cli import COMMANDS
from nis2scan.config import Operator
from nis2scan.errors import Nis2scanError
from nis2scan.rules import load

TOP = Path(__file__).resolve().parent.parent
PAGES = [*sorted(TOP.glob("*.md")), *sorted((TOP / "docs").rglob("*.md"))]


def name_of(page: Path) -> str:
    return page.relative_to(TOP).as_posix()


def text_of(page: Path) -> str:
    return page.read_text(encoding="utf-8")


def anchors(text: str) -> set[str]:
    titles = re.findall(r"^#+ (.*)$", text, re.MULTILINE)
    return {re.sub(r"[^\w -]", "", title.lower()).strip().replace(" ", "-") for title in titles}


def commands() -> list[tuple[str, str]]:
    """Every command of nis2scan in a block of shell, and in `…`; with the page it is on."""
    found = []
    for page in PAGES:
        text = text_of(page)
        blocks = re.findall(r"```sh\n(.*?)```", text, re.DOTALL)
        lines = [line.strip() for block in blocks for line in block.splitlines()]
        lines += [code for line in text.splitlines() for code in re.findall(r"(?<!`)`([^`]+)`(?!`)", line)]
        found += [(name_of(page), line) for line in lines if line.startswith("nis2scan ")]
    return sorted(set(found))


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_link_leads_to_a_file_and_a_title_that_are_there(page: Path) -> None:
    for target in re.findall(r"\]\(([^)\s]+)\)", text_of(page)):
        if "://" in target:
            continue
        file, _, anchor = target.partition("#")
        there = page.parent / file if file else page
        assert there.exists(), f"{name_of(page)} links to {target}"
        assert not anchor or anchor in anchors(text_of(there)), f"{name_of(page)} links to {target}"


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_file_of_the_project_that_is_named_is_there(page: Path) -> None:
    named = re.findall(r"`((?:nis2scan|checks|reports|scripts|docs|tests)/[\w./-]+)`", text_of(page))

    assert [name for name in named if not (TOP / name).exists()] == []


def test_there_are_commands_in_the_manual() -> None:
    assert {command.split()[1] for _, command in commands()} >= {"scan", "report", "commands", "checks", "demo"}


@pytest.mark.parametrize(("page", "command"), commands())
def test_every_command_is_understood(page: str, command: str) -> None:
    _, word, *arguments = shlex.split(command.split(" > ")[0])
    if word in ("--help", "--version", "COMMAND"):
        return
    assert word in COMMANDS, f"{page}: {command}"
    arguments = ["high" if argument == "SEVERITY" else argument for argument in arguments]
    app = importlib.import_module(COMMANDS[word][0]).app

    # Parsing alone: nothing is run. It raises when an option or a value is not understood.
    app.parse_args(arguments, exit_on_error=False, print_error=False)


@pytest.mark.parametrize("word", sorted(COMMANDS))
def test_every_command_is_in_the_manual(word: str) -> None:
    assert any(command.split()[1] == word for _, command in commands())


def test_nobody_is_told_to_install_the_package_of_other_people() -> None:
    wrong = [
        name_of(page)
        for page in PAGES
        if re.search(r"(pip|pipx|uv) install\s+(-\S+\s+)*nis2scan\b(?!-mkb)", text_of(page))
    ]

    assert wrong == []


def test_every_exit_code_of_an_error_is_in_the_manual() -> None:
    text = text_of(TOP / "docs" / "exit-codes.md")

    def codes(error: type[Nis2scanError]) -> set[int]:
        return {error.exit_code}.union(*(codes(below) for below in error.__subclasses__()))

    assert {int(code) for code in re.findall(r"^\| (\d+) \|", text, re.MULTILINE)} >= codes(Nis2scanError) | {0, 1}


def test_the_operator_file_of_the_manual_is_right() -> None:
    (block,) = re.findall(r"```toml\n(.*?)```", text_of(TOP / "docs" / "configuration.md"), re.DOTALL)

    shown = Operator.model_validate(tomllib.loads(block))
    assert shown.check_folders
    assert shown.programs


def test_every_check_has_its_entry_in_the_manual() -> None:
    text = text_of(TOP / "docs" / "checks.md")

    missing = [check.id for check in load().checks if f"### `{check.id}`" not in text]
    assert missing == []


def test_every_target_of_make_is_a_script() -> None:
    targets = re.findall(r"^(\w+): *; @sh (\S+)$", text_of(TOP / "Makefile"), re.MULTILINE)

    assert [target for target, _ in targets] == ["setup", "scan", "check", "test", "bench", "lab"]
    for target, script in targets:
        assert script == f"scripts/{target}"
        assert (TOP / script).exists()
