"""BorgBackup and borgmatic: jobs, and the three small files about each repository that need no pass-phrase."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from nis2scan.api import Answer, Fact, Root, reads, shell
from nis2scan.facts.linux.restic import jobs_of, nothing, whole_rows
from nis2scan.facts.linux.timers import JOBS, Job, Target, moment
from nis2scan.facts.linux.timers_script import TARGET_SCRIPT

# borg's numbers of key types that do not encrypt: none, and authenticated only (1.x; 2.x).
_PLAIN = {"2", "6", "7", "96", "112", "128", "144"}
DEEP = ("data", "extract", "spot")
"""The checks of borgmatic that read the data of the back-up back."""


@dataclass(frozen=True)
class Manifest:
    """A repository as its client saw it last. seen: UTC; also a prune sets it. encrypted: None: not written."""

    seen: datetime
    encrypted: bool | None
    kind: str


@dataclass(frozen=True)
class Borg(Fact):
    """What is known of borg on this machine. checked: when each check of borgmatic last ran, UTC, by its name."""

    jobs: tuple[Job, ...]
    targets: tuple[Target, ...]
    manifests: tuple[Manifest, ...]
    checked: dict[str, datetime]
    checks_set: frozenset[str]

    @property
    def newest(self) -> datetime | None:
        return max((item.seen for item in self.manifests), default=None)


TRACES = shell(
    TARGET_SCRIPT
    + r"""
homes
for h in $users; do
  look "$h"
  [ -L "$h/.config" ] || [ -L "$h/.config/borg" ] || [ -L "$h/.local" ] || [ -L "$h/.local/share" ] && continue
  for s in "$h"/.config/borg/security/* "$h"/.local/share/borg/security/*; do
    [ -d "$s" ] && [ ! -L "$s" ] && [ ! -L "${s%/*}" ] || continue
    look "$s"
    first "$s/manifest-timestamp" || continue
    case $l in ''|*[!0-9T:.+-]*) continue ;; esac
    stamp=$l type=; first "$s/key-type" && type=$l
    case $type in ''|*[!0-9]*) type=unknown ;; esac
    kind=other; first "$s/location" && target borg "$l"
    echo "manifest $stamp $type $kind"
  done
  for c in "$h/.borgmatic/checks" "$h/.local/state/borgmatic/checks"; do
    [ -d "$c" ] && [ ! -L "$c" ] && [ ! -L "${c%/*}" ] || continue
    for n in repository archives data extract spot; do
      for f in "$c"/*/$n; do
        [ -e "$f" ] && [ ! -L "$f" ] || continue
        newest "$f"; [ $new -gt 0 ] && echo "checked $n $new"
      done
    done
  done
done
echo "sight $sight"
echo end
""",
    runs=("find", "stat", "sha256sum"),
    root=Root.PREFERRED,
    seconds=8,
    cap=32768,
)


@reads(JOBS, TRACES)
def borg(jobs: Answer, traces: Answer) -> Borg:
    """Absent when neither program, unit, cron line, settings nor security folder was found where all could be read."""
    found, rows = jobs_of(jobs), whole_rows(traces)
    of_tool = tuple(job for job in found.jobs if job.tool == "borg")
    manifests = tuple(_manifest(row) for row in rows if row[0] == "manifest")
    own = [Target(*row[1:]) for row in rows if row[0] == "target"]
    targets = tuple(dict.fromkeys([*(t for t in found.targets if t.tool == "borg"), *own]))
    if not (of_tool or manifests or targets or "borg" in found.settings):
        nothing(found, rows, ("borg", "borgmatic"))
    checked: dict[str, datetime] = {}
    for row in rows:
        if row[0] == "checked" and (when := moment(row[2])):
            checked[row[1]] = max(when, checked.get(row[1], when))
    return Borg(of_tool, targets, manifests, checked, found.checks_set)


def _manifest(row: list[str]) -> Manifest:
    """borg writes UTC without saying so; borg 2 says so."""
    seen = datetime.fromisoformat(row[1])
    encrypted = row[2] not in _PLAIN if row[2].isdecimal() else None
    return Manifest(seen if seen.tzinfo else seen.replace(tzinfo=UTC), encrypted, row[3])
