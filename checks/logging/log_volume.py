"""LOG-LNX-004."""

from __future__ import annotations

from nis2scan.api import Absent, Effort, Message, Policy, Severity, Verdict, bad, check, ok, say, warn
from nis2scan.facts.linux.log_volume import LogVolume
from nis2scan.facts.linux.system import System


@check(
    title="The logs have no room or no lock",
    catalogue=("LOG-LNX-004",),
    severity=Severity.LOW,
    effort=Effort.MINUTES,
    expected="the volume of the logs is less than {log_volume_warn_percent}% full, and only root and the readers of "
    "logs may read the logs about logons",
    action="Give the logs room, and close them to everybody else",
    remedy="`journalctl --vacuum-size=1G`, and look with `du -xh /var/log | sort -h | tail` at what takes the room. "
    "`chmod 640 /var/log/auth.log` (or secure), and the same in the settings of rsyslog (`$FileCreateMode 0640`) and "
    "logrotate (`create 640 root adm`).\n"
    "Check: `df -h /var/log`; `ls -l /var/log`.",
    limits="Sees one moment, the usual files, and no access lists (ACLs).",
)
def log_volume(volume: LogVolume, system: System, policy: Policy) -> Verdict:
    """On a full volume nothing is logged any more; what everybody may change proves nothing."""
    if system.app_container:
        raise Absent(say("an application container: its logs are kept by the machine it runs on"))
    fullest, found = _room(volume)
    if volume.writable:
        return bad(say("everybody may change {files}", files=volume.writable))
    if fullest >= policy.log_volume_fail_percent:
        return bad(found)
    if fullest >= policy.log_volume_warn_percent:
        return warn(found)
    if volume.readable:
        return warn(say("everybody may read {files}", files=volume.readable))
    return ok(found)


def _room(volume: LogVolume) -> tuple[int, Message]:
    """The room, or the number of files where that is nearer to its limit."""
    if volume.files_used is not None and volume.files_used > volume.used:
        return volume.files_used, say(
            "the volume of the logs holds {percent}% of the files that it can", percent=volume.files_used
        )
    return volume.used, say("the volume of the logs is {percent}% full", percent=volume.used)
