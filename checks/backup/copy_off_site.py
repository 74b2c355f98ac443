"""BAK-ANY-004."""

from __future__ import annotations

from collections.abc import Mapping

from nis2scan.api import Effort, Fleet, Now, Part, Policy, Reason, Severity, Unknown, bad, check, ok, say, warn
from nis2scan.facts.backup_copies import Kept, OffSiteWord, Place, by_answer, kept, of_office
from nis2scan.facts.backups import Backups


@check(
    title="No copy of the back-up outside the building",
    catalogue=("BAK-ANY-004",),
    severity=Severity.HIGH,
    key=True,
    effort=Effort.HALF_DAY,
    expected="A copy of the back-up is kept outside the building.",
    action="Keep a copy of the back-up outside the building",
    remedy="Add a second target: storage in the cloud (in the EU), a NAS at another branch, or disks that "
    "are taken away in turn. Encrypt it before it leaves.\n"
    "Check: put one file back from that copy.",
    limits="Measured by the addresses to which restic, borg and other programs on the machine write. Storage of the "
    "kind S3 under a public name counts as outside. A NAS at another branch, disks that are taken away and copies "
    "that a back-up server makes rest on somebody's word.",
)
def copy_off_site(word: OffSiteWord, hosts: Fleet[Backups], policy: Policy, now: Now) -> Mapping[str, Part]:
    """Fire, water and burglars take the server together with the back-up beside it."""
    seen = {host: where for host, backups in hosts.known.items() if (where := kept(backups, policy, now))}
    measured = {host: _judged(where, word) for host, where in seen.items()}
    return {**measured, "": of_office(word, hosts, measured)}


def _judged(kept: Kept, word: OffSiteWord) -> Part:
    tools = kept.tools
    match kept.place:
        case Place.OUTSIDE:
            return ok(
                say("measured: {tools} copies to storage outside the building", tools=tools), confidence=kept.sure
            )
        case Place.NEAR | Place.SHARE:
            found = say("measured: {tools} copies to another device in the network", tools=tools)
            said = say(
                "{found}; that a copy is outside the building is on somebody's word: {seen}",
                found=found,
                seen=word.seen,
            )
            return by_answer(word, said, warn(say("{found}; none was seen outside the building", found=found)))
        case Place.USB:
            found = say("measured: the copies of {tools} are on a USB disk that is attached now", tools=tools)
            said = say(
                "{found}; that another is outside the building is on somebody's word: {seen}",
                found=found,
                seen=word.seen,
            )
            return by_answer(word, said, bad(found), yes=warn(said))
        case Place.HERE:
            return bad(say("measured: the only copies seen, of {tools}, are on the machine itself", tools=tools))
    found = say("where the copies of {tools} go cannot be seen from here", tools=tools)
    return by_answer(
        word,
        say("{found}; that one is outside the building is on somebody's word: {seen}", found=found, seen=word.seen),
        Unknown(Reason.OUT_OF_VANTAGE, say("{found}; is a copy outside the building?", found=found)),
    )
