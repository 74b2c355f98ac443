"""SEG-MAC-001."""

from __future__ import annotations

from nis2scan.api import Effort, Severity, Verdict, bad, check, ok, say
from nis2scan.facts.macos.firewall import MacFirewall


@check(
    title="The firewall of this Mac is off",
    catalogue=("SEG-MAC-001",),
    severity=Severity.LOW,
    effort=Effort.MINUTES,
    expected="The application firewall of macOS is on.",
    action="Switch on the firewall of every Mac",
    remedy="System Settings > Network > Firewall, or `sudo /usr/libexec/ApplicationFirewall/socketfilterfw "
    "--setglobalstate on`.\n"
    "Check: the same with `--getglobalstate` says `State = 1` or `State = 2`.",
    limits="Sees Apple's own application firewall, not pf and no firewall of another maker; nor which programs are let "
    "in. No real Mac has confirmed these words.",
)
def mac_firewall(firewall: MacFirewall) -> Verdict:
    """In a café or on the guest network everybody else can reach what the Mac offers, unless its firewall is on."""
    if firewall.state == 0:
        return bad(say("the application firewall is off"))
    if firewall.state == 2:
        return ok(say("the application firewall is on, and lets in only what the system needs"))
    if firewall.stealth:
        return ok(say("the application firewall is on, and does not answer strangers"))
    return ok(say("the application firewall is on"))
