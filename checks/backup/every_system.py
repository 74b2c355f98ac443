"""BAK-ANY-001."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from nis2scan.api import Effort, Fleet, Now, Part, Policy, Reason, Severity, Unknown, bad, check, ok, say
from nis2scan.facts.backup_copies import unknown_of
from nis2scan.facts.backup_record import Backup, age
from nis2scan.facts.backups import Backups


@check(
    title="A system is in no back-up",
    catalogue=("BAK-ANY-001",),
    severity=Severity.CRITICAL,
    key=True,
    effort=Effort.HOUR,
    expected="Every system is in a back-up that succeeded in the last {backup_max_hours} hours; a workstation in the "
    "last {backup_client_max_hours} hours.",
    action="Put every system into a back-up",
    remedy="Put the system into a job that exists already first: the image of the virtual machine, or the agent of the "
    "back-up server. Add its files and databases after that.\n"
    "Check: the list of the back-up program names the system, with a copy of this week.",
    limits="Sees back-ups that a machine makes itself. One that a hypervisor, a NAS or a back-up server makes of it is "
    "not seen yet: then it is asked, never failed. Whether everything on a machine is in its back-up is not seen.",
)
def every_system(hosts: Fleet[Backups], policy: Policy, now: Now) -> Mapping[str, Part]:
    """The system that nobody put into the back-up is the one that is missed after a fire. New machines and databases
    are forgotten most of all.
    """
    judged: dict[str, Part] = {host: _judged(backups, policy, now) for host, backups in hosts.known.items()}
    for host, why in hosts.unknown.items():
        judged[host] = unknown_of(why)
    return judged


def _judged(backups: Backups, policy: Policy, now: Now) -> Part:
    """One job that works is enough here; whether each of them works is judged by other checks."""
    own = [record for record in backups.records if not record.of_others]
    seen = [record for record in own if record.last_success is not None and not _ahead(record, now)]
    if not seen:
        return _not_seen(backups)
    newest = min(seen, key=lambda record: age(record.last_success or now, now))
    hours = age(newest.last_success or now, now) / timedelta(hours=1)
    found = say("{job}: last good back-up {when}", job=newest.name, when=newest.last_success)
    as_client = hours <= policy.backup_client_max_hours
    if hours <= policy.backup_max_hours or (backups.workstation and as_client):
        return ok(found, confidence=newest.confidence)
    if backups.blind is not None:
        return backups.blind
    if backups.workstation is None and as_client:
        return Unknown(Reason.NOT_ASKED, say("it is not known whether this is a server or a workstation"))
    return bad(say("no back-up works any more; {found}", found=found))


def _ahead(record: Backup, now: Now) -> bool:
    return record.last_success is not None and age(record.last_success, now) < timedelta(hours=-1)


def _not_seen(backups: Backups) -> Part:
    if backups.blind is not None:
        return backups.blind
    if backups.records and all(record.of_others for record in backups.records):
        return Unknown(Reason.OUT_OF_VANTAGE, say("it makes back-ups of other machines; who makes one of it?"))
    if backups.records:
        return Unknown(Reason.OUT_OF_VANTAGE, say("a job was found, but no trace of a run that succeeded"))
    return Unknown(
        Reason.OUT_OF_VANTAGE,
        say("no back-up was found on this machine; is it backed up from elsewhere, and by what?"),
    )
