"""What the kernel lets in: the rules of nftables and of the older iptables, and whether they refuse by default."""

from __future__ import annotations

import re
from dataclasses import dataclass

from nis2scan.api import Absent, Answer, CannotTell, Fact, Maybe, Reason, Root, derives, reads, say, shell
from nis2scan.facts.linux.filter_rules import of_iptables, of_nft
from nis2scan.facts.linux.listeners import Listener, Listeners
from nis2scan.facts.linux.system import System

_IPTABLES = {"4": "ipv4", "6": "ipv6"}
_OTHER_RULES = "(nf_tables)"  # iptables-save names where it read; then nft or the older iptables would show the rest


@dataclass(frozen=True)
class Firewall(Fact):
    """The filter for incoming packets.

    rules: there is any rule or refusing policy. denies_v4, denies_v6: what no rule allows is refused; no IPv6 at all
    counts as refused.
    """

    rules: bool
    denies_v4: bool
    denies_v6: bool


@dataclass(frozen=True)
class Inbound(Fact):
    """What listens to other machines, and the filter before it. The filter is None when nothing listens."""

    open: tuple[Listener, ...]
    filter: Firewall | None


# Legacy rules are only asked for where the kernel has some: asking otherwise would load a module.
RULES = shell(
    """v6=off; { read -r v6 < /proc/sys/net/ipv6/conf/all/disable_ipv6; } 2>/dev/null; echo "==ipv6 $v6"
if command -v nft >/dev/null; then echo ==nft; nft -j list ruleset || exit 1; echo
elif command -v iptables-save >/dev/null; then
  echo ==4; iptables-save || exit 1
  echo ==6; ip6tables-save || exit 1
else exit 127; fi
t=; { read -r t < /proc/net/ip_tables_names; } 2>/dev/null
if [ -n "$t" ] && command -v nft >/dev/null; then echo ==4; iptables-legacy-save || iptables-save || exit 1; fi
t=; { read -r t < /proc/net/ip6_tables_names; } 2>/dev/null
if [ -n "$t" ] && command -v nft >/dev/null; then echo ==6; ip6tables-legacy-save || ip6tables-save || exit 1; fi
echo ==end""",
    runs=("nft", "iptables-save", "ip6tables-save", "iptables-legacy-save", "ip6tables-legacy-save"),
    root=Root.REQUIRED,
    seconds=5,
    cap=1048576,
)

# What iptables wrote into nftables, with the settings that nft does not show. iptables-nft-save only reads; but it asks
# the kernel for every extension that it prints, and the kernel loads those that are not there. So it is asked for the
# one table, and only where every rule of that table was made by iptables, which asked for the same extensions then: one
# rule at least rests on an extension, and all have the counter that iptables never leaves out.
SAVED = shell(
    """ask() {
  command -v nft >/dev/null && command -v "$2" >/dev/null || return 0
  case $(nft -j list table "$1" filter 2>/dev/null) in *'"xt": '*) ;; *) return 0 ;; esac
  own=$(nft list table "$1" filter | while read -r l; do
    case $l in ''|'#'*|'table '*|'chain '*|'type '*|'}'*|*counter*) ;; *) echo own; break ;; esac
  done)
  [ "$own" ] && return 0
  echo "==$3"; "$2" -t filter || exit 1
}
ask ip iptables-nft-save 4
ask ip6 ip6tables-nft-save 6
echo ==end""",
    runs=("nft", "iptables-nft-save", "ip6tables-nft-save"),
    root=Root.REQUIRED,
    seconds=5,
    cap=1048576,
)
_TABLES = {"4": "ip", "6": "ip6"}


@reads(RULES, SAVED)
def firewall(answer: Answer, again: Answer) -> Firewall:
    """Refusing by default: a new connection that no exception names is refused on every network card."""
    if answer.code == 127:
        raise CannotTell(Reason.TOOL_MISSING, say("neither nft nor iptables is on the machine"))
    parts = sections(answer.text)
    if "end" not in parts:
        raise CannotTell(Reason.TRUNCATED, say("the rules of the firewall were not read to the end"))
    saved = _saved(again) if parts.get("nft") else {}
    sources = [of_nft(parts["nft"], without=frozenset(_TABLES[key] for key in saved))] if parts.get("nft") else []
    sources += [of_iptables(text, _IPTABLES[key]) for key, text in saved.items()]
    sources += [of_iptables(parts[key], family) for key, family in _IPTABLES.items() if key in parts]
    no_v6 = parts.get("ipv6", "") in ("off", "1")
    v4, v6 = (any(source.refuses(family) for source in sources) for family in ("ipv4", "ipv6"))
    if not (v4 and (v6 or no_v6)) and any(_OTHER_RULES in parts.get(key, "") for key in _IPTABLES):
        raise CannotTell(Reason.TOOL_MISSING, say("part of the rules can only be read with a tool that is not there"))
    return Firewall(any(source.has_rules() for source in sources), v4, no_v6 or v6)


def _saved(again: Answer) -> dict[str, str]:
    """By family, what iptables-nft-save printed whole; a table that it cannot print is left to nft."""
    parts = sections(again.text) if again.ok else {}
    return {key: parts[key] for key in _TABLES if "end" in parts and "*filter" in parts.get(key, "").splitlines()}


def sections(text: str) -> dict[str, str]:
    """The text by its `==` headings; what stands on the heading's own line belongs to it."""
    found: dict[str, str] = {}
    for piece in re.split(r"^==", text, flags=re.MULTILINE)[1:]:
        name, rest = re.match(r"(\w+)[ \n]?", piece), piece
        if name:
            found[name[1]] = found.get(name[1], "") + rest[name.end() :].strip()
    return found


@derives
def inbound(system: System, listeners: Listeners, firewall: Maybe[Firewall]) -> Inbound:
    """Where nothing listens, no filter need be seen; else one that could not be read leaves it open."""
    if system.app_container:
        raise Absent(say("this is a container of one program: the machine around it filters"))
    outward = tuple(item for item in listeners.outward if item.proto == "tcp" or item.port not in _CLIENTS)
    if outward and firewall.value is None:
        raise firewall.why or CannotTell(Reason.NOT_ASKED)
    return Inbound(outward, firewall.value)


_CLIENTS = {68, 546}  # UDP sockets of DHCP clients: they wait for answers, they serve nobody
