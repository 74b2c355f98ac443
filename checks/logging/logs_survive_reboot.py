"""LOG-LNX-001."""

from datetime import timedelta

from nis2scan.api import Absent, CannotTell, Reason, Said, Severity, Verdict, bad, check, ok, say, warn
from nis2scan.facts.linux.logs import Logs
from nis2scan.facts.linux.system import System

_FRESH = timedelta(hours=48)
"""Even a quiet machine logs its daily jobs."""


@check(
    title="The logs are gone after a restart",
    severity=Severity.HIGH,
    expected="journald or a syslog daemon writes to a disk",
    action="Keep the logs of Linux machines on disk",
    remedy="`mkdir -p /var/log/journal && systemctl restart systemd-journald`, or `Storage=persistent` in "
    "/etc/systemd/journald.conf.d/keep.conf.\nCheck: `journalctl --list-boots` shows earlier starts after a reboot.",
    limits="Sees settings, daemons and file times; it does not restart the machine.",
    catalogue=("LOG-LNX-001",),
    key=True,
)
def logs_survive_reboot(logs: Logs, system: System) -> Verdict:
    """After a crash or a break-in the first thing that happens is a restart, and with it goes what would tell why."""
    if system.app_container:
        raise Absent(say("an application container: its logs are kept by the machine it runs on"))
    kept = _kept_by(logs)
    if kept is None:
        return _lost(logs)
    if logs.in_memory:
        if logs.saver:
            return warn(say("/var/log lies in memory; {saver} copies it to disk", saver=logs.saver))
        return bad(say("/var/log lies in memory ({kind})", kind=logs.kind))
    if not logs.kind:
        raise CannotTell(Reason.UNSUPPORTED_PLATFORM, say("what /var/log is written to is not in sight"))
    return ok(kept)


def _kept_by(logs: Logs) -> Said | None:
    """Who writes logs to files, or None."""
    if logs.journald and (logs.storage == "persistent" or (logs.storage == "auto" and logs.journal_folder)):
        return say("journald keeps its journal in /var/log/journal (Storage={storage})", storage=logs.storage)
    fresh = [file for file in logs.files if logs.now - file.changed < _FRESH]
    if logs.daemons and fresh:
        return say("{daemons} writes {file}", daemons=logs.daemons, file=fresh[0].path)
    return None


def _lost(logs: Logs) -> Verdict:
    if not logs.sees_all:
        raise CannotTell(Reason.NO_PRIVILEGE, say("processes or /var/log are hidden from this user"))
    if logs.journald and not logs.storage:
        raise CannotTell(Reason.NO_PRIVILEGE, say("the settings of journald cannot be read"))
    if logs.daemons and not logs.files:
        raise CannotTell(
            Reason.UNSUPPORTED_PLATFORM, say("a syslog daemon runs, but its files are not in the usual place")
        )
    if logs.daemons:
        return bad(say("{daemons} runs, but wrote no log file for two days", daemons=logs.daemons))
    if logs.ring:
        return bad(say("syslogd writes to memory only (-C)"))
    if logs.journald:
        return bad(say("journald keeps its journal in memory (Storage={storage})", storage=logs.storage))
    return bad(say("neither journald nor a syslog daemon runs"))
