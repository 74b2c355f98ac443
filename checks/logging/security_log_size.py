"""LOG-WIN-001."""

from __future__ import annotations

from datetime import timedelta

from nis2scan.api import (
    CannotTell,
    Confidence,
    Maybe,
    Part,
    Policy,
    Reason,
    Severity,
    Unknown,
    Verdict,
    bad,
    check,
    ok,
    say,
    warn,
)
from nis2scan.facts.log_forwarding import LogsElsewhere
from nis2scan.facts.windows.security_log import ClearedLogs, SecurityLog
from nis2scan.facts.windows.system import Windows

_DAY = timedelta(days=1)
_LARGE = 196608 * 1024
_SETTLING = 2
"""Days. The log of a fresh machine begins a little after the system."""


@check(
    title="The Security log of Windows is too small",
    catalogue=("LOG-WIN-001",),
    severity=Severity.MEDIUM,
    expected="events of at least {log_retention_ok_days} days ago, and nobody emptied the log",
    action="Give the Security log of Windows more room",
    remedy="`wevtutil sl Security /ms:1073741824`, or the policy *Specify the maximum log file size (KB)*.\n"
    "Check after some weeks: the oldest event in Event Viewer > Windows Logs > Security.",
    limits="Measures the oldest event; gaps in between are not seen. Archived log files are not looked for.",
)
def security_log_size(
    log: SecurityLog, cleared: Maybe[ClearedLogs], system: Windows, elsewhere: LogsElsewhere, policy: Policy
) -> dict[str, Part]:
    """With the default of 20 MB a busy machine overwrites its log within days; then nobody can say what happened."""
    parts: dict[str, Part] = {"Security": _reach(log, system, elsewhere, policy)}
    if isinstance(cleared.why, CannotTell):
        parts["Security (1102)"] = Unknown(cleared.why.reason, say("whether somebody emptied the log was not read"))
    if cleared.value is not None and cleared.value.at:
        parts["Security (1102)"] = warn(say("somebody emptied the log on {day}", day=cleared.value.at[0]))
    return parts


def _reach(log: SecurityLog, system: Windows, elsewhere: LogsElsewhere, policy: Policy) -> Part:
    if not log.on:
        return bad(say("the Security log is switched off"))
    days = (log.seen_at - log.oldest) // _DAY if log.oldest else 0
    seen = say("the oldest event is {days} days old", days=days)
    if days >= policy.log_retention_ok_days:
        return ok(seen)
    if log.oldest is None:  # nothing is written, so nothing is sent on either
        return bad(say("the Security log is empty"))
    if elsewhere.leaves:
        found = say("events are also sent to another system; here {seen}", seen=seen)
        return ok(found, confidence=Confidence.DERIVED)
    if system.installed_at is not None:
        age = (log.seen_at - system.installed_at) // _DAY
        if 0 <= age <= days + _SETTLING:
            return ok(say("{seen}, as old as the system", seen=seen))
    if elsewhere.leaves is None:
        return Unknown(Reason.NO_PRIVILEGE, say("whether events are sent to another system could not be read"))
    return _short(log, days, seen, policy)


def _short(log: SecurityLog, days: int, seen: object, policy: Policy) -> Verdict:
    size = (log.most or 0) // (1024 * 1024)
    if days >= policy.log_retention_min_days:
        return warn(say("{seen}, with room for {size} MB", seen=seen, size=size))
    if log.keeps == "stop":
        return warn(say("{seen}; when the log is full, nothing is written any more", seen=seen))
    if log.most is not None and log.size is not None and log.most >= _LARGE and log.size < log.most:
        return warn(say("{seen}, and the log of {size} MB is not full yet", seen=seen, size=size))
    return bad(say("{seen}, with room for {size} MB", seen=seen, size=size))
