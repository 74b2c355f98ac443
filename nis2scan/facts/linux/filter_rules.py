"""The rules of nftables (as JSON) and of iptables (as saved), as chains that can be walked."""

from __future__ import annotations

import ipaddress
import json
import re
from collections.abc import Iterator
from typing import Any

from nis2scan.api import CannotTell, Reason, say
from nis2scan.facts.linux.filtering import Chains, FilterRule, Gate, Name, Test

_FAMILIES = {"ip": {"ipv4"}, "ip6": {"ipv6"}, "inet": {"ipv4", "ipv6"}}
_META = {"iif": "interface", "iifname": "interface", "l4proto": "proto", "nfproto": "family"}
_PROTOCOLS = {1: "icmp", 6: "tcp", 17: "udp", 58: "ipv6-icmp"}  # IANA's protocol numbers
_VERDICTS = {"accept": "accept", "drop": "drop", "reject": "drop", "return": "return", "queue": "accept"}
_SAYS_NOTHING = {
    *(
        "counter",
        "log",
        "continue",
        "notrack",
        "mangle",
        "flow",
        "fwd",
        "dup",
        "last",
        "set",
        "map",
        "secmark",
        "tproxy",
    ),
    *("ct helper", "ct timeout", "ct expectation", "snat", "dnat", "redirect", "masquerade", "comment"),
}
_FOR_SOME = {"limit", "quota", "ct count", "meter", "synproxy", "socket"}

_OPTIONS = {"-i": "interface", "-p": "proto", "--state": "state", "--ctstate": "state", "--dst-type": "to"}
_TARGETS = {**{name.upper(): verdict for name, verdict in _VERDICTS.items()}, "NFQUEUE": "accept"}
_READ_BELOW = {"tcp", "udp", "state", "conntrack", "comment", "addrtype"}  # modules that only bring options


def of_nft(text: str, *, without: frozenset[str] = frozenset()) -> Chains:
    """libnftables-json(5): chains of type filter on the hooks input and prerouting, of the families of IP.

    without: the families (`ip`, `ip6`) whose table `filter` is read elsewhere.
    """
    gates: list[Gate] = []
    rules: dict[Name, list[FilterRule]] = {}
    for item in json.loads(text)["nftables"]:
        what = item.get("chain") or item.get("rule") or {}
        if what.get("table") == "filter" and what["family"] in without:
            continue
        if chain := item.get("chain"):
            name = (chain["family"], chain["table"], chain["name"])
            rules.setdefault(name, [])
            hook, family = chain.get("hook"), _FAMILIES.get(chain["family"])
            if hook in ("input", "prerouting") and chain["type"] == "filter" and family:
                gates.append(Gate(frozenset(family), name, _accepts(chain["policy"]), hook == "input"))
        elif rule := item.get("rule"):
            rules.setdefault((rule["family"], rule["table"], rule["chain"]), []).extend(_nft_rules(rule["expr"]))
    return Chains(tuple(gates), rules)


def _accepts(policy: str) -> bool:
    if policy not in ("accept", "drop"):
        raise CannotTell(Reason.PARSE_ERROR, say("a rule of the firewall was not understood"))
    return policy == "accept"


def _nft_rules(expressions: list[dict[str, Any]]) -> Iterator[FilterRule]:
    """One rule; or several, where the verdict is looked up by the value of a field."""
    tests: list[Test] = []
    special, narrow, end = False, False, ("", "")
    for kind, value in (pair for item in expressions for pair in item.items()):
        found: list[Test] | None = []
        if kind == "match":
            found = _nft_tests(value["left"], value["op"], value["right"])
            plain = found is None and value["op"] in ("==", "in")
            narrow = narrow or (plain and _singles_out(value["left"], value["right"]))
        elif kind == "vmap":
            found = None
            for key, verdict in _map_entries(value):
                own = _nft_tests(value["key"], "==", key)
                some, few = special or own is None, narrow or (own is None and _singles_out(value["key"], key))
                yield FilterRule(*_nft_end(verdict), (*tests, *(own or ())), some, some and not few)
        elif kind == "xt":
            seen, reject = _extension(value or {})
            found = [] if seen else None
            end = ("drop", "") if reject else end
        elif kind in _VERDICTS or kind in ("jump", "goto"):
            end = _nft_end({kind: value})
        elif kind in _FOR_SOME:
            found = None
        elif kind not in _SAYS_NOTHING:
            raise CannotTell(Reason.PARSE_ERROR, say("a rule of the firewall was not understood"))
        tests += found or []
        special = special or found is None
    yield FilterRule(*end, tuple(tests), special, special and not narrow)


_FEW = {"dport", "saddr", "type", "code", "proto-dst", "ip saddr", "ip6 saddr", "status", "pkttype"}
_NO_HOST = tuple(ipaddress.ip_network(net) for net in ("224.0.0.0/4", "255.255.255.255/32", "ff00::/8"))


def _singles_out(left: dict[str, Any], right: object) -> bool:
    """A condition that only few packets meet: a port, a sender, a kind of ICMP. A rate or a mark may be met by all."""
    for part in left.get("concat", [left]):
        told = part.get("payload") or part.get("meta") or part.get("ct") or {}
        field = told.get("field") or told.get("key")
        if field == "daddr":
            prefix = right.get("prefix") if isinstance(right, dict) else None
            address = f"{prefix['addr']}/{prefix['len']}" if prefix else right
            return isinstance(address, str) and not address.startswith("@") and _to_nobody(address)
        if field == "pkttype":
            return right in ("multicast", "broadcast")
        if field in _FEW:
            return field != "dport" or _ports(right) <= _MANY
    return False


def _ports(right: object) -> int:
    """How many ports a condition names."""
    if isinstance(right, dict) and "range" in right:
        first, last = right["range"]
        return int(last) - int(first) + 1
    listed = right.get("set") if isinstance(right, dict) else None
    return sum(_ports(item) for item in listed) if isinstance(listed, list) else 1


_MANY = 32768  # more ports than this are no exception


def _to_nobody(address: str) -> bool:
    """Multicast and broadcast: no address of the machine itself."""
    net = ipaddress.ip_network(address, strict=False)
    return any(net.version == group.version and net.subnet_of(group) for group in _NO_HOST)  # type: ignore[arg-type]


def _nft_tests(left: dict[str, Any], op: str, right: object) -> list[Test] | None:
    """None for a condition that is not followed."""
    field, names = "", _strings(right)
    if op not in ("==", "!=", "in") or not names:
        return None
    if "meta" in left:
        field = _META.get(left["meta"]["key"], "")
    elif left.get("ct", {}).get("key") == "state":
        field = "state"
    elif payload := left.get("payload"):
        if payload.get("field") in ("protocol", "nexthdr") and payload.get("protocol") in ("ip", "ip6"):
            field = "proto"
        elif payload.get("protocol") in ("icmp", "icmpv6"):
            field, names = "proto", {"icmp"}
    return [Test(field, frozenset(names), op == "!=")] if field else None


def _strings(right: object) -> set[str]:
    """The values of a condition, when all are plain words. Without /etc/protocols nft writes protocols as numbers."""
    listed = right["set"] if isinstance(right, dict) and isinstance(right.get("set"), list) else right
    words = listed if isinstance(listed, list) else [listed]
    words = [_PROTOCOLS.get(word, str(word)) if isinstance(word, int) else word for word in words]
    plain = all(isinstance(word, str) and not word.startswith("@") for word in words)
    return {str(word) for word in words} if plain else set()


def _map_entries(value: dict[str, Any]) -> list[tuple[object, dict[str, Any]]]:
    data = value["data"]
    if not isinstance(data, dict):  # a map with a name stands elsewhere: whatever it lets in is not told
        return [("@", {"accept": None})]
    entries = data["set"]
    return [(key, verdict) for key, verdict in entries if isinstance(verdict, dict)]


def _nft_end(verdict: dict[str, Any]) -> tuple[str, str]:
    (kind, value), *_ = verdict.items()
    if kind in ("jump", "goto"):
        return kind, value["target"]
    return _VERDICTS.get(kind, ""), ""


def _extension(value: dict[str, Any]) -> tuple[bool, bool]:
    """What iptables wrote into nftables: the JSON names the extension, not its settings.

    The first: it is no condition whose settings are hidden. The second: it refuses.
    """
    if value.get("type") == "target":
        return True, value.get("name") == "REJECT"
    return value.get("name") == "comment", False


# ---- iptables ----------------------------------------------------------------------------------


def of_iptables(text: str, family: str) -> Chains:
    """iptables-save(8): the table filter, which sees all that comes in last."""
    if len(re.findall(r"^\*\w+$", text, re.MULTILINE)) != len(re.findall(r"^COMMIT$", text, re.MULTILINE)):
        raise CannotTell(Reason.TRUNCATED, say("the rules of the firewall were not read to the end"))
    table = re.search(r"^\*filter$(.*?)^COMMIT$", text, re.MULTILINE | re.DOTALL)
    if not table:
        return Chains((), {})
    policies = dict(re.findall(r"^:(\S+) (\S+)", table[1], re.MULTILINE))
    rules: dict[Name, list[FilterRule]] = {(name,): [] for name in policies}
    for name, rest in re.findall(r"^-A (\S+) (.*)$", table[1], re.MULTILINE):
        rules[name,].append(_saved_rule(re.findall(r'"(?:[^"\\]|\\.)*"|\S+', rest), set(policies)))
    gate = Gate(frozenset({family}), ("INPUT",), _accepts(policies["INPUT"].lower()))
    return Chains((gate,), rules)


def _saved_rule(words: list[str], chains: set[str]) -> FilterRule:
    tests: list[Test] = []
    special, narrow, negated = False, False, False
    rest = iter(words)
    for word in rest:
        if word in ("-j", "-g"):  # what follows the target belongs to it
            verdict, target = _saved_end(word, next(rest), chains)
            return FilterRule(verdict, target, tuple(tests), special, special and not narrow)
        if word in _OPTIONS:
            tests.append(Test(_OPTIONS[word], frozenset(_lowered(_OPTIONS[word], next(rest))), negated))
        elif word == "--comment":
            next(rest)
        elif word == "-m":
            special = next(rest) not in _READ_BELOW or special
        elif word in _SAVED_FEW:
            special, narrow = True, narrow or (not negated and _saved_singles_out(word, next(rest)))
        elif word != "!":
            special = True
        negated = word == "!"
    return FilterRule("", "", tuple(tests), special)


_SAVED_FEW = {
    *("-s", "-d", "--dport", "--dports", "--src-range", "--match-set", "--icmp-type", "--icmpv6-type"),
    *("--mac-source", "--ctstatus"),
}


def _saved_singles_out(option: str, value: str) -> bool:
    if option == "-d":
        return _to_nobody(value)
    ends = [item.split(":") for item in value.split(",")] if option in ("--dport", "--dports") else []
    return sum(int(end[-1]) - int(end[0]) + 1 for end in ends) <= _MANY


def _lowered(field: str, values: str) -> list[str]:
    return (values.lower() if field == "state" else values).split(",")


def _saved_end(how: str, target: str, chains: set[str]) -> tuple[str, str]:
    if target in chains:
        return ("jump" if how == "-j" else "goto"), target
    return _TARGETS.get(target, ""), ""
