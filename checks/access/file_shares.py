"""ACC-LNX-007."""

from __future__ import annotations

from collections.abc import Mapping

from nis2scan.api import Effort, NotThere, Part, Severity, Verdict, bad, check, ok, say, warn
from nis2scan.facts.linux.file_shares import FileShares
from nis2scan.facts.linux.nfs import NfsClient
from nis2scan.facts.linux.samba import SmbShare


@check(
    title="A file share is open to everybody",
    catalogue=("ACC-LNX-007",),
    severity=Severity.HIGH,
    effort=Effort.HOUR,
    expected="Every share asks who you are, and is given out to named hosts or people only.",
    action="Close file shares to whoever does not need them",
    remedy="Samba: in the share `guest ok = no` and `valid users = @GROUP`; then smbcontrol all reload-config. A "
    "folder that everybody may write in: `chgrp GROUP DIR && chmod 2770 DIR`.\n"
    "A share of a user: `net usershare delete NAME`.\n"
    "NFS: in /etc/exports the names of the hosts instead of * or a whole network, and no no_root_squash or insecure; "
    "then exportfs -ra.\n"
    "A scanner or printer that needs a folder: an account of its own, in a folder of its own.\n"
    "Check: testparm -s shows no `guest ok = Yes`; exportfs -v shows only hosts that you know.",
    limits="Sees Samba and the NFS server of the kernel, and of each folder only its own mode: not the rights of what "
    "is in it, nor ACLs, nor `hosts allow` of Samba. Shares in containers and over FTP, rsync or WebDAV are not "
    "seen.",
)
def file_shares(shares: FileShares) -> Mapping[str, Part]:
    """Every visitor of the office network, and every infected device on it, reads and encrypts what a share gives to
    everybody.
    """
    parts: dict[str, Part] = {f"smb {share.name}": _smb(share) for share in shares.smb}
    parts |= {f"nfs {path}": _nfs(clients) for path, clients in shares.nfs.items()}
    if shares.unread is not None:
        parts[""] = shares.unread
    elif not parts:
        parts[""] = NotThere(say("a file server listens, and gives out no folder"))
    return parts


def _smb(share: SmbShare) -> Part:
    if share.kind == "off":
        return NotThere(say("the share is switched off"))
    if share.kind == "printer":
        return NotThere(say("a printer, no folder"))
    if share.guests and share.writable:
        return bad(say("everybody on the network can read, change and delete here, without a password"))
    if share.guests:
        return warn(say("everybody on the network can read here, without a password"))
    if share.world:
        return warn(say("every account of the server may write in {path}", path=share.path))
    return ok(say("only who has an account gets in"))


def _nfs(clients: tuple[NfsClient, ...]) -> Verdict:
    """NFS believes a machine about who its user is, unless Kerberos proves it."""
    asked = [client for client in clients if not client.proven]
    writes = [client.name for client in asked if client.reach == "all" and client.writable]
    roots = [client.name for client in asked if client.reach != "host" and client.root_kept]
    if writes:
        return bad(say("every machine that reaches it can write here"))
    if roots:
        return bad(say("whoever is root on one of many machines is root here too: {clients}", clients=roots))
    many = [client.name for client in asked if client.reach != "host"]
    if many:
        return warn(say("given out to more than named hosts: {clients}", clients=many))
    loose = [client.name for client in asked if client.any_port]
    if loose:
        return warn(say("every user of these machines can ask for it, not only root: {clients}", clients=loose))
    return ok(
        say(
            "given out to named hosts, or to who proves who he is: {clients}",
            clients=[client.name for client in clients],
        )
    )
