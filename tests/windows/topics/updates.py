"""How the made-up machines are updated: packages, policies, searches, restarts, longer support, virus scanners."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from tests.windows.profiles import MACHINES
from tests.windows.topics.base import NT, SERVICES, SOFTWARE, UBR, days_ago, guid

SERVICING = rf"{SOFTWARE}\Component Based Servicing"
WINDOWS_UPDATE = rf"{SOFTWARE}\WindowsUpdate"
POLICY = r"HKLM\SOFTWARE\Policies\Microsoft\Windows\WindowsUpdate"
PAUSES = r"HKLM\SOFTWARE\Microsoft\WindowsUpdate\UX\Settings"
MANAGED = r"HKLM\SOFTWARE\Microsoft\PolicyManager\current\device\Update"
DEFENDER = r"HKLM\SOFTWARE\Microsoft\Windows Defender"
PROVIDER = "Microsoft-Windows-WindowsUpdateClient"
SEARCHES = "Microsoft-Windows-WindowsUpdateClient/Operational"
OURS = "{D68DDC3A-831F-4fae-9E44-DA132C1ACF46}"
DENIED = -2147024891  # 0x80070005

INSTALLED, SUPERSEDED, STAGED = 0x70, 0x50, 0x40
# Cumulative updates that have a package: revision, days since it was put in place, state. One is that of UBR.
PACKAGES: dict[str, tuple[tuple[int, float, int], ...]] = {
    "w11-goed": ((9840, 12, INSTALLED), (9648, 40, SUPERSEDED)),
    "w11-slecht": ((2033, 640, INSTALLED),),
    "w11-de": ((9648, 35, INSTALLED), (9457, 70, SUPERSEDED)),
    "w10-goed": ((7912, 12, INSTALLED),),
    "w10-slecht": ((5371, 420, INSTALLED), (6456, 3, STAGED)),
    "s2016-slecht": ((6796, 900, INSTALLED),),
    "s2016-goed": ((8594, 11, INSTALLED),),
    "s2019-goed": ((8027, 13, INSTALLED), (7919, 41, SUPERSEDED)),
    "s2019-slecht": ((6293, 500, INSTALLED),),
    "s2025-goed": ((32690, 12, INSTALLED),),
    "s2025-slecht": ((3194, 430, INSTALLED), (7309, 30, INSTALLED)),
    "dc-2022": ((4405, 12, INSTALLED),),
}
REVISION = {"w11-goed": 9840, "w11-de": 9648, "w10-goed": 7912, "s2025-goed": 32690}
"""Where it is another than in base.py: of an update of this autumn."""
BASE_BUILD = {19045: 19041}
"""A build whose packages carry the number of an older one."""

AU: dict[str, dict[str, Any]] = {
    "w11-de": {"UseWUServer": 1, "AUOptions": 4},
    "w10-slecht": {"AUOptions": "4", "NoAutoUpdate": 1},
    "s2016-slecht": {"UseWUServer": 1, "AUOptions": 3},
    "s2016-goed": {"UseWUServer": 1, "AUOptions": 4},
    "s2019-goed": {"AUOptions": 4},
    "s2025-goed": {"AUOptions": 4},
    "s2025-slecht": {"AUOptions": 4},
    "dc-2022": {"AUOptions": 4, "UseWUServer": 1},
}
SERVER = {"w11-de": "http://wsus01:8530", "s2016-slecht": "http://wsus-oud:8530"}
# Searches for updates: event and days ago. 26 was answered, 25 failed; 16 (in the System log) could not connect.
FOUND: dict[str, tuple[tuple[int, float], ...]] = {
    "w11-slecht": ((25, 63), (26, 64)),
    "w10-slecht": ((26, 1),),
    "s2016-slecht": ((25, 0), (25, 1), (26, 60)),
}
# Events of the System log: id, days ago, title.
HISTORY: dict[str, tuple[tuple[int, float, str], ...]] = {
    "w11-slecht": ((21, 60, ""), (19, 0, "Beveiligingsinformatie-update voor Microsoft Defender (KB2267602)")),
    "w11-de": ((22, 10, ""), (19, 35, "2026-10 Kumulatives Update (KB5070000)")),
    "w10-slecht": ((19, 20, "Cumulatieve update voor .NET Framework (KB5068000)"),),
    "s2016-slecht": ((16, 0, ""), (19, 900, "2024-05 cumulatieve update (KB5037763)")),
    "s2025-slecht": ((19, 30, "2026-10 Kumulatives Update (KB5070000)"),),
    "s2019-slecht": ((19, 5, "2026-11 Cumulative Update for .NET Framework (KB5069000)"),),
}
RESTARTS: dict[str, tuple[str, ...]] = {
    "w11-slecht": (rf"{WINDOWS_UPDATE}\Auto Update\RebootRequired",),
    "w11-de": (rf"{WINDOWS_UPDATE}\Auto Update\RebootRequired", rf"{SERVICING}\PackagesPending"),
    "w10-slecht": (rf"{SERVICING}\RebootPending",),
    "s2016-slecht": (rf"{SERVICING}\RebootPending",),
    "s2025-slecht": (rf"{SERVICING}\RebootPending",),
}
WUAUSERV = {"w11-slecht": 4}
USOSVC = {"s2025-slecht": 4}

SECURITY, DEFINITIONS = "0fa1201d-4330-4fa8-8ae9-b877473b6441", "e0789628-ce08-4437-be74-2495b842f43b"


def _update(kb: str, days: float, kind: str = SECURITY, **more: Any) -> dict[str, Any]:
    published = {"@date": days_ago(days, 0) // 86400 * 86400}
    row: dict[str, Any] = {
        "KBArticleIDs": [kb],
        "MsrcSeverity": None,
        "LastDeploymentChangeTime": published,
        "IsHidden": False,
    }
    row |= {"BrowseOnly": False, "Categories": [{"CategoryID": kind, "Type": "UpdateClassification"}]}
    return {**row, **more}


# What a search finds: code of the result, and updates. None: refused over the network, as on current releases.
SEARCH: dict[str, tuple[int, list[dict[str, Any]]] | None] = {
    "w11-goed": None,
    "w11-slecht": None,
    "w11-de": None,
    "w10-goed": (2, [_update("2267602", 0, DEFINITIONS)]),
    "w10-slecht": (2, [_update("5066791", 406), _update("890830", 12, "28bc880e-0592-4cbf-8f95-c79b17911d5f")]),
    "s2016-slecht": (3, []),
    "s2016-goed": (2, []),
    "s2019-goed": (2, [_update("5071000", 3)]),
    "s2019-slecht": (2, [_update("5068791", 14, IsHidden=True)]),
    "s2025-goed": None,
    "s2025-slecht": None,
    "dc-2022": (2, []),
}
_NORMAL = {"AMRunningMode": "Normal", "AMServiceEnabled": True, "AntivirusEnabled": True, "IsTamperProtected": True}
_NORMAL |= {"RealTimeProtectionEnabled": True, "AntivirusSignatureAge": 0}
PASSIVE = {"AMRunningMode": "Passive Mode"}
SCANNERS: dict[str, dict[str, Any] | None] = {
    "w11-goed": {},
    "w11-slecht": {**PASSIVE, "AntivirusSignatureAge": 41, "IsTamperProtected": False},
    "w11-de": {"AntivirusSignatureAge": 5},
    "w10-goed": {"AMRunningMode": "Not running", "AMServiceEnabled": False, "RealTimeProtectionEnabled": False},
    "w10-slecht": {"AntivirusSignatureAge": {"@uint32": 4294967295}},
    "s2016-slecht": None,
    "s2016-goed": {"AntivirusSignatureAge": 1},
    "s2019-goed": {"AMRunningMode": None},
    "s2019-slecht": {"RealTimeProtectionEnabled": False},
    "s2025-goed": {},
    "s2025-slecht": {"AMRunningMode": "EDR Block Mode"},
    "dc-2022": {"AntivirusSignatureAge": 1},
}


def _entry(name: str, state: int, identity: str = "") -> dict[str, Any]:
    row = {"displayName": name, "instanceGuid": identity or "{" + guid(name).upper() + "}", "productState": state}
    return {**row, "timestamp": "Tue, 24 Nov 2026 08:05:47 GMT"}


ON, OFF = 397568, 393472  # Defender, up to date
PRODUCTS: dict[str, list[dict[str, Any]]] = {
    "w11-goed": [_entry("Windows Defender", ON, OURS)],
    "w11-slecht": [_entry("Windows Defender", OFF, OURS), _entry("Voorbeeld Antivirus", 274448)],
    "w11-de": [_entry("Windows Defender", ON, OURS), _entry("Beispiel Antivirus", 0x040000)],
    "w10-goed": [_entry("Windows Defender", OFF, OURS), _entry("Example Endpoint Security", 0x041000)],
    "w10-slecht": [_entry("Windows Defender", 397584, OURS)],
}


def filetime(days: float) -> int:
    """A moment that many days before the scan, in 100 ns since 1601."""
    moment = datetime.fromtimestamp(days_ago(days, 20), UTC)
    return int((moment - datetime(1601, 1, 1, tzinfo=UTC)) / timedelta(microseconds=1)) * 10


def _signed(value: int) -> int:
    """As a DWORD comes out of the registry."""
    return value - 2**32 if value >= 2**31 else value


def _packages(machine: str) -> dict[str, Any]:
    build = MACHINES[machine].build
    found: dict[str, Any] = {rf"{SERVICING}\Packages\Package_for_ServicingStack~31bf3856ad364e35~amd64~~1.0.1.0": {}}
    for revision, days, state in PACKAGES[machine]:
        name = f"Package_for_RollupFix~31bf3856ad364e35~amd64~~{BASE_BUILD.get(build, build)}.{revision}.1.9"
        ticks = filetime(days)
        values = {"InstallTimeHigh": _signed(ticks >> 32), "InstallTimeLow": _signed(ticks & 0xFFFFFFFF)}
        found[rf"{SERVICING}\Packages\{name}"] = {"CurrentState": state, **values, "InstallUser": "S-1-5-18"}
    running = REVISION.get(machine, UBR[machine])
    assert running in {revision for revision, _, _ in PACKAGES[machine]}
    return {**found, NT: {"UBR": running}}


def _settings(machine: str) -> dict[str, Any]:
    found: dict[str, Any] = {
        rf"{SERVICES}\wuauserv": {"Start": WUAUSERV.get(machine, 3), "Type": 32},
        rf"{SERVICES}\UsoSvc": {"Start": USOSVC.get(machine, 2), "Type": 32},
        rf"{SERVICES}\BITS": {"Start": 3, "Type": 32},
        rf"{SERVICES}\wuauserv\Parameters": {"ServiceDll": r"C:\Windows\system32\wuaueng.dll"},
    }
    if MACHINES[machine].build > 14393:
        found[rf"{SERVICES}\WaaSMedicSvc"] = {"Start": 3, "Type": 32}
    if machine in AU:
        found[rf"{POLICY}\AU"] = AU[machine]
        if AU[machine].get("UseWUServer"):
            found[POLICY] = {"WUServer": SERVER.get(machine, "https://wsus01.kantoor.example:8531")}
    if machine == "w11-slecht":
        found[PAUSES] = {"PauseUpdatesExpiryTime": "2051-12-31T00:00:00Z", "FlightSettingsMaxPauseDays": 10023}
        found[PAUSES] |= {"PauseQualityUpdatesStartTime": "2026-09-20T09:02:26Z"}
    if machine == "w11-goed":  # a pause that is over leaves its values behind
        begin, end = "2026-08-25T07:00:00Z", "2026-09-01T07:00:00Z"
        found[PAUSES] = {"PauseUpdatesStartTime": begin, "PauseUpdatesExpiryTime": end}
        found[PAUSES] |= {"PauseQualityUpdatesStartTime": begin, "PauseQualityUpdatesEndTime": end}
    if machine == "s2016-slecht":  # with a server of the office this only hides the settings
        found[POLICY] |= {"DisableWindowsUpdateAccess": 1}
    if machine == "s2016-goed":
        found[POLICY] |= {"DeferQualityUpdates": 1, "DeferQualityUpdatesPeriodInDays": 3}
        found[POLICY] |= {"PauseQualityUpdatesStartTime": "2026-06-01"}
    if machine == "s2025-slecht":
        enrolled = rf"{NT}\Update\TargetingInfo\DynamicInstalled\Hotpatch.amd64"
        found[enrolled] = {"Name": "Hotpatch Enrollment Package"}
        memory = r"HKLM\SYSTEM\CurrentControlSet\Control\Session Manager\Memory Management"
        found[memory] = {"HotPatchTableSize": 4096}
    if machine == "w11-de":
        found[MANAGED] = {"AllowRebootlessUpdates": 1, "DeferQualityUpdatesPeriodInDays": 21, "AllowAutoUpdate": 2}
        found[MANAGED] |= {"AllowUpdateService": 1, "PauseQualityUpdates": 0}
        found[MANAGED] |= {"PauseQualityUpdatesStartTime": "2026-01-10"}
        found[r"HKLM\SYSTEM\CurrentControlSet\Control\DeviceGuard"] = {"EnableVirtualizationBasedSecurity": 1}
    return found


def _protection(machine: str) -> dict[str, Any]:
    if SCANNERS[machine] is None:
        return {}
    fresh = filetime(1 if machine != "w10-slecht" else 500).to_bytes(8, "little").hex()
    found: dict[str, Any] = {}
    policies = r"HKLM\SOFTWARE\Policies\Microsoft"
    if machine == "s2019-slecht":
        found[rf"{DEFENDER}\Real-Time Protection"] = {"DisableRealtimeMonitoring": 1}
        found[rf"{policies}\Windows Defender\Real-Time Protection"] = {"DisableRealtimeMonitoring": 1}
    if machine == "s2025-slecht":
        found[rf"{policies}\Windows Advanced Threat Protection"] = {"ForceDefenderPassiveMode": 1}
    if machine == "w10-slecht":
        found[rf"{policies}\Windows Defender"] = {"DisableAntiSpyware": 0}
    return {
        **found,
        rf"{DEFENDER}\Signature Updates": {
            "AVSignatureVersion": "1.441.12.0",
            "SignaturesLastUpdated": {"@hex": fresh},
        },
        rf"{SERVICES}\WinDefend": {"Start": 2 if machine != "w10-goed" else 3, "Type": 16},
    }


def _cim(machine: str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if (scanner := SCANNERS[machine]) is not None:
        found["root/Microsoft/Windows/Defender:MSFT_MpComputerStatus"] = [{**_NORMAL, **scanner}]
    if machine in PRODUCTS:
        found["root/SecurityCenter2:AntiVirusProduct"] = PRODUCTS[machine]
    licences: list[dict[str, Any]] = [{"Name": "Windows(R)", "LicenseStatus": 1, "PartialProductKey": "3V66T"}]
    if machine == "w10-goed":
        name = "Windows(R), Client-ESU-Year{year} add-on"
        licences += [{"Name": name.format(year=1), "LicenseStatus": 1, "PartialProductKey": "QK4PW"}]
        licences += [{"Name": name.format(year=2), "LicenseStatus": 1, "PartialProductKey": "7VX2H"}]
    if machine == "w10-slecht":
        licences += [{"Name": "Windows(R), Client-ESU-Year1 add-on", "LicenseStatus": 0, "PartialProductKey": None}]
    return {**found, "root/cimv2:SoftwareLicensingProduct": licences}


def _com(machine: str) -> dict[str, Any]:
    if (search := SEARCH[machine]) is None:
        return {"Microsoft.Update.Session": {"CreateUpdateSearcher()": {"@error": DENIED}}}
    code, updates = search
    warnings = [{"HResult": -2145107924, "Context": 1}] if code == 3 else []
    answer = {"ResultCode": code, "Warnings": warnings, "Updates": updates}
    return {"Microsoft.Update.Session": {"CreateUpdateSearcher()": {"Online": True, "Search()": answer}}}


def _logs(machine: str) -> dict[str, Any]:
    searches = [
        {
            "Id": event,
            "Level": 4 if event == 26 else 3,
            "time": days_ago(days),
            "ProviderName": PROVIDER,
            "Properties": ["0"],
        }
        for event, days in FOUND.get(machine, ((26, 0), (26, 1)))
    ]
    history = [
        {
            "Id": event,
            "Level": 2 if event == 16 else 4,
            "time": days_ago(days, 20),
            "ProviderName": PROVIDER,
            "Properties": [title, guid(title)],
        }
        for event, days, title in HISTORY.get(machine, ((19, 12, "2026-11 (KB5071234)"),))
    ]
    return {
        SEARCHES: {"IsEnabled": True, "MaximumSizeInBytes": 1052672, "events": searches},
        "System": {"events": history},
    }


def _fragment(machine: str) -> dict[str, Any]:
    restarts: dict[str, Any] = {key: {} for key in RESTARTS.get(machine, ())}
    if machine == "w10-slecht":
        restarts[r"HKLM\SOFTWARE\Microsoft\Updates"] = {"UpdateExeVolatile": 1}
    if machine == "w11-goed":  # asked for by a printer: says nothing of updates
        manager = r"HKLM\SYSTEM\CurrentControlSet\Control\Session Manager"
        restarts[manager] = {"PendingFileRenameOperations": [r"\??\C:\Windows\Temp\x.tmp", ""]}
    if machine == "w10-goed":
        restarts[rf"{NT}\SoftwareProtectionPlatform\ESU"] = {"Win10CommercialW365ESUEligible": 0}
    registry = {**_packages(machine), **_settings(machine), **_protection(machine), **restarts}
    return {"registry": registry, "cim": _cim(machine), "com": _com(machine), "logs": _logs(machine)}


FRAGMENTS: dict[str, dict[str, Any]] = {machine: _fragment(machine) for machine in MACHINES}

# By the catalogue, thought through machine by machine; the scan is on 24 November 2026, two weeks after the 10th.
_OUTCOMES: dict[str, dict[str, str]] = {
    "UPD-ANY-001": {
        "w11-goed": "pass", "w11-slecht": "fail", "w11-de": "warn", "w10-goed": "pass", "w10-slecht": "fail",
        "s2016-slecht": "warn", "s2016-goed": "pass", "s2019-goed": "pass", "s2019-slecht": "pass",
        "s2025-goed": "pass", "s2025-slecht": "fail", "dc-2022": "pass",
    },
    "UPD-ANY-002": {
        "w11-goed": "pass", "w11-slecht": "fail", "w11-de": "pass", "w10-goed": "warn", "w10-slecht": "fail",
        "s2016-slecht": "warn", "s2016-goed": "warn", "s2019-goed": "pass", "s2019-slecht": "pass",
        "s2025-goed": "pass", "s2025-slecht": "pass", "dc-2022": "pass",
        "w10-slecht~beperkt-gebruiker": "not_assessed",
    },
    "UPD-WIN-001": {
        "w11-goed": "not_assessed", "w11-slecht": "not_assessed", "w11-de": "not_assessed", "w10-goed": "pass",
        "w10-slecht": "fail", "s2016-slecht": "not_assessed", "s2016-goed": "pass", "s2019-goed": "pass",
        "s2019-slecht": "fail", "s2025-goed": "not_assessed", "s2025-slecht": "not_assessed", "dc-2022": "pass",
        "w11-goed~beperkt": "not_assessed", "s2019-slecht~beperkt": "not_assessed",
        "s2016-goed~gebruiker": "not_assessed",
    },
    "UPD-WIN-002": {
        "w11-goed": "pass", "w11-slecht": "fail", "w11-de": "not_assessed", "w10-goed": "pass",
        "w10-slecht": "fail", "s2016-slecht": "fail", "s2016-goed": "pass", "s2019-goed": "pass",
        "s2019-slecht": "fail", "s2025-goed": "pass", "s2025-slecht": "fail", "dc-2022": "pass",
        "w11-goed~beperkt": "pass", "w11-slecht~gebruiker": "fail",
    },
    "UPD-WIN-003": {
        "w11-goed": "pass", "w11-slecht": "fail", "w11-de": "warn", "w10-goed": "pass", "w10-slecht": "fail",
        "s2016-slecht": "fail", "s2016-goed": "pass", "s2019-goed": "pass", "s2019-slecht": "warn",
        "s2025-goed": "pass", "s2025-slecht": "fail", "dc-2022": "pass", "w11-goed~beperkt": "pass",
        "w11-slecht~gebruiker": "fail",
    },
    "UPD-WIN-004": {
        "w11-goed": "pass", "w11-slecht": "fail", "w11-de": "warn", "w10-goed": "pass", "w10-slecht": "fail",
        "s2016-slecht": "fail", "s2016-goed": "pass", "s2019-goed": "pass", "s2019-slecht": "fail",
        "s2025-goed": "pass", "s2025-slecht": "warn", "dc-2022": "pass", "w11-goed~beperkt": "pass",
        "s2016-goed~gebruiker": "pass", "w10-slecht~beperkt-gebruiker": "not_assessed",
    },
}  # fmt: skip
EXPECTED: dict[tuple[str, str], str | dict[str, str]] = {
    (machine, code): outcome for code, machines in _OUTCOMES.items() for machine, outcome in machines.items()
}
