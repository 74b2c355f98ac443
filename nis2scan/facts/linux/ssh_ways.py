"""With what those who administer a machine get in over SSH: one thing alone, or a second factor."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TypeVar

from nis2scan.api import Absent, CannotTell, Fact, Maybe, Reason, derives, say
from nis2scan.facts.linux.accounts import Accounts, PasswordStates
from nis2scan.facts.linux.listeners import Listeners
from nis2scan.facts.linux.pam import PamAuth
from nis2scan.facts.linux.services import Processes
from nis2scan.facts.linux.ssh_admins import AdminView, AdminViews, kept_out
from nis2scan.facts.linux.ssh_keys import SshKeys
from nis2scan.facts.linux.sshd import SshSettings, refuse_other_servers
from nis2scan.facts.linux.sudo import RootRights

F = TypeVar("F")

_KNOWN = {"password", "keyboard-interactive"}  # both ask what somebody knows, and PAM what it is set to ask


@dataclass(frozen=True)
class AdminWays(Fact):
    """The weakest way in of each administrator who gets in at all. `password`: a password alone. `key`: a key (or
    ticket) alone. `some`: the second factor is asked only of who has set one up. `two`: a second factor in any case, a
    security key, or a certificate of the office's own authority.
    """

    weakest: dict[str, str]


@dataclass
class _Sight:
    """What ways are judged by; `unknown` collects what could not be told."""

    keys: Maybe[SshKeys]
    pam: Maybe[PamAuth]
    passwords: Maybe[PasswordStates]
    unknown: list[CannotTell] = field(default_factory=list)

    def sure(self, fact: Maybe[F], what: str) -> F | None:
        if fact.value is None:
            self.unknown.append(fact.why if isinstance(fact.why, CannotTell) else CannotTell(Reason.TOOL_MISSING, what))
        return fact.value


@derives
def admin_ways(
    views: Maybe[AdminViews],
    settings: Maybe[SshSettings],
    listeners: Maybe[Listeners],
    keys: Maybe[SshKeys],
    pam: Maybe[PamAuth],
    passwords: Maybe[PasswordStates],
    rights: Maybe[RootRights],
    processes: Maybe[Processes],
    accounts: Accounts,
) -> AdminWays:
    """A password alone is bad whatever else is unknown; any other word needs sight of every way of everybody."""
    if listeners.value is not None and listeners.value.no_ssh:
        raise Absent(say("nothing that other machines can reach speaks SSH: the listeners were read"))
    sight = _Sight(keys, pam, passwords)
    known, server = sight.sure(views, "sshd"), sight.sure(settings, "sshd")
    if known is None or server is None:
        raise sight.unknown[0]
    weakest: dict[str, str] = {}
    for view in known.views:
        if not _closed(view, accounts):
            for way in _ways(view):
                strength = _strength(view, way, sight)
                if strength:
                    weakest[view.user] = min(strength, weakest.get(view.user, "two"), key=_ORDER.index)
    if "password" in weakest.values():
        return AdminWays(weakest)
    refuse_other_servers(server, listeners.value)
    granted = sight.sure(rights, "sudo")
    sight.unknown += [*_overlooked(known, granted, accounts), *_of_a_directory(granted, accounts, processes.value)]
    if sight.unknown:
        raise sight.unknown[0]
    if not weakest:
        raise Absent(say("no administrator gets in over SSH"))
    return AdminWays(weakest)


_ORDER = ("password", "some", "key", "two")


def _closed(view: AdminView, accounts: Accounts) -> bool:
    """root bound to commands administers nothing by hand."""
    root = view.user == "root" and view.one("permitrootlogin") in ("no", "forced-commands-only")
    return root or kept_out(view, Maybe(accounts))


def _ways(view: AdminView) -> Iterator[list[str]]:
    """The lists of methods that open a session; one whose every method is switched on."""
    on = {name for name, setting in _METHODS.items() if view.one(setting) == "yes"}
    if view.one("challengeresponseauthentication") == "yes":
        on.add("keyboard-interactive")
    if view.one("usepam") != "yes":
        on.discard("keyboard-interactive")
    if view.user == "root" and view.one("permitrootlogin") != "yes":
        on -= _KNOWN
    methods = view.one("authenticationmethods") or "any"
    ways = [[name] for name in sorted(on)] if methods == "any" else [way.split(",") for way in methods.split()]
    for way in ways:
        steps = [step.partition(":")[0] for step in way]  # keyboard-interactive:pam names the device behind it
        if set(steps) <= on:
            yield steps


_METHODS = {
    "publickey": "pubkeyauthentication",
    "password": "passwordauthentication",
    "keyboard-interactive": "kbdinteractiveauthentication",
    "gssapi-with-mic": "gssapiauthentication",
    "hostbased": "hostbasedauthentication",
}


def _strength(view: AdminView, way: list[str], sight: _Sight) -> str:
    """How strong one way is; empty when it is closed after all, or when that is not known."""
    if set(way) <= _KNOWN:
        return _by_word(view, sight)
    if _KNOWN & set(way):
        return "two"
    return _by_key(view, sight) if "publickey" in way else "key"


def _by_word(view: AdminView, sight: _Sight) -> str:
    passwords = sight.sure(sight.passwords, "shadow")
    if passwords is None or passwords.states.get(view.user) == "locked":
        return ""
    if view.one("usepam") != "yes":
        return "password"
    pam = sight.sure(sight.pam, "PAM")
    if pam is not None and pam.second_factor == "conditional":
        why = say("PAM asks a second factor with exceptions that depend on circumstances")
        sight.unknown.append(CannotTell(Reason.PARSE_ERROR, why))
    return {"required": "two", "optional": "some", "none": "password"}.get(pam.second_factor if pam else "", "")


def _by_key(view: AdminView, sight: _Sight) -> str:
    """Keys that are bound to a command open no session."""
    accepted = (view.one("pubkeyacceptedalgorithms") or view.one("pubkeyacceptedkeytypes")).split(",")
    if all(kind.startswith("sk-") or "-cert-" in kind for kind in accepted):
        return "two"
    keys = sight.sure(sight.keys, "sshd")
    if keys is None:
        return ""
    command = view.one("authorizedkeyscommand") or "none"
    if view.user in keys.unread or command != "none" or view.one("authorizedkeysfile") != keys.files:
        sight.unknown.append(
            CannotTell(Reason.PARSE_ERROR, say("the keys of {names} were not read", names=[view.user]))
        )
        return ""
    mine = [key for key in keys.of(view.user) if "command" not in key.options]
    authority = (view.one("trustedusercakeys") or "none") != "none"
    if not mine:
        return "two" if authority else ""
    return "two" if all(key.in_hardware or key.of_authority for key in mine) else "key"


def _overlooked(known: AdminViews, rights: RootRights | None, accounts: Accounts) -> list[CannotTell]:
    """Who may become root and is not in a group that sshd was asked about; or a group that was too large to ask."""
    if known.more:
        return [CannotTell(Reason.TRUNCATED, say("there are more administrators than were asked about"))]
    if not known.own_networks:
        return [CannotTell(Reason.TOOL_MISSING, "ip")]
    asked = {view.user for view in known.views}
    people = {user.name for user in accounts.users if user.human}
    others = set[str]()
    for grant in rights.grants if rights is not None else ():
        if grant.who in ("ALL", "%ALL"):
            others |= people
        elif grant.who.startswith("%"):
            others |= accounts.members(grant.who[1:]) & people
        else:
            others |= {user.name for user in accounts.users if user.human and grant.who in (user.name, f"#{user.uid}")}
    if missed := sorted(others - asked):
        return [
            CannotTell(Reason.NOT_ASKED, say("sshd was not asked about {names}, who can become root", names=missed))
        ]
    return []


_DIRECTORIES = ("sssd", "sssd_be", "winbindd", "nslcd", "himmelblaud")
_SHIPPED = {"sudo", "wheel", "admin"}  # sudoers names them also where no such group exists


def _of_a_directory(rights: RootRights | None, accounts: Accounts, running: Processes | None) -> list[CannotTell]:
    """Administrators whom a directory (Active Directory, LDAP) knows: sshd was asked about local accounts only."""
    if running is not None and not any(running.runs(name) for name in _DIRECTORIES):
        return []
    local = {user.name for user in accounts.users}
    strangers = {name for group in _SHIPPED for name in accounts.members(group)} - local
    for grant in rights.grants if rights is not None else ():
        name = grant.who.removeprefix("%").lstrip(":")
        if grant.who.startswith("%") and name != "ALL":
            strangers |= accounts.members(name) - local
            strangers |= {grant.who} if name not in accounts.groups and name not in _SHIPPED else set()
        elif grant.who != "ALL" and not grant.who.startswith("#") and name not in local:
            strangers.add(grant.who)
    if not strangers:
        return []
    why = say("sshd was not asked about {names}, who can become root", names=sorted(strangers))
    return [CannotTell(Reason.NOT_ASKED, why)]
