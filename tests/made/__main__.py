"""`python -m tests.made --record`: write the recordings that are made; with `network` also what real servers show."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path

from nis2scan.recording import to_bytes
from tests.made import linux, offices

RECORDINGS = Path(__file__).resolve().parents[1] / "recordings"
NETWORK = "network-hypervisor-slecht.json"


def files() -> Mapping[str, bytes]:
    """Every made recording that is the same each time, by its place below tests/recordings."""
    hosts = {f"made-{host.host}.json": to_bytes(host) for host in (linux.ailing(), linux.healthy())}
    folders = {"kantoor-slecht": offices.bad(), "kantoor-goed": offices.good()}
    return hosts | {f"{folder}/{name}": data for folder, made in folders.items() for name, data in made.items()}


def main() -> int:
    if "--record" not in sys.argv[1:]:
        print(__doc__)
        return 2
    made = dict(files())
    if "network" in sys.argv[1:]:
        from tests.made.network import worst

        made[NETWORK] = to_bytes(worst())
    for name, data in made.items():
        (RECORDINGS / name).parent.mkdir(exist_ok=True)
        (RECORDINGS / name).write_bytes(data)
        print(name, len(data))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
