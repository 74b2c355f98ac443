"""How sshd treats those who administer a machine: root, and the members of the groups of administrators."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from nis2scan.api import Absent, Answer, CannotTell, Fact, Maybe, Reason, Root, Said, derives, reads, say, shell
from nis2scan.facts.linux.accounts import Accounts
from nis2scan.facts.linux.listeners import Listeners
from nis2scan.facts.linux.sshd import SshSettings, refuse_other_servers

# What `sshd -T` has called the same over the years.
_ROOT = {
    "no": "no",
    "yes": "yes",
    "without-password": "key",
    "prohibit-password": "key",
    "forced-commands-only": "command",
}
_WORST = ("yes", "key", "command", "no")


@dataclass(frozen=True)
class AdminView:
    """What holds for one user from one place; a setting may stand there more than once (AllowUsers)."""

    user: str
    inside: bool
    settings: Mapping[str, tuple[str, ...]]

    def one(self, name: str) -> str:
        """A setting that has one value; empty when sshd does not name it."""
        return next(iter(self.settings.get(name, ())), "")


@dataclass(frozen=True)
class AdminViews(Fact):
    """root and the members of sudo, wheel and admin, from outside and from the machine's own networks.

    more: there are others, who were not asked about. cluster: a node of a Proxmox cluster, which needs root over SSH.
    own_networks: they were looked up, so Match blocks for them are seen.
    """

    views: tuple[AdminView, ...]
    more: bool
    cluster: bool
    own_networks: bool


@dataclass(frozen=True)
class RootLogin(Fact):
    """Whether root gets in: `no`, `command` (bound to commands), `key` or `yes`; the worst of all places."""

    how: str
    inside: bool
    cluster: bool
    seen: Said


# As in sshd.py: -G needs no root, -T does; Match blocks count only with a connection. Ten users are asked about.
SSHD_ADMINS = shell(
    """set -f
d=$(command -v sshd) || exit 127
m=-G; $d -G -C user=nobody,host=h,addr=198.51.100.1,laddr=192.0.2.1,lport=22 >/dev/null 2>&1 || m=-T
n=0; places=198.51.100.1
if command -v ip >/dev/null; then
  for a in $(ip -o -4 addr show scope global); do
    case $a in
      [0-9]*.*.*.*/*) n=$((n+1)); [ $n -le 3 ] && places="$places ${a%/*}";;
    esac
  done
else echo nolan
fi
users=$(awk -F: 'FILENAME ~ /group$/ { if ($1 ~ /^(sudo|wheel|admin)$/) {
    gid[$3] = 1; k = split($4, who, ","); for (i = 1; i <= k; i++) member[who[i]] = 1 } next }
  $1 !~ /^[+#-]/ && $3 != 0 && ($1 in member || $4 in gid) && $7 !~ /(nologin|false)$/ { print $1 }' \
/etc/group /etc/passwd) || exit 1
n=0
for u in root $users; do
  n=$((n+1)); [ $n -le 11 ] || { echo more; break; }
  for a in $places; do
    printf 'view=%s %s\\n' "$a" "$u"
    all=$($d $m -C "user=$u,host=h,addr=$a,laddr=$a,lport=22") || exit 1
    printf '%s\\n' "$all" | awk '
/^(permitroot|allowusers|allowgroups|deny|authenticationm|passworda|kbdint|challenge|usepam)/
/^(pubkeya|gssapia|hostbasedauth|trusteduserca|authorizedkeys|authorizedprin)/'
  done
done
[ -e /etc/pve/corosync.conf ] && echo cluster
echo end=admins""",
    runs=("sshd", "ip", "awk"),
    needs=("sshd", "awk"),
    root=Root.PREFERRED,
    seconds=8,
    cap=262144,
)


@reads(SSHD_ADMINS)
def admin_views(answer: Answer) -> AdminViews:
    """sshd has resolved includes, defaults and Match blocks itself; root stands there in any case."""
    if not answer.ok and not answer.as_root and b"no hostkeys" in answer.err:
        raise CannotTell(Reason.NO_PRIVILEGE, say("before OpenSSH 9.3 only root can ask sshd for its settings"))
    *lines, end = answer.lines or [""]
    if end != "end=admins":
        raise CannotTell(Reason.TRUNCATED, say("sshd did not tell everything"))
    views: list[AdminView] = []
    told: dict[str, tuple[str, ...]] = {}
    for line in lines:
        if line.startswith("view="):
            place, _, user = line[5:].partition(" ")
            told = {}
            views.append(AdminView(user, place != "198.51.100.1", told))
        elif line not in ("more", "cluster", "nolan"):
            name, _, value = line.strip().partition(" ")
            told[name.lower()] = (*told.get(name.lower(), ()), value.strip())
    if not views or views[0].user != "root" or not all(view.one("permitrootlogin") for view in views):
        raise CannotTell(Reason.TRUNCATED, say("sshd did not tell everything"))
    return AdminViews(tuple(views), "more" in lines, "cluster" in lines, "nolan" not in lines)


@derives
def root_login(
    known: Maybe[AdminViews], settings: Maybe[SshSettings], listeners: Maybe[Listeners], accounts: Maybe[Accounts]
) -> RootLogin:
    """Nothing that speaks SSH was heard: not applicable. Another server beside this sshd: not known, unless it is bad
    already.
    """
    heard = listeners.value
    if heard is not None and heard.no_ssh:
        raise Absent(say("nothing that other machines can reach speaks SSH: the listeners were read"))
    if known.value is None or settings.value is None:
        why = known.why or settings.why
        raise why if isinstance(why, CannotTell) else CannotTell(Reason.TOOL_MISSING, "sshd")
    ways = [(_root(view, accounts), view) for view in known.value.views if view.user == "root"]
    how, view = min(ways, key=lambda way: _WORST.index(way[0]))
    if how != "yes":
        refuse_other_servers(settings.value, heard)
        if not known.value.own_networks:
            raise CannotTell(Reason.TOOL_MISSING, "ip")
    only_inside = all(item.inside for way, item in ways if way == how)
    seen = say("PermitRootLogin {value}", value=view.one("permitrootlogin"))
    if how == "no" and view.one("permitrootlogin") != "no":
        seen = say("PermitRootLogin {value}, and root is kept out by name or group", value=view.one("permitrootlogin"))
    return RootLogin(how, only_inside, known.value.cluster, seen)


def _root(view: AdminView, accounts: Maybe[Accounts]) -> str:
    how = _ROOT.get(view.one("permitrootlogin"))
    if how is None:
        raise CannotTell(
            Reason.PARSE_ERROR,
            say("sshd says {name} {value}", name="permitrootlogin", value=view.one("permitrootlogin")),
        )
    return "no" if how != "no" and kept_out(view, accounts) else how


def kept_out(view: AdminView, accounts: Maybe[Accounts]) -> bool:
    """Whether AllowUsers, DenyUsers and the like refuse this user from everywhere (USER@HOST is no such rule)."""
    names = {name: view.settings.get(name, ()) for name in ("allowusers", "denyusers", "allowgroups", "denygroups")}
    if any(_fits(view.user, pattern) for pattern in names["denyusers"]):
        return True
    allowed = [pattern.partition("@")[0] for pattern in names["allowusers"]]
    if allowed and not any(_fits(view.user, pattern) for pattern in allowed):
        return True
    if not names["allowgroups"] and not names["denygroups"]:
        return False
    if accounts.value is None:
        raise accounts.why if isinstance(accounts.why, CannotTell) else CannotTell(Reason.PARSE_ERROR, "group")
    mine = [name for name, members in accounts.value.groups.items() if view.user in members]
    inside = any(_fits(group, pattern) for group in mine for pattern in names["allowgroups"])
    return any(_fits(group, pattern) for group in mine for pattern in names["denygroups"]) or (
        bool(names["allowgroups"]) and not inside
    )


def _fits(name: str, pattern: str) -> bool:
    """ssh_config(5), PATTERNS: `*` and `?`. A pattern with a host fits no name, as names hold no @."""
    return bool(re.fullmatch(re.escape(pattern).replace(r"\*", ".*").replace(r"\?", "."), name))
