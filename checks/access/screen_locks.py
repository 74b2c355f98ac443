"""ACC-WIN-006."""

from __future__ import annotations

from collections.abc import Mapping

from nis2scan.api import (
    Confidence,
    Effort,
    Part,
    Policy,
    Severity,
    Unknown,
    Verdict,
    bad,
    check,
    ok,
    say,
    warn,
)
from nis2scan.facts.windows.screen_lock import AccountControl, ScreenLock


@check(
    title="An unattended Windows screen stays open",
    catalogue=("ACC-WIN-006",),
    severity=Severity.LOW,
    effort=Effort.MINUTES,
    expected="The screen locks itself within {screen_lock_seconds} seconds, and Windows asks before the system is "
    "changed.",
    action="Let screens lock themselves, and let Windows ask",
    remedy="New-ItemProperty 'HKLM:\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Policies\\System' "
    "InactivityTimeoutSecs -Value 900 -PropertyType DWord -Force; the same with EnableLUA 1 and "
    "ConsentPromptBehaviorAdmin 5; restart.\n"
    "A domain: the group policy Security Options > Interactive logon: Machine inactivity limit, and User Account "
    "Control. Intune: Device lock.\n"
    "Check: leave the machine alone for a quarter of an hour; it asks a password.",
    limits="Sees the limit of the machine, of Intune, and the screen saver of who signed in last, as long as his "
    "settings are loaded. That a machine locks when it sleeps, or when a telephone goes away, does not count. What "
    "Intune sets comes from the manual, no machine of ours has confirmed it.",
)
def screen_locks(control: AccountControl, lock: ScreenLock, policy: Policy) -> Mapping[str, Part]:
    """Whoever passes a machine that nobody sits at works on as the one who left. Without User Account Control each
    program has all rights of its user at once.
    """
    return {"UAC": _control(control), "InactivityTimeoutSecs": _lock(lock, policy)}


def _control(control: AccountControl) -> Verdict:
    if not control.on:
        return bad(say("User Account Control is off: programs of an administrator have all rights at once"))
    if not control.asks:
        return warn(say("User Account Control raises the rights of an administrator without asking"))
    return ok(say("User Account Control is on, and asks"))


def _lock(lock: ScreenLock, policy: Policy) -> Part:
    """The shortest of all counts. What only Intune is said to do has not been seen on a real machine."""
    saver = None if isinstance(lock.saver, Unknown) else lock.saver
    seen = [seconds for seconds in (lock.machine, saver) if seconds is not None]
    shortest = min([*seen, lock.mdm] if lock.mdm is not None else seen, default=None)
    if shortest is not None and shortest <= policy.screen_lock_seconds:
        derived = not seen or min(seen) > policy.screen_lock_seconds
        confidence = Confidence.DERIVED if derived else Confidence.MEASURED
        return ok(say("the screen locks after {seconds} seconds", seconds=shortest), confidence=confidence)
    if isinstance(lock.saver, Unknown):
        return lock.saver
    if shortest is None:
        return warn(say("nothing locks the screen by itself"))
    return warn(say("the screen locks only after {seconds} seconds", seconds=shortest))
