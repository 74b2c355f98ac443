"""Whether events of a Mac also go to another machine: by an agent, or by the old syslog."""

from __future__ import annotations

from nis2scan.api import Answer, CannotTell, Reason, reads, say, shell
from nis2scan.facts.log_forwarding import LogForwarding, Target
from nis2scan.facts.macos.logs import AGENTS, PERHAPS
from nis2scan.facts.macos.running import PROCESSES, MacRunning, mac_running

# Only the names of hosts are told.
SYSLOG = shell(
    """f=/etc/syslog.conf
if [ -e "$f" ]; then
  set -f
  while read -r l || [ -n "$l" ]; do
    case $l in '#'*) ;; *[[:blank:]]@*) l=${l##*@}; printf 'host=%s\\n' "${l%%[ #]*}" ;; esac
  done < "$f" || exit 1
else ls -d /etc/. >/dev/null || exit 1; fi
echo end=""",
    runs=("ls",),
    platforms=("macos",),
    seconds=3,
    cap=8192,
)


@reads(PROCESSES, SYSLOG)
def log_forwarding(processes: Answer, syslog: Answer) -> LogForwarding:
    """Since macOS 10.12 hardly anything reaches syslog: what it sends on is never everything."""
    running = mac_running.read(processes)
    assert isinstance(running, MacRunning)  # noqa: S101 the reader makes it
    rows = [line.partition("=") for line in syslog.lines]
    if not rows or rows[-1][0] != "end":
        raise CannotTell(Reason.TRUNCATED, say("the answer has no end"))
    hosts = sorted({value for name, _, value in rows if name == "host" and value})
    return LogForwarding(
        targets=tuple(Target(host, "syslogd", everything=False, sure=False) for host in hosts),
        agents=tuple(sorted({shown for name, shown in AGENTS.items() if name in running.names})),
        perhaps=tuple(sorted({shown for name, shown in PERHAPS.items() if name in running.names})),
    )
