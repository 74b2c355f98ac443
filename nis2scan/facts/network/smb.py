"""What a host with Windows file sharing shows to somebody without a name."""

from __future__ import annotations

from dataclasses import dataclass

from nis2scan.api import Answer, CannotTell, Fact, Reason, probe, reads
from nis2scan.facts.network.heard import STATES, document, rows

SMB = probe("smb 445", seconds=60)

_WORDS = {
    "smb1": ("accepted", "refused", "unknown"),
    "anonymous": ("accepted", "guest", "refused", "unknown"),
    "listed": ("yes", "refused", "unknown"),
}
_ENTRIES = ("list", "blind", "refused", "unknown")


@dataclass(frozen=True)
class Share:
    """A folder that is shared. entry: list (one may see what is in it), blind, refused or unknown.

    add: one may put files in it.
    """

    name: str
    entry: str
    add: bool


@dataclass(frozen=True)
class Smb(Fact):
    """state: open, closed, silent or guarded; the rest has a meaning when it is open.

    smb1: accepted, refused or unknown. dialect: the newest of SMB 2 and 3, "" for none. signing: signatures are
    demanded. anonymous: a session without a name is accepted, guest, refused or unknown. listed: yes, refused, unknown.
    """

    state: str
    smb1: str = "unknown"
    dialect: str = ""
    signing: bool | None = None
    anonymous: str = "unknown"
    listed: str = "unknown"
    shares: tuple[Share, ...] = ()


@reads(SMB)
def smb(answer: Answer) -> Smb:
    """The answers of the server; names of shares are its own."""
    found = document(answer)
    try:
        if found["state"] not in STATES:
            raise ValueError(found["state"])
        if found["state"] != "open":
            return Smb(found["state"])
        for name, words in _WORDS.items():
            if found[name] not in words:
                raise ValueError(name)
        shares = tuple(Share(str(row["name"]), str(row["entry"]), row["add"] is True) for row in rows(found, "shares"))
        if any(share.entry not in _ENTRIES for share in shares):
            raise ValueError("entry")
        signing, dialect = found["signing"], str(found["dialect"])
        return Smb("open", found["smb1"], dialect, signing, found["anonymous"], found["listed"], shares)
    except (KeyError, TypeError, ValueError):
        raise CannotTell(Reason.PARSE_ERROR, "the answer of a probe has another form") from None
