"""ENC-WIN-002."""

from __future__ import annotations

from collections.abc import Mapping

from nis2scan.api import Absent, Message, Part, Policy, Reason, Severity, Unknown, bad, check, ok, say, warn
from nis2scan.facts.windows.bitlocker import EXTERNAL, BitLocker
from nis2scan.facts.windows.drives import DataVolume, DataVolumes, Disk
from nis2scan.facts.windows.hosted import Layer
from nis2scan.facts.windows.system_drive import State, state_of

_MB = 1024 * 1024


@check(
    title="A data disk of Windows is not encrypted",
    catalogue=("ENC-WIN-002",),
    severity=Severity.HIGH,
    expected="Every other volume, and every attached USB disk, is encrypted by BitLocker.",
    action="Encrypt the other disks of Windows",
    remedy="`Enable-BitLocker D: -RecoveryPasswordProtector`, then `Enable-BitLockerAutoUnlock D:` (first switch on "
    "BitLocker on the Windows drive); store the recovery key outside the PC. A USB disk: right-click it, Turn on "
    "BitLocker.\n"
    "Check: `manage-bde -status D:` shows that protection is on.",
    limits="Sees volumes that were attached at that moment. Drives that encrypt by themselves, and programs other than "
    "BitLocker, are not seen. That a volume unlocks itself is told by its kind of key.",
)
def bitlocker_data(data: DataVolumes, found: BitLocker, layer: Layer, policy: Policy) -> Mapping[str, Part]:
    """The files of the business are usually on a second volume or on the USB disk, not on the drive of Windows."""
    if not data.volumes:
        raise Absent(say("there is no other volume than the one of Windows"))
    system = found.system is not None and state_of(found.system) is State.PROTECTED
    return {volume.name: _judged(volume, data, system, layer, policy) for volume in data.volumes}


def _judged(volume: DataVolume, data: DataVolumes, system: bool, layer: Layer, policy: Policy) -> Part:
    if not data.installed:
        return _plain(volume, say("it is not encrypted: BitLocker is not installed"), data, layer, policy)
    if volume.seen is None:
        return Unknown(Reason.UNSUPPORTED_PLATFORM, say("BitLocker does not list this volume"))
    state = state_of(volume.seen)
    if state is State.PROTECTED:
        if EXTERNAL in volume.seen.kinds and not system and volume.disk is not Disk.REMOVABLE:
            return warn(say("it is encrypted, but its key may lie on the Windows drive, which is not protected"))
        return ok(say("it is encrypted and protected by BitLocker"))
    if state is State.LOCKED:
        return Unknown(Reason.OUT_OF_VANTAGE, say("it is locked: how far it is encrypted cannot be seen"))
    if state is State.UNKNOWN:
        return Unknown(Reason.OUT_OF_VANTAGE, say("how it is encrypted is not told"))
    if state is State.ENCRYPTING:
        return warn(say("it is being encrypted: {percent} % is done", percent=volume.seen.percent or 0))
    if state in (State.OPEN, State.WAITING, State.SUSPENDED):
        return _plain(volume, say("it is encrypted, not protected: the key lies beside it"), data, layer, policy)
    if state is State.DECRYPTING:
        return _plain(volume, say("its encryption is being removed"), data, layer, policy)
    return _plain(volume, say("it is not encrypted"), data, layer, policy)


def _plain(volume: DataVolume, seen: Message, data: DataVolumes, layer: Layer, policy: Policy) -> Part:
    if volume.disk is Disk.UNKNOWN:
        return Unknown(data.why.reason, say("{seen}; on what kind of disk it lies was not read", seen=seen))
    if volume.disk is Disk.REMOVABLE:
        return warn(say("{seen}, and can be taken along", seen=seen))
    if layer.virtual is None:
        return Unknown(layer.why.reason, say("{seen}; the kind of machine could not be read", seen=seen))
    if layer.virtual:
        found = say("{seen}; this is a virtual machine: judge the layer of its host", seen=seen)
        return warn(found, severity=Severity.LOW)
    if volume.disk is Disk.IMAGE:
        return warn(say("{seen}; it is a file on another volume: judge that one", seen=seen))
    if volume.disk is Disk.ELSEWHERE:
        return warn(say("{seen}; its disk stands in another device (iSCSI): judge that one", seen=seen))
    if volume.size and volume.size < policy.small_data_disk_mb * _MB:
        return warn(say("{seen}, but it is small ({megabytes} MB)", seen=seen, megabytes=volume.size // _MB))
    if volume.size and volume.free is not None and volume.size - volume.free < policy.empty_data_disk_mb * _MB:
        return warn(say("{seen}, but nothing is on it", seen=seen))
    return bad(seen)
