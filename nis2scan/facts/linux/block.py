"""Block devices and what they rest on, read from sysfs: no root, no lsblk."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from nis2scan.api import Answer, CannotTell, Reason, Root, say, shell


@dataclass(frozen=True)
class Device:
    """One block device by its kernel name.

    number: `major:minor`. size: bytes. removable: the kernel says so, or it hangs on USB. below: what it rests on.
    uuid, dm_name: of device-mapper. backing: the file under a loop device, or the store behind a zram.
    """

    name: str
    number: str
    size: int
    removable: bool
    below: tuple[str, ...]
    uuid: str = ""
    dm_name: str = ""
    backing: str = ""

    @property
    def label(self) -> str:
        """A name that survives a reboot: `dm-1` does not, its mapper name does."""
        return f"/dev/mapper/{self.dm_name}" if self.dm_name else f"/dev/{self.name}"


@dataclass(frozen=True)
class Swap:
    """One line of /proc/swaps: `kind` is partition or file."""

    path: str
    kind: str


@dataclass(frozen=True)
class Blocks:
    """All block devices by name, the devices of every mounted btrfs, and the swap areas in use."""

    devices: Mapping[str, Device]
    btrfs: tuple[tuple[str, ...], ...]
    swaps: tuple[Swap, ...]

    def at(self, number: str) -> Device | None:
        return next((device for device in self.devices.values() if device.number == number), None)

    def named(self, path: str) -> Device | None:
        """The device for `/dev/sda1`, `/dev/dm-1` or `/dev/mapper/NAME`."""
        mapped = path.removeprefix("/dev/mapper/")
        if mapped != path:
            return next((device for device in self.devices.values() if device.dm_name == mapped), None)
        return self.devices.get(path.removeprefix("/dev/").replace("/", "!"))


# Read by the shell itself. The physical folder of a device tells its disk (for a partition) and whether it is on USB.
BLOCK = shell(
    """line() { v=; [ -f "$2" ] && { read -r v < "$2" || [ -n "$v" ]; } 2>/dev/null && printf '%s=%s\\n' "$1" "$v"; }
ls -d /sys/class/block/. >/dev/null || exit 1
for d in /sys/class/block/*; do
  [ -e "$d/dev" ] || continue
  printf 'device=%s\\n' "${d##*/}"
  line number "$d/dev"; line sectors "$d/size"; line removable "$d/removable"
  line partition "$d/partition"; line uuid "$d/dm/uuid"; line dm_name "$d/dm/name"
  line backing "$d/loop/backing_file"; line backing "$d/backing_dev"
  cd -P "$d" && { printf 'path='; pwd -P; }
  for s in "$d"/slaves/*; do [ -e "$s" ] && printf 'slave=%s\\n' "${s##*/}"; done
done
for b in /sys/fs/btrfs/*/devices; do
  [ -d "$b" ] || continue
  printf 'btrfs=%s\\n' "$b"
  for s in "$b"/*; do [ -e "$s" ] && printf 'member=%s\\n' "${s##*/}"; done
done
echo swaps=
while read -r p k rest; do printf 'swap=%s %s\\n' "$k" "$p"; done < /proc/swaps && echo end=""",
    runs=("ls",),
    seconds=4,
    cap=262144,
)

# The target behind each device-mapper name, never its keys. Not asked where there is none: it would load the module.
DM_TARGETS = shell(
    """for d in /sys/class/block/dm-*; do
  [ -e "$d" ] || exit 0
  dmsetup table | sed -n 's/^\\(.*\\): [0-9]* [0-9]* \\([a-z0-9-]*\\) *\\([^ ]*\\).*$/\\2 \\3 \\1/p'
  exit 0
done""",
    runs=("dmsetup", "sed"),
    needs=("dmsetup",),
    root=Root.REQUIRED,
    seconds=3,
)


def blocks(answer: Answer) -> Blocks:
    """Raises CannotTell when sysfs or /proc/swaps could not be read to the end."""
    records: list[dict[str, list[str]]] = []
    for line in answer.lines:
        name, equals, value = line.partition("=")
        if not equals:
            raise CannotTell(Reason.PARSE_ERROR, say("sysfs gave a line that is not as it should be"))
        if name in ("device", "btrfs", "swaps"):
            records.append({})
        if not records:
            raise CannotTell(Reason.PARSE_ERROR, say("sysfs gave a value without a device"))
        records[-1].setdefault(name, []).append(value)
    if (
        not records or "swap" not in records[-1] or "end" not in records[-1]
    ):  # the kernel always writes the heading of /proc/swaps
        raise CannotTell(Reason.PARSE_ERROR, say("the list of swap areas is missing"))
    devices = [_device(record) for record in records if "device" in record]
    return Blocks(
        devices={device.name: device for device in devices},
        btrfs=tuple(tuple(record.get("member", ())) for record in records if "btrfs" in record),
        swaps=tuple(_swap(line) for line in records[-1]["swap"][1:]),
    )


def _device(record: Mapping[str, list[str]]) -> Device:
    if "number" not in record or "sectors" not in record or "path" not in record:
        raise CannotTell(Reason.PARSE_ERROR, say("sysfs tells only half of {device}", device=record["device"][0]))
    path = record["path"][0]
    backing = record.get("backing", [""])[0]
    return Device(
        name=record["device"][0],
        number=record["number"][0],
        size=int(record["sectors"][0]) * 512,  # always 512, whatever the disk says of itself
        removable=record.get("removable") == ["1"] or bool(re.search(r"/usb\d+/", path)),
        below=tuple(record.get("slave", ())) or ((path.split("/")[-2],) if "partition" in record else ()),
        uuid=record.get("uuid", [""])[0],
        dm_name=record.get("dm_name", [""])[0],
        backing="" if backing == "none" else backing,
    )


def _swap(line: str) -> Swap:
    kind, _, path = line.partition(" ")
    return Swap(path, kind)


def dm_targets(answer: Answer) -> dict[str, str]:
    """Mapper name to `crypt aes-xts-plain64`, `linear 8:3`, …; empty when it could not be asked."""
    if not answer.ok:
        return {}
    rows = [line.split(" ", 2) for line in answer.lines]
    return {row[2]: f"{row[0]} {row[1]}" for row in rows if len(row) == 3}
