"""Switch the fake devices on, each in a network namespace of its own, and read what came in at them."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

from tests.lab import fakes
from tests.lab.cable import plugged_in
from tests.lab.host import NETNS
from tests.lab.run import run
from tests.lab.strangers import Fake

DROP = "table inet office { chain input { type filter hook input priority 0; policy drop; }; }"


def connected(fake: Fake, lab: Path) -> subprocess.Popen[bytes]:
    """A device that is on. `drop` is the kernel itself, which answers ARP and nothing else."""
    plugged_in(fake.name, fake.card, mac=fake.mac)
    enter = ["nsenter", f"--net={NETNS / fake.name}"]
    if fake.kind == "drop":
        run(*enter, "nft", "-f", "-", stdin=DROP)
    command = [*enter, sys.executable, "-m", "tests.lab.fakes", fake.kind, str(notes(fake, lab))]
    log = (lab / f"{fake.name}.err").open("wb")
    return subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log)


def notes(fake: Fake, lab: Path) -> Path:
    return lab / f"{fake.name}.in"


def listens(fake: Fake, number: int, lab: Path) -> None:
    """Wait until the device listens on all of its ports."""
    wanted = {22} if fake.kind == "rogue" else set(fakes.ports(fake.kind, fakes.Notes(notes(fake, lab))))
    end = time.monotonic() + 20
    while time.monotonic() < end:
        rows = [line.split() for line in Path(f"/proc/{number}/net/tcp").read_text().splitlines()[1:]]
        if wanted <= {int(row[1].rsplit(":", 1)[1], 16) for row in rows if row[3] == "0A"}:
            return
        time.sleep(0.02)
    raise RuntimeError(f"{fake.name} does not listen: {(lab / f'{fake.name}.err').read_text(errors='replace')}")


def received(kind: str, all_fakes: tuple[Fake, ...], lab: Path) -> list[str]:
    """What came in at the devices of a kind: `bytes PORT COUNT` and `login USER METHOD`."""
    return [line for fake in all_fakes if fake.kind == kind for line in notes(fake, lab).read_text().splitlines()]
