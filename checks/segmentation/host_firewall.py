"""SEG-LNX-001."""

from __future__ import annotations

from nis2scan.api import Effort, Severity, Verdict, bad, check, ok, say, warn
from nis2scan.facts.linux.firewall import Inbound
from nis2scan.facts.linux.system import System


@check(
    title="The firewall of the machine lets everything in",
    catalogue=("SEG-LNX-001",),
    severity=Severity.MEDIUM,
    effort=Effort.HOUR,
    expected="What no rule allows is refused, for IPv4 and for IPv6.",
    action="Let the firewall of Linux machines refuse by default",
    remedy="`ufw allow from 192.0.2.0/24 to any port 22 proto tcp` (your own network), then `ufw enable`.\n"
    "On Red Hat and SUSE: `systemctl enable --now firewalld`.\n"
    "Keep a session open while you do so.\n"
    "Check: `nft list ruleset` shows `policy drop` or a last rule `drop` or `reject` in the input chain.",
    limits="Rules that iptables or ufw wrote into nftables are not assessed where iptables-nft-save is missing or "
    "rules of nft stand between them: nft does not show what they single out. Sees the default and not each "
    "exception; a rule that allows everything to a network is not judged. Filters around the machine (router, cloud, "
    "hypervisor) are not seen.",
)
def host_firewall(inbound: Inbound, system: System) -> Verdict:
    """Where every machine refuses what nobody needs, one infected PC does not reach all the others."""
    if inbound.filter is None:
        return ok(say("nothing listens to other machines"))
    ports = tuple(sorted({f"{item.port}/{item.proto}" for item in inbound.open if not item.speaks_ssh}))
    if inbound.filter.denies_v4 and inbound.filter.denies_v6:
        return ok(say("the firewall refuses what no rule allows, for IPv4 and IPv6"))
    if inbound.filter.denies_v4:
        return warn(say("the firewall refuses by default for IPv4, but not for IPv6"))
    if inbound.filter.rules:
        return warn(say("the firewall has rules, but lets in what no rule refuses"))
    if not ports:
        return warn(say("there is no filter; only SSH listens to other machines"))
    severity = None if system.workstation else Severity.HIGH
    return bad(say("there is no filter, and these listen to other machines: {ports}", ports=ports), severity=severity)
