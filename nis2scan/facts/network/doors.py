"""Which doors of a host are open, and what stands in the neighbour table about it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from nis2scan.api import Answer, CannotTell, Fact, Reason, probe, reads
from nis2scan.facts.network.heard import document

# What tells what a device is, and what the checks are about: services of files and data, ways to manage, clear text.
PORTS = probe(
    "ports 21 22 23 25 53 80 81 88 102 110 111 135 139 143 389 443 445 502 512 513 514 515 548 554 623 631 636 "
    "873 902 1433 1521 1883 1911 1962 2049 2375 2404 2455 3260 3306 3389 4786 4840 4911 5000 5001 5060 5432 "
    "5672 5900 5901 5984 5985 5986 6000 6379 8006 8080 8081 8291 8443 8883 9000 9090 9100 9200 10000 11211 "
    "11740 20000 27017 32400 34567 37777 44818 48898 49000",
    seconds=120,
)
NEIGHBOUR = probe("neighbour", seconds=5)

_STATES = ("open", "closed", "silent", "away", "unasked")


@dataclass(frozen=True)
class Doors(Fact):
    """The state of each port that was tried. guard: what kind of device was left alone ("" for none), and why."""

    open: frozenset[int]
    closed: frozenset[int]
    silent: frozenset[int]
    guard: str
    why: tuple[str, ...]

    @property
    def answers(self) -> bool:
        """Something on the host answers connections, so that a silent port is one that its firewall hides."""
        return bool(self.open or self.closed)

    def hidden(self, ports: Iterable[int]) -> list[int]:
        """Those of the ports about which nothing is known."""
        return sorted(port for port in ports if port not in self.open and port not in self.closed)


@reads(PORTS)
def doors(answer: Answer) -> Doors:
    """Our own connections; `away` (no way to it) and `unasked` say as little as silence."""
    found = document(answer)
    try:
        states = {int(port): str(state) for port, state in found["doors"].items()}
        guard, why = str(found["guard"]), tuple(str(item) for item in found["why"])
    except (KeyError, TypeError, ValueError, AttributeError):
        raise CannotTell(Reason.PARSE_ERROR, "the answer of a probe has another form") from None
    if not states or any(state not in _STATES for state in states.values()):
        raise CannotTell(Reason.PARSE_ERROR, "the answer of a probe has another form")
    having = {state: frozenset(port for port, value in states.items() if value == state) for state in _STATES}
    silent = having["silent"] | having["away"] | having["unasked"]
    return Doors(having["open"], having["closed"], silent, guard, why)


@dataclass(frozen=True)
class Neighbour(Fact):
    """Where a host stands. address: its own. network: the name in the settings.

    gateway: the address of the network's router, "" when not known. mac and maker: "" when the host is
    not on our own link. randomised: the device chose that address itself.
    """

    address: str
    network: str
    on_link: bool
    gateway: str
    mac: str
    maker: str
    randomised: bool


@reads(NEIGHBOUR)
def neighbour(answer: Answer) -> Neighbour:
    """The neighbour table of the machine that scanned, and its settings."""
    found = document(answer)
    try:
        words = {name: str(found[name]) for name in ("address", "network", "gateway", "mac", "maker")}
        return Neighbour(on_link=found["on_link"] is True, randomised=found["randomised"] is True, **words)
    except KeyError:
        raise CannotTell(Reason.PARSE_ERROR, "the answer of a probe has another form") from None
