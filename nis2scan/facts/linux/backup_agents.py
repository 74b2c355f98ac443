"""Agents of back-up products: which are here, whether they run, and what their own logs tell of the last sessions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from nis2scan.api import Absent, Answer, CannotTell, Fact, Reason, Root, reads, say, shell
from nis2scan.facts.linux.services import COMMS, Processes, processes
from nis2scan.facts.linux.timers import moment

# Product, by the name of its process and of its program.
_PROCESSES = {
    "veeamservice": "Veeam",
    "bareos-fd": "Bareos",
    "bacula-fd": "Bacula",
    "acronis_mms": "Acronis",
    "duplicati": "Duplicati",
    "duplicati-server": "Duplicati",
    "urbackupclientbackend": "UrBackup",
}
_PROGRAMS = {
    "veeamconfig": "Veeam",
    "bareos-fd": "Bareos",
    "bacula-fd": "Bacula",
    "acrocmd": "Acronis",
    "duplicati-cli": "Duplicati",
    "urbackupclientctl": "UrBackup",
    "kopia": "Kopia",
    "duplicacy": "Duplicacy",
    "proxmox-backup-client": "Proxmox Backup Client",
}


@dataclass(frozen=True)
class Session:
    """The sessions of one job. last_good: UTC. newest, before: ended ok, with warnings, failed or unknown."""

    job: str
    last_good: datetime | None
    newest: str
    before: str


@dataclass(frozen=True)
class BackupAgents(Fact):
    """installed: products by name, and whether their service runs. contact: when its server last had to do with it."""

    installed: dict[str, bool]
    sessions: tuple[Session, ...]
    contact: dict[str, datetime]
    whole: bool


# A session of Veeam is a folder with a log whose status line is read; its name and job are not needed but for a part.
AGENTS = shell(
    r"""sight=full
for p in veeamconfig bareos-fd bacula-fd acrocmd duplicati-cli urbackupclientctl kopia duplicacy proxmox-backup-client
do
  command -v $p >/dev/null 2>&1 && echo "program $p"
done
[ -d /usr/lib/Acronis/BackupAndRecovery ] && echo program acrocmd
status() {
  s=unknown
  case $(grep -hs 'JOB STATUS: ' "$1" | tail -n 1) in
    *'JOB STATUS: SUCCESS'*) s=ok ;;
    *'JOB STATUS: WARNING'*) s=warnings ;;
    *'JOB STATUS: FAILED'*) s=failed ;;
  esac
}
v=/var/log/veeam/Backup
if [ -d $v ]; then
  if [ -r $v ] && [ -x $v ]; then
    for d in $v/*/; do
      [ -d "$d" ] && [ ! -L "${d%/}" ] || continue
      n=${d%/}; n=${n##*/}
      case $n in *[!A-Za-z0-9_.-]*) n=job ;; esac
      new= before= good=0 count=0
      # The names of sessions begin with their time, so the last is the newest; those before the last 30 do not matter.
      for f in "$d"*/Job.log; do [ -f "$f" ] && count=$((count + 1)); done
      for f in "$d"*/Job.log; do
        [ -f "$f" ] && [ ! -L "$f" ] || continue
        count=$((count - 1)); [ $count -lt 30 ] || continue
        status "$f"; before=$new new=$s
        case $s in ok|warnings) good=$(stat -c %Y "$f") ;; esac
      done
      [ -n "$new" ] && echo "session $n $good $new ${before:-unknown}"
    done
  else sight=some; fi
fi
for f in /var/lib/bareos/bareos-fd.*.state /var/lib/bacula/bacula-fd.*.state; do
  [ -f "$f" ] && [ ! -L "$f" ] || continue
  b=${f##*/}; echo "contact ${b%%.*} $(stat -c %Y "$f")"
done
for d in /var/lib/bareos /var/lib/bacula; do [ ! -d $d ] || { [ -r $d ] && [ -x $d ]; } || sight=some; done
echo "sight $sight"
echo end""",
    runs=("grep", "tail", "stat"),
    root=Root.PREFERRED,
    seconds=8,
    cap=16384,
)
_ENDS = {"ok", "warnings", "failed", "unknown"}


@reads(AGENTS, COMMS)
def backup_agents(answer: Answer, comms: Answer) -> BackupAgents:
    """Absent when neither program, process nor log of a known product is there, and all could be looked at."""
    rows = [line.split() for line in answer.lines]
    if rows[-1:] != [["end"]] or not any(row[0] == "sight" for row in rows):
        raise CannotTell(Reason.TRUNCATED, say("the list of agents is not whole"))
    running = processes.read(comms)
    assert isinstance(running, Processes)  # noqa: S101 the reader makes it
    sessions = tuple(
        Session(row[1], moment(row[2]), *row[3:5]) for row in rows if row[0] == "session" and set(row[3:5]) <= _ENDS
    )
    installed = {_PROGRAMS[row[1]]: False for row in rows if row[0] == "program"}
    installed |= {product: True for name, product in _PROCESSES.items() if running.runs(name)}
    if sessions:
        installed.setdefault("Veeam", False)
    contact = {_PROGRAMS[row[1]]: when for row in rows if row[0] == "contact" and (when := moment(row[2]))}
    whole = ["sight", "full"] in rows
    if not (installed or contact):
        if not whole:
            raise CannotTell(Reason.NO_PRIVILEGE, say("not everything could be looked at"))
        raise Absent(say("no program or service of a known back-up product was found"))
    return BackupAgents(installed, sessions, contact, whole)
