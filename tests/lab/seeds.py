"""What is put on the hosts of the lab: sound settings first, then faults, each as the tool itself would leave it."""

from __future__ import annotations

import hashlib
import os
import sys
import time
import uuid
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.lab.host import Host, ssh_key
from tests.lab.run import run

NOW = datetime.now(UTC)
USER = "nis2scan"
SHELL = ("bin/sh", "/bin/sh")
CHRONY = "/usr/sbin/chronyd -d -x -u root"
_KERNEL = os.uname().release


def ago(days: float) -> datetime:
    return NOW - timedelta(days=days)


# ---- sound --------------------------------------------------------------------------------------


def account(host: Host, public_key: str, root: str) -> None:
    """The account that the scanner logs in to. root: `sudo` gives it one sudo line, `login` lets root itself in."""
    ssh_key(host)
    if root == "login":
        host.write("root/.ssh/authorized_keys", public_key)
        host.run("chmod", "700", "/root/.ssh")
        host.write("etc/ssh/sshd_config.d/00-a-root.conf", "PermitRootLogin prohibit-password\n")
        return
    host.run("useradd", "--create-home", "--shell", "/bin/sh", "--uid", "990", "--system", USER)
    home = f"home/{USER}"
    host.write(f"{home}/.ssh/authorized_keys", public_key)
    host.run("chown", "-R", f"{USER}:", f"/{home}/.ssh")
    host.run("chmod", "700", f"/{home}/.ssh")
    if root == "wrong":
        host.run("chpasswd", stdin=f"{USER}:a password that nobody wrote down\n")
        host.run("rm", f"/{home}/.ssh/authorized_keys")
    if root == "helper":
        _helper(host)
    if root == "sudo":
        rule = f"Defaults:{USER} !requiretty\n{USER} ALL=(root) NOPASSWD: /bin/sh -s\n"
        host.write(f"etc/sudoers.d/{USER}", rule, 0o440)


def _helper(host: Host) -> None:
    """What `nis2scan permissions linux` says to install, in place of a root shell."""
    program = str(Path(sys.executable).with_name("nis2scan"))
    told = run(program, "permissions", "linux", "--language", "en")
    (line,) = (line.strip() for line in told.splitlines() if "NOPASSWD" in line)
    host.write("usr/local/sbin/nis2scan-facts", run(program, "permissions", "linux", "--helper"), 0o755)
    host.write(f"etc/sudoers.d/{USER}", line + "\n", 0o440)


def sound(host: Host) -> None:
    """A machine of an office in good order, more than a year old."""
    host.write("etc/machine-id", uuid.uuid5(uuid.NAMESPACE_DNS, host.name).hex + "\n", 0o444, days=400)
    host.write("etc/ssh/sshd_config.d/00-office.conf", "PasswordAuthentication no\nPermitRootLogin no\n")
    package_lists(host)
    sources(host)
    for stamp in ("unattended-upgrades-stamp", "update-success-stamp"):
        host.write(f"var/lib/apt/periodic/{stamp}", "", days=0.3)
    logs_on_disk(host)
    follows_clock(host)
    logs_go_to(host, "@@192.168.77.6")
    if host.systemd:
        for timer in ("apt-daily", "apt-daily-upgrade", "logrotate", "dpkg-db-backup", "fstrim", "e2scrub_all"):
            host.write(f"var/lib/systemd/timers/stamp-{timer}.timer", "", days=0.1)
        host.write("etc/systemd/journald.conf.d/keep.conf", "[Journal]\nStorage=persistent\n")
    else:
        starts(host, "/usr/sbin/cron", "/usr/sbin/rsyslogd", CHRONY)
        kernel(host)


def starts(host: Host, *commands: str) -> None:
    """What a host without systemd starts beside its SSH server, in place of what it started before."""
    script = "#!/bin/sh\n" + "".join(f"{command} </dev/null >/dev/null 2>&1 &\n" for command in commands)
    host.write("etc/rc.local", script + "sleep 0.2\n", 0o755)


def starts_too(host: Host, *commands: str) -> None:
    before = (host.root / "etc/rc.local").read_text()
    more = "".join(f"{command} </dev/null >/dev/null 2>&1 &\n" for command in commands)
    host.write("etc/rc.local", f"{before}{more}", 0o755)


def firewall(host: Host) -> None:
    """Refuses what no rule allows, for IPv4 and IPv6."""
    rules = "type filter hook input priority 0; policy drop; iif lo accept; ct state established,related accept"
    host.write("etc/nftables.conf", f"table inet office {{\n chain input {{ {rules}; tcp dport 22 accept; }}\n}}\n")
    starts_too(host, "/usr/sbin/nft -f /etc/nftables.conf")


def logs_on_disk(host: Host) -> None:
    """A disk for the logs: the overlay hides what it writes to. The oldest line about logons is of half a year ago."""
    disk = host.place / "log"
    run("cp", "-a", str(host.root / "var/log"), str(disk))
    run("mount", "--bind", str(disk), str(host.root / "var/log"))
    old_logons(host, 180)
    # The kernel's own messages are those of the machine under the lab: not for the hosts to read.
    settings = (host.root / "etc/rsyslog.conf").read_text().replace('module(load="imklog")', "#")
    host.write("etc/rsyslog.conf", settings)


def follows_clock(host: Host) -> None:
    """The office's own clock, asked often, because a lab has no time. No host may set the clock: it is not its own."""
    host.write("etc/chrony/chrony.conf", "server 192.168.77.5 iburst minpoll -5 maxpoll 4\nport 0\n")
    host.write("etc/default/chrony", 'DAEMON_OPTS="-x"\n')


def logs_go_to(host: Host, target: str) -> None:
    host.write("etc/rsyslog.d/90-office.conf", f"*.* {target}\n" if target else "")


def old_logons(host: Host, days: float) -> None:
    line = f"{ago(days).isoformat()} {host.name} sshd[812]: Server listening on 0.0.0.0 port 22.\n"
    host.write("var/log/auth.log.1", line, 0o640, days=7)


def package_lists(host: Host, *, days: float = 0.2, waiting: tuple[str, ...] = ()) -> None:
    """apt's lists of the archive and of security, as of `days` ago, with a newer version of what is `waiting`."""
    lists = host.root / "var/lib/apt/lists"
    installed = host.run("dpkg-query", "-W", "-f", "${Package} ${Version}\\n", "sudo", "openssh-server", "libc6")
    rows = dict(line.split() for line in installed.splitlines())
    offered = {"": rows, "-security": {name: rows[name] + "+sec1" for name in waiting} or {"sudo": rows["sudo"]}}
    for suite, packages in offered.items():
        arch = "amd64"
        text = "".join(f"Package: {n}\nArchitecture: {arch}\nVersion: {v}\n\n" for n, v in packages.items())
        stem = f"mirror.office.test_debian{suite}_dists_bookworm{suite}"
        label = "Debian-Security" if suite else "Debian"
        date, until = (f"{day:%a, %d %b %Y %H:%M:%S} UTC" for day in (ago(days), ago(days - 7)))
        digest = hashlib.sha256(text.encode()).hexdigest()
        host.write(f"var/lib/apt/lists/{stem}_main_binary-{arch}_Packages", text)
        host.write(
            f"var/lib/apt/lists/{stem}_InRelease",
            f"Origin: Debian\nLabel: {label}\nSuite: oldstable{suite}\nCodename: bookworm{suite}\nDate: {date}\n"
            f"Valid-Until: {until}\nSHA256:\n {digest} {len(text)} main/binary-{arch}/Packages\n",
        )
    lists.joinpath("lock").touch()
    host.age("var/lib/apt/lists", days)


def sources(host: Host, extra: str = "") -> None:
    """Where packages come from: the release and its fixes, signed."""
    text = "".join(
        f"Types: deb\nURIs: http://mirror.office.test/debian{part}\nSuites: bookworm{part}\nComponents: main\n"
        f"Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg\n\n"
        for part in ("", "-security")
    )
    host.write("etc/apt/sources.list.d/debian.sources", text)
    host.write("etc/apt/sources.list", extra)


def kernel(host: Host, name: str = _KERNEL) -> None:
    """The kernel that runs, as an installed package leaves it."""
    host.write(f"boot/vmlinuz-{name}", "", days=60)
    host.write(f"lib/modules/{name}/modules.dep", "", days=60)


def restic_backup(host: Host, days: float) -> None:
    """A real repository with a copy of that many days ago, and the line that starts it every night."""
    host.write("srv/data/ledger.txt", "1200 rent\n")
    host.write("root/.restic-password", "correct horse battery\n", 0o600)
    restic = ("restic", "--quiet", "--repo", "/srv/backup/restic", "--password-file", "/root/.restic-password")
    host.run(*restic, "init")
    host.run(*restic, "backup", "--time", f"{ago(days):%Y-%m-%d %H:%M:%S}", "/srv/data")
    host.write("etc/cron.d/backup", "30 2 * * * root " + " ".join((*restic, "backup", "/srv/data")) + "\n")
    _aged(host, "srv/backup/restic", days)
    _aged(host, "root/.cache/restic", days)


def borg_backup(host: Host, days: float) -> None:
    """The same by Borg. Of its last run Borg keeps the time in a file, which is set back with everything else."""
    host.write("srv/data/ledger.txt", "1200 rent\n")
    secret = {"BORG_PASSPHRASE": "correct horse battery"}
    (host.root / "srv/backup").mkdir(exist_ok=True)
    host.run("borg", "init", "--encryption=repokey-blake2", "/srv/backup/borg", **secret)
    when = f"{ago(days):%Y-%m-%dT%H:%M:%S}"
    host.run("borg", "create", f"--timestamp={when}", "/srv/backup/borg::night", "/srv/data", **secret)
    host.write("etc/cron.d/backup-borg", "30 3 * * * root borg create /srv/backup/borg::{now} /srv/data\n")
    for stamp in (host.root / "root/.config/borg/security").glob("*/manifest-timestamp"):
        stamp.write_text(f"{ago(days):%Y-%m-%dT%H:%M:%S.%f}")
        name = stamp.parent.name
        host.write(f"root/.local/state/borgmatic/checks/{name}/data", "", days=max(days, 5))
    _aged(host, "srv/backup/borg", days)


def _aged(host: Host, folder: str, days: float) -> None:
    then = time.time() - days * 86400
    for entry in [host.root / folder, *(host.root / folder).rglob("*")]:
        os.utime(entry, (then, then), follow_symlinks=False)


# ---- faults -------------------------------------------------------------------------------------


def password_alone(host: Host) -> None:
    host.write("etc/ssh/sshd_config.d/00-office.conf", "PasswordAuthentication yes\nPermitRootLogin no\n")


def no_automatic_updates(host: Host) -> None:
    off = 'APT::Periodic::Update-Package-Lists "0";\nAPT::Periodic::Unattended-Upgrade "0";\n'
    host.write("etc/apt/apt.conf.d/20auto-upgrades", off)


def nothing_installed_for(host: Host, days: float) -> None:
    """No package was installed or updated for that long."""
    _aged(host, "var/lib/dpkg/info", days)


def stale_lists(host: Host, days: float, waiting: tuple[str, ...] = ()) -> None:
    package_lists(host, days=days, waiting=waiting)
    host.write("var/lib/apt/periodic/update-success-stamp", "", days=days)


def restart_asked(host: Host, days: float) -> None:
    """The flag lies in memory, so a host puts it there when it starts."""
    then = f"{ago(days):%Y-%m-%d %H:%M}"
    start = (host.root / "etc/rc.local").read_text()
    host.write("etc/rc.local", f"{start}touch -d '{then}' /run/reboot-required\n", 0o755)


def new_release(host: Host) -> None:
    """The release after the one that all hosts share, by its name: what a check of the end of support reads."""
    names = 'PRETTY_NAME="Debian GNU/Linux 13 (trixie)"\nNAME="Debian GNU/Linux"\nVERSION_ID="13"\nID=debian\n'
    host.write("etc/os-release", names)


def old_release(host: Host) -> None:
    """A release whose fixes stopped years ago."""
    names = 'PRETTY_NAME="Debian GNU/Linux 9 (stretch)"\nNAME="Debian GNU/Linux"\nVERSION_ID="9"\nID=debian\n'
    host.write("etc/os-release", names)
    host.write("etc/debian_version", "9.13\n")


def no_log_daemon(host: Host) -> None:
    starts(host, "/usr/sbin/cron", CHRONY)


def journal_in_memory(host: Host) -> None:
    host.write("etc/systemd/journald.conf.d/keep.conf", "[Journal]\nStorage=volatile\n")
    host.run("systemctl", "mask", "rsyslog.service")


def short_history(host: Host, days: float) -> None:
    old_logons(host, days)
    host.age("var/log/auth.log.1", min(7, days))


def second_root(host: Host) -> None:
    host.run("useradd", "--non-unique", "--uid", "0", "--gid", "0", "--no-create-home", "--shell", "/bin/sh", "beheer")


def open_account(host: Host) -> None:
    """Somebody may log in without any password."""
    host.run("useradd", "--create-home", "--shell", "/bin/bash", "balie")
    host.run("passwd", "--delete", "balie")


def staff_unasked(host: Host) -> None:
    """A whole group of people is root without being asked."""
    host.run("groupadd", "medewerkers")
    host.run("useradd", "--create-home", "--shell", "/bin/bash", "--groups", "medewerkers", "ingrid")
    host.write("etc/sudoers.d/medewerkers", "%medewerkers ALL=(ALL) NOPASSWD: ALL\n", 0o440)


def runs_as(host: Host, name: str) -> None:
    """A process of this name, which does nothing."""
    host.write(f"usr/local/bin/{name}", "", 0o755)
    (host.root / f"usr/local/bin/{name}").write_bytes((host.root / "bin/sleep").read_bytes())
    starts_too(host, f"/usr/local/bin/{name} 9999")


def open_service(host: Host) -> None:
    """Something besides SSH that listens to other machines, and no filter."""
    listen = "my $s = IO::Socket::INET->new(Listen => 1, LocalPort => 8080) or die; sleep 9999"
    starts_too(host, f"/usr/bin/perl -MIO::Socket::INET -e '{listen}'")
