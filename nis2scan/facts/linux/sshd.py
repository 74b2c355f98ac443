"""The settings that an SSH server runs with, asked of sshd itself, and what slows somebody who guesses passwords."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from nis2scan.api import (
    Absent,
    Answer,
    CannotTell,
    Fact,
    Maybe,
    Policy,
    Reason,
    Root,
    Said,
    derives,
    reads,
    say,
    shell,
)
from nis2scan.facts.linux.listeners import Listeners
from nis2scan.facts.linux.pam import PamAuth
from nis2scan.facts.linux.services import Processes

Settings = Mapping[str, str]

_OTHER_FILE = re.compile(r"^-f|\[listener\].*\s-f|\s-f.*\[listener\]")
_OTHER_SETTING = re.compile(r"-o\s*(password|kbdinter|challenge|authenticationmethods|usepam|permitroot)", re.I)


@dataclass(frozen=True)
class SshSettings(Fact):
    """Effective settings by name in lower case: for an ordinary user and root from outside, and from inside.

    outside: as seen from 198.51.100.1 (an address of documentation). inside: from an address of the machine's own
    networks; empty when it has none. otherwise_started: an sshd runs that was started with other settings.
    """

    outside: Settings
    root_outside: Settings
    inside: tuple[Settings, ...]
    ports: tuple[int, ...]
    otherwise_started: bool


@dataclass(frozen=True)
class SshServer(Fact):
    """How one gets in. password_alone: one thing that is known opens a session. password_only_inside: not from
    outside, by a Match block. asks_some: the second factor is asked only of who has set one up.
    """

    password_alone: bool
    password_only_inside: bool
    asks_some: bool
    root_login: str
    ports: tuple[int, ...]
    seen: Said


@dataclass(frozen=True)
class LoginGuard(Fact):
    """What slows guessing of passwords over SSH, by name. Never missing: nothing known means not slowed."""

    slows_guessing: bool
    seen: Said
    by: tuple[str, ...] = ()


# -G needs no root (OpenSSH 9.3 and later); -T wants the host keys. Match blocks count only with a connection (-C).
SSHD = shell(
    """d=$(command -v sshd) || exit 127
m=-G; $d -G -C user=nobody,host=h,addr=198.51.100.1,laddr=192.0.2.1,lport=22 >/dev/null 2>&1 || m=-T
ask() {
  echo "from=$1"
  $d $m -C "user=$2,host=h,addr=$3,laddr=$3,lport=22" || exit 1
}
ask outside nobody 198.51.100.1
ask root root 198.51.100.1
if command -v ip >/dev/null; then
  n=0
  for a in $(ip -o -4 addr show scope global); do
    case $a in
      [0-9]*.*.*.*/*) n=$((n+1)); [ $n -le 3 ] && ask inside nobody "${a%/*}";;
    esac
  done
fi
echo from=started
set --
for f in /proc/[0-9]*; do
  { read -r c < "$f/comm"; } 2>/dev/null && [ "$c" = sshd ] && set -- "$@" "$f/cmdline"
done
[ $# -eq 0 ] || cat "$@" 2>/dev/null | tr '\\000' '\\n'
echo end=sshd""",
    runs=("sshd", "ip", "cat", "tr"),
    needs=("sshd",),
    root=Root.PREFERRED,
    seconds=5,
    cap=131072,
)


@reads(SSHD)
def ssh_settings(answer: Answer) -> SshSettings:
    """sshd has resolved includes, defaults and Match blocks itself; a list cut short is no answer."""
    if not answer.ok and not answer.as_root and b"no hostkeys" in answer.err:
        raise CannotTell(Reason.NO_PRIVILEGE, say("before OpenSSH 9.3 only root can ask sshd for its settings"))
    lines = answer.lines
    if not lines or lines[-1] != "end=sshd" or "from=started" not in lines:
        raise CannotTell(Reason.TRUNCATED, say("sshd did not tell everything"))
    views: dict[str, list[dict[str, str]]] = {"outside": [], "root": [], "inside": []}
    ports: list[int] = []
    cut = lines.index("from=started")
    current: dict[str, str] = {}
    for line in lines[:cut]:
        if line.startswith("from="):
            current = {}
            views[line[5:]].append(current)
            continue
        name, _, value = line.strip().partition(" ")
        current.setdefault(name.lower(), value.strip())
        if name.lower() == "port" and int(value) not in ports:
            ports.append(int(value))
    started = lines[cut + 1 : -1]
    other = any(_OTHER_FILE.search(line) or _OTHER_SETTING.search(line) for line in started)
    (outside,), (root,) = views["outside"], views["root"]
    return SshSettings(outside, root, tuple(views["inside"]), tuple(ports), other)


@derives
def ssh_server(settings: Maybe[SshSettings], listeners: Maybe[Listeners], pam: Maybe[PamAuth]) -> SshServer:
    """Nothing that speaks SSH was heard: not applicable. Another server than this sshd: its settings are not known."""
    heard = listeners.value
    if heard is not None and heard.no_ssh:
        raise Absent(say("nothing that other machines can reach speaks SSH: the listeners were read"))
    known = settings.value
    if known is None:
        why = settings.why
        raise why if isinstance(why, CannotTell) else CannotTell(Reason.TOOL_MISSING, "sshd")
    alone = _password_alone(known.outside, pam) or _password_alone(known.root_outside, pam, root=True)
    inside = any(_password_alone(view, pam) for view in known.inside)
    if not alone:
        refuse_other_servers(known, heard)
    asks_some = pam.value is not None and pam.value.second_factor == "optional" and _word(known.outside, "usepam")
    return SshServer(
        password_alone=alone,
        password_only_inside=inside and not alone,
        asks_some=bool(asks_some) and alone,
        root_login=known.root_outside.get("permitrootlogin", ""),
        ports=known.ports,
        seen=_seen(known.outside),
    )


def refuse_other_servers(known: SshSettings, heard: Listeners | None) -> None:
    """A good word about one server says nothing about another that listens beside it."""
    if known.otherwise_started:
        raise CannotTell(Reason.PARSE_ERROR, say("an sshd runs that was started with other settings"))
    strangers = sorted({item.program for item in heard.ssh if not item.program.startswith("sshd")}) if heard else []
    if strangers:
        raise CannotTell(Reason.PARSE_ERROR, say("another SSH server listens: {names}", names=strangers))


def _word(view: Settings, name: str, older: str = "") -> bool:
    """A yes or no of sshd. Anything else, or nothing, cannot be judged."""
    value = view.get(name, view.get(older, ""))
    if value not in ("yes", "no"):
        raise CannotTell(Reason.PARSE_ERROR, say("sshd says {name} {value}", name=name, value=value))
    return value == "yes"


def _password_alone(view: Settings, pam: Maybe[PamAuth], *, root: bool = False) -> bool:
    """Whether one of the accepted ways in asks for nothing but what somebody knows.

    With UsePAM both `password` and `keyboard-interactive` go through the PAM stack: its second factor holds for both.
    """
    if root and view.get("permitrootlogin") != "yes":
        return False
    by_pam = _word(view, "usepam") if "usepam" in view else False  # sshd built without PAM does not name it
    open_ways = {"password"} if _word(view, "passwordauthentication") else set()
    if _word(view, "kbdinteractiveauthentication", "challengeresponseauthentication") and by_pam:
        open_ways.add("keyboard-interactive")
    methods = view.get("authenticationmethods", "any")
    ways = [[way] for way in open_ways] if methods == "any" else [way.split(",") for way in methods.split()]
    # keyboard-interactive:pam names the device behind it
    weak = [way for way in ways if all(step.partition(":")[0] in open_ways for step in way)]
    if not weak or not by_pam:
        return bool(weak)
    if pam.value is None:
        raise pam.why if isinstance(pam.why, CannotTell) else CannotTell(Reason.PARSE_ERROR, "PAM")
    if pam.value.second_factor == "conditional":
        raise CannotTell(
            Reason.PARSE_ERROR, say("PAM asks a second factor with exceptions that depend on circumstances")
        )
    return pam.value.second_factor != "required"


def _seen(view: Settings) -> Said:
    kbd = view.get("kbdinteractiveauthentication", view.get("challengeresponseauthentication", ""))
    return say(
        "PasswordAuthentication {password}, KbdInteractiveAuthentication {kbd}, UsePAM {pam}, "
        "AuthenticationMethods {how}",
        password=_shown(view.get("passwordauthentication", "")),
        kbd=_shown(kbd),
        pam=_shown(view.get("usepam", "")),
        how=_shown(view.get("authenticationmethods", "any")),
    )


def _shown(value: str) -> str:
    return value[:80] or "-"


@derives
def login_guard(
    settings: Maybe[SshSettings], pam: Maybe[PamAuth], processes: Maybe[Processes], policy: Policy
) -> LoginGuard:
    """fail2ban, sshguard, CrowdSec with its bouncer by process; PerSourcePenalties (on since OpenSSH 9.8); PAM."""
    running = processes.value
    watchers = ("fail2ban-server", "sshguard", "crowdsec-firewall-bouncer")
    seen = [name for name in watchers if running is not None and running.runs(name)]
    penalties = settings.value.outside.get("persourcepenalties", "no") if settings.value else "no"
    if penalties not in ("no", "none", ""):
        seen.append("PerSourcePenalties")
    by_pam = settings.value is not None and settings.value.outside.get("usepam") == "yes"
    if by_pam and pam.value is not None and 0 < pam.value.deny <= policy.lockout_max_attempts:
        seen.append("pam_faillock")
    if not seen:
        return LoginGuard(False, say("nothing seen that slows guessing"))
    return LoginGuard(True, say("guessing is slowed by {what}", what=seen), tuple(seen))
