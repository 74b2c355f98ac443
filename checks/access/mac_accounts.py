"""ACC-MAC-001."""

from __future__ import annotations

from collections.abc import Mapping

from nis2scan.api import Confidence, Effort, Part, Policy, Reason, Severity, Unknown, bad, check, ok, say, warn
from nis2scan.facts.macos.accounts import MacAccounts
from nis2scan.facts.macos.doors import MacDoors


@check(
    title="This Mac lets in more than its users",
    catalogue=("ACC-MAC-001",),
    severity=Severity.MEDIUM,
    effort=Effort.MINUTES,
    expected="Nobody is signed in automatically; root and the guest account are off; shared folders ask for an "
    "account; at most {mac_admins_max} people administer the Mac, and not with the account of every day.",
    action="Close the open doors of Macs: automatic sign-in, guests, root",
    remedy="Automatic sign-in: System Settings > Users & Groups > Automatically log in as > Off.\n"
    "Guest: `sudo sysadminctl -guestAccount off`; guests in shared folders: `sudo sysadminctl -smbGuestAccess off`.\n"
    "Root: `dsenableroot -d`.\n"
    "Administrators: make one account to administer with, and change the account of every day to Standard.\n"
    "Check: the next scan.",
    limits="Who sits at it is whoever signed in last at the screen. When the screen locks is a setting of each user, "
    "and not looked at. Administrators by way of a directory service are not seen. No real Mac has confirmed these "
    "shapes.",
)
def mac_accounts(accounts: MacAccounts, doors: MacDoors, policy: Policy) -> Mapping[str, Part]:
    """Whoever picks up a Mac that signs in by itself has everything on it. And what an administrator opens by mistake
    may change the whole Mac.
    """
    return {
        "root": _root(accounts),
        "autologin": _automatic(doors),
        "guest": _guest(accounts, doors),
        "SMB": _shares(doors),
        "admin": _admins(accounts, doors, policy),
    }


def _root(accounts: MacAccounts) -> Part:
    if accounts.root is None:
        return Unknown(Reason.PARSE_ERROR, say("whether root may sign in is not told"))
    return bad(say("root may sign in with a password")) if accounts.root else ok(say("root cannot sign in"))


def _automatic(doors: MacDoors) -> Part:
    if doors.login is None:
        return doors.why_login
    if doors.login.left_over:
        return warn(say("a password for automatic sign-in is kept, though nobody is named for it"))
    if not doors.login.automatic:
        return ok(say("nobody is signed in automatically"))
    if doors.disk_locked is None:
        return doors.why_locked
    if doors.disk_locked:
        # The settings may be left over: a disk that must be opened with a password signs nobody in by itself.
        return warn(say("automatic sign-in is set, and FileVault keeps it from working"))
    return bad(say("{user} is signed in automatically at start", user=doors.login.automatic))


def _guest(accounts: MacAccounts, doors: MacDoors) -> Part:
    if doors.login is None:
        return doors.why_login
    if doors.login.guest or (doors.login.guest is None and accounts.guest):
        return warn(say("the guest account is on"))
    return ok(say("the guest account is off"))


def _shares(doors: MacDoors) -> Part:
    """Guests get in where the server lets them, and a folder does too."""
    if doors.sharing is False:
        return ok(say("no folders are shared"))
    if doors.sharing is None or doors.shares is None:
        return doors.why_shares
    if doors.login is None:
        return doors.why_login
    if doors.login.smb_guest and doors.shares.open:
        return bad(say("shared folders are open to everybody without a password: {folders}", folders=doors.shares.open))
    if doors.login.smb_guest:
        return bad(say("folders are shared, and guests may connect without a password"))
    if doors.login.smb_guest is None and doors.shares.open:
        return warn(
            say(
                "folders would let in guests, and no choice about guests was made: {folders}", folders=doors.shares.open
            )
        )
    return ok(say("shared folders ask for an account"), confidence=Confidence.DERIVED)


def _admins(accounts: MacAccounts, doors: MacDoors, policy: Policy) -> Part:
    people = accounts.people & accounts.admins
    if len(people) > policy.mac_admins_max:
        return warn(say("{count} people administer it: {names}", count=len(people), names=tuple(sorted(people))))
    usual = accounts.console if accounts.console in accounts.people else doors.login.last if doors.login else ""
    if usual not in accounts.people:
        return Unknown(Reason.OUT_OF_VANTAGE, say("who sits at this Mac is not known"))
    if usual in people:
        return warn(say("{user}, who sits at it, administers it with the same account", user=usual))
    return ok(say("{user}, who sits at it, does not administer it", user=usual))
