"""A question to people."""

from __future__ import annotations

from nis2scan.api import Effort, Now, Policy, Severity, Verdict, check
from nis2scan.facts.people.said import BoardApproved
from nis2scan.facts.people.statement import by_word


@check(
    title="The board has not approved the measures",
    severity=Severity.MEDIUM,
    effort=Effort.HALF_DAY,
    expected="The board approved measures and remaining risks, and was trained.",
    action="Let the board approve measures and remaining risks",
    remedy="Put the risks, the measures and what is accepted on the agenda once a year, and record the "
    "decision. Plan the training that the law asks of board members.\n"
    "Check: minutes and certificates.",
    limits="Rests on somebody's word; nothing was looked at.",
)
def board_approved(said: BoardApproved, policy: Policy, now: Now) -> Verdict:
    """The law makes the board answerable: it approves the measures, watches over them and has to know enough to do
    so.
    """
    return by_word(said, policy, now)
