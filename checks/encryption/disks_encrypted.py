"""ENC-LNX-001."""

from collections.abc import Mapping

from nis2scan.api import Part, Policy, Reason, Said, Severity, Unknown, bad, check, ok, say, warn
from nis2scan.facts.linux.cover import Cover
from nis2scan.facts.linux.storage import Storage, Volume
from nis2scan.facts.linux.system import System

_ROOM_FOR_LEFTOVERS = ("/usr", "/opt", "/nix", "/tmp", "/var/tmp", "/var/log", "/var/cache")  # noqa: S108
"""Mount points with programs, logs and scraps, not with the files that people make."""


@check(
    title="A disk can be read by whoever takes it out",
    severity=Severity.HIGH,
    expected="every file system with system or data files is encrypted on all its disks",
    action="Encrypt the disks of Linux machines",
    remedy="Make a back-up first. A data disk: `cryptsetup luksFormat /dev/sdX`, make a file system on the opened "
    "device, copy back. The system disk: reinstall with encryption, or `cryptsetup reencrypt --encrypt` from a rescue "
    "system. ZFS: `zfs create -o encryption=aes-256-gcm -o keyformat=passphrase pool/data`, then send and receive.\n"
    "Check: `lsblk -s` shows a crypt device under every mount point.",
    limits="Sees what is mounted now. Drives that encrypt by themselves and folders under fscrypt cannot be seen.",
    catalogue=("ENC-LNX-001",),
    key=True,
)
def disks_encrypted(storage: Storage, system: System, policy: Policy) -> Mapping[str, Part]:
    """A stolen laptop, or a disk that goes to the scrap yard, hands over every file on it unless it is encrypted."""
    if system.app_container:
        return {}
    spared = _people_files_covered(storage, system)
    return {volume.part: _judged(volume, system, policy, spared) for volume in storage.volumes}


def _judged(volume: Volume, system: System, policy: Policy, spared: bool) -> Part:
    through = volume.ways.through
    match volume.ways.cover:
        case Cover.ENCRYPTED:
            return ok(say("encrypted through {devices}", devices=through))
        case Cover.HARDWARE:
            return warn(say("only the drive itself encrypts ({devices})", devices=through))
        case Cover.PLAIN:
            return _plain(volume, system, policy, spared)
    return Unknown(Reason.UNSUPPORTED_PLATFORM, say("{devices} could not be followed to a disk", devices=through))


def _plain(volume: Volume, system: System, policy: Policy, spared: bool) -> Part:
    devices = volume.ways.through
    seen = _seen(volume)
    if system.virt:
        return warn(
            say("{seen}; this is a virtual machine: judge the layer of its host", seen=seen), severity=Severity.LOW
        )
    if volume.part == "/":
        if spared or any(_holds_people_files(folder) for folder in volume.inside):
            return warn(say("{seen}; home and data folders are encrypted, logs and settings are not", seen=seen))
        return bad(say("{seen}, unless the drive itself encrypts", seen=seen))
    if volume.removable:
        return warn(say("{devices} is not encrypted and can be taken along", devices=devices))
    if _leftovers(volume.part):
        return warn(say("{seen}; programs, logs and scraps lie open", seen=seen))
    if 0 < volume.size < policy.small_data_disk_mb * 1024 * 1024:
        megabytes = volume.size // (1024 * 1024)
        return warn(say("{seen}, but it is small ({megabytes} MB)", seen=seen, megabytes=megabytes))
    if any(_holds_people_files(folder) for folder in volume.inside):
        return warn(say("{seen}; only some folders on it are encrypted", seen=seen))
    return bad(say("{seen}, unless the drive itself encrypts", seen=seen))


def _seen(volume: Volume) -> Said:
    if volume.inside:
        return say("{devices} is not encrypted, only {folders}", devices=volume.ways.through, folders=volume.inside[:5])
    return say("{devices} is not encrypted", devices=volume.ways.through)


def _people_files_covered(storage: Storage, system: System) -> bool:
    """The files of people have volumes of their own, and all of those are encrypted."""
    apart = [
        volume
        for volume in storage.volumes
        if volume.part != "/" and not volume.removable and not _leftovers(volume.part)
    ]
    homes = [point for volume in apart for point in volume.points if _holds_people_files(point)]
    return all(volume.ways.cover is Cover.ENCRYPTED for volume in apart) and bool(
        homes if system.workstation else apart
    )


def _holds_people_files(folder: str) -> bool:
    """`/home`, one person's home, or a shared folder of a NAS."""
    levels = folder.strip("/").split("/")
    return (levels[0] == "home" and len(levels) <= 2) or levels[0].startswith("volume")


def _leftovers(point: str) -> bool:
    return any(point == place or point.startswith(place + "/") for place in _ROOM_FOR_LEFTOVERS)
