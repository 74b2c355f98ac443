"""EXP-NET-002."""

from __future__ import annotations

import re

from nis2scan.api import (
    CannotTell,
    Effort,
    Judged,
    NotThere,
    Part,
    Policy,
    Reason,
    Severity,
    Unknown,
    bad,
    check,
    ok,
    say,
    warn,
)
from nis2scan.facts.network.doors import Neighbour
from nis2scan.facts.network.igd import Igd, Mapped, only_the_router

# Remote control, files, databases, cameras, pages by which NAS, hypervisors, routers and controllers are managed.
_DANGEROUS = {
    "tcp": frozenset(
        {
            *(21, 23, 102, 111, 135, 139, 389, 445, 502, 554, 873, 1433, 2049, 2375, 3306, 3389, 5000, 5001, 5432),
            *(5900, 5901, 5984, 5985, 5986, 6379, 7547, 8000, 8006, 8291, 8554, 8728, 9200, 11211, 27017, 34567, 37777),
        }
    ),
    "udp": frozenset({69, 137, 161, 389, 3389, 11211, 47808}),
}


@check(
    title="The router lets the internet in to something inside",
    catalogue=("EXP-NET-002",),
    severity=Severity.HIGH,
    key=True,
    effort=Effort.HOUR,
    expected="Every port that the router passes on is on the list of approved ones, and none leads to remote control, "
    "files, databases, cameras or the pages of a NAS.",
    action="Close the ports of the router that nobody needs",
    remedy="Take the forward out in the router, and switch off in the device what asked for it. What people need from "
    "outside goes through a VPN.\n"
    'Needed and safe: write it in config.toml, `approved_port_forwards = ["tcp 443 -> 192.168.1.10:443"]`.\n'
    "Check: the next scan does not find it any more, or finds it approved.",
    limits="Sees the list that the router shows to devices. Many routers leave out the forwards that were made by "
    "hand, so an empty list is no proof. Knows the target by its port, not by what stands there. A dangerous one fails "
    "even when it is approved.",
)
def port_forwards(near: Neighbour, igd: Igd, policy: Policy) -> Judged:
    """A forward is a door in the wall that somebody once needed. The whole internet tries such doors every day."""
    if not igd.services:
        if not igd.answers:
            only_the_router(near)
        raise CannotTell(Reason.OUT_OF_VANTAGE, say("the router does not show its list of forwards"))
    approved = {_plain(text) for text in policy.approved_port_forwards}
    judged: dict[str, Part] = {}
    for service in igd.services:
        judged |= {str(item): _judged(item, approved) for item in service.mappings}
    if any(service.listed == "cut" for service in igd.services):
        judged["more"] = Unknown(Reason.TRUNCATED, say("the list of forwards was not read to its end"))
    elif not judged:
        if not any(service.listed == "whole" for service in igd.services):
            raise CannotTell(Reason.NO_PRIVILEGE, say("the router does not show its list of forwards"))
        raise CannotTell(
            Reason.OUT_OF_VANTAGE,
            say("no device asked for a forward; whether somebody made some by hand, this list does not show"),
        )
    return judged


def _judged(item: Mapped, approved: set[str]) -> Part:
    if not item.on:
        return NotThere(say("the forward is switched off"))
    ports = _DANGEROUS.get(item.protocol, frozenset()) & {item.outside, item.inside_port}
    if ports:
        return bad(
            say("the internet reaches {inside} on a dangerous port ({ports})", inside=item.inside, ports=sorted(ports)),
            severity=Severity.CRITICAL,
        )
    if _plain(str(item)) in approved:
        return ok(say("the forward is approved"))
    return warn(
        say("the internet reaches {inside} port {port}: is this yours?", inside=item.inside, port=item.inside_port)
    )


def _plain(text: str) -> str:
    """One way of writing: `TCP 443->10.0.0.1:443` is `tcp443->10.0.0.1:443`."""
    return re.sub(r"\s+", "", text).lower()
