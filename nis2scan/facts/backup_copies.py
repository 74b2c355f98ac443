"""Where the copies of a host lie, as far as that can be measured, and what people say about it: the two side by side.

A statement never beats a measurement. It may fill in what nobody can see from here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from nis2scan.api import (
    Absent,
    CannotTell,
    Confidence,
    Fact,
    Fleet,
    Maybe,
    Message,
    NotThere,
    Now,
    Part,
    Policy,
    Reason,
    Unknown,
    Verdict,
    bad,
    derives,
    ok,
    say,
    warn,
)
from nis2scan.facts.backup_record import Backup, age
from nis2scan.facts.backups import Backups
from nis2scan.facts.linux.cover import Cover
from nis2scan.facts.linux.storage import Storage
from nis2scan.facts.people.said import CopyOffSite, CopyOutOfReach
from nis2scan.facts.people.statement import Statement, settled
from nis2scan.facts.windows.covers import DiskCovers


class Place(StrEnum):
    """The best place that a copy was seen to go to, the best first. `unsaid`: not known, or behind a name."""

    OUTSIDE = "outside"
    UNSAID = "unsaid"
    NEAR = "near"
    SHARE = "share"
    USB = "usb"
    HERE = "here"


@dataclass(frozen=True)
class Kept:
    """Where the copies of one host go. sure: no guess was needed. tools: which programs make them."""

    place: Place
    sure: Confidence
    tools: tuple[str, ...]


@dataclass(frozen=True)
class Word(Fact):
    """What somebody says, when it still counts: yes, partly, no or not_applicable; else "" and `why`."""

    answer: str
    seen: Message
    why: Unknown


@dataclass(frozen=True)
class OffSiteWord(Word):
    """About a copy outside the building."""


@dataclass(frozen=True)
class OutOfReachWord(Word):
    """About a copy that nobody can erase."""


@derives
def off_site_word(said: Maybe[CopyOffSite], policy: Policy, now: Now) -> OffSiteWord:
    """Never missing: what nobody says adds nothing to what is measured."""
    return OffSiteWord(*_word(said.value, said.why, policy, now))


@derives
def out_of_reach_word(said: Maybe[CopyOutOfReach], policy: Policy, now: Now) -> OutOfReachWord:
    """Never missing: what nobody says adds nothing to what is measured."""
    return OutOfReachWord(*_word(said.value, said.why, policy, now))


_NO_WORD = say("nobody has answered")


def _word(said: Statement | None, why: Exception | None, policy: Policy, now: Now) -> tuple[str, Message, Unknown]:
    if said is None:
        return "", _NO_WORD, unknown_of(why)
    try:
        return settled(said, policy, now).answer, said.seen, Unknown(Reason.UNANSWERED)
    except Absent:
        return "not_applicable", said.seen, Unknown(Reason.UNANSWERED)
    except CannotTell as cannot:
        return "", said.seen, unknown_of(cannot)


def unknown_of(why: Exception | None) -> Unknown:
    """The part that could not be judged, for the same reason."""
    if not isinstance(why, CannotTell):
        return Unknown(Reason.UNANSWERED)
    return Unknown(why.reason, why.detail if isinstance(why.detail, (str, Message)) else str(why.detail))


# ---- where copies go -----------------------------------------------------------------------------


def live(record: Backup, policy: Policy, now: Now) -> bool:
    """It made a copy not too long ago; where an older one went says little about the next."""
    if record.last_success is None:
        return False
    old = age(record.last_success, now)
    return timedelta(hours=-1) <= old <= timedelta(hours=policy.backup_client_max_hours)


def kept(backups: Backups, policy: Policy, now: Now) -> Kept | None:
    """The best place among the jobs that work; None when no job was seen to work.

    What could not be looked at may be better than what was seen: then even the best place seen is no last word.
    """
    records = [record for record in backups.records if live(record, policy, now)]
    if not records:
        return None
    found = [(_place(record, backups.records), record) for record in records]
    best = min((place for place, _ in found), key=list(Place).index)
    tools = tuple(dict.fromkeys(record.name for place, record in found if place is best))
    if backups.unread and best is not Place.OUTSIDE:
        best = Place.UNSAID
    s3 = any(target.scheme == "s3" for place, record in found if place is best for target in record.targets)
    sure = [record.confidence for place, record in found if place is best]
    measured = Confidence.MEASURED in sure and not s3
    return Kept(best, Confidence.MEASURED if measured else Confidence.DERIVED, tools)


def _place(record: Backup, every: Iterable[Backup]) -> Place:
    """One job. When its tool has several places, the one that the last copy went to is not known."""
    kinds = {
        # without its host, storage of the kind S3 may as well stand in the next room
        Place.UNSAID if target.scheme == "s3" and not target.host else _kind(target.kind, target.scheme, record.here)
        for target in record.targets
    }
    if kinds == {Place.OUTSIDE}:
        return Place.OUTSIDE
    jobs = sum(1 for other in every if other.tool == record.tool)
    if not kinds or kinds & {Place.OUTSIDE, Place.UNSAID} or jobs > len(record.targets):
        return Place.UNSAID
    return min(kinds, key=list(Place).index)


def _kind(kind: str, scheme: str, here: bool | None) -> Place:
    """A folder whose repository is not there now may be a disk that was taken away."""
    if kind == "cloud":
        return Place.OUTSIDE
    if kind == "lan":
        return Place.SHARE if scheme == "local" else Place.NEAR
    if kind == "usb":
        return Place.USB
    return Place.HERE if kind == scheme == "local" and here else Place.UNSAID  # localhost may be a tunnel


# ---- what they lie on ----------------------------------------------------------------------------


@dataclass(frozen=True)
class CopyDisks(Fact):
    """What all fixed disks and all removable disks of a host are; unknown when they differ or were not read."""

    fixed: Cover
    removable: Cover


@derives
def copy_disks(storage: Maybe[Storage], covers: Maybe[DiskCovers]) -> CopyDisks:
    """Never missing: disks that could not be read cover nothing. A machine has either Linux or Windows."""
    if covers.value is not None:
        return CopyDisks(_same(covers.value.fixed), _same(covers.value.removable))
    volumes = storage.value.volumes if storage.value is not None else ()
    fixed, removable = ({v.ways.cover for v in volumes if v.removable is kind} for kind in (False, True))
    return CopyDisks(_same(fixed), _same(removable))


def _same(covers: Set[Cover]) -> Cover:
    return next(iter(covers)) if len(covers) == 1 else Cover.UNKNOWN


# ---- the word beside it --------------------------------------------------------------------------


def by_answer(word: Word, found: Message, otherwise: Part, yes: Part | None = None) -> Part:
    """What people say decides where nothing was measured. `otherwise`: when nobody says anything that counts."""
    match word.answer:
        case "yes":
            return yes or ok(found, confidence=Confidence.ATTESTED)
        case "partly":
            return warn(found, confidence=Confidence.ATTESTED)
        case "no":
            return bad(found, confidence=Confidence.ATTESTED)
    return otherwise


def of_office(word: Word, hosts: Fleet[Backups], measured: Mapping[str, Part]) -> Part:
    """The statement itself: it counts where nothing was measured, and is no pass when a measurement speaks against."""
    against = sorted(h for h, part in measured.items() if isinstance(part, Verdict) and part.outcome == "fail")
    alone = sorted({*hosts.known, *hosts.absent, *hosts.unknown} - measured.keys())
    seen: Message = word.seen
    if word.answer == "not_applicable":
        return NotThere(seen)
    if word.answer == "yes" and against:
        found = say("{seen}; what was measured speaks against it on {hosts}", seen=seen, hosts=against)
        return warn(found, confidence=Confidence.ATTESTED)
    if alone and measured:
        seen = say("{seen}; for {hosts} nothing was measured: there it is this word alone", seen=seen, hosts=alone)
    return by_answer(word, seen, word.why)
