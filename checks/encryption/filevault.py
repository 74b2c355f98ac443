"""ENC-MAC-001."""

from __future__ import annotations

from nis2scan.api import Effort, Severity, Verdict, bad, check, ok, say, warn
from nis2scan.facts.macos.filevault import Below, FileVault, State

_SEEN = {
    State.OFF: say("FileVault is off"),
    State.DECRYPTING: say("FileVault is being switched off: the disk is being decrypted"),
    State.ENCRYPTING: say("FileVault is on, and still encrypting"),
    State.DEFERRED: say("FileVault will be switched on when somebody signs in; it is not on yet"),
    State.RESTART: say("FileVault will be switched on at the next restart; it is not on yet"),
}


@check(
    title="FileVault is off",
    catalogue=("ENC-MAC-001",),
    severity=Severity.HIGH,
    key=True,
    effort=Effort.MINUTES,
    expected="FileVault is on.",
    action="Switch on FileVault on every Mac",
    remedy="System Settings > Privacy & Security > FileVault > Turn On, or `sudo fdesetup enable`. Keep the recovery "
    "key apart from the Mac, or have the management server (MDM) keep it.\n"
    "Check: `fdesetup status` says `FileVault is On.`",
    limits="Asks the Mac as a whole. Which of its users may unlock the disk is not looked at. No real Mac has "
    "confirmed the words yet.",
)
def filevault(vault: FileVault, below: Below) -> Verdict:
    """A Mac with a T2 or an Apple chip encrypts always, but without FileVault the key needs no password: whoever has
    the Mac can start it and read everything.
    """
    if vault.state is State.ON:
        return ok(say("FileVault is on"))
    seen = _SEEN[vault.state]
    if vault.state in (State.OFF, State.DECRYPTING):
        if below.virtual:
            found = say("{seen}; this is a virtual machine: judge the layer of its host", seen=seen)
            return warn(found, severity=Severity.LOW)
        return bad(seen)
    return warn(seen)
