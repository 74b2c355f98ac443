"""LOG-LNX-002."""

from datetime import timedelta

from nis2scan.api import Absent, CannotTell, Policy, Reason, Severity, Verdict, bad, check, ok, say, warn
from nis2scan.facts.linux.log_history import LogHistory
from nis2scan.facts.linux.system import System
from nis2scan.facts.log_forwarding import LogsElsewhere

_DAY = timedelta(days=1)
_ROTATION = 2
"""Days. Four weekly files, the usual setting, reach back 28 to 35 days depending on the day of the week."""


@check(
    title="The logs do not go back far enough",
    severity=Severity.MEDIUM,
    expected="lines about logons of at least {log_retention_ok_days} days ago; 180 days is advised",
    action="Keep logs longer",
    remedy="/etc/systemd/journald.conf.d/keep.conf: `[Journal]`, `SystemMaxUse=4G`, `MaxRetentionSec=6month`, then "
    "`systemctl restart systemd-journald`. Where rsyslog writes: `weekly` and `rotate 26` in "
    "/etc/logrotate.d/rsyslog.\n"
    "Check after some weeks: `journalctl --system | head -n 1`.",
    limits="Measures the oldest line in the usual places; gaps in between are not seen.",
    catalogue=("LOG-LNX-002",),
    key=True,
)
def log_history(history: LogHistory, system: System, elsewhere: LogsElsewhere, policy: Policy) -> Verdict:
    """A break-in is often found only months later; without logs of that time nobody can say what was taken."""
    if system.app_container:
        raise Absent(say("an application container: its logs are kept by the machine it runs on"))
    days = (history.now - history.oldest) // _DAY if history.oldest else 0
    seen = say("the oldest line in sight is {days} days old", days=days)
    if days >= policy.log_retention_ok_days:
        return ok(seen)
    if elsewhere.leaves:
        return ok(say("logs are also sent to another system; here {seen}", seen=seen))
    if elsewhere.leaves is None and not _as_old_as_the_system(history, system, policy):
        raise CannotTell(Reason.NO_PRIVILEGE, say("whether logs are sent to another system could not be read"))
    if not history.whole:
        raise CannotTell(Reason.NO_PRIVILEGE, say("only part of the logs can be read by this user"))
    if history.oldest is None:
        return bad(say("no log with lines about logons was found"))
    if _as_old_as_the_system(history, system, policy):
        return ok(say("{seen}, as old as the system", seen=seen))
    if days >= policy.log_retention_min_days:
        return warn(seen)
    return warn(seen, severity=Severity.LOW) if days >= policy.log_retention_min_days - _ROTATION else bad(seen)


def _as_old_as_the_system(history: LogHistory, system: System, policy: Policy) -> bool:
    if system.installed_at is None or history.oldest is None:
        return False
    age = history.now - system.installed_at
    return age < policy.log_retention_ok_days * _DAY and history.now - history.oldest >= age - _ROTATION * _DAY
