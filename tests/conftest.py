"""What the whole suite shares: which tests share a worker, and last lines that say what was left out and why."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

TESTS = Path(__file__).resolve().parent

# Heavy work that would starve each other on two processors, and fixtures worth making once: one worker a group.
GROUPS = {"lab": "heavy", "test_lab": "heavy", "test_screens": "heavy", "test_packaging": "wheel"}
GROUPS |= {"test_contributing": "wheel"}


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A file stays on one worker; some files share theirs. A file may choose its own group with `xdist_group`."""
    for item in items:
        if item.get_closest_marker("xdist_group") is None:
            item.add_marker(pytest.mark.xdist_group(_group(item.path)))


def _group(file: Path) -> str:
    parts = file.relative_to(TESTS).with_suffix("").parts if file.is_relative_to(TESTS) else (file.stem,)
    named = (group for word, group in GROUPS.items() if any(part.startswith(word) for part in parts))
    return next(named, "/".join(parts))


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
    writer.line(f"tests: {', '.join(counts)}, {len(left_out)} left out")
    for line in left_out:
        writer.line(f"left out: {line}")


def _left_out(stats: dict[str, list[Any]]) -> Iterator[str]:
    for report in (*stats.get("skipped", ()), *stats.get("xfailed", ())):
        where = re.sub(r"@[\w/]+$", "", report.nodeid)
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else getattr(report, "wasxfail", "")
        yield f"{where} ({reason.removeprefix('Skipped: ') or 'no reason given'})"
    for item in stats.get("deselected", ()):
        yield f"{getattr(item, 'nodeid', item)} (deselected)"
