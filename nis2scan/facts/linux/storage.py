"""The file systems and swap areas that stay when the power goes, and whether they are encrypted."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from nis2scan.api import Absent, Answer, CannotTell, Fact, Reason, reads, say, shell
from nis2scan.facts.linux.block import BLOCK, DM_TARGETS, Blocks, Swap, blocks, dm_targets
from nis2scan.facts.linux.cover import Cover, Stack, Ways, together
from nis2scan.facts.linux.mounts import MOUNTS, Mount, mount_over, parsed_mounts


@dataclass(frozen=True)
class Volume:
    """One file system (of ZFS: the datasets of a pool that are alike), mounted at `points`, the shortest first.

    size: bytes, 0 when not known. inside: folders on it that are encrypted by themselves (eCryptfs, gocryptfs …).
    """

    points: tuple[str, ...]
    kind: str
    ways: Ways
    size: int
    removable: bool
    inside: tuple[str, ...] = ()

    @property
    def part(self) -> str:
        return self.points[0]


@dataclass(frozen=True)
class Storage(Fact):
    """Volumes on disks of this machine, without boot partitions, images and what lies in memory or elsewhere."""

    volumes: tuple[Volume, ...]


@dataclass(frozen=True)
class Area:
    """One swap area in use: its file or device, by a name that survives a reboot."""

    part: str
    ways: Ways


@dataclass(frozen=True)
class SwapAreas(Fact):
    areas: tuple[Area, ...]


_IN_MEMORY = {"tmpfs", "ramfs", "rootfs"}
_NETWORK = {"nfs", "nfs4", "cifs", "smb3", "ceph", "afs", "glusterfs", "lustre", "ocfs2", "gfs2", "fuse.glusterfs"}
_IMAGES = {"squashfs", "erofs", "iso9660", "udf", "cramfs", "romfs"}
_ENCRYPTED_FOLDERS = {"ecryptfs", "fuse.gocryptfs", "fuse.cryfs", "fuse.encfs"}
# Major number 0 and yet on disks of this machine; the kinds whose devices we cannot follow come out as unknown.
_ON_DISKS = {"btrfs", "zfs", "bcachefs", "ubifs", "jffs2"}

# `zfs` loads its module when that is not there, so it is asked only where the module is in use.
ZFS = shell(
    """[ -d /sys/module/zfs ] || exit 0
zfs get -Hp -o name,property,value -t filesystem,volume encryption,type || exit
zpool list -vHPL | while read -r name rest; do
  case $name in /*) printf 'disk %s\\n' "$name" ;; *) printf 'group %s\\n' "$name" ;; esac
done
echo end""",
    runs=("zfs", "zpool"),
    needs=("zfs", "zpool"),
    seconds=6,
    cap=262144,
)


@reads(MOUNTS, BLOCK, ZFS, DM_TARGETS)
def storage(table: Answer, sysfs: Answer, zfs: Answer, targets: Answer) -> Storage:
    """Follow every mounted file system down to its disks. Nothing here needs root; root sees the cipher as well."""
    mounts = parsed_mounts(table)
    root = mount_over(mounts, "/")
    if root is None:
        raise CannotTell(Reason.PARSE_ERROR, say("the kernel lists no root file system"))
    stack = _stack(mounts, blocks(sysfs), zfs, targets)
    if root.kind == "overlay" or root.kind in ("9p", "virtiofs"):
        return Storage(())  # a container or a live system: its mounts are pieces of another machine's disks
    volumes = tuple(_volumes(mounts, stack))
    if not volumes and root.kind in _NETWORK | _IN_MEMORY:
        raise Absent(say("no disk of its own is in use: the root file system is {kind}", kind=root.kind))
    return Storage(volumes)


@reads(MOUNTS, BLOCK, ZFS, DM_TARGETS)
def swap_areas(table: Answer, sysfs: Answer, zfs: Answer, targets: Answer) -> SwapAreas:
    """/proc/swaps lists what is in use now."""
    stack = _stack(parsed_mounts(table), blocks(sysfs), zfs, targets)
    if not stack.blocks.swaps:
        raise Absent(say("no swap is in use (/proc/swaps is empty)"))
    return SwapAreas(tuple(_area(swap, stack) for swap in stack.blocks.swaps))


def _area(swap: Swap, stack: Stack) -> Area:
    path = swap.path.replace("\\040", " ")
    if swap.kind == "file":
        return Area(path, stack.of_file(path))
    device = stack.blocks.named(path)
    if swap.kind != "partition" or device is None:
        return Area(path, Ways(Cover.UNKNOWN, (path,)))
    return Area(device.label, stack.of_device(device.name))


def _judged(mount: Mount) -> bool:
    """A persistent, local file system that holds more than the means to start."""
    if mount.point in ("/boot", "/efi") or mount.point.startswith(("/boot/", "/efi/")):
        return False
    if mount.kind in _IMAGES or mount.kind in _ENCRYPTED_FOLDERS:
        return False
    return not mount.device.startswith("0:") or mount.kind in _ON_DISKS


def _volumes(mounts: tuple[Mount, ...], stack: Stack) -> list[Volume]:
    """Mounts of the same file system are one volume: bind mounts and btrfs subvolumes are mended together."""
    groups: dict[tuple[object, ...], list[Mount]] = defaultdict(list)
    for mount in mounts:
        if _judged(mount) and not _in_memory_or_sealed(mount, stack):
            groups[_same(mount, stack)].append(mount)
    folders = [mount.point for mount in mounts if mount.kind in _ENCRYPTED_FOLDERS]
    found = []
    for group in groups.values():
        points = sorted({mount.point for mount in group}, key=lambda point: (point.count("/"), len(point), point))
        first = next(mount for mount in group if mount.point == points[0])
        inside = tuple(folder for folder in folders if _lies_on(folder, group, mounts))
        ways = together(stack.of_mount(mount) for mount in group)
        found.append(Volume(tuple(points), first.kind, ways, stack.size_of(first), stack.removable(first), inside))
    return sorted(found, key=lambda volume: volume.part)


def _same(mount: Mount, stack: Stack) -> tuple[object, ...]:
    if mount.kind == "zfs":
        return ("zfs", mount.source.split("/")[0], stack.of_mount(mount).cover)
    return (mount.kind, mount.device)


def _in_memory_or_sealed(mount: Mount, stack: Stack) -> bool:
    """A zram disk is gone with the power; a dm-verity image is as public as the installer that it came from."""
    device = stack.blocks.at(mount.device)
    sealed = device is not None and device.uuid.startswith("CRYPT-VERITY-")
    return sealed or stack.of_mount(mount).cover is Cover.MEMORY


def _lies_on(folder: str, group: list[Mount], mounts: tuple[Mount, ...]) -> bool:
    parent = mount_over(tuple(mount for mount in mounts if mount.kind not in _ENCRYPTED_FOLDERS), folder)
    return parent in group


def _stack(mounts: tuple[Mount, ...], devices: Blocks, zfs: Answer, targets: Answer) -> Stack:
    bare = Stack(devices, mounts, dm_targets(targets), {}, Ways(Cover.UNKNOWN))
    if not zfs.ok or zfs.lines[-1:] != ["end"]:  # no ZFS in use, or cut: datasets stay unknown
        return bare
    properties, vdevs = _zfs_rows(zfs)
    pools = {pool: together(_vdev(bare, path) for path in paths) for pool, paths in vdevs.items()}
    datasets = {name: _dataset(name, row.get("encryption", ""), pools) for name, row in properties.items()}
    volumes = [datasets[name] for name, row in properties.items() if row.get("type") == "volume"]
    # A zvol's device does not tell its name to ordinary users: it is known when all of them are alike.
    zvols = together(volumes) if len({way.cover for way in volumes}) == 1 else Ways(Cover.UNKNOWN, ("zvol",))
    return Stack(devices, mounts, bare.targets, datasets, zvols)


def _vdev(stack: Stack, path: str) -> Ways:
    device = stack.blocks.named(path)
    return stack.of_device(device.name) if device else Ways(Cover.UNKNOWN, (path,))


def _dataset(name: str, encryption: str, pools: Mapping[str, Ways]) -> Ways:
    if not encryption:
        return Ways(Cover.UNKNOWN, (name,))
    if encryption not in ("off", "-"):
        return Ways(Cover.ENCRYPTED, (name,))
    return pools.get(name.split("/")[0], Ways(Cover.UNKNOWN, (name,)))


def _zfs_rows(answer: Answer) -> tuple[dict[str, dict[str, str]], dict[str, list[str]]]:
    """Properties by dataset, and the disks of every pool. Groups of disks (mirror-0, logs) stand among the pools."""
    properties: dict[str, dict[str, str]] = defaultdict(dict)
    disks: dict[str, list[str]] = defaultdict(list)
    pool = ""
    for line in answer.lines:
        words = line.split("\t")
        if len(words) == 3:
            properties[words[0]][words[1]] = words[2]
        elif line.startswith("group "):
            name = line.removeprefix("group ")
            pool = name if name in properties else pool
        elif line.startswith("disk ") and pool:
            disks[pool].append(line.removeprefix("disk "))
    return properties, disks
