"""MFA-WIN-001."""

from __future__ import annotations

from nis2scan.api import (
    Absent,
    CannotTell,
    Confidence,
    Effort,
    Maybe,
    Measure,
    Severity,
    Verdict,
    bad,
    check,
    ok,
    say,
    warn,
)
from nis2scan.facts.exposed import Exposed
from nis2scan.facts.windows.remote_desktop import CredentialProviders, RemoteDesktop


@check(
    title="Remote Desktop opens with a password alone",
    catalogue=("MFA-WIN-001",),
    severity=Severity.HIGH,
    also=(Measure.EXPOSURE,),
    effort=Effort.HALF_DAY,
    key=True,
    expected="Remote Desktop is off, or asks a second factor",
    action="Ask a second factor for Remote Desktop, or switch it off",
    remedy="Not needed: Settings > System > Remote Desktop: off. Needed: only over a VPN or gateway with MFA, or with "
    "a product that adds a second factor at the sign-in.\nCheck: connect with a test account from another PC.",
    limits="Does not see who the firewall lets in, so Remote Desktop counts as reachable for the whole office. "
    "Products for a second factor are known by name; only of Duo the settings are read, and no real machine "
    "has confirmed them.",
)
def remote_desktop_password(desktop: RemoteDesktop, providers: Maybe[CredentialProviders], reach: Exposed) -> Verdict:
    """Ransomware gangs try leaked passwords on Remote Desktop first; from inside, one infected PC is enough."""
    if not desktop.on:
        raise Absent(say("Remote Desktop is off"))
    if isinstance(providers.why, CannotTell):
        raise providers.why
    factors = providers.value.factors if providers.value is not None else ()
    names = tuple(item.product for item in factors)
    exposed = reach.port(desktop.port)
    if any(item.enforced for item in factors):
        return ok(say("{names} asks a second factor", names=names), confidence=Confidence.DERIVED)
    if exposed and not factors:
        return bad(say("reachable from the internet, with a password alone"), severity=Severity.CRITICAL)
    if desktop.nla is False:
        return bad(say("on, and the sign-in screen is shown to everybody who connects (no NLA)"))
    if factors:
        return warn(say("{names} is installed; whether it is always asked could not be read", names=names))
    if desktop.nla is None:
        return warn(say("on, with a password alone; whether NLA is required could not be read"), severity=Severity.HIGH)
    return warn(say("on, with a password alone; NLA asks it before the screen is shown"), severity=Severity.HIGH)
