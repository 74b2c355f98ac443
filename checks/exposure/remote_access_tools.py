"""EXP-ANY-001."""

from __future__ import annotations

from nis2scan.api import Effort, Judged, Part, Policy, Severity, bad, check, ok, say, warn
from nis2scan.facts.remote_tools import RemoteTools


@check(
    title="Somebody outside may work on this machine",
    catalogue=("EXP-ANY-001",),
    severity=Severity.HIGH,
    key=True,
    effort=Effort.MINUTES,
    expected="Only remote-access tools that you approved are on the machine.",
    action="Keep only remote-access tools that you know and approve",
    remedy="Ask whose it is. Nobody's: uninstall it (`apt purge anydesk`, `dnf remove anydesk`, on Windows "
    "Settings > Apps > Installed apps).\n"
    "Yours: write its name under `approved_remote_tools` in config.toml, switch on a second factor, allow only known "
    "partners, and take away the password for unattended access.\n"
    "Check: the next scan finds it approved, or no more.",
    limits="Knows some thirty tools by their processes, services and usual places; a program that somebody carries in "
    "his own folder and that does not run now is not found. Quick Assist of Windows itself is left out.",
)
def remote_access_tools(tools: RemoteTools, policy: Policy) -> Judged:
    """A tool for help at a distance is a door with its own lock. Attackers like to bring one along, because it looks
    like ordinary maintenance.
    """
    approved = {name.casefold() for name in policy.approved_remote_tools}
    judged: dict[str, Part] = dict(tools.unread)
    if not tools.all:
        return judged or ok(say("none of the known tools runs or is installed"))
    for name in tools.all:
        runs = say("it runs now") if name in tools.running else say("it is installed")
        if name.casefold() in approved:
            judged[name] = ok(say("{tool} is approved; {state}", tool=name, state=runs))
        elif approved:
            judged[name] = bad(say("{tool} is not on the list of approved tools; {state}", tool=name, state=runs))
        else:
            judged[name] = warn(say("{tool}: is this yours? {state}", tool=name, state=runs))
    return judged
