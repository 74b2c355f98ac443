"""LOG-MAC-001."""

from __future__ import annotations

from nis2scan.api import CannotTell, Confidence, Effort, Policy, Severity, Verdict, check, ok, say, warn
from nis2scan.facts.macos.logs import KeptTrail, MacLogAgents


@check(
    title="A Mac forgets who did what within days",
    catalogue=("LOG-MAC-001",),
    severity=Severity.LOW,
    effort=Effort.HOUR,
    expected="An agent sends security events elsewhere, or the audit trail is kept for {mac_audit_min_days} days.",
    action="Keep the security logs of Macs",
    remedy="Install the agent for logs or detection (EDR) by the management server (MDM).\n"
    "Or the old audit trail: `sudo cp /etc/security/audit_control.example /etc/security/audit_control`, in it "
    "`expire-after:180d`, then `sudo launchctl bootstrap system "
    "/System/Library/LaunchDaemons/com.apple.auditd.plist`. Apple has said that it will go.\n"
    "Check: the agent shows the Mac in its console, or `sudo launchctl print system/com.apple.auditd` finds it.",
    limits="Knows agents by the names of their programs; which events they send shows in their console. How far back "
    "the unified log of macOS reaches is not looked up: that takes minutes. No real Mac has confirmed these names.",
)
def mac_logs(agents: MacLogAgents, kept: KeptTrail, policy: Policy) -> Verdict:
    """The log of macOS itself keeps days, not months: of a break-in that is found later nothing can be told."""
    if agents.sure:
        return ok(say("an agent runs: {names}", names=agents.sure), confidence=Confidence.DERIVED)
    if kept.on is None or (kept.on and kept.trail is None):
        raise CannotTell(kept.why.reason, kept.why.detail)
    if not kept.on or kept.trail is None or not kept.trail.there:
        return warn(say("only the log of macOS itself keeps what happened"))
    days = kept.trail.days
    if days is None or days < policy.mac_audit_min_days:
        if days is None:
            return warn(say("the audit trail runs; how many days it is kept is not said"))
        return warn(say("the audit trail is kept for {days} days", days=round(days)))
    if kept.trail.by_size:
        found = say("the audit trail is kept for {days} days, or less when it grows too large", days=round(days))
        return ok(found, confidence=Confidence.DERIVED)
    return ok(say("the audit trail is kept for {days} days", days=round(days)))
