"""Whether the disks of a Windows machine can be read by whoever takes them out, in the terms of every system."""

from __future__ import annotations

from dataclasses import dataclass

from nis2scan.api import CannotTell, Fact, Maybe, Reason, derives, say
from nis2scan.facts.linux.cover import Cover
from nis2scan.facts.windows.bitlocker import BitLocker, Volume
from nis2scan.facts.windows.drives import DataVolumes, Disk
from nis2scan.facts.windows.system_drive import State, state_of
from nis2scan.facts.windows.windows_backup import WindowsBackups

_COVERS = {
    State.PROTECTED: Cover.ENCRYPTED,
    State.PLAIN: Cover.PLAIN,
    State.OPEN: Cover.PLAIN,
    State.WAITING: Cover.PLAIN,
    State.DECRYPTING: Cover.PLAIN,
}


@dataclass(frozen=True)
class DiskCovers(Fact):
    """What is known of every fixed and of every removable volume."""

    fixed: frozenset[Cover]
    removable: frozenset[Cover]


@dataclass(frozen=True)
class CopyVolumes(Fact):
    """Never missing. by_tool: on what kind of disk the newest copy of a tool lies, and whether that is encrypted."""

    by_tool: dict[str, tuple[Disk, Cover]]


@derives
def copy_volumes(backups: Maybe[WindowsBackups], found: Maybe[BitLocker], data: Maybe[DataVolumes]) -> CopyVolumes:
    """A disk for back-ups alone has no letter: its volume is named as the target. One that was taken away is unknown."""
    if backups.value is None or found.value is None or data.value is None:
        return CopyVolumes({})
    known = {item.device.rstrip("\\"): (item.disk, _cover(found.value, item.seen)) for item in data.value.volumes}
    targets = {runs.name: runs.target.casefold().rstrip("\\") for runs in backups.value.runs}
    return CopyVolumes({name: known[target] for name, target in targets.items() if target in known})


@derives
def disk_covers(found: BitLocker, data: DataVolumes) -> DiskCovers:
    """Images and disks in other devices are neither; a disk of an unknown kind may be either."""
    covers: dict[Disk, set[Cover]] = {kind: set() for kind in Disk}
    for volume in data.volumes:
        covers[volume.disk].add(_cover(found, volume.seen))
    if found.installed and found.system is None:
        raise CannotTell(Reason.PARSE_ERROR, say("BitLocker does not list the drive of Windows"))
    unknown = {Cover.UNKNOWN} if covers[Disk.UNKNOWN] else set()
    return DiskCovers(
        fixed=frozenset(covers[Disk.FIXED] | {_cover(found, found.system)} | unknown),
        removable=frozenset(covers[Disk.REMOVABLE] | unknown),
    )


def _cover(found: BitLocker, volume: Volume | None) -> Cover:
    if not found.installed:
        return Cover.PLAIN
    return _COVERS.get(state_of(volume), Cover.UNKNOWN) if volume is not None else Cover.UNKNOWN
