"""How PAM lets people in over SSH: whether a second factor is really asked, and whether guessing locks an account."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from nis2scan.api import Answer, CannotTell, Fact, Reason, Root, reads, say, shell

_FACTORS = re.compile(r"^pam_(google_authenticator|u2f|oath|duo|yubico|privacyidea|otpw|totp)\.so$")
_LENIENT = {"nullok", "nouserok"}  # who has set up no second factor needs none
_CONDITIONS = re.compile(r"^pam_(succeed_if|access|listfile|exec|rhosts|time|group|script|wheel)\.so$")
_CONTROLS = {  # Linux-PAM's own long forms of the four words, pam.conf(5)
    "required": {"success": "ok", "new_authtok_reqd": "ok", "ignore": "ignore", "default": "bad"},
    "requisite": {"success": "ok", "new_authtok_reqd": "ok", "ignore": "ignore", "default": "die"},
    "sufficient": {"success": "done", "new_authtok_reqd": "done", "default": "ignore"},
    "optional": {"success": "ok", "new_authtok_reqd": "ok", "default": "ignore"},
}


@dataclass(frozen=True)
class PamAuth(Fact):
    """The `auth` stack of sshd.

    second_factor: `required`, `optional` (only who has set one up is asked), `conditional` (there are exceptions that
    only the running system can decide) or `none`. deny: failed tries after which an account is locked; 0 is never.
    """

    second_factor: str
    deny: int


@dataclass(frozen=True)
class _Rule:
    control: dict[str, str]
    module: str
    arguments: tuple[str, ...]
    end: int  # where `done` and `die` lead: behind the substack, or behind everything


# Only `auth` lines and includes; values of arguments are kept only where they are needed, others may be secrets.
PAM = shell(
    """set --
for d in /etc/pam.d /usr/lib/pam.d /usr/etc/pam.d /usr/share/pam.d; do
  for f in "$d"/*; do [ -f "$f" ] && set -- "$@" "$f"; done
done
[ $# -gt 0 ] || { echo "no PAM files" >&2; exit 3; }
awk 'FNR == 1 { held = ""; print "file=" FILENAME }
{ sub(/#.*/, ""); if (sub(/\\\\$/, " ")) { held = held $0; next } $0 = held $0; held = "" }
$1 ~ /^(-?[Aa][Uu][Tt][Hh]|@include)$/ {
  line = $0; kept = ""
  if (match(line, /\\[[^]]*\\]/)) {
    kept = substr(line, 1, RSTART + RLENGTH - 1); line = substr(line, RSTART + RLENGTH)
  }
  gsub(/[a-zA-Z_]*(pass|secret|key|token|pw)[a-zA-Z_]*=[^ \\t]*/, "hidden", line)
  print FILENAME ":" kept line
}
END { print "end=pam" }' "$@" || exit 4
for f in /etc/security/faillock.conf; do
  [ -r "$f" ] || continue
  while read -r k e v x; do case $k in deny|deny=*) echo "faillock=$k$e$v";; esac; done < "$f"
done
:""",
    runs=("awk",),
    needs=("awk",),
    root=Root.PREFERRED,
    seconds=3,
    cap=131072,
)


@reads(PAM)
def pam_auth(answer: Answer) -> PamAuth:
    """The stack of the service `sshd` (or `other`), includes taken in; then: can one get in without the factor?"""
    lines = answer.lines
    if "end=pam" not in lines:
        raise CannotTell(Reason.TRUNCATED, say("the PAM files were not read to the end"))
    files: dict[str, list[str]] = {}
    for line in lines[: lines.index("end=pam")]:
        path, _, rule = line.removeprefix("file=").partition(":")
        folder, _, name = path.rpartition("/")
        kept = files.setdefault(name, [folder])  # /etc/pam.d comes first and wins
        if kept[0] == folder and rule:
            kept.append(rule)
    service = "sshd" if "sshd" in files else "other"
    if service not in files:
        raise CannotTell(Reason.PARSE_ERROR, say("PAM knows no service sshd"))
    stack = _expanded(service, files, [])
    return PamAuth(_second_factor(stack), _deny(stack, lines))


def _expanded(service: str, files: dict[str, list[str]], above: Sequence[str]) -> list[_Rule]:
    """A flat stack. `end` counts from the end of the list made here and is set right by the caller."""
    if service in above or service not in files:
        raise CannotTell(Reason.PARSE_ERROR, say("PAM includes {service}, which could not be read", service=service))
    stack: list[_Rule] = []
    for text in files[service][1:]:
        words = re.findall(r"\[(?:[^\]\\]|\\.)*\]|\S+", text)
        how = words[1].lower() if len(words) > 1 else ""
        if words[0] == "@include" or how in ("include", "substack"):
            inner = _expanded(words[-1].rpartition("/")[2], files, [*above, service])
            start, last = len(stack), len(stack) + len(inner)
            for rule in inner:
                behind = start + rule.end if rule.end >= 0 else (last if how == "substack" else -1)
                stack.append(_Rule(rule.control, rule.module, rule.arguments, behind))
        elif len(words) > 2:
            stack.append(_Rule(_control(how), words[2].rpartition("/")[2], tuple(words[3:]), -1))
        else:
            raise CannotTell(Reason.PARSE_ERROR, say("a PAM line has no module"))
    return stack


def _control(word: str) -> dict[str, str]:
    if word in _CONTROLS:
        return _CONTROLS[word]
    pairs = re.findall(r"([a-z_]+)=(\w+)", word)
    if not word.startswith("[") or not pairs:
        raise CannotTell(Reason.PARSE_ERROR, say("a PAM control is not known"))
    return dict(pairs)


def _second_factor(stack: list[_Rule]) -> str:
    factors = [rule for rule in stack if _FACTORS.match(rule.module)]
    if not factors:
        return "none"
    if not _opens(stack, lenient=True, conditions=True):
        return "required"
    if _opens(stack, lenient=False, conditions=False):
        return "none"
    return "conditional" if not _opens(stack, lenient=True, conditions=False) else "optional"


def _opens(stack: list[_Rule], *, lenient: bool, conditions: bool) -> bool:
    """Whether some course of events lets somebody in who knows the password and has no second factor.

    lenient: modules that excuse people without a factor do so. conditions: modules that only look at circumstances
    may say yes. Walks all (place, standing) pairs that can be reached; standing is `` (nothing said), ok or bad.
    """
    todo, seen = [(0, "")], set()
    while todo:
        state = todo.pop()
        if state in seen:
            continue
        seen.add(state)
        at, standing = state
        if at >= len(stack):
            if standing == "ok":
                return True
            continue
        rule = stack[at]
        for result in _results(rule, lenient, conditions):
            action = rule.control.get(result, rule.control.get("default", "bad"))
            todo.append(_next(at, standing, action, rule.end if rule.end >= 0 else len(stack)))
    return False


def _results(rule: _Rule, lenient: bool, conditions: bool) -> tuple[str, ...]:
    if _FACTORS.match(rule.module):
        excused = lenient and bool(_LENIENT & set(rule.arguments))
        return ("auth_err", "ignore", "success") if excused else ("auth_err",)
    if rule.module == "pam_deny.so":
        return ("auth_err",)
    if rule.module in ("pam_permit.so", "pam_env.so"):
        return ("success",)
    if _CONDITIONS.match(rule.module) and not conditions:
        return ("auth_err",)
    return ("success", "auth_err", "ignore", "user_unknown")


def _next(at: int, standing: str, action: str, end: int) -> tuple[int, str]:
    if action.isdigit():
        return at + 1 + int(action), standing
    if action in ("ok", "done"):
        standing = standing or "ok"
        return (end if action == "done" and standing == "ok" else at + 1), standing
    if action in ("bad", "die"):
        return (end if action == "die" else at + 1), "bad"
    return at + 1, "" if action == "reset" else standing


def _deny(stack: list[_Rule], lines: list[str]) -> int:
    """pam_faillock: an argument in the stack wins over faillock.conf, and the default is 3 tries. Without a line with
    `authfail` it counts none.
    """
    if not any(rule.module == "pam_tally2.so" or "authfail" in rule.arguments for rule in stack):
        return 0
    for rule in stack:
        if rule.module in ("pam_faillock.so", "pam_tally2.so"):
            told = [word[5:] for word in rule.arguments if word.startswith("deny=")]
            if rule.module == "pam_faillock.so":
                told += [line.rpartition("=")[2].strip() for line in lines if line.startswith("faillock=")]
            default = "3" if rule.module == "pam_faillock.so" else "0"
            return int((told or [default])[0])
    return 0
