"""Settings to what may be touched: the hosts that receive a login, and the consent that covers each of them."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from ipaddress import IPv4Address, IPv4Network, IPv6Address, ip_address

from nis2scan.config import Host, Network, Settings
from nis2scan.errors import ConfigError

Address = IPv4Address | IPv6Address


@dataclass(frozen=True)
class Place:
    """A host of the inventory at the one address that is covered by consent. Only this address is ever dialled.

    An empty address: the name is not known anywhere, so there is nothing to dial.
    """

    host: Host
    address: str


def places(settings: Settings, today: date, resolve: Callable[[str], Iterable[str]] | None = None) -> list[Place]:
    """Every host of the settings, with its address. `resolve` turns a name into addresses (default: the system's).

    Raises ConfigError for a host that no valid consent covers. A name that is not known costs only its own row.
    """
    look_up = resolve or addresses
    return [Place(host, _place(host, settings, today, look_up)) for host in settings.hosts]


def networks(settings: Settings, today: date) -> list[Network]:
    """The ranges in which devices may be looked for.

    Raises ConfigError for a range that no valid consent covers as a whole.
    """
    for network in settings.networks:
        if not covered(network.range, settings, today):
            raise ConfigError(
                f"{network.range} is not covered by a consent that is valid today",
                key=f"networks.{network.name}",
                next_step="Add a [[consent]] with `by`, `scope` and `until`, or extend the one that there is.",
            )
    return list(settings.networks)


def covered(network: IPv4Network, settings: Settings, today: date) -> bool:
    """Whether one consent that is valid covers all of a range; loopback belongs to whoever starts the scan."""
    valid = [net for consent in settings.consent if consent.until >= today for net in consent.scope]
    inside = [net for net in valid if isinstance(net, IPv4Network) and network.subnet_of(net)]
    return network.is_loopback or bool(inside)


def _place(host: Host, settings: Settings, today: date, look_up: Callable[[str], Iterable[str]]) -> str:
    found = list(look_up(host.address))
    if not found:
        return ""
    for address in found:
        if _allowed(ip_address(address.split("%")[0]), settings, today, here=host.jump is None):
            return address
    raise ConfigError(
        f"{host.address} is not covered by a consent that is valid today",
        key=f"hosts.{host.name}",
        next_step="Add a [[consent]] with `by`, `scope` and `until`, or extend the one that there is.",
    )


def _allowed(address: Address, settings: Settings, today: date, *, here: bool = True) -> bool:
    """Loopback is this machine itself: whoever starts the scan is there already. Over a jump host it is that host's."""
    if address.is_loopback and here:
        return True
    return any(consent.until >= today and any(address in net for net in consent.scope) for consent in settings.consent)


def addresses(name: str) -> list[str]:
    """The addresses of a name, by this system; of an address itself. Empty when nobody knows the name."""
    try:
        return [str(ip_address(name.split("%")[0])) and name]
    except ValueError:
        pass
    try:
        found = socket.getaddrinfo(name, None, type=socket.SOCK_STREAM)
    except OSError:
        return []
    return list(dict.fromkeys(str(item[4][0]) for item in found))
