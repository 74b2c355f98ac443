"""One host: an overlay of the shared root, namespaces of its own, its own sshd.

Everything here must run inside mount, network and PID namespaces of the lab's own
(`unshare --mount --propagation private --net --pid --fork --kill-child --mount-proc`), with an empty tmpfs on /run:
when the lab's first process ends, the kernel ends every process and every mount of it. Only control groups are left,
which `swept` takes away from outside.
"""

from __future__ import annotations

import os
import subprocess
import time
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from tests.lab.cable import Network, plugged_in
from tests.lab.run import run

DAYS = 86400
UPTIME = 60 * DAYS  # a time namespace: the hosts have been up longer than the youngest fault in them
NETNS = Path("/run/netns")
CGROUPS = (Path("/sys/fs/cgroup/unified"), Path("/sys/fs/cgroup/systemd"), Path("/sys/fs/cgroup"))

HOLDERS: dict[str, int] = {}  # by host: the process that keeps it on

INIT = """#!/bin/sh
# The first process of a host without systemd: start what the host has, then reap.
PATH=/usr/sbin:/usr/bin:/sbin:/bin; export PATH
[ -x /etc/rc.local ] && /etc/rc.local
[ -e /etc/ssh/ssh_host_ed25519_key ] && mkdir -p /run/sshd && /usr/sbin/sshd
while :; do sleep 600 & wait $!; done
"""

BOOT = """set -e
cd "$1"; hostname "$2"
mount --rbind . .; cd "$1"
mount -t proc proc proc
mount -t sysfs -o ro sysfs sys
mount -t tmpfs -o mode=755,nosuid,nodev tmpfs run
mkdir -p run/lock run/shm
pivot_root . mnt
exec chroot . /bin/sh -c 'umount -l /mnt; exec /sbin/init </dev/null >/dev/null 2>&1'
"""


@dataclass(frozen=True)
class Host:
    """A place in the lab. systemd: booted with the real one, as a system container; else a host with a small init."""

    name: str
    address: str
    systemd: bool
    place: Path

    @property
    def root(self) -> Path:
        """The file system of the host, as the lab sees it."""
        return self.place / "root"

    @property
    def upper(self) -> Path:
        """Only what differs from the shared root."""
        return self.place / "upper"

    def write(self, path: str, text: str, mode: int = 0o644, days: float | None = None) -> Path:
        """Put a file on the host, `days` old when that is given."""
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        if file.is_symlink():
            file.unlink()
        file.write_text(text)
        file.chmod(mode)
        if days is not None:
            self.age(path, days)
        return file

    def age(self, path: str, days: float) -> None:
        """Make a file or folder that many days old."""
        then = time.time() - days * DAYS
        os.utime(self.root / path, (then, then), follow_symlinks=False)

    def run(self, *command: str, stdin: str = "", **environment: str) -> str:
        """Run a program of the host before the host is up."""
        clean = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C", "HOME": "/root", **environment}
        return run("chroot", str(self.root), *command, stdin=stdin, environment=clean)

    def inside(self, *command: str) -> subprocess.CompletedProcess[str]:
        """Run a program on the host while it is up."""
        enter = ["nsenter", f"--target={self.first_process()}", "--mount", "--uts", "--ipc", "--net", "--pid", "--root"]
        return subprocess.run([*enter, "--wd=/", *command], capture_output=True, text=True, timeout=30, check=False)

    @cache  # noqa: B019 - a handful of hosts, and the lab ends with this process
    def first_process(self) -> int:
        """The host's process 1, by its number in the lab."""
        below = [HOLDERS.get(self.name, 0)]
        for number in below:
            try:
                status = Path(f"/proc/{number}/status").read_text().splitlines()
                below += map(int, Path(f"/proc/{number}/task/{number}/children").read_text().split())
                inside = Path(f"/proc/{number}/root/etc/hostname").read_text().strip() == self.name
            except OSError:
                continue
            numbers = next(line for line in status if line.startswith("NSpid:")).split()
            if numbers[-1] == "1" and len(numbers) > 2 and inside:
                return number
        raise RuntimeError(f"{self.name} is not up")


def laid_out(
    name: str, cards: tuple[tuple[Network, int], ...], systemd: bool, layers: tuple[Path, ...], lab: Path, mac: str = ""
) -> Host:
    """The overlay and the network place of a host, ready to be furnished. layers: the shared root last."""
    network, number = cards[0]
    host = Host(name, network.at(number), systemd, lab / name)
    for part in ("upper", "work", "root"):
        (host.place / part).mkdir(parents=True)
    lower = ":".join(str(layer) for layer in layers)
    options = f"lowerdir={lower},upperdir={host.upper},workdir={host.place / 'work'}"
    run("mount", "-t", "overlay", "overlay", "-o", options, str(host.root))
    _devices(host)
    host.write("etc/hostname", name + "\n")
    host.write("etc/hosts", f"127.0.0.1 localhost\n{host.address} {name}\n")
    if not systemd:
        host.write("sbin/init", INIT, 0o755)
    plugged_in(name, *cards, mac=mac)
    return host


def ssh_key(host: Host) -> None:
    """The key by which the host's SSH server is known: one kind, because making an RSA key takes a second."""
    file = str(host.root / "etc/ssh/ssh_host_ed25519_key")
    run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", host.name, "-f", file)


def _devices(host: Host) -> None:
    dev = host.root / "dev"
    run("mount", "-t", "tmpfs", "-o", "mode=755,nosuid", "tmpfs", str(dev))
    for name, minor in (("null", 3), ("zero", 5), ("full", 7), ("random", 8), ("urandom", 9)):
        os.mknod(dev / name, 0o666 | 0o020000, os.makedev(1, minor))
        (dev / name).chmod(0o666)
    os.mknod(dev / "tty", 0o666 | 0o020000, os.makedev(5, 0))
    for name, target in (("fd", "/proc/self/fd"), ("stdin", "fd/0"), ("stdout", "fd/1"), ("stderr", "fd/2")):
        (dev / name).symlink_to(target)
    (dev / "pts").mkdir()
    (dev / "shm").mkdir(mode=0o1777)
    run("mount", "-t", "devpts", "-o", "newinstance,ptmxmode=0666", "devpts", str(dev / "pts"))
    (dev / "ptmx").symlink_to("pts/ptmx")


def started(host: Host) -> subprocess.Popen[bytes]:
    """Switch a host on. The process that comes back is the one that holds it."""
    clock = ["unshare", "--time", "--boottime", str(UPTIME), "--monotonic", str(UPTIME), "--fork"]
    if host.systemd:
        run("umount", "--recursive", str(host.root / "dev"))  # systemd-nspawn brings its own
        boot = ["systemd-nspawn", "--quiet", "--boot", "--register=no", "--keep-unit", "--console=pipe"]
        boot += [
            "--capability=CAP_NET_ADMIN",
            "--resolv-conf=off",
            "--timezone=off",
            "--link-journal=no",
            f"--machine={host.name}",
        ]
        boot += [f"--network-namespace-path={NETNS / host.name}", f"--directory={host.root}"]
        clock += ["--mount", "--propagation", "private"]
    else:
        boot = ["nsenter", f"--net={NETNS / host.name}", "unshare", "--mount", "--propagation", "private"]
        boot += ["--uts", "--ipc", "--pid", "--fork", "--kill-child", "sh", "-c", BOOT, "boot", str(host.root)]
        boot += [host.name]
    log = (host.place / "boot.log").open("wb")
    groups = [str(group / f"{host.place.parent.name}.{host.name}") for group in _trees()]
    own = ["sh", "-c", 'while [ "$1" != -- ]; do mkdir "$1"; echo $$ >"$1/cgroup.procs"; shift; done; shift; exec "$@"']
    own += ["own", *groups, "--"]
    holder = subprocess.Popen([*own, *clock, *boot], stdin=subprocess.DEVNULL, stdout=log, stderr=log)
    HOLDERS[host.name] = holder.pid
    return holder


# systemd-nspawn takes a ready network namespace only after it has mounted /sys, which shows the cards of the place that
# a mount was made in. A machine shows its own.
CARDS = """mkdir /run/sys && mount -t sysfs sysfs /run/sys
for d in class/net devices/virtual/net; do mount --bind "/run/sys/$d" "/sys/$d"; done
umount -l /run/sys; rmdir /run/sys"""


def shows_own_cards(host: Host) -> None:
    host.inside("sh", "-ec", CARDS).check_returncode()


def _trees() -> list[Path]:
    """The trees of control groups in which systemd keeps its own: one on new machines, two on hybrid ones."""
    return [group for group in CGROUPS if (group / "cgroup.procs").exists()]


def swept(lab: Path) -> None:
    """Take away the control groups of a lab that has ended. Called from outside."""
    for tree in _trees():
        for group in tree.glob(f"{lab.name}.*"):
            for folder, _, _ in os.walk(group, topdown=False):
                Path(folder).rmdir()
