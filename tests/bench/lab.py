"""The goals that need many hosts, each in namespaces of its own without a way out.

`python -m tests.bench.lab FOLDER GOAL`, as process 1 of those namespaces: when it ends, the kernel ends everything.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.bench import collector, network, overlap, setup_facts
from tests.bench.hosts import PROJECT, opened, scanner
from tests.bench.measure import Measured
from tests.bench.roots import used_root
from tests.lab.host import swept
from tests.lab.root import shared_root
from tests.lab.run import run

LIMITS = {"gc_thresh1": 4096, "gc_thresh2": 8192, "gc_thresh3": 16384}  # each host knows its neighbours; one table
_NEIGHBOURS = Path("/proc/sys/net/ipv4/neigh/default")

# What is compared in a lab: by the first of the goals that come of it.
GOALS: dict[str, Callable[[Path], list[Measured]]] = {
    "P1": lambda lab: collector.compared(opened(lab, "p1", 254, shared_root())),
    "P2": lambda lab: setup_facts.compared(opened(lab, "p2", 30, used_root())),
    "P4": lambda lab: network.versions(opened(lab, "p4", 254, used_root(), network.serving)),
    "P5": lambda lab: network.silence(opened(lab, "p5", 254, shared_root())),
    "P6": lambda lab: overlap.compared(opened(lab, "p6", 60, shared_root())),
}


def inside(lab: Path, goal: str) -> list[Measured]:
    """One goal, in the lab."""
    run("mount", "-t", "tmpfs", "-o", "mode=755", "tmpfs", "/run")
    scanner()
    return GOALS[goal](lab)


def compared(goal: str) -> bool:
    """One goal from the outside: its lines are printed; whether both sides did the same work."""
    if not (shared_root() and used_root()):  # made out here: there is no way out from inside
        return False
    with tempfile.TemporaryDirectory(prefix="nis2scan-bench-", dir="/var/tmp", ignore_cleanup_errors=True) as folder:
        command = ["setpriv", "--pdeathsig", "KILL", "unshare", "--mount", "--propagation", "private", "--net", "--pid"]
        command += ["--fork", "--kill-child", "--mount-proc", sys.executable, "-m", "tests.bench.lab", folder, goal]
        child = subprocess.Popen(command, cwd=PROJECT, stdin=subprocess.DEVNULL)
        try:
            return child.wait(400) == 0
        except subprocess.TimeoutExpired:
            print(f"{goal} took too long", file=sys.stderr)
            return False
        finally:
            child.kill()
            child.wait()
            swept(Path(folder))


@contextmanager
def roomy() -> Iterator[None]:
    """Room for the neighbours of 254 hosts in the kernel's one table of them; put back as it was afterwards."""
    before = {name: (_NEIGHBOURS / name).read_text() for name in LIMITS}
    try:
        for name, limit in sorted(LIMITS.items(), reverse=True):
            (_NEIGHBOURS / name).write_text(str(max(limit, int(before[name]))))
        yield
    finally:
        for name, text in before.items():
            (_NEIGHBOURS / name).write_text(text)


def main() -> int:
    done = inside(Path(sys.argv[1]), sys.argv[2])
    for each in done:
        print(each.line, flush=True)
    return 0 if done and all(each.sound for each in done) else 1


if __name__ == "__main__":
    raise SystemExit(main())
