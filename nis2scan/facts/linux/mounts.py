"""What is mounted where, as the kernel tells every user."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from nis2scan.api import Answer, CannotTell, Fact, Reason, reads, say, shell


@dataclass(frozen=True)
class Mount:
    """One line of mountinfo.

    device: `major:minor` (major 0: no single block device). inside: which directory of the file system is mounted.
    point: where. kind: file system. source: as given at mounting. upper: where an overlay writes, or ``.
    """

    device: str
    inside: str
    point: str
    kind: str
    source: str
    upper: str = ""


@dataclass(frozen=True)
class Mounts(Fact):
    """Everything mounted, in the order of the kernel: a later mount on the same point hides the earlier one."""

    mounts: tuple[Mount, ...]

    def over(self, path: str) -> Mount | None:
        """The mount that a path lies on."""
        return mount_over(self.mounts, path)


# Only what is judged is sent: an overlay of a container has kilobytes of layers in its options.
MOUNTS = shell(
    "sed -e 's/ - \\(overlay [^ ]* r[ow]\\).*,\\(upperdir=[^,]*\\).*/ - \\1 \\2/;t' "
    "-e 's/ - \\([^ ]* [^ ]* r[ow]\\).*/ - \\1/' /proc/self/mountinfo && echo end",
    runs=("sed",),
    seconds=3,
    cap=524288,
)


@reads(MOUNTS)
def mounts(table: Answer) -> Mounts:
    """A system without a root mount does not exist: then the table could not be read."""
    found = parsed_mounts(table)
    if not any(mount.point == "/" for mount in found):
        raise CannotTell(Reason.PARSE_ERROR, say("the kernel lists no root file system"))
    return Mounts(found)


def parsed_mounts(table: Answer) -> tuple[Mount, ...]:
    """proc(5): id, parent, major:minor, root, mount point, options, optional fields, `-`, type, source, options."""
    return _parsed(tuple(table.lines))


@lru_cache(maxsize=4)  # several facts of one host rest on the same table
def _parsed(lines: tuple[str, ...]) -> tuple[Mount, ...]:
    if lines[-1:] != ("end",):
        raise CannotTell(Reason.TRUNCATED, say("the list of mounts has no end"))
    found = []
    for line in lines[:-1]:
        before, dash, after = line.partition(" - ")
        left, right = before.split(" "), after.split(" ")
        if not dash or len(left) < 6 or len(right) < 3 or not re.fullmatch(r"\d+:\d+", left[2]):
            raise CannotTell(Reason.PARSE_ERROR, say("a line of mountinfo is not as it should be"))
        upper = right[3].removeprefix("upperdir=") if len(right) > 3 else ""
        found.append(Mount(left[2], *(unescaped(word) for word in (left[3], left[4], right[0], right[1], upper))))
    return tuple(found)


def unescaped(word: str) -> str:
    """The kernel writes blanks, tabs, line ends and backslashes as three octal digits."""
    return re.sub(r"\\([0-7]{3})", lambda match: chr(int(match[1], 8)), word)


def mount_over(mounts: tuple[Mount, ...], path: str) -> Mount | None:
    """The mount with the longest point that is a parent of the path; of equals the last one."""
    best = None
    for mount in mounts:
        parent = mount.point.rstrip("/")
        if (path == parent or path.startswith(parent + "/")) and (best is None or len(mount.point) >= len(best.point)):
            best = mount
    return best
