"""ENC-WIN-001."""

from __future__ import annotations

from nis2scan.api import CannotTell, Confidence, Message, Reason, Severity, Verdict, bad, check, ok, say, warn
from nis2scan.facts.windows.hosted import Layer
from nis2scan.facts.windows.system_drive import OtherEncryption, State, SystemDrive


@check(
    title="The Windows drive can be read by thieves",
    catalogue=("ENC-WIN-001",),
    severity=Severity.HIGH,
    expected="BitLocker (on Windows Home: device encryption) encrypts the drive of Windows, and its protection is on.",
    action="Switch on BitLocker on the Windows drive",
    remedy="Settings > Privacy & security > Device encryption. Or, as administrator: "
    "`Enable-BitLocker C: -TpmProtector -UsedSpaceOnly`, then "
    "`Add-BitLockerKeyProtector C: -RecoveryPasswordProtector`; store the recovery key outside the PC. On a server "
    "first `Install-WindowsFeature BitLocker`, and restart.\n"
    "Encrypted, but not protected: `manage-bde -protectors -add C: -TPM`, `manage-bde -protectors -enable C:`, or sign "
    "in once with a work account.\n"
    "Check: `manage-bde -status C:` shows that protection is on.",
    limits="Sees BitLocker. A drive that encrypts by itself is not seen; of other programs only VeraCrypt and "
    "DiskCryptor, by their driver. Without administrator rights it asks the shell, which tells on and off only; "
    "whether the shell answers over the network was not tried on a real machine. That no code is asked at start is "
    "accepted. Where only the space in use was encrypted, old files may be left in the rest.",
    key=True,
)
def bitlocker_system(drive: SystemDrive, layer: Layer, other: OtherEncryption) -> Verdict:
    """A stolen laptop, or a disk that goes to the scrap yard, hands over every file on it, and the passwords that are
    kept in Windows, unless the drive is encrypted.
    """
    match drive.state:
        case State.PROTECTED:
            return ok(say("{drive} is encrypted and protected by BitLocker", drive=drive.drive), confidence=drive.sure)
        case State.ENCRYPTING:
            return warn(
                say("{drive} is being encrypted: {percent} % is done", drive=drive.drive, percent=drive.percent)
            )
        case State.SUSPENDED:
            return warn(say("{drive} is encrypted, but not protected until it has restarted", drive=drive.drive))
        case State.LOCKED | State.UNKNOWN:
            raise CannotTell(Reason.OUT_OF_VANTAGE, say("how {drive} is encrypted is not told", drive=drive.drive))
    return _open(drive, _SEEN[drive.state](drive.drive), layer, other)


def _open(drive: SystemDrive, seen: Message, layer: Layer, other: OtherEncryption) -> Verdict:
    if layer.virtual is None:
        raise layer.why
    if layer.virtual:
        found = say("{seen}; this is a virtual machine: judge the layer of its host", seen=seen)
        return warn(found, severity=Severity.LOW, confidence=drive.sure)
    if other.name is None:
        raise other.why
    if other.name:
        found = say("{seen}; {program} may encrypt it: ask", seen=seen, program=other.name)
        return warn(found, confidence=Confidence.DERIVED)
    return bad(seen, confidence=drive.sure)


_SEEN = {
    State.OPEN: lambda drive: say("{drive} is encrypted, not protected: the key lies beside it", drive=drive),
    State.WAITING: lambda drive: say(
        "{drive} is encrypted, not protected: Windows waits for an account that keeps the key", drive=drive
    ),
    State.DECRYPTING: lambda drive: say("the encryption of {drive} is being removed", drive=drive),
    State.PLAIN: lambda drive: say("{drive} is not encrypted", drive=drive),
    State.ABSENT: lambda drive: say("{drive} is not encrypted: BitLocker is not installed", drive=drive),
}
