"""One run of a program for many addresses that are to be asked the same: those that come while others run join."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Hashable, Sequence
from dataclasses import dataclass, field

Run = Callable[[Sequence[str]], Awaitable[Callable[[str], object]]]
"""Runs for these addresses; what comes back reads the answer of one of them, or raises."""


@dataclass
class _Group:
    """Addresses that wait for the same run, and who waits for each."""

    run: Run
    waiting: dict[str, asyncio.Future[object]] = field(default_factory=dict)


class Groups:
    """So many runs at once, so many addresses in each. A run that fails as a whole is made again for each of its
    addresses alone: one strange host must not cost the others their answer.
    """

    def __init__(self, at_once: int, most: int) -> None:
        self._at_once, self._most = at_once, most
        self._groups: dict[Hashable, _Group] = {}
        self._running: dict[asyncio.Task[None], dict[str, asyncio.Future[object]]] = {}

    async def ask(self, key: Hashable, address: str, run: Run) -> object:
        """The answer of one address. key: which addresses may share a run. When nobody waits any more, a run ends."""
        answer: asyncio.Future[object] = asyncio.get_running_loop().create_future()
        self._queued(key, run, {address: answer})
        try:
            return await answer
        except asyncio.CancelledError:
            await self._given_up()
            raise

    async def _given_up(self) -> None:
        """End the runs for which nobody waits, and whatever they started, before anything else goes on."""
        vain = {task for task, waiting in self._running.items() if all(answer.done() for answer in waiting.values())}
        for task in vain:
            task.cancel()
        if vain:
            await asyncio.wait(vain)

    def _queued(self, key: Hashable, run: Run, waiting: dict[str, asyncio.Future[object]]) -> None:
        self._groups.setdefault(key, _Group(run)).waiting.update(waiting)
        self._pump()

    def _pump(self) -> None:
        """Start runs while there is room, the largest group first."""
        while self._groups and len(self._running) < self._at_once:
            key = max(self._groups, key=lambda item: len(self._groups[item].waiting))
            group = self._groups[key]
            taken = dict(list(group.waiting.items())[: self._most])
            for address in taken:
                del group.waiting[address]
            if not group.waiting:
                del self._groups[key]
            alive = {address: answer for address, answer in taken.items() if not answer.done()}
            if alive:
                self._start(group.run, alive)

    def _start(self, run: Run, waiting: dict[str, asyncio.Future[object]]) -> None:
        task = asyncio.get_running_loop().create_task(self._answered(run, waiting))
        self._running[task] = waiting

        def over(_: asyncio.Task[None]) -> None:
            del self._running[task]
            self._pump()

        task.add_done_callback(over)

    async def _answered(self, run: Run, waiting: dict[str, asyncio.Future[object]]) -> None:
        try:
            read = await run(list(waiting))
        except Exception as trouble:  # noqa: BLE001 whoever waits gets it
            self._failed(run, waiting, trouble)
            return
        for address, answer in waiting.items():
            if answer.done():
                continue
            try:
                answer.set_result(read(address))
            except Exception as trouble:  # noqa: BLE001 whoever waits gets it
                answer.set_exception(trouble)

    def _failed(self, run: Run, waiting: dict[str, asyncio.Future[object]], trouble: Exception) -> None:
        left = {address: answer for address, answer in waiting.items() if not answer.done()}
        for address, answer in left.items():
            if len(waiting) == 1:
                answer.set_exception(trouble)
            else:
                self._queued(object(), run, {address: answer})
