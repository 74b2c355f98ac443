"""`python -m tests.bench [GOAL …]`: every goal, or those named (P1 brings P3 along). A line each.

Ends with 0 also when a goal is missed: that is what the lines say. Not with 0 when the two sides did not do the same
work, or when one of them did not run: then there is nothing to read.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
import traceback
from collections.abc import Callable
from pathlib import Path

from tests.bench import lab, this_machine
from tests.bench.measure import Measured
from tests.lab.root import why_not

HERE: dict[str, Callable[[Path], list[Measured]]] = {"P7": this_machine.audit, "P10": this_machine.start}


def here(goal: str) -> bool:
    """A goal that needs no lab."""
    with tempfile.TemporaryDirectory(prefix="nis2scan-bench-", dir="/var/tmp") as folder:
        try:
            done = HERE[goal](Path(folder))
        except Exception:  # noqa: BLE001 the next goal is measured all the same
            traceback.print_exc()
            print(f"{goal} was not measured: see above", flush=True)
            return False
    for each in done:
        print(each.line, flush=True)
    return all(each.sound for each in done)


def main() -> int:
    known = [*lab.GOALS, *HERE]
    wanted = sys.argv[1:] or known
    if wrong := [goal for goal in wanted if goal not in known]:
        print(f"bench: there is no {', '.join(wrong)}; there are {', '.join(known)}", file=sys.stderr)
        return 2
    if why := why_not():
        print(f"bench: {why}", file=sys.stderr)
        return 2
    began = time.monotonic()
    print(f"bench: {os.cpu_count()} processors, load {os.getloadavg()[0]:.1f} before the start", flush=True)
    with lab.roomy():
        sound = [lab.compared(goal) if goal in lab.GOALS else here(goal) for goal in wanted]
    print(f"bench: {time.monotonic() - began:.0f} s, load {os.getloadavg()[0]:.1f} at the end")
    return 0 if all(sound) else 1


if __name__ == "__main__":
    raise SystemExit(main())
