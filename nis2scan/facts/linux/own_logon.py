"""Whether our own logon stands in the logs: the only proof that logons really reach them."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from nis2scan.api import SESSION, Absent, Answer, CannotTell, Fact, Reason, Root, reads, say, shell


@dataclass(frozen=True)
class OwnLogon(Fact):
    """found: the logs in which our logon stands. read: those that were read to the end. unread: those in the dark."""

    found: tuple[str, ...]
    read: tuple[str, ...]
    unread: tuple[str, ...]


# Where we came from, and which server let us in, is told by the parents of our shell: sudo forgets it. Of all lines
# only ours is told, by its time. Without -q journalctl says when it hides lines. Of a file its last megabyte is enough:
# we came in seconds ago.
LOGONS = shell(
    """p=$PPID n=0 from=$SSH_CONNECTION server=
while [ "${p:-0}" -gt 1 ] && [ $n -lt 15 ]; do
  { read -r c < "/proc/$p/comm" && read -r l < "/proc/$p/stat"; } 2>/dev/null || break
  case $c in sshd*|dropbear*) server=$c; break ;; esac
  [ -n "$from" ] || from=$({ tr '\\000' '\\n' < "/proc/$p/environ" | sed -n 's/^SSH_CONNECTION=//p'; } 2>/dev/null)
  l=${l##*") "}; l=${l#* }; p=${l%% *} n=$((n + 1))
done
case $from in *[!0-9A-Za-z:.%\\ ]*) from= ;; esac
printf 'server=%s\\nfrom=%s\\n' "$server" "$from"
port=${from#* } port=${port%% *} from=${from%% *}
k() {
  awk -v where="$1" -v from="$from" -v port="$port" '
  function told() { print "logon", where, ($1 ~ /^[0-9]/ ? $1 : $1 "_" $2 "_" $3) }
  / sshd(-session|-auth)?\\[[0-9]+\\]: Accepted [^ ]+ for / && index($0, " from " from " port " port " ssh") { told() }
  / dropbear\\[[0-9]+\\]: .* auth succeeded for / && $NF == from ":" port { told() }
  END { print "read", where }'
}
[ -x /var/log ] && echo folder
if command -v journalctl >/dev/null; then
  journalctl --no-pager -o short-unix --since=-15min _COMM=sshd + _COMM=sshd-session + _COMM=dropbear | k journal
elif [ -S /run/systemd/journal/socket ]; then echo unread journal; fi
for f in auth.log secure messages syslog; do
  [ -f "/var/log/$f" ] && [ ! -L "/var/log/$f" ] || continue
  if [ -r "/var/log/$f" ]; then tail -c 1048576 "/var/log/$f" | k "/var/log/$f"; else echo "unread /var/log/$f"; fi
done
echo end""",
    runs=("tr", "sed", "journalctl", "tail", "awk"),
    needs=("awk", "tail"),
    root=Root.PREFERRED,
    seconds=8,
    cap=65536,
)

_A_DAY = timedelta(hours=26)
"""Log files are in local time, by a zone that is not known; but the same port on another day is another logon."""


@reads(SESSION, LOGONS)
def own_logon(visit: Answer, logons: Answer) -> OwnLogon:
    """Found by the address and port that we came from: no other logon of the day has the same."""
    session = json.loads(visit.text)
    if session["vantage"] == "local":
        raise Absent(say("looked at from this machine itself, without a logon"))
    if session["vantage"] == "file":
        raise Absent(say("delivered by file, without a logon"))
    lines = logons.lines
    if lines[-1:] != ["end"]:
        raise CannotTell(Reason.TRUNCATED, say("the logs were not read to the end"))
    if not re.match(r"server=.", lines[0]) or not re.fullmatch(r"from=\S+ \d+ \S+ \d+", lines[1]):
        raise CannotTell(Reason.OUT_OF_VANTAGE, say("by which way we came in is not known"))
    if not session["hello"]:
        raise CannotTell(Reason.PARSE_ERROR, say("the host gave no time"))
    at = datetime.fromtimestamp(int(session["hello"]), UTC)
    rows = [line.split(" ") for line in lines if line.startswith("logon ")]
    found = {row[1] for row in rows if len(row) == 3 and _near(row[2], at)}
    read = {line[5:] for line in lines if line.startswith("read ")}
    unread = {line[7:] for line in lines if line.startswith("unread ")}
    if "journal" in read and logons.complaint:
        read.discard("journal")
        if logons.complaint != "No journal files were found.":
            unread.add("journal")
    if "folder" not in lines:
        unread.add("/var/log")
    return OwnLogon(tuple(sorted(found)), tuple(sorted(read)), tuple(sorted(unread)))


def _near(stamp: str, at: datetime) -> bool:
    """Seconds since 1970, RFC 3339, or `Nov_25_19:36:05` without a year."""
    try:
        if re.fullmatch(r"\d+\.\d+", stamp):
            moments = [datetime.fromtimestamp(float(stamp), UTC)]
        elif stamp[:4].isdigit():
            moment = datetime.fromisoformat(stamp)
            moments = [moment if moment.tzinfo else moment.replace(tzinfo=UTC)]
        else:
            years = (at.year - 1, at.year, at.year + 1)
            moments = [datetime.strptime(f"{y} {stamp}", "%Y %b_%d_%H:%M:%S").replace(tzinfo=UTC) for y in years]
    except ValueError:
        return False
    return any(abs(moment - at) < _A_DAY for moment in moments)
