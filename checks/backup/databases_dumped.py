"""BAK-LNX-005."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from nis2scan.api import (
    Confidence,
    Effort,
    NotThere,
    Now,
    Part,
    Policy,
    Reason,
    Severity,
    Unknown,
    check,
    ok,
    say,
    warn,
)
from nis2scan.facts.backup_copies import live
from nis2scan.facts.backup_record import FAILED, age
from nis2scan.facts.backups import Backups
from nis2scan.facts.linux.databases import Databases


@check(
    title="A database is copied while it runs",
    catalogue=("BAK-LNX-005",),
    severity=Severity.MEDIUM,
    effort=Effort.HOUR,
    expected="Of every database there is a dump of the last {backup_ok_hours} hours, or the back-up makes one first.",
    action="Dump databases before they are backed up",
    remedy="Let the back-up make a dump first: mariadb-dump --single-transaction --all-databases, pg_dumpall or "
    "pgBackRest, mongodump; borgmatic has `mariadb_databases:` and `postgresql_databases:` for it.\n"
    "Keep the dump in /var/backups, where the back-up takes it along.\n"
    "Check: the newest dump is of last night, and can be put back on a test machine.",
    limits="Sees dumps in the usual folders for back-ups and steps in scripts, units and settings. Whether a dump is "
    "whole, and of which database, is not seen; nor dumps inside containers, nor what the agent of a back-up "
    "server does.",
    platforms=("linux",),
)
def databases_dumped(databases: Databases, backups: Backups, policy: Policy, now: Now) -> Mapping[str, Part]:
    """The files of a database change while they are copied: such a copy often cannot be put back. A dump can."""
    return {engine: _judged(engine, databases, backups, policy, now) for engine in databases.engines}


def _judged(engine: str, seen: Databases, backups: Backups, policy: Policy, now: Now) -> Part:
    own = seen.own.get(engine)
    if own == 0 and engine not in seen.dumps:
        return Unknown(
            Reason.OUT_OF_VANTAGE,
            say("in the usual folder are only the databases that came with it; does it keep others elsewhere?"),
        )
    if own == 1 and seen.director:
        return NotThere(say("its only database is that of the back-up server"))
    dumped = seen.dumps.get(engine)
    if dumped is None and len(seen.engines) == 1:
        dumped = seen.dumps.get("any")
    if dumped is not None and age(dumped, now) >= timedelta(hours=-1):
        found = say("newest dump {when}", when=dumped)
        if age(dumped, now) <= timedelta(hours=policy.backup_ok_hours):
            return ok(found, confidence=Confidence.DERIVED)
        if engine not in seen.hooks:
            return warn(found, confidence=Confidence.DERIVED)
    return _without_dump(engine, seen, backups, policy, now)


def _dumping(backups: Backups, policy: Policy, now: Now) -> list[str]:
    """The jobs that can have made the dump: of a program that dumps first, fresh, and not failed since."""
    able = [record for record in backups.records if record.tool in ("borg", "restic", "duplicity")]
    if any(record.last_result == FAILED for record in able):
        return []
    recent = timedelta(hours=policy.backup_ok_hours)
    return [r.name for r in able if r.last_success and timedelta(hours=-1) <= age(r.last_success, now) <= recent]


def _without_dump(engine: str, seen: Databases, backups: Backups, policy: Policy, now: Now) -> Part:
    """A dump that the back-up itself makes counts when that works. Files copied without any: a warning."""
    jobs = [record.name for record in backups.records if live(record, policy, now)]
    if engine in seen.hooks and (fresh := _dumping(backups, policy, now)):
        return ok(say("the back-up dumps it first, and {jobs} works", jobs=fresh), confidence=Confidence.DERIVED)
    if engine in seen.steps:
        return Unknown(Reason.OUT_OF_VANTAGE, say("a step that dumps it is set up; no trace of a dump was seen"))
    if not seen.whole:
        return Unknown(Reason.NO_PRIVILEGE, say("not everything could be looked at"))
    if "any" in seen.dumps:
        return Unknown(Reason.OUT_OF_VANTAGE, say("there are dumps, but their names do not say of what"))
    if jobs:
        return warn(say("no dump of it was seen; {jobs} copies its files while it runs, or not at all", jobs=jobs))
    return Unknown(Reason.OUT_OF_VANTAGE, say("no dump and no back-up of it was seen; who makes one?"))
