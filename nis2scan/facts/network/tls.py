"""What the ports say on which TLS is usual: the versions they accept, and their certificate."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from nis2scan.api import Answer, CannotTell, Fact, Reason, probe, reads
from nis2scan.facts.network.heard import STATES, document, rows

# HTTPS, mail and directory with TLS from the first byte, the pages of NAS and hypervisors, MQTT.
TLS = probe("tls 443 465 636 853 990 993 995 5001 5986 8006 8443 8883 9090 10000", seconds=60)

_VERSION_STATES = ("accepted", "refused", "silent", "unable")


@dataclass(frozen=True)
class Certificate:
    """names: the hosts that it is for. key and hash: how it is signed, as `RSA`, 2048 and `sha256`."""

    subject: str
    issuer: str
    names: tuple[str, ...]
    since: datetime
    until: datetime
    self_signed: bool
    key: str
    bits: int
    hash: str


@dataclass(frozen=True)
class Port:
    """state: open, closed, silent or guarded. speaks: tls, other (it answered something else) or nothing.

    versions: accepted, refused, silent, or unable (the machine that scanned does not know that version any more).
    certificate: None when none was shown, or it could not be read.
    """

    state: str
    speaks: str = "nothing"
    versions: Mapping[str, str] | None = None
    certificate: Certificate | None = None

    def having(self, state: str) -> tuple[str, ...]:
        """The versions in that state, the oldest first."""
        return tuple(sorted(name for name, value in (self.versions or {}).items() if value == state))


@dataclass(frozen=True)
class Tls(Fact):
    """The ports by number. address: of the host."""

    address: str
    ports: Mapping[int, Port]


@reads(TLS)
def tls(answer: Answer) -> Tls:
    """Our own handshakes; the words of the certificate are the host's."""
    found = document(answer)
    try:
        ports = {int(port): _port(row) for port, row in found["ports"].items()}
        address = str(found["address"])
    except (KeyError, TypeError, ValueError, AttributeError):
        raise CannotTell(Reason.PARSE_ERROR, "the answer of a probe has another form") from None
    if not ports:
        raise CannotTell(Reason.PARSE_ERROR, "the answer of a probe has another form")
    return Tls(address, ports)


def _port(row: Mapping[str, Any]) -> Port:
    state = row["state"]
    if state not in STATES:
        raise ValueError(state)
    if state != "open":
        return Port(state)
    versions = {str(name): str(value) for name, value in row["versions"].items()}
    speaks, shown = row["speaks"], row["certificate"]
    if not set(versions.values()) <= set(_VERSION_STATES) or speaks not in ("tls", "other", "nothing"):
        raise ValueError(speaks)
    return Port(state, speaks, versions, None if shown is None else _certificate(shown))


def _certificate(row: Mapping[str, Any]) -> Certificate:
    key, bits = row["key"]
    since, until = (datetime.fromisoformat(row[name]) for name in ("from", "until"))
    if since.tzinfo is None or until.tzinfo is None:
        raise ValueError("a time without a zone")
    words = {name: str(row[name]) for name in ("subject", "issuer", "hash")}
    names = tuple(map(str, rows(row, "names")))
    self_signed = row["self_signed"] is True
    return Certificate(names=names, since=since, until=until, self_signed=self_signed, key=str(key), bits=bits, **words)
