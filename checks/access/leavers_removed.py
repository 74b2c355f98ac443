"""ACC-ORG-001."""

from __future__ import annotations

from nis2scan.api import Effort, Now, Policy, Severity, Verdict, check
from nis2scan.facts.people.said import LeaversRemoved
from nis2scan.facts.people.statement import by_word


@check(
    title="Accounts of leavers stay open",
    catalogue=("ACC-ORG-001",),
    severity=Severity.HIGH,
    effort=Effort.HOUR,
    expected="Accounts of leavers are closed on their last day.",
    action="Close the accounts of leavers on their last day",
    remedy="Make a list of everything that a person gets, and go through it on the last day: directory, "
    "mail, cloud, VPN, remote support, keys, shared passwords.\n"
    "Compare the list of staff with the list of accounts every month.\n"
    "Check: an account of somebody who left last year cannot sign in.",
    limits="Rests on somebody's word; nothing was looked at.",
)
def leavers_removed(said: LeaversRemoved, policy: Policy, now: Now) -> Verdict:
    """An account that nobody uses is missed by nobody when somebody else does."""
    return by_word(said, policy, now)
