"""BAK-ANY-002."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from nis2scan.api import (
    Confidence,
    Effort,
    Now,
    Part,
    Policy,
    Reason,
    Severity,
    Unknown,
    Verdict,
    bad,
    check,
    ok,
    say,
    warn,
)
from nis2scan.facts.backup_record import FAILED, WARNINGS, Backup, age
from nis2scan.facts.backups import Backups


@check(
    title="The last good back-up is too old",
    catalogue=("BAK-ANY-002",),
    severity=Severity.CRITICAL,
    key=True,
    effort=Effort.HOUR,
    expected="A back-up succeeded in the last {backup_ok_hours} hours; on a workstation in the last "
    "{backup_client_ok_hours} hours.",
    action="Get the back-up running again",
    remedy="Read what the last run said: journalctl -u NAME.service -n 100, or the mail of cron.\n"
    "Usual causes: the target is full, a password or key was changed, the disk or share is not attached, the account "
    "is locked.\n"
    "Start it by hand and wait for its end: systemctl start NAME.service\n"
    "Check: systemctl show -p Result,ExecMainStatus NAME.service says success and 0. On Windows `wbadmin get "
    "versions`, or the last session in Veeam.",
    limits="Sees restic, Borg, other programs and scripts on the machine itself. A back-up of the whole virtual "
    "machine, or one that a NAS or a back-up server fetches, is not seen. On a laptop the hours that it was off count "
    "too. On Windows: its own back-up, Veeam and Azure Backup.",
)
def recent_backup(backups: Backups, policy: Policy, now: Now) -> Mapping[str, Part]:
    """What was made since the last good copy is lost when a disk dies or ransomware strikes. A back-up that stopped
    tells nobody.
    """
    judged: dict[str, Part] = {}
    for record in backups.records:
        name = record.name
        while name in judged:  # two jobs of one name, as Veeam allows: none may hide the other
            name += "'"
        judged[name] = _part(record, backups.workstation, policy, now)
    if judged:
        return {**backups.unread, **judged}
    if backups.blind is not None:
        return {"": backups.blind}
    question = say("no back-up was found on this machine; is it backed up from elsewhere, and by what?")
    return {"": Unknown(Reason.OUT_OF_VANTAGE, question)}


def _part(record: Backup, workstation: bool | None, policy: Policy, now: Now) -> Part:
    if record.last_success is None:
        return Unknown(Reason.OUT_OF_VANTAGE, say("a job was found, but no trace of a run that succeeded"))
    old = age(record.last_success, now)
    if old < timedelta(hours=-1):
        return Unknown(Reason.PARSE_ERROR, say("the last back-up is dated ahead: {when}", when=record.last_success))
    as_server = _by_age(record, old, policy.backup_ok_hours, policy.backup_max_hours)
    as_client = _by_age(record, old, policy.backup_client_ok_hours, policy.backup_client_max_hours)
    if workstation is None and as_server.outcome is not as_client.outcome:
        return Unknown(Reason.NOT_ASKED, say("it is not known whether this is a server or a workstation"))
    return as_client if workstation else as_server


def _by_age(record: Backup, old: timedelta, ok_hours: int, max_hours: int) -> Verdict:
    hours = old / timedelta(hours=1)
    how = record.confidence
    found = say("last good back-up {when}, {hours} hours ago", when=record.last_success, hours=round(hours))
    if how is Confidence.DERIVED:
        found = say(
            "last good back-up at the latest {when}, {hours} hours ago", when=record.last_success, hours=round(hours)
        )
    if hours > max_hours:
        return bad(found, confidence=how)
    if hours > ok_hours:
        return warn(found, confidence=how)
    if record.last_result == FAILED:
        return warn(say("the newest run failed; {found}", found=found), confidence=how)
    if record.last_result == WARNINGS:
        return ok(say("some files could not be read; {found}", found=found), confidence=how)
    return ok(found, confidence=how)
