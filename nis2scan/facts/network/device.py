"""What kind of thing stands at an address: seen from outside, or known from inside. Never a guess by name."""

from __future__ import annotations

from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass

from nis2scan.api import CannotTell, Fact, Maybe, Reason, derives
from nis2scan.facts.linux.system import System
from nis2scan.facts.network.doors import Doors, Neighbour

UNKNOWN = "unknown"

# Makers by what they make; a maker who makes many things (HP, Samsung) tells nothing.
_MAKERS = {
    "router": (
        "avm",
        "draytek",
        "zyxel",
        "mikrotik",
        "routerboard",
        "fortinet",
        "sonicwall",
        "sagemcom",
        "technicolor",
    ),
    "network": ("ubiquiti", "aruba", "ruckus", "cisco meraki", "netgear", "tp-link", "d-link", "cambium"),
    "nas": ("synology", "qnap", "western digital", "asustor", "buffalo"),
    "workstation": ("dell", "lenovo", "lcfc", "intel corporate", "microsoft", "asustek", "acer", "micro-star", "apple"),
    "iot": (
        *("sonos", "signify", "philips lighting", "google", "amazon tech", "espressif", "tuya", "shelly", "ring llc"),
        *("nest labs", "roku", "lg electronics", "hue", "ikea", "shenzhen", "hisense", "tcl", "netatmo", "homewizard"),
    ),
}
# Doors that only one kind of thing has, all of them open.
_DOORS: tuple[tuple[str, frozenset[int]], ...] = (
    ("hypervisor", frozenset({8006})),  # Proxmox
    ("hypervisor", frozenset({443, 902})),  # ESXi
    ("router", frozenset({8291})),  # Winbox of MikroTik
    ("nas", frozenset({5000, 5001})),  # Synology DSM
    ("iot", frozenset({8081, 554})),
    ("server", frozenset({88, 389})),  # a domain controller
    ("server", frozenset({53, 88})),
)
_SERVES = frozenset({25, 53, 110, 143, 389, 1433, 1521, 3306, 5432, 5672, 6379, 9200, 11211, 27017})


@dataclass(frozen=True)
class Device(Fact):
    """kind: workstation, server, nas, printer, camera, phone, router, network (switch, access point), hypervisor, iot,
    controller or unknown. evidence: what speaks for it; two that are independent make it `sure`.
    """

    kind: str
    evidence: tuple[str, ...]
    sure: bool = False


@derives
def device(doors: Maybe[Doors], near: Maybe[Neighbour], system: Maybe[System]) -> Device:
    """From inside when somebody could look there; else the kind for which most speaks, the guarded kinds first."""
    if doors.value is None and near.value is None:
        raise doors.why or CannotTell(Reason.OUT_OF_VANTAGE)
    open_ports = doors.value.open if doors.value is not None else frozenset[int]()
    signs = list(_signs(open_ports, near.value))
    if system.value is not None:
        return _from_inside(system.value, signs)
    if doors.value is not None and doors.value.guard:
        return Device(doors.value.guard, doors.value.why, sure=len(doors.value.why) > 1)
    if not signs:
        return Device(UNKNOWN, ())
    order = [kind for kind, _ in signs]
    best = max(dict.fromkeys(order), key=order.count)
    evidence = tuple(dict.fromkeys(why for kind, why in signs if kind == best))
    return Device(best, evidence, sure=len(evidence) > 1)


def _from_inside(system: System, signs: Sequence[tuple[str, str]]) -> Device:
    """A Linux that is the router, or carries virtual machines, is that before it is a server."""
    does = next(((kind, why) for kind, why in signs if kind in ("router", "hypervisor")), None)
    if system.workstation or does is None:
        return Device("workstation" if system.workstation else "server", (system.name,), sure=True)
    return Device(does[0], (system.name, does[1]), sure=True)


def _signs(open_ports: Set[int], near: Neighbour | None) -> Iterator[tuple[str, str]]:
    """Each thing that speaks for a kind, the strongest first."""
    if near is not None and near.gateway and near.address == near.gateway:
        yield "router", "gateway of this network"
    for kind, wanted in _DOORS:
        if wanted <= open_ports:
            yield kind, f"port {', '.join(map(str, sorted(wanted)))}"
    if near is not None and near.maker:
        low = near.maker.lower()
        for kind, words in _MAKERS.items():
            if any(low.startswith(word) or f" {word}" in low for word in words):
                yield kind, f"maker {near.maker}"
    if {135, 445} <= open_ports and not open_ports & _SERVES:
        yield "workstation", "port 135, 445"
    if serving := open_ports & _SERVES:
        yield "server", f"port {', '.join(map(str, sorted(serving)))}"
