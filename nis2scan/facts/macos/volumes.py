"""The volumes of a Mac beside the one that it starts from, inside and attached, and whether they are encrypted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from nis2scan.api import Answer, CannotTell, Fact, Reason, reads, say, shell
from nis2scan.facts.macos.plist import Table, Value, rows_of, sections, table, words_of

# Disk images and the containers that are put together from disks are no disks: `physical` leaves them out.
DISKS = shell(
    """echo ==apfs; diskutil apfs list -plist || exit 1
echo ==all; diskutil list -plist physical || exit 1
echo ==internal; diskutil list -plist internal physical || exit 1
echo ==root; diskutil info -plist / || exit 1
echo ==end""",
    runs=("diskutil",),
    needs=("diskutil",),
    platforms=("macos",),
    seconds=20,
    cap=524288,
)

_SYSTEM = {"System", "Preboot", "Recovery", "VM", "Update", "xART", "Hardware", "Installer", "Baseband", "Prelogin"}
"""Roles of volumes on which no person's files lie."""
_NOT_DATA = {"EFI", "Apple_APFS_ISC", "Apple_APFS_Recovery", "Apple_Boot", "Apple_partition_map", "Apple_Free"}
_PARTS_OF_WINDOWS = {"Microsoft Reserved", "Windows Recovery", "Linux Swap"}


@dataclass(frozen=True)
class MacVolume:
    """One volume. encrypted: None when that cannot be told. moving: encryption or decryption is under way."""

    name: str
    device: str
    external: bool
    encrypted: bool | None
    moving: bool = False
    backup: bool = False


@dataclass(frozen=True)
class MacVolumes(Fact):
    """Every volume with room for files, but for the one that the Mac starts from."""

    others: tuple[MacVolume, ...]


@reads(DISKS)
def mac_volumes(answer: Answer) -> MacVolumes:
    """diskutil tells of every disk that is attached now, mounted or not."""
    parts = sections(answer)
    if not {"apfs", "all", "internal", "root"} <= parts.keys():
        raise CannotTell(Reason.PARSE_ERROR, say("the disks were not all listed"))
    root = table(parts["root"])
    disks, inside = table(parts["all"]), {words_of(disk, "DeviceIdentifier") for disk in _disks(parts["internal"])}
    listed = rows_of(disks, "AllDisksAndPartitions")
    if not listed or not words_of(root, "ParentWholeDisk"):
        raise CannotTell(Reason.PARSE_ERROR, say("no disk was listed"))
    holders = {words_of(part, "DeviceIdentifier"): (disk, part) for disk in listed for part in _partitions(disk)}
    found = [*_plain_kinds(holders, inside), *_apfs(table(parts["apfs"]), holders, inside, root)]
    return MacVolumes(tuple(sorted(found, key=lambda volume: volume.device)))


def _disks(text: str) -> list[Table]:
    return rows_of(table(text), "AllDisksAndPartitions")


def _partitions(disk: Table) -> list[Table]:
    """Those of a disk; a disk that was formatted as a whole is one itself."""
    return rows_of(disk, "Partitions") or [disk]


def _plain_kinds(holders: Mapping[str, tuple[Table, Table]], inside: set[str]) -> Iterator[MacVolume]:
    """What is not APFS: mounted, it can be read; else nobody can tell what is on it."""
    for device, (disk, part) in holders.items():
        content = words_of(part, "Content")
        if content == "Apple_APFS" or content in _NOT_DATA | _PARTS_OF_WINDOWS:
            continue
        if words_of(part, "MountPoint") == "/":
            continue  # an old Mac that starts from HFS+: FileVault has a check of its own
        mounted = bool(words_of(part, "MountPoint")) and content != "Apple_CoreStorage"
        name = words_of(part, "VolumeName") or content or device
        yield MacVolume(name, device, _external(disk, inside), False if mounted else None)


def _external(disk: Table, inside: set[str]) -> bool:
    return words_of(disk, "DeviceIdentifier") not in inside


def _apfs(
    listing: Table, holders: Mapping[str, tuple[Table, Table]], inside: set[str], root: Table
) -> Iterator[MacVolume]:
    boot = words_of(root, "APFSContainerReference") or words_of(root, "ParentWholeDisk")
    for container in rows_of(listing, "Containers"):
        stores = [words_of(store, "DeviceIdentifier") for store in rows_of(container, "PhysicalStores")]
        known = [holders[store] for store in stores if store in holders]
        if not known or all(words_of(part, "Content") in _NOT_DATA for _, part in known):
            continue  # in a disk image, or apart for the system
        external = any(_external(disk, inside) for disk, _ in known)
        volumes = [row for row in rows_of(container, "Volumes") if not _roles(row) & _SYSTEM]
        own = [row for row in volumes if "Data" in _roles(row)]
        started = words_of(container, "ContainerReference") == boot
        for row in volumes:
            # The volume that it starts from has a check of its own; of two systems side by side both are told.
            if not (started and len(own) == 1 and row is own[0]) and not (started and not own and _is_root(row, root)):
                yield _volume(row, external)


def _is_root(row: Table, root: Table) -> bool:
    return words_of(row, "DeviceIdentifier") == words_of(root, "DeviceIdentifier")


def _roles(row: Table) -> set[str]:
    roles = row.get("Roles", [])
    return {role for role in roles if isinstance(role, str)} if isinstance(roles, list) else set()


def _volume(row: Table, external: bool) -> MacVolume:
    """FileVault is the flag for encryption with a password; on new Macs `Encryption` is also set without one."""
    device, flags = words_of(row, "DeviceIdentifier"), [row.get(key) for key in ("FileVault", "Locked")]
    moving = row.get("CryptoMigrationOn") is True
    name = words_of(row, "Name") or device
    return MacVolume(name, device, external, _covered(flags), moving, "Backup" in _roles(row))


def _covered(flags: list[Value]) -> bool | None:
    if True in flags:
        return True
    return False if flags[0] is False else None
