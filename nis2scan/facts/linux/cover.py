"""Whether what is written to a device is encrypted on every way down to a disk. Pure functions over the devices."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from nis2scan.facts.linux.block import Blocks, Device
from nis2scan.facts.linux.mounts import Mount, mount_over


class Cover(StrEnum):
    """`hardware`: the drive encrypts, the system does not. `memory`: nothing of it is left without power."""

    ENCRYPTED = "encrypted"
    HARDWARE = "hardware"
    PLAIN = "plain"
    UNKNOWN = "unknown"
    MEMORY = "memory"


@dataclass(frozen=True)
class Ways:
    """The sum over all ways down; `through` names what decided it: the crypt device, the plain disk, the unknown."""

    cover: Cover
    through: tuple[str, ...] = ()


# cryptsetup names verity and integrity CRYPT-… too: these protect against change, not against reading.
_CRYPT = re.compile(r"CRYPT-(LUKS1|LUKS2|PLAIN|TCRYPT|BITLK|FVAULT2)-")
_NO_CRYPT = re.compile(r"CRYPT-(VERITY|INTEGRITY)-|(?!CRYPT-).")
_DISK = re.compile(r"(sd|hd|vd|xvd|nvme|mmcblk|pmem|dasd|mtdblock|cciss!)")
_WORST = (Cover.PLAIN, Cover.UNKNOWN, Cover.HARDWARE, Cover.ENCRYPTED, Cover.MEMORY)


def together(ways: Iterable[Ways]) -> Ways:
    """Data on several devices is as safe as the worst of them: one plain member of a mirror holds everything."""
    every = list(ways)
    for cover in _WORST:
        if found := [way for way in every if way.cover is cover]:
            return Ways(cover, tuple(sorted({name for way in found for name in way.through})))
    return Ways(Cover.UNKNOWN)


@dataclass(frozen=True)
class Stack:
    """Everything needed to follow a device. targets: of device-mapper, empty without root. zfs: cover by dataset."""

    blocks: Blocks
    mounts: tuple[Mount, ...]
    targets: Mapping[str, str]
    zfs: Mapping[str, Ways]
    zvols: Ways

    def of_device(self, name: str, seen: tuple[str, ...] = ()) -> Ways:
        """A crypt layer covers; else all that the device rests on must be covered; a bare disk is plain."""
        device = self.blocks.devices.get(name)
        if device is None or name in seen:
            return Ways(Cover.UNKNOWN, (f"/dev/{name}",))
        if (here := self._layer(device)) is not None:
            return here
        seen = (*seen, name)
        if device.below:
            return together(self.of_device(below, seen) for below in device.below)
        if name.startswith("loop"):
            return self.of_file(device.backing, seen) if device.backing else Ways(Cover.UNKNOWN, (device.label,))
        if name.startswith("zd"):
            return self.zvols
        if name.startswith(("zram", "ram")):
            return self._memory(device, seen)
        return Ways(Cover.PLAIN if _DISK.match(name) else Cover.UNKNOWN, (device.label,))

    def _memory(self, device: Device, seen: tuple[str, ...]) -> Ways:
        if not device.backing:
            return Ways(Cover.MEMORY, (device.label,))
        store = self.blocks.named(device.backing)
        return self.of_device(store.name, seen) if store else Ways(Cover.UNKNOWN, (device.backing,))

    def _layer(self, device: Device) -> Ways | None:
        """What a device-mapper layer is by itself; None when it encrypts nothing and one must look below."""
        if not device.name.startswith("dm-"):
            return None
        target = self.targets.get(device.dm_name, "")
        if target.startswith("crypt"):
            if "cipher_null" in target:  # left behind by a re-encryption that never ran: looks encrypted, is not
                return Ways(Cover.PLAIN, (device.label,))
            return Ways(Cover.ENCRYPTED, (device.label,))
        if _CRYPT.match(device.uuid):
            opal = bool(target)  # LUKS2 on a plain mapping: only the drive's own OPAL encryption
            return Ways(Cover.HARDWARE if opal else Cover.ENCRYPTED, (device.label,))
        if target or _NO_CRYPT.match(device.uuid):
            return None if device.below else Ways(Cover.UNKNOWN, (device.label,))
        return Ways(Cover.UNKNOWN, (device.label,))  # VeraCrypt and hand-made mappings carry no UUID

    def of_file(self, path: str, seen: tuple[str, ...] = ()) -> Ways:
        """A file lies on the file system that is mounted over its path."""
        mount = mount_over(self.mounts, path.removesuffix(" (deleted)"))
        return self.of_mount(mount, seen) if mount else Ways(Cover.UNKNOWN, (path,))

    def of_mount(self, mount: Mount, seen: tuple[str, ...] = ()) -> Ways:
        """All devices of btrfs, the dataset of ZFS, the one block device of the others."""
        if mount.kind == "zfs":
            return self.zfs.get(mount.source, Ways(Cover.UNKNOWN, (mount.source,)))
        if mount.kind in ("tmpfs", "ramfs"):
            return Ways(Cover.MEMORY, (mount.point,))
        if mount.kind == "btrfs":
            return self._of_btrfs(mount, seen)
        device = self.blocks.at(mount.device)
        return self.of_device(device.name, seen) if device else Ways(Cover.UNKNOWN, (mount.source,))

    def _of_btrfs(self, mount: Mount, seen: tuple[str, ...]) -> Ways:
        """mountinfo names one device of several; sysfs lists them all."""
        device = self.blocks.named(mount.source)
        sets = [members for members in self.blocks.btrfs if device and device.name in members]
        sets = sets or list(self.blocks.btrfs)  # mounted by a name that we cannot follow: any of them
        ways = [together(self.of_device(member, seen) for member in members) for members in sets if members]
        if len({way.cover for way in ways}) == 1:
            return together(ways)
        return Ways(Cover.UNKNOWN, (mount.source,))

    def size_of(self, mount: Mount) -> int:
        """Bytes of the device under a mount; 0 when there is not one device."""
        device = self.blocks.at(mount.device) or self.blocks.named(mount.source)
        return device.size if device else 0

    def removable(self, mount: Mount) -> bool:
        """Whether any disk under it can be pulled out by hand."""
        top = self.blocks.at(mount.device) or self.blocks.named(mount.source)
        todo, seen = [top.name] if top else [], set()
        while todo:
            name = todo.pop()
            if (device := self.blocks.devices.get(name)) is not None and name not in seen:
                seen.add(name)
                if device.removable:
                    return True
                todo += device.below
        return False
