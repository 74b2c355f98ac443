"""How full the volume of the logs is, and who may read and change the logs about logons."""

from __future__ import annotations

import re
from dataclasses import dataclass

from nis2scan.api import Answer, CannotTell, Fact, Reason, Root, reads, say, shell


@dataclass(frozen=True)
class LogVolume(Fact):
    """used: percent of the room that is not kept for root. files_used: the same for the number of files; None where
    there is no limit. readable: logs about logons that everybody may read. writable: logs that everybody may change.
    """

    used: int
    files_used: int | None
    readable: tuple[str, ...]
    writable: tuple[str, ...]


# Modes of what a link points to are those that count for /var/log itself; other links are left alone.
VOLUME = shell(
    """cd -P /var/log || exit 1
[ -r . ] || { echo closed; exit 0; }
k() {
  awk -v n="$1" 'NR > 1 { for (i = 4; i <= NF; i++) if ($i ~ /^[0-9]+%$/) { print n, $(i-3), $(i-2), $(i-1); exit } }'
}
df -Pk . | k room
df -Pi . 2>/dev/null | k files
set -- .
for f in auth.log* secure* messages* syslog* audit audit/audit.log* journal journal/*/system.journal; do
  [ -e "$f" ] && [ ! -L "$f" ] && set -- "$@" "$f"
done
stat -c 'mode %a %F/%n' "$@" || exit 1
echo end""",
    runs=("df", "awk", "stat"),
    needs=("df", "awk", "stat"),
    root=Root.PREFERRED,
    seconds=5,
    cap=65536,
)

_ABOUT_LOGONS = re.compile(r"auth\.log|secure|audit/|journal/.+")


@reads(VOLUME)
def log_volume(answer: Answer) -> LogVolume:
    """Without the room and the mode of the folder itself, the answer is not whole."""
    lines = answer.lines
    if lines == ["closed"]:
        raise CannotTell(Reason.NO_PRIVILEGE, "/var/log")
    room, files = _percent(lines, "room"), _percent(lines, "files")
    modes = [match for line in lines if (match := re.fullmatch(r"mode ([0-7]{1,4}) [^/]*/(.*)", line))]
    if lines[-1:] != ["end"] or room is None or "." not in [match[2] for match in modes]:
        raise CannotTell(Reason.PARSE_ERROR, say("the volume of the logs was not seen"))
    closed = {match[2] for match in modes if not int(match[1], 8) & 0o001}  # behind a closed folder no mode counts
    reached = [(match[2], int(match[1], 8)) for match in modes if match[2].partition("/")[0] not in closed - {match[2]}]
    writable = tuple(_path(name) for name, mode in reached if mode & 0o002)
    readable = tuple(_path(name) for name, mode in reached if mode & 0o004 and _ABOUT_LOGONS.match(name))
    return LogVolume(room, files, readable, writable)


def _path(name: str) -> str:
    return "/var/log" if name == "." else f"/var/log/{name}"


def _percent(lines: list[str], what: str) -> int | None:
    """Used of what is used and free together, rounded up as df does."""
    for line in lines:
        words = line.split()
        if words[0] == what and len(words) == 4 and all(word.isdigit() for word in words[1:]):
            used, free = int(words[2]), int(words[3])
            return -(-100 * used // (used + free)) if used + free else None
    return None
