"""Two laptops with what no lab on this kernel can have: disks that are encrypted well or badly, or not at all.

Headers are made and read by the real cryptsetup. What is told of back-ups is what a host of the lab without one told.
The rest has the shape of the answers of real machines that the tests of each subject use.
"""

from __future__ import annotations

import json
import tempfile
from dataclasses import replace
from pathlib import Path

from nis2scan.api import SESSION, Answer, Question, Recording
from nis2scan.check import Check, Derivation, Need
from nis2scan.facts.linux.accounts import ACCOUNTS, SHADOW
from nis2scan.facts.linux.apt import APT
from nis2scan.facts.linux.block import BLOCK, DM_TARGETS
from nis2scan.facts.linux.held_back import HELD
from nis2scan.facts.linux.listeners import LISTENERS
from nis2scan.facts.linux.luks import HEADERS
from nis2scan.facts.linux.mounts import MOUNTS
from nis2scan.facts.linux.pam import PAM
from nis2scan.facts.linux.services import COMMS
from nis2scan.facts.linux.ssh_admins import SSHD_ADMINS
from nis2scan.facts.linux.ssh_keys import SSH_KEYS
from nis2scan.facts.linux.sshd import SSHD
from nis2scan.facts.linux.storage import ZFS
from nis2scan.facts.linux.sudo import RIGHTS
from nis2scan.facts.linux.system import MACHINE, OS_RELEASE
from nis2scan.facts.linux.unlocking import KEYS, ZFS_KEYS
from nis2scan.recording import from_bytes
from nis2scan.testing import NOON, answered, recording, rules
from tests.checks import test_encryption_more as disks
from tests.checks import test_mfa_more as logins
from tests.checks.test_updates_more import DEBIAN, DPKG, WAITING

RECORDINGS = Path(__file__).resolve().parents[1] / "recordings"
WITHOUT_BACKUP = RECORDINGS / "lab-planning.json"
NOW = int(NOON.timestamp())
LAPTOP = f"kernel=6.1.0-26-amd64\npid1=systemd\nvendor=LENOVO\nchassis=10\npower=Battery\nnow={NOW}\n"


def asked_for(*checks: str) -> set[Question]:
    """Every question from which these checks are judged."""
    every = rules()
    found: set[Question] = set()
    waiting: list[Check | Derivation] = [check for check in every.checks if check.id in checks]
    seen: set[Need] = set()
    while waiting:
        for need in waiting.pop().needs:
            if need in seen:
                continue
            seen.add(need)
            found |= {question for reader in every.readers_of.get(need.type, ()) for question in reader.questions}
            waiting += [every.derivation_of[need.type]] if need.type in every.derivation_of else []
    return found


def visit(ahead: int) -> Answer:
    """What the collector writes down of a visit to a host whose clock is so many seconds ahead."""
    said = {"platform": "linux", "vantage": "ssh", "user": "nis2scan", "uid": 1000, "root": True, "refusal": ""}
    times = {"sent": NOW, "hello": NOW + ahead, "hello_at": NOW + 0.4, "bye": NOW + ahead + 9, "bye_at": NOW + 9}
    return answered(SESSION, json.dumps(said | times))


def header(name: str, *options: str) -> str:
    with tempfile.TemporaryDirectory() as folder:
        return disks.Volume(Path(folder) / "volume.img", *options).shown(name)


def blocks(devices: str, swap: str) -> Answer:
    four = disks.SDA + "device=sda4\nnumber=8:4\nsectors=900000\nremovable=0\npartition=4\n"
    four += "path=/sys/devices/pci0/block/sda/sda4\n"
    return answered(BLOCK, f"{four}{devices}swaps=\nswap=Type Filename\nswap=partition {swap}\nend=\n")


def _no_backup() -> list[Answer]:
    """From a host of the lab: what it told of jobs, agents and copies, of which it has none."""
    there = from_bytes(WITHOUT_BACKUP.read_bytes())
    wanted = {question.id for question in asked_for("backup/no-stand-in") if "linux" in question.platforms}
    return [replace(answer, ms=1) for name, answer in there.answers.items() if name in wanted]


def ailing() -> Recording:
    """Its own disk is open and so is its swap; a weak volume opens with a key on the open disk; a fix is held back;
    an administrator gets in with a password; its clock is off; what it has for a back-up is a synchronised folder.
    """
    mounts = disks.mount("8:2", "/") + disks.BOOT + disks.RUN + disks.mount("254:0", "/srv/klanten")
    given = {
        OS_RELEASE: DEBIAN,
        MACHINE: LAPTOP,
        MOUNTS: mounts + "end\n",
        DM_TARGETS: "crypt aes-cbc-plain klanten\n",
        HEADERS: header("klanten", *disks.ONE, *disks.PREDICTABLE, *disks.FAST) + "end=\n",
        KEYS: "entry=klanten\nkey=/etc/keys/klanten.key\nopen=klanten\nend=\n",
        ZFS: "",
        ZFS_KEYS: "unused\n",
        HELD: f"held openssh-client\n{DPKG}==end\n",
        APT: WAITING,
        SSHD_ADMINS: logins.views(logins.PASSWORDS),
        SSH_KEYS: logins.keys(anna=logins.PLAIN),
        PAM: logins.DEBIAN_PAM,
        SHADOW: "root:locked\nanna:set\nbob:set\n==end\n",
        RIGHTS: logins.SUDO.format(more=""),
        LISTENERS: logins.SSH_LISTENS,
        ACCOUNTS: f"{logins.PASSWD}==groups\n{logins.GROUP}==end\n",
        SSHD: (logins.RECORDED / "sshd-password.txt").read_text(),
        COMMS: "systemd\nsshd\nnextcloud\n.\n",
    }
    answers = [answered(question, text, as_root=True) for question, text in given.items()]
    return recording(
        *_no_backup(),
        *answers,
        blocks(disks.crypt("klanten", 0, "LUKS1", "sda3"), "/dev/sda4"),
        visit(400),
        host="laptop-slecht",
    )


def healthy() -> Recording:
    """Everything lies in LUKS 2 that somebody opens; swap gets a new random key at every start."""
    given = {
        OS_RELEASE: DEBIAN,
        MACHINE: LAPTOP,
        MOUNTS: disks.ROOT + disks.BOOT + disks.RUN + "end\n",
        DM_TARGETS: "crypt aes-xts-plain64 root\ncrypt aes-xts-plain64 wissel\n",
        HEADERS: header("root", *disks.TWO, *disks.XTS, *disks.ARGON) + "end=\n",
        KEYS: "entry=root\noption=luks\nentry=wissel\nkey=/dev/urandom\noption=swap\nopen=root\nopen=wissel\nend=\n",
        ZFS: "",
        ZFS_KEYS: "unused\n",
    }
    answers = [answered(question, text, as_root=True) for question, text in given.items()]
    devices = disks.crypt("root", 0) + disks.crypt("wissel", 1, "PLAIN", "sda4")
    return recording(*answers, blocks(devices, "/dev/dm-1"), visit(0), host="laptop-goed")
