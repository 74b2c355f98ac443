"""What the made-up machines log: event logs, audit policy, PowerShell, forwarding, and what keeps their clock right."""

from __future__ import annotations

from typing import Any

from nis2scan.testing import NOON
from tests.windows.profiles import MACHINES, RUNS
from tests.windows.rights import account
from tests.windows.topics.base import SERVICES, days_ago

MB = 1024 * 1024
POLICIES = r"HKLM\SOFTWARE\Policies\Microsoft\Windows"
_TIME = "Microsoft-Windows-Time-Service"
_AUDITING = "Microsoft-Windows-Security-Auditing"

# Security log: room and size in MB, mode (0 overwrite, 2 do not overwrite), age of the oldest event in days.
SECURITY = {
    "w11-goed": (1024, 300, 0, 124),
    "w11-slecht": (20, 20, 0, 2),
    "w11-de": (192, 192, 0, 45),
    "w10-goed": (1024, 512, 0, 95),
    "w10-slecht": (20, 5, 0, 4),
    "s2016-slecht": (20, 1, 0, 300),
    "s2016-goed": (2048, 2048, 0, 200),
    "s2019-goed": (20, 20, 0, 12),
    "s2019-slecht": (128, 120, 2, 20),
    "s2025-goed": (1024, 400, 0, 120),
    "s2025-slecht": (256, 30, 0, 10),
    "dc-2022": (4096, 4000, 0, 180),
}
OFF = ("s2016-slecht",)
CLEARED = {"w10-slecht": 4}
NO_LOGONS = ("s2016-slecht", "w10-slecht")

BOTH, SUCCESS, FAILURE, NONE = "both", "success", "failure", "none"
TEXTS = {
    "en": {SUCCESS: "Success", FAILURE: "Failure", BOTH: "Success and Failure", NONE: "No Auditing"},
    "nl": {SUCCESS: "Geslaagd", FAILURE: "Mislukt", BOTH: "Geslaagd en mislukt", NONE: "Geen controle"},
    "de": {SUCCESS: "Erfolg", FAILURE: "Fehler", BOTH: "Erfolg und Fehler", NONE: "Keine Überwachung"},
}
_HEADS = {
    "en": "Machine Name,Policy Target,Subcategory,Subcategory GUID,Inclusion Setting,Exclusion Setting",
    "nl": "Computernaam,Beleidsdoel,Subcategorie,GUID van subcategorie,Insluitingsinstelling,Uitsluitingsinstelling",
    "de": "Computername,Richtlinienziel,Unterkategorie,Unterkategorie-GUID,Aufnahmeeinstellung,Ausschlusseinstellung",
}
# Logon, Special Logon, Account Lockout, User Account Management, Security Group Management, Audit Policy Change,
# Credential Validation, Kerberos Authentication Service, Directory Service Changes, Logoff.
GUIDS = ("9215", "921B", "9217", "9235", "9237", "922F", "923F", "9242", "923C", "9216")
FULL = (BOTH, SUCCESS, FAILURE, BOTH, SUCCESS, SUCCESS, BOTH, NONE, NONE, SUCCESS)
CONTROLLER = (BOTH, SUCCESS, BOTH, BOTH, BOTH, BOTH, BOTH, BOTH, SUCCESS, SUCCESS)
DEFAULT = (SUCCESS, SUCCESS, SUCCESS, SUCCESS, SUCCESS, SUCCESS, NONE, NONE, NONE, SUCCESS)
NOTHING = (NONE, NONE, NONE, NONE, NONE, SUCCESS, NONE, NONE, NONE, NONE)
AUDIT = {
    "w11-goed": FULL,
    "w11-slecht": NOTHING,
    "w11-de": DEFAULT,
    "w10-goed": FULL,
    "w10-slecht": (NONE, *DEFAULT[1:]),
    "s2016-slecht": (SUCCESS, SUCCESS, FAILURE, NONE, SUCCESS, SUCCESS, FAILURE, NONE, NONE, NONE),
    "s2016-goed": FULL,
    "s2019-goed": FULL,
    "s2019-slecht": DEFAULT,
    "s2025-goed": FULL,
    "s2025-slecht": NOTHING,
    "dc-2022": CONTROLLER,
}

BLOCKS = {
    "w11-goed": 1,
    "w10-goed": 1,
    "s2016-goed": 1,
    "s2019-goed": 1,
    "s2025-goed": 1,
    "dc-2022": 1,
    "w10-slecht": 0,
}
ENGINE_2 = {"w11-slecht": 1, "s2016-slecht": 1, "w10-goed": 2, "s2016-goed": 3}
"""InstallState of the old engine; Windows 11 and Server 2025 of this autumn have none at all."""

# Windows Time: type, how it starts, and its newest events (id, days ago).
CLOCK: dict[str, tuple[str, int, tuple[tuple[int, float], ...]]] = {
    "w11-goed": ("NTP", 3, ((37, 1), (35, 1))),
    "w11-slecht": ("NoSync", 3, ()),
    "w11-de": ("NT5DS", 2, ((35, 6), (36, 1))),
    "w10-goed": ("NT5DS", 2, ((35, 2),)),
    "w10-slecht": ("NTP", 4, ()),
    "s2016-slecht": ("NT5DS", 2, ((35, 60),)),
    "s2016-goed": ("NT5DS", 2, ((35, 3),)),
    "s2019-goed": ("NT5DS", 2, ((37, 2),)),
    "s2019-slecht": ("AllSync", 2, ((36, 2),)),
    "s2025-goed": ("NT5DS", 2, ((35, 5),)),
    "s2025-slecht": ("NoSync", 2, ()),
    "dc-2022": ("NTP", 2, ((35, 1), (37, 4))),
}
GUEST = ("s2025-slecht",)
BY_HOST = {"Name": "vmictimesync", "State": "Running", "StartMode": "Manual", "StartName": r"NT AUTHORITY\LocalService"}
"""Where Hyper-V sets the clock of its guest."""

COLLECTOR = "Server=http://srv-log.kantoor.example:5985/wsman/SubscriptionManager/WEC,Refresh=900"
FORWARDED = ("s2019-goed", "dc-2022")


def _audit(machine: str) -> str:
    """What auditpol.exe prints: the header and the settings are in the language of the system."""
    language, computer = MACHINES[machine].language, MACHINES[machine].computer
    lines = ["", _HEADS[language]]
    for guid, setting in zip(GUIDS, AUDIT[machine], strict=True):
        lines.append(
            f"{computer},System,Sub {guid},{{0CCE{guid}-69AE-11D9-BED3-505054503030}},{TEXTS[language][setting]},"
        )
    return "\r\n".join([*lines, ""])


def _logon(machine: str, sid: str, name: str, seconds_ago: int) -> dict[str, Any]:
    """Event 4624 of a logon over the network: 27 strings, the fifth is the SID."""
    computer = MACHINES[machine].computer
    data = ["S-1-0-0", "-", "-", "0x0", sid, name, computer, "0x3f21a", "3", "NtLmSsp ", "NTLM", "BEHEER-01"]
    data += ["{00000000-0000-0000-0000-000000000000}", "-", "NTLM V2", "128", "0x0", "-", "192.168.10.5", "50112"]
    at = int(NOON.timestamp()) - seconds_ago
    return {"Id": 4624, "Level": 0, "time": at, "ProviderName": _AUDITING, "Properties": [*data, "%%1833", "-", "-"]}


def _security(run: str) -> dict[str, Any]:
    machine = RUNS[run].base
    room, size, mode, oldest = SECURITY[machine]
    name, sid = account(RUNS[run])
    events = [{"Id": 4688, "Level": 0, "time": days_ago(oldest), "ProviderName": _AUDITING, "Properties": []}]
    if machine in CLEARED:
        events = [
            {
                "Id": 1102,
                "Level": 4,
                "time": days_ago(CLEARED[machine]),
                "ProviderName": "Microsoft-Windows-Eventlog",
                "Properties": ["S-1-5-18", "SYSTEM"],
            }
        ]
    if machine not in NO_LOGONS:
        events.append(_logon(machine, sid, name.partition("\\")[2], 20))
        events.append(_logon(machine, f"{MACHINES[machine].sid}-1009", "kopieerapparaat", 300))
    return {
        "IsEnabled": machine not in OFF,
        "MaximumSizeInBytes": room * MB,
        "FileSize": size * MB + 4096,
        "RecordCount": size * 1500,
        "LogMode": mode,
        "events": events,
    }


def _system_log(machine: str) -> dict[str, Any]:
    """The System log; other topics add their events."""
    events: list[dict[str, Any]] = [
        {"Id": event, "Level": 3 if event == 36 else 4, "time": days_ago(days), "ProviderName": _TIME, "Properties": []}
        for event, days in CLOCK[machine][2]
    ]
    events.append({"Id": 6005, "Level": 4, "time": days_ago(200), "ProviderName": "EventLog", "Properties": []})
    sizes = {"IsEnabled": True, "MaximumSizeInBytes": 20 * MB, "FileSize": 4 * MB, "RecordCount": 9000, "LogMode": 0}
    return {**sizes, "events": events}


def _registry(machine: str) -> dict[str, Any]:
    kind, start, _ = CLOCK[machine]
    time = rf"{SERVICES}\W32Time"
    found: dict[str, Any] = {
        time: {"Start": start, "ObjectName": r"NT AUTHORITY\LocalService"},
        rf"{time}\Parameters": {"Type": kind, "NtpServer": "time.windows.com,0x9"},
        rf"{time}\TimeProviders\NtpClient": {"Enabled": 1, "SpecialPollInterval": 32768},
    }
    if machine in GUEST:
        found[rf"{SERVICES}\vmictimesync"] = {"Start": 3, "Type": 32}
    if machine == "w11-de":  # the policy says NTP, where the machine by itself would follow the domain
        found[r"HKLM\SOFTWARE\Policies\Microsoft\W32Time\Parameters"] = {"Type": "NT5DS"}
    if machine in BLOCKS:
        found[rf"{POLICIES}\PowerShell\ScriptBlockLogging"] = {"EnableScriptBlockLogging": BLOCKS[machine]}
    if machine in FORWARDED:
        found[rf"{POLICIES}\EventLog\EventForwarding\SubscriptionManager"] = {"1": COLLECTOR}
    return found


def _fragment(machine: str) -> dict[str, Any]:
    state = ENGINE_2.get(machine)
    dotnet = "NetFx4ServerFeatures" if MACHINES[machine].kind == "server" else "NetFx4-AdvSrvs"
    features = [{"Name": dotnet, "InstallState": 1}]
    if state:
        features.append({"Name": "MicrosoftWindowsPowerShellV2Root", "InstallState": state})
    return {
        "registry": _registry(machine),
        "cim": {
            "root/cimv2:Win32_OptionalFeature": features,
            "root/cimv2:Win32_Service": [BY_HOST] if machine in GUEST else [],
        },
        "logs": {"Security": _security(machine), "System": _system_log(machine)},
        "programs": {
            "auditpol.exe /get /category:* /r": {"out": _audit(machine), "code": 0, "@user": {"out": "", "code": 1314}}
        },
    }


FRAGMENTS: dict[str, dict[str, Any]] = {machine: _fragment(machine) for machine in MACHINES}
FRAGMENTS |= {run: {"logs": {"Security": _security(run)}} for run in RUNS if run not in MACHINES}  # of who asks there

# By the catalogue, thought through machine by machine. Parts: `` for a check without parts.
EXPECTED: dict[tuple[str, str], str | dict[str, str]] = {
    ("w11-goed", "LOG-WIN-001"): {"Security": "pass"},
    ("w11-slecht", "LOG-WIN-001"): {"Security": "fail"},
    ("w11-de", "LOG-WIN-001"): {"Security": "warn"},
    ("w10-goed", "LOG-WIN-001"): {"Security": "pass"},
    ("w10-slecht", "LOG-WIN-001"): {"Security": "fail", "Security (1102)": "warn"},
    ("s2016-slecht", "LOG-WIN-001"): {"Security": "fail"},
    ("s2016-goed", "LOG-WIN-001"): {"Security": "pass"},
    ("s2019-goed", "LOG-WIN-001"): {"Security": "pass"},
    ("s2019-slecht", "LOG-WIN-001"): {"Security": "warn"},
    ("s2025-goed", "LOG-WIN-001"): {"Security": "pass"},
    ("s2025-slecht", "LOG-WIN-001"): {"Security": "warn"},
    ("dc-2022", "LOG-WIN-001"): {"Security": "pass"},
    ("w11-goed", "LOG-WIN-002"): "pass",
    ("w11-slecht", "LOG-WIN-002"): "fail",
    ("w11-de", "LOG-WIN-002"): "warn",
    ("w10-goed", "LOG-WIN-002"): "pass",
    ("w10-slecht", "LOG-WIN-002"): "fail",
    ("s2016-slecht", "LOG-WIN-002"): "fail",
    ("s2016-goed", "LOG-WIN-002"): "pass",
    ("s2019-slecht", "LOG-WIN-002"): "warn",
    ("s2025-slecht", "LOG-WIN-002"): "fail",
    ("dc-2022", "LOG-WIN-002"): "pass",
    ("w11-goed", "LOG-WIN-003"): "pass",
    ("w11-slecht", "LOG-WIN-003"): "fail",
    ("w11-de", "LOG-WIN-003"): "warn",
    ("w10-goed", "LOG-WIN-003"): "pass",
    ("w10-slecht", "LOG-WIN-003"): "fail",
    ("s2016-slecht", "LOG-WIN-003"): "fail",
    ("s2019-slecht", "LOG-WIN-003"): "warn",
    ("dc-2022", "LOG-WIN-003"): "pass",
    ("w11-goed", "LOG-WIN-004"): "pass",
    ("w10-slecht", "LOG-WIN-004"): "fail",
    ("s2016-slecht", "LOG-WIN-004"): "fail",
    ("s2019-goed", "LOG-WIN-004"): "pass",
    ("dc-2022", "LOG-WIN-004"): "pass",
    ("w11-goed", "LOG-ANY-002"): "pass",
    ("w11-slecht", "LOG-ANY-002"): "fail",
    ("w11-de", "LOG-ANY-002"): "warn",
    ("w10-goed", "LOG-ANY-002"): "pass",
    ("w10-slecht", "LOG-ANY-002"): "fail",
    ("s2016-slecht", "LOG-ANY-002"): "not_assessed",
    ("s2019-slecht", "LOG-ANY-002"): "warn",
    ("s2025-slecht", "LOG-ANY-002"): "not_applicable",
    ("dc-2022", "LOG-ANY-002"): "pass",
    ("s2019-goed", "LOG-ANY-003"): "pass",
    ("dc-2022", "LOG-ANY-003"): "pass",
}
