"""LOG-ORG-001."""

from __future__ import annotations

from nis2scan.api import Effort, Now, Policy, Severity, Verdict, check
from nis2scan.facts.people.said import LogsRead
from nis2scan.facts.people.statement import by_word


@check(
    title="Nobody looks at the logs",
    catalogue=("LOG-ORG-001",),
    severity=Severity.MEDIUM,
    effort=Effort.HOUR,
    expected="Somebody looks at logs and warnings every week.",
    action="Agree who looks at logs and warnings every week",
    remedy="Set aside half an hour a week, or buy it as a service. Begin with three sources: risky sign-ins "
    "of the cloud, mails of the back-up, warnings of the firewall.\n"
    "Write down what was seen and done.\n"
    "Check: name the last warning and what came of it.",
    limits="Rests on somebody's word; nothing was looked at.",
)
def logs_read(said: LogsRead, policy: Policy, now: Now) -> Verdict:
    """Logs that nobody reads show a break-in only when it is too late."""
    return by_word(said, policy, now)
