"""Make the servers of `nis2scan demo` out of recorded hosts: `make_demo.py RECORDING=NAME …`, under invented names.

A host's own name is replaced everywhere in its answers, and so are temporary folders of the machine on which it was
recorded; nothing else of an answer is touched.
"""

from __future__ import annotations

import re
import sys
from dataclasses import replace
from pathlib import Path

from nis2scan.recording import from_bytes, to_bytes

FOLDER = re.compile(rb"/var/tmp/[\w.-]+")
DEMO = Path(__file__).resolve().parent.parent / "nis2scan" / "demo"


def main(pairs: list[str]) -> int:
    for old in DEMO.glob("*.json"):
        old.unlink()
    for pair in pairs:
        path, _, name = pair.rpartition("=")
        taken = from_bytes(Path(path).read_bytes())
        own, new = taken.host.encode(), name.encode()
        answers = {
            key: replace(
                answer, out=FOLDER.sub(b"/srv/disk", answer.out.replace(own, new)), err=answer.err.replace(own, new)
            )
            for key, answer in taken.answers.items()
        }
        (DEMO / f"{name}.json").write_bytes(to_bytes(replace(taken, host=name, answers=answers)))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
