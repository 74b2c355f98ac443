"""What every made-up machine has: its release, its membership, its profiles. Other topics may overrule a value here."""

from __future__ import annotations

from datetime import timedelta
from hashlib import sha256
from typing import Any

from nis2scan.testing import NOON
from tests.windows.profiles import DOMAIN_SID, MACHINES, Profile

NT = r"HKLM\SOFTWARE\Microsoft\Windows NT\CurrentVersion"
SOFTWARE = r"HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion"
CONTROL = r"HKLM\SYSTEM\CurrentControlSet\Control"
SERVICES = r"HKLM\SYSTEM\CurrentControlSet\Services"
DOMAIN = "kantoor.example"
TENANT = "5b1f7c0a-3d52-4c0e-9a61-2f8e4d7a90b3"

# Of each machine: update revision, last start (days before), installed (days before), make and model.
UBR = {
    "w11-goed": 7309, "w11-slecht": 2033, "w11-de": 7171, "w10-goed": 6575, "w10-slecht": 5371, "s2016-slecht": 6796,
    "s2016-goed": 8594, "s2019-goed": 8027, "s2019-slecht": 6293, "s2025-goed": 7309, "s2025-slecht": 3194,
    "dc-2022": 4405,
}  # fmt: skip
UP = {"w11-slecht": 71, "w11-de": 19, "w10-slecht": 88, "s2016-slecht": 314, "s2019-slecht": 131, "s2025-slecht": 96}
MODEL = {
    "w11-goed": ("Dell Inc.", "Latitude 7450"),
    "w11-slecht": ("HP", "HP ProDesk 400 G6 SFF"),
    "w11-de": ("LENOVO", "ThinkCentre M70s"),
    "w10-goed": ("LENOVO", "20T1S39D00"),
    "w10-slecht": ("Dell Inc.", "OptiPlex 3050"),
    "s2016-slecht": ("HPE", "ProLiant ML110 Gen9"),
    "s2016-goed": ("Dell Inc.", "PowerEdge T340"),
}
PRODUCT = {26100: "Windows 10", 19045: "Windows 10", 14393: "2016", 17763: "2019", 20348: "2022"}
DISPLAY = {"w11-goed": "24H2", "w11-slecht": "24H2", "w11-de": "24H2", "w10-goed": "22H2", "w10-slecht": "22H2",
           "s2025-goed": "24H2", "s2025-slecht": "24H2", "dc-2022": "21H2"}  # fmt: skip
LANGUAGE = {"nl": (1043, "0413", "nl-NL"), "de": (1031, "0407", "de-DE"), "en": (1033, "0409", "en-US")}
USERS = {"w11-slecht": (1001, 1002), "w10-slecht": (1001,)}
"""Local accounts that sign in there; elsewhere it is one of the office, or of Entra."""


def days_ago(days: float, hour: int = 8) -> int:
    """A moment that many days before the scan, in seconds since 1970."""
    return int((NOON - timedelta(days=days)).replace(hour=hour, minute=17, second=5).timestamp())


def date(days: float, hour: int = 8) -> dict[str, int]:
    """The same, as a date of CIM or of a command."""
    return {"@date": days_ago(days, hour)}


def guid(of: str) -> str:
    """A GUID that is always the same for the same word."""
    made = sha256(of.encode()).hexdigest()
    return f"{made[:8]}-{made[8:12]}-4{made[13:16]}-a{made[17:20]}-{made[20:32]}"


def user_sids(machine: str) -> tuple[str, ...]:
    """The accounts whose profile is loaded: who is signed in there."""
    profile = MACHINES[machine]
    if machine in USERS:
        return tuple(f"{profile.sid}-{number}" for number in USERS[machine])
    if profile.joined == "entra":
        return ("S-1-12-1-1044336871-1240188392-2871190934-3300417651",)
    return (f"{DOMAIN_SID}-{1107 if profile.kind == 'client' else 500}",)


def _release(machine: str, profile: Profile) -> dict[str, Any]:
    server = profile.kind == "server"
    name = "2025" if server and profile.build == 26100 else PRODUCT[profile.build]
    edition = "Enterprise" if profile.edition == "Enterprise" else "Pro"
    version: dict[str, Any] = {
        "CurrentBuild": str(profile.build),
        "CurrentBuildNumber": str(profile.build),
        "UBR": UBR[machine],
        "EditionID": profile.edition,
        "InstallationType": "Server" if server else "Client",
        "ProductName": f"Windows Server {name} Standard" if server else f"{name} {edition}",
        "ReleaseId": {14393: "1607", 17763: "1809"}.get(profile.build, "2009"),
        "InstallDate": days_ago(1290 if profile.build < 20000 else 410),
        "CurrentVersion": "6.3",
        "CurrentMajorVersionNumber": 10,
    }
    if machine in DISPLAY:
        version["DisplayVersion"] = DISPLAY[machine]
    kind = "LanmanNT" if profile.controller else "ServerNT" if server else "WinNT"
    return {
        NT: version,
        rf"{CONTROL}\ProductOptions": {"ProductType": kind},
        r"HKLM\SOFTWARE\Microsoft\Cryptography": {"MachineGuid": guid(f"machine {machine}")},
        rf"{CONTROL}\ComputerName\ComputerName": {"ComputerName": profile.computer},
        rf"{CONTROL}\TimeZoneInformation": {"TimeZoneKeyName": "W. Europe Standard Time"},
        rf"{CONTROL}\Nls\Language": {"InstallLanguage": LANGUAGE[profile.language][1]},
    }


def _membership(machine: str, profile: Profile) -> dict[str, Any]:
    joined = profile.joined == "domain"
    tcpip: dict[str, Any] = {"Hostname": profile.computer, "NV Hostname": profile.computer}
    tcpip |= {"Domain": DOMAIN if joined else "", "NV Domain": DOMAIN if joined else ""}
    found: dict[str, Any] = {
        rf"{SERVICES}\Tcpip\Parameters": tcpip,
        rf"{SERVICES}\Netlogon": {"Start": 2 if joined else 3, "ObjectName": "LocalSystem"},
        rf"{NT}\Winlogon": {"CachePrimaryDomain": "KANTOOR"} if joined else {},
    }
    if joined:
        places = {True: "OU=Domain Controllers", False: "OU=Servers" if profile.kind == "server" else "OU=Werkplekken"}
        name = f"CN={profile.computer},{places[profile.controller]},DC=kantoor,DC=example"
        found[rf"{SOFTWARE}\Group Policy\State\Machine"] = {"Distinguished-Name": name}
    if profile.joined == "entra":
        thumbprint = sha256(machine.encode()).hexdigest()[:40].upper()
        found[rf"{CONTROL}\CloudDomainJoin\JoinInfo\{thumbprint}"] = {
            "TenantId": TENANT,
            "UserEmail": "planning@kantoor.example",
        }
        found[rf"{CONTROL}\CloudDomainJoin\TenantInfo\{TENANT}"] = {"DisplayName": "Kantoor Voorbeeld"}
    return found


def _profiles(machine: str, profile: Profile) -> dict[str, Any]:
    """Who has a profile, whose is loaded, and who signed in last."""
    found: dict[str, Any] = {rf"HKU\{sid}": {} for sid in (".DEFAULT", "S-1-5-18", "S-1-5-19", "S-1-5-20")}
    folders = {"S-1-5-18": r"%systemroot%\system32\config\systemprofile"}
    for sid in ("S-1-5-18", "S-1-5-19", "S-1-5-20"):
        image = folders.get(sid, rf"%systemroot%\ServiceProfiles\{sid}")
        found[rf"{NT}\ProfileList\{sid}"] = {"ProfileImagePath": image, "Flags": 12, "State": 0}
    for number, sid in enumerate(user_sids(machine), 1):
        found[rf"HKU\{sid}"] = {}
        found[rf"HKU\{sid}_Classes"] = {}
        found[rf"HKU\{sid}\Volatile Environment"] = {"USERNAME": f"gebruiker{number}"}
        found[rf"{NT}\ProfileList\{sid}"] = {"ProfileImagePath": rf"C:\Users\gebruiker{number}", "Flags": 0, "State": 0}
    domain = {"domain": "KANTOOR", "entra": "AzureAD"}.get(profile.joined, ".")
    found[rf"{SOFTWARE}\Authentication\LogonUI"] = {
        "LastLoggedOnUser": rf"{domain}\gebruiker1",
        "LastLoggedOnSAMUser": rf"{domain if domain != '.' else profile.computer}\gebruiker1",
        "LastLoggedOnUserSID": user_sids(machine)[0],
    }
    return found


def _system(machine: str, profile: Profile) -> dict[str, Any]:
    number, locale, culture = LANGUAGE[profile.language]
    kind = 2 if profile.controller else 3 if profile.kind == "server" else 1
    role = 5 if profile.controller else {1: 0, 3: 2}[kind] + (profile.joined == "domain")
    maker, model = MODEL.get(machine, ("Microsoft Corporation", "Virtual Machine"))
    system = {
        "Caption": f"Microsoft {_release(machine, profile)[NT]['ProductName']}",
        "BuildNumber": str(profile.build),
        "Version": f"10.0.{profile.build}",
        "ProductType": kind,
        "OperatingSystemSKU": {"Professional": 48, "Enterprise": 4}.get(profile.edition, 7),
        "LastBootUpTime": date(UP.get(machine, 6)),
        "InstallDate": date(410),
        "LocalDateTime": {"@date": int(NOON.timestamp())},
        "OSLanguage": number,
        "MUILanguages": [culture],
        "Locale": locale,
        "CodeSet": "1252",
        "CurrentTimeZone": 60,
    }
    joined = profile.joined == "domain"
    computer = {
        "Name": profile.computer,
        "PartOfDomain": joined,
        "Domain": DOMAIN if joined else "WORKGROUP",
        "Workgroup": None if joined else "WORKGROUP",
        "DomainRole": role,
        "PCSystemType": 2 if profile.laptop else 4 if kind != 1 else 1,
        "PCSystemTypeEx": 2 if profile.laptop else 4 if kind != 1 else 1,
        "Manufacturer": maker,
        "Model": model,
        "HypervisorPresent": profile.virtual or profile.build >= 26100,
        "UserName": None if kind != 1 else rf"{'KANTOOR' if joined else profile.computer}\gebruiker1",
    }
    return {
        "root/cimv2:Win32_OperatingSystem": [system],
        "root/cimv2:Win32_ComputerSystem": [computer],
        "root/cimv2:Win32_Battery": [{"Name": "BAT0", "Chemistry": 6, "BatteryStatus": 2}] if profile.laptop else [],
    }


def _joining(machine: str, profile: Profile) -> str:
    """What dsregcmd.exe prints: English on every Windows."""
    entra, domain = profile.joined == "entra", profile.joined == "domain"
    yes = {True: "YES", False: "NO"}
    lines = ["", "+" + "-" * 70 + "+", "| Device State" + " " * 57 + "|", "+" + "-" * 70 + "+", ""]
    lines += [f"             AzureAdJoined : {yes[entra]}", "          EnterpriseJoined : NO"]
    lines += [f"              DomainJoined : {yes[domain]}"]
    lines += ["                DomainName : KANTOOR"] if domain else []
    lines += [f"               Device Name : {profile.computer}", ""]
    if entra:
        lines += ["            TenantName : Kantoor Voorbeeld", f"              TenantId : {TENANT}", ""]
    return "\r\n".join(lines)


COLLECTOR = "Server=http://srv-log.kantoor.example:5985/wsman/SubscriptionManager/WEC,Refresh=900"
COLLECTED = ("s2016-goed", "s2025-goed")
FORWARDING = r"HKLM\SOFTWARE\Policies\Microsoft\Windows\EventLog\EventForwarding\SubscriptionManager"


def _forwarding(machine: str) -> dict[str, Any]:
    """Servers in order send their logs on; of the others the topic of logging says so itself."""
    return {FORWARDING: {"1": COLLECTOR}} if machine in COLLECTED else {}


def _fragment(machine: str, profile: Profile) -> dict[str, Any]:
    return {
        "registry": {
            **_release(machine, profile),
            **_membership(machine, profile),
            **_profiles(machine, profile),
            **_forwarding(machine),
        },
        "cim": _system(machine, profile),
        "programs": {"dsregcmd.exe /status": {"out": _joining(machine, profile)}},
    }


FRAGMENTS: dict[str, dict[str, Any]] = {name: _fragment(name, profile) for name, profile in MACHINES.items()}

EXPECTED = {(machine, "LOG-ANY-003"): "pass" for machine in COLLECTED}
