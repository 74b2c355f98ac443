"""EXP-WIN-001."""

from __future__ import annotations

from nis2scan.api import Absent, CannotTell, Effort, Reason, Severity, Verdict, bad, check, ok, say
from nis2scan.facts.windows.remote_desktop import RemoteDesktop


@check(
    title="Remote Desktop shows its screen before the password",
    catalogue=("EXP-WIN-001",),
    severity=Severity.HIGH,
    effort=Effort.MINUTES,
    expected="Remote Desktop is off, or asks the password before it shows a screen (NLA)",
    action="Require Network Level Authentication for Remote Desktop",
    remedy="Settings > System > Remote Desktop > Network Level Authentication: on; or the policy *Require user "
    "authentication for remote connections by using Network Level Authentication*.\n"
    "Check: scan again; very old clients and some thin clients cannot connect any more.",
    limits="Reads settings and policy; who may sign in is judged elsewhere.",
)
def remote_desktop_hardened(desktop: RemoteDesktop) -> Verdict:
    """Without NLA anybody who can connect reaches the sign-in screen, and flaws in it need no password (BlueKeep)."""
    if not desktop.on:
        raise Absent(say("Remote Desktop is off"))
    if desktop.nla:
        return ok(say("on, and the password comes first (NLA)"))
    if desktop.nla is None:
        raise CannotTell(Reason.PARSE_ERROR, say("on, and whether NLA is required could not be read"))
    return bad(say("on, and NLA is switched off"))
