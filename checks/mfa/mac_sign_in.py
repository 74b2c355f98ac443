"""MFA-WIN-002 on macOS."""

from __future__ import annotations

from nis2scan.api import Confidence, Severity, Verdict, check, ok, say, warn
from nis2scan.facts.macos.sign_in import MacSignIn

_STRONG = ("SecureEnclave", "SmartCard")


@check(
    title="People sign in to their Mac with a password alone",
    catalogue=("MFA-WIN-002",),
    platforms=("macos",),
    severity=Severity.LOW,
    expected="A smart card or key is required, or the Mac's own chip vouches for the user (Platform SSO).",
    action="Let people sign in to their Mac with more than a password",
    remedy="By the management server (MDM): Platform SSO with the Secure Enclave as its way, or a profile that "
    "requires a smart card or key.\n"
    'Check: `app-sso platform -s` says `"registrationCompleted" : true`.',
    limits="Rests on the words of `app-sso`, which no real Mac has confirmed: so it passes as derived only. Touch ID "
    "is not looked at: it stands beside the password, not in its place.",
)
def mac_sign_in(sign: MacSignIn) -> Verdict:
    """A password can be watched, guessed and reused; a card, a key or the chip of the Mac cannot."""
    if sign.card:
        return ok(say("a smart card or key is required of everybody"), confidence=Confidence.DERIVED)
    if sign.registered and any(word in sign.way for word in _STRONG):
        return ok(say("the Mac's own chip or a card vouches for its user"), confidence=Confidence.DERIVED)
    if sign.registered:
        return warn(say("the Mac is bound to the accounts of the business, and its users sign in with a password"))
    return warn(say("the users sign in with a password alone"))
