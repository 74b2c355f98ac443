"""Run inside a network namespace: look at one address and print the recording. `python inside.py PLACE-AS-JSON`."""

from __future__ import annotations

import asyncio
import json
import sys
from dataclasses import replace

from nis2scan.recording import to_bytes
from nis2scan.testing import NOON, rules
from nis2scan.transport.network import look
from nis2scan.transport.pace import Pace
from nis2scan.transport.probes import Spot


def main() -> None:
    place = json.loads(sys.argv[1])
    words = tuple(place.pop("words"))
    spot = Spot(**{"network": "office", "on_link": True, **place})
    asked = [q for q in rules().questions if q.kind == "probe" and q.text.startswith(words)]
    seen = asyncio.run(look(spot, asked, Pace(20000, 20000), 90))
    sys.stdout.buffer.write(to_bytes(replace(seen, host="host", taken_at=NOON)))


if __name__ == "__main__":
    main()
