"""ENC-LNX-003, ENC-LNX-004. Headers are made and read by the real cryptsetup, on files and loop devices.

This kernel has no device-mapper: what sysfs, dmsetup and ZFS show of it is written after their documentation.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from nis2scan.api import Answer, Finding, Outcome, Question, Reason, Recording, Status
from nis2scan.facts.linux.block import BLOCK, DM_TARGETS
from nis2scan.facts.linux.luks import HEADERS, LuksHeaders, Token
from nis2scan.facts.linux.mounts import MOUNTS
from nis2scan.facts.linux.storage import ZFS
from nis2scan.facts.linux.system import MACHINE, OS_RELEASE
from nis2scan.facts.linux.unlocking import KEYS, ZFS_KEYS
from nis2scan.testing import answered, fact, findings, recording

UNLOCKING, STRENGTH = "encryption/self-unlocking", "encryption/encryption-strength"
P, W, F, N, Q = Outcome.PASS, Outcome.WARN, Outcome.FAIL, Outcome.NOT_APPLICABLE, Outcome.NOT_ASSESSED
SHELLS = [["dash"], ["bash", "--posix"], ["busybox", "sh"], ["mksh"]]
needs_root = pytest.mark.skipif(os.name != "posix" or os.geteuid() != 0, reason="only as root: needs namespaces")

# ---- headers -----------------------------------------------------------------------------------

FAST = ["--pbkdf-force-iterations", "1000"]
ARGON = ["--pbkdf", "argon2id", "--pbkdf-memory", "32", "--pbkdf-force-iterations", "4", "--pbkdf-parallel", "1"]
ARGON_I = ["--pbkdf", "argon2i", *ARGON[2:]]
PBKDF2 = ["--pbkdf", "pbkdf2", *FAST]
XTS, CBC = ["--cipher", "aes-xts-plain64", "-s", "512"], ["--cipher", "aes-cbc-essiv:sha256", "-s", "256"]
PREDICTABLE, OPEN_MODE = ["--cipher", "aes-cbc-plain", "-s", "256"], ["--cipher", "aes-ecb", "-s", "256"]


class Volume:
    """A file with a LUKS header."""

    def __init__(self, file: Path, *options: str) -> None:
        self.file = file
        with file.open("wb") as image:
            image.truncate(24 * 1024 * 1024)
        self.run("luksFormat", "-q", *options, str(file), "-", given="first")

    def run(self, *words: str, given: str = "") -> None:
        subprocess.run(["cryptsetup", *words], input=given.encode(), check=True, capture_output=True, timeout=60)

    def more(self, *options: str) -> Volume:
        """A second passphrase."""
        first, second = self.file.with_suffix(".first"), self.file.with_suffix(".second")
        first.write_text("first")
        second.write_text("second")
        self.run("luksAddKey", "-q", "--key-file", str(first), *options, str(self.file), str(second))
        return self

    def token(self, kind: str, slot: str, **values: object) -> Volume:
        note = self.file.with_suffix(".json")
        note.write_text(json.dumps({"type": kind, "keyslots": [slot], **values}))
        self.run("token", "import", "--json-file", str(note), str(self.file))
        return self

    def shown(self, name: str = "data", shell: tuple[str, ...] = ("sh",), sed: str = "sed") -> str:
        """What the question sends of this header: its own filter over the real luksDump."""
        chosen = HEADERS.text[HEADERS.text.index("sed -n") : HEADERS.text.index("\n  done")].replace("sed", sed, 1)
        text = f"cryptsetup luksDump --disable-locks {self.file} | {chosen}"
        done = subprocess.run([*shell], input=text, capture_output=True, text=True, check=True, timeout=30)
        return f"device={name}\n{done.stdout}"


@pytest.fixture
def made(tmp_path: Path) -> Callable[..., Volume]:
    def make(*options: str) -> Volume:
        return Volume(tmp_path / f"{len(list(tmp_path.iterdir()))}.img", *options)

    return make


TPM = {"tpm2-blob": "AAAA", "tpm2-pcrs": [7], "tpm2-pcr-bank": "sha256", "tpm2-primary-alg": "ecc"}
TPM |= {"tpm2-policy-hash": "00" * 32}


def sent(question: Question, out: str | Status) -> Answer:
    if isinstance(out, Status):
        return Answer(question, out)
    return answered(question, out, as_root=True)


SDA = "".join(
    f"device={name}\nnumber=8:{number}\nsectors=900000\nremovable=0\n{more}path=/sys/devices/pci0/block/{path}\n"
    for name, number, path, more in (
        ("sda", 0, "sda", ""),
        ("sda1", 1, "sda/sda1", "partition=1\n"),
        ("sda2", 2, "sda/sda2", "partition=2\n"),
        ("sda3", 3, "sda/sda3", "partition=3\n"),
    )
)


def crypt(name: str, number: int, kind: str = "LUKS2", below: str = "sda2") -> str:
    return (
        f"device=dm-{number}\nnumber=254:{number}\nsectors=800000\nremovable=0\nuuid=CRYPT-{kind}-5e9f-{name}\n"
        f"dm_name={name}\npath=/sys/devices/virtual/block/dm-{number}\nslave={below}\n"
    )


def mount(number: str, point: str, kind: str = "ext4", source: str = "/dev/x") -> str:
    return f"30 1 {number} / {point} rw,relatime shared:1 - {kind} {source} rw\n"


ROOT, BOOT = mount("254:0", "/"), mount("8:1", "/boot")
RUN = mount("0:24", "/run", "tmpfs", "tmpfs")


def host(
    *,
    devices: str = crypt("root", 0),
    mounts: str = ROOT + BOOT + RUN,
    keys: str | Status = "",
    headers: str | Status = "",
    targets: str | Status = "",
    zfs: str | Status = "",
    zfs_keys: str | Status = "unused\n",
    machine: str = "pid1=systemd\n",
    as_root: bool = True,
) -> Recording:
    told = Answer(KEYS, keys) if isinstance(keys, Status) else answered(KEYS, f"{keys}end=\n", as_root=as_root)
    return recording(
        answered(OS_RELEASE, "ID=debian\n"),
        answered(MACHINE, f"kernel=6.1\n{machine}now=1700000000\n"),
        answered(MOUNTS, mounts + "end\n"),
        answered(BLOCK, f"{SDA}{devices}swaps=\nswap=Type Filename\nend=\n"),
        sent(DM_TARGETS, targets),
        sent(HEADERS, headers if isinstance(headers, Status) else f"{headers}end=\n"),
        sent(ZFS, zfs),
        sent(ZFS_KEYS, zfs_keys),
        told,
    )


def judged(check: str, box: Recording) -> dict[str, Finding]:
    return {item.subject.removeprefix("/dev/mapper/"): item for item in findings(check, box)}


def outcomes(check: str, box: Recording) -> dict[str, Outcome]:
    return {name: item.outcome for name, item in judged(check, box).items()}


def one(check: str, box: Recording) -> Outcome:
    (outcome,) = outcomes(check, box).values()
    return outcome


# ---- strength ----------------------------------------------------------------------------------

TWO, ONE = ["--type", "luks2"], ["--type", "luks1"]


@pytest.mark.parametrize(
    ("options", "outcome"),
    [
        ([*TWO, *XTS, *ARGON], P),
        ([*TWO, *XTS, *ARGON_I], P),
        ([*TWO, *XTS[:-1], "256", *ARGON], P),
        ([*TWO, *XTS, *PBKDF2], W),
        ([*ONE, *XTS, *FAST], W),
        ([*TWO, *CBC, *ARGON], W),
        ([*ONE, *CBC, *FAST], W),
        ([*TWO, *PREDICTABLE, *ARGON], F),
        ([*ONE, *PREDICTABLE, *FAST], F),
        ([*ONE, *OPEN_MODE, *FAST], F),
    ],
)
def test_headers_that_cryptsetup_made(options: list[str], outcome: Outcome, made: Callable[..., Volume]) -> None:
    assert outcomes(STRENGTH, host(headers=made(*options).shown("root"))) == {"root": outcome}


def test_one_slow_passphrase_beside_a_fast_one_is_a_warning_unless_a_token_holds_it(
    made: Callable[..., Volume],
) -> None:
    volume = made(*TWO, *XTS, *ARGON).more(*PBKDF2)
    bare = volume.shown("root")
    held = volume.token("systemd-tpm2", "1", **TPM).shown("root")

    assert outcomes(STRENGTH, host(headers=bare)) == {"root": W}
    assert outcomes(STRENGTH, host(headers=held)) == {"root": P}


def test_a_cipher_that_encrypts_nothing_fails_whatever_the_header(made: Callable[..., Volume]) -> None:
    """This kernel cannot make such a header (`reencrypt` that failed leaves one): the word is put in its place."""
    shown = made(*TWO, *XTS, *ARGON).shown("root")

    assert one(STRENGTH, host(headers=shown.replace("cipher: aes-xts-plain64", "cipher: cipher_null-ecb"))) is F
    assert one(STRENGTH, host(headers=shown.replace("cipher: aes-xts-plain64", "cipher: (no SW encryption)"))) is W
    assert one(STRENGTH, host(headers=shown.replace("\tcipher: aes-xts-plain64\n", ""))) is W


def test_a_header_that_was_cut_or_not_read_is_not_assessed(made: Callable[..., Volume]) -> None:
    for options in ([*TWO, *XTS, *ARGON], [*ONE, *XTS, *FAST]):
        lines = made(*options).shown("root").splitlines(keepends=True)
        assert {one(STRENGTH, host(headers="".join(lines[:end]))) for end in range(len(lines) - 1)} == {Q}
    denied = judged(STRENGTH, host(headers=Status.DENIED))["root"]
    assert (denied.outcome, denied.reason) == (Q, Reason.NO_PRIVILEGE)
    box = host(headers="")
    cut = recording(
        *(item for item in box.answers.values() if item.question != HEADERS), answered(HEADERS, "device=root")
    )
    assert one(STRENGTH, cut) is Q


def test_one_header_that_is_not_read_does_not_hide_the_others(made: Callable[..., Volume]) -> None:
    devices = crypt("root", 0) + crypt("apart", 1, below="sda3") + crypt("win", 2, "BITLK", below="sda3")

    found = outcomes(STRENGTH, host(devices=devices, headers=made(*TWO, *XTS, *ARGON).shown("root") + "device=apart\n"))

    assert found == {"root": P, "apart": Q, "win": Q}


@pytest.mark.parametrize(
    ("entry", "target", "outcome"),
    [
        ("key=/dev/urandom\n", "aes-xts-plain64", P),
        ("key=/dev/urandom\n", "aes-cbc-essiv:sha256", W),
        ("key=/dev/urandom\n", "cipher_null-ecb", F),
        ("", "aes-xts-plain64", F),  # ripemd160 is what cryptsetup took where none was named
        ("option=hash=sha256\n", "aes-xts-plain64", W),
        ("option=hash=plain\n", "aes-xts-plain64", F),
        ("key=/etc/keys/swap\n", "aes-xts-plain64", W),
        ("key=/dev/urandom\n", "", Q),
    ],
)
def test_volumes_without_a_header(entry: str, target: str, outcome: Outcome) -> None:
    targets = f"crypt {target} swap\n" if target else Status.DENIED
    box = host(devices=crypt("swap", 1, "PLAIN"), targets=targets, keys=f"entry=swap\n{entry}open=swap\n")

    assert outcomes(STRENGTH, box) == {"swap": outcome}


def pool(cipher: str) -> str:
    return f"tank\tencryption\toff\ntank\ttype\tfilesystem\ntank/home\tencryption\t{cipher}\ndisk /dev/sda3\nend\n"


@pytest.mark.parametrize(("cipher", "outcome"), [("aes-256-gcm", P), ("aes-128-ccm", P), ("rot13", W), ("off", N)])
def test_zfs_is_judged_by_its_pool(cipher: str, outcome: Outcome) -> None:
    assert one(STRENGTH, host(devices="", zfs=pool(cipher))) is outcome


@pytest.mark.parametrize("check", [UNLOCKING, STRENGTH])
def test_nothing_encrypted_is_not_applicable_only_where_that_was_seen(check: str) -> None:
    assert one(check, host(devices="")) is N
    assert one(check, host(devices="", zfs=Status.TIMEOUT, zfs_keys=Status.TIMEOUT)) is Q
    assert one(check, host(machine="pid1=nginx\ncontainer=docker\n", keys=Status.DENIED)) is N
    box = host()
    blind = recording(*(item for item in box.answers.values() if item.question != BLOCK), Answer(BLOCK, Status.ERROR))
    assert one(check, blind) is Q


# ---- who opens it ------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def plain_header(tmp_path_factory: pytest.TempPathFactory) -> str:
    return Volume(tmp_path_factory.mktemp("luks") / "plain.img", *TWO, *XTS, *ARGON).shown("root")


DATA = crypt("root", 0) + crypt("data", 1, below="sda3")


@pytest.mark.parametrize(
    ("entry", "general", "mounts", "outcome"),
    [
        ("", "", "", P),
        ("key=/boot/data.key\n", "", "", F),
        ("key=/etc/keys/data.key\n", "", "", P),  # on the encrypted root
        ("key=/media/stick/data.key\n", "", mount("8:3", "/media/stick", "vfat"), F),
        ("key=/run/data.key\n", "", "", Q),
        ("key=/data.key:LABEL=stick\n", "", "", W),
        ("key=/dev/sdb\n", "", "", W),
        ("key=/dev/urandom\n", "", "", P),
        ("key=other\n", "", "", Q),
        ("option=keyscript=/lib/cryptsetup/scripts/decrypt_keyctl\nkey=data\n", "", "", P),
        ("option=keyscript=/lib/cryptsetup/scripts/passdev\n", "", "", W),
        ("option=keyscript=/usr/local/sbin/fetch\n", "", "", Q),
        ("key=/mnt/inside.key\n", "", mount("254:1", "/mnt"), W),  # lies on itself
        ("key=/mnt/inside.key\n", "packed=yes\n", mount("254:1", "/mnt"), F),
        ("", "asked=cryptkey=rootfs:/key\n", "", F),
        ("", "asked=rd.luks.key=/key\n", "", F),
        ("", "asked=rd.luks.key=/key:LABEL=stick\n", "", W),
    ],
)
def test_a_key_file_is_as_safe_as_the_place_where_it_lies(
    entry: str, general: str, mounts: str, outcome: Outcome, plain_header: str
) -> None:
    headers = plain_header + plain_header.replace("device=root", "device=data")
    keys = f"entry=data\n{entry}{general}open=root\nopen=data\n"

    found = outcomes(UNLOCKING, host(devices=DATA, keys=keys, headers=headers, mounts=ROOT + BOOT + RUN + mounts))

    assert found["data"] is outcome
    assert found["root"] is (outcome if "asked" in general else P)


def test_a_root_whose_key_lies_on_itself_is_judged_by_its_boot_partition(plain_header: str) -> None:
    keys = "entry=root\nkey=/etc/keys/root.key\nopen=root\n"
    packed, image = keys + "packed=yes\n", keys + "packed=yes\nimage=yes\n"

    for told, mounts, as_root, outcome in (
        (keys, ROOT + BOOT, True, W),
        (packed, ROOT + BOOT, True, F),
        (packed, ROOT, True, P),  # /boot is encrypted: GRUB asks
        (image, ROOT, True, F),  # the kernel with its files is one image on the EFI partition
        (packed, ROOT, False, Q),  # only root sees into the EFI partition
    ):
        box = host(keys=told, mounts=mounts, headers=plain_header, as_root=as_root)
        assert outcomes(UNLOCKING, box) == {"root": outcome}, (told, mounts)


def test_a_key_in_the_folder_that_systemd_looks_into_counts(plain_header: str) -> None:
    lies = "open=root\nown=/etc/cryptsetup-keys.d/root.key\n"

    assert one(UNLOCKING, host(keys=lies, headers=plain_header)) is W
    assert one(UNLOCKING, host(keys=lies + "packed=yes\n", headers=plain_header)) is F
    assert one(UNLOCKING, host(keys="open=root\nclosed=yes\n", headers=plain_header)) is Q


@pytest.mark.parametrize(
    ("kind", "values", "outcome"),
    [
        ("systemd-tpm2", {**TPM, "tpm2-pin": True}, P),
        ("systemd-tpm2", {**TPM, "tpm2-pin": False}, W),
        ("clevis", {"jwe": {}}, W),
        ("systemd-fido2", {"fido2-credential": "AAAA", "fido2-salt": "AAAA", "fido2-rp": "io.systemd.cryptsetup"}, P),
        ("systemd-recovery", {}, P),
        ("of-somebody", {}, Q),
    ],
)
def test_tokens_that_the_header_holds(
    kind: str, values: dict[str, object], outcome: Outcome, made: Callable[..., Volume]
) -> None:
    shown = made(*TWO, *XTS, *ARGON).more(*PBKDF2).token(kind, "1", **values).shown("root")

    assert f"{kind}\n" in shown
    assert outcomes(UNLOCKING, host(headers=shown, keys="open=root\n")) == {"root": outcome}
    assert outcomes(UNLOCKING, host(headers=shown.replace("\ttpm2-pin:", "\tx:"), keys="open=root\n")) == {
        "root": W if kind == "systemd-tpm2" else outcome
    }


def test_without_root_only_luks_1_can_be_told_and_not_where_clevis_is(made: Callable[..., Volume]) -> None:
    first = crypt("root", 0, "LUKS1")
    hidden = judged(UNLOCKING, host(headers=Status.DENIED, keys="open=root\n", as_root=False))["root"]

    assert (hidden.outcome, hidden.reason) == (Q, Reason.NO_PRIVILEGE)
    missing = judged(UNLOCKING, host(headers=Status.MISSING, keys="open=root\n"))["root"]
    assert (missing.outcome, missing.reason) == (Q, Reason.UNSUPPORTED_PLATFORM)
    assert one(UNLOCKING, host(devices=first, headers=Status.DENIED, keys="open=root\n", as_root=False)) is P
    assert one(UNLOCKING, host(devices=first, keys="open=root\nclevis=yes\n")) is Q
    box = host(headers=Status.DENIED, keys="entry=root\noption=tpm2-device\nopen=root\n", as_root=False)
    assert one(UNLOCKING, box) is W, "the TPM is named in crypttab"
    box = host(headers=Status.DENIED, keys="entry=root\nkey=/boot/a.key\nopen=root\n", as_root=False)
    assert one(UNLOCKING, box) is F, "what is seen is told all the same"
    assert made(*ONE, *XTS, *FAST).shown("root").startswith("device=root\nVersion:")


@pytest.mark.parametrize(
    ("place", "outcome"),
    [("prompt", P), ("file:///boot/tank.key", F), ("file:///etc/tank.key", P), ("https://keys.example/tank", W)],
)
def test_keys_of_zfs(place: str, outcome: Outcome, plain_header: str) -> None:
    """Written after zfsprops(7)."""
    keys = f"tank\tnone\ntank/home\t{place}\ntank/home/an\tnone\nend\n"

    found = outcomes(UNLOCKING, host(headers=plain_header, keys="open=root\n", zfs_keys=keys))

    assert found == {"root": P, "tank/home": outcome}


def test_a_list_of_keys_that_was_cut_is_not_judged(plain_header: str) -> None:
    box = host(headers=plain_header)
    for told in (answered(KEYS, "open=root\n"), answered(KEYS, "what\nend=\n"), Answer(KEYS, Status.DENIED)):
        rest = (item for item in box.answers.values() if item.question != KEYS)
        assert one(UNLOCKING, recording(*rest, told)) is Q


# ---- the questions themselves ------------------------------------------------------------------


def asked(question: Question, shell: list[str], setup: str, *more: str) -> subprocess.CompletedProcess[str]:
    """The question, put where /etc and the list of block devices are what the set-up made of them."""
    made = "mount -t tmpfs none /sys/class/block; mkdir -p /sys/class/block/dm-0/dm /sys/class/block/dm-0/slaves"
    script = f"{made}; cd /sys/class/block/dm-0; {setup}; cd /; exec {' '.join([*more, *shell])} -s"
    setting = {"LC_ALL": "C", "TZ": "UTC0", "PATH": "/usr/sbin:/usr/bin:/sbin:/bin"}
    command = ["unshare", "--mount", "sh", "-ec", script]
    return subprocess.run(command, input=question.text, capture_output=True, text=True, env=setting, timeout=60)


def there(shell: list[str]) -> list[str]:
    if shutil.which(shell[0]) is None:
        pytest.skip(f"{shell[0]} is not on this machine")
    return shell


NAMED = "echo CRYPT-LUKS2-5e9f-data > dm/uuid; echo data > dm/name"
CRYPTTAB = """# name device key options
data UUID=1 /etc/keys/link luks,discard

swap /dev/sda3 /dev/urandom swap,cipher=aes-xts-plain64,size=512
chip UUID=2 none tpm2-device=auto,pkcs11-uri=pkcs11:pin-value=1234,keyscript=/lib/x
last UUID=3 secret luks"""


@needs_root
@pytest.mark.parametrize("shell", SHELLS, ids=lambda words: words[0])
def test_the_list_of_keys_in_every_shell(shell: list[str]) -> None:
    setup = f"""{NAMED}; mount -t tmpfs none /etc; mkdir -p /etc/keys /etc/cryptsetup-keys.d /etc/cryptsetup-initramfs
    printf %s '{CRYPTTAB}' > /etc/crypttab; ln -s /boot/data.key /etc/keys/link; : > /etc/cryptsetup-keys.d/data.key
    echo 'KEYFILE_PATTERN="/etc/keys/*.key"' > /etc/cryptsetup-initramfs/conf-hook"""

    done = asked(KEYS, there(shell), setup)

    assert done.stderr == ""
    assert done.stdout == (
        "entry=data\nkey=/boot/data.key\noption=luks\noption=discard\n"
        "entry=swap\nkey=/dev/urandom\noption=swap\noption=cipher\noption=size\n"
        "entry=chip\noption=tpm2-device\noption=pkcs11-uri\noption=keyscript=/lib/x\n"
        "entry=last\nkey=other\noption=luks\n"
        "open=data\nown=/etc/cryptsetup-keys.d/data.key\npacked=yes\nend=\n"
    )


@needs_root
@pytest.mark.parametrize("shell", SHELLS, ids=lambda words: words[0])
def test_files_that_pack_no_key_and_a_crypttab_that_cannot_be_read(shell: list[str]) -> None:
    setup = """mount -t tmpfs none /etc; mkdir -p /etc/cryptsetup-initramfs; echo 'FILES=()' > /etc/mkinitcpio.conf
    printf '%s\\n' '#KEYFILE_PATTERN=/x' KEYFILE_PATTERN= > /etc/cryptsetup-initramfs/conf-hook; chmod 755 /etc"""
    nobody = ("setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups")

    assert asked(KEYS, there(shell), setup).stdout == "end=\n"
    shut = asked(KEYS, shell, f"{setup}; echo 'a b c' > /etc/crypttab; chmod 600 /etc/crypttab", *nobody)
    assert (shut.returncode, shut.stdout) == (1, "")


@needs_root
@pytest.mark.parametrize("shell", SHELLS, ids=lambda words: words[0])
def test_the_question_reads_the_header_of_a_device_and_writes_nothing(
    shell: list[str], made: Callable[..., Volume], tmp_path: Path
) -> None:
    volume = made(*TWO, *XTS, *ARGON).more(*PBKDF2).token("systemd-tpm2", "1", **TPM, **{"tpm2-pin": False})
    loop = subprocess.run(
        ["losetup", "--find", "--show", str(volume.file)], capture_output=True, text=True, check=True
    ).stdout.strip()
    try:
        trace = tmp_path / "trace"
        watched = f"strace -f -qq -o {trace} -e trace=open,openat,mkdir,mkdirat,unlink,unlinkat,mknod,mknodat"
        done = asked(HEADERS, there(shell), f"{NAMED}; mkdir slaves/{Path(loop).name}", watched)
    finally:
        subprocess.run(["losetup", "--detach", loop], check=True)

    header = fact(LuksHeaders, recording(answered(HEADERS, done.stdout, as_root=True))).headers["data"]
    assert header.ciphers == (("aes-xts-plain64", 512),)
    assert dict(header.slots) == {"0": "argon2id", "1": "pbkdf2"}
    assert header.tokens == (Token("systemd-tpm2", ("1",), False),)
    assert "Salt" not in done.stdout
    changes = [
        line
        for line in trace.read_text().splitlines()
        if not line.endswith(")") and " = -1 " not in line
        if ("O_WRONLY" in line or "O_RDWR" in line or "O_CREAT" in line or "mkdir" in line or "unlink" in line)
        if '"/dev/null"' not in line and '"/dev/tty"' not in line
    ]
    assert changes == []


def test_where_no_volume_is_open_nothing_is_run() -> None:
    if any(Path("/sys/class/block").glob("dm-*")):
        pytest.skip("this machine has device-mapper volumes of its own")
    for shell in SHELLS:
        if shutil.which(shell[0]):
            done = subprocess.run([*shell, "-s"], input=HEADERS.text, capture_output=True, text=True, timeout=30)
            assert (done.stdout, done.stderr, done.returncode) == ("end=\n", "", 0)
