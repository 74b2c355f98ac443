"""The grammar of sudoers(5) and doas.conf(5), as far as it tells who may become root. What is unknown is not judged."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from nis2scan.api import CannotTell, Reason, say

_SHELLS = {
    "sh",
    "bash",
    "dash",
    "ash",
    "zsh",
    "ksh",
    "mksh",
    "fish",
    "su",
    "sudo",
    "doas",
    "python3",
    "perl",
    "busybox",
}
_ALL_PROGRAMS = {"/bin", "/sbin", "/usr/bin", "/usr/sbin", "/usr/local/bin", "/usr/local/sbin"}
_ALIAS = re.compile(r"(User|Runas|Host|Cmnd|Cmd)_Alias\s+(.*)")
_DEFAULTS = re.compile(r"Defaults(?:([@:!>])\s*(\S+))?\s+(.*)")
_USERS = re.compile(r'((?:[^\s"\\]|\\.|"[^"]*")+)\s+(.+)')
_TAGS = re.compile(r"((?:NO)?(?:PASSWD|EXEC|SETENV|LOG_INPUT|LOG_OUTPUT|MAIL|FOLLOW|INTERCEPT|SUDOEDIT_FOLLOW))\s*:\s*")
_OPTION = re.compile(r"(ROLE|TYPE|PRIVS|LIMITPRIVS|CWD|CHROOT|TIMEOUT|NOTBEFORE|NOTAFTER|APPARMOR_PROFILE)=\S+\s*")
_DIGEST = re.compile(r"sha(?:224|256|384|512):\S+\s*")


@dataclass(frozen=True)
class Grant:
    """Somebody who may become root altogether.

    who: a name, `%group`, `#uid`, `%#gid` or `ALL`. asks: a password is asked.
    """

    who: str
    asks: bool


@dataclass
class _Settings:
    """Aliases of all kinds by name, and the Defaults that change whether and which password is asked."""

    aliases: dict[str, list[str]] = field(default_factory=dict)
    never_asked: set[str] = field(default_factory=set)
    other_password: bool = False

    def resolved(self, item: str, depth: int = 0) -> list[str]:
        if item not in self.aliases or depth > 9:
            return [item]
        return [name for inner in self.aliases[item] for name in self.resolved(inner, depth + 1)]

    def asks(self, who: str) -> bool:
        free = {name for item in self.never_asked for name in self.resolved(item)}
        return not {who, "ALL"} & free


def logical(lines: list[str]) -> list[str]:
    """Lines joined at a backslash, comments taken off. A comment ends with its line, a backslash in it joins nothing.

    `#include` and `#1000` (a uid) are no comments.
    """
    found, held = [], ""
    for line in lines:
        bare = re.sub(r"(?<!\\)#(?!include(?:dir)?\s|-?\d).*$", "", line)
        if bare.endswith("\\"):
            held += bare[:-1]
            continue
        if joined := (held + bare).strip():
            found.append(joined)
        held = ""
    if held:
        raise CannotTell(Reason.PARSE_ERROR, say("a line of sudoers was not understood"))
    return found


def of_sudoers(lines: list[str]) -> list[Grant]:
    """The logical lines of all files, includes taken out, in the order in which sudo reads them."""
    settings, rules = _Settings(), []
    for line in (re.sub(r"\s*(?<!\\),\s*", ",", re.sub(r"!\s+", "!", line)) for line in lines):
        if match := _ALIAS.fullmatch(line):
            for part in re.split(r"\s*:\s*(?=[A-Z][A-Z0-9_]*\s*=)", match[2]):
                name, _, members = part.partition("=")
                settings.aliases[name.strip()] = _listed(members)
        elif match := _DEFAULTS.fullmatch(line):
            _set(settings, *match.groups(default=""))
        else:
            rules.append(line)
    return [grant for rule in rules for grant in _of_rule(rule, settings)]


def _set(settings: _Settings, scope: str, whom: str, options: str) -> None:
    """`!authenticate` asks nobody; `targetpw` and its like ask for the password of root, as su does."""
    named = whom.split(",") if scope == ":" else ["ALL"]
    if scope == "!" and whom != "ALL":
        return  # for one command
    for option in _listed(options):
        name, _, value = option.partition("=")
        if name.strip() == "!authenticate":
            settings.never_asked |= set(named)
        elif name.strip() == "authenticate":
            settings.never_asked -= set(named)
        elif name.strip() == "exempt_group":
            settings.never_asked.add("%" + value.strip(' "'))
        elif name.strip("! ") in ("targetpw", "rootpw", "runaspw") and not scope:
            settings.other_password = "!" not in name


def _listed(text: str) -> list[str]:
    return [item.strip() for item in re.split(r"(?<!\\),", text) if item.strip()]


def _of_rule(rule: str, settings: _Settings) -> list[Grant]:
    match = _USERS.fullmatch(rule)
    hosts, equals, commands = match[2].partition("=") if match else ("", "", "")
    if not match or not equals or not hosts.strip() or not commands.strip():
        raise CannotTell(Reason.PARSE_ERROR, say("a line of sudoers was not understood"))
    parts = re.split(r"\s:\s+[^=():]+=", _TAGS.sub(r"\1:", commands))
    found = []
    for listed in _listed(match[1]):
        for name in settings.resolved(listed):
            who = re.sub(r"\\(.)", r"\1", name.strip('"'))
            usual = settings.asks(who)
            asks = {asked for part in parts for asked in _whole_rights(part, settings, usual)}
            as_su = settings.other_password and who == "ALL" and False not in asks
            if asks and not who.startswith("!") and not as_su:
                found.append(Grant(who, min(asks)))
    return found


def _whole_rights(part: str, settings: _Settings, asks: bool) -> set[bool]:
    """Whether a password is asked for each command that means all rights; empty when none does."""
    found, as_root = set(), True
    for command in _listed(re.sub(r"\(([^)]*)\)", lambda m: "(" + m[1].replace(",", ";") + ")", part)):
        if match := re.match(r"\(([^)]*)\)\s*", command):
            users = {u for item in match[1].split(":")[0].split(";") for u in settings.resolved(item.strip())}
            as_root = bool({"ALL", "root", "#0"} & users) and not {"!root", "!#0"} & users
            command = command[match.end() :]
        while match := _OPTION.match(command) or _TAGS.match(command) or _DIGEST.match(command):
            asks = {"NOPASSWD": False, "PASSWD": True}.get(match[1] if match.re is not _DIGEST else "", asks)
            command = command[match.end() :]
        if as_root and any(map(_everything, settings.resolved(command))):
            found.add(asks)
    return found


def _everything(command: str) -> bool:
    """ALL, a folder of programs, or a shell that is not bound to one script."""
    program, *arguments = _DIGEST.sub("", command).split() or [""]
    if program == "ALL" or (program.endswith(("/", "/*")) and program.rstrip("/*") in _ALL_PROGRAMS):
        return True
    free = all(word.startswith("-") or word in ("*", "root", '""', "ALL") for word in arguments)
    return program.rsplit("/", 1)[-1] in _SHELLS and free


def of_doas(lines: list[str]) -> list[Grant]:
    """doas.conf(5): `permit [nopass|persist …] who [as root] [cmd …]`; a group is written `:group`."""
    found = []
    for line in (line.split("#")[0].split() for line in lines):
        if not line or line[0] == "deny":
            continue
        if line[0] != "permit" or line[-1] == "\\":
            raise CannotTell(Reason.PARSE_ERROR, say("a line of doas.conf was not understood"))
        words = re.sub(r"setenv\s*\{[^}]*\}", "", " ".join(line[1:])).split()
        options = {word for word in words if word in ("nopass", "persist", "keepenv", "nolog")}
        who, *rest = [word for word in words if word not in options]
        target = rest[rest.index("as") + 1] if "as" in rest else "root"
        command = " ".join(rest[rest.index("cmd") + 1 :]).replace(" args", "") if "cmd" in rest else "ALL"
        if target == "root" and _everything(command):
            who = re.sub(r"^(:?)(\d+)$", r"\1#\2", who).replace(":", "%")
            found.append(Grant(who, "nopass" not in options))
    return found
