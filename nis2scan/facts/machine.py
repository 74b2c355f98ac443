"""What every machine is, whatever its system: the noun that readers per system fill."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from nis2scan.api import Fact


@dataclass(frozen=True)
class Machine(Fact):
    """name: the system in words ("Windows 11 Pro 24H2"). machine_id: lasting and its own, `` when it could not be read.

    workstation: a person sits at it. laptop: it leaves the building. virtual: `` or the hypervisor. booted_at,
    installed_at: UTC, None when not known. container: `` or the kind; app_container: without a system of its own.
    """

    name: str
    machine_id: str = ""
    workstation: bool = False
    laptop: bool = False
    virtual: str = ""
    container: str = ""
    app_container: bool = False
    booted_at: datetime | None = None
    installed_at: datetime | None = None
