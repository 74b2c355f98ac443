"""Who may become root, by sudo or doas, and whether the socket of a container engine stands open to everybody."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from nis2scan.api import Answer, CannotTell, Fact, Reason, Root, reads, say, shell
from nis2scan.facts.linux.sudoers import Grant, logical, of_doas, of_sudoers


@dataclass(frozen=True)
class RootRights(Fact):
    """Every grant of all root rights (a shell is all rights), and the container sockets that everybody can write to."""

    grants: tuple[Grant, ...]
    open_sockets: tuple[str, ...]


# Only regular files of root are read, and what they include: sudo itself refuses files of others. Reading stops after
# nine files that include each other. A folder that is not there is an empty one, for sudo too.
RIGHTS = shell(
    """one() {
  [ -e "$1" ] || [ -L "$1" ] || return 0
  if [ -L "$1" ] || ! [ -f "$1" ] || ! [ -O "$1" ] || [ "$2" -gt 9 ]; then printf '==unread %s\\n' "$1"; return 0; fi
  printf '==file %s\\n' "$1"
  cat "$1" || exit 1
  echo
  while read -r w t || [ -n "$w" ]; do
    case $w in @include|'#include'|@includedir|'#includedir') ;; *) continue ;; esac
    t=${t#\\"}; t=${t%\\"}
    case $t in /*) ;; *) t=${1%/*}/$t ;; esac
    case $w in *dir) all "${t%/}" "$2" ;; *) one "$t" "$(($2 + 1))" ;; esac
  done < "$1"
}
all() {
  if [ -L "$1" ] || { [ -d "$1" ] && ! [ -O "$1" ]; }; then printf '==unread %s\\n' "$1"; return 0; fi
  printf '==folder %s\\n' "$1"
  for f in "$1"/*; do
    case ${f##*/} in *~|*.*) continue ;; esac
    [ -d "$f" ] || one "$f" "$(($2 + 1))"
  done
}
command -v sudo >/dev/null && echo ==sudo
for s in /etc/sudoers /usr/etc/sudoers /usr/local/etc/sudoers; do
  if [ -e "$s" ] || [ -L "$s" ]; then one "$s" 0; printf '==start %s\\n' "$s"; break; fi
done
for s in /etc/doas.conf /etc/doas.d/*.conf /usr/local/etc/doas.conf; do one "$s" 9; done
for s in /run/docker.sock /var/run/docker.sock /run/podman/podman.sock; do
  [ -S "$s" ] && { printf '==socket %s ' "$s"; stat -c %a "$s" 2>/dev/null || stat -f %Lp "$s"; }
done
echo ==end""",
    runs=("cat", "stat"),
    root=Root.REQUIRED,
    seconds=3,
    cap=524288,
)


@dataclass
class _Told:
    """What the question told: files by path, folders that were looked into, and the rest by its heading."""

    files: dict[str, list[str]] = field(default_factory=dict)
    named: dict[str, list[str]] = field(default_factory=dict)


@reads(RIGHTS)
def root_rights(answer: Answer) -> RootRights:
    """sudoers(5) in the order in which sudo reads it. What is not understood is not judged."""
    told = _told(answer.text.splitlines())
    if "end" not in told.named:
        raise CannotTell(Reason.TRUNCATED, say("the files of sudo were not read to the end"))
    if path := next(iter(told.named.get("unread", ())), ""):
        raise CannotTell(Reason.PARSE_ERROR, say("{path} is no plain file of root, and was not read", path=path))
    start = next(iter(told.named.get("start", ())), "")
    if "sudo" in told.named and not start:
        raise CannotTell(Reason.PARSE_ERROR, say("sudo is on the machine, and its file was not found"))
    doas = [
        line for path, own in told.files.items() if path.endswith("/doas.conf") or "/doas.d/" in path for line in own
    ]
    grants = of_sudoers(list(_in_order(start, told))) if start else []
    return RootRights(tuple(dict.fromkeys([*grants, *of_doas(doas)])), _open(told.named.get("socket", [])))


def _told(lines: list[str]) -> _Told:
    told, into = _Told(), ""
    for line in lines:
        heading, _, rest = line[2:].partition(" ")
        if line.startswith("==") and heading == "file":
            into = rest
            told.files[into] = []  # a file that is included twice is told twice, and is the same
        elif line.startswith("==") and heading in ("unread", "folder", "sudo", "start", "socket", "end"):
            told.named.setdefault(heading, []).append(rest)
            into = into if heading == "folder" else ""
        elif into:
            told.files[into].append(line)
    return told


def _in_order(path: str, told: _Told, depth: int = 0) -> Iterator[str]:
    """The lines of a file with those of every file that it includes in their place."""
    for line in logical(told.files.get(path, [])):
        match = re.fullmatch(r"[@#]include(dir)?\s+(.*)", line)
        if not match:
            yield line
            continue
        target = match[2].strip('" ')
        target = target if target.startswith("/") else f"{path.rsplit('/', 1)[0]}/{target}"
        if match[1] and target.rstrip("/") in told.named.get("folder", ()):
            inside = sorted(name for name in told.files if name.rsplit("/", 1)[0] == target.rstrip("/"))
        elif not match[1] and target in told.files:
            inside = [target]
        else:
            raise CannotTell(Reason.PARSE_ERROR, say("sudoers includes {path}, which was not read", path=target))
        if depth > 9:
            raise CannotTell(Reason.PARSE_ERROR, say("a line of sudoers was not understood"))
        for name in inside:
            yield from _in_order(name, told, depth + 1)


def _open(sockets: list[str]) -> tuple[str, ...]:
    """The paths of sockets whose mode lets everybody write."""
    modes = dict(socket.rsplit(" ", 1) for socket in sockets)
    return tuple(dict.fromkeys(path.replace("/var/run/", "/run/") for path, m in modes.items() if int(m, 8) & 0o002))
