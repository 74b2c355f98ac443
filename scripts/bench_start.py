"""Measure start and a scan of this machine, as ratios: P10 `nis2scan --help` to an empty Python, P7 a scan to lynis.

Both sides in turn, three pairs; the median ratio, the spread, and how much work either side did. Run it as root with
lynis installed (`sh scripts/debian-install lynis`); without lynis only P10 is measured. Ends with 1 when a goal is
missed, or when our scan judged too little for the comparison to mean anything.
"""

from __future__ import annotations

import json
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

PROGRAMS = Path(sys.executable).parent
PAIRS = 3
LEAST_CODES = 12


def seconds(command: Sequence[str], folder: Path) -> float:
    """How long a command takes, in seconds; it must succeed."""
    begin = time.perf_counter()
    nowhere = subprocess.DEVNULL
    subprocess.run(command, cwd=folder, stdin=nowhere, stdout=nowhere, stderr=nowhere, check=True, timeout=600)
    return time.perf_counter() - begin


def compare(name: str, goal: float, ours: Sequence[str], peer: Sequence[str], folder: Path, repeat: int = 1) -> bool:
    """Measure both in turn and print one line; whether the goal is met."""
    times = [
        (sum(seconds(ours, folder) for _ in range(repeat)), sum(seconds(peer, folder) for _ in range(repeat)))
        for _ in range(PAIRS)
    ]
    ratios = sorted(mine / theirs for mine, theirs in times)
    middle = statistics.median(ratios)
    each = [statistics.median(side) / repeat for side in zip(*times, strict=True)]
    spread = f"spread {ratios[0]:.2f}-{ratios[-1]:.2f}"
    print(f"{name} ratio {middle:.2f} goal {goal:.2f} {spread} ({each[0]:.3f} s to {each[1]:.3f} s)")
    return middle <= goal


def worked(folder: Path) -> bool:
    """Print what was really done: codes judged by our last scan, tests that lynis ran. Whether it is enough."""
    newest = max(folder.glob("out/*/findings.json"))
    rows = json.loads(newest.read_bytes())["findings"]
    judged = {code for row in rows if row["outcome"] in ("pass", "warn", "fail") for code in row["catalogue"]}
    report = (folder / "lynis.dat").read_text(errors="replace")
    tests = next(line for line in report.splitlines() if line.startswith("tests_executed=")).count("|")
    print(f"P7 work {len(judged)} codes judged (at least {LEAST_CODES}), {len(rows)} findings; lynis {tests} tests")
    return len(judged) >= LEAST_CODES


def main() -> int:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        python, program = str(PROGRAMS / "python"), str(PROGRAMS / "nis2scan")
        met = compare("P10", 6, [program, "--help"], [python, "-I", "-c", "pass"], folder, repeat=10)
        if shutil.which("lynis") is None:
            print("P7 left out: lynis is not installed")
            return 0 if met else 1
        lynis = ["lynis", "audit", "system", "--quick", "--quiet", "--no-colors"]
        lynis += ["--logfile", str(folder / "lynis.log"), "--report-file", str(folder / "lynis.dat")]
        scan = [program, "scan", "--local", "--quiet", "--output", str(folder / "out")]
        met &= compare("P7", 0.15, scan, lynis, folder)
        met &= worked(folder)
        return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
