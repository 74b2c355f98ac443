"""What is taken for a back-up and is none, whatever the system calls it."""

from __future__ import annotations

from dataclasses import dataclass

from nis2scan.api import Fact


@dataclass(frozen=True)
class StandIns(Fact):
    """snapshots, raid, sync: by their names. sent: snapshots are sent elsewhere too, and that is a back-up.

    whole: everything could be looked at, so that what is not named is not there.
    """

    snapshots: tuple[str, ...]
    raid: tuple[str, ...]
    sync: tuple[str, ...]
    sent: tuple[str, ...]
    whole: bool
