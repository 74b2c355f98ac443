"""What runs: processes by name, and the service units that systemd knows."""

from __future__ import annotations

from dataclasses import dataclass

from nis2scan.api import Answer, CannotTell, Fact, Reason, Root, reads, say, shell


@dataclass(frozen=True)
class Processes(Fact):
    """The names of all running processes, as the kernel keeps them: cut at 15 characters."""

    names: frozenset[str]

    def runs(self, name: str) -> bool:
        """Whether a program of this name runs (compared as the kernel cuts it)."""
        return name[:15] in self.names


@dataclass(frozen=True)
class Unit:
    """One service unit: `active` is active, inactive or failed; `sub` is running, exited, dead, …"""

    name: str
    load: str
    active: str
    sub: str


@dataclass(frozen=True)
class Units(Fact):
    """The service units that systemd has in memory, by name with `.service`."""

    units: dict[str, Unit]

    def active(self, name: str) -> bool:
        unit = self.units.get(name if name.endswith(".service") else f"{name}.service")
        return unit is not None and unit.active == "active"


# Reading with the shell itself: no process is started for it. A process that ends meanwhile is no error. The dot at the
# end tells a whole list from one that was cut, or from which the processes of others are hidden (hidepid).
COMMS = shell(
    """for f in /proc/[0-9]*/comm; do { read -r c < "$f"; } 2>/dev/null && printf '%s\\n' "$c"; done
if { read -r c < /proc/1/comm; } 2>/dev/null; then echo .; else echo hidden; fi""",
    root=Root.PREFERRED,
    seconds=5,
    cap=262144,
)

UNITS = shell(
    "systemctl list-units --type=service --all --plain --no-legend --no-pager",
    runs=("systemctl",),
    needs=("systemctl",),
    seconds=6,
    cap=262144,
)


@reads(COMMS)
def processes(comms: Answer) -> Processes:
    """At least our own shell runs, so no name at all means that /proc could not be read."""
    *names, end = comms.lines or [""]
    if end == "hidden":
        raise CannotTell(Reason.NO_PRIVILEGE, say("the processes of others are hidden from this user"))
    if end != "." or not names:
        raise CannotTell(Reason.PARSE_ERROR, say("the list of processes is not whole"))
    return Processes(frozenset(names))


@reads(UNITS)
def units(listing: Answer) -> Units:
    """Columns: unit, load, active, sub, description. Without systemd (another init, a container): cannot tell."""
    found = {}
    for line in listing.lines:
        words = line.split(None, 4)
        if len(words) >= 4 and words[0].endswith(".service"):
            found[words[0]] = Unit(*words[:4])
    if not found:
        raise CannotTell(Reason.PARSE_ERROR, say("systemd listed no service"))
    return Units(found)
