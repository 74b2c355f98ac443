"""Two sides of one goal, measured in turn: the ratio, its spread, and proof that both did the same work."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass

SHORT = 20.0  # seconds: what takes longer is measured once
PAIRS = 3
SLACK = 0.02  # the facts of a living host (processes, counters) differ a little in size from one moment to the next


@dataclass(frozen=True)
class Work:
    """What a side did. shown: for people. digest: must be the same on both sides. size: bytes, must be nearly so."""

    shown: str
    digest: str
    size: int = 0

    def agrees(self, other: Work) -> bool:
        """Whether both did the same. To have done nothing is no work."""
        near = abs(self.size - other.size) <= SLACK * max(self.size, other.size)
        return bool(self.digest) and self.digest == other.digest and near


@dataclass(frozen=True)
class Run:
    """One run of one side. cpu: seconds of processor that the side itself used, its children included."""

    seconds: float
    cpu: float
    work: Work


Side = Callable[[], Run]
Pair = tuple[Run, Run]


def pairs(ours: Side, peer: Side) -> list[Pair]:
    """Both in turn: three pairs of short work, one of long work. Who goes first changes from pair to pair."""
    found = [(ours(), peer())]
    if max(run.seconds for run in found[0]) < SHORT:
        for number in range(1, PAIRS):
            if number % 2:
                other = peer()
                found.append((ours(), other))
            else:
                found.append((ours(), peer()))
    return found


@dataclass(frozen=True)
class Measured:
    """One goal, measured. sound: both sides did the same work."""

    line: str
    sound: bool


def measured(name: str, goal: float, found: Sequence[Pair], what: Callable[[Run], float], unit: str = "s") -> Measured:
    """The line of a goal. A ratio of different work is not shown: it means nothing."""
    for ours, peer in found:
        if not ours.work.agrees(peer.work):
            differ = f"{ours.work.shown} ({ours.work.digest}) and {peer.work.shown} ({peer.work.digest})"
            return Measured(f"{name} work differs: {differ}", sound=False)
    ratios = sorted(what(ours) / what(peer) for ours, peer in found)
    middle = statistics.median(ratios)
    each = [statistics.median(what(run) for run in side) for side in zip(*found, strict=True)]
    line = (
        f"{name} ratio {middle:.2f} goal {goal:.2f} spread {ratios[0]:.2f}-{ratios[-1]:.2f} "
        f"work {_both(*found[0])} ({each[0]:.3g} {unit} to {each[1]:.3g} {unit}, {_pairs(len(ratios))}"
    )
    return Measured(f"{line}, {'met' if middle <= goal else 'missed'})", sound=True)


def _pairs(count: int) -> str:
    return "1 pair" if count == 1 else f"{count} pairs"


def _both(ours: Run, peer: Run) -> str:
    """What was done, of both sides where it is not counted in the same way."""
    mine, theirs = ours.work.shown, peer.work.shown
    return mine if mine == theirs else f"{mine} | {theirs}"
