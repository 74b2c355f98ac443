"""BAK-LNX-004."""

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
    bad,
    check,
    ok,
    say,
    warn,
)
from nis2scan.facts.backup_jobs import judged_job
from nis2scan.facts.backup_others import of_agents, silent_agents
from nis2scan.facts.backup_record import FAILED, OK, WARNINGS, age
from nis2scan.facts.backups import ProductJobs
from nis2scan.facts.linux.backup_agents import BackupAgents, Session


@check(
    title="The back-up agent fails or has stopped",
    catalogue=("BAK-LNX-004",),
    severity=Severity.HIGH,
    effort=Effort.HOUR,
    expected="The newest session of every job of the agent succeeded, in the last {backup_client_max_hours} hours.",
    action="Get the back-up running again",
    remedy="Look at the job on the back-up server: Veeam, Bareos, Bacula, Acronis, UrBackup or Proxmox says there what "
    "went wrong. On the machine: veeamconfig session list; systemctl status NAME.service.\n"
    "Usual causes: the server is full, its certificate or password was changed, the licence has ended.\n"
    "Check: the newest session on the server says success.",
    limits="Reads the logs of the Veeam agent on the machine, and units and cron for the clients of Proxmox, Kopia, "
    "Duplicacy and Duplicati. Bareos, Bacula, Acronis, UrBackup and jobs that a Veeam server manages are known to "
    "their server only. The logs of Veeam were learned from descriptions.",
    platforms=("linux",),
)
def agent_jobs(agents: BackupAgents, jobs: ProductJobs, policy: Policy, now: Now) -> Mapping[str, Part]:
    """An agent that runs says nothing about its back-ups: a licence that ended or a full server stops them quietly."""
    judged: dict[str, Part] = {record.name: judged_job(record, policy, now) for record in jobs.records}
    judged |= {f"veeam: {session.job}": _judged(session, policy, now) for session in agents.sessions}
    told = [*jobs.records, *of_agents(agents)]
    for product in silent_agents(agents, told):
        judged[product] = _silent(product, agents)
    return judged


def _judged(session: Session, policy: Policy, now: Now) -> Part:
    """Failing twice is no chance; once, with a good session not long before, deserves attention."""
    if session.newest == session.before == FAILED:
        return bad(say("the last two sessions failed"), confidence=Confidence.DERIVED)
    when = session.last_good
    if when is None:
        return Unknown(Reason.OUT_OF_VANTAGE, say("sessions were found, but none that is known to have succeeded"))
    if age(when, now) < timedelta(hours=-1):
        return Unknown(Reason.PARSE_ERROR, say("the last back-up is dated ahead: {when}", when=when))
    found = say("last good back-up {when}", when=when)
    if age(when, now) > timedelta(hours=policy.backup_client_max_hours):
        return bad(say("it does not run any more; {found}", found=found), confidence=Confidence.DERIVED)
    if session.newest == OK:
        return ok(found, confidence=Confidence.DERIVED)
    if session.newest == WARNINGS:
        return warn(say("the newest session ended with warnings; {found}", found=found), confidence=Confidence.DERIVED)
    if session.newest == FAILED:
        return warn(say("the newest run failed; {found}", found=found), confidence=Confidence.DERIVED)
    return warn(say("how the newest session ended is not known; {found}", found=found), confidence=Confidence.DERIVED)


def _silent(product: str, agents: BackupAgents) -> Unknown:
    if (when := agents.contact.get(product)) is not None:
        text = say("its server last had to do with it on {when}; whether back-ups succeed is known there", when=when)
        return Unknown(Reason.OUT_OF_VANTAGE, text)
    if agents.installed.get(product):
        return Unknown(Reason.OUT_OF_VANTAGE, say("it runs; only its server knows whether back-ups succeed"))
    return Unknown(
        Reason.OUT_OF_VANTAGE, say("it is installed; no service that runs and no trace of a back-up was seen")
    )
