"""Packages that the owner keeps from being updated: holds, pins, locks and excludes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from nis2scan.api import Answer, CannotTell, Fact, Maybe, Reason, derives, reads, say, shell
from nis2scan.facts.updates import PendingUpdates


@dataclass(frozen=True)
class HeldBack(Fact):
    """held: names or patterns that are not updated at all. pinned: those that apt keeps at a version.

    pinned_fixes: files in which apt is told to take nothing from a source of security fixes. barred: those that apt
    may not take from some source. by_apt: apt is used here, so it can be known whether a fix waits.
    """

    by_apt: bool
    held: tuple[str, ...]
    pinned: tuple[str, ...] = ()
    pinned_fixes: tuple[str, ...] = ()
    barred: tuple[str, ...] = ()


@dataclass(frozen=True)
class WaitingFixes(Fact):
    """names: of packages with a security fix on offer; None if unknown. Never missing: most machines hold nothing."""

    names: frozenset[str] | None


# apt reads preferences without an ending, or with .pref. What dnf leaves out of one source alone is a choice of source.
HELD = shell(
    """if [ -s /var/lib/dpkg/status ] && command -v dpkg-query >/dev/null; then
  dpkg-query -W -f '${db:Status-Abbrev} ${Package}\\n' | sed -n -e '/^h[^nc]/s/^[^ ]* */held /p' -e '$s/.*/==dpkg/p'
  for f in /etc/apt/preferences /etc/apt/preferences.d/*; do
    [ -f "$f" ] || continue
    case ${f##*/} in *.pref) ;; *.*) continue ;; esac
    [ -r "$f" ] || { echo "==unread $f"; continue; }
    echo "==pins $f"
    awk '/^[ \\t]*$/ { print "."; next } tolower($0) ~ /^(package|pin|pin-priority)[ \\t]*:/' "$f"
  done
fi
for f in /etc/dnf/dnf.conf /etc/yum.conf /etc/pacman.conf; do
  [ -f "$f" ] || continue
  [ -r "$f" ] || { echo "==unread $f"; continue; }
  echo "==ini $f"
  awk '/^[ \\t]*\\[/ { own = /\\[(main|options)\\]/; next }
    own && /^[ \\t]*(exclude|excludepkgs|IgnorePkg|IgnoreGroup)[ \\t]*=/ { sub(/^[^=]*=/, " "); more = 1 }
    !/^[ \\t]/ { more = 0 }
    own && more { gsub(/[ \\t,]+/, " "); print }' "$f"
done
for f in /etc/dnf/plugins/versionlock.list /etc/yum/pluginconf.d/versionlock.list /etc/dnf/versionlock.toml \\
    /etc/zypp/locks /etc/apk/world; do
  [ -f "$f" ] || continue
  [ -r "$f" ] || { echo "==unread $f"; continue; }
  echo "==lock $f"
  sed -e 's/#.*//' -e '/^[[:space:]]*$/d' "$f"
done
for d in /var/lib/rpm /usr/lib/sysimage/rpm /var/lib/pacman /lib/apk/db /usr/lib/apk/db; do
  [ -d $d ] && echo ==other
done
echo ==end""",
    runs=("dpkg-query", "sed", "awk"),
    needs=("sed", "awk"),
    seconds=5,
    cap=131072,
)


@reads(HELD)
def held_back(answer: Answer) -> HeldBack:
    """Without any package manager that is known here, nothing found means nothing."""
    lines = answer.text.splitlines()
    if lines[-1:] != ["==end"]:
        raise CannotTell(Reason.TRUNCATED, say("what is held back was not read to the end"))
    if "==dpkg" not in lines and "==other" not in lines:
        raise CannotTell(Reason.TOOL_MISSING, say("no package manager that is known here"))
    held: list[str] = []
    pins: dict[str, list[str]] = {}
    kind, path = "", ""
    for line in lines[:-1]:
        word, _, rest = line.partition(" ")
        if word == "==unread":
            raise CannotTell(Reason.NO_PRIVILEGE, rest)
        if word.startswith("=="):
            kind, path = word[2:], rest
        elif word == "held" and kind == "":
            held.append(rest.strip())
        elif kind == "pins":
            pins.setdefault(path, []).append(line)
        elif kind == "ini":
            held += line.split()
        elif kind == "lock":
            held += _locked(path.rsplit("/", 1)[-1], line.strip())
    every = [(file, *pin) for file, lines in pins.items() for pin in _pins(lines)]
    pinned = [name for _, names, pin, priority in every if _keeps(pin, priority) for name in names]
    lowered = _lowered([(file, pin, priority) for file, names, pin, priority in every if "*" in names])
    named = [(names, priority) for _, names, pin, priority in every if not pin.startswith("version")]
    barred = [name for names, priority in named if priority < 100 for name in names if name != "*"]
    unique = (tuple(dict.fromkeys(names)) for names in (held, pinned, lowered, barred))
    return HeldBack("==dpkg" in lines, *unique)


@derives
def waiting_fixes(updates: Maybe[PendingUpdates]) -> WaitingFixes:
    """A machine that holds nothing back must not be unjudged for want of its lists."""
    if updates.value is None:
        return WaitingFixes(None)
    return WaitingFixes(frozenset(item.name for item in updates.value.pending if item.security))


_FIXES = re.compile(r"^(release\b.*(-security|=\s*Debian-Security)|origin\b.*security\.)", re.I)
_ALL = re.compile(r"^release\s+(\*|(o|l)\s*=\s*\"?(Debian|Ubuntu|Linux ?Mint)\"?|a\s*=\s*\*)$|^origin\s+\*$", re.I)


def _lowered(pins: list[tuple[str, str, int]]) -> list[str]:
    """Files with a pin on everything by which no fix is chosen: one on their source, or on all of the system's, which
    are upgraded no more below 100. Of pins on everything the first that fits counts.
    """
    found = []
    for file, pin, priority in pins:
        fixes = bool(_FIXES.search(pin))
        if fixes and priority >= 500:
            break
        if priority < (500 if fixes else 100) and (fixes or _ALL.match(pin)):
            found.append(file)
    return found


def _locked(file: str, line: str) -> list[str]:
    """A line of a list of locks. Excluded versions of dnf (`!…`) are no lock on the others."""
    if file == "versionlock.list":
        return [] if line.startswith("!") else [line]
    if file == "versionlock.toml":
        return re.findall(r'^name\s*=\s*"([^"]*)"', line)
    if file == "locks":
        return re.findall(r"^solvable_name:\s*(\S+)", line)
    return (
        [line] if re.search(r"[<=~]", line.partition("@")[0]) else []
    )  # of the wishes of apk only those with a version


def _pins(lines: list[str]) -> Iterator[tuple[list[str], str, int]]:
    """Names, what is pinned, and its priority, of each paragraph that is whole."""
    fields: dict[str, str] = {}
    for line in [*lines, "."]:
        if line != ".":
            name, _, value = line.partition(":")
            fields[name.strip().lower()] = value.strip()
            continue
        priority = fields.get("pin-priority", "").replace("never", "-32768")
        if "package" in fields and "pin" in fields and re.fullmatch(r"[+-]?\d{1,6}", priority):
            yield fields["package"].split(), fields["pin"], int(priority)
        fields = {}


def _keeps(pin: str, priority: int) -> bool:
    """A version that is preferred, or a version that is kept out."""
    return pin.startswith("version") and (priority >= 500 or priority < 0)
