"""One client, start to end: ask every host, keep the recordings, judge, assess. Threads and progress are here."""

from __future__ import annotations

import queue
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from nis2scan.assessment import Asset
from nis2scan.collect import collect
from nis2scan.errors import NotJudged, Reason
from nis2scan.facts.linux.system import System
from nis2scan.model import Question, Recording
from nis2scan.reading import OFFICE, Case, Facts, Subject
from nis2scan.rules import Rules
from nis2scan.store import Store
from nis2scan.transport import Transport


@dataclass(frozen=True)
class Target:
    """One host to ask, and the way to it. Without a way, `failure` says why."""

    name: str
    address: str
    transport: Transport | None
    failure: str = ""


@dataclass(frozen=True)
class Event:
    """Progress: a host was started or is done. `done` of `total` hosts are ready."""

    host: str
    what: str  # "asking" or "done"
    done: int
    total: int
    failed: Reason | None = None


Tell = Callable[[Event], None]


@dataclass(frozen=True)
class Gathered:
    """What a round of asking brought. stopped: the user pressed Ctrl-C before all hosts were done."""

    recordings: tuple[tuple[Target, Recording], ...]
    stopped: bool

    @property
    def failed(self) -> int:
        return sum(1 for _, recording in self.recordings if recording.failed is not None)


def gather(
    targets: Sequence[Target], questions: Sequence[Question], seconds: int, at_once: int, tell: Tell
) -> Gathered:
    """Ask all targets, `at_once` at a time, each within `seconds`. Ctrl-C ends it cleanly and keeps what was found."""
    waiting: queue.SimpleQueue[Target] = queue.SimpleQueue()
    ready: queue.SimpleQueue[tuple[Target, Recording]] = queue.SimpleQueue()
    for target in targets:
        waiting.put(target)

    def work() -> None:
        while True:
            try:
                target = waiting.get_nowait()
            except queue.Empty:
                return
            tell(Event(target.name, "asking", 0, len(targets)))
            ready.put((target, _asked(target, questions, seconds)))

    # Daemons: a host that hangs must not keep the program from ending after Ctrl-C.
    for _ in range(min(at_once, len(targets))):
        threading.Thread(target=work, daemon=True).start()
    done: list[tuple[Target, Recording]] = []
    try:
        for answered in _arriving(ready, len(targets)):
            done.append(answered)
            tell(Event(answered[0].name, "done", len(done), len(targets), answered[1].failed))
    except KeyboardInterrupt:
        return Gathered(tuple(done), stopped=True)
    return Gathered(tuple(done), stopped=False)


def _arriving(ready: queue.SimpleQueue[tuple[Target, Recording]], count: int) -> Iterator[tuple[Target, Recording]]:
    """Each answer as it comes. Short waits, because a blocked get cannot be interrupted on Windows."""
    while count:
        try:
            yield ready.get(timeout=0.2)
            count -= 1
        except queue.Empty:
            continue


def _asked(target: Target, questions: Sequence[Question], seconds: int) -> Recording:
    if target.transport is None:
        return Recording(target.name, "", datetime.now(UTC), "", {}, Reason.UNREACHABLE, target.failure)
    return collect(target.name, target.transport, questions, seconds)


def subjects(store: Store, recordings: Sequence[Recording], rules: Rules, now: datetime) -> list[Subject]:
    """Give every recording its asset. Machines that share an id (clones) lose it as an alias."""
    ids = [machine_id(rules, recording) for recording in recordings]
    often = Counter(ids)
    found = []
    for recording, identity in zip(recordings, ids, strict=True):
        aliases = {"name": recording.host}
        if identity and often[identity] == 1:
            aliases["machine_id"] = identity
        found.append(Subject(store.asset_id(aliases, now), recording))
    return found


def machine_id(rules: Rules, recording: Recording) -> str:
    """The id that the machine has of itself, or "" when it has none or could not be asked."""
    system = system_of(rules, recording)
    return system.machine_id if system is not None else ""


def system_of(rules: Rules, recording: Recording) -> System | None:
    """The system a recording was made on, when that could be read."""
    view = Facts(rules, Case((), recording, recording.taken_at), Subject(OFFICE, recording))
    view.office, view.fleet = view, ()
    try:
        fact = view[System]
    except NotJudged:
        return None
    return fact if isinstance(fact, System) else None


def asset_of(rules: Rules, target: Target, subject: Subject) -> Asset:
    """One row of the inventory, as the report shows it."""
    recording = subject.recording
    system = system_of(rules, recording)
    return Asset(
        name=recording.host,
        id=subject.asset,
        kind=recording.platform or "device",
        address=target.address,
        system=system.name if system is not None else "",
        looked=recording.failed is None,
        reason=recording.failed,
        detail=recording.failure,
        taken_at=recording.taken_at,
        vantage=recording.vantage,
        weak_identity=system is None or not system.machine_id,
        workstation=system is not None and system.workstation,
    )
