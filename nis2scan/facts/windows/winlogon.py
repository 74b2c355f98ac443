"""Ways in without proof of who comes: automatic sign-in, accounts without a password, the guest."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from nis2scan.api import Absent, Answer, CannotTell, Fact, Reason, Said, Unknown, powershell, reads, say
from nis2scan.facts.windows.accounts import LOCAL_ACCOUNTS, LOCAL_USERS, LocalUsers, local_users
from nis2scan.facts.windows.values import number, table, text, truth

T = TypeVar("T")


@dataclass(frozen=True)
class AutomaticSignIn:
    """on: Windows signs somebody in when it starts. user: whom. stored: his password stands readable in the registry."""

    on: bool
    user: str
    stored: bool


@dataclass(frozen=True)
class OpenAccounts(Fact):
    """Each as far as it could be read.

    console_only: an account without a password can be used at the machine itself only, which is the default.
    users: the accounts of this machine; None on a domain controller, which has none.
    """

    automatic: AutomaticSignIn | Unknown
    console_only: bool | Unknown
    users: LocalUsers | Unknown | None


# Of the password only whether there is one: its value goes to no function, no log and no answer.
AUTOMATIC_SIGN_IN = powershell(
    r"""# automatic-sign-in
$key = Get-ItemProperty -LiteralPath 'HKLM:\SOFTWARE\Microsoft\Windows NT\CurrentVersion\Winlogon' -ErrorAction Stop
[ordered]@{ on = "$($key.AutoAdminLogon)"; user = "$($key.DefaultUserName)"; stored = "$($key.DefaultPassword)".Length -gt 0 }""",
    seconds=2,
)

EMPTY_PASSWORDS = powershell(
    r"""# empty-passwords
[ordered]@{ lsa = Read-Values 'HKLM:\SYSTEM\CurrentControlSet\Control\Lsa' 'LimitBlankPasswordUse' }""",
    seconds=2,
)


@reads(AUTOMATIC_SIGN_IN, EMPTY_PASSWORDS, LOCAL_USERS, LOCAL_ACCOUNTS)
def open_accounts(automatic: Answer, empty: Answer, users: Answer, accounts: Answer) -> OpenAccounts:
    """What one of them does not tell costs the others nothing."""
    return OpenAccounts(
        _told(lambda: _automatic(automatic), say("the settings of automatic sign-in could not be read")),
        _told(lambda: _console_only(empty), say("the settings of empty passwords could not be read")),
        _told(lambda: _users(users, accounts), say("the accounts of this machine could not be read")),
    )


def _automatic(answer: Answer) -> AutomaticSignIn:
    """AutoAdminLogon is a text, `1` for on. Absent is off."""
    made = table(answer)
    stored = truth(made.get("stored"))
    if stored is None or not isinstance(made.get("on"), str):
        raise CannotTell(Reason.PARSE_ERROR, say("the settings of automatic sign-in could not be read"))
    return AutomaticSignIn(on=text(made["on"]) == "1", user=text(made.get("user")), stored=stored)


def _console_only(answer: Answer) -> bool:
    """The key is on every Windows; the value is 1 where it is not set."""
    lsa = table(answer).get("lsa")
    if not isinstance(lsa, dict) or "LimitBlankPasswordUse" not in lsa:
        raise CannotTell(Reason.PARSE_ERROR, say("the settings of empty passwords could not be read"))
    return number(lsa["LimitBlankPasswordUse"]) != 0


def _users(users: Answer, accounts: Answer) -> LocalUsers | None:
    try:
        found = local_users.read(users, accounts)
    except Absent:
        return None
    assert isinstance(found, LocalUsers)  # noqa: S101 the reader makes it
    return found


def _told(read: Callable[[], T], otherwise: Said) -> T | Unknown:
    try:
        return read()
    except CannotTell as why:
        return Unknown(why.reason, otherwise)
