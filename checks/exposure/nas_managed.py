"""A question to people."""

from __future__ import annotations

from nis2scan.api import Effort, Now, Policy, Severity, Verdict, check
from nis2scan.facts.people.said import NasManaged
from nis2scan.facts.people.statement import by_word


@check(
    title="Nobody looks after the NAS",
    severity=Severity.HIGH,
    effort=Effort.HOUR,
    expected="The NAS cannot be reached from the internet and has an owner.",
    action="Close the NAS to the internet and name who looks after it",
    remedy="Remove port forwards to the NAS and switch off relay services; use a VPN with a second factor.\n"
    "Disable the account admin, switch on a second factor, and go through the shares.\n"
    "Check: from outside (a phone off the wifi) the NAS does not answer.",
    limits="Rests on somebody's word; nothing was looked at.",
)
def nas_managed(said: NasManaged, policy: Policy, now: Now) -> Verdict:
    """A NAS holds the data of the whole office, and ransomware has gone through NAS devices on the internet many
    times.
    """
    return by_word(said, policy, now)
