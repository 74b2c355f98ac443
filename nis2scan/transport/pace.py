"""How fast the network is asked: so many connections a second in all, and so many to one host."""

from __future__ import annotations

import asyncio
from collections import defaultdict


class Pace:
    """Gives out turns. A host gets its turns evenly spread; a small router must not feel a scan.

    per_second: turns a second in all. per_host: turns a second to one address. at_once: connections that wait for an
    answer at the same time. `taken` counts the turns that were given out.
    """

    def __init__(self, per_second: float = 1000, per_host: float = 20, at_once: int = 1000) -> None:
        self._between, self._between_host = 1 / per_second, 1 / per_host
        self._free = 0.0
        self._free_host: dict[str, float] = defaultdict(float)
        self.room = asyncio.Semaphore(at_once)
        self.taken = 0

    async def turn(self, address: str) -> None:
        """Wait for a turn. The host's turn comes first: waiting for it must not use up the turns of others."""
        clock = asyncio.get_running_loop().time
        due = max(clock(), self._free_host[address])
        self._free_host[address] = due + self._between_host
        if due > clock():
            await asyncio.sleep(due - clock())
        due = max(clock(), self._free)
        self._free = due + self._between
        if due > clock():
            await asyncio.sleep(due - clock())
        self.taken += 1
