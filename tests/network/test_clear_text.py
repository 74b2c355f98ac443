"""EXP-NET-003 on what services say."""

from __future__ import annotations

import pytest

from nis2scan.testing import findings
from tests.network.seen import seen

CHECK = "exposure/clear-text-services"
LOGIN = 'HTTP/1.1 200 OK\r\n\r\n<form><input type="password" name="p"></form>'
CAPABLE = "* CAPABILITY IMAP4rev1 STARTTLS {}\r\na OK done\r\n"


def outcomes(ports: list[int], said: dict[int, tuple[str, ...]], maker: str = "", silent: bool = False) -> list[str]:
    found = findings(CHECK, seen("192.0.2.5", ports, maker=maker, said=said, silent=silent))
    return [f"{item.subject} {item.outcome}".strip() for item in found]


@pytest.mark.parametrize(
    ("port", "said", "expected"),
    [
        (23, ("\xff\xfd\x18\xff\xfd\x20login: ",), "telnet 23/tcp fail"),
        (23, ("Username: ",), "telnet 23/tcp fail"),
        (23, ("welcome",), "23/tcp not_assessed"),
        (23, ("\x00\x80\xff\xfe\x99rubbish",), "23/tcp not_assessed"),
        (5900, ("RFB 003.008\n", "\x01\x02"), "VNC 5900/tcp warn"),
        (5900, ("hello",), "5900/tcp not_assessed"),
        (21, ("220 ready\r\n", "211-Features:\r\n AUTH TLS\r\n211 End\r\n"), "FTP 21/tcp warn"),
        (513, (), "rlogin 513/tcp fail"),
        (389, (), "LDAP 389/tcp warn"),
        (80, (LOGIN,), "web 80/tcp warn"),
        (80, ("HTTP/1.1 301 Moved\r\nLocation: https://192.0.2.5/\r\n\r\n",), "web 80/tcp pass"),
        (80, ("HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Basic\r\n\r\n",), "web 80/tcp warn"),
        (80, ("HTTP/1.1 200 OK\r\n\r\n<html><h1>Hello</h1></html>",), "web 80/tcp pass"),
        (80, ("HTTP/1.1 200 OK\r\nContent-Length: 14\r\n\r\n<h1>Hello</h1>",), "web 80/tcp pass"),
        (80, ("HTTP/1.1 200 OK\r\nContent-Length: 15\r\n\r\n<h1>Hello</h1>",), "web 80/tcp not_assessed"),
        (80, ("HTTP/1.1 200 OK\r\n\r\n<h1>Hello</h1>",), "web 80/tcp not_assessed"),  # cut, or not
        (80, ("HTTP/1.1 200 OK\r\n\r\n<html><script src=a.js></script></html>",), "web 80/tcp not_assessed"),
        (80, ("HTTP/1.1 302 Found\r\nLocation: /login.html\r\n\r\n",), "web 80/tcp not_assessed"),
        (80, ("HTTP/1.1 404 Not Found\r\n\r\n<html></html>",), "web 80/tcp not_assessed"),
        (514, (), "514/tcp not_assessed"),  # syslog, or rsh
        (8080, ("SSH-2.0-OpenSSH_9.2\r\n",), "8080/tcp not_assessed"),
        (143, ("* OK ready\r\n", CAPABLE.format("LOGINDISABLED")), "IMAP 143/tcp pass"),
        (143, ("* OK ready\r\n", CAPABLE.format("AUTH=PLAIN")), "IMAP 143/tcp warn"),
        (143, ("* OK ready\r\n",), "IMAP 143/tcp not_assessed"),
        (110, ("+OK ready\r\n", "+OK\r\nUSER\r\nUIDL\r\n.\r\n"), "POP3 110/tcp warn"),
        (110, ("+OK ready\r\n", "+OK\r\nSTLS\r\nUIDL\r\n.\r\n"), "POP3 110/tcp pass"),
    ],
)
def test_what_a_service_says_decides(port: int, said: tuple[str, ...], expected: str) -> None:
    assert outcomes([port], {port: said}) == [expected]


def test_a_login_page_of_a_router_without_https_fails() -> None:
    assert outcomes([80], {80: (LOGIN,)}, maker="AVM GmbH") == ["web 80/tcp fail"]


def test_nothing_offered_passes_only_when_every_port_refused() -> None:
    assert outcomes([], {}) == ["pass"]
    assert outcomes([], {}, silent=True) == ["not_assessed"]
    assert outcomes([23], {23: ("login: ",)}, silent=True) == ["other ports not_assessed", "telnet 23/tcp fail"]
