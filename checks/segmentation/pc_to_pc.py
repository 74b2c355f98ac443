"""SEG-NET-005."""

from __future__ import annotations

from nis2scan.api import Absent, CannotTell, Effort, Reason, Severity, Verdict, bad, check, ok, say, warn, words
from nis2scan.facts.network.device import UNKNOWN, Device
from nis2scan.facts.network.doors import Doors, Neighbour

_TAKES_OVER = {22: "SSH", 3389: "RDP", 5900: "VNC", 5985: "WinRM", 5986: "WinRM"}
_FILES = {135: "RPC", 139: "NetBIOS", 445: "SMB"}


@check(
    title="PCs accept connections from other PCs",
    catalogue=("SEG-NET-005",),
    severity=Severity.MEDIUM,
    effort=Effort.HALF_DAY,
    expected="A PC refuses connections from other PCs; only the machine of the admin gets in.",
    action="Let PCs refuse connections from other PCs",
    remedy="Windows: firewall on for all profiles; by group policy allow RDP, WinRM and SMB only from the admin's "
    "addresses (scope of the rule).\n"
    "Linux: `ufw allow from ADMIN to any port 22 proto tcp`, then `ufw enable`.\n"
    "Check: from another PC the ports do not open.",
    limits="Tried from one place in the same network. When the scan runs on the machine of the admin, its access may "
    "be meant.",
)
def pc_to_pc(device: Device, doors: Doors, near: Neighbour) -> Verdict:
    """From one infected PC the next is reached over these ports; this is how a whole office is lost in an hour."""
    if device.kind == UNKNOWN:
        raise CannotTell(Reason.OUT_OF_VANTAGE, say("it is not known what kind of device this is"))
    if device.kind != "workstation":
        raise Absent(say("not a PC: {kind}", kind=words.kind(device.kind)))
    taking = tuple(f"{name} ({port})" for port, name in _TAKES_OVER.items() if port in doors.open)
    files = tuple(f"{name} ({port})" for port, name in _FILES.items() if port in doors.open)
    if taking:
        return bad(say("another PC can connect to {ways}", ways=taking + files))
    if files:
        return warn(say("another PC can connect to {ways}", ways=files))
    if doors.guard:
        raise CannotTell(Reason.LEFT_ALONE, say("a device of this kind might act on it"))
    if not near.on_link:  # a router in between may hide what the PCs beside it reach
        raise CannotTell(Reason.OUT_OF_VANTAGE, say("this machine is not in the same network"))
    return ok(say("none of the ports to take it over opens from another PC"))
