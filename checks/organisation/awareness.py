"""A question to people."""

from __future__ import annotations

from nis2scan.api import Effort, Now, Policy, Severity, Verdict, check
from nis2scan.facts.people.said import Awareness
from nis2scan.facts.people.statement import by_word


@check(
    title="Staff are not taught to recognise attacks",
    severity=Severity.MEDIUM,
    effort=Effort.HALF_DAY,
    expected="All staff learn at the start and every year to recognise and report attacks.",
    action="Teach all staff to recognise and report attacks",
    remedy="A quarter of an hour at the start and every year: phishing, false invoices, passwords, lost "
    "devices, and where to report without blame.\n"
    "Keep a list of who took part.\n"
    "Check: ask three people what they do with a strange mail.",
    limits="Rests on somebody's word; nothing was looked at.",
)
def awareness(said: Awareness, policy: Policy, now: Now) -> Verdict:
    """Most break-ins begin with somebody who was deceived, and end early where somebody dared to report it."""
    return by_word(said, policy, now)
