"""`python -m tests.lab`: one scan of the lab, and everything that is not as the table says. --record: keep recordings.

Ends with 0 when every fault was found, nothing was invented and nothing was changed.
"""

from __future__ import annotations

import sys
from pathlib import Path

from nis2scan.recording import from_bytes
from nis2scan.store import Store
from tests.lab.compare import ADDRESSES, compared
from tests.lab.lab import Outcome, scanned
from tests.lab.places import PLACES
from tests.lab.root import why_not
from tests.lab.strangers import FAKES, STRANGERS

RECORDINGS = Path(__file__).resolve().parents[1] / "recordings"
# Enough of each kind: every recording is harmed in every way by the test of silence.
RECORDED = (
    *("archief", "balie", "boekhouding", "fileserver", "planning", "webshop", "kassa", "bestanden", "kluis"),
    *("brug", "loket"),
)
SEEN = (
    *("router", "web-oud", "delen-gast", "redis-open", "printer", "leugenaar", "dicht", "router-2"),
    *("web-goed", "telnet", "werkplek"),
)
NAMES = {address: name for name, address in ADDRESSES.items()}


def record(outcome: Outcome) -> list[Path]:
    """Keep what some hosts answered in this scan, one file a host, in place of what was kept before."""
    for old in RECORDINGS.glob("lab-*.json"):
        old.unlink()
    RECORDINGS.mkdir(exist_ok=True)
    made = []
    with Store(outcome.folder / "out" / "store") as store:
        for _, data in store.recordings(store.runs()[0][0]):
            host = from_bytes(data).host
            if (name := NAMES.get(host, host)) in (*RECORDED, *SEEN):
                made.append(RECORDINGS / f"lab-{name}.json")
                made[-1].write_bytes(data)
    return made


def main() -> int:
    if why := why_not():
        print(why)
        return 2
    with scanned() as outcome:
        done = compared(outcome)
        for trouble, lines in done.troubles.items():
            for line in lines:
                print(f"{trouble}: {line}")
        took = ", ".join(f"{name} {seconds:.0f} s" for name, seconds in outcome.result["took"].items())
        print(f"hosts: {len(PLACES)} with a login, {len(STRANGERS) + len(FAKES)} without; {took}")
        if "--record" in sys.argv[1:]:
            print(*(path.name for path in record(outcome)), sep="\n")
        print(*done.lines, sep="\n")
        return 0 if done.well else 1


if __name__ == "__main__":
    raise SystemExit(main())
