"""Which volumes hold data, on what kind of disk each lies, and what BitLocker says of it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from nis2scan.api import Answer, CannotTell, Fact, Maybe, Reason, Root, derives, powershell, reads, say
from nis2scan.facts.windows.bitlocker import BitLocker, Volume
from nis2scan.facts.windows.values import number, rows, table, text, truth

_DRIVE_REMOVABLE, _DRIVE_FIXED = 2, 3
_EFI = "{c12a7328-f81f-11d2-ba4b-00a0c93ec93b}"
_RECOVERY = "{de94bba4-06d1-4d40-a16a-bfd50179d6ac}"
_MBR_RECOVERY, _MBR_EFI = 0x27, 0xEF
_NOT_DATA = {_EFI, _RECOVERY, str(_MBR_RECOVERY), str(_MBR_EFI)}


class Disk(StrEnum):
    """What a volume lies on. `unknown`: that was not read."""

    FIXED = "fixed"
    REMOVABLE = "removable"
    IMAGE = "image"  # a file on another volume
    ELSEWHERE = "elsewhere"  # iSCSI: the disk stands in another device
    UNKNOWN = "unknown"


_BUSES = {7: Disk.REMOVABLE, 15: Disk.IMAGE, 9: Disk.ELSEWHERE}  # USB; memory that is built in says SD or MMC


@dataclass(frozen=True)
class Drive:
    """One volume of Windows.

    device: as in bitlocker.Volume. name: `D:`, or the folder that it is mounted in. size, free: bytes, None when not
    told. removable: Windows takes it for a stick. system: Windows starts or runs from it.
    """

    device: str
    name: str
    lettered: bool
    removable: bool
    size: int | None
    free: int | None
    boot: bool
    system: bool


@dataclass(frozen=True)
class Drives(Fact):
    """All volumes of fixed and removable drives."""

    drives: tuple[Drive, ...]


@dataclass(frozen=True)
class Disks(Fact):
    """Of each volume, by device: on what it lies, and the type of its partition (a GUID, or a number of MBR)."""

    lies_on: dict[str, Disk]
    types: dict[str, str]


@dataclass(frozen=True)
class DataVolume:
    """A volume that may hold data, besides the one of Windows. seen: None when BitLocker does not list it."""

    device: str
    name: str
    disk: Disk
    size: int | None
    free: int | None
    seen: Volume | None


@dataclass(frozen=True)
class DataVolumes(Fact):
    """installed: as in BitLocker. why: why it was not read on what kinds of disks they lie, where that is so."""

    installed: bool
    volumes: tuple[DataVolume, ...]
    why: CannotTell


DRIVES = powershell(
    r"""# drives
[ordered]@{ items = Read-Instances 'root/cimv2' 'Win32_Volume' @('DeviceID', 'Name', 'DriveLetter', 'DriveType', 'FileSystem', 'Capacity', 'FreeSpace', 'BootVolume', 'SystemVolume') }""",
    seconds=8,
)

DISKS = powershell(
    r"""# disks
[ordered]@{
  disks = Read-Instances 'root/Microsoft/Windows/Storage' 'MSFT_Disk' @('Number', 'BusType')
  partitions = Read-Instances 'root/Microsoft/Windows/Storage' 'MSFT_Partition' @('DiskNumber', 'GptType', 'MbrType', 'AccessPaths')
}""",
    root=Root.REQUIRED,
    seconds=10,
)


@reads(DRIVES)
def drives(answer: Answer) -> Drives:
    """A card reader without a card, and a disk that was never formatted, have no capacity."""
    listed = rows(table(answer))
    if any(number(row.get("DriveType")) is None for row in listed):
        raise CannotTell(Reason.PARSE_ERROR, say("the answer is not as it should be"))
    found = tuple(_drive(row) for row in listed if number(row.get("DriveType")) in (_DRIVE_REMOVABLE, _DRIVE_FIXED))
    if not found:
        raise CannotTell(Reason.NOTHING_TO_JUDGE, say("Windows lists no volume"))
    return Drives(found)


def _drive(row: dict[str, Any]) -> Drive:
    device = text(row.get("DeviceID")).casefold()
    letter = text(row.get("DriveLetter"))
    if not device:
        raise CannotTell(Reason.PARSE_ERROR, say("the answer is not as it should be"))
    return Drive(
        device=device,
        name=letter or text(row.get("Name")).rstrip("\\") or device.rstrip("\\"),
        lettered=bool(letter),
        removable=number(row.get("DriveType")) == _DRIVE_REMOVABLE,
        size=number(row.get("Capacity")),
        free=number(row.get("FreeSpace")),
        boot=truth(row.get("BootVolume")) is True,
        system=truth(row.get("SystemVolume")) is True,
    )


@reads(DISKS)
def disks(answer: Answer) -> Disks:
    """A partition names its volume among the paths by which it can be reached."""
    made = table(answer)
    buses = {number(row.get("Number")): number(row.get("BusType")) for row in rows(made, "disks")}
    lies_on, types = {}, {}
    for row in rows(made, "partitions"):
        paths = row.get("AccessPaths")
        bus = buses.get(number(row.get("DiskNumber")))
        for path in paths if isinstance(paths, list) else [paths]:
            if (name := text(path).casefold()).startswith("\\\\?\\volume{"):
                lies_on[name] = Disk.UNKNOWN if not bus else _BUSES.get(bus, Disk.FIXED)
                types[name] = text(row.get("GptType")).casefold() or str(number(row.get("MbrType")) or "")
    if not lies_on:
        raise CannotTell(Reason.PARSE_ERROR, say("no volume could be followed to its disk"))
    return Disks(lies_on, types)


@derives
def data_volumes(found: BitLocker, every: Drives, disks: Maybe[Disks]) -> DataVolumes:
    """All but the one that Windows runs from, the small one that it starts from, and those for recovery."""
    lies_on = disks.value.lies_on if disks.value is not None else {}
    types = disks.value.types if disks.value is not None else {}
    own = found.system
    volumes = []
    for drive in every.drives:
        seen = found.of(drive.device)
        if drive.boot or (own is not None and drive.device == own.device) or not _holds(drive, seen):
            continue
        if not drive.lettered and (drive.system or types.get(drive.device) in _NOT_DATA):
            continue
        disk = Disk.REMOVABLE if drive.removable else lies_on.get(drive.device, Disk.UNKNOWN)
        volumes.append(DataVolume(drive.device, drive.name, disk, drive.size, drive.free, seen))
    why = disks.why if isinstance(disks.why, CannotTell) else CannotTell(Reason.OUT_OF_VANTAGE)
    return DataVolumes(found.installed, tuple(volumes), why)


def _holds(drive: Drive, seen: Volume | None) -> bool:
    """There is something in it: a size, or a lock."""
    return bool(drive.size) or not drive.removable or (seen is not None and seen.locked)
