"""A question to people."""

from __future__ import annotations

from nis2scan.api import Effort, Now, Policy, Severity, Verdict, check
from nis2scan.facts.people.said import RouterManaged
from nis2scan.facts.people.statement import by_word


@check(
    title="Nobody looks after the router",
    severity=Severity.HIGH,
    effort=Effort.HOUR,
    expected="A router or firewall with an owner stands between office and internet.",
    action="Name who looks after router and firewall",
    remedy="Name an owner, in house or at the supplier. Let the owner go through the port forwards, switch "
    "off UPnP and management from the internet, and keep a copy of the settings.\n"
    "Check: each forward has a reason and a date written beside it.",
    limits="Rests on somebody's word; nothing was looked at.",
)
def router_managed(said: RouterManaged, policy: Policy, now: Now) -> Verdict:
    """The router decides what the whole world can reach; forgotten port forwards are a well-known way in."""
    return by_word(said, policy, now)
