"""What keeps the clock of a Linux machine right, and whether that works now.

timedatectl is not asked: it starts a service. chronyc goes by UDP to its own machine, for by its socket it would make
a file.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from nis2scan.api import Answer, CannotTell, Fact, Reason, Root, derives, reads, say, shell
from nis2scan.facts.linux.services import Processes
from nis2scan.facts.time_sync import TimeSync


@dataclass(frozen=True)
class TimeSources(Fact):
    """What each way to keep the time says of itself; None where it could not be asked.

    kernel: the kernel's own word, whoever sets the clock. hypervisor: Hyper-V offers its time to this machine.
    jobs: planned jobs that set the clock.
    """

    chrony: bool | None
    timesyncd: bool | None
    ntpd: bool | None
    kernel: bool | None
    hypervisor: bool
    jobs: tuple[str, ...]


# Each names only what it says of synchronisation. ntpq is written in Python, which must keep no compiled copies.
TIME = shell(
    """printf 'now='; date -u +%s
if command -v chronyc >/dev/null && c=$(chronyc -h 127.0.0.1 -n -c tracking 2>/dev/null); then
  printf 'chrony=%s\\n' "$c"
elif command -v ntpq >/dev/null; then
  n=$(PYTHONDONTWRITEBYTECODE=1 ntpq -n -c 'rv 0 leap,stratum,refid' 127.0.0.1 2>/dev/null | tr -d '\\n')
  printf 'ntpd=%s\\n' "$n"
fi
d=/run/systemd/timesync
if [ -e $d/synchronized ]; then printf 'timesyncd='; stat -c %Y $d/synchronized
elif [ -d $d ]; then echo timesyncd=never; fi
command -v busybox >/dev/null && busybox adjtimex 2>/dev/null | sed -n 's/^ *status: *\\([0-9]*\\).*/kernel=\\1/p'
for f in /sys/bus/vmbus/devices/*/class_id; do
  { read -r c < "$f"; } 2>/dev/null || continue
  case $c in *9527e630-d0ae-497b-adce-e80ab0175caf*) echo hypervisor=yes ;; esac
done
b='^([^#]*[[:space:]/;&(])?' e='([[:space:]]|$)'
w='(ntpdate|ntpdate-debian|ntpdig|sntp|rdate|htpdate|(chronyd|ntpd) (-[a-zA-Z]+ )*-q)'
for f in /etc/crontab /etc/cron.d/* /etc/cron.hourly/* /etc/cron.daily/* /etc/cron.weekly/* \\
    /etc/periodic/*/* /var/spool/cron/crontabs/root /var/spool/cron/root; do
  [ -f "$f" ] && [ ! -L "$f" ] && [ -r "$f" ] && grep -qE "$b$w$e" "$f" && printf 'job=%s\\n' "$f"
done
echo end=""",
    runs=("date", "chronyc", "ntpq", "tr", "stat", "busybox", "sed", "grep"),
    needs=("date",),
    root=Root.PREFERRED,
    seconds=12,
    cap=16384,
)

_STILL = timedelta(hours=24)
"""The daemons ask every half hour or so; after a day without a good answer the clock runs free."""
_UNSYNC = 0x40  # STA_UNSYNC of adjtimex(2)
_OWN_CLOCK = re.compile(r"LOCAL|LOCL|LCL|127\.127\.1\.|7F7F0101|00000000")
_DAEMONS = ("chronyd", "systemd-timesyncd", "ntpd", "openntpd", "ntp-daemon", "phc2sys", "htpdate", "tlsdated")
_GUESTS = {"vmtoolsd": "VMware Tools", "VBoxService": "VirtualBox Guest Additions"}


@reads(TIME)
def time_sources(answer: Answer) -> TimeSources:
    """A way that was not seen says nothing; the marks at both ends tell a whole answer."""
    values: dict[str, list[str]] = {}
    for line in answer.lines:
        name, _, value = line.partition("=")
        values.setdefault(name, []).append(value)
    if not values.get("now", [""])[0].isdigit() or "end" not in values:
        raise CannotTell(Reason.PARSE_ERROR, say("the machine did not tell how it keeps the time"))
    now = datetime.fromtimestamp(int(values["now"][0]), UTC)
    kernel = values.get("kernel", [""])[0]
    return TimeSources(
        chrony=_chrony(values.get("chrony", [""])[0], now),
        timesyncd=_timesyncd(values.get("timesyncd", [""])[0], now),
        ntpd=_ntpd(values.get("ntpd", [""])[0]),
        kernel=not int(kernel) & _UNSYNC if kernel.isdigit() else None,
        hypervisor="hypervisor" in values,
        jobs=tuple(values.get("job", ())),
    )


@derives
def time_sync(sources: TimeSources, processes: Processes) -> TimeSync:
    """Only daemons that run count. Of several, one that follows a source is enough."""
    daemons = tuple(name for name in _DAEMONS if processes.runs(name))
    said = [_of_daemon(name, sources) for name in daemons]
    guests = tuple(shown for name, shown in _GUESTS.items() if processes.runs(name))
    synced = True if True in said else (None if None in said or not said else False)
    return TimeSync(daemons, synced, sources.hypervisor, guests, sources.jobs)


def _of_daemon(name: str, sources: TimeSources) -> bool | None:
    """Its own word; where it cannot be asked, that of the kernel."""
    if name == "chronyd":
        return sources.chrony
    if name == "systemd-timesyncd":
        return sources.timesyncd
    return sources.ntpd if name == "ntpd" and sources.ntpd is not None else sources.kernel


def _chrony(row: str, now: datetime) -> bool | None:
    """`chronyc -c tracking`: source, its address, stratum, time of the last good answer, …, leap status."""
    words = row.split(",")
    if len(words) < 14 or not re.fullmatch(r"\d+\.\d+", words[3]):
        return None
    if words[-1] == "Not synchronised" or _OWN_CLOCK.match(words[0]):
        return False
    return now - datetime.fromtimestamp(float(words[3]), UTC) < _STILL


def _timesyncd(seen: str, now: datetime) -> bool | None:
    """The time on its mark is that of the last good answer."""
    if seen == "never":
        return False
    return now - datetime.fromtimestamp(int(seen), UTC) < _STILL if seen.isdigit() else None


def _ntpd(row: str) -> bool | None:
    """`leap=00, stratum=3, refid=…`: leap 11 is the alarm, and its own clock is no source."""
    values = dict(re.findall(r"(\w+)=([^,\s]+)", row))
    if not {"leap", "stratum", "refid"} <= values.keys() or not values["stratum"].isdigit():
        return None
    followed = values["leap"] in ("00", "01", "10") and 0 < int(values["stratum"]) < 16
    return followed and not _OWN_CLOCK.match(values["refid"])
