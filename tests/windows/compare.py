"""`python -m tests.windows.compare`: what the topics expect of each machine by the catalogue, against what is found.

Every topic says beforehand, in EXPECTED, what each code must come to on the machines where that was thought through.
A machine that is in order must fail nothing, expected or not.
"""

from __future__ import annotations

import importlib
import pkgutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field

from nis2scan.frameworks import datasets
from nis2scan.judge import judge
from nis2scan.model import Finding, Outcome, Recording
from nis2scan.reading import OFFICE, Case, Subject
from nis2scan.recording import from_bytes
from nis2scan.testing import NOON, rules
from tests.windows import topics
from tests.windows.profiles import RUNS
from tests.windows.run import file_of, pwsh, runs

WANTED = {"fail", "warn"}
WELL = "-goed"


@dataclass
class Comparison:
    """found: faults that were expected and are there. missed: not there. false: a fault where none was expected.

    differs: neither, but not as expected (a pass that is not assessed). codes: that were compared.
    """

    found: int = 0
    well: int = 0
    missed: list[str] = field(default_factory=list)
    false: list[str] = field(default_factory=list)
    differs: list[str] = field(default_factory=list)
    codes: set[str] = field(default_factory=set)

    @property
    def line(self) -> str:
        seeded = self.found + len(self.missed)
        return (
            f"windows: {len(self.codes)} codes, seeded {seeded}, found {self.found}, missed {len(self.missed)}, "
            f"in order {self.well}, false {len(self.false)}, differs {len(self.differs)}"
        )


def expectations() -> Iterator[tuple[str, str, str, str]]:
    """Machine, code, part and outcome, of every topic."""
    for item in pkgutil.iter_modules(topics.__path__):
        said = getattr(importlib.import_module(f"{topics.__name__}.{item.name}"), "EXPECTED", {})
        for (machine, code), outcome in said.items():
            for part, word in ({"": outcome} if isinstance(outcome, str) else outcome).items():
                yield machine, code, part, word


def judged(recordings: list[Recording]) -> list[Finding]:
    """Each machine as an office of its own: what one says does not depend on another."""
    found: list[Finding] = []
    for recording in recordings:
        case = Case([Subject(recording.host, recording)], Recording(OFFICE, "", NOON), NOON, datasets=datasets())
        found += [
            item for item in judge(rules(), case) if item.host == recording.host or recording.host in item.subject
        ]
    return found


def compared(findings: list[Finding]) -> Comparison:
    done, expected = Comparison(), set()
    # One code may have a check for each system: those for another system say nothing here.
    ordered = sorted(findings, key=lambda item: item.outcome is not Outcome.NOT_APPLICABLE)
    by_key = {(item.host, code, item.subject): item for item in ordered for code in item.catalogue}
    for machine, code, part, word in expectations():
        item = by_key.get((machine, code, part))
        got = "nothing" if item is None else str(item.outcome)
        expected.add((machine, code, part))
        done.codes.add(code)
        where = f"{machine} {code} {part}: expected {word}, got {got}{f' ({item.found})' if item else ''}"
        if got == word:
            done.found, done.well = done.found + (word in WANTED), done.well + (word not in WANTED)
        elif word in WANTED:
            done.missed.append(where)
        else:
            (done.false if got in WANTED else done.differs).append(where)
    for (machine, code, part), item in by_key.items():
        if item.outcome is Outcome.FAIL and WELL in machine and (machine, code, part) not in expected:
            done.false.append(f"{machine} {code} {part}: not expected to fail ({item.found})")
    return done


def main(words: list[str]) -> int:
    """From fresh runs, or with `--kept` from the recordings."""
    if words != ["--kept"] and pwsh() is None:
        print("no pwsh: set NIS2SCAN_PWSH, or compare the recordings: --kept", file=sys.stderr)
        return 2
    kept = (from_bytes(file_of(name).read_bytes()) for name in RUNS)
    done = compared(judged(list(kept if words == ["--kept"] else (item.recording for item in runs(RUNS)))))
    for kind, rows in (("missed", done.missed), ("false", done.false), ("differs", done.differs)):
        print("\n".join(f"{kind}: {row}" for row in sorted(rows)))
    print(done.line)
    return 1 if done.missed or done.false or done.differs else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
