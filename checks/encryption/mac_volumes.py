"""ENC-MAC-002."""

from __future__ import annotations

from collections.abc import Mapping

from nis2scan.api import (
    Confidence,
    Effort,
    NotThere,
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
from nis2scan.facts.macos.filevault import KeptKey, State
from nis2scan.facts.macos.volumes import MacVolume, MacVolumes

_KEY = "FileVault"


@check(
    title="A disk lies open, or its key may get lost",
    catalogue=("ENC-MAC-002",),
    severity=Severity.MEDIUM,
    effort=Effort.HOUR,
    expected="Every other volume is encrypted, and the management server (MDM) keeps the recovery key of FileVault.",
    action="Encrypt the other disks of Macs and keep their recovery keys",
    remedy="A disk: copy what is on it elsewhere first, then Disk Utility > Erase > APFS (Encrypted), and copy back.\n"
    "The key: have the MDM take it in (FileVault recovery key escrow), or make a new one with `sudo fdesetup "
    "changerecovery -personal` and keep it in the safe or the password manager of the business.\n"
    "Check: `diskutil apfs list` says `FileVault: Yes` for every volume with files.",
    limits="Sees disks that are attached now; of those that are no APFS only whether they can be read. That the server "
    "really holds the key shows on the server. No real Mac has confirmed these shapes.",
)
def mac_volumes(volumes: MacVolumes, key: KeptKey) -> Mapping[str, Part]:
    """A disk in a bag, with copies of work on it, is the leak that happens most. And a disk whose only key is lost is
    lost with everything on it.
    """
    judged = {f"{volume.name} ({volume.device})": _volume(volume) for volume in volumes.others}
    return {**judged, _KEY: _key(key)}


def _volume(volume: MacVolume) -> Part:
    if volume.moving:
        return warn(say("it is being encrypted or decrypted now"))
    if volume.encrypted is None:
        return Unknown(Reason.OUT_OF_VANTAGE, say("this Mac cannot read it; whether it is encrypted is not told"))
    if volume.encrypted:
        return ok(say("it is encrypted"))
    return bad(say("it is not encrypted, and can be taken along") if volume.external else say("it is not encrypted"))


def _key(key: KeptKey) -> Part:
    if key.state in (State.OFF, State.DECRYPTING):
        return NotThere(say("FileVault is off: there is no key to keep"))
    if key.state is None or key.keys is None:
        return key.why
    if key.keys.personal and key.keys.escrow and key.mdm:
        return ok(say("a profile gives the recovery key to the management server"), confidence=Confidence.DERIVED)
    if key.keys.personal and key.keys.escrow is None:
        return Unknown(Reason.PARSE_ERROR, say("whether a profile keeps the recovery key is not told"))
    if key.keys.personal and key.keys.escrow and key.mdm is None:
        return key.why
    if key.keys.personal:
        return warn(say("there is a recovery key; nothing shows that somebody keeps it"))
    if key.keys.institutional:
        return warn(say("there is only a key of the organisation, which does not open newer Macs"))
    return warn(say("there is no recovery key"))
