"""A question to people."""

from __future__ import annotations

from nis2scan.api import Effort, Now, Policy, Severity, Verdict, check
from nis2scan.facts.people.said import PortableDevices
from nis2scan.facts.people.statement import by_word


@check(
    title="Portable devices are not encrypted",
    severity=Severity.HIGH,
    effort=Effort.HALF_DAY,
    expected="Phones, tablets, USB sticks and external disks with business data are encrypted.",
    action="Encrypt phones and portable storage",
    remedy="Demand a screen lock with code on every phone that has business mail (mobile device management, "
    "or the setting of the mail service).\n"
    "Allow only encrypted USB sticks and disks (BitLocker To Go, LUKS, or with a keypad), or none at "
    "all.\n"
    "Check: plug the stick into another computer; it must ask a password.",
    limits="Rests on somebody's word; nothing was looked at.",
)
def portable_devices(said: PortableDevices, policy: Policy, now: Now) -> Verdict:
    """What is small gets lost. Without encryption the finder reads everything, and it is a data breach to be
    reported.
    """
    return by_word(said, policy, now)
