"""ENC-WIN-003."""

from __future__ import annotations

from collections.abc import Mapping

from nis2scan.api import (
    Absent,
    CannotTell,
    Confidence,
    Effort,
    Maybe,
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
from nis2scan.facts.windows.bitlocker import EXTERNAL, PUBLIC_KEY, RECOVERY_PASSWORD, REMOVABLE, BitLocker, Volume
from nis2scan.facts.windows.recovery_keys import SavedKeys
from nis2scan.facts.windows.system_drive import State, state_of


@check(
    title="A BitLocker recovery key may be lost",
    catalogue=("ENC-WIN-003",),
    severity=Severity.MEDIUM,
    effort=Effort.MINUTES,
    expected="Every encrypted volume has a recovery key, and it is stored outside the PC.",
    action="Store the recovery keys of BitLocker outside the PC",
    remedy="No recovery key: `Add-BitLockerKeyProtector C: -RecoveryPasswordProtector`.\n"
    "In a domain: `Backup-BitLockerKeyProtector C: -KeyProtectorId '{…}'`; with Microsoft Entra ID: "
    "`BackupToAAD-BitLockerKeyProtector C: -KeyProtectorId '{…}'`. Without either: print it, and keep it in the safe.\n"
    "Check: find the key of this PC in Microsoft Entra, in Active Directory or in the safe.",
    limits="Never reads a key, only its id. Sees what Windows wrote into its log about storing it: older lines may be "
    "gone. The numbers of these events were taken from descriptions, not from a real machine. A key in a Microsoft "
    "account or on paper is not seen. Nobody looked into Active Directory or Entra.",
)
def bitlocker_recovery(found: BitLocker, saved: Maybe[SavedKeys]) -> Mapping[str, Part]:
    """After an update of the firmware or a broken board, Windows asks for the recovery key. Who cannot find it has lost
    the files.
    """
    parts: dict[str, Part] = {}
    for volume in found.volumes:
        if volume.kind != REMOVABLE and state_of(volume) not in (State.PLAIN, State.DECRYPTING):
            parts[volume.letter or volume.device.rstrip("\\")] = _judged(volume, saved)
    if not parts:
        raise Absent(say("BitLocker encrypts nothing here"))
    return parts


def _judged(volume: Volume, saved: Maybe[SavedKeys]) -> Part:
    if volume.keys is None:
        return Unknown(Reason.OUT_OF_VANTAGE, say("which keys it has is not told"))
    if not volume.keys and volume.protected:  # what protects it was not told
        return Unknown(Reason.OUT_OF_VANTAGE, say("which keys it has is not told"))
    if not volume.keys:
        return NotThere(say("it has no key yet that could be lost"))
    if not volume.kinds & {RECOVERY_PASSWORD, PUBLIC_KEY, EXTERNAL}:
        return bad(say("it has no recovery key at all"))
    if isinstance(saved.why, CannotTell):
        return Unknown(saved.why.reason, say("whether its recovery key is stored elsewhere could not be read"))
    if RECOVERY_PASSWORD not in volume.kinds:
        return warn(say("its only recovery key is a file or a certificate: where is it?"))
    keys = [key for kind, key in volume.keys if kind == RECOVERY_PASSWORD]
    places = [place for key in keys if saved.value is not None and (place := saved.value.place(key))]
    if places:
        found = say("Windows stored its recovery key in {place}", place=places[0])
        return ok(found, confidence=Confidence.DERIVED)
    return warn(say("it has a recovery key; nothing shows that it is stored outside the PC"))
