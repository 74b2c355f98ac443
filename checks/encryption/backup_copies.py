"""ENC-ANY-001."""

from __future__ import annotations

from collections.abc import Mapping

from nis2scan.api import Effort, Part, Reason, Severity, Unknown, Verdict, bad, check, ok, say, warn
from nis2scan.facts.backup_copies import CopyDisks
from nis2scan.facts.backup_record import Backup
from nis2scan.facts.backups import Backups
from nis2scan.facts.linux.cover import Cover
from nis2scan.facts.windows.covers import CopyVolumes
from nis2scan.facts.windows.drives import Disk


@check(
    title="Copies of the back-up can be read",
    catalogue=("ENC-ANY-001",),
    severity=Severity.HIGH,
    effort=Effort.HALF_DAY,
    expected="Every copy of the back-up is encrypted, by the back-up program or by the disk that it is on.",
    action="Encrypt the copies of the back-up",
    remedy="Borg: make a new repository with borg init --encryption=repokey-blake2. duplicity: take away "
    "--no-encryption. rsync and rsnapshot do not encrypt: write to an encrypted disk, or use restic or Borg.\n"
    "A USB disk: make it anew with cryptsetup luksFormat; on Windows switch on BitLocker for it. Windows Server Backup "
    "does not encrypt: write to a disk with BitLocker. Veeam: in the job, Storage > Advanced > Storage, encryption.\n"
    "Keep pass-phrase and key apart from the machine, with two people.\n"
    "Check: borg info shows encryption; lsblk shows a crypt device under the disk of the back-up; manage-bde -status "
    "shows protection on.",
    limits="Sees what the programs on the machine say of their copies, and disks that are attached now. The disk of a "
    "NAS or of the other side is not seen. A copy with an empty pass-phrase looks encrypted.",
)
def backup_copies(backups: Backups, disks: CopyDisks, volumes: CopyVolumes) -> Mapping[str, Part]:
    """One back-up disk holds the whole business. Whoever finds or steals a copy that is not encrypted can read all of
    it.
    """
    judged: dict[str, Part] = {}
    for record in backups.records:
        if record.last_success is not None:
            judged[record.tool] = _judged(record, disks, volumes)
    if judged:
        return {**backups.unread, **judged}
    if backups.blind is not None:
        return {"": backups.blind}
    return {
        "": Unknown(Reason.OUT_OF_VANTAGE, say("no copy of a back-up is known; is there one, and is it encrypted?"))
    }


def _judged(record: Backup, disks: CopyDisks, volumes: CopyVolumes) -> Part:
    """The worst of the copies that are known not to be encrypted by the program."""
    parts = [_plain(kind, disks) for kind in record.plain_at]
    if record.encrypted is False and record.tool in volumes.by_tool:
        disk, cover = volumes.by_tool[record.tool]
        parts += [_plain(_KINDS[disk], CopyDisks(cover, cover))] if disk in _KINDS else []
    for outcome in ("fail", "warn"):
        if found := [part for part in parts if isinstance(part, Verdict) and part.outcome == outcome]:
            return found[0]
    if untold := [part for part in parts if isinstance(part, Unknown)]:
        return untold[0]
    if record.encrypted:
        return ok(say("{tool} encrypts its copies", tool=record.tool))
    if record.encrypted is False:
        told = say("{tool} does not encrypt its copies; where they are cannot be seen", tool=record.tool)
        return parts[0] if parts else Unknown(Reason.OUT_OF_VANTAGE, told)
    return Unknown(
        Reason.OUT_OF_VANTAGE, say("whether {tool} encrypts its copies is not written down", tool=record.tool)
    )


_KINDS = {Disk.REMOVABLE: "usb", Disk.FIXED: "local"}


def _plain(kind: str, disks: CopyDisks) -> Part:
    match kind:
        case "lan":
            return warn(say("a copy that is not encrypted goes to another device in the network"))
        case "usb":
            return _on(disks.removable, bad(say("a copy that is not encrypted is on a USB disk that is not encrypted")))
        case "local":
            return _on(disks.fixed, warn(say("a copy that is not encrypted is on a disk that is not encrypted")))
    return bad(say("a copy that is not encrypted goes to another place"))


def _on(cover: Cover, plain: Verdict) -> Part:
    if cover is Cover.PLAIN:
        return plain
    if cover is Cover.ENCRYPTED:
        return ok(say("the copy is not encrypted, the disk that it is on is"))
    return Unknown(Reason.OUT_OF_VANTAGE, say("the copy is not encrypted; whether its disk is cannot be seen"))
