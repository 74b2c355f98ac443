"""A question to people."""

from __future__ import annotations

from nis2scan.api import Effort, Now, Policy, Severity, Verdict, check
from nis2scan.facts.people.said import RiskAssessment
from nis2scan.facts.people.statement import done_again


@check(
    title="There is no written risk assessment",
    severity=Severity.HIGH,
    effort=Effort.DAYS,
    expected="The risks are written down and were looked at in the last {answer_valid_days} days.",
    action="Write down the risks and what is done about them",
    remedy="Begin with one page: the five systems and data sets that the business cannot do without, what "
    "can go wrong with each, how bad that is, what is done, what is accepted and by whom.\n"
    "Look at it every year and after big changes.\n"
    "Check: date and signature of the last time.",
    limits="Rests on somebody's word; nothing was looked at.",
)
def risk_assessment(said: RiskAssessment, policy: Policy, now: Now) -> Verdict:
    """The law asks for measures that fit the risks: without the risks on paper nobody can show that they fit."""
    return done_again(said, policy, now, policy.answer_valid_days, policy.answer_valid_days)
