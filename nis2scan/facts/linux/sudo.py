"""Who may become root, by sudo or doas, and whether the socket of a container engine stands open to everybody."""

from __future__ import annotations

import re
from dataclasses import dataclass

from nis2scan.api import Answer, CannotTell, Fact, Reason, Root, reads, say, shell

_SHELLS = {"sh", "bash", "dash", "ash", "zsh", "ksh", "mksh", "su", "sudo", "doas", "python3", "perl"}
_ALIAS = re.compile(r"(User|Runas|Host|Cmnd|Cmd)_Alias\s+(.*)")
_TAGS = re.compile(r"((?:NO)?(?:PASSWD|EXEC|SETENV|LOG_INPUT|LOG_OUTPUT|MAIL|FOLLOW|INTERCEPT)):\s*")
_OPTION = re.compile(r"(ROLE|TYPE|PRIVS|LIMITPRIVS|CWD|CHROOT|TIMEOUT|NOTBEFORE|NOTAFTER|APPARMOR_PROFILE)=\S+\s*")


@dataclass(frozen=True)
class Grant:
    """Somebody who may become root altogether. who: a name, `%group`, `#uid` or `ALL`. asks: a password is asked."""

    who: str
    asks: bool


@dataclass(frozen=True)
class RootRights(Fact):
    """Every grant of all root rights (a shell is all rights), and the container sockets that everybody can write to."""

    grants: tuple[Grant, ...]
    open_sockets: tuple[str, ...]


RIGHTS = shell(
    """for f in /etc/sudoers /etc/sudoers.d/* /etc/doas.conf; do
  case $f in *~|*.d/*.*) continue ;; esac
  [ -f "$f" ] || continue
  printf '==file %s\\n' "$f"; cat "$f" || exit 1; echo
done
for s in /run/docker.sock /var/run/docker.sock /run/podman/podman.sock; do
  [ -S "$s" ] && { printf '==socket %s ' "$s"; stat -c %a "$s" 2>/dev/null || stat -f %Lp "$s"; }
done
echo ==end""",
    runs=("cat", "stat"),
    root=Root.REQUIRED,
    seconds=3,
    cap=524288,
)


@reads(RIGHTS)
def root_rights(answer: Answer) -> RootRights:
    """sudoers(5) in the order in which sudo reads it. What is not understood is not judged."""
    lines = answer.text.splitlines()
    if not lines or lines[-1] != "==end":
        raise CannotTell(Reason.TRUNCATED, say("the files of sudo were not read to the end"))
    files: dict[str, list[str]] = {}
    sockets, into = [], ""
    for line in lines[:-1]:
        word, _, rest = line.partition(" ")
        if word == "==file":
            into = rest
            files[into] = []
        elif word == "==socket":
            path, mode = rest.rsplit(" ", 1)
            sockets += [path.replace("/var/run/", "/run/")] if int(mode, 8) & 0o002 else []
        elif into:
            files[into].append(line)
    sudoers = [line for path, own in files.items() if not path.endswith("doas.conf") for line in _logical(own)]
    grants = _of_sudoers(sudoers, set(files)) + _of_doas(files.get("/etc/doas.conf", []))
    return RootRights(tuple(dict.fromkeys(grants)), tuple(dict.fromkeys(sockets)))


def _logical(lines: list[str]) -> list[str]:
    """Lines joined at a backslash, comments taken off. `#include` and `#1000` (a uid) are no comments."""
    found, held = [], ""
    for line in lines:
        held += line
        if held.endswith("\\"):
            held = held[:-1]
            continue
        bare = re.sub(r"(?<!\\)#(?!include|\d).*$", "", held).strip()
        found += [bare] if bare else []
        held = ""
    return found


def _of_sudoers(lines: list[str], files: set[str]) -> list[Grant]:
    aliases: dict[str, list[str]] = {}
    rules = []
    for line in lines:
        if match := _ALIAS.fullmatch(line):
            for part in re.split(r"\s*:\s*(?=[A-Z][A-Z0-9_]*\s*=)", match[2]):
                name, _, members = part.partition("=")
                aliases[name.strip()] = _listed(members)
        elif match := re.fullmatch(r"[@#]include(dir)?\s+(.*)", line):
            _known(match[2].strip('" '), bool(match[1]), files)
        elif not line.startswith("Defaults"):
            rules.append(line)
    return [grant for rule in rules for grant in _of_rule(rule, aliases)]


def _known(target: str, folder: bool, files: set[str]) -> None:
    """Only the usual folder was read; what else is included may grant anything."""
    if not (folder and target.rstrip("/") == "/etc/sudoers.d") and target not in files:
        raise CannotTell(Reason.PARSE_ERROR, say("sudoers includes {path}, which was not read", path=target))


def _listed(text: str) -> list[str]:
    return [item.strip() for item in re.split(r"(?<!\\),", text) if item.strip()]


def _of_rule(rule: str, aliases: dict[str, list[str]]) -> list[Grant]:
    match = re.fullmatch(r"(.+?)\s+([^\s=][^=]*?)\s*=\s*(.+)", rule)
    if not match:
        raise CannotTell(Reason.PARSE_ERROR, say("a line of sudoers was not understood"))
    everybody = [name for item in _listed(match[1]) for name in _resolved(item, aliases)]
    asks: set[bool] = set()
    for part in re.split(r"\s+:\s+[^=]+=\s*", match[3]):
        asks |= _whole_rights(part, aliases)
    return [Grant(who.strip('"'), min(asks)) for who in everybody if asks and not who.startswith("!")]


def _resolved(item: str, aliases: dict[str, list[str]], depth: int = 0) -> list[str]:
    if item not in aliases or depth > 9:
        return [item]
    return [name for inner in aliases[item] for name in _resolved(inner, aliases, depth + 1)]


def _whole_rights(part: str, aliases: dict[str, list[str]]) -> set[bool]:
    """Whether a password is asked for each command of the rule that means all rights; empty when none does."""
    found, asks, as_root = set(), True, True
    for command in _listed(re.sub(r"\(([^)]*)\)", lambda m: "(" + m[1].replace(",", ";") + ")", part)):
        if match := re.match(r"\(([^)]*)\)\s*", command):
            users = [u for item in match[1].split(":")[0].split(";") for u in _resolved(item.strip(), aliases)]
            as_root = bool({"ALL", "root", "#0", ""} & set(users))
            command = command[match.end() :]
        while match := _OPTION.match(command) or _TAGS.match(command):
            asks = {"NOPASSWD": False, "PASSWD": True}.get(match[1], asks)
            command = command[match.end() :]
        if as_root and any(map(_everything, _resolved(command, aliases))):
            found.add(asks)
    return found


def _everything(command: str) -> bool:
    """ALL, or a program that is a way to run everything."""
    words = command.split()
    return bool(words) and (words[0] == "ALL" or words[0].rsplit("/", 1)[-1] in _SHELLS)


def _of_doas(lines: list[str]) -> list[Grant]:
    """doas.conf(5): `permit [nopass|persist …] who [as root] [cmd …]`; a group is written `:group`."""
    found = []
    for line in (line.split("#")[0].split() for line in lines):
        if not line or line[0] == "deny":
            continue
        if line[0] != "permit":
            raise CannotTell(Reason.PARSE_ERROR, say("a line of doas.conf was not understood"))
        words = re.sub(r"setenv\s*\{[^}]*\}", "", " ".join(line[1:])).split()
        options = {word for word in words if word in ("nopass", "persist", "keepenv", "nolog")}
        who, *rest = [word for word in words if word not in options]
        target = rest[rest.index("as") + 1] if "as" in rest else "root"
        command = rest[rest.index("cmd") + 1] if "cmd" in rest else "ALL"
        if target == "root" and _everything(command):
            found.append(Grant(who.replace(":", "%"), "nopass" not in options))
    return found
