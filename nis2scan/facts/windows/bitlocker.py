"""Volumes as BitLocker sees them, asked by its reading methods only.

The property ProtectionStatus of an instance may be stale (it says 1 of plain drives on build 26100), and
Get-BitLockerVolume hands out recovery passwords: neither is used. Of a key nothing but its kind and its id is asked.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from nis2scan.api import Answer, CannotTell, Fact, Reason, Root, powershell, reads, say
from nis2scan.facts.windows.system import RELEASE, Windows, windows
from nis2scan.facts.windows.values import number, rows, sub, table, text

OS, FIXED, REMOVABLE = 0, 1, 2  # VolumeType
TPM, EXTERNAL, RECOVERY_PASSWORD, PUBLIC_KEY = 1, 2, 3, 7  # kinds of key protectors
PLAIN, ENCRYPTED, ENCRYPTING, DECRYPTING, ENCRYPTING_PAUSED, DECRYPTING_PAUSED = range(6)
_ABSENT = "0x8004100e"  # no such namespace


@dataclass(frozen=True)
class Volume:
    """One volume. A number is None when BitLocker did not give it; values as in Win32_EncryptableVolume.

    device: `\\\\?\\Volume{…}\\`, in small letters. letter: `C:` or ``. protection: 0 off, 1 on, 2 not known.
    conversion: see above. method: 0 none, 1 and 2 with diffuser, 3 and 4 AES-CBC, 5 by the drive, 6 and 7 XTS-AES.
    suspended: how many starts protection is off for, 0 until somebody turns it on. keys: kind and id of each protector.
    """

    device: str
    letter: str = ""
    kind: int | None = None
    protection: int | None = None
    conversion: int | None = None
    percent: int | None = None
    method: int | None = None
    locked: bool = False
    hardware: int | None = None
    suspended: int | None = None
    keys: tuple[tuple[int, str], ...] | None = None

    @property
    def encrypted(self) -> bool:
        """Encrypted to the end, protected or not."""
        return self.conversion == ENCRYPTED

    @property
    def protected(self) -> bool:
        """Nobody reads it who takes out the disk."""
        return self.encrypted and self.protection == 1

    @property
    def kinds(self) -> frozenset[int]:
        """Kinds of its key protectors."""
        return frozenset(kind for kind, _ in self.keys or ())


@dataclass(frozen=True)
class BitLocker(Fact):
    """installed: False on a server without the feature, where no volume can be encrypted by it. drive: of Windows."""

    installed: bool
    drive: str
    volumes: tuple[Volume, ...] = ()

    @property
    def system(self) -> Volume | None:
        """The volume that Windows runs from."""
        named = [volume for volume in self.volumes if volume.letter.casefold() == self.drive.casefold()]
        kinds = [volume for volume in self.volumes if volume.kind == OS]
        return next(iter(named or kinds), None)

    def of(self, device: str) -> Volume | None:
        """The volume with this name of a device."""
        return next((volume for volume in self.volumes if volume.device == device.casefold()), None)


VOLUMES = powershell(
    r"""# bitlocker
$items = @(Find-Instances 'root/CIMV2/Security/MicrosoftVolumeEncryption' 'Win32_EncryptableVolume' | ForEach-Object {
  $volume = $_
  $row = Copy-Properties $volume 'DeviceID' 'DriveLetter' 'VolumeType'
  try {
    $row['protection'] = Copy-Properties (Invoke-Reading $volume 'GetProtectionStatus') 'ReturnValue' 'ProtectionStatus'
    $row['conversion'] = Copy-Properties (Invoke-Reading $volume 'GetConversionStatus') 'ReturnValue' 'ConversionStatus' 'EncryptionPercentage'
    $row['method'] = Copy-Properties (Invoke-Reading $volume 'GetEncryptionMethod') 'ReturnValue' 'EncryptionMethod'
    $row['lock'] = Copy-Properties (Invoke-Reading $volume 'GetLockStatus') 'ReturnValue' 'LockStatus'
    $row['hardware'] = Copy-Properties (Invoke-Reading $volume 'GetHardwareEncryptionStatus') 'ReturnValue' 'HardwareEncryptionStatus'
    $row['suspend'] = Copy-Properties (Invoke-Reading $volume 'GetSuspendCount') 'ReturnValue' 'SuspendCount'
    $found = Invoke-Reading $volume 'GetKeyProtectors' @{ KeyProtectorType = [uint32]0 }
    $row['listed'] = Copy-Properties $found 'ReturnValue'
    $row['protectors'] = @(foreach ($id in @($found.VolumeKeyProtectorID)) {
      if (-not $id) { continue }
      $kind = Invoke-Reading $volume 'GetKeyProtectorType' @{ VolumeKeyProtectorID = "$id" }
      [ordered]@{ id = "$id"; result = Copy-Value $kind.ReturnValue; kind = Copy-Value $kind.KeyProtectorType }
    })
  } catch { $row['failed'] = "$($_.FullyQualifiedErrorId)" }
  $row
})
[ordered]@{ drive = "$env:SystemDrive"; items = $items }""",
    root=Root.REQUIRED,
    seconds=15,
)


@reads(VOLUMES, RELEASE)
def bitlocker(answer: Answer, release: Answer) -> BitLocker:
    """A server on which nobody added the feature has no namespace of it. On every client it is there."""
    if answer.missing and _no_namespace(answer):
        about = windows.read(release)
        assert isinstance(about, Windows)  # noqa: S101 the reader makes it
        if about.server:
            return BitLocker(False, "C:")
    made = table(answer)
    found = tuple(_volume(row) for row in rows(made))
    if not found:
        raise CannotTell(Reason.NOTHING_TO_JUDGE, say("BitLocker lists no volume"))
    return BitLocker(True, text(made.get("drive")) or "C:", found)


def _no_namespace(answer: Answer) -> bool:
    """Windows itself must have said so: a question that went missing is no evidence."""
    try:
        said = json.loads(answer.err.rpartition(b"\n")[2])
    except (ValueError, RecursionError):
        return False
    return isinstance(said, dict) and _ABSENT in text(said.get("fqid")).casefold()


def _volume(row: dict[str, Any]) -> Volume:
    device = text(row.get("DeviceID")).casefold()
    if not device:
        raise CannotTell(Reason.PARSE_ERROR, say("the answer is not as it should be"))
    known = Volume(device, text(row.get("DriveLetter")), number(row.get("VolumeType")))
    if "failed" in row:
        return known
    return Volume(
        device,
        known.letter,
        known.kind,
        protection=_out(row, "protection", "ProtectionStatus"),
        conversion=_out(row, "conversion", "ConversionStatus"),
        percent=_out(row, "conversion", "EncryptionPercentage"),
        method=_out(row, "method", "EncryptionMethod"),
        locked=_out(row, "lock", "LockStatus") == 1,
        hardware=_out(row, "hardware", "HardwareEncryptionStatus"),
        suspended=_out(row, "suspend", "SuspendCount"),
        keys=_keys(row),
    )


def _out(row: dict[str, Any], method: str, name: str) -> int | None:
    """What a method gave out; nothing when it did not end well."""
    made = sub(row, method) or {}
    return number(made.get(name)) if number(made.get("ReturnValue")) == 0 else None


def _keys(row: dict[str, Any]) -> tuple[tuple[int, str], ...] | None:
    if number((sub(row, "listed") or {}).get("ReturnValue")) != 0:
        return None
    found = []
    for key in rows(row, "protectors"):
        kind = number(key.get("kind")) if number(key.get("result")) == 0 else None
        if kind is None or not text(key.get("id")):
            return None
        found.append((kind, text(key.get("id")).casefold()))
    return tuple(found)
