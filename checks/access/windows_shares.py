"""ACC-WIN-005."""

from __future__ import annotations

from collections.abc import Mapping

from nis2scan.api import Effort, NotThere, Part, Severity, Unknown, Verdict, bad, check, ok, say, warn
from nis2scan.facts.windows.sddl import Access, Crowd
from nis2scan.facts.windows.shares import Share, Shares
from nis2scan.facts.windows.system import Windows


@check(
    title="A Windows share is open to everyone",
    catalogue=("ACC-WIN-005",),
    severity=Severity.HIGH,
    key=True,
    effort=Effort.HOUR,
    expected="Each share can be read and changed by named groups only.",
    action="Close Windows shares to whoever does not need them",
    remedy="Make a group per share, then take the right of Everyone away:\n"
    "Grant-SmbShareAccess -Name NAME -AccountName 'DOMAIN\\GROUP' -AccessRight Change; Revoke-SmbShareAccess -Name "
    "NAME -AccountName (the name that Get-SmbShareAccess NAME shows).\n"
    "And in the folder: icacls FOLDER /grant 'DOMAIN\\GROUP:(OI)(CI)M'; icacls FOLDER /remove '*S-1-1-0' '*S-1-5-11'.\n"
    "A scanner or printer that needs a folder: an account of its own, in a folder of its own.\n"
    "Check: Get-SmbShareAccess NAME and icacls FOLDER name only groups that you know.",
    limits="Sees the rights of each share and of its top folder, not of folders below it, nor who is in a group. "
    "Shares of Windows itself (C$, ADMIN$, IPC$, print$, SYSVOL, NETLOGON) are left out.",
)
def windows_shares(shares: Shares, windows: Windows) -> Mapping[str, Part]:
    """Every visitor of the office network, and every infected device on it, reads and encrypts what a share gives to
    everybody.
    """
    parts = {share.name: _judged(share, windows.server) for share in shares.shares}
    if shares.nameless:
        parts["IPC$"] = warn(say("sessions without any account may open more than they should"))
    return parts or {"": NotThere(say("no folder is given out"))}


def _judged(share: Share, server: bool) -> Part:
    may = share.may
    if isinstance(may, Unknown):
        return may
    nameless = max(may[Crowd.NAMELESS], may[Crowd.GUESTS])
    everybody, known, people = may[Crowd.EVERYBODY], may[Crowd.AUTHENTICATED], may[Crowd.DOMAIN_USERS]
    if max(nameless, everybody) is Access.CHANGE:
        return bad(say("everyone who reaches this machine may change and delete in {path}", path=share.path))
    if known is Access.CHANGE:
        found = say("every account may change and delete in {path}", path=share.path)
        return warn(found) if server else bad(found)
    if max(nameless, everybody) is Access.READ:
        return warn(say("everyone who reaches this machine may read in {path}", path=share.path))
    if known is Access.READ:
        return warn(say("every account may read in {path}", path=share.path))
    if share.everyone_full:
        return warn(say("the share lets everyone in; only the rights of {path} hold them back", path=share.path))
    return _closed(share, people)


def _closed(share: Share, people: Access) -> Verdict:
    """Domain users are the people of the office: that they share a folder is ordinary, and worth saying."""
    if people is Access.CHANGE:
        return ok(say("all people of the domain may change and delete in {path}", path=share.path))
    if people is Access.READ:
        return ok(say("all people of the domain may read in {path}", path=share.path))
    return ok(say("only named groups get into {path}", path=share.path))
