"""A question to people."""

from __future__ import annotations

from nis2scan.api import Effort, Now, Policy, Severity, Verdict, check
from nis2scan.facts.people.said import IncidentPlan
from nis2scan.facts.people.statement import by_word


@check(
    title="There is no plan for incidents",
    severity=Severity.HIGH,
    effort=Effort.DAYS,
    expected="A plan says who decides, who is called and who reports in time.",
    action="Make a plan for incidents, and practise it",
    remedy="One page, on paper too: signs, who decides, telephone numbers (IT supplier, insurer, NCSC), what "
    "is unplugged and what is not, who reports: a first warning within 24 hours, a notification "
    "within 72 hours, a report within a month.\n"
    "Practise it once a year.\n"
    "Check: everybody named knows that.",
    limits="Rests on somebody's word; nothing was looked at.",
)
def incident_plan(said: IncidentPlan, policy: Policy, now: Now) -> Verdict:
    """In the first hours of an incident there is no time to find out who may decide what; and the law has short
    terms for reporting.
    """
    return by_word(said, policy, now)
