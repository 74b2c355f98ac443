"""The networks that this machine is in, and which of them are an office's: no VPN, no virtual machines."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Network

from nis2scan.config import SMALLEST_PREFIX
from nis2scan.model import Said, say
from nis2scan.transport.local import Card

# Names that systems and programs give to cards that are none: Linux, macOS, and the words of Windows.
_VPN = re.compile(r"^(tun|tap|wg|ppp|utun|ipsec|zt|tailscale|nordlynx)|vpn|wireguard|tailscale|zerotier|fortinet", re.I)
_VIRTUAL = re.compile(
    r"^(docker|br-|veth|virbr|vmnet|vboxnet|lxc|lxd|cni|flannel|podman|kube|vnet|bridge1)"
    r"|vethernet|virtualbox|vmware|hyper-v|wsl|loopback",
    re.I,
)


@dataclass(frozen=True)
class Attached:
    """A network of this machine. why_not: why it is not proposed, "" when it is."""

    card: str
    address: str
    range: IPv4Network
    why_not: Said = ""


def attached(cards: Iterable[Card]) -> list[Attached]:
    """Each network once, those that can be proposed first."""
    found: dict[IPv4Network, Attached] = {}
    for card in cards:
        network = card.interface.network
        found.setdefault(network, Attached(card.name, str(card.interface.ip), network, _why_not(card)))
    return sorted(found.values(), key=lambda item: (bool(item.why_not), item.range))


def _why_not(card: Card) -> Said:
    network = card.interface.network
    if _VPN.search(card.name):
        return say("a VPN")
    if _VIRTUAL.search(card.name):
        return say("virtual: containers or virtual machines")
    if network.prefixlen >= 31:
        return say("a line to one other machine")
    if not network.is_private:
        return say("public addresses: add a consent for them yourself")
    if network.prefixlen < SMALLEST_PREFIX:
        return say("larger than a /{prefix}: name the part that is in use yourself", prefix=SMALLEST_PREFIX)
    return ""
