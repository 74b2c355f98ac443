"""Whether somebody who guesses passwords is really slowed down: by a jail that watches SSH, by sshd or by PAM."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal, TypeVar

from nis2scan.api import (
    Answer,
    CannotTell,
    Fact,
    Maybe,
    Message,
    Policy,
    Reason,
    Root,
    Said,
    derives,
    reads,
    say,
    shell,
)
from nis2scan.facts.linux.accounts import Accounts, PasswordStates
from nis2scan.facts.linux.listeners import Listeners
from nis2scan.facts.linux.pam import PamAuth
from nis2scan.facts.linux.services import Processes
from nis2scan.facts.linux.sshd import LoginGuard, SshServer, SshSettings, refuse_other_servers

F = TypeVar("F")

_CROWDSEC = "crowdsec-firewall-bouncer"


@dataclass(frozen=True)
class Jail:
    """A jail of fail2ban. tries: after how many it acts. watches: it reads something. acts: it has an action."""

    name: str
    tries: int
    watches: bool
    acts: bool


@dataclass(frozen=True)
class SshJails(Fact):
    """The jails of fail2ban with `ssh` in their name, and whether CrowdSec has rules for SSH."""

    jails: tuple[Jail, ...]
    crowdsec: bool


@dataclass(frozen=True)
class Guessing(Fact):
    """over_ssh: a password may open a session there. slowed: by what. idle: what runs, and slows nothing.

    people: how many could try each other's passwords on the machine itself; None where that could not be read.
    """

    over_ssh: bool
    slowed: tuple[str, ...]
    idle: tuple[Said, ...]
    people: int | None


# fail2ban-client asks the running server over its socket; Python is told to keep no compiled files.
JAILS = shell(
    """set -f
export PYTHONDONTWRITEBYTECODE=1
for f in /etc/crowdsec/collections/sshd.yaml /etc/crowdsec/scenarios/ssh-bf.yaml; do
  [ -e "$f" ] && { echo crowdsec; break; }
done
if command -v fail2ban-client >/dev/null; then
  if all=$(fail2ban-client status 2>/dev/null); then
    n=0
    for j in $(printf '%s\\n' "$all" | awk '/Jail list:/ { sub(/.*Jail list:/, ""); gsub(/,/, " "); print }'); do
      case $j in *[!a-zA-Z0-9._-]*|-*) continue ;; *[sS][sS][hH]*) ;; *) continue ;; esac
      n=$((n+1)); [ $n -le 4 ] || break
      t=$(fail2ban-client get "$j" maxretry) && s=$(fail2ban-client status "$j") || exit 1
      a=$(fail2ban-client get "$j" actions) || exit 1
      w=$(printf '%s\\n' "$s" | awk '/Journal matches:/ { sub(/.*Journal matches:/, ""); if (NF) print "/" }
        /File list:/ { sub(/.*File list:/, ""); print }')
      seen=no; for f in $w; do [ -s "$f" ] && seen=yes; done
      acts=no; case $a in *"following actions:"*) acts=yes ;; esac
      printf 'jail=%s %s %s %s\\n' "$j" "$t" "$seen" "$acts"
    done
  else echo down
  fi
fi
echo end=jails""",
    runs=("fail2ban-client", "awk"),
    root=Root.REQUIRED,
    seconds=8,
    cap=16384,
)


@reads(JAILS)
def ssh_jails(answer: Answer) -> SshJails:
    """A server that does not answer has no jail."""
    *lines, end = answer.lines or [""]
    if end != "end=jails":
        raise CannotTell(Reason.TRUNCATED, say("fail2ban did not tell everything"))
    jails = []
    for line in lines:
        if line in ("crowdsec", "down"):
            continue
        match = re.fullmatch(r"jail=(\S+) (\d+) (yes|no) (yes|no)", line)
        if match is None:
            raise CannotTell(Reason.PARSE_ERROR, say("a line about fail2ban was not understood"))
        jails.append(Jail(match[1], int(match[2]), match[3] == "yes", match[4] == "yes"))
    return SshJails(tuple(jails), "crowdsec" in lines)


@derives
def guessing(
    server: Maybe[SshServer],
    settings: Maybe[SshSettings],
    guard: LoginGuard,
    jails: Maybe[SshJails],
    processes: Processes,
    pam: Maybe[PamAuth],
    listeners: Listeners,
    accounts: Accounts,
    passwords: Maybe[PasswordStates],
    policy: Policy,
) -> Guessing:
    """Several things can slow guessing; one that works is enough. Only when none does, all must have been looked at."""
    people, locks = _people(accounts, passwords), pam.value.deny if pam.value is not None else 0
    idle = [say("pam_faillock lets {count} tries pass", count=locks)] if locks > policy.lockout_max_attempts else []
    if server.absent:
        _known(pam, "PAM")
        locked = 0 < locks <= policy.lockout_max_attempts
        return Guessing(False, ("pam_faillock",) if locked else (), tuple(idle), people)
    sshd = _known(settings, "sshd")
    works = {name: _idle(name, sshd, jails.value, processes, policy) for name in guard.by}
    slowed = tuple(name for name, why in works.items() if why == "")
    if slowed:
        refuse_other_servers(sshd, listeners)
        return Guessing(True, slowed, (), people)
    if None in works.values():
        _known(jails, "fail2ban")
    if sshd.outside.get("usepam") == "yes":
        _known(pam, "PAM")
    way = _known(server, "sshd")
    idle += [why for why in works.values() if why]
    return Guessing(way.password_alone or way.password_only_inside, (), tuple(idle), people)


def _known(fact: Maybe[F], what: str) -> F:
    if fact.value is None:
        raise fact.why if isinstance(fact.why, CannotTell) else CannotTell(Reason.TOOL_MISSING, what)
    return fact.value


def _idle(
    name: str, sshd: SshSettings, jails: SshJails | None, processes: Processes, policy: Policy
) -> Message | Literal[""] | None:
    """Why something that runs slows nobody; empty when it does its work, None when that is not known."""
    if name == "PerSourcePenalties":
        match = re.search(r"\bauthfail:(\d+(?:\.\d+)?)", sshd.outside.get("persourcepenalties", ""))
        works = match is not None and float(match[1]) > 0
        return "" if works else say("PerSourcePenalties gives no penalty for a wrong password")
    if name not in ("fail2ban-server", _CROWDSEC):
        return ""
    if jails is None:
        return None
    if name == _CROWDSEC:
        works = jails.crowdsec and processes.runs("crowdsec")
        return "" if works else say("CrowdSec has no rules for SSH on this machine")
    working = [jail.tries for jail in jails.jails if jail.watches and jail.acts]
    if any(0 < tries <= policy.lockout_max_attempts for tries in working):
        return ""
    if working:
        return say("fail2ban lets {count} tries pass", count=min(working))
    return say("fail2ban runs, and no jail of it watches SSH")


def _people(accounts: Accounts, passwords: Maybe[PasswordStates]) -> int | None:
    humans = [user.name for user in accounts.users if user.human]
    if len(humans) < 2:
        return len(humans)
    if passwords.value is None:
        return None
    return sum(passwords.value.states.get(name) == "set" for name in humans)
