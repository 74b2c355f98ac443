"""BAK-ANY-006."""

from __future__ import annotations

from collections.abc import Mapping

from nis2scan.api import (
    Effort,
    Fleet,
    Message,
    NotThere,
    Now,
    Part,
    Policy,
    Reason,
    Severity,
    Unknown,
    bad,
    check,
    say,
    warn,
)
from nis2scan.facts.backup_copies import live, unknown_of
from nis2scan.facts.backups import Backups
from nis2scan.facts.machine import Machine
from nis2scan.facts.stand_ins import StandIns


@check(
    title="Sync, snapshots or RAID instead of a back-up",
    catalogue=("BAK-ANY-006",),
    severity=Severity.MEDIUM,
    effort=Effort.HALF_DAY,
    expected="Beside snapshots, mirrored disks and synchronised folders there is a back-up with older copies, "
    "elsewhere.",
    action="Make a real back-up beside sync, snapshots and RAID",
    remedy="Add a back-up that keeps older copies on another device: restic or Borg to a NAS and to the cloud, or the "
    "agent of the back-up server.\n"
    "Snapshots of ZFS or btrfs that are sent to another machine (syncoid, btrbk with a target) are a back-up.\n"
    "Check: an older version of one file can be put back from the other device.",
    limits="Knows Timeshift, snapper, sanoid, btrbk, ZFS, software RAID and the programs of well-known sync services. "
    "A back-up that is made of the machine from elsewhere is not seen. RAID cards are not seen. On Windows: "
    "shadow copies, File History, OneDrive and such programs, of users who are signed in.",
)
def no_stand_in(
    seen: Fleet[StandIns], backups: Fleet[Backups], machines: Fleet[Machine], policy: Policy, now: Now
) -> Mapping[str, Part]:
    """What is deleted or encrypted by ransomware is deleted or encrypted on the mirror and in the synchronised folder
    at once; snapshots die with their disk.
    """
    judged: dict[str, Part] = {}
    for host, found in seen.known.items():
        judged[host] = _judged(found, backups.known.get(host), _softer(found, machines.known.get(host)), policy, now)
    for host, why in seen.unknown.items():
        judged[host] = unknown_of(why)
    return judged


def _softer(found: StandIns, machine: Machine | None) -> bool:
    """An image of a virtual machine is likely made elsewhere; OneDrive keeps versions of a person's files for a month;
    RAID is seldom meant as a back-up; and what was not looked at may be the back-up.
    """
    virtual = machine is None or bool(machine.virtual)
    own_files = machine is not None and machine.workstation and found.sync == ("OneDrive",) and not found.snapshots
    return virtual or own_files or not found.whole or not (found.snapshots or found.sync)


def _judged(found: StandIns, backups: Backups | None, softer: bool, policy: Policy, now: Now) -> Part:
    """Only what was seen is held against somebody; that a back-up exists beside it settles the matter."""
    own = [record for record in backups.records if not record.of_others] if backups is not None else []
    working = [record for record in own if live(record, policy, now)]
    if real := [record.name for record in working if record.history is not False]:
        return NotThere(say("there is a back-up: {jobs}", jobs=real))
    mirrors = tuple(record.name for record in working)
    things = _things(found, mirrors)
    if not things:
        if not found.whole:
            return Unknown(Reason.NO_PRIVILEGE, say("not everything could be looked at"))
        return NotThere(say("no snapshots, mirrored disks or programs that synchronise were found"))
    if backups is None:
        return Unknown(Reason.NOT_ASKED)
    if backups.blind is not None:
        return backups.blind
    if found.sent:
        return Unknown(Reason.OUT_OF_VANTAGE, say("snapshots are sent elsewhere; whether that succeeds is not seen"))
    only = say("the only thing found is {things}", things=things)
    if softer or mirrors:
        return warn(say("{only}; is this machine backed up from elsewhere?", only=only))
    return bad(only)


def _things(found: StandIns, mirrors: tuple[str, ...]) -> tuple[Message, ...]:
    kinds = (
        (mirrors, say("a copy that writes over the one before ({names})", names=mirrors)),
        (found.snapshots, say("snapshots on the same disks ({names})", names=found.snapshots)),
        (found.raid, say("mirrored disks ({names})", names=found.raid)),
        (found.sync, say("folders that are synchronised ({names})", names=found.sync)),
    )
    return tuple(text for names, text in kinds if names)
