"""Back-ups of a Mac in the words of every system: Time Machine, and that programs of others are there."""

from __future__ import annotations

from nis2scan.api import Absent, Answer, CannotTell, Confidence, Message, Reason, Unknown, reads, say
from nis2scan.facts.backup_record import UNKNOWN, Backup
from nis2scan.facts.backups import Backups
from nis2scan.facts.linux.timers import Target
from nis2scan.facts.macos.running import INSTALLED, MacInstalled, mac_installed
from nis2scan.facts.macos.time_machine import OTHERS, SETTINGS, Destination, TimeMachine, time_machine


@reads(SETTINGS, INSTALLED)
def backups(settings: Answer, installed: Answer) -> Backups:
    """Home-made ways (scripts, restic, Borg) are not looked for: without Time Machine nobody can say there is none."""
    records: tuple[Backup, ...] = ()
    unread: dict[str, Unknown] = {}
    try:
        found = time_machine.read(settings)
        assert isinstance(found, TimeMachine)  # noqa: S101 the reader makes it
        records = tuple(_record(place, found.automatic) for place in found.destinations)
    except Absent:
        pass
    except CannotTell as why:
        unread["Time Machine"] = _unknown(why)
    try:
        there = mac_installed.read(installed)
        assert isinstance(there, MacInstalled)  # noqa: S101 the reader makes it
        if others := sorted({name for path, name in OTHERS.items() if path in there.paths}):
            told = say("{products} runs here; only its server knows whether back-ups succeed", products=others)
            unread["agents"] = Unknown(Reason.OUT_OF_VANTAGE, told)
    except CannotTell as why:
        unread["agents"] = _unknown(why)
    if not records:
        unread["scripts"] = Unknown(Reason.NOT_ASKED, say("other ways of making back-ups are not looked for"))
    return Backups(records, unread, workstation=True)


def _record(place: Destination, automatic: bool) -> Backup:
    """That a copy is encrypted rests on a word that no real Mac has confirmed: only its opposite is told."""
    kind = "lan" if place.network else "usb"
    return Backup(
        tool="Time Machine",
        job=place.name,
        last_success=place.newest,
        confidence=Confidence.DERIVED,
        last_result=UNKNOWN,
        scheduled=automatic,
        # Whether the disk is attached all the time or in a bag is not seen, so where it is stays a question.
        targets=(Target("Time Machine", "lan", "smb") if place.network else Target("Time Machine", "other", "local"),),
        encrypted=False if place.encrypted is False else None,
        plain_at=(kind,) if place.encrypted is False else (),
        history=True,
    )


def _unknown(why: CannotTell) -> Unknown:
    return Unknown(why.reason, why.detail if isinstance(why.detail, (str, Message)) else str(why.detail))
