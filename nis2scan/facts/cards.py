"""The addresses of a machine's own network cards: by them an answer by file is known on the network."""

from __future__ import annotations

import re
from dataclasses import dataclass

from nis2scan.api import Answer, CannotTell, Fact, Reason, powershell, reads, say, shell
from nis2scan.facts.windows.values import rows, table, text

_MAC = re.compile(r"[0-9a-f]{2}(?::[0-9a-f]{2}){5}")
_NONE = {"00:00:00:00:00:00", "ff:ff:ff:ff:ff:ff"}


@dataclass(frozen=True)
class Cards(Fact):
    """macs: of every card that has an address of its own, in lower case with colons."""

    macs: frozenset[str]


LINUX = shell(
    """[ -d /sys/class/net ] || exit 1
for f in /sys/class/net/*/address; do { read -r v < "$f" && printf '%s\\n' "$v"; } 2>/dev/null; done
echo end""",
    seconds=2,
    cap=16384,
)
MACOS = shell("ifconfig -a && echo end", runs=("ifconfig",), platforms=("macos",), seconds=3, cap=131072)
WINDOWS = powershell(
    """# card-addresses
$cards = Read-Instances 'root/cimv2' 'Win32_NetworkAdapterConfiguration' @('MACAddress') 'IPEnabled = TRUE'
[ordered]@{ items = $cards }"""
)


@reads(LINUX)
def linux_cards(answer: Answer) -> Cards:
    """One address a line; loopback has one of noughts, a tunnel none or another form."""
    return _cards(answer.lines)


@reads(MACOS)
def macos_cards(answer: Answer) -> Cards:
    """`ether f0:18:98:00:00:01` below each interface."""
    lines = answer.lines
    ethers = [line.split()[1] for line in lines if line.strip().startswith("ether ") and len(line.split()) > 1]
    return _cards([*ethers, *lines[-1:]])


@reads(WINDOWS)
def windows_cards(answer: Answer) -> Cards:
    """`F0:18:98:00:00:01` of each adapter that has an IP address."""
    return _cards([*(text(row.get("MACAddress")).lower() for row in rows(table(answer))), "end"])


def _cards(lines: list[str]) -> Cards:
    if lines[-1:] != ["end"]:
        raise CannotTell(Reason.TRUNCATED, say("the list of network cards has no end"))
    return Cards(frozenset(line for line in lines if _MAC.fullmatch(line)) - _NONE)
