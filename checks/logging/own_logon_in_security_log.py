"""LOG-WIN-004."""

from __future__ import annotations

from nis2scan.api import CannotTell, Reason, Severity, Verdict, bad, check, ok, say
from nis2scan.facts.windows.security_log import OwnLogonEvent


@check(
    title="Logons do not reach the Security log",
    catalogue=("LOG-WIN-004",),
    severity=Severity.HIGH,
    expected="the logon of this scan stands in the Security log",
    action="Make logons reach the log again",
    remedy='`auditpol /set /subcategory:"{0CCE9215-69AE-11D9-BED3-505054503030}" /success:enable`; the service '
    "*Windows Event Log* must run.\nCheck: log in once more, and look for event 4624 in the Security log.",
    limits="Looks for one logon over the network, of this scan. Other events may still be missing.",
)
def own_logon_in_security_log(logon: OwnLogonEvent) -> Verdict:
    """Settings may look right while nothing is written; a logon that was really made and is not there proves it."""
    if logon.found:
        return ok(say("the logon of this scan stands in the Security log"))
    if not logon.whole:
        raise CannotTell(Reason.TRUNCATED, say("too many logons in the last minutes to look through"))
    return bad(say("the logon of this scan does not stand in the Security log"))
