"""Services that send what is typed over the network as it is: everybody on the way can read along."""

from __future__ import annotations

import re
from dataclasses import dataclass

from nis2scan.api import Answer, CannotTell, Fact, Reason, probe, reads
from nis2scan.facts.network.data_services import VNC
from nis2scan.facts.network.heard import Heard, heard

TELNET = probe("tcp 23\nwait")
FTP = probe("tcp 21\nwait\nsend FEAT\\r\\n\nsend QUIT\\r\\n")
IMAP = probe("tcp 143\nwait\nsend a CAPABILITY\\r\\n\nsend b LOGOUT\\r\\n")
POP3 = probe("tcp 110\nwait\nsend CAPA\\r\\n\nsend QUIT\\r\\n")
WEB = probe("tcp 80 8080\nsend GET / HTTP/1.0\\r\\nHost: localhost\\r\\nConnection: close\\r\\n\\r\\n", cap=262144)
# What may bring a place to type a password that is not in the page itself.
_BRINGS_MORE = re.compile(rb"(?i)<script|<i?frame|<object|http-equiv\s*=\s*[\"']?refresh")


@dataclass(frozen=True)
class Mail:
    """plain: a password may be typed before the connection is encrypted. None: it did not say."""

    plain: bool | None


@dataclass(frozen=True)
class WebPage:
    """login: the page has a place to type a password; None: it is not all there, leads on, or is made by a script.

    moves_to_tls: it sends whoever comes to https.
    """

    port: int
    login: bool | None
    moves_to_tls: bool


@dataclass(frozen=True)
class ClearText(Fact):
    """What was open, by kind; None: it is not open, or nobody knows (see `Offered`). guarded: ports left alone."""

    telnet: bool
    ftp: bool
    imap: Mail | None
    pop3: Mail | None
    vnc: bool
    pages: tuple[WebPage, ...]
    guarded: frozenset[int]


@reads(TELNET, FTP, IMAP, POP3, WEB, VNC)
def clear_text(telnet: Answer, ftp: Answer, imap: Answer, pop3: Answer, web: Answer, vnc: Answer) -> ClearText:
    """What each service says of itself. All six must have been heard: one that failed could be any of them."""
    said = {**heard(telnet), **heard(ftp), **heard(imap), **heard(pop3), **heard(web), **heard(vnc)}
    if not {23, 21, 143, 110, 80, 8080, 5900} <= said.keys():
        raise CannotTell(Reason.PARSE_ERROR, "a port is missing")
    pages = tuple(page for port in (80, 8080) if (page := _page(port, said[port])) is not None)
    return ClearText(
        # It begins with a wish about the connection (a command, then a known option), or asks who is there.
        telnet=_is(said[23], rb"^\xff[\xfb-\xfe][\x00-\x31\xff]|(?i:login|username|password): ?$"),
        ftp=_is(said[21], rb"^220[ -]"),
        imap=_mail(
            said[143], rb"^\* (OK|PREAUTH)", rb"\* CAPABILITY ", rb"LOGINDISABLED", rb"AUTH=(PLAIN|LOGIN)|LOGIN"
        ),
        pop3=_mail(said[110], rb"^\+OK", rb"\r\n\.\r\n", rb"(?!)", rb"\r\n(USER|SASL [^\r\n]*(PLAIN|LOGIN))"),
        vnc=_is(said[5900], rb"^RFB \d{3}\.\d{3}\n"),
        pages=pages,
        guarded=frozenset(port for port, item in said.items() if item.state == "guarded"),
    )


def _is(said: Heard, sign: bytes) -> bool:
    return said.state == "open" and re.search(sign, said.all) is not None


def _mail(said: Heard, greeting: bytes, told: bytes, never: bytes, plain: bytes) -> Mail | None:
    if not _is(said, greeting):
        return None
    if re.search(told, said.all) is None:
        return Mail(None)
    after = b"".join(said.said[1:])
    return Mail(re.search(never, after) is None and re.search(plain, after) is not None)


def _page(port: int, said: Heard) -> WebPage | None:
    status = re.match(rb"HTTP/1\.[01] (\d{3})", said.all) if said.state == "open" else None
    if status is None:
        return None
    moves = status[1].startswith(b"3") and re.search(rb"(?i)\r\nlocation:\s*https://", said.all) is not None
    asks = status[1] == b"401" or re.search(rb"(?i)<input[^>]+type\s*=\s*[\"']?password", said.all) is not None
    plain = status[1] == b"200" and _whole(said.all) and _BRINGS_MORE.search(said.all) is None
    return WebPage(port, True if asks else False if plain else None, moves)


def _whole(said: bytes) -> bool:
    """The page ends as it should; one that was cut may have gone on with anything."""
    head, _, body = said.partition(b"\r\n\r\n")
    length = re.search(rb"(?i)\r\ncontent-length:\s*(\d{1,9})\s*(\r\n|\Z)", head)
    return len(body) >= int(length[1]) if length else b"</html>" in body.lower()
