"""ACC-WIN-002."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from nis2scan.api import (
    Effort,
    Now,
    Part,
    Policy,
    Reason,
    Severity,
    Unknown,
    Verdict,
    bad,
    check,
    ok,
    say,
    warn,
)
from nis2scan.facts.windows.accounts import LocalUser, LocalUsers
from nis2scan.facts.windows.sids import rid
from nis2scan.facts.windows.system import Windows
from nis2scan.facts.windows.winlogon import AutomaticSignIn, OpenAccounts

_ADMINISTRATOR, _GUEST = 500, 501


@check(
    title="A Windows account lets anybody in",
    catalogue=("ACC-WIN-002",),
    severity=Severity.HIGH,
    effort=Effort.MINUTES,
    expected="Guest is off, each account needs a password, none stands readable in the registry, and nobody is signed "
    "in by itself.",
    action="Switch off Windows accounts that let anybody in",
    remedy="Guest: Get-LocalUser | Where-Object SID -like '*-501' | Disable-LocalUser; the built-in administrator the "
    "same with '*-500', once another administrator works.\n"
    "No password needed: `net user NAME /passwordreq:yes`, then give it one.\n"
    "Automatic sign-in: in HKLM\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion\\Winlogon set AutoAdminLogon to 0 and "
    "delete DefaultPassword; change that password, everybody on the machine could read it.\n"
    "Needed for a till or a screen on the wall: an account that may do nothing else, in a network of its own.\n"
    "Check: the next scan names none of them.",
    limits="Sees accounts of the machine itself. That an account needs no password does not say that it has none; a "
    "password that is easy to guess is not seen.",
)
def windows_accounts(accounts: OpenAccounts, windows: Windows, now: Now, policy: Policy) -> Mapping[str, Part]:
    """Whoever walks past such a machine, or reaches it over the network, is in. A password in the registry can be read
    by every user of the machine.
    """
    parts: dict[str, Part] = {"AutoAdminLogon": _automatic(accounts.automatic)}
    if windows.controller:  # its accounts are those of the domain
        return parts
    parts["LimitBlankPasswordUse"] = _empty(accounts.console_only)
    if not isinstance(accounts.users, LocalUsers):
        parts["Get-LocalUser"] = accounts.users or Unknown(Reason.PARSE_ERROR)
        return parts
    for user in accounts.users.users:
        if (verdict := _account(user, accounts.users, windows, now, policy)) is not None:
            parts[user.sid if user.name in parts or not user.name else user.name] = verdict
    return parts


def _automatic(set_to: AutomaticSignIn | Unknown) -> Part:
    if isinstance(set_to, Unknown):
        return set_to
    if set_to.stored:
        return bad(say("a password of {user} stands readable in the registry", user=set_to.user or "?"))
    if set_to.on:
        return warn(say("{user} is signed in by itself when Windows starts", user=set_to.user or "?"))
    return ok(say("nobody is signed in by itself"))


def _empty(console_only: bool | Unknown) -> Part:
    if isinstance(console_only, Unknown):
        return console_only
    if console_only:
        return ok(say("an account without a password is of no use over the network"))
    return bad(say("accounts without a password may come in over the network"))


def _account(user: LocalUser, own: LocalUsers, windows: Windows, now: Now, policy: Policy) -> Verdict | Unknown | None:
    """None for an ordinary account of which nothing is to be said: off, or with a password."""
    number = rid(user.sid)
    if number == _GUEST:
        return bad(say("the guest account is on")) if user.enabled else ok(say("the guest account is off"))
    if user.enabled and not user.password_required:
        return bad(say("this account needs no password"))
    if number != _ADMINISTRATOR:
        return None
    if not user.enabled:
        return ok(say("the built-in administrator is off"))
    if windows.server:
        return ok(say("the built-in administrator is on, as is usual on a server"))
    if not own.uses:
        return Unknown(Reason.TOOL_MISSING, say("when the built-in administrator was used last could not be read"))
    if user.used_at is not None and user.used_at >= now - timedelta(days=policy.builtin_admin_days):
        return warn(say("the built-in administrator was used on {day}", day=user.used_at.date()))
    return ok(say("the built-in administrator is on, and is not used"))
