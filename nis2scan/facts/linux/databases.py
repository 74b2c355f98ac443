"""Databases that run here, and what shows that they are dumped: files of dumps, and steps in scripts and settings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from nis2scan.api import Absent, Answer, CannotTell, Fact, Reason, Root, reads, say, shell
from nis2scan.facts.linux.services import COMMS, Processes, processes
from nis2scan.facts.linux.timers import moment

_ENGINES = {
    "mysqld": "MySQL",
    "mariadbd": "MySQL",
    "postgres": "PostgreSQL",
    "mongod": "MongoDB",
    "sqlservr": "SQL Server",
}
_WORDS = {"mysql": "MySQL", "postgres": "PostgreSQL", "mongo": "MongoDB", "mssql": "SQL Server", "any": "any"}
_DIRECTORS = ("bareos-dir", "bacula-dir")


@dataclass(frozen=True)
class Databases(Fact):
    """engines: that run. own: how many databases somebody made in an engine, where that could be counted.

    dumps: when the newest dump was written, UTC, by engine, `any` when its name does not tell. steps: engines of which
    a script or setting makes dumps. hooks: those of which the back-up itself does. director: the server of a back-up
    product keeps its own books in a database here. whole: all usual places could be looked into.
    """

    engines: tuple[str, ...]
    own: Mapping[str, int]
    dumps: Mapping[str, datetime]
    steps: frozenset[str]
    hooks: frozenset[str]
    director: bool
    whole: bool


# Only the newest time and a word for the engine leave the machine, no name of a file or database.
DATABASES = shell(
    r"""sight=full
look() { [ ! -e "$1" ] || { [ -r "$1" ] && [ -x "$1" ]; } || sight=some; }
d=/var/lib/mysql
if [ -d $d ] && [ -r $d ] && [ -x $d ]; then
  n=0
  for f in $d/*/; do
    [ -d "$f" ] || continue
    f=${f%/}
    case ${f##*/} in
      mysql|performance_schema|sys|information_schema|test|lost+found|'#'*|bacula|bareos|urbackup) ;;
      *) n=$((n + 1)) ;;
    esac
  done
  echo "own mysql $n"
fi
n=0 seen=
for d in /var/lib/postgresql/*/* /var/lib/pgsql/data /var/lib/pgsql/*/data; do
  [ -d "$d" ] || continue
  [ -r "$d/base" ] && [ -x "$d/base" ] || { seen=no; continue; }
  [ "$seen" = no ] || seen=yes
  m=-3
  for f in "$d"/base/[0-9]*; do [ -d "$f" ] && m=$((m + 1)); done
  [ $m -gt 0 ] && n=$((n + m))
done
[ "$seen" = yes ] && echo "own postgres $n"
set --
for d in /var/backups /var/backup /var/lib/automysqlbackup /var/lib/autopostgresqlbackup /backup /backups \
  /srv/backup /srv/backups /opt/backup /opt/backups /root/backup /root/backups /home/backup /home/backups \
  /var/opt/mssql/data /var/opt/mssql/backup; do
  [ -d $d ] && [ ! -L $d ] || continue
  look $d
  set -- "$@" $d
done
if [ $# -gt 0 ]; then
  found=$(find "$@" -xdev -maxdepth 4 -type f -size +1 \( -name '*.sql' -o -name '*.sql.*' -o -name '*.dump' \
    -o -name '*.dump.*' -o -name '*.pgdump' -o -name '*.bson*' -o -name '*.archive' -o -path '*/mssql/*.bak' \) \
    ! -name '*.part' ! -name '*.tmp' -exec stat -c '%Y %n' {} + 2>/dev/null) || sight=some
  printf '%s\n' "$found" | {
    mysql=0 postgres=0 mongo=0 mssql=0 any=0
    while read -r t p; do
      case $t in ''|*[!0-9]*) continue ;; esac
      case $p in
        *mysql*|*maria*) [ $t -gt $mysql ] && mysql=$t ;;
        *postgres*|*pg_*|*pgsql*|*.pgdump) [ $t -gt $postgres ] && postgres=$t ;;
        *mongo*|*.bson*) [ $t -gt $mongo ] && mongo=$t ;;
        */mssql/*.bak) [ $t -gt $mssql ] && mssql=$t ;;
        *) [ $t -gt $any ] && any=$t ;;
      esac
    done
    for e in mysql postgres mongo mssql any; do eval "t=\$$e"; [ $t -gt 0 ] && echo "dump $e $t"; done; }
fi
for f in /var/log/pgbackrest/*-backup.log; do
  [ -f "$f" ] && [ -r "$f" ] && [ ! -L "$f" ] || continue
  case $(tail -n 1 "$f") in
    *"backup command end: completed successfully"*) echo "dump postgres $(stat -c %Y "$f")" ;;
  esac
done
for f in /var/spool/cron /var/spool/cron/crontabs /etc/cron.d; do look $f; done
set --
for f in /etc/crontab /etc/cron.d/* /var/spool/cron/crontabs/* /var/spool/cron/* /etc/systemd/system/*.service \
  /etc/borgmatic/config.yaml /etc/borgmatic.d/*.yaml /etc/resticprofile/*; do
  [ -f "$f" ] && { [ -r "$f" ] || { sight=some; continue; }; } && set -- "$@" "$f"
done
for f in /usr/local/bin/* /usr/local/sbin/* /root/bin/* /root/*.sh /opt/*.sh /opt/*/*.sh /etc/cron.hourly/* \
  /etc/cron.daily/* /etc/cron.weekly/*; do
  [ -f "$f" ] && [ -r "$f" ] || continue
  { read -r l < "$f"; } 2>/dev/null
  case $l in '#!'*) set -- "$@" "$f" ;; esac
done
m='mysqldump|mariadb-dump|mariabackup|mariadb-backup|xtrabackup|automysqlbackup|mydumper|(mysql|mariadb)_databases:'
p='pg_dump|pg_basebackup|pgbackrest|wal-g|wal-e|barman|autopostgresqlbackup|postgresql_databases:'
# steps ENGINE PATTERN FILES: `hook` when the same file makes the back-up too, so that one does not go without the other
steps() {
  e=$1 w=$2; shift 2
  [ $# -gt 0 ] || return 0
  for f in $(grep -lsE "^[^#]*($w)" "$@"); do
    echo "step $e"
    grep -qsE '^[^#]*(restic|borg|duplicity)' "$f" && { echo "hook $e"; continue; }
    case $f in */borgmatic/*|*/borgmatic.d/*) echo "hook $e" ;; esac
  done
}
steps mysql "$m" "$@"
steps postgres "$p" "$@"
steps mongo 'mongodump|mongodb_databases:' "$@"
steps mssql 'BACKUP DATABASE|mssql-backup' "$@"
echo "sight $sight"
echo end""",
    runs=("find", "stat", "tail", "grep"),
    root=Root.PREFERRED,
    seconds=10,
    cap=8192,
)


@reads(COMMS, DATABASES)
def databases(comms: Answer, answer: Answer) -> Databases:
    """Absent when none of the known programs is among all processes."""
    running = processes.read(comms)
    assert isinstance(running, Processes)  # noqa: S101 the reader makes it
    engines = tuple(sorted({engine for program, engine in _ENGINES.items() if running.runs(program)}))
    if not engines:
        raise Absent(say("none of these programs runs: {programs}", programs=tuple(_ENGINES)))
    rows = [line.split() for line in answer.lines]
    if rows[-1:] != [["end"]] or not any(row[0] == "sight" for row in rows):
        raise CannotTell(Reason.TRUNCATED, say("the list of dumps is not whole"))
    dumps: dict[str, datetime] = {}
    for row in rows:
        if row[0] == "dump" and (when := moment(row[2])):
            dumps[_WORDS[row[1]]] = max(when, dumps.get(_WORDS[row[1]], when))
    return Databases(
        engines=engines,
        own={_WORDS[row[1]]: int(row[2]) for row in rows if row[0] == "own"},
        dumps=dumps,
        steps=frozenset(_WORDS[row[1]] for row in rows if row[0] == "step"),
        hooks=frozenset(_WORDS[row[1]] for row in rows if row[0] == "hook"),
        director=any(running.runs(name) for name in _DIRECTORS),
        whole=["sight", "full"] in rows,
    )
