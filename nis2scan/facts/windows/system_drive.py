"""The drive that Windows runs from: how BitLocker keeps it, or what the shell tells to whoever is no administrator."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from nis2scan.api import Answer, CannotTell, Confidence, Fact, Maybe, Reason, Status, derives, powershell, reads, say
from nis2scan.facts.windows.bitlocker import (
    DECRYPTING,
    DECRYPTING_PAUSED,
    ENCRYPTING,
    ENCRYPTING_PAUSED,
    PLAIN,
    VOLUMES,
    BitLocker,
    Volume,
    bitlocker,
)
from nis2scan.facts.windows.system import RELEASE
from nis2scan.facts.windows.values import number, sub, table, text


class State(StrEnum):
    """How a volume is kept. `open`: encrypted, and the key lies beside it. `absent`: BitLocker is not installed."""

    PROTECTED = "protected"
    SUSPENDED = "suspended"  # for some starts
    OPEN = "open"
    WAITING = "waiting"  # encrypted by Windows itself, until somebody signs in who keeps the key
    ENCRYPTING = "encrypting"
    DECRYPTING = "decrypting"
    PLAIN = "plain"
    ABSENT = "absent"
    LOCKED = "locked"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class SystemDrive(Fact):
    """percent: how much of it is encrypted. sure: how it is known."""

    drive: str
    state: State
    percent: int = 0
    sure: Confidence = Confidence.MEASURED


@dataclass(frozen=True)
class OtherEncryption(Fact):
    """Never missing. name: a program of another maker that encrypts the disk from the start on, `` for none seen,
    None when that could not be read, and then why.
    """

    name: str | None
    why: CannotTell


@dataclass(frozen=True)
class BootDrivers(Fact):
    """Names of drivers for disk encryption that are loaded at the very start."""

    names: tuple[str, ...]


# Only asked of whoever may not ask BitLocker itself. It needs the shell, and so full language.
SHELL = powershell(
    r"""# shell-bitlocker
$found = [ordered]@{ drive = "$env:SystemDrive" }
if (-not $admin) { $found['value'] = Copy-Value (New-Object -ComObject 'Shell.Application').NameSpace("$env:SystemDrive").Self.ExtendedProperty('System.Volume.BitLockerProtection') }
$found""",
    full=True,
    seconds=12,
)

DRIVERS = powershell(
    r"""# disk-drivers
$root = 'HKLM:\SYSTEM\CurrentControlSet\Services'
[ordered]@{
  veracrypt = Read-Values "$root\veracrypt" 'Start'
  dcrypt = Read-Values "$root\dcrypt" 'Start'
}""",
    seconds=2,
)
_NAMES = {"veracrypt": "VeraCrypt", "dcrypt": "DiskCryptor"}
_SHELL = {1: State.PROTECTED, 2: State.PLAIN}  # of the other values no real machine has confirmed the meaning


@reads(VOLUMES, RELEASE, SHELL)
def system_drive(volumes: Answer, release: Answer, shell: Answer) -> SystemDrive:
    """BitLocker itself; where only rights are lacking, the shell says on and off, and that is inferred."""
    if volumes.status is Status.DENIED and shell.ok:
        made = table(shell)
        if (state := _SHELL.get(number(made.get("value")) or 0)) is not None:
            return SystemDrive(text(made.get("drive")) or "C:", state, sure=Confidence.DERIVED)
        raise CannotTell(Reason.NO_PRIVILEGE, say("only an administrator sees how this drive is encrypted"))
    found = bitlocker.read(volumes, release)
    assert isinstance(found, BitLocker)  # noqa: S101 the reader makes it
    if not found.installed:
        return SystemDrive(found.drive, State.ABSENT)
    if (volume := found.system) is None:
        raise CannotTell(Reason.PARSE_ERROR, say("BitLocker does not list the drive of Windows"))
    return SystemDrive(found.drive, state_of(volume), volume.percent or 0)


def state_of(volume: Volume) -> State:
    """By the methods, in the order in which they can be trusted."""
    if volume.locked:
        return State.LOCKED
    if volume.conversion == PLAIN:
        return State.PLAIN
    if volume.conversion in (DECRYPTING, DECRYPTING_PAUSED):
        return State.DECRYPTING
    if volume.conversion in (ENCRYPTING, ENCRYPTING_PAUSED) and volume.keys is not None:
        return State.ENCRYPTING if volume.keys and volume.percent else State.PLAIN
    if not volume.encrypted or volume.protection not in (0, 1):
        return State.UNKNOWN
    if volume.protected:
        return State.PROTECTED
    if volume.suspended:
        return State.SUSPENDED
    return State.WAITING if volume.keys == () else State.OPEN


@reads(DRIVERS)
def boot_drivers(answer: Answer) -> BootDrivers:
    """A driver that only opens containers starts later."""
    made = table(answer)
    names = tuple(name for key, name in _NAMES.items() if number((sub(made, key) or {}).get("Start")) == 0)
    return BootDrivers(names)


@derives
def other_encryption(found: Maybe[BootDrivers]) -> OtherEncryption:
    """What is not known softens nothing and sharpens nothing."""
    if found.value is not None:
        return OtherEncryption(", ".join(found.value.names), CannotTell(Reason.NOT_ASKED))
    return OtherEncryption(None, found.why if isinstance(found.why, CannotTell) else CannotTell(Reason.NOT_ASKED))
