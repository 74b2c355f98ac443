"""Whether a device tells about itself to whoever says `public`."""

from __future__ import annotations

from dataclasses import dataclass

from nis2scan.api import Answer, CannotTell, Fact, Reason, probe, reads, say
from nis2scan.facts.network.heard import heard

# SNMPv2c: GET of sysDescr.0 (1.3.6.1.2.1.1.1.0) with the community `public`. `private` could write and is never tried.
PUBLIC = probe(
    "udp 161\nsend 0\\x26\\x02\\x01\\x01\\x04\\x06public\\xa0\\x19\\x02\\x01\\x01\\x02\\x01\\0\\x02\\x01\\x00"
    "0\\x0e0\\x0c\\x06\\x08+\\x06\\x01\\x02\\x01\\x01\\x01\\0\\x05\\0"
)
_ASKED = b"\x06\x08+\x06\x01\x02\x01\x01\x01\x00"


@dataclass(frozen=True)
class SnmpPublic(Fact):
    """answers: the device told what it is. says: its own words, hostile. shut: it said that nothing listens there."""

    answers: bool
    says: str = ""
    shut: bool = False


@reads(PUBLIC)
def snmp_public(answer: Answer) -> SnmpPublic:
    """An answer counts when it is about what was asked, with our community in it."""
    said = heard(answer)[161]
    if said.state == "guarded":
        raise CannotTell(Reason.LEFT_ALONE, say("a device of this kind might act on it"))
    data = said.all
    if said.state != "open":
        return SnmpPublic(answers=False, shut=said.state == "closed")
    # 0xa2 after the community: an answer, not our own question sent back.
    if b"public\xa2" not in data or _ASKED not in data:
        raise CannotTell(Reason.PARSE_ERROR, "the answer on port 161 is no SNMP")
    rest = data.split(_ASKED, 1)[1]
    return SnmpPublic(answers=True, says=_words(rest))


def _words(value: bytes) -> str:
    """A BER string, at most 200 characters of it; nothing when it is of another type."""
    if len(value) < 2 or value[0] != 4:
        return ""
    start = 2 if value[1] < 0x80 else 2 + (value[1] & 0x7F)
    return value[start : start + 200].decode("utf-8", "replace")
