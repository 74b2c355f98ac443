"""SEG-ANY-001."""

from __future__ import annotations

from nis2scan.api import Absent, Effort, Policy, Severity, Verdict, bad, check, ok, say, warn
from nis2scan.facts.networks import Networks


@check(
    title="A machine joins two networks",
    catalogue=("SEG-ANY-001",),
    platforms=("linux", "macos", "windows"),
    severity=Severity.MEDIUM,
    effort=Effort.MINUTES,
    expected="No machine stands in two networks, unless it is a router, firewall or hypervisor that you approved.",
    action="Let no machine join two networks",
    remedy="Disconnect the cable or the Wi-Fi that it does not need. Stop passing on: `sysctl -w net.ipv4.ip_forward=0 "
    "net.ipv6.conf.all.forwarding=0`, and the same lines in a file in /etc/sysctl.d/. Windows: "
    "`Set-NetIPInterface -Forwarding Disabled`, set IPEnableRouter to 0, switch off the mobile hotspot and the sharing "
    "of the connection, and `Stop-Service RemoteAccess` where nobody needs it.\n"
    "Is it meant to do so (router, firewall, VPN, hypervisor)? Write its name under `approved_routers` in "
    "config.toml.\n"
    "Check: `sysctl net.ipv4.ip_forward` prints 0, `ip -br addr` shows one network; on Windows `Get-NetIPInterface` "
    "shows Forwarding Disabled, `Get-NetIPAddress` one network.",
    limits="Sees the networks that were connected at that moment. VPN and mesh networks are not judged here, nor "
    "filters that keep apart what is passed on. That two cables lead to different networks is told by their addresses. "
    "On Windows a switch of Hyper-V without a way out counts as one for virtual machines only.",
)
def bridging_host(networks: Networks, policy: Policy) -> Verdict:
    """One machine with a leg in two networks undoes the wall between them: for whoever takes it over, and, when it
    passes on, for everybody.
    """
    names = {networks.host.casefold(), networks.host.casefold().split(".")[0]} - {""}
    if names & {name.casefold() for name in policy.approved_routers}:
        return ok(say("{host} is approved as a router", host=networks.host))
    apart = networks.v6_apart
    if len(networks.private) > 1 and networks.passes_v4:
        return _passing(networks, networks.private)
    if len(apart) > 1 and networks.passes_v6:
        return _passing(networks, tuple(net for group in apart for net in group))
    if networks.joined:
        (bridge, cards), *_ = networks.joined
        return warn(say("{bridge} makes one network of {cards}: is that meant?", bridge=bridge, cards=cards))
    if len(networks.private) > 1 or len(apart) > 1:
        both = networks.private if len(networks.private) > 1 else tuple(net for group in apart for net in group)
        return warn(say("it stands in {networks}, and does not pass on between them", networks=both))
    return _one(networks)


def _passing(networks: Networks, nets: tuple[str, ...]) -> Verdict:
    if networks.inner:
        return warn(
            say(
                "it stands in {networks}, and passes on for the containers or virtual machines behind {bridges}: a "
                "filter may keep the networks apart",
                networks=nets,
                bridges=networks.inner,
            )
        )
    return bad(say("it passes on between {networks}", networks=nets))


def _one(networks: Networks) -> Verdict:
    if networks.public and networks.private and networks.passes_v4:
        nets = (*networks.private, *networks.public)
        return warn(say("it passes on between your network and others ({networks}): is it a router?", networks=nets))
    if networks.inner and (networks.passes_v4 or networks.passes_v6):
        bridges = networks.inner
        raise Absent(say("it only passes on to containers or virtual machines behind {bridges}", bridges=bridges))
    if networks.public and networks.private:
        nets = (*networks.private, *networks.public)
        return ok(say("it does not pass on between your network and others ({networks})", networks=nets))
    nets = networks.private or networks.public or tuple(net for group in networks.v6_apart for net in group)
    return ok(say("it stands in one network ({networks})", networks=nets))
