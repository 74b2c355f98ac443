"""Faults in who gets in, in what is kept of it, and in where packages come from."""

from __future__ import annotations

from tests.lab.host import NETNS, Host
from tests.lab.run import run
from tests.lab.seeds import sources, starts

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


def cloned(host: Host) -> None:
    host.write("etc/machine-id", "5f1e0c0ffee0c0ffee0c0ffee0c0ffee"[:32] + "\n", 0o444, days=400)


def failed_logons(host: Host, user: str) -> int:
    """How many wrong passwords the machine counts for an account."""
    lines = host.inside("faillock", "--user", user).stdout.splitlines()
    return sum(1 for line in lines if line.rstrip().endswith("V"))


def joins_networks(host: Host) -> None:
    """It passes on what comes in on one card to the other."""
    run("nsenter", f"--net={NETNS / host.name}", "sh", "-c", "echo 1 >/proc/sys/net/ipv4/ip_forward")
