"""MFA-ORG-001."""

from __future__ import annotations

from nis2scan.api import Effort, Now, Policy, Severity, Verdict, check
from nis2scan.facts.people.said import CloudMfa
from nis2scan.facts.people.statement import by_word


@check(
    title="The cloud lets people in with a password alone",
    catalogue=("MFA-ORG-001",),
    severity=Severity.HIGH,
    key=True,
    effort=Effort.HALF_DAY,
    expected="Multi-factor sign-in is forced for everybody in the cloud.",
    action="Force multi-factor sign-in for everybody in the cloud",
    remedy="Microsoft 365: switch on Security Defaults, or a Conditional Access policy for all users and all "
    "apps; keep two emergency accounts with a hardware key.\n"
    "Google Workspace: Security, Authentication, 2-Step Verification, enforcement on.\n"
    "Check: sign in with a test account from a private window; it must ask a second factor.",
    limits="Rests on somebody's word; nothing was looked at.",
)
def cloud_mfa(said: CloudMfa, policy: Policy, now: Now) -> Verdict:
    """Mail and files in the cloud can be reached by everybody; leaked and guessed passwords are tried there day and
    night.
    """
    return by_word(said, policy, now)
