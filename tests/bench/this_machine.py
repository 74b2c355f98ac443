"""P7 and P10: a scan of this machine beside lynis, and the start of the program beside an empty Python."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from tests.bench.measure import PAIRS, Measured, Pair, Run, Work, measured, pairs

PROGRAMS = Path(sys.executable).parent
LEAST_CODES = 12
LEAST_TESTS = 200
STARTS = 10

# Both sides look at this machine from namespaces of their own: lynis calls `apt-get update` and asks name servers, and
# neither may leave the machine or change what the next scan finds. An SSH server listens there, as on most machines.
_ALONE = r"""set -e
own=$1; shift
ip link set lo up
for folder in /var/lib/apt /var/cache/apt /run; do
    [ -d $folder ] || continue
    mkdir -p "$own$folder/upper" "$own$folder/work"
    mount -t overlay overlay -o "lowerdir=$folder,upperdir=$own$folder/upper,workdir=$own$folder/work" $folder
done
mkdir -p /run/sshd
/usr/sbin/sshd -D -o PidFile=none & server=$!
status=0; "$@" || status=$?
kill $server
exit $status
"""


def audit(folder: Path) -> list[Measured]:
    """P7: all local checks and reports, beside `lynis audit system --quick`."""
    return [measured("P7", 0.15, pairs(lambda: _ours(folder), lambda: _lynis(folder)), lambda run: run.seconds)]


def start(folder: Path) -> list[Measured]:
    """P10: `nis2scan --help` beside a Python that does nothing, ten of each in a row."""
    help_text = [str(PROGRAMS / "nis2scan"), "--help"]
    nothing = [str(PROGRAMS / "python"), "-I", "-c", "pass"]
    found = [_starts(help_text, nothing, folder) for _ in range(PAIRS)]
    return [measured("P10", 6, found, lambda run: run.seconds / STARTS * 1000, "ms")]


def _timed(command: Sequence[str], folder: Path) -> float:
    """How long a command takes, in seconds. What it says is kept; its status is none of ours: lynis warns by it."""
    begin = time.perf_counter()
    with (folder / "said").open("wb") as said:
        subprocess.run(command, cwd=folder, stdin=subprocess.DEVNULL, stdout=said, stderr=said, timeout=300, check=True)
    return time.perf_counter() - begin


def _alone(folder: Path, *command: str) -> list[str]:
    own = folder / f"own-{time.monotonic_ns()}"
    own.mkdir()
    words = ["unshare", "--net", "--mount", "--propagation", "private", "sh", "-c", _ALONE, "alone", str(own)]
    return [*words, *command]


def _ours(folder: Path) -> Run:
    """The work is only that when twelve codes of the catalogue were judged."""
    out = folder / "out"
    shutil.rmtree(out, ignore_errors=True)
    took = _timed(
        _alone(folder, str(PROGRAMS / "nis2scan"), "scan", "--local", "--quiet", "--output", str(out)), folder
    )
    (newest,) = out.glob("*/findings.json")
    rows = json.loads(newest.read_bytes())["findings"]
    judged = {code for row in rows if row["outcome"] in ("pass", "warn", "fail") for code in row["catalogue"]}
    hosts = {row["host"] for row in rows} - {"office"}
    digest = " ".join(sorted(hosts)) if len(judged) >= LEAST_CODES else ""
    return Run(took, 0, Work(f"{len(judged)} codes judged", digest))


def _lynis(folder: Path) -> Run:
    report = folder / "lynis.dat"
    report.unlink(missing_ok=True)
    command = ["lynis", "audit", "system", "--quick", "--quiet", "--no-colors"]
    command += ["--logfile", str(folder / "lynis.log"), "--report-file", str(report)]
    took = _timed(_alone(folder, *command), folder)
    rows = dict(line.split("=", 1) for line in report.read_text(errors="replace").splitlines() if "=" in line)
    tests = rows["tests_executed"].count("|")
    return Run(took, 0, Work(f"{tests} tests", rows["hostname"] if tests >= LEAST_TESTS else ""))


def _starts(ours: Sequence[str], peer: Sequence[str], folder: Path) -> Pair:
    """One of each in turn, ten times: a start is so short that a neighbour's work would fall on one side alone."""
    took = [(_timed(ours, folder), _said(folder), _timed(peer, folder)) for _ in range(STARTS)]
    work = Work(f"{STARTS} starts", "started" if all("nis2scan" in said for _, said, _ in took) else "")
    mine, theirs = sum(row[0] for row in took), sum(row[2] for row in took)
    return Run(mine, 0, work), Run(theirs, 0, Work(work.shown, "started"))


def _said(folder: Path) -> str:
    return (folder / "said").read_text(errors="replace")
