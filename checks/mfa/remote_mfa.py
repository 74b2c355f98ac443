"""A question to people."""

from __future__ import annotations

from nis2scan.api import Effort, Now, Policy, Severity, Verdict, check
from nis2scan.facts.people.said import RemoteMfa
from nis2scan.facts.people.statement import by_word


@check(
    title="Working from outside needs a password alone",
    severity=Severity.HIGH,
    effort=Effort.HALF_DAY,
    expected="Every way in from outside asks a second factor.",
    action="Ask a second factor on every way in from outside",
    remedy="List every way in: VPN, remote desktop gateway, remote support tools, webmail, management of "
    "router and NAS.\n"
    "Switch on a second factor on each; close what cannot.\n"
    "Check: try each from outside with a test account.",
    limits="Rests on somebody's word; nothing was looked at.",
)
def remote_mfa(said: RemoteMfa, policy: Policy, now: Now) -> Verdict:
    """Whoever has a password from a leak uses it first on the ways in from outside."""
    return by_word(said, policy, now)
