"""What the whole suite shares: which tests share a worker, and last lines that say what was left out and why."""

from __future__ import annotations

import shutil
import subprocess
import sys
import venv
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

TESTS = Path(__file__).resolve().parent

# Heavy work that would starve each other on two processors, and fixtures worth making once: one worker a group.
GROUPS = {"lab": "heavy", "test_browser": "heavy", "test_packaging": "wheel", "test_contributing": "wheel"}
GROUPS |= {"windows": "windows"}  # they share the runs of the script
GROUPS |= {"transport": "transport"}  # they share servers, and mostly wait

LONG = ("transport", "heavy", "windows")
"""The groups that take longest: they begin first, so that no worker is left with one at the end."""


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """A file stays on one worker; some files share theirs. (xdist's own groups do nothing with pytest 9.2.)"""
    from xdist.scheduler import LoadScopeScheduling  # type: ignore[import-untyped]

    class ByGroup(LoadScopeScheduling):  # type: ignore[misc]
        def _split_scope(self, nodeid: str) -> str:
            file, _, name = nodeid.partition("::")
            # The walk over all recordings is the longest of all: each kind of harm may have a worker of its own.
            return nodeid.split("[")[0] if name and "test_silence" in file else group_of(file)

    config.option.loadscopereorder = False  # the fewest tests are the slowest here, and must not begin last
    return ByGroup(config, log)


def group_of(file: str) -> str:
    """The group of a test file: the file itself, or what a part of its path is called in GROUPS."""
    parts = Path(file).with_suffix("").parts
    return next((GROUPS[part] for part in parts if part in GROUPS), file)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest first; all else in the order of the files."""
    order = {name: number for number, name in enumerate(LONG)}
    items.sort(key=lambda item: order.get(group_of(item.nodeid.partition("::")[0]), len(LONG)))


@pytest.hookimpl(trylast=True)
def pytest_unconfigure(config: pytest.Config) -> None:
    """The very last lines of a run: how many passed, and each test that was left out with the reason."""
    reporter: Any = config.pluginmanager.get_plugin("terminalreporter")
    if reporter is None or hasattr(config, "workerinput") or config.option.collectonly:
        return
    left_out = list(_left_out(reporter.stats))
    failed = sum(len(reporter.stats.get(kind, ())) for kind in ("failed", "error"))
    counts = [f"{len(reporter.stats.get('passed', ()))} passed"]
    counts += [f"{failed} failed"] if failed else []
    writer = config.get_terminal_writer()
    for line in _told(reporter.stats):
        writer.line(line)
    writer.line(f"tests: {', '.join(counts)}, {len(left_out)} left out")
    for line in left_out:
        writer.line(f"left out: {line}")


def _told(stats: dict[str, list[Any]]) -> list[str]:
    """What tests have counted and want to be read: property `told`, a line; property `silence`, judgements tried."""
    given = [item for report in stats.get("passed", ()) for item in getattr(report, "user_properties", ())]
    silence = [value for name, value in given if name == "silence"]
    lines = [value for name, value in given if name == "told"]
    if silence:
        lines.append(f"silence: {sum(silence)} judgements of harmed answers, none turned into another outcome")
    return lines


def _left_out(stats: dict[str, list[Any]]) -> Iterator[str]:
    for report in (*stats.get("skipped", ()), *stats.get("xfailed", ())):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else getattr(report, "wasxfail", "")
        yield f"{report.nodeid} ({reason.removeprefix('Skipped: ') or 'no reason given'})"
    for item in stats.get("deselected", ()):
        yield f"{getattr(item, 'nodeid', item)} (deselected)"


# ---- the project as others get it: built, installed, far from this folder -----------------------


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built through the source distribution from a copy of this tree: nothing is left behind here."""
    folder = tmp_path_factory.mktemp("built")
    junk = shutil.ignore_patterns(".*", "__pycache__", "*.egg-info", "build", "dist", "out")
    shutil.copytree(TESTS.parent, folder / "tree", ignore=junk)
    command = [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(folder), str(folder / "tree")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=280, check=False)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="session")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of programs of a fresh virtual environment into which the wheel was installed, and pytest."""
    folder = tmp_path_factory.mktemp("installed")
    venv.create(folder, with_pip=True)
    programs = folder / ("Scripts" if sys.platform == "win32" else "bin")
    command = [str(programs / "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    command += [str(wheel), "pytest", "setuptools>=77"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=280, check=False)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    return programs
