"""Faults in who gets in, in what is kept of it, and in where packages come from."""

from __future__ import annotations

import base64
import struct

from tests.lab.host import NETNS, Host
from tests.lab.run import run
from tests.lab.seeds import ago, sources, starts

LOCKED_AT = 3
PAM = """auth required pam_faillock.so preauth silent deny={deny} unlock_time=600
auth [success=1 default=ignore] pam_unix.so nullok
auth [default=die] pam_faillock.so authfail deny={deny} unlock_time=600
auth required pam_permit.so
"""


def no_clock(host: Host) -> None:
    """Nothing keeps the time."""
    starts(host, "/usr/sbin/cron", "/usr/sbin/rsyslogd")


def quiet_logons(host: Host) -> None:
    """sshd writes down nothing."""
    host.write("etc/ssh/sshd_config.d/00-quiet.conf", "LogLevel QUIET\n")


def open_log(host: Host) -> None:
    """Everybody may change the log of the logons."""
    host.write("var/log/auth.log", "", 0o666)


def root_over_ssh(host: Host) -> None:
    host.write("etc/ssh/sshd_config.d/00-a-root.conf", "PermitRootLogin yes\n")


def weak_key(host: Host) -> None:
    """A key of somebody that can be computed by now."""
    host.run("useradd", "--create-home", "--shell", "/bin/bash", "stagiair")
    file = host.place / "weak"
    run("ssh-keygen", "-q", "-t", "rsa", "-b", "1024", "-N", "", "-C", "stagiair", "-f", str(file))
    host.write("home/stagiair/.ssh/authorized_keys", file.with_suffix(".pub").read_text(), 0o600)
    host.run("chown", "-R", "stagiair:", "/home/stagiair/.ssh")


def held_back(host: Host, package: str) -> None:
    host.run("dpkg", "--set-selections", stdin=f"{package} hold\n")


def unsigned_source(host: Host) -> None:
    sources(host, "deb [trusted=yes] http://apt.leverancier.test/debian stable main\n")


def guessing_slowed(host: Host, deny: int = LOCKED_AT) -> None:
    """Passwords are allowed, and whoever guesses has to wait."""
    host.write("etc/pam.d/common-auth", PAM.format(deny=deny))
    host.write("etc/ssh/sshd_config.d/00-office.conf", "PasswordAuthentication yes\nPermitRootLogin no\n")


def forgotten_account(host: Host, days: float) -> None:
    """Somebody who left: the account is open, and was last used that long ago. A colleague was here two days ago."""
    log = bytearray()
    for name, number, idle in (("joost", 1500, days), ("karin", 1501, 2)):
        host.run("useradd", "--create-home", "--shell", "/bin/bash", "--uid", str(number), name)
        host.run("chpasswd", stdin=f"{name}:welkom in 2019\n")
        host.run("chage", "--lastday", f"{ago(days + 100):%Y-%m-%d}", name)
        record = struct.pack("=i32s256s", int(ago(idle).timestamp()), b"pts/0", b"192.168.77.66")
        log += bytes(number * len(record) - len(log)) + record
    (host.root / "var/log/lastlog").write_bytes(log)


def admin_with_token(host: Host) -> None:
    """An administrator whose key lies in a token: nobody gets in without touching it."""
    host.run("useradd", "--create-home", "--shell", "/bin/bash", "--groups", "sudo", "ingrid")
    host.run("chpasswd", stdin="ingrid:een lange zin die niemand raadt\n")
    parts = (b"sk-ssh-ed25519@openssh.com", bytes(range(32)), b"ssh:")
    blob = base64.b64encode(b"".join(struct.pack(">I", len(part)) + part for part in parts)).decode()
    host.write("home/ingrid/.ssh/authorized_keys", f"sk-ssh-ed25519@openssh.com {blob} ingrid\n", 0o600)
    host.run("chown", "-R", "ingrid:", "/home/ingrid/.ssh")


def cloned(host: Host) -> None:
    host.write("etc/machine-id", "5f1e0c0ffee0c0ffee0c0ffee0c0ffee"[:32] + "\n", 0o444, days=400)


def failed_logons(host: Host, user: str) -> int:
    """How many wrong passwords the machine counts for an account."""
    lines = host.inside("faillock", "--user", user).stdout.splitlines()
    return sum(1 for line in lines if line.rstrip().endswith("V"))


def joins_networks(host: Host) -> None:
    """It passes on what comes in on one card to the other."""
    run("nsenter", f"--net={NETNS / host.name}", "sh", "-c", "echo 1 >/proc/sys/net/ipv4/ip_forward")
