"""Whether macOS sets its clock by the network. Whether that works now its daemon tells nobody."""

from __future__ import annotations

import re

from nis2scan.api import Answer, CannotTell, Reason, Root, reads, say, shell
from nis2scan.facts.macos.running import SERVICES, mac_services
from nis2scan.facts.time_sync import TimeSync

NETWORK_TIME = shell(
    "systemsetup -getusingnetworktime || exit 1; echo ==end",
    runs=("systemsetup",),
    needs=("systemsetup",),
    root=Root.REQUIRED,
    platforms=("macos",),
    seconds=5,
    cap=4096,
)


@reads(NETWORK_TIME, SERVICES)
def time_sync(setting: Answer, services: Answer) -> TimeSync:
    """`Network Time: On`. timed also runs where the switch is off: then it sets nothing."""
    found = re.search(r"^Network Time: (On|Off)\s*$", setting.text, re.M)
    if not found or setting.lines[-1] != "==end":
        raise CannotTell(Reason.PARSE_ERROR, say("the machine did not tell how it keeps the time"))
    if found[1] == "Off":
        return TimeSync(daemons=(), synced=None)
    on = mac_services.read(services)
    if "com.apple.timed" not in getattr(on, "on", frozenset()):
        raise CannotTell(Reason.PARSE_ERROR, say("network time is on, and its daemon was not found"))
    return TimeSync(daemons=("timed",), synced=None)
