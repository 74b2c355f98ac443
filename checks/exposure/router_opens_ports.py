"""EXP-NET-001."""

from __future__ import annotations

from nis2scan.api import (
    CannotTell,
    Confidence,
    Effort,
    Maybe,
    Outcome,
    Reason,
    Severity,
    Verdict,
    bad,
    check,
    ok,
    say,
    warn,
)
from nis2scan.facts.network.doors import Neighbour
from nis2scan.facts.network.igd import Igd, NatPmp, Pcp, only_the_router

_REFUSED = 2  # "not authorised", in NAT-PMP and in PCP


@check(
    title="The router opens ports for anyone who asks",
    catalogue=("EXP-NET-001",),
    severity=Severity.HIGH,
    key=True,
    effort=Effort.MINUTES,
    expected="The router does not answer to UPnP, NAT-PMP and PCP.",
    action="Switch off UPnP and NAT-PMP on the router",
    remedy="FRITZ!Box: Internet > Permit Access > Port Sharing, untick for each device that it may open ports itself; "
    "Home Network > Network > Network Settings, untick status information over UPnP.\n"
    "UniFi: Settings > Internet, UPnP off. Others: the page about UPnP or NAT. Make the forwards that you need by "
    "hand, or better, use a VPN.\n"
    "Check: `upnpc -s` finds no device; a game or camera that asked for a port does not work from outside any more.",
    limits="Asks from one place in the network of the router. A port is never opened to try it, so a router that "
    "answers and would refuse fails too, unless it says that it refuses or is a FRITZ!Box.",
)
def router_opens_ports(near: Neighbour, igd: Maybe[Igd], pmp: Maybe[NatPmp], pcp: Maybe[Pcp]) -> Verdict:
    """An infected PC or a careless camera asks the router to open a port, and stands on the internet a moment later."""
    verdict = _by_upnp(igd.value) if igd.value is not None else None
    codes = {
        "NAT-PMP": pmp.value.code if pmp.value is not None else None,
        "PCP": pcp.value.code if pcp.value is not None else None,
    }
    willing = [name for name, code in codes.items() if code is not None and code != _REFUSED]
    if verdict is not None and verdict.outcome is Outcome.FAIL:
        return verdict
    if willing:
        return bad(say("it answers to {names}, by which devices open ports", names=willing))
    if verdict is not None:
        return verdict
    if refusing := [name for name, code in codes.items() if code == _REFUSED]:
        return warn(say("it answers to {names}, and says that we may not open ports", names=refusing))
    return _silent(near, igd, pmp, pcp)


def _by_upnp(igd: Igd) -> Verdict | None:
    """None: nothing answers as a gateway."""
    if not igd.answers:
        return None
    name = igd.name or "?"
    if not any(service.answers for service in igd.services):
        return warn(say("{name} says that devices may ask it to open ports, and did not answer when asked", name=name))
    if "fritz!box" in name.lower() or "avm" in name.lower().split():
        return warn(say("{name} answers to UPnP; whether a device may open ports is set for each device", name=name))
    return bad(say("{name} answers to UPnP (IGD), by which devices open ports", name=name))


def _silent(near: Neighbour, igd: Maybe[Igd], pmp: Maybe[NatPmp], pcp: Maybe[Pcp]) -> Verdict:
    for part in (igd, pmp, pcp):
        if isinstance(part.why, CannotTell):
            raise part.why
    only_the_router(near)
    if igd.value is None or not igd.value.looked or not near.on_link:
        raise CannotTell(Reason.OUT_OF_VANTAGE, say("the router was not asked from its own network"))
    return ok(say("the router does not answer to UPnP, NAT-PMP and PCP"), confidence=Confidence.DERIVED)
