"""SEG-NET-004."""

from __future__ import annotations

from nis2scan.api import Absent, CannotTell, Effort, Reason, Severity, Verdict, bad, check, ok, say, warn, words
from nis2scan.facts.network.device import Device
from nis2scan.facts.network.offered import Offered

_WAYS = frozenset({22, 23, 80, 443, 902, 4786, 5000, 5001, 8006, 8080, 8291, 8443, 9090, 10000})
# Only for those who manage: a hypervisor, a switch, RouterOS; Cisco Smart Install asks nobody anything.
_HARD = {902: "VMware", 4786: "Smart Install", 8006: "Proxmox", 8291: "Winbox", 23: "telnet"}
_MANAGED = ("router", "network", "nas", "hypervisor")
_OTHERS = ("workstation", "server", "printer", "camera", "phone", "iot", "controller")


@check(
    title="Management pages are open to the whole office",
    catalogue=("SEG-NET-004",),
    severity=Severity.HIGH,
    effort=Effort.HALF_DAY,
    expected="Hypervisors, switches, routers and NAS are managed from a network that users are not in.",
    action="Let devices be managed only from a network or machine meant for it",
    remedy="Switch, access point, hypervisor: a VLAN of its own for management; let only the admin in.\n"
    "Home routers cannot do that: a long password of its own, MFA where it exists, management from outside off.\n"
    "Check: from an ordinary PC the page does not open any more.",
    limits="Sees what this place in the network can reach. When this is the machine of the admin, its access may be "
    "meant. IPMI is not looked at.",
)
def management_pages(device: Device, offered: Offered) -> Verdict:
    """A leaked password or a flaw in such a page is then enough for anybody inside to take over the whole network."""
    open_ways = sorted(offered.open & _WAYS)
    hard = tuple(f"{_HARD[port]} ({port})" for port in open_ways if port in _HARD)
    if device.kind not in _MANAGED and not (hard and device.kind not in _OTHERS):
        if device.kind in _OTHERS:
            raise Absent(say("not a device that manages the network: {kind}", kind=words.kind(device.kind)))
        raise CannotTell(Reason.OUT_OF_VANTAGE, say("it is not known what kind of device this is"))
    if hard or (open_ways and device.kind in ("hypervisor", "network")):
        return bad(say("can be managed from here: {ways}", ways=hard or tuple(map(str, open_ways))))
    if open_ways:
        return warn(say("can be managed from here: {ways}", ways=tuple(f"port {port}" for port in open_ways)))
    offered.nothing(_WAYS)
    return ok(say("no page or port for management opens from here"))
