"""Whether an FTP server lets somebody in without a name."""

from __future__ import annotations

import re
from dataclasses import dataclass

from nis2scan.api import Answer, CannotTell, Fact, Reason, probe, reads
from nis2scan.facts.network.heard import heard

FTP = probe(
    "tcp 21\nwait\nsend USER anonymous\\r\\n\nsend PASS nis2scan@\\r\\n\nsend PWD\\r\\n\nsend QUIT\\r\\n", seconds=25
)


@dataclass(frozen=True)
class Ftp(Fact):
    """state: open, closed, silent or guarded. anonymous: whether somebody without a name got in; None: not known."""

    state: str
    anonymous: bool | None = None


@reads(FTP)
def ftp(answer: Answer) -> Ftp:
    """RFC 959: 220 is the greeting, 230 says that one is in, 530 that one is not."""
    port = heard(answer).get(21)
    if port is None:
        raise CannotTell(Reason.PARSE_ERROR, "the answer of a probe has another form")
    if port.state != "open":
        return Ftp(port.state)
    codes = re.findall(rb"(?m)^(\d{3}) ", port.all)
    if b"230" in codes:
        return Ftp("open", True)
    if re.search(rb"(?i)TLS|SSL|AUTH |encrypt", port.all):
        return Ftp("open", None)  # it wants encryption first: whom it lets in then, nobody knows
    return Ftp("open", False if codes[:1] == [b"220"] and b"530" in codes else None)
