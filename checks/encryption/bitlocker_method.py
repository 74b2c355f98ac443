"""ENC-WIN-004."""

from __future__ import annotations

from collections.abc import Mapping

from nis2scan.api import Absent, Message, Part, Reason, Severity, Unknown, bad, check, ok, say, warn
from nis2scan.facts.windows.bitlocker import OS, REMOVABLE, BitLocker, Volume
from nis2scan.facts.windows.recovery_keys import RemovableRule
from nis2scan.facts.windows.system_drive import State, state_of

_XTS = {6: "XTS-AES 128", 7: "XTS-AES 256"}
_CBC = {3: "AES-CBC 128", 4: "AES-CBC 256"}
_DIFFUSER = (1, 2)
_BY_THE_DRIVE = 5
_HARDWARE = 3  # HardwareEncryptionStatus: the drive encrypts


@check(
    title="BitLocker encrypts by an outdated method",
    catalogue=("ENC-WIN-004",),
    severity=Severity.LOW,
    expected="XTS-AES, by Windows itself and not by the drive. AES-CBC is fine for USB disks.",
    action="Renew the method by which BitLocker encrypts",
    remedy="Group policy: Computer Configuration > Administrative Templates > Windows Components > BitLocker Drive "
    "Encryption > Choose drive encryption method: XTS-AES 256; and, for each kind of drive, disable hardware-based "
    "encryption. Then decrypt the volume and encrypt it again.\n"
    "Check: `manage-bde -status` shows XTS-AES.",
    limits="A volume keeps the method with which it was once encrypted, whatever is ruled later. Locked volumes are "
    "not seen.",
)
def bitlocker_method(found: BitLocker, rule: RemovableRule) -> Mapping[str, Part]:
    """Many drives that encrypt by themselves were shown to open without the key; older methods of BitLocker do not
    notice that somebody changed the disk.
    """
    parts: dict[str, Part] = {}
    for volume in found.volumes:
        if state_of(volume) not in (State.PLAIN, State.DECRYPTING):
            parts[volume.letter or volume.device.rstrip("\\")] = _judged(volume, rule)
    if not parts:
        raise Absent(say("BitLocker encrypts nothing here"))
    return parts


def _judged(volume: Volume, rule: RemovableRule) -> Part:
    if volume.method == _BY_THE_DRIVE or (volume.hardware == _HARDWARE and volume.method is not None):
        return bad(say("only the drive itself encrypts"))
    if volume.method in _DIFFUSER:
        return bad(say("encrypted by the method of Windows 7 (AES with diffuser)"))
    if volume.method in _CBC:
        if volume.kind == REMOVABLE:
            return ok(say("encrypted with {cipher}, which older systems can read too", cipher=_CBC[volume.method]))
        return warn(say("encrypted with {cipher}", cipher=_CBC[volume.method]))
    if volume.method in _XTS and volume.hardware is not None:
        return ok(_noted(say("encrypted with {cipher}", cipher=_XTS[volume.method]), volume, rule))
    return Unknown(Reason.OUT_OF_VANTAGE, say("by which method it is encrypted is not told"))


def _noted(seen: Message, volume: Volume, rule: RemovableRule) -> Message:
    """What goes for the whole machine is said once, with its main drive."""
    if volume.kind != OS or not rule.missing:
        return seen
    return say("{seen}; files may be written to USB disks that are not encrypted", seen=seen)
