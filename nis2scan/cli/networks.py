"""Settings to networks: which ranges may be looked at from where this machine stands, and how fast."""

from __future__ import annotations

from datetime import datetime
from ipaddress import ip_address

from nis2scan.config import Settings
from nis2scan.discover import Network
from nis2scan.inventory import networks
from nis2scan.scan import Pacing
from nis2scan.transport.local import cards
from nis2scan.transport.neighbours import gateways


def networks_of(settings: Settings) -> list[Network]:
    """Every network of the settings that consent covers, with this machine's place in it. Raises ConfigError."""
    today = datetime.now().astimezone().date()
    wanted = networks(settings, today)
    own = cards() if wanted else []
    routers = gateways() if wanted else ()
    return [
        Network(
            item.name,
            item.range,
            on_link=any(item.range.subnet_of(card.interface.network) for card in own),
            gateway=str(item.gateway or next((ip for ip in routers if ip_address(ip) in item.range), "")),
            own=tuple(str(card.interface.ip) for card in own),
        )
        for item in wanted
    ]


def pacing_of(settings: Settings) -> Pacing:
    """The limits of the settings."""
    limits = settings.limits
    return Pacing(limits.host_seconds, limits.at_once, limits.connects_per_second, limits.connects_per_host)
