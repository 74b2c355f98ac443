"""Whether the clock of the scanner itself can be trusted, judged over all machines."""

from __future__ import annotations

from dataclasses import dataclass

from nis2scan.api import Fact, Fleet, Policy, derives
from nis2scan.facts.session import Clock


@dataclass(frozen=True)
class ScannerClock(Fact):
    """trusted: False when most machines agree with each other and not with the scanner. off: their median, seconds."""

    trusted: bool
    off: float


@derives
def scanner_clock(clocks: Fleet[Clock], policy: Policy) -> ScannerClock:
    """Three machines are needed to speak against the scanner; with fewer it is believed."""
    skews = [clock.skew for clock in clocks.known.values()]
    off = _middle(skews) if len(skews) >= 3 else 0.0
    return ScannerClock(abs(off) <= policy.clock_ok_seconds, off)


def _middle(values: list[float]) -> float:
    """The median: one machine with a dead battery does not move it."""
    ordered = sorted(values)
    half = len(ordered) // 2
    return ordered[half] if len(ordered) % 2 else (ordered[half - 1] + ordered[half]) / 2
