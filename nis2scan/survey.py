"""The networks of an office, looked at from where this machine stands: hosts flow from being found to being asked."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine, Sequence
from contextlib import suppress
from datetime import UTC, datetime

from nis2scan.discover import Network, discovered
from nis2scan.errors import Reason
from nis2scan.model import Question, Recording
from nis2scan.transport.connect import more_room
from nis2scan.transport.neighbours import neighbours
from nis2scan.transport.network import VANTAGE, look
from nis2scan.transport.pace import Pace
from nis2scan.transport.probes import Spot

Tell = Callable[[str, str], None]
Keep = Callable[[Spot, Recording], None]
Lose = Callable[[Network, Exception], None]

_CONNECTS = 210  # of one host, at the most usual
_SHARE = 0.5  # of a host's time that its own connections may take, when the pace is shared with others


def survey(
    networks: Sequence[Network],
    questions: Sequence[Question],
    *,
    per_second: float,
    per_host: float,
    host_seconds: float,
    keep: Keep,
    lose: Lose,
    tell: Tell,
    stop: threading.Event,
) -> None:
    """Look for hosts in every network and put the probes among `questions` to each, at the pace given.

    keep: gets each host with its recording as it is ready. lose: gets a network that was not looked at to its end.
    tell: gets (`looking`, network), (`found`, address). stop: when it is set, everything that goes on ends.
    """
    pace = Pace(per_second, per_host, more_room())
    # More hosts at once would spend their time waiting for each other's turns.
    room = asyncio.Semaphore(max(4, int(per_second * host_seconds * _SHARE / _CONNECTS)))

    async def seen(spot: Spot) -> None:
        async with room:
            keep(spot, await _looked(spot, questions, pace, host_seconds))

    asyncio.run(_until(stop, _survey(networks, pace, seen, lose, tell)))


async def _until(stop: threading.Event, work: Coroutine[None, None, None]) -> None:
    """Do the work; cancelled when somebody stops, so that programs which it started end too."""
    task = asyncio.ensure_future(work)
    while not task.done() and not stop.is_set():
        await asyncio.wait((task,), timeout=0.2)
    if not task.done():
        task.cancel()
    with suppress(asyncio.CancelledError):
        await task


async def _survey(
    networks: Sequence[Network], pace: Pace, seen: Callable[[Spot], Coroutine[None, None, None]], lose: Lose, tell: Tell
) -> None:
    found: set[str] = set()  # ranges may overlap
    async with asyncio.TaskGroup() as group:
        for network in networks:
            try:
                tell("looking", network.name)
                async for spot in discovered(network, pace, neighbours):
                    if spot.address not in found:
                        found.add(spot.address)
                        tell("found", spot.address)
                        group.create_task(seen(spot))
            except Exception as bug:  # noqa: BLE001 the devices that were found are looked at all the same
                lose(network, bug)


async def _looked(spot: Spot, questions: Sequence[Question], pace: Pace, seconds: float) -> Recording:
    try:
        return await look(spot, questions, pace, seconds)
    except Exception as bug:  # noqa: BLE001 one host must never cost the scan
        failure = f"{type(bug).__name__}: {bug}"
        return Recording(spot.address, "", datetime.now(UTC), VANTAGE, {}, Reason.BUG, failure)
