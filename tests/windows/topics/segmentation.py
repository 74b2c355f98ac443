"""Firewall, file sharing, name broadcasts and network cards of the made-up machines."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from tests.windows.profiles import MACHINES
from tests.windows.topics.base import SERVICES, guid

LOCAL = rf"{SERVICES}\SharedAccess\Parameters\FirewallPolicy"
RULED = r"HKLM\SOFTWARE\Policies\Microsoft\WindowsFirewall"
FOLDERS = {"Domain": "DomainProfile", "Private": "StandardProfile", "Public": "PublicProfile"}
PUBLIC, PRIVATE, DOMAIN = 0, 1, 2
BLOCK, ALLOW, DEFAULT = 4, 2, 0
LAN_DRIVER, WIFI_DRIVER, GUEST_DRIVER = "e1dexpress", "Netwtw14", "netvsc"


@dataclass(frozen=True)
class Wall:
    """The firewall. off, allows: profiles. used: categories of the networks. ruled: profiles that a policy sets."""

    off: tuple[str, ...] = ()
    allows: tuple[str, ...] = ()
    used: tuple[int, ...] = (DOMAIN,)
    runs: bool = True
    ruled: tuple[str, ...] = ()
    managed: bool = False
    left_out: str = ""
    others: tuple[tuple[str, int], ...] = ()


WALLS = {
    "w11-goed": Wall(used=(PUBLIC,), managed=True),
    "w11-slecht": Wall(off=("Private",), used=(PRIVATE,), others=(("Voorbeeld Internet Security", 0x043010),)),
    "w11-de": Wall(off=("Public",), ruled=("Domain", "Private"), others=(("Beispiel Firewall", 0x041000),)),
    "w10-goed": Wall(ruled=("Domain", "Private", "Public")),
    "w10-slecht": Wall(allows=("Private",), used=(PRIVATE,)),
    "s2016-slecht": Wall(runs=False),
    "s2016-goed": Wall(ruled=("Domain", "Private")),
    "s2019-goed": Wall(),
    "s2019-slecht": Wall(off=("Domain",), ruled=("Domain",)),
    "s2025-goed": Wall(),
    "s2025-slecht": Wall(left_out="Ethernet 2"),
    "dc-2022": Wall(),
}


@dataclass(frozen=True)
class Sharing:
    """File sharing. guests: of the client, as it answers. registry: what is written down of it."""

    smb1: bool = False
    signed: bool = True
    sealed: bool = False
    guests: bool = False
    registry: int | None = None
    ruled: int | None = None
    smb1_value: int | None = None
    smb1_client: int | None = None


SHARINGS = {
    "w11-goed": Sharing(),
    "w11-slecht": Sharing(smb1=True, signed=False, guests=True, registry=1, smb1_value=1, smb1_client=2),
    "w11-de": Sharing(signed=False),
    "w10-goed": Sharing(signed=False, sealed=True, ruled=0),
    "w10-slecht": Sharing(signed=False, guests=True, smb1_client=2),
    "s2016-slecht": Sharing(smb1=True, signed=False, guests=True, smb1_client=2),
    "s2016-goed": Sharing(registry=0, smb1_value=0, smb1_client=4),
    "s2019-goed": Sharing(),
    "s2019-slecht": Sharing(signed=False, guests=True, ruled=1),
    "s2025-goed": Sharing(),
    "s2025-slecht": Sharing(signed=False),
    "dc-2022": Sharing(),
}


@dataclass(frozen=True)
class Nic:
    """One network card. netbios: 0 as DHCP says, 1 on, 2 off. hardware: not made by Windows. bare: without TCP/IP."""

    name: str
    addresses: tuple[str, ...] = ()
    driver: str = LAN_DRIVER
    netbios: int | None = 2
    gateway: bool = True
    hardware: bool = True
    forwards: tuple[int, ...] = ()
    present: bool = True

    @property
    def guid(self) -> str:
        return "{" + guid(f"card {self.name} {self.addresses}").upper() + "}"


V6 = "fe80::8c1f:2a3b:4c5d:6e7f/64"
_OLD = Nic("Ethernet 9", present=False, netbios=0)
_OFF_OLD = Nic("Ethernet 9", present=False, netbios=2)


@dataclass(frozen=True)
class Cards:
    """The cards, and what passes on between them. on, off: services. llmnr, mdns: values; node: NodeType."""

    nics: tuple[Nic, ...]
    llmnr: int | None = 0
    mdns: int | None = None
    node: int | None = None
    router: int | None = None
    router6: int | None = None
    on: tuple[str, ...] = ()
    old: tuple[Nic, ...] = field(default_factory=lambda: (_OLD,))


CARDS = {
    "w11-goed": Cards((Nic("Wi-Fi", ("192.168.50.31/24", V6), WIFI_DRIVER),), mdns=0, old=(_OFF_OLD,)),
    "w11-slecht": Cards(
        (
            Nic("Ethernet", ("192.168.50.41/24",), netbios=0),
            Nic("LAN-verbinding* 10", ("192.168.137.1/24",), "vwifimp", 0, gateway=False, hardware=False),
        ),
        llmnr=None,
        on=("SharedAccess",),
    ),
    "w11-de": Cards(
        (
            Nic("Ethernet", ("192.168.50.44/24", "fd12:3456:789a::44/64", V6), netbios=0),
            Nic("WLAN", ("192.168.60.7/24",), WIFI_DRIVER, netbios=0),
        ),
    ),
    "w10-goed": Cards(
        (
            Nic("Ethernet", ("192.168.50.47/24",)),
            Nic("vEthernet (Default Switch)", ("172.28.160.1/20",), "VMSNPXYMP", 2, gateway=False, hardware=False),
            Nic("Kantoor-VPN", ("10.8.0.6/24",), "wintun", None, gateway=False, hardware=False),
        ),
        on=("SharedAccess",),
        old=(_OFF_OLD,),
    ),
    "w10-slecht": Cards(
        (
            Nic("Netwerkbrug", ("192.168.50.43/24",), "BridgeMP", hardware=False),
            Nic("Ethernet"),
            Nic("Wi-Fi", driver=WIFI_DRIVER),
        ),
        llmnr=1,
        mdns=1,
    ),
    "s2016-slecht": Cards(
        (
            Nic("Ethernet", ("192.168.50.5/24",), netbios=0),
            Nic("Ethernet 2", ("10.20.0.1/24",), netbios=1, gateway=False),
        ),
        llmnr=None,
        router=1,
        router6=1,
    ),
    "s2016-goed": Cards(
        (
            Nic("Team1", ("192.168.50.6/24",), "NdisImPlatformMp", netbios=0, hardware=False),
            Nic("NIC1"),
            Nic("NIC2"),
        ),
        node=2,
        router=0,
    ),
    "s2019-goed": Cards((Nic("Ethernet", ("192.168.50.7/24",), GUEST_DRIVER),), old=(_OFF_OLD,)),
    "s2019-slecht": Cards(
        (
            Nic("Ethernet", ("192.168.50.8/24",), GUEST_DRIVER, 0, forwards=(2,)),
            Nic("Ethernet 2", ("172.16.4.1/24",), GUEST_DRIVER, 0, gateway=False, forwards=(2, 23)),
        ),
        llmnr=None,
        on=("RemoteAccess",),
    ),
    "s2025-goed": Cards((Nic("Ethernet", ("192.168.50.9/24",), GUEST_DRIVER),), old=(_OFF_OLD,)),
    "s2025-slecht": Cards(
        (
            Nic("Ethernet", ("192.168.50.10/24",), GUEST_DRIVER, netbios=2),
            Nic("Ethernet 2", ("192.168.50.11/24",), GUEST_DRIVER, netbios=2),
        ),
        llmnr=None,
    ),
    "dc-2022": Cards((Nic("Ethernet", ("192.168.50.2/24", V6), GUEST_DRIVER),), old=(_OFF_OLD,)),
}


def _firewall(machine: str) -> dict[str, Any]:
    wall, client = WALLS[machine], MACHINES[machine].kind == "client"
    registry: dict[str, Any] = {}
    rows = []
    for name, folder in FOLDERS.items():
        on, allows = int(name not in wall.off), name in wall.allows
        own: dict[str, Any] = {
            "EnableFirewall": on,
            "DefaultInboundAction": 0 if allows else 1,
            "DisableNotifications": 0,
        }
        if wall.left_out:
            own["DisabledInterfaces"] = "{" + guid(wall.left_out) + "}"
        if name in wall.ruled:  # what the machine itself holds does not count then
            other = "PrivateProfile" if name == "Private" and client else folder
            registry[rf"{RULED}\{other}"] = {"EnableFirewall": on, "DefaultInboundAction": 0 if allows else 1}
            own["EnableFirewall"] = 1 - on
        registry[rf"{LOCAL}\{folder}"] = own
        if wall.managed:
            registry[rf"{LOCAL}\Mdm\{folder}"] = {"EnableFirewall": on, "DefaultInboundAction": 1}
        rows.append(
            {
                "Name": name,
                "Enabled": on,
                "DefaultInboundAction": ALLOW if allows else BLOCK if name in wall.ruled else DEFAULT,
                "DefaultOutboundAction": DEFAULT,
                "AllowLocalFirewallRules": 2,
                "DisabledInterfaceAliases": [wall.left_out or "NotConfigured"],
            }
        )
    connections = [
        {"InterfaceIndex": 5 + at, "InterfaceAlias": f"Ethernet {at}", "Name": "Netwerk", "NetworkCategory": category}
        for at, category in enumerate(wall.used)
    ]
    cim = {"root/SecurityCenter2:FirewallProduct": [_product(*item) for item in wall.others]} if client else {}
    commands = {"Get-NetFirewallProfile": rows, "Get-NetConnectionProfile": connections}
    return {"registry": registry, "commands": commands, "cim": cim}


def _product(name: str, state: int) -> dict[str, Any]:
    return {"displayName": name, "instanceGuid": "{" + guid(name) + "}", "productState": state}


def _sharing(machine: str) -> dict[str, Any]:
    found = SHARINGS[machine]
    registry: dict[str, Any] = {
        rf"{SERVICES}\LanmanServer\Parameters": {} if found.smb1_value is None else {"SMB1": found.smb1_value},
        rf"{SERVICES}\LanmanWorkstation\Parameters": (
            {} if found.registry is None else {"AllowInsecureGuestAuth": found.registry}
        ),
    }
    if found.smb1_client is not None:
        registry[rf"{SERVICES}\mrxsmb10"] = {"Type": 2, "Start": found.smb1_client}
    if found.ruled is not None:
        key = r"HKLM\SOFTWARE\Policies\Microsoft\Windows\LanmanWorkstation"
        registry[key] = {"AllowInsecureGuestAuth": found.ruled}
    server = {
        "EnableSMB1Protocol": found.smb1,
        "EnableSMB2Protocol": True,
        "RequireSecuritySignature": found.signed,
        "EnableSecuritySignature": True,
        "EncryptData": found.sealed,
        "RejectUnencryptedAccess": True,
        "AuditSmb1Access": False,
    }
    client = {"RequireSecuritySignature": found.signed, "EnableInsecureGuestLogons": found.guests}
    commands = {"Get-SmbServerConfiguration": [server], "Get-SmbClientConfiguration": [client]}
    return {"registry": registry, "commands": commands}


def _cards(machine: str) -> dict[str, Any]:
    found = CARDS[machine]
    adapters, cards, interfaces = [], [], [_interface(1, 2, False), _interface(1, 23, False)]
    for index, nic in enumerate(found.nics, 5):
        cards.append(
            {
                "InterfaceGuid": nic.guid,
                "InterfaceIndex": index,
                "Name": nic.name,
                "HardwareInterface": nic.hardware,
                "PnPDeviceID": (r"PCI\VEN_8086&DEV_15BB" if nic.hardware else r"ROOT\NET") + rf"\{index:04}",
                "MediaConnectState": 1,
                "InterfaceOperationalStatus": 1,
            }
        )
        if nic.addresses:
            adapters.append(_adapter(index, nic))
            interfaces += [_interface(index, family, family in nic.forwards) for family in (2, 23)]
    netbt = rf"{SERVICES}\NetBT\Parameters"
    registry: dict[str, Any] = {
        rf"{SERVICES}\Tcpip\Parameters": {} if found.router is None else {"IPEnableRouter": found.router},
        rf"{SERVICES}\Tcpip6\Parameters": {} if found.router6 is None else {"IPEnableRouter": found.router6},
        netbt: {} if found.node is None else {"NodeType": found.node},
    }
    for nic in (*found.nics, *found.old):
        if nic.netbios is not None and (nic.addresses or not nic.present):
            registry[rf"{netbt}\Interfaces\Tcpip_{nic.guid}"] = {"NetbiosOptions": nic.netbios}
    if found.llmnr is not None:
        registry[r"HKLM\SOFTWARE\Policies\Microsoft\Windows NT\DNSClient"] = {"EnableMulticast": found.llmnr}
    if found.mdns is not None:
        registry[rf"{SERVICES}\Dnscache\Parameters"] = {"EnableMDNS": found.mdns}
    cim = {
        "root/cimv2:Win32_NetworkAdapterConfiguration": [*adapters, _disconnected()],
        "root/StandardCimv2:MSFT_NetAdapter": cards,
        "root/StandardCimv2:MSFT_NetIPInterface": interfaces,
    }
    return {"registry": registry, "cim": cim}


def _adapter(index: int, nic: Nic) -> dict[str, Any]:
    pairs = [address.split("/") for address in nic.addresses]
    masks = {"24": "255.255.255.0", "20": "255.255.240.0"}
    return {
        "SettingID": nic.guid,
        "InterfaceIndex": index,
        "Description": f"{nic.name} adapter",
        "ServiceName": nic.driver,
        "IPEnabled": True,
        "MACAddress": f"00:15:5D:0A:{index:02X}:{len(nic.name):02X}",
        "TcpipNetbiosOptions": nic.netbios,
        "IPAddress": [address for address, _ in pairs],
        "IPSubnet": [length if ":" in address else masks[length] for address, length in pairs],
        "DefaultIPGateway": [f"{pairs[0][0].rsplit('.', 1)[0]}.1"] if nic.gateway else None,
    }


def _disconnected() -> dict[str, Any]:
    return {"SettingID": "{" + guid("unplugged") + "}", "InterfaceIndex": 99, "IPEnabled": False, "Description": "x"}


def _interface(index: int, family: int, forwards: bool) -> dict[str, Any]:
    return {"InterfaceIndex": index, "AddressFamily": family, "Forwarding": int(forwards)}


def _services(machine: str) -> dict[str, Any]:
    """Their states for whoever may ask, and their keys for everybody."""
    routes = "RemoteAccess" in CARDS[machine].on
    running = {
        "mpssvc": (WALLS[machine].runs, "Auto", 2),
        "SharedAccess": ("SharedAccess" in CARDS[machine].on, "Manual", 3),
        "RemoteAccess": (routes, "Auto" if routes else "Disabled", 2 if routes else 4),
        "LanmanServer": (True, "Auto", 2),
    }
    rows = [
        {"Name": name, "State": "Running" if on else "Stopped", "StartMode": mode, "StartName": "LocalSystem"}
        for name, (on, mode, _) in running.items()
    ]
    image = r"%SystemRoot%\system32\svchost.exe -k netsvcs -p"
    keys = {
        rf"{SERVICES}\{name}": {"Type": 32, "Start": start, "ObjectName": "LocalSystem", "ImagePath": image}
        for name, (_, _, start) in running.items()
    }
    return {"cim": {"root/cimv2:Win32_Service": rows}, "registry": keys}


def _fragment(machine: str) -> dict[str, Any]:
    whole: dict[str, Any] = {"registry": {}, "cim": {}, "commands": {}}
    for part in (_firewall(machine), _sharing(machine), _cards(machine), _services(machine)):
        for name, table in part.items():
            for key, value in table.items():
                both = isinstance(value, dict) and key in whole[name]
                whole[name][key] = {**whole[name][key], **value} if both else value
    return whole


FRAGMENTS: dict[str, dict[str, Any]] = {name: _fragment(name) for name in MACHINES}

# By the catalogue and the decisions on single rules, thought through machine by machine.
EXPECTED: dict[tuple[str, str], str] = {
    ("w11-goed", "SEG-WIN-001"): "pass",
    ("w11-slecht", "SEG-WIN-001"): "fail",
    ("w11-de", "SEG-WIN-001"): "warn",
    ("w10-goed", "SEG-WIN-001"): "pass",
    ("w10-slecht", "SEG-WIN-001"): "fail",
    ("s2016-slecht", "SEG-WIN-001"): "fail",
    ("s2016-goed", "SEG-WIN-001"): "pass",
    ("s2019-goed", "SEG-WIN-001"): "pass",
    ("s2019-slecht", "SEG-WIN-001"): "fail",
    ("s2025-goed", "SEG-WIN-001"): "pass",
    ("s2025-slecht", "SEG-WIN-001"): "warn",
    ("dc-2022", "SEG-WIN-001"): "pass",
    ("w11-goed", "SEG-WIN-002"): "pass",
    ("w11-slecht", "SEG-WIN-002"): "fail",
    ("w11-de", "SEG-WIN-002"): "warn",
    ("w10-goed", "SEG-WIN-002"): "pass",
    ("w10-slecht", "SEG-WIN-002"): "fail",
    ("s2016-slecht", "SEG-WIN-002"): "fail",
    ("s2016-goed", "SEG-WIN-002"): "pass",
    ("s2019-goed", "SEG-WIN-002"): "pass",
    ("s2019-slecht", "SEG-WIN-002"): "fail",
    ("s2025-goed", "SEG-WIN-002"): "pass",
    ("s2025-slecht", "SEG-WIN-002"): "warn",
    ("dc-2022", "SEG-WIN-002"): "pass",
    ("w11-goed", "SEG-WIN-003"): "pass",
    ("w11-slecht", "SEG-WIN-003"): "warn",
    ("w11-de", "SEG-WIN-003"): "warn",
    ("w10-goed", "SEG-WIN-003"): "pass",
    ("w10-slecht", "SEG-WIN-003"): "warn",
    ("s2016-slecht", "SEG-WIN-003"): "fail",
    ("s2016-goed", "SEG-WIN-003"): "pass",
    ("s2019-goed", "SEG-WIN-003"): "pass",
    ("s2019-slecht", "SEG-WIN-003"): "fail",
    ("s2025-goed", "SEG-WIN-003"): "pass",
    ("s2025-slecht", "SEG-WIN-003"): "warn",
    ("dc-2022", "SEG-WIN-003"): "pass",
    ("w11-goed", "SEG-ANY-001"): "pass",
    ("w11-slecht", "SEG-ANY-001"): "fail",
    ("w11-de", "SEG-ANY-001"): "warn",
    ("w10-goed", "SEG-ANY-001"): "pass",
    ("w10-slecht", "SEG-ANY-001"): "warn",
    ("s2016-slecht", "SEG-ANY-001"): "fail",
    ("s2016-goed", "SEG-ANY-001"): "pass",
    ("s2019-goed", "SEG-ANY-001"): "pass",
    ("s2019-slecht", "SEG-ANY-001"): "fail",
    ("s2025-goed", "SEG-ANY-001"): "pass",
    ("s2025-slecht", "SEG-ANY-001"): "pass",
    ("dc-2022", "SEG-ANY-001"): "pass",
    # Without administrator rights: the registry tells settings, not which networks and cards are in use.
    ("w11-slecht~gebruiker", "SEG-WIN-001"): "warn",
    ("w11-slecht~gebruiker", "SEG-WIN-002"): "fail",
    ("w11-slecht~gebruiker", "SEG-WIN-003"): "not_assessed",
    ("w11-slecht~gebruiker", "SEG-ANY-001"): "not_assessed",
    ("w10-slecht~beperkt-gebruiker", "SEG-WIN-001"): "warn",
    ("w10-slecht~beperkt-gebruiker", "SEG-WIN-002"): "fail",
    ("w10-slecht~beperkt-gebruiker", "SEG-WIN-003"): "not_assessed",
    ("s2016-goed~gebruiker", "SEG-WIN-001"): "pass",
    ("s2016-goed~gebruiker", "SEG-WIN-002"): "not_assessed",
    ("s2016-goed~gebruiker", "SEG-WIN-003"): "pass",
    ("s2016-goed~gebruiker", "SEG-ANY-001"): "not_assessed",
    ("w11-goed~beperkt", "SEG-WIN-001"): "pass",
    ("s2019-slecht~beperkt", "SEG-WIN-002"): "fail",
}
