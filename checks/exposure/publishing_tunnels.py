"""EXP-ANY-002."""

from __future__ import annotations

from nis2scan.api import Effort, Judged, Part, Policy, Severity, bad, check, ok, say, warn
from nis2scan.facts.remote_tools import Tunnels


@check(
    title="A tunnel publishes something from inside",
    catalogue=("EXP-ANY-002",),
    severity=Severity.HIGH,
    effort=Effort.HOUR,
    expected="No tunnel runs that you did not approve.",
    action="Stop tunnels that nobody approved",
    remedy="`systemctl disable --now NAME`, on Windows `Set-Service NAME -StartupType Disabled; Stop-Service NAME` "
    "(cloudflared, frpc, ngrok, …), then look what it published.\n"
    "Needed: put a sign-in with a second factor before it, and write its name under `approved_tunnels` in "
    "config.toml.\n"
    "Check: the next scan finds it approved, or no more.",
    limits="Knows tunnels by the names of their processes and services, on Linux also by services that start ssh -R "
    "and by the settings of Tor, not by cron lines or tasks. What they publish is not looked into; a service "
    "published through Tailscale shows as Tailscale only.",
)
def publishing_tunnels(tunnels: Tunnels, policy: Policy) -> Judged:
    """A tunnel is a hole that the router cannot see: it is dug from inside, and the firewall lets it pass."""
    approved = {name.casefold() for name in policy.approved_tunnels}
    judged: dict[str, Part] = dict(tunnels.unread)
    for name in tunnels.publishing:
        judged[name] = bad(say("{tunnel} makes something on this machine reachable from the internet", tunnel=name))
    for name in tunnels.mesh:
        judged[name] = warn(say("{tunnel} joins this machine to a network elsewhere: is this yours?", tunnel=name))
    for name in judged:
        if name.casefold() in approved:
            judged[name] = ok(say("{tunnel} is approved", tunnel=name))
    return judged or ok(say("no known tunnel runs"))
