"""What of a host is known to be reachable from outside, and from where that is known."""

from __future__ import annotations

from dataclasses import dataclass, field

from nis2scan.api import Fact, Said, derives, say


@dataclass(frozen=True)
class Exposed(Fact):
    """TCP ports that are known to answer outsiders. Never missing: where nobody has looked, nothing is known.

    ports: port numbers. seen: what shows it, or that nothing does. It only softens or sharpens a verdict; that a port
    is not in it does not mean that it is closed to the internet.
    """

    ports: frozenset[int] = frozenset()
    seen: Said = field(default_factory=lambda: say("not known to be reachable from the internet"))

    def port(self, number: int) -> bool:
        """Whether this TCP port is known to be reachable from outside."""
        return number in self.ports

    @property
    def any(self) -> bool:
        """Whether anything at all is known to be reachable from outside."""
        return bool(self.ports)


@derives
def exposed() -> Exposed:
    """Nobody has looked from outside yet: not known."""
    return Exposed()
