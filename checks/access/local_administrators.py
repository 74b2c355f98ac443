"""ACC-WIN-001."""

from __future__ import annotations

from nis2scan.api import (
    CannotTell,
    Confidence,
    Effort,
    Maybe,
    Policy,
    Reason,
    Severity,
    Verdict,
    bad,
    check,
    ok,
    say,
    warn,
)
from nis2scan.facts.windows.accounts import EverydayUser, LocalAdmins, LocalUsers, Member
from nis2scan.facts.windows.rights import Rights
from nis2scan.facts.windows.sids import (
    ADMINISTRATORS,
    AUTHENTICATED,
    EVERYONE,
    GUESTS,
    INTERACTIVE,
    NETWORK,
    ORGANISATION,
    USERS,
    cloud,
    of_a_domain,
    rid,
)
from nis2scan.facts.windows.system import Windows

_CROWDS = {EVERYONE, AUTHENTICATED, ORGANISATION, INTERACTIVE, NETWORK, USERS, GUESTS}
_CROWD_RIDS = {513, 514}  # the users and the guests of a domain
_ADMINISTRATOR = 500


@check(
    title="Everyday users are administrators of their PC",
    catalogue=("ACC-WIN-001",),
    severity=Severity.HIGH,
    key=True,
    effort=Effort.HOUR,
    expected="Who works on the machine is no administrator of it, and at most {admins_max} others are.",
    action="Take the rights of an administrator from everyday users",
    remedy="Make a separate account for administration first, and try it.\n"
    "Then, by SID, as names differ per language: Get-LocalGroup -SID S-1-5-32-544 shows the group; "
    "Remove-LocalGroupMember -SID S-1-5-32-544 -Member 'DOMAIN\\USER'.\n"
    "In Entra: Devices > Device settings, let who joins a device become no administrator.\n"
    "Check: as that user, `whoami /groups` shows no S-1-5-32-544.",
    limits="Takes who signed in last for the everyday user; on a server it looks only at how many administrators "
    "there are and who they are. Who is in a group of the domain is seen as far as group policy wrote it down on the "
    "machine, and who holds a role in Entra is not seen.",
)
def local_administrators(
    admins: LocalAdmins, windows: Windows, user: Maybe[EverydayUser], own: Maybe[LocalUsers], us: Rights, policy: Policy
) -> Verdict:
    """What an administrator opens, malware gets as an administrator: it then switches off protection, takes passwords
    of others and spreads. A one-man business needs a second, everyday account too.
    """
    crowd = [member for member in admins.members if member.sid in _CROWDS or rid(member.sid) in _CROWD_RIDS]
    if crowd:
        return bad(say("whole groups of people are administrators: {names}", names=[_name(item) for item in crowd]))
    derived = False
    if not windows.server:
        if (verdict := _everyday(admins, user)) is not None:
            return verdict
        derived = any(_asks_the_domain(member) or _role(member) for member in admins.members)
    return _counted(admins, own, us, policy, Confidence.DERIVED if derived else Confidence.MEASURED)


def _everyday(admins: LocalAdmins, user: Maybe[EverydayUser]) -> Verdict | None:
    """None: the everyday user is no administrator as far as can be seen."""
    who = user.value
    if who is None:
        raise user.why if user.why is not None else CannotTell(Reason.NOT_ASKED)
    if not who.sid:
        raise CannotTell(Reason.NOTHING_TO_JUDGE, say("nobody is known to have signed in on this machine"))
    direct = next((member for member in admins.members if member.sid == who.sid), None)
    if direct is not None:
        return bad(say("{name}, who signed in last, is an administrator", name=_name(direct)))
    nested = [member for member in admins.members if who.groups is not None and member.sid in who.groups]
    if nested:
        return bad(
            say("who signed in last ({sid}) is an administrator by way of {group}", sid=who.sid, group=_name(nested[0]))
        )
    if who.groups is not None and ADMINISTRATORS in who.groups:
        return bad(say("who signed in last ({sid}) is an administrator", sid=who.sid))
    unseen = [_name(member) for member in admins.members if _asks_the_domain(member)]
    if unseen and who.groups is None and of_a_domain(who.sid):
        return warn(say("whether who signed in last is in {groups} could not be seen", groups=unseen))
    return None


def _counted(
    admins: LocalAdmins, own: Maybe[LocalUsers], us: Rights, policy: Policy, confidence: Confidence
) -> Verdict:
    """Roles of Entra and a built-in administrator that is off do not count."""
    off = {item.sid for item in own.value.users if not item.enabled} if own.value is not None else set()
    nameless = [member.sid for member in admins.members if of_a_domain(member.sid) and not member.resolved]
    if nameless:
        return warn(say("administrators that Windows has no name for any more: {names}", names=nameless))
    counted = [
        member
        for member in admins.members
        if not _role(member) and not (rid(member.sid) == _ADMINISTRATOR and (own.value is None or member.sid in off))
    ]
    names = [_name(member, us) for member in counted]
    if len(counted) > policy.admins_max:
        return warn(say("{count} administrators: {names}", count=len(counted), names=names))
    if not names:
        return ok(say("nobody is an administrator but roles of Entra"), confidence=confidence)
    return ok(say("the administrators are {names}", names=names), confidence=confidence)


def _asks_the_domain(member: Member) -> bool:
    """A group whose members only a domain knows; its own administrators aside no office PC is without one."""
    return member.group and of_a_domain(member.sid)


def _role(member: Member) -> bool:
    """A role of Entra, or a group of it: only Entra knows who holds it."""
    return cloud(member.sid) and not member.resolved


def _name(member: Member, us: Rights | None = None) -> str:
    mine = us is not None and member.sid == us.sid
    return f"{member.name} (nis2scan)" if mine else member.name
