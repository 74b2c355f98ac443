"""How far back the logs of a Linux machine go."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from nis2scan.api import Answer, Fact, Root, reads, shell
from nis2scan.facts.linux.logs import KEPT, files_of, moment_of, values_of


@dataclass(frozen=True)
class LogHistory(Fact):
    """The oldest line about logons that can be shown to exist.

    oldest: None when there is none. whole: everything was in sight, so there is nothing older. now: its own clock.
    """

    now: datetime
    oldest: datetime | None
    whole: bool


# Of a log line only its time is printed. Old systemd writes "-- Logs begin at …" first.
JOURNAL = shell(
    """journalctl --system -o short-unix --no-pager | {
  while read -r t rest; do
    case $t in [0-9]*) printf 'oldest=%s\\n' "${t%%.*}"; break ;; esac
  done
  echo end=
}""",
    runs=("journalctl",),
    needs=("journalctl",),
    root=Root.PREFERRED,
    seconds=8,
    cap=4096,
)

FIRST_LINES = shell(
    """for f in /var/log/auth.log* /var/log/secure* /var/log/messages* /var/log/syslog*; do
  case $f in *.gz|*.xz|*.zst|*.bz2|*.lz4) continue ;; esac
  [ -f "$f" ] && [ ! -L "$f" ] && [ -r "$f" ] || continue
  { read -r a b c rest < "$f"; } 2>/dev/null || continue
  case "$a $b $c" in
    [A-Z][a-z][a-z]\\ [0-9]*\\ [0-2][0-9]:[0-5][0-9]:[0-6][0-9])
      case $b in ?|[0-3][0-9]) printf '%s %s %s %s\\n' "$a" "$b" "$c" "$f" ;; esac ;;
    [12][0-9][0-9][0-9]-[01][0-9]-[0-3][0-9]T*)
      case $a in *[!0-9TZ:.+-]*) ;; *) printf '%s %s\\n' "$a" "$f" ;; esac ;;
  esac
done
:""",
    root=Root.PREFERRED,
    seconds=4,
    cap=65536,
)


@reads(KEPT, FIRST_LINES, JOURNAL)
def log_history(kept: Answer, firsts: Answer, journal: Answer) -> LogHistory:
    """The older of journal and files. Without the rights of a log reader only our own lines are in sight."""
    values = values_of(kept)
    now = moment_of(values["now"][0])
    known = _first_times(firsts) if firsts.ok else {}
    files = [file for file in files_of(values) if file.size]
    stream = [file for file in files if file.of_logons] or files
    firsts_of = {file.path: _first(known[file.path], file.changed) for file in stream if file.path in known}
    oldest = [firsts_of.get(file.path) or file.changed for file in stream]
    journal_oldest, journal_whole = _journal(journal, "journald" in values)
    if journal_oldest is not None:
        oldest.append(journal_oldest)
    # The last line of a file is as old as the file; its first is older. Unread, it may be much older.
    unread = [file for file in stream if not firsts_of.get(file.path) and not file.path.endswith(_PACKED)]
    whole = journal_whole and not unread and "folder" in values
    return LogHistory(now, min(oldest, default=None), whole)


_PACKED = (".gz", ".xz", ".zst", ".bz2", ".lz4")


def _first_times(firsts: Answer) -> dict[str, str]:
    """Path to the words of time at its head."""
    return {"/" + path: words for words, _, path in (line.partition(" /") for line in firsts.lines)}


def _first(words: str, changed: datetime) -> datetime | None:
    """RFC 3339, or the old form without a year: then the latest year that is not after the last change."""
    if re.match(r"\d{4}-", words):
        try:
            moment = datetime.fromisoformat(words)
        except ValueError:
            return None
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    for year in (changed.year, changed.year - 1):
        try:
            moment = datetime.strptime(f"{year} {words}", "%Y %b %d %H:%M:%S").replace(tzinfo=UTC)
        except ValueError:
            continue
        if moment <= changed + timedelta(days=1):
            return moment
    return None


def _journal(journal: Answer, running: bool) -> tuple[datetime | None, bool]:
    """Its oldest line, and whether it showed us everything. journalctl says on standard error when it did not."""
    if journal.missing and not running:
        return None, True
    if not journal.ok:
        return None, False
    # "Hint: You are currently not seeing …", "… insufficient permissions", a damaged file: all mean half the sight.
    limited = journal.complaint not in ("", "No journal files were found.") or "end=" not in journal.lines
    line = next((line for line in journal.lines if re.fullmatch(r"oldest=\d+", line)), "")
    return (moment_of(line.removeprefix("oldest=")) if line else None), not limited
