"""The root file system that all hosts of the lab share: one debootstrap, kept between runs, never changed by them."""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
from pathlib import Path

SUITE = "bookworm"
PACKAGES = (
    "borgbackup",
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
CACHE = Path("/var/cache/nis2scan-lab")
PROGRAMS = ("debootstrap", "unshare", "nsenter", "ip", "nft", "mount", "pivot_root", "systemd-nspawn", "ssh-keygen")


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
    name = hashlib.sha256(" ".join((SUITE, *PACKAGES)).encode()).hexdigest()[:12]
    ready, making = CACHE / name, CACHE / f"{name}.{os.getpid()}"
    CACHE.mkdir(mode=0o755, parents=True, exist_ok=True)
    with (CACHE / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # whoever comes second waits, and finds it ready
        if not ready.is_dir():
            _made(making)
            making.rename(ready)
    return ready


def _made(making: Path) -> None:
    command = ["debootstrap", "--variant=minbase", f"--include={','.join(PACKAGES)}", SUITE, str(making), _mirror()]
    done = subprocess.run(command, capture_output=True, text=True, timeout=600, check=False)
    if done.returncode != 0:
        shutil.rmtree(making, ignore_errors=True)
        raise RuntimeError(f"debootstrap failed: {done.stdout[-2000:]}{done.stderr[-2000:]}")
    _made_neutral(making)


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
