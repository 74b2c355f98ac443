"""What a host exports over NFS, and to whom."""

from __future__ import annotations

from dataclasses import dataclass

from nis2scan.api import Answer, CannotTell, Fact, Reason, probe, reads
from nis2scan.facts.network.heard import STATES, document

NFS = probe("nfs 111 2049", seconds=30)

_MOUNT = ("answered", "none", "unknown")
_EVERYBODY = {"*", "(everyone)", "0.0.0.0/0", "0.0.0.0/0.0.0.0", "::/0", "everyone"}


@dataclass(frozen=True)
class Export:
    """A folder, and the hosts that it is for; nobody named means everybody."""

    path: str
    hosts: tuple[str, ...]

    @property
    def to_everybody(self) -> bool:
        return not self.hosts or any(host.lower() in _EVERYBODY for host in self.hosts)


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


@reads(NFS)
def nfs(answer: Answer) -> Nfs:
    """The answers of the host; paths and names are its own."""
    found = document(answer)
    try:
        exports = tuple(Export(str(row["path"]), tuple(map(str, row["groups"]))) for row in found["exports"])
        seen = Nfs(found["rpc"], found["nfs"], found["mount"], tuple(map(int, found["versions"])), exports)
    except (KeyError, TypeError, ValueError):
        raise CannotTell(Reason.PARSE_ERROR, "the answer of a probe has another form") from None
    if seen.rpc not in STATES or seen.nfs not in STATES or seen.mount not in _MOUNT:
        raise CannotTell(Reason.PARSE_ERROR, "the answer of a probe has another form")
    return seen
