"""What the kernel lets in: the rules of nftables and of the older iptables, and whether they refuse by default."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from nis2scan.api import Absent, Answer, CannotTell, Fact, Maybe, Reason, Root, derives, reads, say, shell
from nis2scan.facts.linux.listeners import Listener, Listeners
from nis2scan.facts.linux.system import System

_FAMILIES = {"ip": {4}, "ip6": {6}, "inet": {4, 6}}


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


@reads(RULES)
def firewall(answer: Answer) -> Firewall:
    """Refusing by default: the policy of an input chain is drop, or its last rule refuses everything."""
    if answer.code == 127:
        raise CannotTell(Reason.TOOL_MISSING, say("neither nft nor iptables is on the machine"))
    parts = _parts(answer.text)
    if "end" not in parts:
        raise CannotTell(Reason.TRUNCATED, say("the rules of the firewall were not read to the end"))
    denied, rules = set(), False
    for family, denies, has_rules in [*_of_nft(parts.get("nft", "")), *_of_iptables(parts)]:
        rules = rules or has_rules
        denied |= _FAMILIES[family] if denies else set()
    no_v6 = parts.get("ipv6", "") in ("off", "1")
    return Firewall(rules, 4 in denied, no_v6 or 6 in denied)


def _parts(text: str) -> dict[str, str]:
    """The text by its `==` headings; what stands on the heading's own line belongs to it."""
    found: dict[str, str] = {}
    for piece in re.split(r"^==", text, flags=re.MULTILINE)[1:]:
        name, rest = re.match(r"(\w+)[ \n]?", piece), piece
        if name:
            found[name[1]] = found.get(name[1], "") + rest[name.end() :].strip()
    return found


def _of_nft(text: str) -> Iterator[tuple[str, bool, bool]]:
    """Family, refuses by default, has any rule: for each base chain of the input hook."""
    if not text:
        return
    items: list[dict[str, Any]] = json.loads(text)["nftables"]
    rules = [item["rule"] for item in items if "rule" in item]
    for chain in (item["chain"] for item in items if item.get("chain", {}).get("hook") == "input"):
        if chain["family"] not in _FAMILIES or chain.get("type") != "filter":
            continue
        own = [
            r
            for r in rules
            if all(r[k] == chain[c] for k, c in (("family", "family"), ("table", "table"), ("chain", "name")))
        ]
        refuses = chain.get("policy") == "drop" or (bool(own) and _refuses_all(own[-1]["expr"]))
        yield chain["family"], refuses, bool(own) or refuses


def _refuses_all(expressions: list[dict[str, Any]]) -> bool:
    """A rule without a condition that drops or rejects; counting and logging are no conditions."""
    kinds = {next(iter(item)) for item in expressions}
    return bool(kinds & {"drop", "reject"}) and kinds <= {"drop", "reject", "counter", "log"}


def _of_iptables(parts: dict[str, str]) -> Iterator[tuple[str, bool, bool]]:
    for name, family in (("4", "ip"), ("6", "ip6")):
        table = re.search(r"^\*filter$(.*?)^COMMIT$", parts.get(name, ""), re.MULTILINE | re.DOTALL)
        if not table:
            continue
        rules = re.findall(r"^-A INPUT (.*)$", table[1], re.MULTILINE)
        last = bool(rules) and re.fullmatch(r"-j (DROP|REJECT)( --reject-with \S+)?", rules[-1]) is not None
        refuses = last or re.search(r"^:INPUT DROP ", table[1], re.MULTILINE) is not None
        yield family, refuses, bool(rules) or refuses


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
