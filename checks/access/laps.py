"""ACC-WIN-003."""

from __future__ import annotations

from datetime import timedelta

from nis2scan.api import (
    Absent,
    CannotTell,
    Confidence,
    Effort,
    Maybe,
    Now,
    Reason,
    Severity,
    Unknown,
    Verdict,
    bad,
    check,
    ok,
    say,
    warn,
)
from nis2scan.facts.windows.accounts import OwnAccounts
from nis2scan.facts.windows.laps import LapsPolicy, LapsRotation
from nis2scan.facts.windows.system import Membership, Windows


@check(
    title="The local administrator's password is not managed",
    catalogue=("ACC-WIN-003",),
    severity=Severity.MEDIUM,
    effort=Effort.HALF_DAY,
    expected="Windows gives the local administrator of each machine a password of its own, and renews it (LAPS).",
    action="Let Windows manage the passwords of local administrators (LAPS)",
    remedy="Domain: Update-LapsADSchema once, Set-LapsADComputerSelfPermission on the OU of the machines, then the "
    "group policy Computer Configuration > Administrative Templates > System > LAPS > Configure password "
    "backup directory.\n"
    "Entra: switch LAPS on under Devices > Device settings, then in Intune Endpoint security > Account protection.\n"
    "Server 2016 has no LAPS of its own: install the older one, or renew the server.\n"
    "Check: Invoke-LapsPolicyProcessing, then event 10018 or 10029 in Microsoft-Windows-LAPS/Operational.",
    limits="Sees the policy on the machine and the log of Windows LAPS, not what the directory keeps. The numbers of "
    "the events come from the manual, no machine of ours has confirmed them. Older LAPS logs nothing of use, so "
    "whether it works must be looked up in the directory.",
)
def laps(
    windows: Windows,
    membership: Membership,
    policy: LapsPolicy,
    rotation: Maybe[LapsRotation],
    own: OwnAccounts,
    now: Now,
) -> Verdict:
    """One password on all machines means that whoever takes one PC has them all."""
    if windows.controller:
        raise Absent(say("a domain controller has no accounts of its own"))
    if membership.workgroup:
        raise Absent(say("LAPS needs a domain or Entra, and this machine is in neither"))
    if policy.on:
        return _managed(policy, rotation, now)
    if isinstance(own.administrator, Unknown):
        raise CannotTell(own.administrator.reason, own.administrator.detail)
    if not own.administrator:  # there is no password to take
        raise Absent(say("no local account that is an administrator is on"))
    if policy.root:
        return bad(say("a policy for LAPS is there, and it is switched off"))
    return bad(say("nothing manages the password of the local administrator"))


def _managed(policy: LapsPolicy, rotation: Maybe[LapsRotation], now: Now) -> Verdict:
    """The old policy is also carried out by new Windows, as long as the old program is not installed."""
    if policy.root == "legacy" and policy.extension:
        return warn(say("older LAPS is set up; whether it renews passwords only the directory tells"))
    if rotation.value is None:
        raise rotation.why or CannotTell(Reason.NOT_ASKED)
    if not rotation.value.there:
        return warn(say("a policy for LAPS is there, but nothing on this machine carries it out"))
    last = rotation.value.succeeded_at
    if last is None:
        return warn(say("LAPS is set up, but no new password was kept yet"))
    if last > now + timedelta(days=1):
        raise CannotTell(Reason.PARSE_ERROR, say("the last new password is dated ahead: {when}", when=last))
    if last < now - timedelta(days=policy.age_days + 1):
        return warn(say("LAPS is set up, but the last new password is of {day}", day=last.date()))
    return ok(say("LAPS renewed the password on {day}", day=last.date()), confidence=Confidence.DERIVED)
