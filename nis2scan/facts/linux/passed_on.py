"""Ports that the kernel passes on to containers before its own firewall sees them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from nis2scan.api import Absent, Answer, CannotTell, Fact, Maybe, Reason, derives, reads, say
from nis2scan.facts.linux.firewall import RULES, Firewall, sections
from nis2scan.facts.linux.services import Processes
from nis2scan.facts.linux.system import System

ENGINES = {
    "dockerd": "Docker",
    "conmon": "Podman",
    "conmonrs": "Podman",
    "containerd-shim": "containerd",
    "lxd": "LXD",
    "incusd": "Incus",
    "systemd-nspawn": "systemd-nspawn",
}
_CLUSTERS = ("kubelet", "kubelite", "k3s-server", "k3s-agent", "rke2", "k0s", "crio")
_OF_ENGINES = ("DOCKER", "NETAVARK", "CNI-", "KUBE-")  # chains that the engines fill
_ENGINE_TABLES = {"docker-bridges", "netavark"}
_SHARED_TABLES = {"filter", "nat", "raw", "mangle", "security"}  # of iptables: what is refused there comes after
_NOT_FOR_ALL = {"saddr", "iif", "iifname", "oif", "oifname", "daddr"}


@dataclass(frozen=True)
class PassedPort:
    """family: `4` or `6`. address: the one it listens at, "" for all. port: `8080` or `8000-8010`. allowed: a rule of
    the firewall lets everybody in at that port.
    """

    family: str
    proto: str
    address: str
    port: str
    allowed: bool

    @property
    def part(self) -> str:
        return f"{self.port}/{self.proto}"


@dataclass(frozen=True)
class PassedOn(Fact):
    """ports: with a rule that sends them to another address. hidden: there are such rules that name no port.
    own: chains with rules of the owner that may hold it back after all.
    """

    ports: tuple[PassedPort, ...]
    hidden: bool
    own: tuple[str, ...]


@dataclass(frozen=True)
class Published(Fact):
    """engines: what runs containers here. clusters: programs whose rules are not followed. filter: for the machine."""

    engines: tuple[str, ...]
    clusters: tuple[str, ...]
    passed: PassedOn
    filter: Firewall | None
    unseen: Reason | None  # why there is no filter here


@dataclass(frozen=True)
class _Rule:
    """What is told alike of a rule, whoever wrote it."""

    family: str
    table: str
    chain: str
    end: str  # dnat, accept, drop, return, other
    target: str = ""  # a chain that is called
    proto: str = ""
    port: str = ""
    address: str = ""
    narrow: bool = False  # it does not hold for everybody


@reads(RULES)
def passed_on(answer: Answer) -> PassedOn:
    """All tables: those of nftables as JSON, where iptables shows ports but no targets, and those of old iptables."""
    parts = sections(answer.text)
    if "end" not in parts:
        raise CannotTell(Reason.TRUNCATED, say("the rules of the firewall were not read to the end"))
    if not parts.keys() & {"nft", "4", "6"}:
        raise CannotTell(Reason.TOOL_MISSING, say("neither nft nor iptables is on the machine"))
    items = json.loads(parts["nft"])["nftables"] if parts.get("nft") else []
    rules = [_of_nft(item["rule"]) for item in items if "rule" in item]
    for family in ("4", "6"):
        rules += _of_saved(parts.get(family, ""), family)
    bases = [item["chain"] for item in items if item.get("chain", {}).get("hook") == "input"]
    inward = _reached(rules, {(chain["table"], chain["name"]) for chain in bases} | {("filter", "INPUT")})
    sent = [rule for rule in rules if rule.end == "dnat" and rule.table != "firewalld"]
    open_to_all = {
        (family, rule.proto, port)
        for rule in rules
        if _allows(rule) and (rule.table, rule.chain) in inward
        for family in rule.family
        for port in rule.port.split(",")
    }
    ports = {
        PassedPort(family, rule.proto, rule.address, port, (family, rule.proto, port) in open_to_all)
        for rule in sent
        if rule.port
        for family in rule.family
        for port in rule.port.split(",")
    }
    shut = {rule.chain for rule in rules if rule.chain == "DOCKER-USER" and rule.end != "return"} | _gates(items)
    ordered = sorted(ports, key=lambda item: (item.port, item.proto, item.family, item.address))
    return PassedOn(tuple(ordered), any(not rule.port for rule in sent), tuple(sorted(shut)))


def _reached(rules: list[_Rule], chains: set[tuple[str, str]]) -> set[tuple[str, str]]:
    """The chains through which passes what comes in for the machine: what may go out or through allows nothing."""
    while (
        more := {(rule.table, rule.target) for rule in rules if rule.target and (rule.table, rule.chain) in chains}
        - chains
    ):
        chains = chains | more
    return chains


def _allows(rule: _Rule) -> bool:
    engine = rule.chain.startswith(_OF_ENGINES) or rule.table in _ENGINE_TABLES
    return rule.end == "accept" and bool(rule.port) and not rule.narrow and not engine


def _gates(items: list[dict[str, Any]]) -> set[str]:
    """Chains of tables that no engine and no iptables made, through which passes what is passed on."""
    chains = [item["chain"] for item in items if "chain" in item]
    foreign = [chain for chain in chains if chain["table"] not in _ENGINE_TABLES | _SHARED_TABLES | {"firewalld"}]
    filled = {(item["rule"]["table"], item["rule"]["chain"]) for item in items if "rule" in item}
    return {
        f"{chain['table']} {chain['name']}"
        for chain in foreign
        if chain.get("hook") in ("forward", "prerouting") and chain.get("type") == "filter"
        if chain.get("policy") == "drop" or (chain["table"], chain["name"]) in filled
    }


def _of_nft(rule: dict[str, Any]) -> _Rule:
    """libnftables-json(5)."""
    found = {"proto": "", "port": "", "address": ""}
    narrow, end, target = False, "other", ""
    for kind, value in (pair for item in rule["expr"] for pair in item.items()):
        if kind == "match":
            left, right = value["left"], value["right"]
            payload = left.get("payload", {})
            field = payload.get("field") or left.get("meta", {}).get("key", "")
            if field == "dport" and value["op"] in ("==", "in"):
                found |= {"proto": str(payload["protocol"]), "port": _port(right)}
            elif field == "daddr" and value["op"] == "==" and isinstance(right, str):
                found["address"] = right
            narrow = narrow or field in _NOT_FOR_ALL or value["op"] == "!="
        elif kind == "xt":
            end = "dnat" if (value or {}).get("name") == "DNAT" else end
            narrow = narrow or (value or {}).get("name") not in ("comment", "DNAT")
        elif kind in ("dnat", "accept", "drop", "return"):
            end = kind
        elif kind in ("jump", "goto"):
            target = value["target"]
    families = {"ip": "4", "ip6": "6"}
    sent: dict[str, Any] = next((item["dnat"] for item in rule["expr"] if isinstance(item.get("dnat"), dict)), {})
    family = families.get(rule["family"]) or families.get(sent.get("family", ""), "46")
    return _Rule(family, rule["table"], rule["chain"], end, target, narrow=narrow, **found)


def _port(right: object) -> str:
    if isinstance(right, int):
        return str(right)
    if isinstance(right, dict) and isinstance(right.get("range"), list):
        return "-".join(str(end) for end in right["range"])
    listed = right.get("set") if isinstance(right, dict) else None
    return ",".join(_port(item) for item in listed) if isinstance(listed, list) else ""


def _of_saved(text: str, family: str) -> Iterator[_Rule]:
    """iptables-save(8): `-A DOCKER ! -i docker0 -p tcp -m tcp --dport 8080 -j DNAT --to-destination 172.17.0.2:80`."""
    table = ""
    for line in text.splitlines():
        table = line[1:] if line.startswith("*") else table
        matched = re.match(r"-A (\S+) (.*?)(?:-j (\S+).*)?$", line)
        if not matched:
            continue
        chain, tests, target = matched[1], f" {matched[2]}", matched[3] or ""
        seen = {name: re.search(rf"(?<!!) {option} (\S+)", tests) for name, option in _SAVED.items()}
        values = {name: found[1] if found else "" for name, found in seen.items()}
        end = target.lower() if target in ("DNAT", "ACCEPT", "DROP", "RETURN") else "other"
        yield _Rule(
            family=family,
            table=table,
            chain=chain,
            end=end,
            target=target,
            proto=values["proto"],
            port=values["port"].replace(":", "-"),
            address=re.sub(r"/(32|128)$", "", values["address"]),
            narrow=bool(re.search(r" (!|-s|-d|-i|-o|-m (?!tcp |udp |comment ))", tests)),
        )


_SAVED = {"proto": "-p", "port": "--dport", "address": "-d"}


@derives
def published(system: System, processes: Processes, passed: Maybe[PassedOn], firewall: Maybe[Firewall]) -> Published:
    """Where no engine runs, no rules need be seen."""
    if system.app_container:
        raise Absent(say("this is a container of one program: it publishes nothing by itself"))
    engines = tuple(sorted({name for program, name in ENGINES.items() if processes.runs(program)}))
    clusters = tuple(name for name in _CLUSTERS if processes.runs(name))
    if not engines and not clusters:
        raise Absent(say("no program that runs containers is at work"))
    if passed.value is None:
        raise passed.why or CannotTell(Reason.NOT_ASKED)
    reason = firewall.why.reason if isinstance(firewall.why, CannotTell) else Reason.NOT_ASKED
    return Published(engines, clusters, passed.value, firewall.value, None if firewall.value else reason)
