"""What changed on a host during a scan."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterator, Mapping
from pathlib import Path

from tests.lab.host import Host

# Traces of a login and of a sudo line, which are promised, and what the host's own daemons write meanwhile.
KNOWN = (
    "var/log/",  # a line about the login, a line about sudo
    "run/utmp",
    "run/motd.dynamic",  # Debian's own PAM settings write it at every login
    "run/systemd/",
    "run/user/",
    "run/log/journal/",
    "run/sudo/",
    "run/faillock/",  # a wrong password is counted: that is what it is for
    "var/lib/systemd/timers/",
    "run/dbus/",
    "var/lib/mysql/",  # databases and file servers write on, whoever looks
    "var/lib/postgresql/",
    "var/lib/samba/",
    "var/cache/samba/",
    "run/samba/",
    "tmp/ganesha.log",
)


def state(host: Host) -> dict[str, str]:
    """Every file in which the host differs from the shared root, and what lies in its memory, by a digest."""
    alive = Path(f"/proc/{host.first_process()}/root")
    found = dict(_walked(host.upper, ""))
    for folder in ("run", "tmp", "var/log", "dev/shm"):
        found |= dict(_walked(alive / folder, folder + "/"))
    return found


def _walked(folder: Path, prefix: str) -> Iterator[tuple[str, str]]:
    for at, _, names in os.walk(folder):
        for name in names:
            path = Path(at, name)
            try:
                facts = path.lstat()
                data = path.read_bytes() if stat.S_ISREG(facts.st_mode) else b""
            except OSError:
                continue
            shown = (facts.st_mode, facts.st_uid, facts.st_gid, facts.st_mtime_ns, hashlib.sha256(data).hexdigest())
            yield prefix + str(path.relative_to(folder)), repr(shown)


def changed(before: Mapping[str, str], after: Mapping[str, str]) -> list[str]:
    """The files that came, went or changed, without the traces that every login leaves."""
    names = sorted(name for name in {*before, *after} if before.get(name) != after.get(name))
    return [name for name in names if not name.startswith(KNOWN)]
