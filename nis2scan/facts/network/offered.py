"""What a host offers the network: doors from outside, and where somebody could look inside, what stands behind them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from nis2scan.api import CannotTell, Fact, Maybe, Reason, derives, say
from nis2scan.facts.linux.listeners import Listeners
from nis2scan.facts.network.doors import Doors


@dataclass(frozen=True)
class Offered(Fact):
    """TCP ports. shut: refused, or nobody listens there, seen from inside. hidden: nothing came back."""

    open: frozenset[int]
    shut: frozenset[int]
    hidden: frozenset[int]

    def missed(self, ports: Iterable[int]) -> list[int]:
        """Those of the ports about which nothing is known."""
        return sorted(set(ports) - self.open - self.shut)

    def nothing(self, ports: Iterable[int]) -> None:
        """Raises CannotTell when one of the ports is hidden: then nobody can say that it offers nothing there."""
        if missed := self.missed(ports):
            raise CannotTell(
                Reason.OUT_OF_VANTAGE, say("no answer on port {ports}", ports=tuple(map(str, missed[:12])))
            )


@derives
def offered(doors: Doors, inside: Maybe[Listeners]) -> Offered:
    """A silent port on which nobody listens is shut; without a look inside it stays hidden."""
    if inside.value is None:
        return Offered(doors.open, doors.closed, doors.silent)
    listening = {item.port for item in inside.value.outward if item.proto == "tcp"}
    shut = doors.closed | (doors.silent - listening)
    return Offered(doors.open, shut, doors.silent & listening)
