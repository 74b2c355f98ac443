"""When accounts were last used: the records of logins, of old and new kind, and what sshd accepted."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime

from nis2scan.api import Absent, Answer, CannotTell, Fact, Maybe, Reason, Root, derives, reads, say, shell
from nis2scan.facts.linux.accounts import Accounts, PasswordStates, User
from nis2scan.facts.linux.services import Processes
from nis2scan.facts.linux.ssh_keys import LoginKeys

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_WITHOUT_LOGIN = {
    "smbd": "Samba",
    "dovecot": "Dovecot",
    "vsftpd": "vsftpd",
    "proftpd": "ProFTPD",
    "pure-ftpd": "Pure-FTPd",
}
"""They let in the accounts of the machine, and keep none of the records that are read here."""
_EPOCH_DAY = date(1970, 1, 1).toordinal()


@dataclass(frozen=True)
class LastLogins(Fact):
    """The last session of each account, those that are open now, and since when sessions are known to be recorded."""

    last: dict[str, datetime]
    open: frozenset[str]
    since: datetime


@dataclass(frozen=True)
class SshLogins(Fact):
    """When sshd last let each account in, also for a single command, which is no session in the other records."""

    last: dict[str, datetime]


@dataclass(frozen=True)
class AccountDays(Fact):
    """From shadow(5), by name: when the password was set, and from when the account is closed; None for never."""

    changed: dict[str, date | None]
    closed: dict[str, date | None]


@dataclass(frozen=True)
class Use:
    """One account. usable: by password or key; None where that is not known. last: None where no login is recorded."""

    name: str
    usable: bool | None
    last: datetime | None
    open: bool
    made: date | None
    closed: date | None


@dataclass(frozen=True)
class AccountUse(Fact):
    """Every account besides root that a person could log in to. since: no login before it is known. newest: of all.

    unrecorded: services by which an account may be used without a login that is recorded.
    """

    accounts: tuple[Use, ...]
    since: datetime
    newest: datetime | None
    unrecorded: tuple[str, ...]


# In Debian 13 `last` is wtmpdb, which takes a session that a crash ended for one that is still open.
LOGINS = shell(
    """sessions() {
  awk -v trust="$1" '$1 ~ /^(reboot|shutdown|runlevel)$/ || NF == 0 { next }
  match($0, / [A-Z][a-z][a-z] [A-Z][a-z][a-z] [ 0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9] [0-9][0-9][0-9][0-9]/) {
    split(substr($0, RSTART + 1, RLENGTH - 1), w, / +/); when = w[2] " " w[3] " " w[4] " " w[5]
    if ($2 == "begins") { print "begins=" when; next }
    if (!seen[$1]++) print "login=" when " " $1
    if (trust && /still logged in/ && !held[$1]++) print "open=" $1
    next
  }
  { print "odd" }'
}
latest() {
  awk '/^Username / || /\\*\\*Never logged in\\*\\*$/ { next }
  match($0, /[A-Z][a-z][a-z] [ 0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9] \\+0000 [0-9][0-9][0-9][0-9]$/) {
    split(substr($0, RSTART), w, / +/); print "kept=" w[1] " " w[2] " " w[3] " " w[5] " " $1; next
  }
  { print "odd" }'
}
if command -v lastlog2 >/dev/null && [ -r /var/lib/lastlog/lastlog2.db ]; then
  all=$(lastlog2) || exit 1; printf '%s\\n' "$all" | latest
elif command -v lastlog >/dev/null && [ -r /var/log/lastlog ]; then
  all=$(lastlog) || exit 1; printf '%s\\n' "$all" | latest
fi
if command -v wtmpdb >/dev/null && [ -r /var/lib/wtmpdb/wtmp.db ]; then
  all=$(wtmpdb last -F -w) || exit 1; printf '%s\\n' "$all" | sessions ""
elif command -v last >/dev/null; then
  for f in /var/log/wtmp /var/log/wtmp.1; do
    [ -r $f ] && [ -s $f ] || continue
    all=$(last -F -w -f $f) || exit 1; printf '%s\\n' "$all" | sessions 1
  done
fi
echo end=logins""",
    runs=("lastlog2", "lastlog", "wtmpdb", "last", "awk"),
    needs=("awk",),
    root=Root.PREFERRED,
    seconds=6,
    cap=262144,
)

SSH_LOGINS = shell(
    """{ [ -n "$(journalctl -q --no-pager -n 1)" ] || echo failed
journalctl -q --no-pager -o short-unix -r --since=-181d _COMM=sshd _COMM=sshd-session || echo failed
} | awk '
$0 == "failed" { print; next }
$4 == "Accepted" && $6 == "for" && !seen[$7]++ { sub(/[.].*/, "", $1); print $1 " " $7 }
END { print "end=accepted" }'""",
    runs=("journalctl", "awk"),
    needs=("journalctl", "awk"),
    root=Root.REQUIRED,
    seconds=12,
    cap=65536,
)

ACCOUNT_DAYS = shell(
    """awk -F: 'NF > 7 { print $1 ":" $3 ":" $8 } END { print "==end" }' /etc/shadow""",
    runs=("awk",),
    needs=("awk",),
    root=Root.REQUIRED,
    seconds=2,
    cap=262144,
)


@reads(LOGINS)
def last_logins(answer: Answer) -> LastLogins:
    """Where nothing says since when it records, nothing can be said of those who are not in it."""
    *lines, end = answer.lines or [""]
    if end != "end=logins":
        raise CannotTell(Reason.TRUNCATED, say("the records of logins were not read to the end"))
    last: dict[str, datetime] = {}
    begins, opened = list[datetime](), set[str]()
    for line in lines:
        word, _, rest = line.partition("=")
        if word == "open":
            opened.add(rest)
        elif word == "begins":
            begins.append(_moment(rest.split()))
        elif word in ("login", "kept"):
            *when, name = rest.split()
            moment = _moment(when)
            last[name] = max(moment, last.get(name, moment))
            begins += [moment] if word == "kept" else []  # one record an account, never thrown away
        else:
            raise CannotTell(Reason.PARSE_ERROR, say("a record of a login was not understood"))
    if not begins:
        raise CannotTell(Reason.PARSE_ERROR, say("no records of logins were found"))
    return LastLogins(last, frozenset(opened), min(begins))


def _moment(words: list[str]) -> datetime:
    """`Nov 20 20:01:23 2026`, in UTC as the collector sets it."""
    month, day, clock, year = words
    hour, minute, second = clock.split(":")
    return datetime(int(year), _MONTHS.index(month) + 1, int(day), int(hour), int(minute), int(second), tzinfo=UTC)


@reads(SSH_LOGINS)
def ssh_logins(answer: Answer) -> SshLogins:
    *lines, end = answer.lines or [""]
    if end != "end=accepted" or "failed" in lines:
        raise CannotTell(Reason.PARSE_ERROR, say("the journal did not tell whom sshd let in"))
    rows = [line.split() for line in lines]
    return SshLogins({name: datetime.fromtimestamp(int(when), UTC) for when, name in rows})


@reads(ACCOUNT_DAYS)
def account_days(answer: Answer) -> AccountDays:
    *rows, end = answer.lines or [""]
    if end != "==end" or not rows:
        raise CannotTell(Reason.PARSE_ERROR, say("the days of passwords could not be read"))
    changed: dict[str, date | None] = {}
    closed: dict[str, date | None] = {}
    for row in rows:
        name, set_on, closed_on = row.split(":")
        changed[name] = _day(set_on) if set_on != "0" else None  # 0: to be changed at the next login
        closed[name] = _day(closed_on)
    return AccountDays(changed, closed)


def _day(text: str) -> date | None:
    """Days since 1970; empty or negative is never."""
    return date.fromordinal(_EPOCH_DAY + int(text)) if text and int(text) >= 0 else None


@derives
def account_use(
    accounts: Accounts,
    passwords: PasswordStates,
    days: AccountDays,
    logins: LastLogins,
    accepted: SshLogins,
    keys: Maybe[LoginKeys],
    processes: Maybe[Processes],
) -> AccountUse:
    """What can be logged in to has a shell, and a password or a key."""
    uses = []
    for user in accounts.users:
        if user.uid == 0 or not user.logs_in:
            continue
        moments = [known[user.name] for known in (logins.last, accepted.last) if user.name in known]
        uses.append(
            Use(
                name=user.name,
                usable=passwords.states.get(user.name) in ("set", "empty") or user.open or _has_key(user, keys),
                last=max(moments, default=None),
                open=user.name in logins.open,
                made=days.changed.get(user.name),
                closed=days.closed.get(user.name),
            )
        )
    if all(use.usable is False for use in uses):
        raise Absent(say("no account besides root has a shell and a password or key"))
    running = processes.value
    unrecorded = tuple(shown for name, shown in _WITHOUT_LOGIN.items() if running is not None and running.runs(name))
    return AccountUse(tuple(uses), logins.since, max(logins.last.values(), default=None), unrecorded)


def _has_key(user: User, keys: Maybe[LoginKeys]) -> bool | None:
    if keys.absent:
        return False
    if keys.value is None:
        return None
    known = keys.value.known
    return True if known.of(user.name) else None if user.name in known.unread or known.elsewhere else False
