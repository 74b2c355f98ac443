"""How the encrypted volumes that are open get their keys when the machine starts."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from nis2scan.api import Absent, Answer, CannotTell, Fact, Maybe, Reason, Root, derives, reads, say, shell
from nis2scan.facts.linux.block import BLOCK, DM_TARGETS, blocks, dm_targets
from nis2scan.facts.linux.cover import Cover, Stack, Ways
from nis2scan.facts.linux.luks import Header, LuksHeaders
from nis2scan.facts.linux.mounts import MOUNTS, parsed_mounts
from nis2scan.facts.linux.system import System


class Key(StrEnum):
    """Where a key comes from."""

    TYPED = "typed"
    RANDOM = "random"
    INSIDE = "on an encrypted volume"
    OPEN = "on a volume that is not encrypted"
    START = "in the files for starting, which are not encrypted"
    START_PERHAPS = "perhaps in the files for starting"
    ELSEWHERE = "on another device"
    CHIP = "TPM"
    CHIP_PIN = "TPM with PIN"
    CHIP_UNSEEN = "TPM, PIN or not"
    FETCHED = "clevis or another program"
    NO_RIGHT = "only root could tell"
    UNKNOWN = "not known"


@dataclass(frozen=True)
class Opened:
    """One open volume. options: of crypttab, most without their values. place: the file of its key, or ``."""

    name: str
    kind: str
    listed: bool
    options: tuple[str, ...]
    place: str
    key: Key

    @property
    def part(self) -> str:
        return f"/dev/mapper/{self.name}"


@dataclass(frozen=True)
class OpenedVolumes(Fact):
    """clevis: it is on the machine, and hides its keys from the header of LUKS 1. closed: a folder of keys is shut."""

    opened: tuple[Opened, ...]
    clevis: bool
    closed: bool


@dataclass(frozen=True)
class ZfsKeys(Fact):
    """Of every dataset that has a key of its own: where that comes from, and its file or ``."""

    keys: Mapping[str, tuple[Key, str]]


@dataclass(frozen=True)
class Unlocking(Fact):
    """By volume: every way by which it opens, and the file of the key where there is one."""

    ways: Mapping[str, tuple[frozenset[Key], str]]


# Options that may hold a PIN or an address are named without their value. A key is named by its real place.
KEYS = shell(
    """line() { [ "$2" ] && printf '%s=%s\\n' "$1" "$2"; }
found() {
  for k in /etc/cryptsetup-keys.d /run/cryptsetup-keys.d; do
    [ -d $k ] || continue
    if [ ! -x $k ]; then echo closed=yes; elif [ -e "$k/$1.key" ]; then line own "$(readlink -f "$k/$1.key")"; fi
  done
}
if [ -e /etc/crypttab ]; then
  while read -r n d k o x || [ "$n" ]; do
    case $n in ''|'#'*) continue ;; esac
    printf 'entry=%s\\n' "$n"
    case $k in ''|none|-) k= ;; /*) r=$(readlink -f "$k"); k=${r:-$k} ;; *) k=other ;; esac
    line key "$k"
    set -f; IFS=,
    for w in $o; do case $w in keyscript=*|hash=*) line option "$w" ;; *) line option "${w%%=*}" ;; esac; done
    unset IFS; set +f
  done < /etc/crypttab || exit 1
fi
for d in /sys/class/block/dm-*; do
  u=; [ -e "$d/dm/uuid" ] && { read -r u < "$d/dm/uuid"; } 2>/dev/null
  case $u in CRYPT-*) read -r n < "$d/dm/name"; printf 'open=%s\\n' "$n"; found "$n" ;; esac
done
for f in /etc/cryptsetup-initramfs/conf-hook /etc/mkinitcpio.conf /etc/dracut.conf /etc/dracut.conf.d/*.conf; do
  [ -f "$f" ] || continue
  while read -r l || [ "$l" ]; do
    case $l in
      'KEYFILE_PATTERN=""'*|"KEYFILE_PATTERN=''"*|KEYFILE_PATTERN=|'FILES=()'*|'FILES=""'*) ;;
      KEYFILE_PATTERN=*|FILES=*|install_items*[Kk][Ee][Yy]*|install_items*crypt*|install_items*luks*) echo packed=yes ;;
    esac
  done < "$f" || exit 1
done
for f in /boot/EFI/Linux/*.efi /efi/EFI/Linux/*.efi /boot/efi/EFI/Linux/*.efi; do [ -e "$f" ] && echo image=yes; done
set -f; read -r c < /proc/cmdline
for w in $c; do case $w in rd.luks.key=*|luks.key=*|cryptkey=*) line asked "$w" ;; esac; done
command -v clevis >/dev/null && echo clevis=yes
echo end=""",
    runs=("readlink",),
    root=Root.PREFERRED,
    seconds=4,
    cap=65536,
)

# `zfs` loads its module when that is not there, so it is asked only where the module is in use.
ZFS_KEYS = shell(
    """[ -d /sys/module/zfs ] || { echo unused; exit 0; }
zfs get -Hp -o name,value -t filesystem,volume keylocation && echo end""",
    runs=("zfs",),
    root=Root.PREFERRED,
    seconds=6,
    cap=262144,
)

_CRYPT = re.compile(r"CRYPT-(LUKS1|LUKS2|PLAIN|TCRYPT|BITLK|FVAULT2)-")
_RANDOM = {"/dev/urandom", "/dev/random", "/dev/hwrng"}
_ASKING = {"decrypt_keyctl", "askpass", "decrypt_gnupg", "decrypt_gnupg-sc", "decrypt_opensc", "decrypt_openct"}
_NEEDS_A_PERSON = {"systemd-fido2", "systemd-pkcs11", "systemd-recovery", "luks2-keyring"}


@reads(MOUNTS, BLOCK, DM_TARGETS, KEYS)
def opened_volumes(table: Answer, sysfs: Answer, targets: Answer, keys: Answer) -> OpenedVolumes:
    """crypttab(5) of Debian and of systemd; a key file is as safe as the file system on which it lies."""
    devices, lines = blocks(sysfs), keys.text.splitlines()
    if lines[-1:] != ["end="]:
        raise CannotTell(Reason.TRUNCATED, say("the list of keys has no end"))
    entries, general = _records(lines[:-1])
    stack = Stack(devices, parsed_mounts(table), dm_targets(targets), {}, Ways(Cover.UNKNOWN))
    found = []
    for device in devices.devices.values():
        if kind := _CRYPT.match(device.uuid):
            entry = entries.get(f"entry={device.dm_name}", {})
            own = entries.get(f"open={device.dm_name}", {}).get("own", ())
            place = next(iter(entry.get("key", ()) or own), "")
            options = tuple(entry.get("option", ()))
            key = _key(place, options, device.label, stack, general, as_root=keys.as_root)
            found.append(Opened(device.dm_name, kind[1], bool(entry), options, place, key))
    return OpenedVolumes(tuple(found), "clevis" in general, any("closed" in each for each in entries.values()))


@reads(MOUNTS, BLOCK, DM_TARGETS, ZFS_KEYS)
def zfs_keys(table: Answer, sysfs: Answer, targets: Answer, keys: Answer) -> ZfsKeys:
    """zfsprops(7): keylocation is `none` where a dataset has no key of its own."""
    if keys.lines == ["unused"]:
        raise Absent(say("no encrypted volume is open"))
    *rows, end = keys.lines or [""]
    if end != "end":
        raise CannotTell(Reason.TRUNCATED, say("the list of keys has no end"))
    stack = Stack(blocks(sysfs), parsed_mounts(table), dm_targets(targets), {}, Ways(Cover.UNKNOWN))
    places = dict(row.split("\t", 1) for row in rows)
    return ZfsKeys({name: _zfs_key(place, stack) for name, place in places.items() if place not in ("none", "-")})


def _zfs_key(place: str, stack: Stack) -> tuple[Key, str]:
    if place == "prompt":
        return Key.TYPED, ""
    if not place.startswith("file://"):
        return Key.FETCHED, place
    path = place.removeprefix("file://")
    covers = {Cover.PLAIN: Key.OPEN, Cover.ENCRYPTED: Key.INSIDE}
    return covers.get(stack.of_file(path).cover, Key.UNKNOWN), path


def _records(lines: list[str]) -> tuple[dict[str, dict[str, list[str]]], dict[str, list[str]]]:
    """What is told of every entry and of every open volume; and of the machine as a whole."""
    records: dict[str, dict[str, list[str]]] = {}
    general: dict[str, list[str]] = {}
    own: dict[str, list[str]] = {}
    for line in lines:
        name, equals, value = line.partition("=")
        if not equals:
            raise CannotTell(Reason.PARSE_ERROR, say("the list of keys is not as it should be"))
        if name in ("entry", "open"):
            own = records.setdefault(line, {})
        elif name in ("packed", "image", "asked", "clevis"):
            general.setdefault(name, []).append(value)
        else:
            own.setdefault(name, []).append(value)
    return records, general


def _key(
    place: str, options: tuple[str, ...], label: str, stack: Stack, general: Mapping[str, list[str]], *, as_root: bool
) -> Key:
    script = next((word.partition("=")[2].rsplit("/", 1)[-1] for word in options if word.startswith("keyscript=")), "")
    if script:
        known = {"decrypt_derived": Key.INSIDE, "passdev": Key.ELSEWHERE} | dict.fromkeys(_ASKING, Key.TYPED)
        return known.get(script, Key.UNKNOWN)
    if not place:
        return _asked_at_start(general, stack, as_root=as_root)
    if place in _RANDOM:
        return Key.RANDOM
    if not place.startswith("/"):
        return Key.UNKNOWN
    if ":" in place or place.startswith("/dev/"):
        return Key.ELSEWHERE
    lies = stack.of_file(place)
    if lies.cover is Cover.PLAIN:
        return Key.OPEN
    if lies.cover is Cover.ENCRYPTED:
        return _at_start(general, stack, as_root=as_root) if label in lies.through else Key.INSIDE
    return Key.UNKNOWN


def _asked_at_start(general: Mapping[str, list[str]], stack: Stack, *, as_root: bool) -> Key:
    """The kernel's command line may name a key: one inside the files for starting, or on another device."""
    for word in general.get("asked", ()):
        value = word.partition("=")[2]
        inside = _at_start({**general, "packed": ["yes"]}, stack, as_root=as_root)
        if value.startswith("rootfs:") or (":" not in value and inside is Key.START):
            return inside
        return Key.ELSEWHERE
    return Key.TYPED


def _at_start(general: Mapping[str, list[str]], stack: Stack, *, as_root: bool) -> Key:
    """A volume whose key lies on itself can only be opened by a copy among the files for starting."""
    boot = Cover.PLAIN if "image" in general else stack.of_file("/boot/initrd").cover
    if boot is Cover.ENCRYPTED:
        return Key.INSIDE if as_root else Key.NO_RIGHT  # an image on the EFI partition is seen by root only
    if boot is not Cover.PLAIN:
        return Key.UNKNOWN
    return Key.START if "packed" in general else Key.START_PERHAPS


@derives
def unlocking(
    system: System, told: Maybe[OpenedVolumes], headers: Maybe[LuksHeaders], zfs: Maybe[ZfsKeys]
) -> Unlocking:
    """Tokens stand in the header of LUKS 2, which only root can read: unknown is told as unknown."""
    if system.app_container:
        raise Absent(say("this is a container of one program: the machine around it opens the disks"))
    volumes = told.value
    if volumes is None:
        raise told.why or CannotTell(Reason.NOT_ASKED)
    if isinstance(zfs.why, CannotTell):
        raise zfs.why
    datasets = zfs.value.keys if zfs.value else {}
    if not volumes.opened and not datasets:
        raise Absent(say("no encrypted volume is open"))
    known = headers.value.headers if headers.value else None
    shut = isinstance(headers.why, CannotTell) and headers.why.reason is Reason.NO_PRIVILEGE
    unread = Key.NO_RIGHT if shut else Key.UNKNOWN
    ways = {item.part: (frozenset(_ways(item, volumes, known, unread)), item.place) for item in volumes.opened}
    return Unlocking(ways | {name: (frozenset({key}), place) for name, (key, place) in datasets.items()})


def _ways(item: Opened, volumes: OpenedVolumes, headers: Mapping[str, Header] | None, unread: Key) -> Iterator[Key]:
    yield item.key
    header = headers.get(item.name) if headers is not None else None
    if volumes.closed and not item.place:
        yield Key.NO_RIGHT
    if "tpm2-device" in item.options and header is None:
        yield Key.CHIP_UNSEEN
    if item.kind == "LUKS1" and volumes.clevis:
        yield Key.UNKNOWN
    if item.kind == "LUKS2" and header is None:
        yield unread
    for token in header.tokens if header else ():
        if token.kind == "systemd-tpm2":
            yield Key.CHIP_UNSEEN if token.pin is None else Key.CHIP_PIN if token.pin else Key.CHIP
        elif token.kind in ("clevis", "ssh"):
            yield Key.FETCHED
        elif token.kind not in _NEEDS_A_PERSON:
            yield Key.UNKNOWN
