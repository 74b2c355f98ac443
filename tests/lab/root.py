"""The root file system that all hosts of the lab share, and a layer of programs over it for those that serve others.

One debootstrap and one call of apt, kept between runs. The hosts never change them: each writes to an overlay.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

SUITE = "bookworm"
PACKAGES = (
    "borgbackup",
    "chrony",
    "cron",
    "dbus",
    "iproute2",
    "logrotate",
    "nftables",
    "openssh-server",
    "procps",
    "restic",
    "rsyslog",
    "sudo",
    "systemd",
    "systemd-sysv",
    "unattended-upgrades",
)
# What listens to a network. Most hosts have none of it.
SERVICES = (
    "duplicity",
    "crun",
    "fail2ban",
    "iptables",
    "libpam-google-authenticator",
    "mariadb-server",
    "memcached",
    "miniupnpd-nftables",
    "mosquitto",
    "netavark",
    "netbase",
    "nfs-ganesha-mem",
    "nginx",
    "podman",
    "postgresql-15",
    "redis-server",
    "rpcbind",
    "rsnapshot",
    "samba",
    "snmpd",
    "telnetd",
    "vsftpd",
    "x11vnc",
)
CACHE = Path("/var/cache/nis2scan-lab")
PROGRAMS = ("debootstrap", "unshare", "nsenter", "ip", "nft", "mount", "pivot_root", "systemd-nspawn", "ssh-keygen")

# An overlay in a mount namespace of its own: it is gone when the shell ends, whatever happens. apt runs outside the
# root, so no setting of this machine gets in; its packages are set up inside, where no service may start.
LAYER = r"""set -eu
base=$1 place=$2 mirror=$3; shift 3
root=$place/root
mkdir -p "$root" "$place/upper" "$place/work"
mount -t overlay overlay -o "lowerdir=$base,upperdir=$place/upper,workdir=$place/work" "$root"
mkdir -p "$root/var/lib/apt/lists/partial" "$root/var/cache/apt/archives/partial"
echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror bookworm main" >"$place/sources.list"
printf '#!/bin/sh\nexit 101\n' >"$root/usr/sbin/policy-rc.d"; chmod 755 "$root/usr/sbin/policy-rc.d"
apt() {
    DEBIAN_FRONTEND=noninteractive apt-get -q -y -o "Dir::State=$root/var/lib/apt" \
        -o "Dir::State::status=$root/var/lib/dpkg/status" -o "Dir::Cache=$root/var/cache/apt" \
        -o Dir::Cache::pkgcache= -o Dir::Cache::srcpkgcache= -o "Dir::Etc::sourcelist=$place/sources.list" \
        -o Dir::Etc::sourceparts=- -o "DPkg::Chroot-Directory=$root" -o APT::Install-Recommends=false \
        -o Dpkg::Use-Pty=0 -o Acquire::Retries=3 -o APT::Sandbox::User=root -o Dpkg::Options::=--force-unsafe-io \
        -o 'Dpkg::Options::=--path-exclude=/usr/share/doc/*' -o 'Dpkg::Options::=--path-exclude=/usr/share/man/*' \
        -o 'Dpkg::Options::=--path-exclude=/usr/share/locale/*' "$@" </dev/null
}
apt update
apt install "$@"
# A database of 100 MB that every host would copy before it starts: made anew, small.
find "$root/var/lib/mysql" -mindepth 1 -delete
chroot "$root" mariadb-install-db --user=mysql --innodb-log-file-size=4M --skip-test-db >/dev/null
rm -f "$root"/usr/lib/postgresql/15/lib/bitcode -r; rm -f "$root"/usr/lib/postgresql/15/lib/llvmjit*.so
rm -f "$root"/usr/lib/x86_64-linux-gnu/libLLVM* "$root/usr/sbin/policy-rc.d"
umount "$root"
"""


def why_not() -> str:
    """Why there can be no lab on this machine, or nothing."""
    if os.name != "posix" or not hasattr(os, "geteuid") or os.geteuid() != 0:
        return "the lab needs root on Linux"
    if lacking := [program for program in PROGRAMS if shutil.which(program) is None]:
        return f"the lab needs {', '.join(lacking)}"
    made = subprocess.run(
        ["unshare", "--mount", "--net", "--pid", "--uts", "--ipc", "--fork", "true"], capture_output=True, check=False
    )
    return "" if made.returncode == 0 else f"the lab needs namespaces: {made.stderr.decode(errors='replace').strip()}"


def shared_root() -> Path:
    """The folder of the shared root; made when it is not there yet (a minute or two, over the machine's own mirror)."""
    return _kept(_named(*PACKAGES), _made)


def services() -> Path:
    """The folder of the layer with services, to be laid over the shared root."""
    base = shared_root()
    return _kept(_named(*PACKAGES, LAYER, *SERVICES), lambda making: _layered(making, base))


def _named(*words: str) -> str:
    return hashlib.sha256(" ".join((SUITE, *words)).encode()).hexdigest()[:12]


def _kept(name: str, make: Callable[[Path], None]) -> Path:
    ready, making = CACHE / name, CACHE / f"{name}.{os.getpid()}"
    CACHE.mkdir(mode=0o755, parents=True, exist_ok=True)
    with (CACHE / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # whoever comes second waits, and finds it ready
        if not ready.is_dir():
            try:
                make(making)
                making.rename(ready)
            finally:
                shutil.rmtree(making, ignore_errors=True)
    return ready


def _made(making: Path) -> None:
    command = ["debootstrap", "--variant=minbase", f"--include={','.join(PACKAGES)}", SUITE, str(making), _mirror()]
    done = subprocess.run(command, capture_output=True, text=True, timeout=600, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"debootstrap failed: {done.stdout[-2000:]}{done.stderr[-2000:]}")
    _made_neutral(making)


def _layered(making: Path, base: Path) -> None:
    place = making.with_suffix(".layer")
    try:
        command = ["unshare", "--mount", "--propagation", "private", "sh", "-c", LAYER, "layer", str(base), str(place)]
        done = subprocess.run(
            [*command, _mirror(), *SERVICES], capture_output=True, text=True, timeout=600, check=False
        )
        if done.returncode != 0:
            raise RuntimeError(f"the layer of services failed: {done.stdout[-2000:]}{done.stderr[-2000:]}")
        _nothing_starts(place / "upper")
        (place / "upper").rename(making)
    finally:
        shutil.rmtree(place, ignore_errors=True)


def _nothing_starts(upper: Path) -> None:
    """A host says itself what it starts. Only what this layer added goes: the shared root keeps what it starts."""
    for entry in (*upper.glob("etc/systemd/system/*.wants/*"), *upper.glob("etc/rc?.d/*"), *upper.glob("etc/cron.*/*")):
        entry.unlink()
    for gone in ("var/cache/apt/archives", "var/lib/apt/lists", "var/log"):
        for entry in sorted((upper / gone).rglob("*"), reverse=True):
            if entry.is_file() and not entry.is_symlink():
                entry.unlink()


def _mirror() -> str:
    """The mirror that this machine itself uses for the suite."""
    shape = "$(CODENAME) $(REPO_URI)"
    listed = subprocess.run(["apt-get", "indextargets", "--format", shape], capture_output=True, text=True, check=True)
    mirrors = [uri for code, _, uri in (line.partition(" ") for line in listed.stdout.splitlines()) if code == SUITE]
    if not mirrors:
        raise RuntimeError(f"apt on this machine has no source for {SUITE}")
    return mirrors[0]


def _made_neutral(root: Path) -> None:
    """Take out what debootstrap copied from this machine: its name, its name server, its mirror."""
    for gone in ("var/cache/apt/archives", "var/lib/apt/lists", "var/log"):
        for entry in sorted((root / gone).rglob("*"), reverse=True):
            if not entry.is_dir():
                entry.unlink()
    (root / "etc/apt/sources.list").write_text("")
    (root / "etc/resolv.conf").write_text("")
    (root / "etc/hostname").write_text("host\n")
    for key in (root / "etc/ssh").glob("ssh_host_*"):
        key.unlink()
    (root / "etc/machine-id").write_text("")
