"""The networks of an office, looked at from where this machine stands: hosts flow from being found to being asked."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

from nis2scan.discover import Network, discovered
from nis2scan.model import Question, Recording
from nis2scan.transport.connect import more_room
from nis2scan.transport.neighbours import neighbours
from nis2scan.transport.network import look
from nis2scan.transport.pace import Pace
from nis2scan.transport.probes import Spot

Tell = Callable[[str, str], None]
Keep = Callable[[Spot, Recording], None]


def survey(
    networks: Sequence[Network],
    questions: Sequence[Question],
    *,
    per_second: float,
    per_host: float,
    host_seconds: float,
    keep: Keep,
    tell: Tell,
) -> None:
    """Look for hosts in every network and put the probes among `questions` to each, at the pace given.

    keep: gets each host with its recording as it is ready. tell: gets (`looking`, network), (`found`, address).
    """
    pace = Pace(per_second, per_host, more_room())
    asyncio.run(_survey(networks, questions, pace, host_seconds, keep, tell))


async def _survey(
    networks: Sequence[Network],
    questions: Sequence[Question],
    pace: Pace,
    host_seconds: float,
    keep: Keep,
    tell: Tell,
) -> None:
    async def seen(spot: Spot) -> None:
        keep(spot, await look(spot, questions, pace, host_seconds))

    async with asyncio.TaskGroup() as group:
        for network in networks:
            tell("looking", network.name)
            async for spot in discovered(network, pace, neighbours):
                tell("found", spot.address)
                group.create_task(seen(spot))
