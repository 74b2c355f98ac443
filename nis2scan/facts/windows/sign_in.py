"""How people sign in to a Windows machine: with a password alone, or with Windows Hello, a key or a card."""

from __future__ import annotations

from dataclasses import dataclass

from nis2scan.api import Answer, CannotTell, Fact, Reason, powershell, reads, say
from nis2scan.facts.windows.values import number, rows, sub, table, text

_HELLO = "{d6886603-9d2f-4eb2-b667-1971041fa96b}"


@dataclass(frozen=True)
class SignIn(Fact):
    """user: SID of who signed in last, `` when nobody did. card_forced: a smart card or Hello is required of everybody.

    hello: the usual user has set Windows Hello up; None when that could not be read. used: the last sign-in went by it.
    """

    user: str
    card_forced: bool
    hello: bool | None
    used: bool


SIGN_IN = powershell(
    r"""# sign-in
$hello = 'HKLM:\SOFTWARE\Microsoft\Windows\CurrentVersion\Authentication\Credential Providers\{D6886603-9D2F-4EB2-B667-1971041FA96B}'
$users = Read-Subkeys $hello
$items = @(foreach ($user in $users) { [ordered]@{ sid = $user; set = (Read-Values "$hello\$user" 'LogonCredsAvailable').LogonCredsAvailable } })
[ordered]@{
  last = Read-Values 'HKLM:\SOFTWARE\Microsoft\Windows\CurrentVersion\Authentication\LogonUI' 'LastLoggedOnUserSID' 'LastLoggedOnProvider'
  system = Read-Values 'HKLM:\SOFTWARE\Microsoft\Windows\CurrentVersion\Policies\System' 'ScForceOption'
  hello = $null -ne $users
  items = $items
}""",
    seconds=3,
)


@reads(SIGN_IN)
def sign_in(answer: Answer) -> SignIn:
    """`LogonCredsAvailable` 1: set up, 2: not. It is kept for people who signed in here, by their SID."""
    made = table(answer)
    last, system = sub(made, "last") or {}, sub(made, "system") or {}
    user = text(last.get("LastLoggedOnUserSID"))
    forced = number(system.get("ScForceOption")) == 1
    if not user and not forced:
        raise CannotTell(Reason.NOTHING_TO_JUDGE, say("nobody is known to have signed in on this machine"))
    mine = [number(row.get("set")) for row in rows(made) if text(row.get("sid")) == user]
    hello = {1: True, 2: False}.get(mine[0] or 0) if mine else False
    return SignIn(user, forced, hello, text(last.get("LastLoggedOnProvider")).casefold() == _HELLO)
