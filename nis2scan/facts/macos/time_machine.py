"""Time Machine: where it copies to, when a copy was last finished, and whether the disk is encrypted."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from nis2scan.api import Absent, Answer, CannotTell, Fact, Maybe, Reason, derives, reads, say, shell
from nis2scan.facts.macos.plist import Table, dates_of, flag, rows_of, sections, table, words_of
from nis2scan.facts.macos.running import MacInstalled

# The file may be kept from us though it is there (TCC); then the service for settings tells nothing, in the same words
# as for settings that never were. Whether a file is there may be seen all the same.
SETTINGS = shell(
    """f=/Library/Preferences/com.apple.TimeMachine
ls -d /Library/Preferences/. >/dev/null || exit 1
echo ==settings
if [ -e "$f.plist" ]; then
  p=$(defaults export "$f" - 2>/dev/null)
  case $p in
    *'<key>'*) printf '%s\\n' "$p" ;;
    *) plutil -convert xml1 -o - "$f.plist" 2>/dev/null || { echo 'Operation not permitted' >&2; exit 1; } ;;
  esac
else echo absent; fi
echo ==end""",
    runs=("ls", "defaults", "plutil"),
    needs=("defaults",),
    platforms=("macos",),
    seconds=6,
    cap=262144,
)

OTHERS = {
    "/Applications/Arq.app": "Arq",
    "/Applications/Backblaze.app": "Backblaze",
    "/Applications/Carbon Copy Cloner.app": "Carbon Copy Cloner",
    "/Applications/SuperDuper!.app": "SuperDuper!",
    "/Applications/ChronoSync.app": "ChronoSync",
    "/Applications/CrashPlan.app": "CrashPlan",
    "/Library/LaunchDaemons/com.backblaze.bzserv.plist": "Backblaze",
    "/Library/LaunchDaemons/com.haystacksoftware.arqagent.plist": "Arq",
    "/Applications/Acronis Cyber Protect.app": "Acronis",
    "/Applications/Veeam Agent for Mac.app": "Veeam",
}
_ENCRYPTED = {"Encrypted": True, "FileVault": True, "NotEncrypted": False}


@dataclass(frozen=True)
class Destination:
    """One place that Time Machine copies to. newest: the last copy that was finished. encrypted: None when not told."""

    name: str
    network: bool
    newest: datetime | None
    encrypted: bool | None


@dataclass(frozen=True)
class TimeMachine(Fact):
    """automatic: it starts by itself."""

    destinations: tuple[Destination, ...]
    automatic: bool


@dataclass(frozen=True)
class OtherTools(Fact):
    """Programs for back-ups of other makers that are installed. Never missing: only what was seen counts."""

    names: tuple[str, ...]


@reads(SETTINGS)
def time_machine(answer: Answer) -> TimeMachine:
    """SnapshotDates are finished copies; attempts and snapshots on the Mac's own disk are not."""
    text = sections(answer).get("settings", "").strip()
    if text == "absent":
        raise Absent(say("Time Machine was never set up"))
    found = table(text)
    if not found:
        raise CannotTell(Reason.NO_PRIVILEGE, say("macOS keeps the settings of Time Machine from this account"))
    destinations = tuple(_destination(row) for row in rows_of(found, "Destinations"))
    automatic = flag(found, "AutoBackup")
    if not destinations:
        raise Absent(say("Time Machine copies to nowhere"))
    return TimeMachine(destinations, automatic is not False)


def _destination(row: Table) -> Destination:
    dates = row.get("SnapshotDates", [])
    return Destination(
        name=words_of(row, "LastKnownVolumeName") or words_of(row, "DestinationID") or "Time Machine",
        network="NetworkURL" in row,
        newest=max(dates_of(dates if isinstance(dates, list) else []), default=None),
        encrypted=_ENCRYPTED.get(words_of(row, "LastKnownEncryptionState")),
    )


@derives
def other_tools(installed: Maybe[MacInstalled]) -> OtherTools:
    paths = installed.value.paths if installed.value is not None else frozenset()
    return OtherTools(tuple(sorted({name for path, name in OTHERS.items() if path in paths})))
