"""A question to people."""

from __future__ import annotations

from nis2scan.api import Effort, Now, Policy, Severity, Verdict, check
from nis2scan.facts.people.said import DevicesUpdated
from nis2scan.facts.people.statement import by_word


@check(
    title="Nobody updates router, NAS and printers",
    severity=Severity.HIGH,
    effort=Effort.HOUR,
    expected="Somebody installs the updates of all devices.",
    action="Name who updates router, access points, NAS and printers",
    remedy="Make a list of the devices with model, version and who updates them. Switch on automatic updates "
    "where there are any; else look every month.\n"
    "Replace what gets no more updates.\n"
    "Check: each device shows the newest version of its maker.",
    limits="Rests on somebody's word; nothing was looked at.",
)
def devices_updated(said: DevicesUpdated, policy: Policy, now: Now) -> Verdict:
    """Devices at the edge of the network are attacked within days of a leak becoming known, and no scan of
    computers sees them.
    """
    return by_word(said, policy, now)
