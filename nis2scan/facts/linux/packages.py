"""What package managers other than apt tell without writing and without the network.

dnf and zypper write logs and caches even when only asked, so they are not run: how fresh their lists are can be seen
from outside, which updates wait cannot. pacman and apk only read.
"""

from __future__ import annotations

from datetime import UTC, datetime

from nis2scan.api import Answer, CannotTell, Reason, reads, say, shell
from nis2scan.facts.updates import Pending, PendingUpdates, UpdateLists

# The time on each list, by tool. The oldest decides: a repository that fails stays behind while others go on.
CACHES = shell(
    """now() { printf 'now '; date -u +%s; }
seen() { [ -e "$2" ] && { printf '%s ' "$1"; stat -c %Y "$2" 2>/dev/null || stat -f %m "$2"; }; }
now
for d in dnf5 dnf zypper pacman apk; do command -v $d >/dev/null && echo "tool $d"; done
for f in /var/cache/libdnf5/*/repodata/repomd.xml; do seen dnf5 "$f"; done
for f in /var/cache/dnf/*/repodata/repomd.xml; do seen dnf "$f"; done
for f in /var/cache/zypp/raw/*/repodata/repomd.xml; do seen zypper "$f"; done
for f in /var/lib/pacman/sync/*.db; do seen pacman "$f"; done
for f in /var/cache/apk/APKINDEX.*; do seen apk "$f"; done
:""",
    runs=("date", "stat"),
    seconds=4,
)

PACMAN = shell(
    """printf 'now '; date -u +%s
printf 'activity '; stat -c %Y /var/lib/pacman/local
pacman -Qu; r=$?
[ $r -le 1 ] && echo end""",
    runs=("date", "stat", "pacman"),
    needs=("pacman",),
    seconds=8,
    cap=262144,
)


@reads(CACHES)
def cached_lists(answer: Answer) -> UpdateLists:
    """The age of the oldest list of the one package manager that is there."""
    rows = [line.split() for line in answer.lines]
    tools = [row[1] for row in rows if row[0] == "tool"]
    if not tools:
        raise CannotTell(Reason.TOOL_MISSING, "dnf, zypper, pacman, apk")
    tool = tools[0]
    now = next(int(row[1]) for row in rows if row[0] == "now")
    times = [int(row[1]) for row in rows if row[0] == tool]
    return UpdateLists(tool, _moment(min(times)) if times else None, _moment(now))


@reads(CACHES)
def pending_unread(answer: Answer) -> PendingUpdates:
    """Names the tool that cannot be asked, so that the finding says why it is not assessed."""
    tools = [line.split()[1] for line in answer.lines if line.startswith("tool ")]
    tools = [tool for tool in tools if tool != "pacman"]
    raise CannotTell(Reason.UNSUPPORTED_PLATFORM if tools else Reason.TOOL_MISSING, tools[0] if tools else "")


@reads(PACMAN)
def pending_pacman(answer: Answer) -> PendingUpdates:
    """`name old -> new`, ignored ones marked. It does not tell which are security fixes."""
    lines = answer.lines
    if not lines or lines[-1] != "end":
        raise CannotTell(Reason.TRUNCATED, say("pacman did not finish"))
    times = {row[0]: int(row[1]) for row in (line.split() for line in lines[:2]) if len(row) == 2}
    found = []
    for line in lines[:-1]:
        words = line.split()
        if len(words) >= 4 and words[2] == "->":
            found.append(Pending(words[0], words[1], words[3], None, "pacman", held="[ignored]" in words))
    last = times.get("activity")
    return PendingUpdates("pacman", tuple(found), _moment(times["now"]), _moment(last) if last else None)


def _moment(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
