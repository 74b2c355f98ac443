"""A question to people."""

from __future__ import annotations

from nis2scan.api import Effort, Now, Policy, Severity, Verdict, check
from nis2scan.facts.people.said import Suppliers
from nis2scan.facts.people.statement import by_word


@check(
    title="Suppliers are not known or not bound",
    severity=Severity.MEDIUM,
    effort=Effort.DAYS,
    expected="Important suppliers are listed, bound to security and replaceable.",
    action="List the suppliers and agree on security with them",
    remedy="List who has access or cannot be missed: what they reach, whom to call, what was agreed about "
    "security and reporting incidents, and who could take over.\n"
    "Begin with the IT supplier.\n"
    "Check: every account of a supplier stands on the list.",
    limits="Rests on somebody's word; nothing was looked at.",
)
def suppliers(said: Suppliers, policy: Policy, now: Now) -> Verdict:
    """An attack on a supplier comes in through the access that you gave; and when the supplier fails, your work
    stops too.
    """
    return by_word(said, policy, now)
