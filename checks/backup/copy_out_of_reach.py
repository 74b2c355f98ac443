"""BAK-ANY-005."""

from __future__ import annotations

from collections.abc import Mapping

from nis2scan.api import Effort, Fleet, Message, Now, Part, Policy, Reason, Severity, Unknown, bad, check, say, warn
from nis2scan.facts.backup_copies import Kept, OutOfReachWord, Place, by_answer, kept, of_office
from nis2scan.facts.backups import Backups


@check(
    title="An intruder can erase the back-ups",
    catalogue=("BAK-ANY-005",),
    severity=Severity.CRITICAL,
    key=True,
    effort=Effort.HALF_DAY,
    expected="A copy of the back-up is offline or cannot be erased, not even by an administrator.",
    action="Keep a copy of the back-up that an intruder cannot erase",
    remedy="Use storage that cannot be erased for some weeks (object lock, immutable snapshots, "
    "append-only), or disks that are unplugged and changed in turn.\n"
    "Take the back-up server out of the domain, and give it its own account with a second factor.\n"
    "Check: make a test copy and try to erase it with the account that makes the back-ups; it must be refused.",
    limits="Measured is whether the copies lie on disks or shares that are attached to the machine now. Whether the "
    "other side refuses to erase them cannot be seen from the machine and rests on somebody's word.",
)
def copy_out_of_reach(word: OutOfReachWord, hosts: Fleet[Backups], policy: Policy, now: Now) -> Mapping[str, Part]:
    """Ransomware looks for the back-ups first and erases them, with the rights that it has taken."""
    seen = {host: where for host, backups in hosts.known.items() if (where := kept(backups, policy, now))}
    measured = {host: _judged(where, word) for host, where in seen.items()}
    return {**measured, "": of_office(word, hosts, measured)}


def _judged(kept: Kept, word: OutOfReachWord) -> Part:
    """Attached now: whoever is root there can erase it now. Somebody's word can soften that, never undo it."""
    tools = kept.tools
    if kept.place is Place.HERE:
        return bad(say("measured: the only copies seen, of {tools}, are on the machine itself", tools=tools))
    if kept.place in (Place.USB, Place.SHARE):
        found = say("measured: the copies of {tools} are on a disk or share that is attached now", tools=tools)
        return by_answer(word, _said(found, word), bad(found), yes=warn(_said(found, word)))
    found = say("measured: {tools} copies to another machine", tools=tools)
    if kept.place is Place.UNSAID:
        found = say("where the copies of {tools} go cannot be seen from here", tools=tools)
    question = say("{found}; can this machine erase them there?", found=found)
    return by_answer(word, _said(found, word), Unknown(Reason.OUT_OF_VANTAGE, question))


def _said(found: Message, word: OutOfReachWord) -> Message:
    return say("{found}; whether they can be erased is on somebody's word: {seen}", found=found, seen=word.seen)
