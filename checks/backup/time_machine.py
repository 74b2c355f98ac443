"""BAK-MAC-001."""

from __future__ import annotations

from datetime import timedelta

from nis2scan.api import (
    Absent,
    CannotTell,
    Confidence,
    Effort,
    Maybe,
    Now,
    Policy,
    Reason,
    Severity,
    Verdict,
    bad,
    check,
    ok,
    say,
    warn,
)
from nis2scan.facts.macos.time_machine import OtherTools, TimeMachine


@check(
    title="Time Machine has stopped, or its copy lies open",
    catalogue=("BAK-MAC-001",),
    severity=Severity.MEDIUM,
    effort=Effort.MINUTES,
    expected="Time Machine finished a copy in the last {backup_client_ok_hours} hours, on an encrypted disk.",
    action="Get Time Machine running again, on an encrypted disk",
    remedy="System Settings > General > Time Machine: attach the disk or share, Back Up Now, and see that it ends.\n"
    "Not encrypted: take the disk away there and add it again with Encrypt Backup.\n"
    "Nothing could be read: System Settings > General > Sharing > Remote Login > Allow full disk access for remote "
    "users.\n"
    "Check: `tmutil latestbackup` names a copy of this week.",
    limits="Rests on the names that Time Machine gives its settings, which no real Mac has confirmed and which differ "
    "between versions: so it passes as derived only. Copies on the Mac's own disk do not count. What is left out of "
    "the copy is not looked at.",
)
def time_machine(machine: Maybe[TimeMachine], others: OtherTools, policy: Policy, now: Now) -> Verdict:
    """Macs of owners and designers hold work that is nowhere else. Time Machine stops without a sound when its disk is
    full or stays in a drawer.
    """
    copies = machine.value
    if copies is None:
        raise _unused(others) if machine.absent else machine.why or CannotTell(Reason.NOT_ASKED)
    dated = [(place.newest, place) for place in copies.destinations if place.newest is not None]
    if not dated:
        raise CannotTell(Reason.OUT_OF_VANTAGE, say("Time Machine is set up, and names no copy that was finished"))
    newest, place = max(dated, key=lambda pair: pair[0])
    old = -(newest - now)
    if old < timedelta(hours=-1):
        raise CannotTell(Reason.PARSE_ERROR, say("the last back-up is dated ahead: {when}", when=newest))
    found = say("last copy on {disk} at {when}", disk=place.name, when=newest)
    if old > timedelta(hours=policy.backup_client_max_hours):
        return bad(found, confidence=Confidence.DERIVED)
    if old > timedelta(hours=policy.backup_client_ok_hours):
        return warn(found, confidence=Confidence.DERIVED)
    if open_ := [place.name for _, place in dated if place.encrypted is False]:
        return warn(say("{found}; not encrypted: {disks}", found=found, disks=open_), confidence=Confidence.DERIVED)
    if not copies.automatic:
        return warn(say("{found}; it does not start by itself", found=found), confidence=Confidence.DERIVED)
    if any(place.encrypted is None for _, place in dated):
        return warn(say("{found}; whether it is encrypted is not told", found=found), confidence=Confidence.DERIVED)
    return ok(found, confidence=Confidence.DERIVED)


def _unused(others: OtherTools) -> Exception:
    """No Time Machine is no back-up missing: the server or another program may make it. Then it is asked."""
    if others.names:
        return Absent(say("Time Machine is not used; installed is {names}", names=others.names))
    question = say("no back-up was found on this machine; is it backed up from elsewhere, and by what?")
    return CannotTell(Reason.OUT_OF_VANTAGE, question)
