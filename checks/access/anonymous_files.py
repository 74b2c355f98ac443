"""ACC-NET-002."""

from __future__ import annotations

from collections.abc import Mapping

from nis2scan.api import (
    Absent,
    CannotTell,
    Effort,
    Judged,
    Maybe,
    Part,
    Reason,
    Severity,
    Unknown,
    bad,
    check,
    ok,
    say,
    warn,
)
from nis2scan.facts.network.ftp import Ftp
from nis2scan.facts.network.nfs import Export, Nfs
from nis2scan.facts.network.smb import Share, Smb


@check(
    title="Files can be reached without a name",
    catalogue=("ACC-NET-002",),
    severity=Severity.HIGH,
    effort=Effort.HOUR,
    expected="FTP, Windows shares and NFS let in only people or machines that they know.",
    action="Close shares and FTP to people without a name",
    remedy="Samba or NAS: take `guest ok = yes` (guest access) off each share, `map to guest = never`. Windows: switch "
    "password protected sharing on.\n"
    "NFS: name the hosts in /etc/exports instead of `*`, then `exportfs -ra`. FTP: `anonymous_enable=NO`, or better, "
    "switch FTP off.\n"
    "Scanners that save to a share need an account of their own then; make it before you close the share.\n"
    "Check: `smbclient -N -L //HOST`, `showmount -e HOST` and an FTP login as anonymous show nothing any more.",
    limits="One try without a name for each service; an account called Guest is not tried. No folder is read: what is "
    "in it, and for FTP and NFS whether one may write, is not known. Servers with NFS 4 only do not tell what they "
    "export. TFTP, WebDAV and AFP are not looked at, nor shares that a server does not list.",
)
def anonymous_files(smb: Maybe[Smb], nfs: Maybe[Nfs], ftp: Maybe[Ftp]) -> Judged:
    """What is open to the whole network is open to every guest, and to every infected PC."""
    if all(item.value is None for item in (smb, nfs, ftp)):
        raise smb.why or CannotTell(Reason.NOT_ASKED)
    judged: dict[str, Part] = {}
    judged |= _smb(smb.value) if smb.value is not None else {}
    judged |= _nfs(nfs.value) if nfs.value is not None else {}
    judged |= _ftp(ftp.value) if ftp.value is not None else {}
    if any(not isinstance(part, Unknown) or part.reason != Reason.OUT_OF_VANTAGE for part in judged.values()):
        return judged
    for item in (smb, nfs, ftp):
        if isinstance(item.why, CannotTell):
            raise item.why
    if judged:
        raise CannotTell(Reason.OUT_OF_VANTAGE, say("no answer from {services}", services=tuple(judged)))
    raise Absent(say("the ports of Windows shares, NFS and FTP are closed"))


def _shut(name: str, state: str, port: int) -> dict[str, Part]:
    """What a port that is not open leaves to say: nothing when it is closed."""
    if state == "guarded":
        return {name: Unknown(Reason.LEFT_ALONE, say("a device of this kind might act on it"))}
    if state == "silent":
        return {name: Unknown(Reason.OUT_OF_VANTAGE, say("no answer on port {ports}", ports=port))}
    return {}


def _smb(smb: Smb) -> Mapping[str, Part]:
    if smb.state != "open":
        return _shut("SMB", smb.state, 445)
    if smb.anonymous == "refused":
        return {"SMB": ok(say("a session without a name is refused"))}
    if smb.listed == "refused":
        # A share that is open to guests can still be entered by whoever knows or guesses its name.
        told = say("a session without a name is allowed; which shares it reaches is not told")
        return {"SMB": Unknown(Reason.BLOCKED_BY_POLICY, told)}
    if smb.listed != "yes":
        return {"SMB": Unknown(Reason.PARSE_ERROR, say("how it treats somebody without a name could not be seen"))}
    judged = {f"SMB {share.name}": part for share in smb.shares if (part := _share(share)) is not None}
    return judged or {"SMB": ok(say("without a name the list of shares can be seen, and none can be entered"))}


def _share(share: Share) -> Part | None:
    if share.entry == "refused":
        return None
    if share.entry == "unknown":
        return Unknown(Reason.TRUNCATED, say("this share was not tried"))
    if share.add:
        return bad(say("without a name one sees what is in it, and can add and change files"))
    if share.entry == "list":
        return warn(say("without a name one sees what is in it"))
    return warn(say("without a name one may connect; what one may do there is not known"))


def _nfs(nfs: Nfs) -> Mapping[str, Part]:
    if nfs.mount == "answered":
        judged = {f"NFS {export.path}": _export(export) for export in nfs.exports}
        if 4 in nfs.versions and not judged:
            return {"NFS": Unknown(Reason.BLOCKED_BY_POLICY, say("NFS 4 does not tell what it exports"))}
        return judged or {"NFS": ok(say("nothing is exported that this machine may see"))}
    if nfs.nfs == "open" or nfs.versions:
        return {"NFS": Unknown(Reason.BLOCKED_BY_POLICY, say("it serves NFS, and does not tell what it exports"))}
    if nfs.mount == "unknown":
        return {"NFS": Unknown(Reason.PARSE_ERROR, say("what it exports could not be read"))}
    return _shut("NFS", nfs.nfs, 2049) or (_shut("NFS", nfs.rpc, 111) if nfs.nfs != "closed" else {})


def _export(export: Export) -> Part:
    if export.to_everybody:
        return warn(say("exported to every host that asks"))
    if export.networks:
        return warn(say("exported to whole networks ({hosts})", hosts=export.networks[:10]))
    return ok(say("exported to {hosts}", hosts=export.hosts[:10]))


def _ftp(ftp: Ftp) -> Mapping[str, Part]:
    if ftp.state != "open":
        return _shut("FTP", ftp.state, 21)
    if ftp.anonymous is None:
        return {"FTP": Unknown(Reason.PARSE_ERROR, say("how it treats somebody without a name could not be seen"))}
    if ftp.anonymous:
        return {"FTP": warn(say("one can log in without a name"))}
    return {"FTP": ok(say("a login without a name is refused"))}
