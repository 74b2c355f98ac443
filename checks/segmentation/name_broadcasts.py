"""SEG-WIN-003."""

from __future__ import annotations

from nis2scan.api import Message, Severity, Verdict, bad, check, ok, say, warn
from nis2scan.facts.windows.names import NameBroadcasts


@check(
    title="Windows asks everybody for unknown names",
    catalogue=("SEG-WIN-003",),
    severity=Severity.LOW,
    expected="LLMNR and NetBIOS are off: names are asked of DNS only.",
    action="Switch off LLMNR and NetBIOS",
    remedy="LLMNR, by group policy: Computer Configuration > Administrative Templates > Network > DNS Client > Turn "
    "off multicast name resolution: Enabled. Without one: "
    '`reg add "HKLM\\SOFTWARE\\Policies\\Microsoft\\Windows NT\\DNSClient" /v EnableMulticast /t REG_DWORD /d 0`.\n'
    "NetBIOS: in the properties of the network card, IPv4, Advanced, WINS: Disable NetBIOS over TCP/IP. Old scanners "
    "and NAS devices that are found by name only then need their name in DNS.\n"
    "Check: `Get-CimInstance Win32_NetworkAdapterConfiguration -Filter IPEnabled=True` shows TcpipNetbiosOptions 2.",
    limits="Judges the network cards that are in use. That the DHCP server switches NetBIOS off does not count: "
    "elsewhere it is on. mDNS is named, and not judged: printers need it.",
)
def name_broadcasts(names: NameBroadcasts) -> Verdict:
    """A PC that asks everybody for a name believes whoever answers, and sends him the login of its user."""
    if names.netbios is None:
        raise names.why
    if names.llmnr and names.netbios:
        if names.domain is None:
            raise names.why
        found = _noted(say("LLMNR is on, and NetBIOS for {cards}", cards=names.netbios), names)
        return bad(found) if names.domain else warn(found)
    if names.llmnr:
        return warn(_noted(say("LLMNR is on; NetBIOS is off"), names))
    if names.netbios:
        return warn(_noted(say("LLMNR is off; NetBIOS is on for {cards}", cards=names.netbios), names))
    return ok(_noted(say("LLMNR and NetBIOS are off"), names))


def _noted(seen: Message, names: NameBroadcasts) -> Message:
    return say("{seen} (mDNS is on)", seen=seen) if names.mdns else seen
