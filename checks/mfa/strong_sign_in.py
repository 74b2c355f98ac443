"""MFA-WIN-002."""

from __future__ import annotations

from nis2scan.api import Absent, CannotTell, Confidence, Reason, Severity, Verdict, check, ok, say, warn
from nis2scan.facts.windows.sign_in import SignIn
from nis2scan.facts.windows.system import Windows


@check(
    title="People sign in to their PC with a password alone",
    catalogue=("MFA-WIN-002",),
    severity=Severity.LOW,
    expected="the usual user signs in with Windows Hello, a security key or a smart card",
    action="Let people sign in to their PC with Windows Hello or a security key",
    remedy="Settings > Accounts > Sign-in options, or the policy *Use Windows Hello for Business*. Shared PCs: "
    "security keys.\nCheck: the person signs in with it once; then scan again.",
    limits="Looks at who signed in last, and at a mark that Windows keeps for Hello; no real machine has confirmed "
    "what it means. A PIN without a TPM looks the same.",
)
def strong_sign_in(sign: SignIn, system: Windows) -> Verdict:
    """A password can be watched, guessed and reused; Hello and keys are bound to the device."""
    if system.server:
        raise Absent(say("a server: nobody has a workplace there"))
    if sign.card_forced:
        return ok(say("a smart card, a key or Hello is required of everybody"))
    if sign.hello:
        return ok(say("the usual user has set up Windows Hello"), confidence=Confidence.DERIVED)
    if sign.hello is None:
        raise CannotTell(Reason.PARSE_ERROR, say("whether the usual user has Windows Hello could not be read"))
    if sign.used:
        return warn(say("the last sign-in went by Windows Hello, but it is not set up for that user"))
    return warn(say("the usual user signs in with a password alone"))
