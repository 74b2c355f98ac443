"""Other back-up programs on Windows: which have a service here, and what the log of one of them tells."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from nis2scan.api import Absent, Answer, CannotTell, Fact, Reason, powershell, reads, say
from nis2scan.facts.backup_record import FAILED, OK, WARNINGS
from nis2scan.facts.windows.services import SERVICE_KEYS, SERVICES, Service, Services, services
from nis2scan.facts.windows.values import moment, number, rows, table

AZURE = "Azure Backup"
_AZURE_SERVICE = "obengine"


@dataclass(frozen=True)
class Events:
    """How one program writes the end of a run into an event log. source: where that is written down."""

    log: str
    ok: tuple[int, ...]
    warned: tuple[int, ...]
    failed: tuple[int, ...]
    source: str


# Products by the beginnings of the names of their services. Only what has a source may be judged by its events; of the
# others numbers go round without a provider that they could be told by (105, 4098, 32769 mean something else elsewhere).
AGENTS: dict[str, tuple[tuple[str, ...], Events | None]] = {
    AZURE: (
        (_AZURE_SERVICE,),
        Events("CloudBackup", (3,), (10,), (11, 18), "public scripts that watch this agent"),
    ),
    "Acronis": (("AcronisCyberProtectionService", "MMS"), None),
    "Ahsay": (("obmscheduler",), None),
    "Altaro / Hornetsecurity": (("Altaro.",), None),
    "Arcserve": (("CASAD2DWebSvc",), None),
    "Backup Exec": (("BackupExecJobEngine", "BackupExecAgentAccelerator"), None),
    "Commvault": (("GxCVD",), None),
    "Cove / N-able": (("Backup Service Controller",), None),
    "Datto": (("DattoBackupAgentService",), None),
    "Duplicati": (("Duplicati",), None),
    "Iperius": (("Iperius",), None),
    "Macrium Reflect": (("MacriumService",), None),
    "MSP360 / CloudBerry": (("online backup service", "CloudBerry"), None),
    "NAKIVO": (("NkvTransporter", "NAKIVO Backup"), None),
    "Redstor": (("Redstor",), None),
    "ShadowProtect": (("ShadowProtectSvc",), None),
    "Synology Active Backup": (("Synology Active Backup for Business",), None),
    "Unitrends": (("Unitrends", "bpagent"), None),
    "Uranium Backup": (("Uranium",), None),
}
_WHOLE = {"mms"}  # too short to be the beginning of a name

AGENT_EVENTS = powershell(
    r"""# backup-agents
[ordered]@{ azure = Read-Events 'CloudBackup' "*[System[(EventID=3 or EventID=10 or EventID=11 or EventID=18)]]" 60 }""",
    seconds=7,
)


@dataclass(frozen=True)
class Run:
    """One run, by the event that it wrote at its end."""

    at: datetime
    result: str


@dataclass(frozen=True)
class WindowsAgents(Fact):
    """here: products with a service that is not switched off. runs: of those whose log could be read, newest first."""

    here: tuple[str, ...]
    runs: dict[str, tuple[Run, ...]]


@reads(SERVICES, SERVICE_KEYS, AGENT_EVENTS)
def windows_agents(states: Answer, keys: Answer, events: Answer) -> WindowsAgents:
    """The list of services says what is there. Absent: none of the known names is among them."""
    known = services.read(states, keys)
    assert isinstance(known, Services)  # noqa: S101 the reader makes it
    here = tuple(product for product, (names, _) in AGENTS.items() if any(_there(known, name) for name in names))
    if not here:
        raise Absent(say("none of the back-up programs that are known by their service is here"))
    return WindowsAgents(here, {AZURE: _azure(events)} if AZURE in here else {})


def _there(known: Services, name: str) -> bool:
    found: list[Service] = [item] if (item := known.get(name)) is not None else []
    if name.casefold() not in _WHOLE:
        found += known.beginning(name)
    return any(item.start != "disabled" for item in found)


def _azure(answer: Answer) -> tuple[Run, ...]:
    made = table(answer)
    if made.get("azure") is None:
        return ()
    known = AGENTS[AZURE][1]
    assert known is not None  # noqa: S101 it stands in the table above
    kinds = {
        **dict.fromkeys(known.ok, OK),
        **dict.fromkeys(known.warned, WARNINGS),
        **dict.fromkeys(known.failed, FAILED),
    }
    told = [(moment(row.get("time_utc")), kinds.get(number(row.get("id")) or 0)) for row in rows(made, "azure")]
    if any(at is None for at, _ in told):
        raise CannotTell(Reason.PARSE_ERROR, say("the log of the back-up could not be read"))
    found = [Run(at, result) for at, result in told if at is not None and result is not None]
    return tuple(sorted(found, key=lambda run: run.at, reverse=True))
