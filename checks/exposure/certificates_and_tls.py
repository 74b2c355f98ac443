"""EXP-NET-004."""

from __future__ import annotations

from datetime import timedelta

from nis2scan.api import (
    Absent,
    CannotTell,
    Effort,
    Judged,
    NotThere,
    Now,
    Part,
    Policy,
    Reason,
    Severity,
    Unknown,
    Verdict,
    bad,
    check,
    ok,
    say,
    warn,
)
from nis2scan.facts.network.tls import Certificate, Port, Tls

_OLD = ("1.0", "1.1")
_WEAK = ("md2", "md4", "md5", "sha1")


@check(
    title="A certificate has expired or TLS is too old",
    catalogue=("EXP-NET-004",),
    severity=Severity.MEDIUM,
    effort=Effort.HOUR,
    expected="TLS 1.2 or 1.3, and a certificate that is valid for at least {certificate_warn_days} more days.",
    action="Renew certificates by themselves and switch off old TLS",
    remedy="Certificate: let it be renewed automatically (certbot or the device's own ACME or Let's Encrypt page).\n"
    "Versions: `ssl_protocols TLSv1.2 TLSv1.3;` in nginx, `SSLProtocol -all +TLSv1.2 +TLSv1.3` in Apache; on a device "
    "the page about security or HTTPS, after an update of its firmware.\n"
    "Check: `openssl s_client -connect HOST:443 -tls1_1` fails, and "
    "`openssl s_client -connect HOST:443 | openssl x509 -noout -enddate` shows a day far enough ahead.",
    limits="Asks without a name, so a server with several certificates shows only its first. Ports on which TLS begins "
    "with STARTTLS are not looked at, nor who signed a certificate that another signed. Which name people use is not "
    "known: only a name that cannot be this host's is told. Very old ciphers are not offered.",
)
def certificates_and_tls(tls: Tls, policy: Policy, now: Now) -> Judged:
    """An expired certificate teaches people to click warnings away, and what was encrypted by old TLS can be read by
    whoever listens in.
    """
    judged: dict[str, Part] = {}
    for number, port in tls.ports.items():
        if port.state == "open":
            judged[f"port {number}"] = _judged(port, tls.address, policy, now)
        elif port.state == "guarded":
            judged[f"port {number}"] = Unknown(Reason.LEFT_ALONE, say("a device of this kind might act on it"))
    if judged:
        return judged
    if silent := [number for number, port in sorted(tls.ports.items()) if port.state != "closed"]:
        raise CannotTell(Reason.OUT_OF_VANTAGE, say("no answer on the ports {ports}", ports=silent))
    raise Absent(say("all ports on which TLS is usual are closed"))


def _judged(port: Port, address: str, policy: Policy, now: Now) -> Part:
    if port.speaks == "other":
        return NotThere(say("what listens here does not speak TLS"))
    accepted = port.having("accepted")
    if not accepted:
        return Unknown(Reason.PARSE_ERROR, say("it is open, and no version of TLS that was tried was accepted"))
    shown = port.certificate
    if shown is not None and shown.until < now:
        return bad(say("the certificate of {name} expired on {day}", name=shown.subject, day=shown.until.date()))
    if shown is not None and shown.since > now:
        return bad(say("the certificate of {name} is valid from {day}", name=shown.subject, day=shown.since.date()))
    if {"1.2", "1.3"} <= set(port.having("refused")):
        return bad(say("only TLS {versions} is accepted", versions=accepted))
    if shown is None:
        return Unknown(
            Reason.PARSE_ERROR, say("it accepts TLS {versions}, and no certificate could be read", versions=accepted)
        )
    return _weaker(shown, accepted, address, policy, now) or _passed(port, shown, accepted)


def _weaker(shown: Certificate, accepted: tuple[str, ...], address: str, policy: Policy, now: Now) -> Verdict | None:
    """What deserves attention, the worst first. What is normal inside an office is quiet: low."""
    if shown.until < now + timedelta(days=policy.certificate_warn_days):
        day = shown.until.date()
        return warn(say("the certificate of {name} expires on {day}", name=shown.subject, day=day))
    if old := [version for version in accepted if version in _OLD]:
        return warn(say("old versions are accepted too: TLS {versions}", versions=old))
    if shown.hash in _WEAK or (shown.key in ("RSA", "DSA") and shown.bits < 2048):
        kind = f"{shown.key} {shown.bits}, {shown.hash}"
        return warn(say("the certificate is signed weakly ({kind})", kind=kind))
    if shown.self_signed:
        return warn(say("the certificate is signed by itself: nobody can tell this host from another"))
    if strange := _strange(shown, address):
        return warn(say("the certificate is for {names}, which cannot be this host", names=strange))
    return None


def _strange(shown: Certificate, address: str) -> tuple[str, ...]:
    """The names of the certificate, when none of them can be this host's: other addresses, and localhost."""
    own = [name for name in shown.names if name == address or not _elsewhere(name)]
    return () if own else shown.names or (shown.subject,)


def _elsewhere(name: str) -> bool:
    return name.split(".")[0] in ("localhost", "") or name.replace(".", "").isdigit() or ":" in name


def _passed(port: Port, shown: Certificate, accepted: tuple[str, ...]) -> Part:
    if unable := port.having("unable"):
        return Unknown(Reason.TOOL_MISSING, say("the machine that scanned cannot try TLS {versions}", versions=unable))
    if silent := port.having("silent"):
        return Unknown(Reason.TIMEOUT, say("no answer when TLS {versions} was tried", versions=silent))
    if "?" in (shown.key, shown.hash):
        return Unknown(Reason.PARSE_ERROR, say("how the certificate is signed could not be read"))
    if len(port.versions or ()) < 4:
        versions = {"versions": accepted, "day": shown.until.date()}
        found = say(
            "TLS {versions}, certificate until {day}; older versions were not tried on such a device", **versions
        )
        return Unknown(Reason.BLOCKED_BY_POLICY, found)
    return ok(say("TLS {versions}, certificate until {day}", versions=accepted, day=shown.until.date()))
