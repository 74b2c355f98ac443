"""The file shares that a machine really serves: settings count only where something listens."""

from __future__ import annotations

from dataclasses import dataclass

from nis2scan.api import Absent, CannotTell, Fact, Maybe, Message, Reason, Unknown, derives, say
from nis2scan.facts.linux.listeners import Listeners
from nis2scan.facts.linux.nfs import NfsClient, NfsExports
from nis2scan.facts.linux.samba import SmbShare, SmbShares
from nis2scan.facts.linux.services import Processes

_SMB, _NFS = {139, 445}, {2049}


@dataclass(frozen=True)
class FileShares(Fact):
    """unread: what else may be shared, and why that is not known; None when everything was read."""

    smb: tuple[SmbShare, ...]
    nfs: dict[str, tuple[NfsClient, ...]]
    unread: Unknown | None


@derives
def file_shares(
    listeners: Listeners, samba: Maybe[SmbShares], nfs: Maybe[NfsExports], processes: Maybe[Processes]
) -> FileShares:
    """Nothing that other machines reach listens on the ports of SMB and NFS: not applicable."""
    smb_by = {item.program for item in listeners.outward if item.proto == "tcp" and item.port in _SMB}
    nfs_by = {item.program for item in listeners.outward if item.port in _NFS}
    if not smb_by and not nfs_by:
        raise Absent(say("nothing listens on the ports of SMB and NFS: the listeners were read"))
    unread: list[Unknown] = []
    if smb_by:
        kernel = "" in smb_by and processes.value is not None and not processes.value.runs("smbd")
        unread += _trouble(samba, "Samba", smb_by - {"", "smbd"} | ({"ksmbd"} if kernel else set()))
        if samba.value is not None and samba.value.unread:
            unread.append(Unknown(Reason.PARSE_ERROR, say("shares may also stand in {path}", path=samba.value.unread)))
    if nfs_by:
        unread += _trouble(nfs, "NFS", nfs_by - {""})
    smb = samba.value.shares if smb_by and samba.value is not None else ()
    given = nfs.value.exports if nfs_by and nfs.value is not None else {}
    return FileShares(smb, given, unread[0] if unread else None)


def _trouble(fact: Maybe[SmbShares] | Maybe[NfsExports], what: str, others: set[str]) -> list[Unknown]:
    if others:
        names = sorted(others)
        return [Unknown(Reason.PARSE_ERROR, say("another server gives out files: {names}", names=names))]
    if fact.value is not None:
        return []
    if not isinstance(fact.why, CannotTell):
        return [Unknown(Reason.TOOL_MISSING, what)]
    detail = fact.why.detail
    return [Unknown(fact.why.reason, detail if isinstance(detail, Message) else str(detail))]
