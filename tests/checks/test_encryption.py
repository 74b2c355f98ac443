"""Disks and swap of Linux hosts.

The two layouts that this kernel can make (a plain virtual disk, btrfs on two loop devices) were recorded on Debian 12.
It has no device-mapper, md or ZFS: those layouts are written after the documentation of proc(5), sysfs and zfs-get(8).
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterable

import pytest

from nis2scan.api import Finding, Outcome, Question, Reason, Recording, Severity, Status
from nis2scan.facts.linux.block import BLOCK, DM_TARGETS
from nis2scan.facts.linux.cover import Cover
from nis2scan.facts.linux.mounts import MOUNTS, Mounts
from nis2scan.facts.linux.storage import ZFS, Storage
from nis2scan.facts.linux.system import MACHINE, OS_RELEASE
from nis2scan.testing import answered, fact, findings, recording

DISKS, SWAP = "encryption/disks-encrypted", "encryption/swap-encrypted"
GIB = 2 * 1024 * 1024  # sectors
PCI = "/sys/devices/pci0000:00/0000:00:17.0/ata1/host0/target0:0:0/0:0:0:0/block"
VIRTUAL = "/sys/devices/virtual/block"

SERVER, LAPTOP, GUEST, CONTAINER = "", "power=Battery\n", "detected_vm=kvm\n", "container=docker\n"


def mount(number: str, point: str, kind: str, source: str, *, inside: str = "/", options: str = "rw") -> str:
    return f"30 1 {number} {inside} {point} rw,relatime shared:1 - {kind} {source} {options}\n"


def device(
    name: str, number: str, size: int, path: str = "", *, slaves: Iterable[str] = (), removable: int = 0, **more: str
) -> str:
    extra = "".join(f"{key}={value}\n" for key, value in more.items())
    below = "".join(f"slave={slave}\n" for slave in slaves)
    where = path or f"{VIRTUAL}/{name}"
    return f"device={name}\nnumber={number}\nsectors={size}\nremovable={removable}\n{extra}path={where}\n{below}"


def disk(name: str, number: str, size: int = 500 * GIB) -> str:
    return device(name, number, size, f"{PCI}/{name}")


def part(name: str, number: str, size: int = 499 * GIB) -> str:
    return device(name, number, size, f"{PCI}/{name.rstrip('0123456789')}/{name}", partition="1")


def crypt(name: str, number: str, label: str, below: str, *, uuid: str = "LUKS2") -> str:
    return device(name, number, 499 * GIB, uuid=f"CRYPT-{uuid}-5e9f{label}", dm_name=label, slaves=[below])


def volume(name: str, number: str, label: str, *below: str, size: int = 100 * GIB) -> str:
    return device(name, number, size, uuid=f"LVM-Kx3{label}", dm_name=label, slaves=below)


def host(
    mounts: str,
    devices: str = "",
    *,
    swaps: str = "",
    btrfs: str = "",
    kind: str = SERVER,
    zfs: str = "",
    targets: str | None = None,
    pid1: str = "systemd",
) -> Recording:
    asked = answered(DM_TARGETS, targets or "") if targets is not None else answered(DM_TARGETS, status=Status.DENIED)
    return recording(
        answered(OS_RELEASE, 'ID=debian\nVERSION_ID="12"\n'),
        answered(MACHINE, f"kernel=6.1.0-26-amd64\npid1={pid1}\n{kind}now=1795000000\n"),
        answered(MOUNTS, mounts + "end\n"),
        answered(BLOCK, f"{devices}{btrfs}swaps=\nswap=Type Filename\n{swaps}end=\n"),
        answered(ZFS, f"{zfs}end\n") if zfs else answered(ZFS, status=Status.MISSING),
        asked,
    )


def judged(box: Recording, check: str = DISKS) -> dict[str, Finding]:
    return {item.subject: item for item in findings(check, box)}


def outcomes(box: Recording, check: str = DISKS) -> dict[str, Outcome]:
    return {name: item.outcome for name, item in judged(box, check).items()}


P, W, F, N, Q = Outcome.PASS, Outcome.WARN, Outcome.FAIL, Outcome.NOT_APPLICABLE, Outcome.NOT_ASSESSED

SDA = disk("sda", "8:0") + part("sda1", "8:1", GIB) + part("sda2", "8:2")
LUKS = SDA + crypt("dm-0", "254:0", "sda2_crypt", "sda2")
ON_LUKS = LUKS + volume("dm-1", "254:1", "vg-root", "dm-0") + volume("dm-2", "254:2", "vg-home", "dm-0")
PSEUDO = (
    mount("0:21", "/proc", "proc", "proc")
    + mount("0:5", "/dev", "devtmpfs", "udev")
    + mount("0:24", "/run", "tmpfs", "tmpfs")
    + mount("0:50", "/mnt/share", "nfs4", "nas:/share")
    + mount("0:51", "/mnt/office", "cifs", "//nas/office")
)
ROOT_LV = mount("254:1", "/", "ext4", "/dev/mapper/vg-root")
ROOT = mount("8:2", "/", "ext4", "/dev/sda2")


def test_luks_under_lvm_covers_every_volume_and_boot_does_not_count() -> None:
    boot = mount("8:1", "/boot", "ext4", "/dev/sda1") + mount("8:1", "/boot/efi", "vfat", "/dev/sda1")
    home = mount("254:2", "/home", "ext4", "/dev/mapper/vg-home")

    found = judged(host(PSEUDO + ROOT_LV + boot + home, ON_LUKS))

    assert {name: item.outcome for name, item in found.items()} == {"/": P, "/home": P}
    assert "/dev/mapper/sda2_crypt" in str(found["/"].found)


def test_a_plain_disk_fails_and_names_the_disk() -> None:
    finding = judged(host(PSEUDO + ROOT, SDA, kind=LAPTOP))["/"]

    assert (finding.outcome, finding.severity) == (F, Severity.HIGH)
    assert "/dev/sda" in str(finding.found)


def test_luks_on_each_logical_volume_is_seen_and_a_forgotten_volume_is_too() -> None:
    devices = (
        SDA
        + volume("dm-0", "254:0", "vg-root", "sda2")
        + volume("dm-3", "254:3", "vg-data", "sda2")
        + crypt("dm-1", "254:1", "root_crypt", "dm-0")
    )
    mounts = mount("254:1", "/", "ext4", "/dev/mapper/root_crypt") + mount(
        "254:3", "/srv", "xfs", "/dev/mapper/vg-data"
    )

    assert outcomes(host(mounts, devices)) == {"/": P, "/srv": F}


def test_a_mirror_with_one_plain_member_is_plain() -> None:
    devices = (
        disk("sda", "8:0")
        + disk("sdb", "8:16")
        + crypt("dm-0", "254:0", "a_crypt", "sda")
        + device("md0", "9:0", 400 * GIB, slaves=["dm-0", "sdb"])
    )
    whole = devices.replace("slave=sdb", "slave=dm-1") + crypt("dm-1", "254:1", "b_crypt", "sdb")
    root = mount("9:0", "/", "ext4", "/dev/md0")

    assert outcomes(host(root, devices)) == {"/": F}
    assert "/dev/sdb" in str(judged(host(root, devices))["/"].found)
    assert outcomes(host(root, whole)) == {"/": P}


def test_btrfs_on_two_devices_of_which_one_is_plain_is_plain() -> None:
    devices = disk("sda", "8:0") + disk("sdb", "8:16") + crypt("dm-0", "254:0", "a_crypt", "sda")
    members = "btrfs=/sys/fs/btrfs/e28b3bf3-e68c-4644-8dff-feddf6d8bbf4/devices\nmember=dm-0\nmember=sdb\n"
    root = mount("0:39", "/", "btrfs", "/dev/mapper/a_crypt", inside="/@")
    home = mount("0:39", "/home", "btrfs", "/dev/mapper/a_crypt", inside="/@home")
    alone = members.replace("member=sdb\n", "")

    assert outcomes(host(root + home, devices, btrfs=members)) == {"/": F}, "one part: subvolumes share their disks"
    assert outcomes(host(root + home, devices, btrfs=alone)) == {"/": P}
    assert outcomes(host(root, devices)) == {"/": Q}, "the devices of a btrfs that sysfs does not list are not guessed"


def test_btrfs_as_recorded_on_two_loop_devices_lies_on_the_disk_under_their_files() -> None:
    # Recorded: mkfs.btrfs -d raid1 on two loop devices; options cut as the question cuts them.
    mounts = mount("254:0", "/", "ext4", "/dev/vda") + mount("0:39", "/tmp/mb", "btrfs", "/dev/loop0")
    devices = (
        device("loop0", "7:0", 409600, backing="/tmp/b1")
        + device("loop1", "7:1", 409600, backing="/tmp/b2")
        + device("vda", "254:0", 536870912, "/sys/devices/pci0000:00/0000:00:02.0/virtio1/block/vda")
    )
    members = "btrfs=/sys/fs/btrfs/e28b3bf3-e68c-4644-8dff-feddf6d8bbf4/devices\nmember=loop0\nmember=loop1\n"

    volumes = fact(Storage, host(mounts, devices, btrfs=members)).volumes

    assert [(item.part, item.ways.cover, item.ways.through) for item in volumes] == [
        ("/", Cover.PLAIN, ("/dev/vda",)),
        ("/tmp/mb", Cover.PLAIN, ("/dev/vda",)),
    ]


@pytest.mark.parametrize("kind", ["INTEGRITY", "VERITY"])
def test_verity_and_integrity_are_no_encryption_although_they_are_called_crypt(kind: str) -> None:
    devices = SDA + crypt("dm-0", "254:0", "checked", "sda2", uuid=kind)
    data = mount("8:2", "/var", "ext4", "/dev/sda2")
    root = mount("254:0", "/", "ext4", "/dev/mapper/checked")

    found = outcomes(host(root + data, devices))

    assert P not in found.values()
    assert found["/var"] is F


@pytest.mark.parametrize("kind", ["LUKS1", "LUKS2", "PLAIN", "TCRYPT", "BITLK", "FVAULT2"])
def test_every_kind_of_crypt_device_covers(kind: str) -> None:
    devices = SDA + crypt("dm-0", "254:0", "c", "sda2", uuid=kind)

    assert outcomes(host(mount("254:0", "/", "ext4", "/dev/mapper/c"), devices)) == {"/": P}


def test_a_mapping_of_an_unknown_kind_is_not_guessed() -> None:
    root = mount("254:0", "/", "ext4", "/dev/mapper/c")
    odd = SDA + crypt("dm-0", "254:0", "c", "sda2", uuid="NEWKIND")
    bare = SDA + device("dm-0", "254:0", GIB, dm_name="veracrypt1", slaves=["sda2"])

    assert judged(host(root, odd))["/"].reason is Reason.UNSUPPORTED_PLATFORM
    assert outcomes(host(root, bare)) == {"/": Q}
    assert outcomes(host(root, bare, targets="crypt aes-xts-plain64 veracrypt1\n")) == {"/": P}


def test_root_sees_a_null_cipher_and_a_drive_that_encrypts_by_itself() -> None:
    root = mount("254:0", "/", "ext4", "/dev/mapper/sda2_crypt")

    assert outcomes(host(root, LUKS, targets="crypt aes-xts-plain64 sda2_crypt\n")) == {"/": P}
    assert outcomes(host(root, LUKS, targets="crypt cipher_null-ecb sda2_crypt\n")) == {"/": F}
    assert outcomes(host(root, LUKS, targets="linear 8:2 sda2_crypt\n")) == {"/": W}


def test_a_cache_on_a_plain_disk_uncovers_what_lies_behind_it() -> None:
    devices = (
        disk("sda", "8:0")
        + disk("nvme0n1", "259:0")
        + crypt("dm-0", "254:0", "a_crypt", "sda")
        + device("bcache0", "252:0", 400 * GIB, slaves=["dm-0", "nvme0n1"])
    )

    assert outcomes(host(mount("252:0", "/", "ext4", "/dev/bcache0"), devices)) == {"/": F}


def zfs_of(encryption: str, vdev: str = "/dev/sda2") -> str:
    return (
        f"rpool\tencryption\toff\nrpool\ttype\tfilesystem\nrpool/root\tencryption\t{encryption}\n"
        f"rpool/root\ttype\tfilesystem\nrpool/swap\tencryption\toff\nrpool/swap\ttype\tvolume\n"
        f"group rpool\ngroup mirror-0\ndisk {vdev}\n"
    )


def test_zfs_is_judged_by_its_dataset_or_by_the_disks_of_its_pool() -> None:
    root = mount("0:26", "/", "zfs", "rpool/root")

    assert outcomes(host(root, SDA, zfs=zfs_of("aes-256-gcm"))) == {"/": P}
    assert outcomes(host(root, SDA, zfs=zfs_of("off"))) == {"/": F}
    assert outcomes(host(root, LUKS, zfs=zfs_of("off", "/dev/dm-0"))) == {"/": P}
    assert outcomes(host(root, SDA)) == {"/": Q}, "without the tools of ZFS nothing is known"


def test_a_plain_swap_volume_beside_an_encrypted_zfs_root_is_found() -> None:
    zvol = device("zd0", "230:0", 8 * GIB)
    box = host(
        mount("0:26", "/", "zfs", "rpool/root"),
        SDA + zvol,
        zfs=zfs_of("aes-256-gcm"),
        swaps="swap=partition /dev/zd0\n",
        kind=LAPTOP,
    )

    assert outcomes(box, SWAP) == {"/dev/zd0": F}


def test_plain_root_beside_encrypted_homes_is_a_warning() -> None:
    home = mount("254:0", "/home", "ext4", "/dev/mapper/h")
    devices = SDA + part("sda3", "8:3") + crypt("dm-0", "254:0", "h", "sda3")
    data = mount("8:3", "/data", "ext4", "/dev/sda3")

    assert outcomes(host(ROOT + home, devices, kind=LAPTOP)) == {"/": W, "/home": P}
    assert outcomes(host(ROOT + home + data, devices, kind=LAPTOP)) == {"/": F, "/home": P, "/data": F}


def test_an_encrypted_data_disk_spares_the_root_of_a_server_not_of_a_laptop() -> None:
    srv = mount("254:0", "/srv", "ext4", "/dev/mapper/h")
    devices = SDA + part("sda3", "8:3") + crypt("dm-0", "254:0", "h", "sda3")

    assert outcomes(host(ROOT + srv, devices)) == {"/": W, "/srv": P}
    assert outcomes(host(ROOT + srv, devices, kind=LAPTOP)) == {"/": F, "/srv": P}


def test_an_encrypted_home_folder_or_nas_share_on_a_plain_disk_is_a_warning() -> None:
    own = mount("0:60", "/home/an", "ecryptfs", "/home/.ecryptfs/an/.Private")
    vault = mount("0:61", "/home/an/Vault", "fuse.gocryptfs", "/home/an/.vault")
    share = mount("0:62", "/volume1/finance", "ecryptfs", "/volume1/@finance@")
    volume1 = mount("8:2", "/volume1", "ext4", "/dev/sda2")

    assert outcomes(host(ROOT + own, SDA, kind=LAPTOP)) == {"/": W}
    assert outcomes(host(ROOT + vault, SDA, kind=LAPTOP)) == {"/": F}, "one folder is not the home"
    assert outcomes(host(ROOT_LV + volume1 + share, ON_LUKS)) == {"/": P, "/volume1": W}


def test_a_plain_log_partition_is_a_warning() -> None:
    assert outcomes(host(ROOT_LV + mount("8:1", "/var/log", "ext4", "/dev/sda1"), ON_LUKS)) == {"/": P, "/var/log": W}


@pytest.mark.parametrize(("megabytes", "outcome"), [(1023, W), (1024, F)])
def test_a_plain_data_disk_under_one_gigabyte_is_a_warning(megabytes: int, outcome: Outcome) -> None:
    devices = ON_LUKS + device("sdb", "8:16", megabytes * 2048, f"{PCI}/sdb")

    assert outcomes(host(ROOT_LV + mount("8:16", "/data", "ext4", "/dev/sdb"), devices))["/data"] is outcome


USB = "/sys/devices/pci0000:00/0000:00:14.0/usb2/2-1/2-1:1.0/host6/target6:0:0/6:0:0:0/block"


@pytest.mark.parametrize("removable", [0, 1])
def test_a_plain_disk_on_usb_is_a_warning_and_an_encrypted_one_passes(removable: int) -> None:
    stick = device("sdb", "8:16", 900 * GIB, f"{USB}/sdb", removable=removable)
    stick += device("sdb1", "8:17", 899 * GIB, f"{USB}/sdb/sdb1", partition="1")
    devices = ON_LUKS + stick + crypt("dm-5", "254:5", "stick", "sdb1")

    plain = judged(host(ROOT_LV + mount("8:17", "/media/an/BACKUP", "fuseblk", "/dev/sdb1"), devices))
    sealed = outcomes(host(ROOT_LV + mount("254:5", "/media/an/BACKUP", "ext4", "/dev/mapper/stick"), devices))

    assert plain["/media/an/BACKUP"].outcome is W
    assert "taken along" in str(plain["/media/an/BACKUP"].found)
    assert sealed["/media/an/BACKUP"] is P


def test_a_system_that_starts_from_usb_is_judged_as_a_system() -> None:
    stick = device("sdb", "8:16", 60 * GIB, f"{USB}/sdb", removable=1)

    assert outcomes(host(mount("8:16", "/", "ext4", "/dev/sdb"), stick)) == {"/": F}


def test_snaps_and_cds_do_not_count() -> None:
    images = mount("7:0", "/snap/core22/1", "squashfs", "/dev/loop0") + mount(
        "11:0", "/media/cd", "iso9660", "/dev/sr0"
    )
    devices = ON_LUKS + device("loop0", "7:0", 1000, backing="/var/lib/snapd/snaps/core22_1.snap")

    assert outcomes(host(ROOT_LV + images, devices)) == {"/": P}


def test_a_writable_image_file_is_as_safe_as_the_file_system_it_lies_on() -> None:
    loop = mount("7:0", "/srv/image", "ext4", "/dev/loop0")
    devices = device("loop0", "7:0", 4 * GIB, backing="/var/images/a.img")

    assert outcomes(host(ROOT_LV + loop, ON_LUKS + devices)) == {"/": P, "/srv/image": P}
    assert outcomes(host(ROOT + loop, SDA + devices)) == {"/": F, "/srv/image": F}


def test_a_virtual_machine_is_sent_to_the_layer_of_its_host() -> None:
    finding = judged(host(ROOT, SDA, kind=GUEST))["/"]

    assert (finding.outcome, finding.severity) == (W, Severity.LOW)
    assert outcomes(host(ROOT_LV, ON_LUKS, kind=GUEST)) == {"/": P}


def test_an_overlay_root_and_a_container_have_nothing_to_judge() -> None:
    overlay = mount("0:45", "/", "overlay", "overlay", options="rw upperdir=/var/lib/docker/overlay2/a/diff")
    pieces = mount("8:2", "/etc/hosts", "ext4", "/dev/sda2", inside="/var/lib/docker/containers/a/hosts")

    for box in (
        host(overlay + pieces, SDA),
        host(ROOT, SDA, kind=CONTAINER, pid1="nginx"),
        host(ROOT, SDA, kind=CONTAINER, pid1="nginx", swaps="swap=partition /dev/sda1\n"),
    ):
        finding = judged(box)[""]
        assert (finding.outcome, finding.reason) == (Q, Reason.NOTHING_TO_JUDGE)


def test_a_container_with_its_own_init_is_judged_like_a_host() -> None:
    assert outcomes(host(ROOT, SDA, kind="container=lxc\n", pid1="systemd")) == {"/": F}


def test_a_diskless_machine_is_not_applicable_with_what_was_seen() -> None:
    finding = judged(host(mount("0:30", "/", "nfs4", "server:/roots/a") + mount("0:24", "/run", "tmpfs", "tmpfs")))[""]

    assert finding.outcome is N
    assert "nfs4" in str(finding.found)


def test_a_device_that_cannot_be_followed_is_not_assessed_beside_the_others() -> None:
    replicated = mount("147:0", "/srv", "ext4", "/dev/drbd0")
    gone = mount("8:99", "/data", "ext4", "/dev/sdg3")

    found = judged(host(ROOT_LV + replicated + gone, ON_LUKS + device("drbd0", "147:0", 10 * GIB)))

    assert {name: item.outcome for name, item in found.items()} == {"/": P, "/srv": Q, "/data": Q}
    assert "/dev/drbd0" in str(found["/srv"].found)


def test_bind_mounts_are_no_parts_of_their_own() -> None:
    bound = mount("8:2", "/var/lib/x", "ext4", "/dev/sda2", inside="/srv/x")

    assert outcomes(host(ROOT + bound, SDA)) == {"/": F}


def test_unreadable_sysfs_and_cut_answers_are_not_assessed() -> None:
    cut = recording(
        *(a for a in host(ROOT_LV, ON_LUKS).answers.values() if a.question != MOUNTS), answered(MOUNTS, ROOT_LV)
    )
    denied = recording(
        *(a for a in host(ROOT_LV, ON_LUKS).answers.values() if a.question != BLOCK),
        answered(BLOCK, code=1, err="ls: /sys/class/block: No such file or directory"),
    )
    half = recording(
        *(a for a in host(ROOT_LV, ON_LUKS).answers.values() if a.question != BLOCK),
        answered(BLOCK, ON_LUKS + "swaps=\nswap=Type Filename\n"),
    )

    for box in (cut, denied, half):
        assert outcomes(box) == {"": Q}
        assert outcomes(box, SWAP) == {"": Q}


# ---- swap --------------------------------------------------------------------------------------

PLAIN_LV = SDA + part("sda3", "8:3", 8 * GIB)
PLAIN_SWAP = "swap=partition /dev/sda3\n"
CRYPT_ROOT = mount("254:0", "/", "ext4", "/dev/mapper/sda2_crypt")


@pytest.mark.parametrize(("kind", "outcome"), [(LAPTOP, F), (SERVER, W), (GUEST, W), ("desktop=yes\n", F)])
def test_plain_swap_beside_an_encrypted_root(kind: str, outcome: Outcome) -> None:
    box = host(CRYPT_ROOT, LUKS + part("sda3", "8:3", 8 * GIB), swaps=PLAIN_SWAP, kind=kind)

    assert outcomes(box, SWAP) == {"/dev/sda3": outcome}


def test_no_swap_is_not_applicable_because_the_list_was_read() -> None:
    assert outcomes(host(CRYPT_ROOT, LUKS), SWAP) == {"": N}


def test_zram_is_memory_unless_it_writes_to_a_plain_disk() -> None:
    zram = device("zram0", "253:0", 8 * GIB)
    writes = device("zram0", "253:0", 8 * GIB, backing="/dev/sda3")
    swaps = "swap=partition /dev/zram0\n"

    assert outcomes(host(CRYPT_ROOT, PLAIN_LV + zram, swaps=swaps, kind=LAPTOP), SWAP) == {"/dev/zram0": P}
    assert outcomes(host(CRYPT_ROOT, PLAIN_LV + writes, swaps=swaps, kind=LAPTOP), SWAP) == {"/dev/zram0": F}


def test_a_swap_file_is_as_safe_as_its_file_system() -> None:
    swaps = "swap=file /swap.img\n"

    assert outcomes(host(CRYPT_ROOT, LUKS, swaps=swaps, kind=LAPTOP), SWAP) == {"/swap.img": P}
    assert outcomes(host(ROOT, SDA, swaps=swaps, kind=LAPTOP), SWAP) == {"/swap.img": F}


def test_a_swap_device_is_called_by_the_name_that_survives_a_restart() -> None:
    devices = PLAIN_LV + crypt("dm-7", "254:7", "cryptswap", "sda3", uuid="PLAIN")

    found = outcomes(host(ROOT, devices, swaps="swap=partition /dev/dm-7\n", kind=LAPTOP), SWAP)

    assert found == {"/dev/mapper/cryptswap": P}


def test_swap_of_a_kind_that_is_not_known_is_not_assessed() -> None:
    assert outcomes(host(ROOT, SDA, swaps="swap=virtual none\n"), SWAP) == {"none": Q}


# ---- the questions themselves, put to this machine ----------------------------------------------

SHELLS = [["dash"], ["bash", "--posix"], ["busybox", "sh"], ["mksh"]]


def put(question: Question, shell: list[str], *, nobody: bool) -> subprocess.CompletedProcess[bytes]:
    drop = ["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups"] if nobody else []
    setting = {"LC_ALL": "C", "TZ": "UTC0", "PATH": os.environ["PATH"] + ":/usr/sbin:/sbin"}
    return subprocess.run([*drop, *shell, "-s"], input=question.text.encode(), capture_output=True, env=setting)


@pytest.mark.parametrize("shell", SHELLS, ids=lambda words: words[0])
@pytest.mark.parametrize("nobody", [False, True], ids=["as we are", "as nobody"])
def test_the_readers_read_what_every_shell_prints_here(shell: list[str], nobody: bool) -> None:
    if shutil.which(shell[0]) is None:
        pytest.skip(f"{shell[0]} is not on this machine")
    if nobody and os.geteuid() != 0:
        pytest.skip("only root can become nobody")
    answers = []
    for question in (MOUNTS, BLOCK, ZFS, DM_TARGETS):
        ran = put(question, shell, nobody=nobody)
        assert ran.returncode == 0, ran.stderr
        answers.append(answered(question, ran.stdout, err=ran.stderr.decode()))
    box = recording(*answers)

    root = fact(Mounts, box).over("/")

    assert root is not None
    volumes = fact(Storage, box).volumes
    assert root.kind == "overlay" or root.point in {point for volume in volumes for point in volume.points}
