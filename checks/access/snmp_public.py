"""ACC-NET-003."""

from __future__ import annotations

from nis2scan.api import CannotTell, Confidence, Effort, Reason, Severity, Verdict, bad, check, ok, say, warn
from nis2scan.facts.network.device import Device
from nis2scan.facts.network.doors import Doors
from nis2scan.facts.network.snmp import SnmpPublic

_MATTERS = ("router", "network", "hypervisor", "nas", "server")


@check(
    title="SNMP answers to the default password",
    catalogue=("ACC-NET-003",),
    severity=Severity.MEDIUM,
    effort=Effort.MINUTES,
    expected="SNMP is off, or asks for a user and password (version 3).",
    action="Turn SNMP off or give it a password of your own",
    remedy="In the pages of the device: turn SNMP off, or allow version 3 only, with a user and a password.\n"
    "Debian and Ubuntu: remove `public` from /etc/snmp/snmpd.conf, or `systemctl disable --now snmpd`.\n"
    "Check: `snmpget -v2c -c public ADDRESS 1.3.6.1.2.1.1.1.0` gets no answer.",
    limits="Tries the word `public` for reading, twice. Other words, and `private`, are never tried. A device that "
    "answers only certain machines may answer others.",
)
def snmp_public(snmp: SnmpPublic, device: Device, doors: Doors) -> Verdict:
    """Whoever is on the network can read what devices there are, how they are set and whom they talk to."""
    if snmp.answers:
        found = say("it told what it is to whoever says `public`: {says}", says=snmp.says)
        return bad(found) if device.kind in _MATTERS else warn(found)
    if snmp.shut:
        return ok(say("nothing listens for SNMP"))
    if not doors.answers:
        raise CannotTell(Reason.OUT_OF_VANTAGE, say("nothing on this host answered"))
    return ok(say("no answer to `public`, asked twice"), confidence=Confidence.DERIVED)
