"""`python -m tests.lab`: one scan of the lab, shown; with --record the recordings of its hosts are kept for tests."""

from __future__ import annotations

import sys
from pathlib import Path

from nis2scan.recording import from_bytes
from nis2scan.store import Store
from tests.lab.lab import Outcome, scanned
from tests.lab.root import why_not

RECORDINGS = Path(__file__).resolve().parents[1] / "recordings"


def record(outcome: Outcome) -> list[Path]:
    """Keep what the hosts answered in this scan, one file a host, in place of what was kept before."""
    for old in RECORDINGS.glob("lab-*.json"):
        old.unlink()
    RECORDINGS.mkdir(exist_ok=True)
    made = []
    with Store(outcome.folder / "out" / "store") as store:
        for _, data in store.recordings(store.runs()[0][0]):
            made.append(RECORDINGS / f"lab-{from_bytes(data).host}.json")
            made[-1].write_bytes(data)
    return made


def main() -> int:
    if why := why_not():
        print(why)
        return 2
    with scanned() as outcome:
        for row in sorted(outcome.findings, key=lambda row: (row["host"], row["check"], row["subject"])):
            if row["outcome"] in ("warn", "fail"):
                print(row["host"], row["check"], row["subject"] or "-", row["outcome"], row["found"], sep="  ")
        print({name: round(seconds, 1) for name, seconds in outcome.result["took"].items()})
        if "--record" in sys.argv[1:]:
            print(*(path.name for path in record(outcome)), sep="\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
