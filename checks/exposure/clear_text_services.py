"""EXP-NET-003."""

from __future__ import annotations

from collections.abc import Mapping

from nis2scan.api import Effort, Part, Reason, Severity, Unknown, Verdict, bad, check, ok, say, warn
from nis2scan.facts.network.clear_text import ClearText, Mail, WebPage
from nis2scan.facts.network.device import Device
from nis2scan.facts.network.offered import Offered

_ADMIN = ("router", "network", "nas", "hypervisor")
_REMOTE_SHELLS = {512: "rexec", 513: "rlogin", 514: "rsh"}
_PORTS = (21, 23, 80, 110, 143, 389, 512, 513, 514, 5900, 8080)


@check(
    title="A service sends passwords unencrypted",
    catalogue=("EXP-NET-003",),
    severity=Severity.MEDIUM,
    effort=Effort.HOUR,
    expected="Nothing that asks for a password speaks unencrypted: no telnet, rsh, FTP or login page without https.",
    action="Replace unencrypted services by encrypted ones",
    remedy="Telnet, rsh: `systemctl disable --now telnet.socket` (or inetd); use SSH.\n"
    "FTP: use SFTP, or require TLS. Pages of devices: turn HTTP off and HTTPS on. Mail: require TLS before login.\n"
    "Old scanners may know FTP only: put those in a network of their own.\n"
    "Check: scan again.",
    limits="Looks at usual ports. FTP and LDAP with TLS that is offered but not required count as attention. Whether "
    "a page without a password field leads to one is not followed. TFTP is not looked at.",
)
def clear_text_services(services: ClearText, device: Device, offered: Offered) -> Verdict | dict[str, Part]:
    """Everybody on the way, or on the same Wi-Fi, reads along: passwords first of all."""
    parts: dict[str, Part] = {}
    if services.telnet:
        parts["telnet 23/tcp"] = bad(say("it asks for a login over telnet"))
    for port, name in _REMOTE_SHELLS.items():
        # 514 alone may as well be a collector of logs.
        if port in offered.open and device.kind != "printer" and (port != 514 or offered.open & {512, 513}):
            parts[f"{name} {port}/tcp"] = bad(say("it takes commands over a connection that is not encrypted"))
    if services.ftp:
        parts["FTP 21/tcp"] = warn(say("it offers FTP; encryption is not required"))
    if 389 in offered.open:
        parts["LDAP 389/tcp"] = warn(say("it offers LDAP; encryption is not required"), severity=Severity.LOW)
    if services.vnc:
        parts["VNC 5900/tcp"] = warn(say("it offers VNC, which sends the screen unencrypted"))
    parts |= {name: part for name, mail in _mails(services) if (part := _mail(mail)) is not None}
    parts |= {f"web {page.port}/tcp": _page(page, device) for page in services.pages}
    if not parts and not offered.open & set(_PORTS):
        offered.nothing(_PORTS)
        return ok(say("none of the unencrypted services is offered"))
    return parts | _unclear(services, offered, parts)


def _unclear(services: ClearText, offered: Offered, parts: Mapping[str, Part]) -> dict[str, Part]:
    """A port that is open and was not understood, or that may be open: nobody knows what it sends."""
    known = {int(name.split()[-1].split("/")[0]) for name in parts}
    left = Unknown(Reason.LEFT_ALONE, say("a device of this kind might act on it"))
    mute = Unknown(Reason.OUT_OF_VANTAGE, say("it is open and did not say what it is"))
    dark = sorted((offered.open & set(_PORTS)) - known)
    found: dict[str, Part] = {f"{port}/tcp": left if port in services.guarded else mute for port in dark}
    if missed := offered.missed(_PORTS):
        hidden = tuple(map(str, missed))
        found["other ports"] = Unknown(Reason.OUT_OF_VANTAGE, say("no answer on port {ports}", ports=hidden))
    return found


def _mails(services: ClearText) -> list[tuple[str, Mail | None]]:
    return [("IMAP 143/tcp", services.imap), ("POP3 110/tcp", services.pop3)]


def _mail(mail: Mail | None) -> Part | None:
    if mail is None:
        return None
    if mail.plain is None:
        return Unknown(Reason.OUT_OF_VANTAGE, say("it did not say which ways of login it offers"))
    return warn(say("it takes passwords before encryption")) if mail.plain else ok(say("it asks for encryption first"))


def _page(page: WebPage, device: Device) -> Part:
    if page.moves_to_tls:
        return ok(say("it sends whoever comes to https"))
    if page.login is None:
        return Unknown(
            Reason.OUT_OF_VANTAGE, say("its first page does not show whether a password is asked further on")
        )
    if not page.login:
        return ok(say("its first page asks for no password"))
    found = say("a page that asks for a password, without https")
    return bad(found) if device.kind in _ADMIN else warn(found)
