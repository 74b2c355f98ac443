"""Where the logs of a Linux machine are kept, and how far back they go."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from nis2scan.api import Answer, CannotTell, Fact, Reason, reads, say, shell
from nis2scan.facts.linux.mounts import MOUNTS, Mount, mount_over, parsed_mounts


@dataclass(frozen=True)
class LogFile:
    """One log file, rotated ones too. changed: the time of its last line, UTC. size: bytes."""

    path: str
    changed: datetime
    size: int

    @property
    def of_logons(self) -> bool:
        return self.path.rsplit("/", 1)[-1].startswith(("auth.log", "secure"))


@dataclass(frozen=True)
class Logs(Fact):
    """How logs are kept.

    now: the machine's own clock. journald: it runs. storage: persistent, auto, volatile or none; `` when its settings
    could not be read. journal_folder: /var/log/journal exists. daemons: of syslog, that run. ring: a syslogd that
    writes to memory only. files: known log files. sees_all: processes and /var/log can be seen.
    kind: the file system that logs are written to, `` when it cannot be told. in_memory: it is gone with the power.
    saver: a program that copies logs from memory to disk, or ``.
    """

    now: datetime
    journald: bool
    storage: str
    journal_folder: bool
    daemons: tuple[str, ...]
    ring: bool
    files: tuple[LogFile, ...]
    sees_all: bool
    kind: str
    in_memory: bool
    saver: str


# Settings and states, read by the shell itself. Only the settings that are judged are printed.
KEPT = shell(
    """printf 'now='; date -u +%s
[ -r /proc/1/comm ] && echo processes=yes
[ -r /var/log ] && [ -x /var/log ] && echo folder=yes
[ -S /run/systemd/journal/socket ] && echo journald=yes
[ -d /var/log/journal ] && echo journal_folder=yes
cd -P /var/log && { printf 'real='; pwd -P; }
for d in /usr/lib/systemd /usr/local/lib/systemd /run/systemd /etc/systemd; do
  for f in "$d"/journald.conf "$d"/journald.conf.d/*.conf; do
    [ -e "$f" ] || [ -L "$f" ] || continue
    [ -r "$f" ] || { printf 'unreadable=%s\\n' "$f"; continue; }
    printf 'settings=%s\\n' "$f"
    [ -f "$f" ] && while read -r l || [ -n "$l" ]; do
      case $l in Storage=*|Storage\\ *=*) printf 'storage=%s\\n' "${l#*=}" ;; esac
    done < "$f"
  done
done
for p in /proc/[0-9]*; do
  { read -r c < "$p/comm"; } 2>/dev/null || continue
  case $c in
    rsyslogd|syslog-ng|metalog|socklog) printf 'daemon=%s\\n' "$c" ;;
    syslogd|busybox) tr '\\000' ' ' < "$p/cmdline" | while read -r a r; do
      case "$a $r" in
        *syslogd*' -C'*) echo ring=yes ;;
        syslogd*|*/syslogd*|*busybox\\ syslogd*) echo daemon=syslogd ;;
      esac; done ;;
  esac
done
for f in log2ram folder2ram armbian-ramlog; do
  for d in /usr/local/bin /usr/bin /usr/sbin /usr/local/sbin /sbin /usr/lib/armbian; do
    [ -x "$d/$f" ] && printf 'saver=%s\\n' "$f"
  done
done
set --
for f in /var/log/auth.log* /var/log/secure* /var/log/messages* /var/log/syslog*; do
  [ -f "$f" ] && [ ! -L "$f" ] && set -- "$@" "$f"
done
[ $# = 0 ] || stat -c 'file=%Y %s %n' "$@"
echo end=""",
    runs=("date", "tr", "stat"),
    needs=("date",),
    seconds=4,
    cap=131072,
)

_STORAGE = {"persistent", "auto", "volatile", "none"}


@reads(KEPT, MOUNTS)
def logs(kept: Answer, table: Answer) -> Logs:
    """None of it needs root: names and times of files in /var/log are open to all, unless the folder is closed."""
    values = values_of(kept)
    mounts = parsed_mounts(table)
    real = (values.get("real") or ["/var/log"])[0]
    kind, source = _written_to(mount_over(mounts, real), mounts)
    return Logs(
        now=moment_of(values["now"][0]),
        journald="journald" in values,
        storage=_storage(kept.lines),
        journal_folder="journal_folder" in values,
        daemons=tuple(sorted(set(values.get("daemon", ())))),
        ring="ring" in values,
        files=files_of(values),
        sees_all="processes" in values and "folder" in values,
        kind=kind,
        in_memory=kind in ("tmpfs", "ramfs", "rootfs") or source.startswith("/dev/zram"),
        saver=(values.get("saver") or [""])[0],
    )


def values_of(kept: Answer) -> dict[str, list[str]]:
    """What KEPT answered, by name. Raises CannotTell when even the time is missing."""
    found: dict[str, list[str]] = {}
    for line in kept.lines:
        name, _, value = line.partition("=")
        found.setdefault(name, []).append(value)
    if not found.get("now", [""])[0].isdigit() or "end" not in found:
        raise CannotTell(Reason.PARSE_ERROR, say("the machine did not tell how it keeps its logs"))
    return found


def moment_of(seconds: str) -> datetime:
    """Seconds since 1970 as a time, UTC."""
    return datetime.fromtimestamp(int(seconds), UTC)


def _storage(lines: list[str]) -> str:
    """journald.conf(5): /etc over /run over /usr/lib for files of one name; drop-ins by name after the main file."""
    chosen: dict[tuple[bool, str], list[str]] = {}
    values: list[str] = []
    for line in lines:
        name, _, value = line.partition("=")
        if name == "unreadable":
            return ""
        if name == "settings":  # asked from the weakest folder to the strongest: a later one replaces
            values = []
            chosen[(".d/" in value, value.rsplit("/", 1)[-1])] = values
        elif name == "storage":
            values.append(value.strip().lower())
    last = next((given[-1] for _, given in sorted(chosen.items(), reverse=True) if given), "")
    return last if last in _STORAGE else "auto"  # journald itself falls back to its default for an empty or odd value


def _written_to(mount: Mount | None, mounts: tuple[Mount, ...]) -> tuple[str, str]:
    """File system and source under a mount; of an overlay those of its upper folder, when that is mounted here."""
    if mount is None:
        return "", ""
    if mount.kind != "overlay":
        return mount.kind, mount.source
    rest = tuple(item for item in mounts if item is not mount)
    below = mount_over(rest, mount.upper) if mount.upper else None
    return (below.kind, below.source) if below is not None and below.kind != "overlay" else ("", "")


def files_of(values: Mapping[str, list[str]]) -> tuple[LogFile, ...]:
    """The log files in what KEPT answered."""
    rows = [row.split(" ", 2) for row in values.get("file", ())]
    return tuple(LogFile(path, moment_of(changed), int(size)) for changed, size, path in rows)
