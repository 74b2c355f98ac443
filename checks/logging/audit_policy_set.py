"""LOG-WIN-002."""

from __future__ import annotations

from nis2scan.api import CannotTell, Confidence, Effort, Reason, Severity, Verdict, bad, check, ok, say, warn
from nis2scan.facts.windows.audit_policy import (
    ACCOUNTS,
    CREDENTIALS,
    DIRECTORY,
    GROUPS,
    KERBEROS,
    LOCKOUT,
    LOGON,
    POLICY,
    SPECIAL,
    AuditPolicy,
)
from nis2scan.facts.windows.system import Windows

_BOTH = ("success", "failure")
_WANTED: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    (LOGON, "Logon", _BOTH),
    (SPECIAL, "Special Logon", ("success",)),
    (ACCOUNTS, "User Account Management", _BOTH),
    (GROUPS, "Security Group Management", ("success",)),
    (POLICY, "Audit Policy Change", ("success",)),
    (LOCKOUT, "Account Lockout", ("failure",)),
    (CREDENTIALS, "Credential Validation", _BOTH),
)
_ON_CONTROLLERS = (
    (KERBEROS, "Kerberos Authentication Service", _BOTH),
    (DIRECTORY, "Directory Service Changes", ("success",)),
)
_VITAL = ((LOGON, "Logon"), (ACCOUNTS, "User Account Management"))


@check(
    title="Windows does not log logons and changes of accounts",
    catalogue=("LOG-WIN-002",),
    severity=Severity.MEDIUM,
    effort=Effort.MINUTES,
    key=True,
    expected="logons (also failed ones) and changes of accounts, groups and audit policy are written to the log",
    action="Let Windows log logons and changes of accounts",
    remedy='`auditpol /set /subcategory:"{0CCE9215-69AE-11D9-BED3-505054503030}" /success:enable /failure:enable` '
    "(Logon), and so on; better by policy: *Advanced Audit Policy Configuration*.\n"
    "Check: `auditpol /get /category:*` on that machine.",
    limits="Reads what is in force, in English, Dutch, German, French or Italian. Whether events are kept long enough "
    "is judged elsewhere.",
)
def audit_policy_set(policy: AuditPolicy, system: Windows) -> Verdict:
    """Failed logons show guessing, changes of accounts show a burglar making himself at home."""
    wanted = [*_WANTED, *(_ON_CONTROLLERS if system.controller else ())]
    if unknown := [name for guid, name, _ in wanted if guid in policy.unknown]:
        raise CannotTell(
            Reason.LOCALE_UNSUPPORTED, say("the setting is in a language that is not known: {names}", names=unknown)
        )
    if absent := [name for guid, name, _ in wanted if guid not in policy.writes]:
        raise CannotTell(Reason.PARSE_ERROR, say("the setting was not told: {names}", names=absent))
    severity = Severity.HIGH if system.controller else None
    if vital := [name for guid, name in _VITAL if "success" not in policy.writes[guid]]:
        return bad(say("not logged: {names}", names=vital), severity=severity, confidence=Confidence.DERIVED)
    lacking = [f"{name} ({part})" for guid, name, parts in wanted for part in parts if part not in policy.writes[guid]]
    if lacking:
        return warn(say("not logged: {names}", names=lacking))
    return ok(say("logons and changes of accounts are logged"))
