"""A question to people."""

from __future__ import annotations

from nis2scan.api import Effort, Now, Policy, Severity, Verdict, check
from nis2scan.facts.people.said import ContinuityPlan
from nis2scan.facts.people.statement import by_word


@check(
    title="There is no plan to go on without systems",
    severity=Severity.MEDIUM,
    effort=Effort.DAYS,
    expected="A plan to keep going without systems is there and was practised.",
    action="Make a plan to keep going without systems",
    remedy="Write down which processes come first, how long each can wait, how work goes on by hand, and in "
    "which order systems are put back.\n"
    "Practise one of them every year.\n"
    "Check: the plan can be read when the network is down.",
    limits="Rests on somebody's word; nothing was looked at.",
)
def continuity_plan(said: ContinuityPlan, policy: Policy, now: Now) -> Verdict:
    """Putting systems back takes days; customers, wages and deliveries do not wait that long."""
    return by_word(said, policy, now)
