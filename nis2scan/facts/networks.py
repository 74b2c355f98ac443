"""In which networks a machine stands, and whether it passes on from one to another, whatever its system."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from dataclasses import dataclass

from nis2scan.api import Fact

Net = ipaddress.IPv4Network | ipaddress.IPv6Network

_PRIVATE = tuple(ipaddress.IPv4Network(net) for net in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"))  # RFC 1918
_SHARED = ipaddress.IPv4Network("100.64.0.0/10")  # RFC 6598: of providers, and of Tailscale


@dataclass(frozen=True)
class Card:
    """A card that leads out, or what rests on one (VLAN, bond, bridge), with a link. Networks are written as CIDR."""

    name: str
    private: tuple[str, ...]
    public: tuple[str, ...]
    v6: tuple[str, ...]
    passes_v4: bool


@dataclass(frozen=True)
class Networks(Fact):
    """host: its own name. inner: bridges that only lead to containers or virtual machines. joined: for every bridge
    that holds two cards or more, those cards.
    """

    host: str
    cards: tuple[Card, ...]
    passes_v6: bool
    inner: tuple[str, ...]
    joined: tuple[tuple[str, tuple[str, ...]], ...]

    @property
    def private(self) -> tuple[str, ...]:
        return tuple(sorted({net for card in self.cards for net in card.private}))

    @property
    def public(self) -> tuple[str, ...]:
        return tuple(sorted({net for card in self.cards for net in card.public}))

    @property
    def v6_apart(self) -> tuple[tuple[str, ...], ...]:
        """The IPv6 networks, by cards that share none."""
        groups: list[set[str]] = []
        for own in (set(card.v6) for card in self.cards if card.v6):
            shared = [group for group in groups if group & own]
            groups = [group for group in groups if not group & own] + [own.union(*shared)]
        return tuple(sorted(tuple(sorted(group)) for group in groups))

    @property
    def passes_v4(self) -> bool:
        """Some card that has an IPv4 network lets through what comes in there for somewhere else."""
        return any(card.passes_v4 and (card.private or card.public) for card in self.cards)


def card_in(name: str, nets: Iterable[Net], passes_v4: bool) -> Card:
    """A card that stands in these networks."""
    every = [net for net in nets if not net.is_link_local]
    v4 = [net for net in every if isinstance(net, ipaddress.IPv4Network)]
    v6 = [net for net in every if isinstance(net, ipaddress.IPv6Network)]
    private = {str(net) for net in v4 if any(net.subnet_of(each) for each in _PRIVATE)}
    public = {str(net) for net in v4} - private - {str(net) for net in v4 if net.subnet_of(_SHARED)}
    # DHCPv6 gives an address without its network (/128): which network that is, the router says, not the address.
    whole = {str(net) for net in v6 if net.prefixlen < 128}
    return Card(name, tuple(sorted(private)), tuple(sorted(public)), tuple(sorted(whole)), passes_v4)
