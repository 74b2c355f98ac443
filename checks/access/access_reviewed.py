"""ACC-ORG-001."""

from __future__ import annotations

from nis2scan.api import Effort, Now, Policy, Severity, Verdict, check
from nis2scan.facts.people.said import AccessReviewed
from nis2scan.facts.people.statement import done_again


@check(
    title="Nobody checked who has access",
    catalogue=("ACC-ORG-001",),
    severity=Severity.MEDIUM,
    effort=Effort.HALF_DAY,
    expected="The list of who may reach what was checked in the last {answer_valid_days} days.",
    action="Check who may reach what, and sign it off",
    remedy="Export the accounts and groups of directory, cloud, NAS and business software. Let the owner of "
    "the data strike out what is no longer needed.\n"
    "Write down date and name, and do so every year; admin rights every quarter.\n"
    "Check: struck-out accounts can no longer sign in.",
    limits="Rests on somebody's word; nothing was looked at.",
)
def access_reviewed(said: AccessReviewed, policy: Policy, now: Now) -> Verdict:
    """Rights grow with every change of job and are seldom taken back; whoever takes over such an account has them
    all.
    """
    return done_again(said, policy, now, policy.answer_valid_days, policy.answer_valid_days)
