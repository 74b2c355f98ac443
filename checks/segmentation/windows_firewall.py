"""SEG-WIN-001."""

from __future__ import annotations

from nis2scan.api import CannotTell, Confidence, Effort, Message, Reason, Severity, Verdict, bad, check, ok, say, warn
from nis2scan.facts.windows.firewall import Firewall


@check(
    title="The Windows firewall is off",
    catalogue=("SEG-WIN-001",),
    severity=Severity.HIGH,
    effort=Effort.MINUTES,
    expected="The firewall is on in every profile (domain, private, public), and refuses what no rule allows.",
    action="Switch on the Windows firewall",
    remedy="`Set-NetFirewallProfile -All -Enabled True -DefaultInboundAction Block`. Set by group policy? Computer "
    "Configuration > Windows Settings > Security Settings > Windows Defender Firewall. Service stopped? "
    "`Set-Service mpssvc -StartupType Automatic`, and restart.\n"
    "Check: `Get-NetFirewallProfile -PolicyStore ActiveStore` shows Enabled True three times.",
    limits="Sees the default, and not each rule that lets something in. Does not see whether Windows takes a strange "
    "network for a trusted one. Without administrator rights the settings in the registry are read, not what is in "
    "force. That a firewall of another maker is on is its own word.",
    key=True,
)
def windows_firewall(firewall: Firewall) -> Verdict:
    """Where every PC refuses what nobody needs, one infected PC does not reach all the others."""
    if firewall.service is False:
        return _off(say("the service of the firewall does not run"), firewall)
    off = [item.name for item in firewall.profiles if not item.on]
    allows = [item.name for item in firewall.profiles if item.on and item.allows]
    if not off and not allows:
        return _all_on(firewall)
    seen = _seen(off, allows)
    if firewall.used is None and not firewall.barred:
        raise firewall.why
    if firewall.used is None:
        found = say("{seen}; whether these profiles are used now could not be read", seen=seen)
        return warn(found, severity=Severity.MEDIUM, confidence=firewall.sure)
    if not firewall.used & {*off, *allows}:
        return warn(say("{seen}; now the machine stands in no such network", seen=seen), confidence=firewall.sure)
    return _off(seen, firewall)


def _seen(off: list[str], allows: list[str]) -> Message:
    if not allows:
        return say("the firewall is off for: {profiles}", profiles=off)
    opened = say("the firewall lets everything in for: {profiles}", profiles=allows)
    return say("{seen}; off for: {profiles}", seen=opened, profiles=off) if off else opened


def _off(seen: Message, firewall: Firewall) -> Verdict:
    """A firewall of another maker may have taken its place."""
    if firewall.others is None:
        raise firewall.why
    if firewall.others:
        found = say("{seen}; {others} says to be on in its place", seen=seen, others=firewall.others)
        return warn(found, confidence=Confidence.DERIVED)
    return bad(seen, confidence=firewall.sure)


def _all_on(firewall: Firewall) -> Verdict:
    if firewall.service is None:
        raise CannotTell(Reason.NO_PRIVILEGE, say("whether the service of the firewall runs could not be read"))
    left_out = sorted({card for item in firewall.profiles for card in item.left_out})
    if left_out:
        return warn(say("the firewall is on, but not for the network card {cards}", cards=left_out))
    return ok(say("the firewall is on in every profile, and refuses what no rule allows"), confidence=firewall.sure)
