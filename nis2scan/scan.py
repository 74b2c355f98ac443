"""Ask the hosts of one client and look at its networks, at the same time. Threads and progress are here."""

from __future__ import annotations

import math
import queue
import threading
import time
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from nis2scan.collect import collect
from nis2scan.discover import Network
from nis2scan.errors import Reason
from nis2scan.model import Question, Recording, Said, Status
from nis2scan.survey import survey
from nis2scan.transport import Transport
from nis2scan.transport.leaving import leave
from nis2scan.transport.probes import Spot


@dataclass(frozen=True)
class Target:
    """One host to ask, and the way to it. Without a way, `failure` says why.

    found: it is not in the inventory; something on a network answered at this address, and it receives no login.
    delivered: nobody is asked; what a machine said before came by file.
    """

    name: str
    address: str
    transport: Transport | None
    failure: Said = ""
    found: bool = False
    delivered: bool = False


@dataclass(frozen=True)
class Event:
    """Progress. what: `asking` or `done` (a host with a login), `found` or `seen` (a device on a network), `looking`
    (for devices in a network, which `host` names). `done` of `total` hosts with a login are ready.
    """

    host: str
    what: str
    done: int = 0
    total: int = 0
    failed: Reason | None = None


_STOP_SECONDS = 8.0
_LEAVE_SECONDS = 3.0

Tell = Callable[[Event], None]
Answered = tuple[Target, Recording]


@dataclass(frozen=True)
class Pacing:
    """How much goes on at once: seconds for one host (a total), logins at once, connections a second.

    total_seconds: after so long nothing more is waited for; 0 for no end.
    """

    host_seconds: int = 120
    at_once: int = 16
    per_second: float = 1000
    per_host: float = 20
    total_seconds: float = 0


def gather(
    targets: Sequence[Target],
    networks: Sequence[Network],
    questions: Sequence[Question],
    pacing: Pacing,
    tell: Tell,
) -> Generator[Answered, None, None]:
    """Ask all targets and look at all networks, at the same time; each answer as it comes.

    The caller may stop taking at any moment (Ctrl-C): nothing that is still going on keeps the program from ending.
    """
    waiting: queue.SimpleQueue[Target] = queue.SimpleQueue()
    ready: queue.SimpleQueue[Answered | None] = queue.SimpleQueue()
    for target in targets:
        waiting.put(target)
    work: list[Callable[[], None]] = [
        lambda: _logins(waiting, ready, questions, pacing, tell) for _ in range(min(pacing.at_once, len(targets)))
    ]
    stop = threading.Event()
    if networks:
        work.append(lambda: _networks(networks, ready, questions, pacing, tell, stop))
    # Daemons: a host that hangs must not keep the program from ending after Ctrl-C.
    threads = [threading.Thread(target=_finished, args=(each, ready), daemon=True) for each in work]
    for thread in threads:
        thread.start()
    done = 0
    try:
        for answered in _arriving(ready, len(work), pacing.total_seconds):
            yield answered  # before it is told: what was told to be done must not be lost to a Ctrl-C
            if not answered[0].found:
                done += 1
                tell(Event(answered[0].name, "done", done, len(targets), answered[1].failed))
    finally:
        stop.set()
        leave(_LEAVE_SECONDS)
        if networks:  # nothing more is sent, and nmap has ended, before the reports are written
            threads[-1].join(_STOP_SECONDS)


def _finished(work: Callable[[], None], ready: queue.SimpleQueue[Answered | None]) -> None:
    """Say when the work is over, however it ends."""
    try:
        work()
    finally:
        ready.put(None)


def _arriving(ready: queue.SimpleQueue[Answered | None], workers: int, seconds: float) -> Iterator[Answered]:
    """Each answer as it comes. Short waits, because a blocked get cannot be interrupted on Windows."""
    end = time.monotonic() + (seconds or math.inf)
    while workers and time.monotonic() < end:
        try:
            answered = ready.get(timeout=0.2)
        except queue.Empty:
            continue
        if answered is None:
            workers -= 1
        else:
            yield answered


def _logins(
    waiting: queue.SimpleQueue[Target],
    ready: queue.SimpleQueue[Answered | None],
    questions: Sequence[Question],
    pacing: Pacing,
    tell: Tell,
) -> None:
    while True:
        try:
            target = waiting.get_nowait()
        except queue.Empty:
            return
        tell(Event(target.name, "asking"))
        ready.put((target, _asked(target, questions, pacing.host_seconds)))


def _networks(
    networks: Sequence[Network],
    ready: queue.SimpleQueue[Answered | None],
    questions: Sequence[Question],
    pacing: Pacing,
    tell: Tell,
    stop: threading.Event,
) -> None:
    def keep(spot: Spot, recording: Recording) -> None:
        row = replace(recording, failed=recording.failed or Reason.NO_CREDENTIAL)
        ready.put((Target(spot.address, spot.address, None, found=True), row))
        tell(Event(spot.address, "seen"))

    def lose(network: Network, bug: Exception) -> None:
        """A row for the network, so that nobody takes the devices that were found for all that there are."""
        name, now = f"{network.name} {network.range}", datetime.now(UTC)
        row = Recording(name, "", now, "network", {}, Reason.BUG, f"{type(bug).__name__}: {bug}")
        ready.put((Target(name, name, None, found=True), row))

    try:
        survey(
            networks,
            questions,
            per_second=pacing.per_second,
            per_host=pacing.per_host,
            host_seconds=pacing.host_seconds,
            keep=keep,
            lose=lose,
            tell=lambda what, name: tell(Event(name, what)),
            stop=stop,
        )
    except Exception as bug:  # noqa: BLE001 devices that vanish must not look like devices that are not there
        for network in networks:
            lose(network, bug)


def _asked(target: Target, questions: Sequence[Question], seconds: int) -> Recording:
    if target.transport is None:
        return Recording(target.name, "", datetime.now(UTC), "", {}, Reason.UNREACHABLE, target.failure)
    try:
        return collect(target.name, target.transport, questions, seconds)
    except Exception as bug:  # noqa: BLE001 one host must never cost the scan
        return Recording(target.name, "", datetime.now(UTC), "", {}, Reason.BUG, f"{type(bug).__name__}: {bug}")


def joined(answered: Sequence[Answered]) -> list[Answered]:
    """One row a machine: what a host said after login, and what the network showed at the same address.

    Where another host key was shown, another machine may stand at the address: it has a row of its own.
    """
    seen = {target.address: recording for target, recording in answered if target.found}
    named = [(target, recording) for target, recording in answered if not target.found]
    same = {target.address for target, recording in named if recording.failed is not Reason.HOST_KEY}
    rows = [(t, _with_view(r, seen.get(t.address)) if t.address in same else r) for t, r in named]
    return [*rows, *((t, r) for t, r in answered if t.found and t.address not in same)]


def _with_view(recording: Recording, view: Recording | None) -> Recording:
    """What was asked over the login counts; what could not be asked that way is what the network showed."""
    if view is None:
        return recording
    asked = {name: answer for name, answer in recording.answers.items() if answer.status is not Status.UNASKED}
    return replace(recording, answers={**recording.answers, **view.answers, **asked})
