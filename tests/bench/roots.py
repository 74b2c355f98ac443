"""The file system of a host that has been used: 400 packages, package lists, and the servers of a small office."""

from __future__ import annotations

import fcntl
import hashlib
import shutil
import subprocess
from pathlib import Path

from tests.lab import root as lab

PACKAGES = (
    *lab.PACKAGES,
    *("apache2-utils", "build-essential", "ca-certificates", "cups", "curl", "git", "htop", "less", "mariadb-server"),
    *("mosquitto", "nginx-light", "php-cli", "php-curl", "php-mysql", "php-xml", "python3", "python3-pip"),
    *("python3-requests", "redis-server", "rsync", "samba", "smartmontools", "snmpd", "tcpdump", "vim", "vsftpd"),
)
LEAST = 400


def used_root() -> Path:
    """The folder of it; made when it is not there yet, with its lists, over the machine's own mirror (a minute)."""
    name = hashlib.sha256(" ".join((lab.SUITE, "used", *PACKAGES)).encode()).hexdigest()[:12]
    ready, making = lab.CACHE / name, lab.CACHE / f"{name}.new"
    lab.CACHE.mkdir(mode=0o755, parents=True, exist_ok=True)
    with (lab.CACHE / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not ready.is_dir():
            shutil.rmtree(making, ignore_errors=True)
            _made(making)
            making.rename(ready)
    return ready


def _made(making: Path) -> None:
    command = ["mmdebstrap", "--mode=root", "--variant=minbase", "--skip=cleanup/apt/lists"]
    command += [f"--include={','.join(PACKAGES)}", lab.SUITE, str(making), lab._mirror()]
    done = subprocess.run(command, capture_output=True, text=True, timeout=600, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"mmdebstrap failed: {done.stderr[-2000:]}")
    count = len(list((making / "var/lib/dpkg/info").glob("*.list")))
    if count < LEAST:
        raise RuntimeError(f"{count} packages are fewer than the {LEAST} that the comparison is about")
    for key in (making / "etc/ssh").glob("ssh_host_*"):
        key.unlink()
    (making / "etc/resolv.conf").write_text("")
    (making / "etc/machine-id").write_text("")
