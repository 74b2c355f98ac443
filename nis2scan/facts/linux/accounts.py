"""Who has an account: passwd and group as everybody may read them, and the state of passwords as root sees it."""

from __future__ import annotations

from dataclasses import dataclass

from nis2scan.api import Answer, CannotTell, Fact, Reason, Root, reads, say, shell

_NO_LOGIN = {"nologin", "false", "sync", "halt", "shutdown", "true", "git-shell"}
FIRST_HUMAN, NOBODY = 1000, 65534  # login.defs(5): UID_MIN; nobody and nogroup


@dataclass(frozen=True)
class User:
    """One line of passwd(5). open: its second field is empty, so no password is asked."""

    name: str
    uid: int
    gid: int
    shell: str
    open: bool

    @property
    def logs_in(self) -> bool:
        """Its shell lets somebody work; an empty field means /bin/sh."""
        return self.shell.rsplit("/", 1)[-1] not in _NO_LOGIN

    @property
    def human(self) -> bool:
        return FIRST_HUMAN <= self.uid < NOBODY and self.logs_in


@dataclass(frozen=True)
class Accounts(Fact):
    """The local accounts, and the groups with all their members (by primary group too), by name and by `#gid`."""

    users: tuple[User, ...]
    groups: dict[str, frozenset[str]]

    def members(self, group: str) -> frozenset[str]:
        return self.groups.get(group, frozenset())


@dataclass(frozen=True)
class PasswordStates(Fact):
    """The state of each password in shadow(5), by name: `empty`, `locked` or `set`. The hash never leaves the host."""

    states: dict[str, str]


ACCOUNTS = shell(
    "cat /etc/passwd && echo ==groups && cat /etc/group && echo ==end", runs=("cat",), seconds=2, cap=524288
)

SHADOW = shell(
    """awk -F: 'NF > 1 { print $1 ":" ($2 == "" ? "empty" : ($2 ~ /^[!*]/ ? "locked" : "set")) }
END { print "==end" }' /etc/shadow""",
    runs=("awk",),
    needs=("awk",),
    root=Root.REQUIRED,
    seconds=2,
    cap=262144,
)


@reads(ACCOUNTS)
def accounts(answer: Answer) -> Accounts:
    """Local files only: accounts of a directory are not in them, and are judged at the directory."""
    lines = answer.lines
    if not lines or lines[-1] != "==end" or "==groups" not in lines:
        raise CannotTell(Reason.TRUNCATED, say("the list of accounts is not whole"))
    cut = lines.index("==groups")
    users = tuple(_user(line) for line in lines[:cut] if not line.startswith(("+", "-", "#")))
    if not any(user.uid == 0 for user in users):
        raise CannotTell(Reason.PARSE_ERROR, say("the list of accounts names no root"))
    return Accounts(users, _groups(lines[cut + 1 : -1], users))


def _user(line: str) -> User:
    name, password, uid, gid, _, _, path = line.split(":")
    if not name:
        raise ValueError
    return User(name, int(uid), int(gid), path.strip(), open=not password)


def _groups(lines: list[str], users: tuple[User, ...]) -> dict[str, frozenset[str]]:
    found: dict[str, frozenset[str]] = {}
    for line in lines:
        if line.startswith(("+", "-", "#")):
            continue
        name, _, gid, members = line.split(":")
        primary = {user.name for user in users if user.gid == int(gid)}
        everyone = frozenset(primary | {member for member in members.strip().split(",") if member})
        for key in (name, f"#{int(gid)}"):  # names of one number are one group
            found[key] = found.get(key, frozenset()) | everyone
    return found


@reads(SHADOW)
def password_states(answer: Answer) -> PasswordStates:
    """One `name:state` a line."""
    *rows, end = answer.lines or [""]
    states = dict(row.rsplit(":", 1) for row in rows)
    if end != "==end" or not states or set(states.values()) - {"empty", "locked", "set"}:
        raise CannotTell(Reason.PARSE_ERROR, say("the states of passwords could not be read"))
    return PasswordStates(states)
