"""LOG-LNX-003."""

from __future__ import annotations

from nis2scan.api import Absent, CannotTell, Reason, Severity, Verdict, bad, check, ok, say
from nis2scan.facts.linux.own_logon import OwnLogon
from nis2scan.facts.linux.system import System

_OF_LOGONS = {"journal", "/var/log/auth.log", "/var/log/secure"}


@check(
    title="Logons do not reach the log",
    catalogue=("LOG-LNX-003",),
    severity=Severity.HIGH,
    expected="the logon of this scan stands in the log",
    action="Make logons reach the log again",
    remedy="`systemctl restart systemd-journald rsyslog`; look for a full disk with `df /var/log`; `LogLevel INFO` in "
    "/etc/ssh/sshd_config, then `systemctl reload ssh`.\n"
    "Check: log in once more; `journalctl -t sshd -t sshd-session -n 5` shows it.",
    limits="Looks for one logon over SSH in the usual places. Other events may still be missing.",
    platforms=("linux",),
)
def own_logon_logged(logon: OwnLogon, system: System) -> Verdict:
    """Settings may look right while nothing is written; a logon that was really made and is not there proves it."""
    if logon.found:
        return ok(say("the logon of this scan stands in {logs}", logs=logon.found))
    if system.app_container:
        raise Absent(say("an application container: its logs are kept by the machine it runs on"))
    if logon.unread:
        raise CannotTell(Reason.NO_PRIVILEGE, say("not all logs can be read by this user: {logs}", logs=logon.unread))
    streams = _OF_LOGONS.intersection(logon.read) or {"/var/log/messages"}.intersection(logon.read)
    if not streams:
        raise CannotTell(Reason.UNSUPPORTED_PLATFORM, say("no log was found in the usual places"))
    return bad(say("the logon of this scan does not stand in {logs}", logs=tuple(sorted(streams))))
