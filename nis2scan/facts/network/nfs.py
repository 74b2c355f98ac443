"""What a host exports over NFS, and to whom."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import ip_network
from typing import Any

from nis2scan.api import Answer, CannotTell, Fact, Reason, probe, reads
from nis2scan.facts.network.heard import STATES, document, rows

NFS = probe("nfs 111 2049", seconds=30)

_MOUNT = ("answered", "none", "unknown")
_EVERYBODY = {"", "*", "(everyone)", "0.0.0.0/0", "0.0.0.0/0.0.0.0", "::/0", "everyone"}


def _network(host: str) -> bool:
    try:
        return ip_network(host, strict=False).num_addresses > 1
    except ValueError:
        return False  # a name


@dataclass(frozen=True)
class Export:
    """A folder, and the hosts that it is for; nobody named means everybody."""

    path: str
    hosts: tuple[str, ...]

    @property
    def to_everybody(self) -> bool:
        return not self.hosts or any(host.lower() in _EVERYBODY for host in self.hosts)

    @property
    def networks(self) -> tuple[str, ...]:
        """Those of the hosts that are whole networks: 192.168.1.0/24, *.office.example."""
        return tuple(host for host in self.hosts if "*" in host or _network(host))


@dataclass(frozen=True)
class Nfs(Fact):
    """rpc and nfs: the state of the ports 111 and 2049. mount: whether the list was answered, none (nobody gives

    one) or unknown. versions: of NFS, as the host registered them.
    """

    rpc: str
    nfs: str
    mount: str
    versions: tuple[int, ...]
    exports: tuple[Export, ...]


def _export(row: Mapping[str, Any]) -> Export:
    hosts = tuple(rows(row, "groups"))
    if not all(isinstance(host, str) for host in hosts):
        raise TypeError("groups")
    return Export(str(row["path"]), hosts)


@reads(NFS)
def nfs(answer: Answer) -> Nfs:
    """The answers of the host; paths and names are its own."""
    found = document(answer)
    try:
        exports = tuple(_export(row) for row in rows(found, "exports"))
        seen = Nfs(found["rpc"], found["nfs"], found["mount"], tuple(map(int, rows(found, "versions"))), exports)
    except (KeyError, TypeError, ValueError):
        raise CannotTell(Reason.PARSE_ERROR, "the answer of a probe has another form") from None
    if seen.rpc not in STATES or seen.nfs not in STATES or seen.mount not in _MOUNT:
        raise CannotTell(Reason.PARSE_ERROR, "the answer of a probe has another form")
    return seen
