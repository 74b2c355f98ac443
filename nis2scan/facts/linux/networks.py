"""In which networks the machine stands, and whether it passes on from one to another."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass

from nis2scan.api import Absent, Answer, CannotTell, Fact, Reason, reads, say, shell
from nis2scan.facts.linux.system import MACHINE, OS_RELEASE, System, system
from nis2scan.facts.networks import Card, Networks, card_in

_OVERLAYS = {"vxlan", "geneve", "gre", "gretap", "ip6gretap", "wireguard"}  # they run over a card but are no card
_NO_LINK = {"down", "lowerlayerdown", "notpresent"}
_OF_CONTAINERS = {"", "macvlan", "ipvlan"}  # how a container sees its card: veth has no DEVTYPE
_VETH_LIKE = re.compile(r"(eth|en|net|host|lan|wan|mv-|veth)")


@dataclass(frozen=True)
class Raw(Fact):
    """What the kernel tells of every interface, before it is known whether this is a machine or a container."""

    host: str
    values: dict[str, dict[str, tuple[str, ...]]]
    addresses: tuple[tuple[str, str], ...]
    v6_all: str


# `ip -o` of busybox prints the same lines. What a card rests on tells a VLAN of a real card from a bridge of Docker.
LINKS = shell(
    """line() { v=; [ -f "$2" ] && { read -r v < "$2" || [ -n "$v" ]; } 2>/dev/null && printf '%s=%s\\n' "$1" "$v"; }
printf 'host='; uname -n
line v6 /proc/sys/net/ipv6/conf/all/forwarding
ls -d /sys/class/net/. >/dev/null || exit 1
for d in /sys/class/net/*; do
  [ -f "$d/uevent" ] || continue
  n=${d##*/}; printf 'card=%s\\n' "$n"
  [ -e "$d/device" ] && echo device=yes
  [ -d "$d/bridge" ] && echo bridge=yes
  line state "$d/operstate"
  while read -r l; do case $l in DEVTYPE=*) echo "kind=${l#*=}" ;; esac; done < "$d/uevent"
  for l in "$d"/lower_*; do [ -e "$l" ] && printf 'lower=%s\\n' "${l##*/lower_}"; done
  line pass4 "/proc/sys/net/ipv4/conf/$n/forwarding"
  line force6 "/proc/sys/net/ipv6/conf/$n/force_forwarding"
done
echo addresses=
ip -o addr show || exit 1
echo end=""",
    runs=("uname", "ls", "ip"),
    needs=("ip",),
    seconds=4,
    cap=262144,
)

_ADDRESS = re.compile(r"\d+: +(\S+) +inet6? +(\S+?)(?: +peer +(\S+))? .*")


@reads(LINKS)
def links(answer: Answer) -> Raw:
    """`2: eth0    inet 192.0.2.2/24 brd …`; busybox prints lines of `<FLAGS>` between them."""
    head, found, rest = answer.text.partition("\naddresses=\n")
    lines = rest.splitlines()
    if not found or lines[-1:] != ["end="]:
        raise CannotTell(Reason.TRUNCATED, say("the list of network cards has no end"))
    values: dict[str, dict[str, tuple[str, ...]]] = {}
    general, own = {"host": ""}, {}
    for line in head.splitlines():
        name, _, value = line.partition("=")
        if name == "card":
            own = values.setdefault(value, {})
        elif not values:
            general[name] = value
        else:
            own[name] = (*own.get(name, ()), value)
    addresses = []
    for line in lines[:-1]:
        matched = _ADDRESS.fullmatch(line)
        if matched is None and not re.match(r"\d+: +\S+: <", line):
            raise CannotTell(Reason.PARSE_ERROR, say("an address of a network card is not as it should be"))
        if matched is not None:
            addresses.append((matched[1].split("@")[0], matched[3] or matched[2]))
    if "lo" not in values or not addresses:
        raise CannotTell(Reason.PARSE_ERROR, say("the kernel lists no network card"))
    return Raw(general["host"], values, tuple(addresses), general.get("v6", "0"))


@reads(OS_RELEASE, MACHINE, LINKS)
def networks(release: Answer, machine: Answer, told: Answer) -> Networks:
    """A container that is a whole system sees a virtual card, which is a real one to it."""
    about = system.read(release, machine)
    assert isinstance(about, System)  # noqa: S101 the reader makes it
    if about.app_container:
        raise Absent(say("this is a container of one program: the machine around it stands in the networks"))
    raw = links.read(told)
    assert isinstance(raw, Raw)  # noqa: S101 the reader above makes it
    real = {name for name in raw.values if _leads_out(name, raw, bool(about.container), ())}
    cards = tuple(_card(name, raw) for name in sorted(real) if not _NO_LINK & set(raw.values[name].get("state", ())))
    if not any(card.private or card.public or card.v6 for card in cards):
        raise CannotTell(Reason.NOTHING_TO_JUDGE, say("no network card with an address and a link was seen"))
    forced = any(own.get("force6", ("0",)) != ("0",) for own in raw.values.values())
    bridges = [name for name, own in raw.values.items() if "bridge" in own]
    held = {name: tuple(sorted(real & set(raw.values[name].get("lower", ())))) for name in bridges}
    return Networks(
        host=raw.host,
        cards=cards,
        passes_v6=raw.v6_all != "0" or forced,
        inner=tuple(sorted(set(bridges) - real)),
        joined=tuple((name, members) for name, members in sorted(held.items()) if len(members) > 1),
    )


def _leads_out(name: str, raw: Raw, container: bool, seen: tuple[str, ...]) -> bool:
    own = raw.values.get(name, {})
    kind = own.get("kind", ("",))[0]
    if name in seen or name == "lo" or kind in _OVERLAYS:
        return False
    if "device" in own:
        return True
    if container and "bridge" not in own and kind in _OF_CONTAINERS and _VETH_LIKE.match(name):
        return True
    return any(_leads_out(below, raw, container, (*seen, name)) for below in own.get("lower", ()))


def _card(name: str, raw: Raw) -> Card:
    nets = [ipaddress.ip_interface(text).network for card, text in raw.addresses if card == name]
    passes = raw.values[name].get("pass4", ("",))[0]
    if any(net.version == 4 and not net.is_link_local for net in nets) and passes not in ("0", "1"):
        raise CannotTell(Reason.PARSE_ERROR, say("whether {card} passes on is not told", card=name))
    return card_in(name, nets, passes == "1")
