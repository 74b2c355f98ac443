"""What the collector knows of its own visit to a host: over which way, as whom, with which rights, at what time."""

from __future__ import annotations

import json
from dataclasses import dataclass

from nis2scan.api import SESSION, Absent, Answer, CannotTell, Fact, Reason, reads, say


@dataclass(frozen=True)
class Session(Fact):
    """platform: `linux`, `macos`, … · vantage: `local`, `ssh`, `winrm`, `file` · root: we could ask as root.

    refusal: why not, in the host's words. sent, hello_at, bye_at: the scanner's clock at connecting, at the first
    and at the last frame; hello, bye: the host's clock in those frames (seconds since 1970, UTC).
    """

    platform: str
    vantage: str
    user: str
    uid: int
    root: bool
    refusal: str
    sent: float
    hello: int
    hello_at: float
    bye: int
    bye_at: float


@dataclass(frozen=True)
class Clock(Fact):
    """How far the host's clock is from the scanner's, in seconds (positive: ahead), and how far that can be wrong."""

    skew: float
    error: float


@reads(SESSION)
def session(answer: Answer) -> Session:
    """Written by the collector itself, so a missing key is a bug or a damaged file."""
    row = json.loads(answer.text)
    return Session(
        platform=str(row["platform"]),
        vantage=str(row["vantage"]),
        user=str(row["user"]),
        uid=int(row["uid"]),
        root=bool(row["root"]),
        refusal=str(row["refusal"]),
        sent=float(row["sent"]),
        hello=int(row["hello"]),
        hello_at=float(row["hello_at"]),
        bye=int(row["bye"]),
        bye_at=float(row["bye_at"]),
    )


@reads(SESSION)
def clock(answer: Answer) -> Clock:
    """Host time in the first frame against the middle of sending and receiving; half the way is the error."""
    visit = session.read(answer)
    assert isinstance(visit, Session)  # noqa: S101 the reader above makes it
    if visit.vantage == "local":
        raise Absent(say("looked at from this machine itself: its clock would be compared with itself"))
    if visit.vantage == "file":
        raise CannotTell(Reason.OUT_OF_VANTAGE, say("delivered by file"))
    if not visit.hello:
        raise CannotTell(Reason.PARSE_ERROR, say("the host gave no time"))
    half = (visit.hello_at - visit.sent) / 2
    # The host counts whole seconds: on average half a second is lost.
    return Clock(skew=visit.hello + 0.5 - (visit.sent + half), error=half + 0.5)
