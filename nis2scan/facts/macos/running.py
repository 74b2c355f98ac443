"""What runs on a Mac, what is installed, and which of Apple's own services are on."""

from __future__ import annotations

from dataclasses import dataclass

from nis2scan.api import Answer, CannotTell, Fact, Reason, reads, say, shell
from nis2scan.facts.macos.plist import pairs

# comm is the whole path of the program; `ww` keeps it whole. Everybody may see the processes of all.
PROCESSES = shell(
    "ps -axww -o comm= || exit 1; echo ==end",
    runs=("ps",),
    needs=("ps",),
    platforms=("macos",),
    seconds=5,
    cap=262144,
)

# `ls -d FOLDER/.` tells a folder that may not be looked into from one in which there is nothing.
INSTALLED = shell(
    """ls -d /Applications/. /Library/LaunchDaemons/. /Library/LaunchAgents/. >/dev/null || exit 1
for p in /Applications/*.app /Library/LaunchDaemons/*.plist /Library/LaunchAgents/*.plist; do
  [ -e "$p" ] && printf '%s\\n' "$p"
done
echo ==end""",
    runs=("ls",),
    needs=("ls",),
    platforms=("macos",),
    seconds=4,
    cap=262144,
)

# 113 is launchctl's exit status for a service that is not loaded. Only the state is told of one that is.
SERVICES = shell(
    """for s in com.apple.smbd com.apple.screensharing com.openssh.sshd com.apple.auditd com.apple.timed; do
  o=$(launchctl print "system/$s" 2>/dev/null); c=$?
  case $c in
    0) s="$s=on"; case $o in *"state = running"*) s="$s running" ;; esac; printf '%s\\n' "$s" ;;
    113) printf '%s=off\\n' "$s" ;;
    *) printf '%s=unknown %s\\n' "$s" "$c" ;;
  esac
done
echo end=""",
    runs=("launchctl",),
    needs=("launchctl",),
    platforms=("macos",),
    seconds=6,
    cap=4096,
)


_NAMES = {f"com.apple.{name}" for name in ("smbd", "screensharing", "auditd", "timed")} | {"com.openssh.sshd"}


@dataclass(frozen=True)
class MacRunning(Fact):
    """The programs that run, by name and by whole path."""

    names: frozenset[str]
    paths: tuple[str, ...]


@dataclass(frozen=True)
class MacInstalled(Fact):
    """Applications and the start files of services, by path."""

    paths: frozenset[str]


@dataclass(frozen=True)
class MacServices(Fact):
    """on: the services of Apple that launchd has loaded; running: those that run now; unknown: not told."""

    on: frozenset[str]
    running: frozenset[str]
    unknown: frozenset[str]

    def loaded(self, name: str) -> bool:
        """Whether launchd knows it, so that it runs or starts when it is called on."""
        if name in self.unknown:
            raise CannotTell(Reason.PARSE_ERROR, say("whether {service} is on is not told", service=name))
        return name in self.on


@reads(PROCESSES)
def mac_running(answer: Answer) -> MacRunning:
    """launchd always runs: a list without it is not the list."""
    *paths, end = answer.lines or [""]
    if end != "==end" or not any(path.strip() == "/sbin/launchd" for path in paths):
        raise CannotTell(Reason.PARSE_ERROR, say("the list of processes is not whole"))
    whole = tuple(path.strip() for path in paths)
    return MacRunning(frozenset(path.rsplit("/", 1)[-1] for path in whole), whole)


@reads(INSTALLED)
def mac_installed(answer: Answer) -> MacInstalled:
    *paths, end = answer.lines or [""]
    if end != "==end":
        raise CannotTell(Reason.TRUNCATED, say("the list of applications is not whole"))
    return MacInstalled(frozenset(paths))


@reads(SERVICES)
def mac_services(answer: Answer) -> MacServices:
    seen = pairs(answer)
    seen.pop("end")
    if _NAMES - seen.keys():
        raise CannotTell(Reason.PARSE_ERROR, say("launchd told nothing of its services"))
    return MacServices(
        on=frozenset(name for name, state in seen.items() if state.split(" ")[0] == "on"),
        running=frozenset(name for name, state in seen.items() if state == "on running"),
        unknown=frozenset(name for name, state in seen.items() if state.split(" ")[0] not in ("on", "off")),
    )
