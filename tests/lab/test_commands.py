"""What is run on a host is what `nis2scan commands` says: seen from the host, by its kernel, not by our own word."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest

from nis2scan.collect import commands
from nis2scan.testing import rules
from tests.lab.lab import Outcome, scanned
from tests.lab.root import why_not
from tests.lab.watching import CONDITIONS

_EXECUTED = re.compile(r'^(?P<pid>\d+) +(?:\S+ )?execve\("(?P<path>[^"]+)", \[(?P<words>.*?)\](?:\.\.\.)?, .* = 0$')
# sshd starts PAM's message of the day and the login shell of the account; this is where our script begins.
_BEGINS = re.compile(r'execve\("/bin/sh", \["/bin/sh", "-s"\]')


@pytest.fixture(scope="module")
def lab() -> Iterator[Outcome]:
    if why := why_not():
        pytest.skip(why)
    with scanned(trace=True) as outcome:
        yield outcome


def executed(lab: Outcome) -> dict[str, set[str]]:
    """The programs that were executed below the login shell, by host."""
    found: dict[str, set[str]] = {}
    for trace in sorted(lab.folder.glob("trace.*")):
        lines = trace.read_text(errors="replace").splitlines()
        begin = next(number for number, line in enumerate(lines) if _BEGINS.search(line))
        paths = [match["path"] for line in lines[begin:] if (match := _EXECUTED.match(line))]
        found[trace.name.removeprefix("trace.")] = {path.rsplit("/", 1)[-1] for path in paths}
    return found


def test_everything_that_ran_is_declared_and_everything_declared_ran_or_could_not(
    lab: Outcome, record_property: Any
) -> None:
    rows = commands(rules().questions, "linux")
    declared = {program.rsplit("/", 1)[-1] for row in rows for program in row.programs}
    seen = executed(lab)
    everywhere = set().union(*seen.values())
    undeclared = sorted(everywhere - declared)
    silent = sorted(declared - everywhere)
    # A program that no host has is not run: `command -v` fails there, and the question says so before it begins.
    lacking = set.intersection(*(set(names) for names in lab.result["lacking"].values()))
    guarded = [name for name in silent if name in lacking]
    holding = {name for names in lab.result["holding"].values() for name in names}
    unexplained = sorted(set(silent) - lacking - (CONDITIONS.keys() - holding))

    line = (
        f"commands: declared {len(declared)}, seen {len(declared & everywhere)}, not on any host {len(guarded)}, "
        f"condition false {len(silent) - len(guarded) - len(unexplained)}, undeclared {len(undeclared)}"
    )
    record_property("told", line)
    assert len(seen) >= 4
    assert undeclared == []
    assert unexplained == []
