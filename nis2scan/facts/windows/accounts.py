"""Accounts of the machine itself, who may do everything on it, and who uses it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from nis2scan.api import (
    Absent,
    Answer,
    CannotTell,
    Fact,
    Maybe,
    Message,
    Reason,
    Unknown,
    derives,
    powershell,
    reads,
    say,
)
from nis2scan.facts.windows.sids import rid, sid_of
from nis2scan.facts.windows.values import moment, rows, sub, table, text, truth


@dataclass(frozen=True)
class LocalUser:
    """One account of this machine. used_at: its last sign-in, None for never."""

    sid: str
    name: str
    enabled: bool
    password_required: bool
    used_at: datetime | None


@dataclass(frozen=True)
class LocalUsers(Fact):
    """The accounts that this machine keeps itself. A domain controller has none.

    uses: whether the moments of the last sign-in are known.
    """

    users: tuple[LocalUser, ...]
    uses: bool


@dataclass(frozen=True)
class Member:
    """One member of a group. path: as Windows names it, `WinNT://KANTOOR/jan`. group: it is a group itself.

    resolved: Windows knows a name for it.
    """

    sid: str
    path: str
    group: bool

    @property
    def resolved(self) -> bool:
        return bool(self.path) and not self.path.upper().startswith("WINNT://S-1-")

    @property
    def name(self) -> str:
        """For people: the last two parts of the path, or the SID."""
        return "\\".join(self.path.removeprefix("WinNT://").split("/")[-2:]) or self.sid


@dataclass(frozen=True)
class LocalAdmins(Fact):
    """Who stands in the group of administrators (S-1-5-32-544) of this machine, one level deep."""

    members: tuple[Member, ...]


@dataclass(frozen=True)
class EverydayUser(Fact):
    """Who signed in last, by SID, `` when nobody did.

    groups: the SIDs of the groups in which the domain put him, as group policy wrote them down; None where it did not.
    """

    sid: str
    groups: frozenset[str] | None


@dataclass(frozen=True)
class OwnAccounts(Fact):
    """Whether an account of the machine itself is on, and whether one that is on is an administrator of it."""

    any: bool | Unknown
    administrator: bool | Unknown


# On a domain controller the lists would be those of the whole domain.
_NO_DC = r"""
if ((Read-Values 'HKLM:\SYSTEM\CurrentControlSet\Control\ProductOptions' 'ProductType').ProductType -eq 'LanmanNT') { return [ordered]@{ controller = $true; items = @() } }"""

LOCAL_USERS = powershell(
    "# local-users"
    + _NO_DC
    + r"""
[ordered]@{
  controller = $false
  items = @(Get-LocalUser -ErrorAction Stop | ForEach-Object { Copy-Properties $_ 'SID' 'Name' 'Enabled' 'PasswordRequired' 'LastLogon' })
}""",
    seconds=4,
)

LOCAL_ACCOUNTS = powershell(
    "# local-accounts"
    + _NO_DC
    + r"""
[ordered]@{
  controller = $false
  items = Read-Instances 'root/cimv2' 'Win32_UserAccount' @('SID', 'Name', 'Disabled', 'PasswordRequired') 'LocalAccount=True'
}""",
    seconds=8,
)

# The group is found by its SID: its name is in the language of the system. A member that Windows cannot name any more
# stops Get-LocalGroupMember; here it is a member like the others, whose path is his SID. For a domain that does not
# answer Windows waits, member by member: so this comes after what is quick.
ADMINISTRATORS = powershell(
    "# administrators"
    + _NO_DC
    + r"""
$names = @(Find-Instances 'root/cimv2' 'Win32_Group' "LocalAccount=True AND SID='S-1-5-32-544'" | ForEach-Object { "$($_.Name)" })
if ($names.Count -ne 1) { throw 'no group of administrators' }
$group = [adsi]"WinNT://$env:COMPUTERNAME/$($names[0]),group"
[ordered]@{
  controller = $false
  items = @(foreach ($raw in $group.psbase.Invoke('Members')) {
    $member = [adsi]$raw
    $path = "$($member.Path)"
    try { $sid = $member.objectSid } catch { $sid = $null }
    if ($null -ne $sid -and $sid -isnot [byte[]]) { $sid = @($sid)[0] }
    if ($null -eq $sid -and $path -match '(S-1-[0-9-]+)$') { $sid = $Matches[1] }
    try { $class = "$($member.SchemaClassName)" } catch { $class = '' }
    [ordered]@{ sid = Copy-Value $sid; path = $path; class = $class }
  })
}""",
    full=True,
    seconds=22,
)

LAST_USER = powershell(
    r"""# last-user
$shown = Read-Values 'HKLM:\SOFTWARE\Microsoft\Windows\CurrentVersion\Authentication\LogonUI' 'LastLoggedOnUserSID'
$groups = $null
if ("$($shown.LastLoggedOnUserSID)" -match '^S-1-[0-9-]+$') {
  $groups = Read-Values "HKLM:\SOFTWARE\Microsoft\Windows\CurrentVersion\Group Policy\$($shown.LastLoggedOnUserSID)\GroupMembership" @('Count') @(0..199 | ForEach-Object { "Group$_" })
}
$sids = $null
if ($null -ne $groups) { $sids = @($groups.Keys | Where-Object { $_ -ne 'Count' -and $groups[$_] } | ForEach-Object { "$($groups[$_])" }) }
$count = $null
if ($null -ne $groups) { $count = $groups['Count'] }
[ordered]@{ shown = $shown; groups = $sids; count = $count }""",
    seconds=2,
)


@reads(LOCAL_USERS, LOCAL_ACCOUNTS)
def local_users(users: Answer, accounts: Answer) -> LocalUsers:
    """Get-LocalUser knows the last sign-in; CIM, where that module is missing, does not."""
    first = users if users.ok or not accounts.ok else accounts
    made = _no_controller(table(first))
    found = tuple(_user(row) for row in rows(made))
    if not found:
        raise CannotTell(Reason.PARSE_ERROR, say("Windows listed no account"))
    return LocalUsers(found, uses=first is users)


@reads(ADMINISTRATORS)
def local_admins(answer: Answer) -> LocalAdmins:
    """An empty group is one that could not be read: the built-in administrator cannot leave it."""
    made = _no_controller(table(answer))
    members = []
    for row in rows(made):
        sid = sid_of(row.get("sid"))
        if not sid:
            raise CannotTell(Reason.PARSE_ERROR, say("a member of the group could not be read"))
        # Of what kind a member is, its domain tells: one that is not told may be a group.
        members.append(Member(sid, text(row.get("path")), group=text(row.get("class")).casefold() != "user"))
    if not members:
        raise CannotTell(Reason.PARSE_ERROR, say("Windows listed no administrator"))
    return LocalAdmins(tuple(members))


@reads(LAST_USER)
def everyday_user(answer: Answer) -> EverydayUser:
    """The sign-in screen remembers who came last. Group policy writes down his groups, nested ones too."""
    made = table(answer)
    shown = sub(made, "shown")
    if shown is None:
        raise CannotTell(Reason.PARSE_ERROR, say("who signed in last could not be read"))
    groups = made.get("groups")
    sids = [groups] if isinstance(groups, str) else groups
    whole = isinstance(sids, list) and made.get("count") == len(sids) and len(sids) > 0
    return EverydayUser(
        sid=sid_of(shown.get("LastLoggedOnUserSID")),
        groups=frozenset(sid for item in sids if (sid := sid_of(item))) if whole and isinstance(sids, list) else None,
    )


def _no_controller(made: dict[str, Any]) -> dict[str, Any]:
    if made.get("controller") is True:
        raise Absent(say("a domain controller has no accounts of its own"))
    return made


def _user(row: dict[str, Any]) -> LocalUser:
    """A row of either list. What is not a plain yes or no makes the whole list unread."""
    enabled = truth(row.get("Enabled"))
    disabled = truth(row.get("Disabled"))
    if enabled is None and disabled is not None:
        enabled = not disabled
    required, sid = truth(row.get("PasswordRequired")), sid_of(row.get("SID"))
    if enabled is None or required is None or not re.match("S-1-5-21-", sid):
        raise CannotTell(Reason.PARSE_ERROR, say("an account of this machine could not be read"))
    return LocalUser(sid, text(row.get("Name")), enabled, required, moment(row.get("LastLogon")))


_ADMINISTRATOR = 500


@derives
def own_accounts(users: Maybe[LocalUsers], admins: Maybe[LocalAdmins]) -> OwnAccounts:
    """The built-in administrator cannot leave the group, so where it is on the list of members is not needed."""
    if users.absent:
        return OwnAccounts(any=False, administrator=False)
    if users.value is None:
        unread = _unknown(users.why)
        return OwnAccounts(unread, unread)
    on = {user.sid for user in users.value.users if user.enabled}
    if not on or any(rid(sid) == _ADMINISTRATOR for sid in on):
        return OwnAccounts(bool(on), bool(on))
    if admins.value is None:
        return OwnAccounts(any=True, administrator=_unknown(admins.why))
    return OwnAccounts(any=True, administrator=any(member.sid in on for member in admins.value.members))


def _unknown(why: object) -> Unknown:
    if not isinstance(why, CannotTell):
        return Unknown(Reason.NOT_ASKED)
    return Unknown(why.reason, why.detail if isinstance(why.detail, (str, Message)) else str(why.detail))
