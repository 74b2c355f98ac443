"""SEG-NET-001."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping

from nis2scan.api import (
    CannotTell,
    Effort,
    Fleet,
    Message,
    Part,
    Reason,
    Severity,
    Unknown,
    bad,
    check,
    ok,
    say,
    warn,
    words,
)
from nis2scan.facts.network.device import UNKNOWN, Device
from nis2scan.facts.network.doors import Neighbour

_RISKY = frozenset({"camera", "iot", "controller"})
_OFFICE = frozenset({"workstation", "server", "nas", "hypervisor"})
_NOBODY = frozenset({"router", "network"})  # a guest network shows no more to whoever is in it
_SMALL = 10  # devices: below it separation is advice
_UNKNOWN_PERCENT = 30


@check(
    title="Office computers share a network with cameras and gadgets",
    catalogue=("SEG-NET-001",),
    severity=Severity.HIGH,
    effort=Effort.DAYS,
    key=True,
    expected="Cameras, smart devices and controllers stand in a network of their own, apart from office computers.",
    action="Give cameras, smart devices and guests a network of their own",
    remedy="Router or switch: make a VLAN (or the guest network) for cameras and smart devices, and one for guests.\n"
    "Refuse traffic from there to the office; allow only what a recorder or printer needs.\n"
    "Check: scan again from the office; the devices are no longer found there.",
    limits="Knows devices by the maker of their card, their ports and what they say. Devices that hide all of it "
    "count as unknown; with more than 30 in the hundred unknown nothing is said.",
)
def mixed_network(devices: Fleet[Device], places: Fleet[Neighbour]) -> Mapping[str, Part]:
    """Cameras and gadgets are seldom updated. Whoever takes one over stands in the middle of the office."""
    networks: dict[str, list[Device]] = defaultdict(list)
    apart: set[str] = set()
    for host, place in places.known.items():
        networks[place.network].append(devices.known.get(host, Device(UNKNOWN, ())))
        if not place.on_link:
            apart.add(place.network)
    if not networks:
        raise CannotTell(Reason.OUT_OF_VANTAGE, say("no network was looked at"))
    return {name: _judged(found, name in apart) for name, found in networks.items()}


def _judged(found: list[Device], apart: bool) -> Part:
    kinds = Counter(device.kind for device in found)
    risky = [device for device in found if device.kind in _RISKY]
    office = sum(kinds[kind] for kind in _OFFICE)
    if office and any(device.sure for device in risky):
        return bad(say("{risky} beside {office} computers", risky=_named(kinds, _RISKY), office=office))
    if apart:
        return Unknown(Reason.OUT_OF_VANTAGE, say("this machine is not in that network, so makers are not seen"))
    if office and risky:
        return warn(
            say("{risky} beside {office} computers, by one sign each", risky=_named(kinds, _RISKY), office=office)
        )
    if risky and not office:
        return Unknown(
            Reason.OUT_OF_VANTAGE,
            say("{risky} beside this machine: is it a computer of the office?", risky=_named(kinds, _RISKY)),
        )
    if not set(kinds) - _NOBODY:
        return Unknown(Reason.OUT_OF_VANTAGE, say("only what connects was seen: a network may keep its devices apart"))
    if kinds[UNKNOWN] * 100 > _UNKNOWN_PERCENT * len(found):
        counts = {"unknown": kinds[UNKNOWN], "all": len(found)}
        return Unknown(Reason.OUT_OF_VANTAGE, say("of {all} devices {unknown} are of an unknown kind", **counts))
    return _calm(kinds, len(found))


def _calm(kinds: Counter[str], count: int) -> Part:
    """No camera or gadget. Servers beside PCs are advice, in a small office hardly that."""
    low = Severity.LOW if count <= _SMALL else None
    clients, servers = kinds["workstation"], kinds["server"] + kinds["nas"] + kinds["hypervisor"]
    if clients and servers and count > _SMALL:
        return warn(say("{servers} servers beside {clients} PCs in one network", servers=servers, clients=clients))
    if clients and kinds["phone"]:
        return warn(say("telephones and PCs in one network"), severity=low)
    if clients and kinds["printer"] and count > _SMALL:
        return warn(say("printers and PCs in one network"), severity=low)
    return ok(say("{count} devices, no cameras, smart devices or controllers among them", count=count))


def _named(kinds: Counter[str], wanted: frozenset[str]) -> tuple[Message, ...]:
    return tuple(say("{count} × {kind}", count=kinds[k], kind=words.kind(k)) for k in sorted(wanted) if kinds[k])
