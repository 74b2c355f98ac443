"""SEG-LNX-002."""

from __future__ import annotations

import ipaddress

from nis2scan.api import Effort, Judged, Outcome, Part, Reason, Severity, Unknown, Verdict, bad, check, ok, say, warn
from nis2scan.facts.linux.passed_on import PassedPort, Published

_INNER = {
    *("1433", "1521", "2375", "3306", "5432", "5672", "5984", "6379", "8086", "9000", "9042", "9090", "9200", "9443"),
    *("11211", "15672", "27017", "2379", "5601", "8123", "3000"),
}
"""Ports of databases, queues and management pages: seldom meant for the whole network."""


@check(
    title="Containers publish ports around the firewall",
    catalogue=("SEG-LNX-002",),
    severity=Severity.MEDIUM,
    effort=Effort.MINUTES,
    expected="What a container publishes is meant for the network, or bound to 127.0.0.1.",
    action="Bind the ports of containers to 127.0.0.1",
    remedy="Write `127.0.0.1:5432:5432` where `5432:5432` stands after `-p` or under `ports:`, and start the container "
    "anew. Needed from the network: put a reverse proxy before it, or allow only your own network, for instance "
    "`iptables -I DOCKER-USER -i eth0 ! -s 192.0.2.0/24 -j DROP`.\n"
    "Check: `docker ps` shows no `0.0.0.0:` and no `[::]:`.",
    limits="Sees that a port is passed on to a container, not what answers there. Of rules that the owner wrote for "
    "containers it sees that there are some, not what they single out. Containers that share the network of the "
    "machine are judged with its firewall; Kubernetes and proxies of LXD are not followed.",
)
def published_ports(published: Published) -> Judged:
    """Docker and Podman put their rules before those of the firewall: what it says to refuse comes in all the same."""
    judged: dict[str, Part] = {}
    for port in published.passed.ports:
        part = _judged(port, published)
        judged[port.part] = max(judged.get(port.part, part), part, key=_weight)
    if published.clusters:
        names = published.clusters
        judged[names[0]] = Unknown(
            Reason.UNSUPPORTED_PLATFORM, say("the rules of {programs} are not followed", programs=names)
        )
    if published.passed.hidden:
        judged["?"] = Unknown(Reason.PARSE_ERROR, say("a rule passes on ports that it does not show"))
    engines = published.engines
    return judged or ok(say("{engines} at work, and no port is passed on to a container", engines=engines))


def _weight(part: Part) -> int:
    """Of one port over IPv4 and IPv6 the worse is told."""
    order = (Outcome.PASS, Outcome.WARN, Outcome.NOT_ASSESSED, Outcome.FAIL)
    return order.index(part.outcome if isinstance(part, Verdict) else Outcome.NOT_ASSESSED)


def _judged(port: PassedPort, published: Published) -> Part:
    if port.address and ipaddress.ip_address(port.address).is_loopback:
        return ok(say("only this machine itself can reach it"))
    own, guard = published.passed.own, published.filter
    inner = port.port in _INNER
    if own:
        return warn(say("published to the network; the rules in {chains} may hold it back", chains=own))
    if guard is None:
        if inner:
            return warn(say("a port of databases or management is published to the network"))
        reason = published.unseen or Reason.NOT_ASKED
        return Unknown(reason, say("published to the network; whether the firewall refuses it was not seen"))
    refuses = guard.denies_v4 if port.family == "4" else guard.denies_v6
    if refuses and not port.allowed:
        return bad(say("published to the network, around a firewall that refuses what no rule allows"))
    if inner:
        return warn(say("a port of databases or management is published to the network"))
    if guard.rules and not port.allowed:
        return warn(say("published to the network, around a firewall that may refuse it"))
    return ok(say("published to the network, and the firewall does not say otherwise"))
