"""ACC-WIN-004."""

from __future__ import annotations

from nis2scan.api import (
    Absent,
    CannotTell,
    Effort,
    Policy,
    Said,
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
from nis2scan.facts.windows.password_policy import PasswordPolicy
from nis2scan.facts.windows.system import Membership, Windows


@check(
    title="Windows accepts short passwords or endless guessing",
    catalogue=("ACC-WIN-004",),
    severity=Severity.MEDIUM,
    effort=Effort.MINUTES,
    expected="Passwords of at least {password_ok_length} characters, and an account is locked after at most "
    "{lockout_max_attempts} wrong ones.",
    action="Ask for longer passwords, and lock accounts that are guessed at",
    remedy="One machine: net accounts /minpwlen:14 /lockoutthreshold:10 /lockoutduration:15 /lockoutwindow:15\n"
    "A domain: the group policy Default Domain Policy > Computer Configuration > Policies > Windows Settings > "
    "Security Settings > Account Policies.\n"
    "Do not make people change their passwords every so often: they only become weaker.\n"
    "Check: net accounts shows the new numbers.",
    limits="On a machine these are the rules for accounts of that machine, on a domain controller those of the whole "
    "domain; rules for single groups (PSO), and passwords stored so that they can be read back, are not seen. What "
    "Entra asks of passwords is not seen either.",
)
def password_rules(
    rules: PasswordPolicy, windows: Windows, membership: Membership, own: OwnAccounts, policy: Policy
) -> Verdict:
    """A program tries thousands of passwords an hour. Where nothing stops it, a short one is found in days."""
    if not windows.controller and _kept_elsewhere(membership, own):
        raise Absent(say("people sign in with Entra, and no account of the machine is on"))
    seen: dict[str, object] = {"length": rules.length, "attempts": rules.attempts}
    if rules.attempts == 0:
        return bad(say("passwords of {length} characters and more; guessing is never stopped", length=rules.length))
    found = _found(rules, seen)
    if rules.length < policy.password_min_length:
        return bad(found)
    if rules.length < policy.password_ok_length or rules.attempts > policy.lockout_max_attempts:
        return warn(found)
    return ok(found)


def _found(rules: PasswordPolicy, seen: dict[str, object]) -> Said:
    if rules.lock_seconds is None:
        return say(
            "passwords of {length} characters and more; locked after {attempts} wrong ones, until somebody unlocks it",
            **seen,
        )
    return say(
        "passwords of {length} characters and more; locked after {attempts} wrong ones, for {minutes} minutes",
        **seen,
        minutes=rules.lock_seconds // 60,
    )


def _kept_elsewhere(membership: Membership, own: OwnAccounts) -> bool:
    """In Entra alone the rules of the machine hold only for accounts of the machine."""
    if membership.domain or not membership.entra:
        return False
    if isinstance(own.any, Unknown):
        raise CannotTell(own.any.reason, own.any.detail)
    return not own.any
