"""Whether a host lets whoever asks open ports to the internet, and which are open now."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from nis2scan.api import Absent, Answer, CannotTell, Fact, Reason, probe, reads, say
from nis2scan.facts.network.doors import Neighbour
from nis2scan.facts.network.heard import Heard, document, heard, rows

IGD = probe("igd 5000 49000 udp:1900", seconds=60, cap=131072)
NAT_PMP = probe("udp 5351\nsend \\x00\\x00", seconds=8)
# ANNOUNCE changes nothing. Our own address is left empty: a server answers that it does not fit, and so is seen.
PCP = probe("udp 5351\nsend \\x02\\x00" + "\\x00" * 16 + "\\xff\\xff" + "\\x00" * 4, seconds=8)

_SEARCHED = ("answered", "elsewhere", "silent", "not_on_link", "guarded")
_LISTED = ("whole", "refused", "cut")


@dataclass(frozen=True)
class Mapped:
    """One port of the internet that leads inside."""

    protocol: str
    outside: int
    inside: str
    inside_port: int
    on: bool
    description: str

    def __str__(self) -> str:
        return f"{self.protocol} {self.outside} -> {self.inside}:{self.inside_port}"


@dataclass(frozen=True)
class Service:
    """A service that can open ports. answers: it does what it is asked. listed: whole, refused or cut."""

    answers: bool
    listed: str
    mappings: tuple[Mapped, ...]


@dataclass(frozen=True)
class Igd(Fact):
    """searched: answered, elsewhere (it answers and points to another host), silent, not_on_link or guarded.

    name: maker and model of the gateway that answered, "" when none did.
    """

    searched: str
    name: str
    services: tuple[Service, ...]

    @property
    def answers(self) -> bool:
        """It says that it is a gateway for devices that ask."""
        return bool(self.name or self.services or self.searched in ("answered", "elsewhere"))

    @property
    def looked(self) -> bool:
        """It was searched for from where it would answer."""
        return self.searched not in ("not_on_link", "guarded")


@reads(IGD)
def igd(answer: Answer) -> Igd:
    """The answers of the device; its list of ports as it tells it."""
    found = document(answer)
    try:
        searched = str(found["searched"])
        devices = [f"{row['manufacturer']} {row['modelName']}".strip() or "?" for row in rows(found, "devices")]
        services = tuple(map(_service, rows(found, "services")))
    except (KeyError, TypeError, ValueError, AttributeError):
        raise CannotTell(Reason.PARSE_ERROR, "the answer of a probe has another form") from None
    if searched not in _SEARCHED or any(item.listed not in _LISTED for item in services):
        raise CannotTell(Reason.PARSE_ERROR, "the answer of a probe has another form")
    return Igd(searched, devices[0] if devices else "", services)


def _service(row: Mapping[str, Any]) -> Service:
    mappings = tuple(map(_mapped, rows(row, "mappings")))
    answers = bool(row["status"] or row["outside"] or mappings or row["listed"] == "whole")
    return Service(answers, str(row["listed"]), mappings)


def _mapped(row: Mapping[str, str]) -> Mapped:
    """A number that is none becomes 0: a mapping that cannot be read must not vanish."""
    outside, inside_port = (int(row[name]) if row[name].isdecimal() else 0 for name in ("outside_port", "inside_port"))
    on, protocol = row["enabled"] != "0", row["protocol"].lower()
    return Mapped(protocol, outside, row["inside"], inside_port, on, row["description"])


@dataclass(frozen=True)
class NatPmp(Fact):
    """What came back when the address of the internet was asked for. code: 0 well, 2 refused, None for silence."""

    code: int | None


@dataclass(frozen=True)
class Pcp(Fact):
    """What came back to an announcement. code: the result, 12 for an address that does not fit, None for silence."""

    code: int | None


@reads(NAT_PMP)
def nat_pmp(answer: Answer) -> NatPmp:
    """RFC 6886: version 0, opcode 128, then the result in two bytes."""
    data = _said(answer)
    if data is None:
        return NatPmp(None)
    if len(data) < 4 or data[1] != 128:
        raise CannotTell(Reason.PARSE_ERROR, "an answer on UDP 5351 that is no NAT-PMP")
    return NatPmp(int.from_bytes(data[2:4], "big"))


@reads(PCP)
def pcp(answer: Answer) -> Pcp:
    """RFC 6887: version 2 with the answer bit. A server of NAT-PMP only answers too, in its own version 0."""
    data = _said(answer)
    if data is None:
        return Pcp(None)
    if len(data) < 4 or data[1] != 128 or data[0] not in (0, 2):
        raise CannotTell(Reason.PARSE_ERROR, "an answer on UDP 5351 that is no PCP")
    return Pcp(data[3])


def _said(answer: Answer) -> bytes | None:
    port: Heard = next(iter(heard(answer).values()))
    if port.state == "guarded":
        raise CannotTell(Reason.LEFT_ALONE, say("a device of this kind might act on it"))
    return port.all if port.state == "open" else None


def only_the_router(near: Neighbour) -> None:
    """Raises when this host is not the router of its network, or nobody knows which is."""
    if not near.gateway:
        raise CannotTell(
            Reason.OUT_OF_VANTAGE, say("the router of this network is not known: set gateway in config.toml")
        )
    if near.address != near.gateway:
        if not near.on_link:  # there, a router that hides has no row of its own: then nobody was asked
            raise CannotTell(Reason.OUT_OF_VANTAGE, say("the router was not asked from its own network"))
        raise Absent(say("this is not the router of the network: {gateway} is", gateway=near.gateway))
