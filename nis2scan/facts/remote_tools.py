"""Programs by which somebody far away works on this machine, known by the names of their processes and files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from nis2scan.api import Fact, Unknown


@dataclass(frozen=True)
class RemoteTools(Fact):
    """What was found, by the tool's usual name. running: it runs now; installed: it is there and can be started.

    unread: by place that could not be looked at, why there may be more.
    """

    running: frozenset[str]
    installed: frozenset[str]
    unread: Mapping[str, Unknown] = field(default_factory=dict)

    @property
    def all(self) -> tuple[str, ...]:
        return tuple(sorted(self.running | self.installed))


@dataclass(frozen=True)
class Tunnels(Fact):
    """Programs that publish services from inside, and mesh networks that join this machine to others elsewhere.

    unread: by place that could not be looked at, why there may be more.
    """

    publishing: frozenset[str]
    mesh: frozenset[str]
    unread: Mapping[str, Unknown] = field(default_factory=dict)
