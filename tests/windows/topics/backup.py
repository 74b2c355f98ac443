"""Which back-ups the made-up machines make, how they end, and what is taken for one."""

from __future__ import annotations

from typing import Any

from tests.windows.profiles import MACHINES
from tests.windows.topics.base import SERVICES, date, days_ago, guid, user_sids

VOLUME = r"\\?\Volume{d024c4eb-73dd-4957-be00-6edecc804b8e}"
OWN, APPLICATION = "Microsoft-Windows-Backup", "Application"
NO_DEVICE = 2155348165  # 0x807800C5
NOT_THERE = {"de": "Das Gerät ist nicht vorhanden.", "nl": "Het apparaat bestaat niet.", "en": "No such device."}

# Windows Server Backup: last success and last run in days before the scan, code, target, planned.
SUMMARY: dict[str, tuple[float | None, float | None, int, str, bool]] = {
    "s2019-goed": (0, 0, 0, VOLUME, True),
    "s2019-slecht": (250, 0, NO_DEVICE, r"\\nas01\backup", True),
    "s2025-goed": (1, 1, 0, r"\\nas01\backup", True),
    "dc-2022": (2, 2, 0, VOLUME, False),
    "s2025-slecht": (None, None, 0, "", False),
}
# Events of its log: id, level, days ago. 14 only says that a run has ended.
EVENTS: dict[str, tuple[tuple[int, int, float], ...]] = {
    "s2019-goed": ((1, 4, 0), (14, 4, 0), (4, 4, 0), (4, 4, 1), (4, 4, 2)),
    "s2019-slecht": ((5, 2, 0), (14, 4, 0), (5, 2, 1), (4, 4, 250)),
    "s2025-goed": ((4, 4, 1), (7, 3, 1)),
    "dc-2022": ((4, 4, 2), (5, 2, 9)),
}
# The back-up of Windows 7 on clients: id and days ago.
CLIENT: dict[str, tuple[tuple[int, float], ...]] = {
    "w10-goed": ((4098, 1), (4098, 8)),
    "w10-slecht": ((4100, 1), (4104, 8), (4098, 40)),
}
# Veeam: log, id of the event, level, result, tried again, name of the job, days ago.
VEEAM: dict[str, tuple[str, tuple[tuple[int, int, str, bool, str, float], ...]]] = {
    "s2016-goed": (
        "Veeam Backup",
        (
            (190, 4, "0", False, "Servers dagelijks", 0),
            (190, 2, "2", True, "Servers dagelijks", 1),
            (190, 4, "0", False, "Servers dagelijks", 2),
            (490, 3, "1", False, "Kopie naar NAS", 1),
            (790, 4, "0", False, "Laptops", 1),
        ),
    ),
    "s2016-slecht": (
        "Veeam Agent",
        (
            (190, 2, "2", False, "Backup job SRV-OUD", 0),
            (190, 2, "2", False, "Backup job SRV-OUD", 1),
            (190, 4, "0", False, "Backup job SRV-OUD", 2),
        ),
    ),
    "w11-de": ("Veeam Agent", ((190, 3, "1", False, "Sicherung", 1), (190, 4, "0", False, "Sicherung", 2))),
}
VEEAM_SERVICES = {
    "s2016-goed": ("VeeamBackupSvc", "VeeamTransportSvc"),
    "s2016-slecht": ("VeeamEndpointBackupSvc",),
    "w11-de": ("VeeamEndpointBackupSvc",),
    "s2019-goed": ("VeeamDeploymentService",),
}
OTHERS = {
    "w11-goed": ("AcronisCyberProtectionService", "MMS"),
    "s2025-goed": ("obengine",),
    "s2025-slecht": ("obengine",),
    "w11-slecht": ("MacriumService",),
}
# The log of Azure Backup: id and days ago.
AZURE: dict[str, tuple[tuple[int, float], ...]] = {
    "s2025-goed": ((3, 0), (10, 1), (3, 2)),
    "s2025-slecht": ((11, 0), (18, 1), (3, 3)),
}
SHADOWS = ("s2016-slecht", "s2016-goed")
TASKS = r"HKLM\SOFTWARE\Microsoft\Windows NT\CurrentVersion\Schedule\TaskCache\Tree"
"""Whether users can open the shadow copies that are there."""


def _event(event: int, level: int, days: float, provider: str, *data: str) -> dict[str, Any]:
    row = {"Id": event, "Level": level, "time": days_ago(days, 3), "ProviderName": provider}
    return {**row, "Properties": list(data)}


def _veeam(job: tuple[int, int, str, bool, str, float]) -> dict[str, Any]:
    event, level, result, again, name, days = job
    data = (guid(f"{name}{days}"), guid(f"job {name}"), result, "0", "0", str(again), name, "1", "SRV-BACKUP", "12.3.1")
    return _event(event, level, days, "Veeam MP", *data)


def _logs(machine: str) -> dict[str, Any]:
    logs: dict[str, Any] = {APPLICATION: {"events": []}}
    if machine in EVENTS:
        logs[OWN] = {"events": [_event(*item, OWN) for item in EVENTS[machine]]}
    elif machine == "s2025-slecht":
        logs[OWN] = {"events": []}
    if machine in CLIENT:
        level = {4098: 4, 4100: 2, 4104: 2}
        logs[APPLICATION] = {
            "events": [_event(event, level[event], days, "Windows Backup") for event, days in CLIENT[machine]]
        }
    if machine in VEEAM:
        name, jobs = VEEAM[machine]
        logs[name] = {"events": [_veeam(job) for job in jobs]}
    if machine in AZURE:
        level = {3: 4, 10: 3, 11: 2, 18: 2}
        logs["CloudBackup"] = {
            "events": [_event(event, level[event], days, "CloudBackup") for event, days in AZURE[machine]]
        }
    return logs


def _registry(machine: str) -> dict[str, Any]:
    here = (*VEEAM_SERVICES.get(machine, ()), *OTHERS.get(machine, ()))
    found: dict[str, Any] = {
        rf"{SERVICES}\{name}": {"Start": 2, "Type": 16, "ObjectName": "LocalSystem"} for name in here
    }
    found |= {TASKS: {"@denied": "user"}, rf"{TASKS}\Microsoft": {}}
    if machine in SHADOWS:
        found[rf"{TASKS}\ShadowCopyVolume{VOLUME[10:-1]}"] = {"Id": "{5D0B6B1E-3C1B-4C57-9E0E-0A7B6F1F2C11}"}
    if machine == "s2016-goed":
        found[r"HKLM\SOFTWARE\Veeam\Veeam Backup and Replication"] = {"CorePath": "C:\\Program Files\\Veeam\\"}
    if machine in ("s2016-slecht", "w11-de"):
        found[r"HKLM\SOFTWARE\Veeam\Veeam Agent for Microsoft Windows"] = {"ServiceIsRunning": 1}
    user = rf"HKU\{user_sids(machine)[0]}\Software\Microsoft"
    if machine == "w11-slecht":
        account = {"UserFolder": r"C:\Users\gebruiker1\OneDrive", "KfmFoldersProtectedNow": 3584}
        found[rf"{user}\OneDrive\Accounts\Personal"] = account
    if machine == "w10-slecht":
        history = rf"{user}\Windows\CurrentVersion\FileHistory"
        found[history] = {"ProtectedUpToTime": {"@qword": 134081856000000000}}
    if machine == "w11-goed":
        account = {"UserFolder": r"C:\Users\gebruiker1\OneDrive - Kantoor", "KfmFoldersProtectedNow": 7}
        found[rf"{user}\OneDrive\Accounts\Business1"] = account
    return found


def _commands(machine: str) -> dict[str, Any]:
    if machine not in SUMMARY:
        return {}
    good, ran, code, target, planned = SUMMARY[machine]
    text = NOT_THERE[MACHINES[machine].language] if code else ""
    row = {
        "NextBackupTime": date(-0.5, 21) if planned else None,
        "LastSuccessfulBackupTime": date(good, 3) if good is not None else None,
        "LastBackupTime": date(ran, 3) if ran is not None else None,
        "NumberOfVersions": 0 if good is None else 12,
        "LastSuccessfulBackupTargetPath": target,
        "LastBackupTarget": target,
        "DetailedMessage": text,
        "LastBackupResultHR": code,
        "LastBackupResultDetailedHR": 2147942833 if code else 0,
        "CurrentOperationStatus": 0,
    }
    return {"Get-WBSummary": [row], "Get-WBPolicy": [{"Schedule": [], "BMR": True}] if planned else []}


def _fragment(machine: str) -> dict[str, Any]:
    cim: dict[str, Any] = {}
    if services := (*VEEAM_SERVICES.get(machine, ()), *OTHERS.get(machine, ())):
        running = {"State": "Running", "StartMode": "Auto", "StartName": "LocalSystem"}
        cim["root/cimv2:Win32_Service"] = [{"Name": name, **running} for name in services]
    return {"registry": _registry(machine), "commands": _commands(machine), "logs": _logs(machine), "cim": cim}


FRAGMENTS: dict[str, dict[str, Any]] = {machine: _fragment(machine) for machine in MACHINES}

# By the catalogue, thought through machine by machine; parts are jobs and products.
EXPECTED: dict[tuple[str, str], str | dict[str, str]] = {
    ("w11-goed", "BAK-WIN-001"): "not_applicable",
    ("w10-goed", "BAK-WIN-001"): {"Backup and Restore": "pass"},
    ("w10-slecht", "BAK-WIN-001"): {"Backup and Restore": "fail"},
    ("s2019-goed", "BAK-WIN-001"): {"Windows Server Backup": "pass"},
    ("s2019-slecht", "BAK-WIN-001"): {"Windows Server Backup": "fail"},
    ("s2025-goed", "BAK-WIN-001"): {"Windows Server Backup": "warn"},
    ("dc-2022", "BAK-WIN-001"): {"Windows Server Backup": "warn"},
    ("s2025-slecht", "BAK-WIN-001"): "not_applicable",
    ("s2016-goed", "BAK-WIN-001"): "not_applicable",
    ("s2016-goed~gebruiker", "BAK-WIN-001"): "not_assessed",
    ("w11-goed", "BAK-WIN-002"): "not_applicable",
    ("s2016-goed", "BAK-WIN-002"): {
        "Servers dagelijks": "pass",
        "Kopie naar NAS (copy)": "warn",
        "Laptops (agent)": "pass",
    },
    ("s2016-goed~gebruiker", "BAK-WIN-002"): {"Servers dagelijks": "pass"},
    ("s2016-slecht", "BAK-WIN-002"): {"Backup job SRV-OUD": "fail"},
    ("w11-de", "BAK-WIN-002"): {"Sicherung": "warn"},
    ("s2019-goed", "BAK-WIN-002"): "not_assessed",
    ("dc-2022", "BAK-WIN-002"): "not_applicable",
    ("w11-goed", "BAK-WIN-003"): {"Acronis": "not_assessed"},
    ("w11-slecht", "BAK-WIN-003"): {"Macrium Reflect": "not_assessed"},
    ("s2025-goed", "BAK-WIN-003"): {"Azure Backup": "pass"},
    ("s2025-slecht", "BAK-WIN-003"): {"Azure Backup": "fail"},
    ("dc-2022", "BAK-WIN-003"): "not_applicable",
    ("s2019-goed", "BAK-ANY-002"): {"Windows Server Backup": "pass", "agents": "not_assessed"},
    ("s2019-slecht", "BAK-ANY-002"): {"Windows Server Backup": "fail"},
    ("s2016-goed", "BAK-ANY-002"): {
        "Veeam: Servers dagelijks": "pass",
        "Veeam: Kopie naar NAS (copy)": "pass",
        "Veeam: Laptops (agent)": "pass",
    },
    ("s2016-slecht", "BAK-ANY-002"): {"Veeam: Backup job SRV-OUD": "warn"},
    ("w11-de", "BAK-ANY-002"): {"Veeam: Sicherung": "pass"},
    ("w10-goed", "BAK-ANY-002"): {"Backup and Restore": "pass"},
    ("w10-slecht", "BAK-ANY-002"): {"Backup and Restore": "fail"},
    ("w11-goed", "BAK-ANY-002"): "not_assessed",
    ("s2025-goed", "BAK-ANY-002"): {"Windows Server Backup": "pass", "Azure Backup": "pass"},
    ("s2025-slecht", "BAK-ANY-002"): {"Azure Backup": "warn"},
    ("dc-2022", "BAK-ANY-002"): {"Windows Server Backup": "pass"},
    ("office", "BAK-ANY-001"): {
        "w11-goed": "not_assessed",
        "w11-slecht": "not_assessed",
        "w11-de": "pass",
        "w10-goed": "pass",
        "w10-slecht": "fail",
        "s2016-slecht": "pass",
        "s2016-goed": "not_assessed",
        "s2019-goed": "pass",
        "s2019-slecht": "fail",
        "s2025-goed": "pass",
        "s2025-slecht": "pass",
        "dc-2022": "pass",
    },
    ("office", "BAK-ANY-006"): {
        "w11-slecht": "not_assessed",
        "s2016-slecht": "not_applicable",
        "w10-slecht": "fail",
        "s2019-goed": "not_applicable",
        "dc-2022": "not_applicable",
    },
    ("office", "BAK-ANY-004"): {"s2025-goed": "pass"},
    ("s2025-goed", "ENC-ANY-001"): {"Windows Server Backup": "warn", "Azure Backup": "pass"},
    ("s2019-goed", "ENC-ANY-001"): {"Windows Server Backup": "not_assessed"},
    ("w11-goed", "ENC-ANY-001"): "not_assessed",
}
