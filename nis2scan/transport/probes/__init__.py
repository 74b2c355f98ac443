"""Probes that are more than a conversation: one procedure a file, found by the first word of the question.

A procedure gets the place and the declaration, and returns what it saw as plain JSON values by port. It sends only what
its docstring says, only to ports that the guard lets it, and opens every connection through the place.
"""

from __future__ import annotations

import socket
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from importlib import import_module

from nis2scan.transport.connect import SLOW_SECONDS, tried
from nis2scan.transport.guard import Guard
from nis2scan.transport.pace import Pace
from nis2scan.transport.talk import Talk


@dataclass(frozen=True)
class Spot:
    """One address that is looked at, and what is known of it before anything is sent.

    network: the name in the settings. on_link: it is in the same broadcast domain as this machine. gateway: the address
    of the network's router, "" when nobody knows. mac: "" when it is not on the link. doors: what each port did.
    """

    address: str
    network: str = ""
    on_link: bool = False
    gateway: str = ""
    mac: str = ""
    maker: str = ""
    randomised: bool = False
    doors: Mapping[int, str] = field(default_factory=dict)
    guard: Guard = field(default_factory=Guard)

    def ports(self, state: str) -> list[int]:
        """The ports that were found in that state."""
        return sorted(port for port, door in self.doors.items() if door == state)


@dataclass(frozen=True)
class Way:
    """How a procedure reaches a spot. Every connection takes its turn."""

    spot: Spot
    pace: Pace
    word: str

    async def opened(self, port: int) -> socket.socket | None:
        """A connection, or None when the port does not open now or must be left alone. The caller closes it."""
        if not self.spot.guard.lets(self.word, port):
            return None
        return (await tried(self.spot.address, port, self.pace, SLOW_SECONDS)).sock


class Missing(Exception):
    """A program of this machine, that a probe needs, is not there."""


Procedure = Callable[[Way, Talk, int], Awaitable[Mapping[str, object]]]

_MODULES = ("tls", "nmap", "igd", "smb", "nfs")


def procedure(word: str) -> Procedure | None:
    """The procedure for a probe's first word: function `ask` of the module of that name."""
    if word not in _MODULES:
        return None
    found: Procedure = import_module(f"{__name__}.{word}").ask
    return found
