"""What becomes of a new packet that walks through chains of filter rules, whichever tool wrote them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from nis2scan.api import CannotTell, Reason, say

_NETWORK_CARD = re.compile(r"(eth|en|wl|ww|bond|team|usb|ib|vmbr|br\d|lan|wan)")

Name = tuple[str, ...]
"""A chain: whatever makes its name unique."""


@dataclass(frozen=True)
class Packet:
    """It opens a connection to a port that no rule names. interface: "" for a card that no rule names."""

    family: str
    proto: str
    interface: str = ""
    state: str = "new"
    to: str = "LOCAL"


@dataclass(frozen=True)
class Test:
    """One condition of a rule that can be followed. field: of Packet."""

    field: str
    values: frozenset[str]
    negated: bool = False

    def holds(self, packet: Packet) -> bool:
        own = getattr(packet, self.field)
        if self.field != "interface":
            return (own in self.values) != self.negated
        return any(_same_card(value, own) for value in self.values) != self.negated


@dataclass(frozen=True)
class FilterRule:
    """verdict: accept, drop, return, jump, goto, or "" for a rule that only counts or logs.

    special: it has a condition that singles out a port, an address or anything else that is not followed here.
    blind: whether such a condition singles out little or nearly everything is not told (`! --dport 22`, or an
    extension of which only the name is shown).
    """

    verdict: str
    target: str = ""
    tests: tuple[Test, ...] = ()
    special: bool = False
    blind: bool = False

    def meets(self, packet: Packet) -> bool | None:
        """None: only some packets of this kind."""
        if not all(test.holds(packet) for test in self.tests):
            return False
        return None if self.special else True


@dataclass(frozen=True)
class Gate:
    """A chain through which the kernel sends what comes in. families: `ipv4`, `ipv6`. accepts: its policy."""

    families: frozenset[str]
    chain: Name
    accepts: bool
    input: bool = True


@dataclass(frozen=True)
class Chains:
    """All gates, and the rules of every chain in their order."""

    gates: tuple[Gate, ...]
    rules: dict[Name, list[FilterRule]]

    def refuses(self, family: str) -> bool:
        """Nothing of this family comes in but for exceptions: some gate refuses it on every network card.

        Raises CannotTell when that hangs on a blind rule; one way in that is seen to be open is enough to say no.
        """
        kept_out = [self._kept_out(packet) for packet in self._packets(family)]
        if None in kept_out and False not in kept_out:
            raise CannotTell(Reason.PARSE_ERROR, say("a rule lets something in, and what it singles out is not told"))
        return False not in kept_out

    def _kept_out(self, packet: Packet) -> bool | None:
        """None: a gate would refuse it, were it not for a blind rule."""
        shut = [self._shut(gate, packet) for gate in self.gates]
        return True if True in shut else None if None in shut else False

    def has_rules(self) -> bool:
        """Some gate for input decides anything at all. Chains that lead nowhere are no rules."""
        return any(gate.input and (not gate.accepts or self._decides(gate.chain, set())) for gate in self.gates)

    def _packets(self, family: str) -> Iterator[Packet]:
        tests = [test for rules in self.rules.values() for rule in rules for test in rule.tests]
        named = {value.rstrip("*+") for test in tests if test.field == "interface" for value in test.values}
        for card in ("", *sorted(name for name in named if _NETWORK_CARD.match(name))):
            yield from (Packet(family, proto, card) for proto in ("tcp", "udp"))

    def _shut(self, gate: Gate, packet: Packet) -> bool | None:
        if packet.family not in gate.families:
            return False
        ends = self._ends(gate.chain, packet, {})
        told = ends - {"unknown"}
        shut = told == {"drop"} or (not gate.accepts and told <= {"drop", "return"})
        return None if shut and told != ends else shut

    def _ends(self, name: Name, packet: Packet, known: dict[Name, set[str]]) -> set[str]:
        """How the walk may end: accept, drop, return. A special accept or drop is an exception and does not count;
        a special return does, as what follows then does not hold for all. A blind accept ends `unknown`.
        """
        if name not in known:
            if name not in self.rules:
                raise CannotTell(Reason.PARSE_ERROR, say("the rules of the firewall call a chain that is not there"))
            known[name] = {"return"}  # the kernel refuses loops; should there be one, it ends here
            known[name] = self._walk(name, packet, known)
        return known[name]

    def _walk(self, name: Name, packet: Packet, known: dict[Name, set[str]]) -> set[str]:
        found: set[str] = set()
        for rule in self.rules[name]:
            meets = rule.meets(packet)
            if meets is False or not rule.verdict:
                continue
            called = rule.verdict in ("jump", "goto")
            ends = self._ends((*name[:-1], rule.target), packet, known) if called else {rule.verdict}
            if meets is None:
                found |= {"unknown"} if rule.blind and ends & {"accept", "unknown"} else set()
                found |= (
                    {"return"} if rule.verdict == "return" or (rule.verdict == "goto" and "return" in ends) else set()
                )
            elif rule.verdict == "jump":
                found |= ends - {"return"}
                if "return" not in ends:
                    return found
            else:
                return found | ends
        return found | {"return"}

    def _decides(self, name: Name, seen: set[Name]) -> bool:
        if name in seen:
            return False
        seen.add(name)
        for rule in self.rules.get(name, ()):
            called = rule.verdict in ("jump", "goto")
            if rule.verdict in ("accept", "drop") or (called and (rule.tests or rule.special)):
                return True
            if called and self._decides((*name[:-1], rule.target), seen):
                return True
        return False


def _same_card(pattern: str, name: str) -> bool:
    """`eth*` (nftables) and `eth+` (iptables) stand for every name that begins so."""
    bare = pattern.rstrip("*+")
    return name == bare or (bare != pattern and name.startswith(bare))
