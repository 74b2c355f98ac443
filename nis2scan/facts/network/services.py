"""Which programs answer behind the open ports, by what they say of themselves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from nis2scan.api import Answer, CannotTell, Fact, Reason, probe, reads
from nis2scan.facts.network.heard import document

NMAP = probe("nmap", seconds=110)

_STATES = ("asked", "cut", "guarded", "nothing")


@dataclass(frozen=True)
class Service:
    """What one port says. kind: ssh, http … product and version: as it calls itself, "" when it does not."""

    kind: str
    product: str
    version: str
    more: str


@dataclass(frozen=True)
class ServiceVersions(Fact):
    """state: asked, cut (not all of it was answered in time), guarded, or nothing (no port was open)."""

    state: str
    ports: Mapping[int, Service]


@reads(NMAP)
def service_versions(answer: Answer) -> ServiceVersions:
    """By the Nmap Security Scanner; the words are the host's, and may lie."""
    found = document(answer)
    try:
        state = found["state"]
        ports = {
            int(port): Service(*(str(row[name]) for name in ("name", "product", "version", "extrainfo")))
            for port, row in found["ports"].items()
        }
    except (KeyError, TypeError, ValueError, AttributeError):
        raise CannotTell(Reason.PARSE_ERROR, "the answer of a probe has another form") from None
    if state not in _STATES:
        raise CannotTell(Reason.PARSE_ERROR, "the answer of a probe has another form")
    return ServiceVersions(state, ports)
