"""What keeps the clock of a machine right, whatever the system calls it."""

from __future__ import annotations

from dataclasses import dataclass

from nis2scan.api import Fact


@dataclass(frozen=True)
class TimeSync(Fact):
    """daemons: that run. synced: one of them follows a source elsewhere; None when none of them could be asked.

    guests: programs of a hypervisor for its guests, which may set the clock too.
    """

    daemons: tuple[str, ...]
    synced: bool | None
    hypervisor: bool = False
    guests: tuple[str, ...] = ()
    jobs: tuple[str, ...] = ()
