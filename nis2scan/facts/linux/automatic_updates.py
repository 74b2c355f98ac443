"""Whether updates install themselves: unattended-upgrades on Debian and its kin, dnf-automatic on Red Hat's."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from nis2scan.api import Absent, Answer, CannotTell, Reason, Said, reads, say, shell
from nis2scan.facts.linux.release import os_fields
from nis2scan.facts.linux.services import COMMS, Processes, processes
from nis2scan.facts.linux.system import MACHINE, OS_RELEASE, system
from nis2scan.facts.updates import AutomaticUpdates

# `apt-config dump` resolves every file in apt.conf.d (and asks dpkg for the architectures); only the lines that matter
# leave the host.
AUTOMATIC_APT = shell(
    """printf 'now '; date -u +%s
apt-config dump | grep -E '^(APT::Periodic::|Unattended-Upgrade::(Allowed-Origins|Origins-Pattern|Package-Blacklist)::)'
[ -x /usr/bin/unattended-upgrade ] && echo program
p=/var/lib/apt/periodic
for f in $p/unattended-upgrades-stamp $p/upgrade-stamp; do
  [ -e "$f" ] && { printf 'ran '; stat -c %Y "$f" 2>/dev/null || stat -f %m "$f"; }
done
read -r one </proc/1/comm && echo "init $one"
for f in /etc/cron.daily/apt-compat /etc/cron.daily/apt; do [ -x "$f" ] && echo cron && break; done
command -v systemctl >/dev/null && \\
 systemctl show -p Id -p ActiveState apt-daily.timer apt-daily-upgrade.timer 2>/dev/null
:""",
    runs=("date", "apt-config", "dpkg", "grep", "stat", "systemctl"),
    needs=("apt-config", "grep"),
    seconds=5,
)

AUTOMATIC_DNF = shell(
    """printf 'now '; date -u +%s
for f in /etc/dnf/automatic.conf /etc/dnf/dnf5-plugins/automatic.conf; do
  [ -e "$f" ] && { grep -E '^[ ]*(apply_updates|upgrade_type)[ ]*=' "$f" || :; }
done
for p in dnf dnf5; do command -v "$p" >/dev/null && echo "tool $p"; done
systemctl show -p Id -p ActiveState -p LastTriggerUSec dnf-automatic.timer dnf-automatic-install.timer \
 dnf5-automatic.timer dnf-automatic-download.timer dnf-automatic-notifyonly.timer && echo end""",
    runs=("date", "grep", "systemctl"),
    needs=("systemctl", "grep"),
    seconds=5,
)

_TRIGGERED = re.compile(r"LastTriggerUSec=\w{3} (\d{4}-\d\d-\d\d \d\d:\d\d:\d\d) UTC")


@reads(AUTOMATIC_APT, OS_RELEASE, MACHINE, COMMS)
def automatic_apt(answer: Answer, release: Answer, machine: Answer, comms: Answer) -> AutomaticUpdates:
    """Started by the two timers, or by cron where systemd does not run; bound by `APT::Periodic`."""
    _no_container(release, machine)
    rows, settings = answer.lines, _settings(answer.lines)
    if not any(row.startswith("now ") for row in rows):
        raise CannotTell(Reason.PARSE_ERROR, say("the host gave no time"))
    if not any(row.startswith("init ") for row in rows):
        raise CannotTell(Reason.PARSE_ERROR, say("what starts the machine's services cannot be read"))
    timers, running = _units(rows), processes.read(comms)
    assert isinstance(running, Processes)  # noqa: S101 the reader makes it
    if "init systemd" in rows:
        started = all(timers.get(f"apt-daily{kind}.timer") == "active" for kind in ("", "-upgrade"))
    else:
        started = "cron" in rows and any(map(running.runs, ("cron", "crond", "anacron")))
    asked = _often(settings, "Unattended-Upgrade") and settings.get("Enable", ["1"])[-1] != "0"
    fetched = _often(settings, "Update-Package-Lists")
    origins = settings.get("Allowed-Origins", []) + settings.get("Origins-Pattern", [])
    trouble: Said = ""
    if asked and not started:
        trouble = say("nothing starts it: the timers apt-daily and apt-daily-upgrade are not active")
    elif asked and not fetched:
        trouble = say("it does not refresh the package lists")
    elif settings.get("Package-Blacklist"):
        trouble = say("it leaves out {packages}", packages=tuple(settings["Package-Blacklist"]))
    ran = [int(row.split()[1]) for row in rows if row.startswith("ran ")]
    return AutomaticUpdates(
        tool="unattended-upgrades",
        on=asked and fetched and started,
        installs="program" in rows,
        security=any("security" in origin.lower() for origin in origins),
        last_run=_moment(max(ran)) if ran else None,
        seen_at=_now(rows),
        trouble=trouble,
    )


@reads(AUTOMATIC_DNF, OS_RELEASE, MACHINE)
def automatic_dnf(answer: Answer, release: Answer, machine: Answer) -> AutomaticUpdates:
    """The old timers name in their own name what they do; the newer ones leave it to `apply_updates`."""
    _no_container(release, machine)
    rows = answer.lines
    if not any(row.startswith("tool ") for row in rows):
        raise CannotTell(Reason.TOOL_MISSING, "dnf")
    if rows[-1] != "end":
        raise CannotTell(Reason.TRUNCATED, say("systemd did not answer to the end"))
    active = [name for name, state in _units(rows).items() if state == "active"]
    settings = {key.strip(): value.strip().lower() for key, _, value in (row.partition("=") for row in rows)}
    stream = "stream" in os_fields(release).get("NAME", "").lower()
    nothing = stream and settings.get("upgrade_type") == "security"
    ran = [datetime.fromisoformat(found[1] + "+00:00") for row in rows if (found := _TRIGGERED.fullmatch(row))]
    installs = settings.get("apply_updates") in ("yes", "true", "1") or "dnf-automatic-install.timer" in active
    why = say("CentOS Stream publishes no security marks: upgrade_type = security installs nothing")
    return AutomaticUpdates(
        tool="dnf-automatic",
        on=bool(active),
        installs=installs and not nothing,
        security=not nothing,
        last_run=max(ran, default=None),
        seen_at=_now(rows),
        trouble=why if nothing else "",
    )


def _no_container(release: Answer, machine: Answer) -> None:
    if getattr(system.read(release, machine), "app_container", False):
        raise Absent(say("this is a container of one program: it is renewed by a new image"))


def _settings(rows: list[str]) -> dict[str, list[str]]:
    """`APT::Periodic::Enable "1";` → {"Enable": ["1"]}; list entries come as `…::Allowed-Origins:: "…";`."""
    found: dict[str, list[str]] = {}
    for row in rows:
        if match := re.fullmatch(r'(?:APT::Periodic|Unattended-Upgrade)::([\w-]+)(?:::\S*)? "(.*)";', row):
            found.setdefault(match[1], []).append(match[2])
    return found


def _often(settings: dict[str, list[str]], name: str) -> bool:
    """A number of days, `always`, or with a unit such as `12h`; zero or nothing is never."""
    value = settings.get(name, ["0"])[-1]
    return value == "always" or bool(re.fullmatch(r"0*[1-9]\d*[smhd]?", value))


def _units(rows: list[str]) -> dict[str, str]:
    """Id → ActiveState. systemd parts the units by empty lines and keeps its own order of properties."""
    found, name, state = {}, "", ""
    for row in rows:
        key, _, value = row.partition("=")
        name = value if key == "Id" else name
        state = value if key == "ActiveState" else state
        if name and state:
            found[name], name, state = state, "", ""
    return found


def _now(rows: list[str]) -> datetime:
    return _moment(int(next(row.split()[1] for row in rows if row.startswith("now "))))


def _moment(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
