"""The application firewall of macOS, by its own tool: since macOS 15 its old file of settings says nothing."""

from __future__ import annotations

import re
from dataclasses import dataclass

from nis2scan.api import Answer, CannotTell, Fact, Reason, reads, say, shell

FIREWALL = shell(
    """f=/usr/libexec/ApplicationFirewall/socketfilterfw
[ -e "$f" ] || exit 127
"$f" --getglobalstate || exit 1
"$f" --getstealthmode
echo ==end""",
    runs=("socketfilterfw",),
    platforms=("macos",),
    seconds=5,
    cap=4096,
)


@dataclass(frozen=True)
class MacFirewall(Fact):
    """state: 0 off, 1 on, 2 on and lets nothing in but what the system needs. stealth: None when not told."""

    state: int
    stealth: bool | None


@reads(FIREWALL)
def mac_firewall(answer: Answer) -> MacFirewall:
    """`Firewall is enabled. (State = 1)`; the number is the answer, the words around it have changed before."""
    found = re.search(r"\(State = ([012])\)", answer.text)
    if not found or answer.lines[-1] != "==end":
        raise CannotTell(Reason.PARSE_ERROR, say("the state of the firewall is not told"))
    stealth = re.search(r"stealth mode (?:is )?(?:now )?(on|off|enabled|disabled)", answer.text, re.I)
    return MacFirewall(int(found[1]), stealth[1].lower() in ("on", "enabled") if stealth else None)
