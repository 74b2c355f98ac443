"""Volumes, disks and BitLocker of the made-up machines, as Win32_EncryptableVolume and the storage classes give them.

Shapes: facts of Win32_EncryptableVolume, Win32_Volume, MSFT_Disk and MSFT_Partition in Microsoft's documentation.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tests.windows.profiles import MACHINES
from tests.windows.topics.backup import VOLUME
from tests.windows.topics.base import MODEL, SERVICES, days_ago, guid

GB = 1024**3
BACKUP_DISK = f"{VOLUME}\\"
EFI, RECOVERY, DATA, RESERVED = (
    "{c12a7328-f81f-11d2-ba4b-00a0c93ec93b}",
    "{de94bba4-06d1-4d40-a16a-bfd50179d6ac}",
    "{ebd0a0a2-b9e5-4433-87c0-68b6b72699c7}",
    "{e3c9e316-0b5c-4db8-817d-f92df00215ae}",
)
SATA, USB, ISCSI, IMAGE, NVME, SAS = 11, 7, 9, 15, 17, 10
NOT_SUPPORTED, LOCKED = 2147942450, 2150694912
TPM, EXTERNAL, PASSWORD, PIN, PUBLIC_KEY, PHRASE = 1, 2, 3, 4, 7, 8


@dataclass(frozen=True)
class Kept:
    """How BitLocker keeps a volume; by default not at all. stale: what its cached property says."""

    protection: int = 0
    conversion: int = 0
    percent: int = 0
    method: int = 0
    keys: tuple[int, ...] = ()
    hardware: int = 0
    suspended: int | None = None
    locked: bool = False
    broken: bool = False
    stale: int | None = None


XTS = Kept(1, 1, 100, 6, (TPM, PASSWORD), 2)
PLAIN = Kept()


@dataclass(frozen=True)
class On:
    """A volume. letter: or "". bus: of its disk. kind: of its partition. size, used: GB. stick: for Windows too."""

    letter: str
    kept: Kept | None = PLAIN
    bus: int = NVME
    size: float = 476
    used: float = 120
    kind: str = DATA
    stick: bool = False
    start: bool = False
    device: str = ""


_EFI = On("", None, size=0.1, used=0.03, kind=EFI, start=True)
_RECOVERY = On("", None, size=0.75, used=0.5, kind=RECOVERY)
_RESERVED = On("", None, bus=SAS, size=0.5, used=0.03, kind="7", start=True)

# Which volumes there are; None: the machine has no namespace of BitLocker.
VOLUMES: dict[str, tuple[On, ...]] = {
    "w11-goed": (On("C:", XTS), _EFI, _RECOVERY),
    "w11-slecht": (
        On("C:", Kept(0, 1, 100, 6, (), 2, stale=0)),
        _EFI,
        _RECOVERY,
        On("D:", Kept(stale=1), bus=SATA, size=931, used=410),
    ),
    "w11-de": (
        On("C:", Kept(0, 1, 100, 4, (TPM, PASSWORD), 2, suspended=1)),
        _EFI,
        _RECOVERY,
        On("D:", size=0.5, used=0.1),
        On("E:", bus=USB, size=57, used=11, stick=True),
        On("F:", bus=SATA, size=931, used=0.1),
        On("V:", bus=IMAGE, size=20, used=8),
        On("W:", bus=ISCSI, size=200, used=80),
    ),
    "w10-goed": (
        On("C:", Kept(1, 1, 100, 7, (PIN, PASSWORD), 2)),
        _EFI,
        _RECOVERY,
        On("D:", Kept(1, 1, 100, 7, (EXTERNAL, PASSWORD), 2), bus=SATA),
        On("E:", Kept(1, 1, 100, 3, (PHRASE, PASSWORD), 0), bus=USB, size=57, used=3, stick=True),
    ),
    "w10-slecht": (
        On("C:", bus=SATA),
        _EFI,
        _RECOVERY,
        On("D:", Kept(1, 1, 100, 5, (PHRASE,), 3), bus=SATA, size=931, used=300),
        On("E:", bus=USB, size=1863, used=900),
        On("F:", Kept(0, 3, 61, 6, (PASSWORD,), 2), bus=SATA, size=200, used=80),
        On("G:", Kept(1, 1, 100, 6, (EXTERNAL, PASSWORD), 2), bus=SATA, size=200, used=80),
    ),
    "s2016-slecht": (
        On("C:", None, bus=SAS, kind="7"),
        _RESERVED,
        On("D:", None, bus=SAS, size=3600, used=2100, kind="7"),
    ),
    "s2016-goed": (
        On("C:", Kept(1, 1, 100, 7, (TPM, PASSWORD), 2), bus=SAS),
        _EFI,
        _RECOVERY,
        On("D:", Kept(1, 1, 100, 7, (EXTERNAL, PASSWORD), 2), bus=SAS, size=9000, used=6100),
        On("E:", Kept(1, 1, 100, 6, (PHRASE, PASSWORD), 2), bus=USB, size=3700, used=2900),
    ),
    "s2019-goed": (On("C:", None, bus=SAS), _EFI, _RECOVERY, On("D:", None, bus=SAS, size=800, used=500)),
    "s2019-slecht": (
        On("C:", Kept(0, 2, 37, 2, (TPM, EXTERNAL), 2), bus=SAS),
        _EFI,
        _RECOVERY,
        On("D:", bus=SAS, size=300, used=200),
    ),
    "s2025-goed": (
        On("C:", Kept(1, 1, 100, 7, (TPM, PASSWORD), 2), bus=SAS),
        _EFI,
        _RECOVERY,
        On("D:", Kept(1, 1, 100, 7, (EXTERNAL, PASSWORD, PUBLIC_KEY), 2), bus=SAS, size=800, used=500),
    ),
    "s2025-slecht": (
        On("C:", Kept(broken=True), bus=SAS),
        _EFI,
        _RECOVERY,
        On("D:", Kept(2, 0, 0, 0, (PHRASE, PASSWORD), locked=True), bus=SAS, size=0, used=0),
    ),
    "dc-2022": (
        On("C:", None, bus=SAS),
        _EFI,
        _RECOVERY,
        On("", None, bus=SAS, size=200, used=90, device=BACKUP_DISK),
    ),
}
# Volumes whose recovery key Windows says to have stored, and by which event (845 Entra, 783 AD).
STORED = {
    "w11-goed": {"C:": 845},
    "w10-goed": {"C:": 783, "D:": 783},
    "s2016-goed": {"C:": 783, "D:": 783, "E:": 783},
    "s2025-goed": {"C:": 783, "D:": 783},
}
# What the shell answers to whoever is no administrator. 8 and 5 are not relied upon.
SHELL = {"w11-slecht": 8, "w11-de": 5, "w10-slecht": 2, "s2019-slecht": 3, "s2025-slecht": None}
DENY = {"w11-goed": (1, 1), "w10-goed": (0, 0), "w11-de": (1, None)}
DRIVERS = {"w10-slecht": {"veracrypt": 1}, "w10-goed": {"dcrypt": 0}}


def device(machine: str, number: int) -> str:
    return VOLUMES[machine][number].device or "\\\\?\\Volume{" + guid(f"volume {machine} {number}") + "}\\"


def key(machine: str, letter: str, kind: int) -> str:
    return "{" + guid(f"key {machine} {letter} {kind}").upper() + "}"


def _methods(machine: str, on: On, kept: Kept) -> dict[str, Any]:
    keys = [key(machine, on.letter, kind) for kind in kept.keys]
    well = 0 if not kept.locked else LOCKED
    suspended = {"ReturnValue": NOT_SUPPORTED, "SuspendCount": None}
    if kept.suspended is not None:
        suspended = {"ReturnValue": 0, "SuspendCount": kept.suspended}
    found: dict[str, Any] = {
        "GetProtectionStatus": {"ReturnValue": 0, "ProtectionStatus": kept.protection},
        "GetConversionStatus": {
            "ReturnValue": well,
            "ConversionStatus": None if well else kept.conversion,
            "EncryptionPercentage": None if well else kept.percent,
            "EncryptionFlags": 1,
            "WipingStatus": 0 if kept.conversion else 4294967295,
            "WipingPercentage": 0,
        },
        "GetEncryptionMethod": {
            "ReturnValue": well,
            "EncryptionMethod": None if well else kept.method,
            "SelfEncryptionDriveEncryptionMethod": "",
        },
        "GetLockStatus": {"ReturnValue": 0, "LockStatus": int(kept.locked)},
        "GetHardwareEncryptionStatus": {"ReturnValue": 0, "HardwareEncryptionStatus": kept.hardware},
        "GetSuspendCount": suspended,
        "GetKeyProtectors": {"ReturnValue": 0, "VolumeKeyProtectorID": keys or None},
        "GetKeyProtectorType": {
            item: {"ReturnValue": 0, "KeyProtectorType": kind} for item, kind in zip(keys, kept.keys, strict=True)
        },
        # What nobody may ask: the test of the script would show it.
        "GetKeyProtectorNumericalPassword": {"ReturnValue": 0, "NumericalPassword": "111111-222222-333333"},
    }
    if kept.broken:
        found["GetConversionStatus"] = {"@error": "broken"}
    return found


def _encryptable(machine: str) -> list[dict[str, Any]]:
    kinds = {True: 2, False: 1}
    return [
        {
            "DeviceID": device(machine, number),
            "DriveLetter": on.letter or None,
            "VolumeType": 0 if on.letter == "C:" else kinds[on.stick],
            "ProtectionStatus": on.kept.protection if on.kept.stale is None else on.kept.stale,
            "IsVolumeInitializedForProtection": bool(on.kept.method),
            "PersistentVolumeID": "{" + guid(f"persistent {machine} {number}").upper() + "}" if on.kept.method else "",
            "@methods": _methods(machine, on, on.kept),
        }
        for number, on in enumerate(VOLUMES[machine])
        if on.kept is not None
    ]


def _volume(machine: str, number: int, on: On) -> dict[str, Any]:
    seen = not (on.kept is not None and on.kept.locked)
    return {
        "DeviceID": device(machine, number),
        "Name": f"{on.letter}\\" if on.letter else device(machine, number),
        "DriveLetter": on.letter or None,
        "DriveType": 2 if on.stick else 3,
        "FileSystem": ("FAT32" if on.kind == EFI else "NTFS") if seen else None,
        "Capacity": int(on.size * GB) if seen else None,
        "FreeSpace": int((on.size - on.used) * GB) if seen else None,
        "BootVolume": on.letter == "C:",
        "SystemVolume": on.start,
    }


def _partition(machine: str, number: int, on: On) -> dict[str, Any]:
    return {
        "DiskNumber": _disk(machine, on),
        "PartitionNumber": number + 1,
        "GptType": on.kind if on.kind.startswith("{") else None,
        "MbrType": int(on.kind) if on.kind.isdigit() else None,
        "AccessPaths": [*([f"{on.letter}\\"] if on.letter else []), device(machine, number)],
    }


def _disk(machine: str, on: On) -> int:
    """The first disk holds what Windows needs; every other bus is a disk of its own."""
    buses = list(dict.fromkeys(item.bus for item in VOLUMES[machine]))
    return buses.index(VOLUMES[machine][0].bus if not on.letter else on.bus)


def _fragment(machine: str) -> dict[str, Any]:
    every = VOLUMES[machine]
    buses = list(dict.fromkeys(on.bus for on in every))
    cim: dict[str, Any] = {
        "root/cimv2:Win32_Volume": [_volume(machine, number, on) for number, on in enumerate(every)],
        "root/Microsoft/Windows/Storage:MSFT_Disk": [
            {"Number": number, "BusType": bus, "FriendlyName": "Disk"} for number, bus in enumerate(buses)
        ],
        "root/Microsoft/Windows/Storage:MSFT_Partition": [
            # The reserved partition of GPT holds no volume.
            {"DiskNumber": 0, "PartitionNumber": 9, "GptType": RESERVED, "MbrType": None, "AccessPaths": None},
            *(_partition(machine, number, on) for number, on in enumerate(every)),
        ],
    }
    if any(on.kept is not None for on in every):
        cim["root/CIMV2/Security/MicrosoftVolumeEncryption:Win32_EncryptableVolume"] = _encryptable(machine)
    maker, model = MODEL.get(machine, ("Microsoft Corporation", "Virtual Machine"))
    registry: dict[str, Any] = {
        r"HKLM\HARDWARE\DESCRIPTION\System\BIOS": {"SystemManufacturer": maker, "SystemProductName": model}
    }
    for driver, start in DRIVERS.get(machine, {}).items():
        registry[rf"{SERVICES}\{driver}"] = {"Type": 1, "Start": start, "ImagePath": rf"\SystemRoot\{driver}.sys"}
    for path, value in zip(("SOFTWARE", r"SYSTEM\CurrentControlSet"), DENY.get(machine, ()), strict=False):
        if value is not None:
            registry[rf"HKLM\{path}\Policies\Microsoft\FVE"] = {"RDVDenyWriteAccess": value}
    shell = SHELL.get(machine, 1 if any(on.kept is not None for on in every) else None)
    answer = {"NameSpace()": {"Self": {"ExtendedProperty()": shell}}}
    found: dict[str, Any] = {"cim": cim, "registry": registry, "com": {"Shell.Application": answer}}
    if any(on.kept is not None for on in every):
        found["logs"] = {"Microsoft-Windows-BitLocker/BitLocker Management": _log(machine)}
    return found


def _log(machine: str) -> dict[str, Any]:
    """The values of these events: volume, id of the key, and others; their order is not documented."""
    events = [
        {
            "Id": number,
            "Level": 4,
            "time": days_ago(300),
            "ProviderName": "Microsoft-Windows-BitLocker-API",
            "Properties": [device(machine, 0)[:-1], letter, key(machine, letter, PASSWORD)],
        }
        for letter, number in STORED.get(machine, {}).items()
    ]
    started = {
        "Id": 768,
        "Level": 4,
        "time": days_ago(301),
        "ProviderName": "Microsoft-Windows-BitLocker-API",
        "Properties": ["{" + guid(f"identification {machine}") + "}", "C:", "32772"],
    }
    return {
        "IsEnabled": True,
        "MaximumSizeInBytes": 1052672,
        "FileSize": 69632,
        "RecordCount": len(events) + 1,
        "LogMode": 0,
        "events": [*events, started],
    }


FRAGMENTS: dict[str, dict[str, Any]] = {name: _fragment(name) for name in MACHINES}

# By the catalogue and the decisions on single rules, thought through machine by machine; a word a volume.
EXPECTED: dict[tuple[str, str], str | dict[str, str]] = {
    ("w11-goed", "ENC-WIN-001"): "pass",
    ("w11-goed", "ENC-WIN-002"): "not_applicable",
    ("w11-goed", "ENC-WIN-003"): {"C:": "pass"},
    ("w11-goed", "ENC-WIN-004"): {"C:": "pass"},
    ("w11-slecht", "ENC-WIN-001"): "fail",
    ("w11-slecht", "ENC-WIN-002"): {"D:": "fail"},
    ("w11-slecht", "ENC-WIN-003"): {"C:": "not_applicable"},
    ("w11-slecht", "ENC-WIN-004"): {"C:": "pass"},
    ("w11-de", "ENC-WIN-001"): "warn",
    ("w11-de", "ENC-WIN-002"): {"D:": "warn", "E:": "warn", "F:": "warn", "V:": "warn", "W:": "warn"},
    ("w11-de", "ENC-WIN-003"): {"C:": "warn"},
    ("w11-de", "ENC-WIN-004"): {"C:": "warn"},
    ("w10-goed", "ENC-WIN-001"): "pass",
    ("w10-goed", "ENC-WIN-002"): {"D:": "pass", "E:": "pass"},
    ("w10-goed", "ENC-WIN-003"): {"C:": "pass", "D:": "pass"},
    ("w10-goed", "ENC-WIN-004"): {"C:": "pass", "D:": "pass", "E:": "pass"},
    ("w10-slecht", "ENC-WIN-001"): "fail",
    ("w10-slecht", "ENC-WIN-002"): {"D:": "pass", "E:": "warn", "F:": "fail", "G:": "warn"},
    ("w10-slecht", "ENC-WIN-003"): {"D:": "fail", "G:": "warn"},
    ("w10-slecht", "ENC-WIN-004"): {"D:": "fail", "G:": "pass"},
    ("s2016-slecht", "ENC-WIN-001"): "fail",
    ("s2016-slecht", "ENC-WIN-002"): {"D:": "fail"},
    ("s2016-slecht", "ENC-WIN-003"): "not_applicable",
    ("s2016-slecht", "ENC-WIN-004"): "not_applicable",
    ("s2016-goed", "ENC-WIN-001"): "pass",
    ("s2016-goed", "ENC-WIN-002"): {"D:": "pass", "E:": "pass"},
    ("s2016-goed", "ENC-WIN-003"): {"C:": "pass", "D:": "pass", "E:": "pass"},
    ("s2016-goed", "ENC-WIN-004"): {"C:": "pass", "D:": "pass", "E:": "pass"},
    ("s2019-goed", "ENC-WIN-001"): "warn",
    ("s2019-goed", "ENC-WIN-002"): {"D:": "warn"},
    ("s2019-goed", "ENC-WIN-003"): "not_applicable",
    ("s2019-goed", "ENC-WIN-004"): "not_applicable",
    ("s2019-slecht", "ENC-WIN-001"): "warn",
    ("s2019-slecht", "ENC-WIN-002"): {"D:": "warn"},
    ("s2019-slecht", "ENC-WIN-003"): {"C:": "warn"},
    ("s2019-slecht", "ENC-WIN-004"): {"C:": "fail"},
    ("s2025-goed", "ENC-WIN-001"): "pass",
    ("s2025-goed", "ENC-WIN-002"): {"D:": "pass"},
    ("s2025-goed", "ENC-WIN-003"): {"C:": "pass", "D:": "pass"},
    ("s2025-goed", "ENC-WIN-004"): {"C:": "pass", "D:": "pass"},
    ("s2025-slecht", "ENC-WIN-001"): "not_assessed",
    ("s2025-slecht", "ENC-WIN-002"): {"D:": "not_assessed"},
    ("s2025-slecht", "ENC-WIN-003"): {"C:": "not_assessed", "D:": "warn"},
    ("s2025-slecht", "ENC-WIN-004"): {"C:": "not_assessed", "D:": "not_assessed"},
    ("dc-2022", "ENC-WIN-001"): "warn",
    ("dc-2022", "ENC-WIN-002"): {VOLUME: "warn"},
    ("dc-2022", "ENC-ANY-001"): {"Windows Server Backup": "warn"},
    ("dc-2022", "ENC-WIN-003"): "not_applicable",
    ("dc-2022", "ENC-WIN-004"): "not_applicable",
    # Without administrator rights the shell is asked: 8 is not relied upon, 1 is; in Constrained Language nothing is.
    ("w11-slecht~gebruiker", "ENC-WIN-001"): "not_assessed",
    ("w11-slecht~gebruiker", "ENC-WIN-002"): "not_assessed",
    ("w10-slecht~beperkt-gebruiker", "ENC-WIN-001"): "not_assessed",
    ("s2016-goed~gebruiker", "ENC-WIN-001"): "pass",
    ("s2016-goed~gebruiker", "ENC-WIN-003"): "not_assessed",
    ("w11-goed~beperkt", "ENC-WIN-001"): "pass",
}
