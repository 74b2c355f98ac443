"""A question to people."""

from __future__ import annotations

from nis2scan.api import Effort, Now, Policy, Severity, Verdict, check
from nis2scan.facts.people.said import GuestNetwork
from nis2scan.facts.people.statement import by_word


@check(
    title="Guests share the office network",
    severity=Severity.MEDIUM,
    effort=Effort.HALF_DAY,
    expected="Guests and private devices cannot reach the office network.",
    action="Give guests and private devices a network of their own",
    remedy="Switch on the guest network of the access points, with client isolation, in a VLAN of its own "
    "that only reaches the internet.\n"
    "Move private phones and smart devices there.\n"
    "Check: from the guest network neither router settings, printer nor NAS can be opened.",
    limits="Rests on somebody's word; nothing was looked at.",
)
def guest_network(said: GuestNetwork, policy: Policy, now: Now) -> Verdict:
    """A strange or infected device on the office network can reach everything that your own devices can."""
    return by_word(said, policy, now)
