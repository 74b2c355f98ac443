"""Programs by which somebody far away works on this machine, known by the names of their processes and files."""

from __future__ import annotations

from dataclasses import dataclass

from nis2scan.api import Fact, Unknown


@dataclass(frozen=True)
class RemoteTools(Fact):
    """What was found, by the tool's usual name. running: it runs now; installed: it is there and can be started.

    unread: why there may be more.
    """

    running: frozenset[str]
    installed: frozenset[str]
    unread: Unknown | None = None

    @property
    def all(self) -> tuple[str, ...]:
        return tuple(sorted(self.running | self.installed))


@dataclass(frozen=True)
class Tunnels(Fact):
    """Programs that publish services from inside, and mesh networks that join this machine to others elsewhere.

    unread: why there may be more.
    """

    publishing: frozenset[str]
    mesh: frozenset[str]
    unread: Unknown | None = None
