"""The network cards of Windows that are in use, and in which networks they stand."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from typing import Any

from nis2scan.api import Answer, CannotTell, Fact, Reason, powershell, reads, say
from nis2scan.facts.networks import Card, Net, Networks, card_in
from nis2scan.facts.windows.services import SERVICE_KEYS, SERVICES, Services, services
from nis2scan.facts.windows.system import RELEASE
from nis2scan.facts.windows.values import number, rows, sub, table, text, truth

# Drivers of cards that are made by Windows itself and may lead out: switches of Hyper-V, teams, bridges.
_SWITCHES = {"vmsmp", "vmsnpxymp", "vmsproxy", "vmsproxyhnic"}
_TEAMS = {"ndisimplatformmp"}
_BRIDGES = {"bridgemp", "mpbridge"}
_SHARED_BY_WINDOWS = ipaddress.ip_address("192.168.137.1")  # of Internet Connection Sharing and the mobile hotspot
_CONNECTED, _UP = 1, 1
_FORWARDS = 1
_IPV4, _IPV6 = 2, 23


@dataclass(frozen=True)
class Adapter:
    """One card with TCP/IP. guid: in braces, in small letters. netbios: 0 as DHCP says, 1 on, 2 off, None not told."""

    guid: str
    index: int
    name: str
    driver: str
    netbios: int | None
    addresses: tuple[str, ...]
    masks: tuple[str, ...]
    gateway: bool


@dataclass(frozen=True)
class Adapters(Fact):
    """The cards over which TCP/IP runs now."""

    adapters: tuple[Adapter, ...]


ADAPTERS = powershell(
    r"""# adapters
[ordered]@{ items = Read-Instances 'root/cimv2' 'Win32_NetworkAdapterConfiguration' @('SettingID', 'InterfaceIndex', 'Description', 'ServiceName', 'TcpipNetbiosOptions', 'IPAddress', 'IPSubnet', 'DefaultIPGateway') 'IPEnabled = TRUE' }""",
    seconds=6,
)

CARDS = powershell(
    r"""# network-cards
[ordered]@{
  cards = Read-Instances 'root/StandardCimv2' 'MSFT_NetAdapter' @('InterfaceGuid', 'InterfaceIndex', 'Name', 'HardwareInterface', 'PnPDeviceID', 'MediaConnectState', 'InterfaceOperationalStatus')
  interfaces = Read-Instances 'root/StandardCimv2' 'MSFT_NetIPInterface' @('InterfaceIndex', 'AddressFamily', 'Forwarding')
  tcpip = Read-Values 'HKLM:\SYSTEM\CurrentControlSet\Services\Tcpip\Parameters' 'IPEnableRouter' 'Hostname'
  tcpip6 = Read-Values 'HKLM:\SYSTEM\CurrentControlSet\Services\Tcpip6\Parameters' 'IPEnableRouter'
}""",
    seconds=8,
)


@reads(ADAPTERS)
def adapters(answer: Answer) -> Adapters:
    """Only cards with IP that are connected are listed by this filter; the registry holds all that ever were."""
    found = tuple(_adapter(row) for row in rows(table(answer)))
    if not found:
        raise CannotTell(Reason.NOTHING_TO_JUDGE, say("no network card with an address and a link was seen"))
    return Adapters(found)


def _adapter(row: dict[str, Any]) -> Adapter:
    index = number(row.get("InterfaceIndex"))
    if index is None or not text(row.get("SettingID")):
        raise CannotTell(Reason.PARSE_ERROR, say("a network card is not as it should be"))
    return Adapter(
        guid=text(row.get("SettingID")).casefold(),
        index=index,
        name=text(row.get("Description")),
        driver=text(row.get("ServiceName")).casefold(),
        netbios=number(row.get("TcpipNetbiosOptions")),
        addresses=_list(row.get("IPAddress")),
        masks=_list(row.get("IPSubnet")),
        gateway=bool(_list(row.get("DefaultIPGateway"))),
    )


def _list(value: object) -> tuple[str, ...]:
    items = value if isinstance(value, list) else [value]
    return tuple(found for item in items if (found := text(item)))


@reads(ADAPTERS, CARDS, SERVICES, SERVICE_KEYS, RELEASE)
def windows_networks(told: Answer, cards: Answer, states: Answer, keys: Answer, release: Answer) -> Networks:
    """A card leads out when it is hardware, or is made by Windows and has the way out behind it. VPNs are left out."""
    found, made, running = adapters.read(told), table(cards), services.read(states, keys)
    assert isinstance(found, Adapters)  # noqa: S101 the readers make them
    assert isinstance(running, Services)  # noqa: S101
    real = {text(row.get("InterfaceGuid")).casefold(): row for row in rows(made, "cards")}
    names = {guid: text(row.get("Name")) for guid, row in real.items()}
    if not real or any(_unlisted(item, real) for item in found.adapters):
        raise CannotTell(Reason.PARSE_ERROR, say("a network card is not as it should be"))
    shared = _runs(running, "SharedAccess")
    routes = _runs(running, "RemoteAccess") or _set(made, "tcpip")
    forwards = {key for row in rows(made, "interfaces") if (key := _forwarding(row)) is not None}
    out, inner = [], []
    for item in found.adapters:
        nets, sharing = _nets(item), shared and _SHARED_BY_WINDOWS in _addresses(item)
        name = names.get(item.guid) or item.name
        if _leads_out(item, real.get(item.guid, {})) or sharing:
            out.append(card_in(name, nets, routes or sharing or (item.index, _IPV4) in forwards))
        elif item.driver in _SWITCHES:
            inner.append(name)
    if not any(card.private or card.public or card.v6 for card in out):
        raise CannotTell(Reason.NOTHING_TO_JUDGE, say("no network card with an address and a link was seen"))
    return Networks(
        host=text((sub(made, "tcpip") or {}).get("Hostname")),
        cards=tuple(sorted(out, key=lambda card: card.name)),
        passes_v6=_set(made, "tcpip6") or any(family == _IPV6 for _, family in forwards),
        inner=tuple(sorted(inner)),
        joined=_joined(found, real, out),
    )


def _unlisted(item: Adapter, real: dict[str, dict[str, Any]]) -> bool:
    """Dial-in, VPN and tunnels are no network cards; any other driver's card must be on the list of cards."""
    dialled = not item.driver or item.driver.startswith(("ndiswan", "ras", "tunnel"))
    return item.guid not in real and not dialled and item.driver not in _SWITCHES | _TEAMS | _BRIDGES


def _leads_out(item: Adapter, row: dict[str, Any]) -> bool:
    if (row and _is_real(row)) or item.driver in _TEAMS | _BRIDGES:
        return True
    return item.driver in _SWITCHES and item.gateway


def _is_real(row: dict[str, Any]) -> bool:
    """Cards of VirtualBox, VMware and VPNs may call themselves hardware; where they hang, tells."""
    software = text(row.get("PnPDeviceID")).casefold().startswith(("root\\", "swd\\"))
    hardware = truth(row.get("HardwareInterface"))
    if hardware is None:
        raise CannotTell(Reason.PARSE_ERROR, say("a network card is not as it should be"))
    return hardware and not software


def _joined(
    found: Adapters, real: dict[str, dict[str, Any]], out: list[Card]
) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """A network bridge takes the addresses of the cards that it joins: cards with a link and without TCP/IP."""
    own = {item.guid for item in found.adapters}
    bare = sorted(
        text(row.get("Name"))
        for guid, row in real.items()
        if guid not in own
        and _is_real(row)
        and number(row.get("MediaConnectState")) == _CONNECTED
        and number(row.get("InterfaceOperationalStatus")) == _UP
    )
    bridges = [
        text(real.get(item.guid, {}).get("Name")) or item.name for item in found.adapters if item.driver in _BRIDGES
    ]
    return tuple((bridge, tuple(bare)) for bridge in bridges if len(bare) > 1)


def _runs(found: Services, name: str) -> bool:
    """Whether a service runs. Raises CannotTell where that was not read."""
    running = found.running(name)
    if running is None:
        raise CannotTell(Reason.NO_PRIVILEGE, say("whether {service} runs could not be read", service=name))
    return running


def _set(made: dict[str, Any], name: str) -> bool:
    return number((sub(made, name) or {}).get("IPEnableRouter")) == 1


def _forwarding(row: dict[str, Any]) -> tuple[int, int] | None:
    index, family = number(row.get("InterfaceIndex")), number(row.get("AddressFamily"))
    if index is None or family not in (_IPV4, _IPV6) or number(row.get("Forwarding")) not in (0, 1):
        raise CannotTell(Reason.PARSE_ERROR, say("a network card is not as it should be"))
    return (index, family) if number(row.get("Forwarding")) == _FORWARDS else None


def _addresses(item: Adapter) -> list[ipaddress.IPv4Address | ipaddress.IPv6Address]:
    return [ipaddress.ip_address(address.split("%")[0]) for address in item.addresses]


def _nets(item: Adapter) -> list[Net]:
    """Addresses and masks stand side by side: `192.168.1.20` and `255.255.255.0`, `fd00::20` and `64`."""
    if len(item.addresses) != len(item.masks):
        raise CannotTell(Reason.PARSE_ERROR, say("a network card is not as it should be"))
    pairs = zip(item.addresses, item.masks, strict=True)
    return [ipaddress.ip_interface(f"{address.split('%')[0]}/{mask}").network for address, mask in pairs]
