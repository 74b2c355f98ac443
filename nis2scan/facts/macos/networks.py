"""In which networks a Mac stands, and whether it passes on from one to another (Internet Sharing does)."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass, field

from nis2scan.api import Answer, CannotTell, Reason, reads, say, shell
from nis2scan.facts.macos.plist import sections
from nis2scan.facts.networks import Card, Net, Networks, card_in

LINKS = shell(
    """echo ==host; uname -n
echo ==v4; sysctl -n net.inet.ip.forwarding || exit 1
echo ==v6; sysctl -n net.inet6.ip6.forwarding || exit 1
echo ==links; ifconfig -a || exit 1
echo ==end""",
    runs=("uname", "sysctl", "ifconfig"),
    needs=("sysctl", "ifconfig"),
    platforms=("macos",),
    seconds=4,
    cap=131072,
)

_NO_CARDS = re.compile(r"(lo|gif|stf|utun|ipsec|ppp|awdl|llw|anpi|nan|vmenet|feth)\d+")
"""Loopback, tunnels, the radio between Apple's own devices, and the ends of virtual machines."""


@dataclass
class _Link:
    nets: list[Net] = field(default_factory=list)
    members: list[str] = field(default_factory=list)
    up: bool = False
    down: bool = False


@reads(LINKS)
def networks(answer: Answer) -> Networks:
    """A bridge that only holds the ends of virtual machines leads inside; that of Internet Sharing holds a card."""
    parts = sections(answer)
    passes = {name: parts.get(name, "").strip() for name in ("v4", "v6")}
    if set(passes.values()) - {"0", "1", "2"}:
        raise CannotTell(Reason.PARSE_ERROR, say("whether it passes on is not told"))
    links = _links(parts.get("links", ""))
    if "lo0" not in links:
        raise CannotTell(Reason.PARSE_ERROR, say("the kernel lists no network card"))
    inner = [name for name, link in links.items() if name.startswith("bridge") and link.nets and _inside(link)]
    real = {name: link for name, link in links.items() if not _NO_CARDS.fullmatch(name) and name not in inner}
    cards = [card_in(name, link.nets, passes["v4"] != "0") for name, link in real.items() if link.up and not link.down]
    found = tuple(sorted(filter(_stands, cards), key=lambda card: card.name))
    if not found:
        raise CannotTell(Reason.NOTHING_TO_JUDGE, say("no network card with an address and a link was seen"))
    held = {
        name: tuple(sorted(member for member in link.members if member in real and not real[member].down))
        for name, link in links.items()
        if not link.down
    }
    return Networks(
        host=parts.get("host", "").strip(),
        cards=found,
        passes_v6=passes["v6"] != "0",
        inner=tuple(sorted(inner)),
        joined=tuple((name, members) for name, members in sorted(held.items()) if len(members) > 1),
    )


def _stands(card: Card) -> bool:
    return bool(card.private or card.public or card.v6)


def _inside(link: _Link) -> bool:
    return all(member.startswith(("vmenet", "feth")) for member in link.members)


def _links(text: str) -> dict[str, _Link]:
    """`en0: flags=8863<UP,…>`, and below it what belongs to it."""
    links: dict[str, _Link] = {}
    own = _Link()
    for line in text.splitlines():
        if begun := re.match(r"(\S+): flags=[0-9a-f]+<([^>]*)>", line):
            own = links.setdefault(begun[1], _Link(up={"UP", "RUNNING"} <= set(begun[2].split(","))))
        elif found := re.match(r"\s+inet (\S+)(?: --> \S+)? netmask 0x([0-9a-f]{8})", line):
            bits = bin(int(found[2], 16)).count("1")
            own.nets.append(ipaddress.ip_interface(f"{found[1]}/{bits}").network)
        elif found := re.match(r"\s+inet6 ([0-9a-f:.]+)(?:%\S+)? prefixlen (\d+)", line):
            own.nets.append(ipaddress.ip_interface(f"{found[1]}/{found[2]}").network)
        elif found := re.match(r"\s+member: (\S+)", line):
            own.members.append(found[1])
        elif re.match(r"\s+status: inactive", line):
            own.down = True
        elif re.match(r"\s+inet6? ", line):
            raise CannotTell(Reason.PARSE_ERROR, say("an address of a network card is not as it should be"))
    return links
