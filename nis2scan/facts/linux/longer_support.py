"""Whether paid or longer support is in force, by what its tools keep on disk: `pro status` itself writes."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime

from debian.debian_support import NativeVersion

from nis2scan.api import Answer, CannotTell, Fact, Maybe, Reason, derives, reads, say, shell
from nis2scan.facts.support import LongerInForce


@dataclass(frozen=True)
class LongerSupport(Fact):
    """system, universe: Ubuntu Pro brings fixes for the system itself, and for the packages of universe.

    missed: installed packages for which only Ubuntu Pro has a fix; None where its lists are not on the machine.
    listed_at: when those lists were refreshed. registered: with the maker of the system (Red Hat). elts: a source of
    the paid support of Debian is on.
    """

    now: datetime
    system: bool
    universe: bool
    missed: tuple[str, ...] | None
    listed_at: datetime | None
    registered: bool | None
    elts: bool


# Ubuntu keeps lists of what Pro would bring also where there is no Pro. Only versions that differ from what is
# installed come out; which one is newer is for the scanner. Of the state file no names and accounts are told.
LONGER = shell(
    r"""printf 'now '; date -u +%s
s=/var/lib/ubuntu-advantage/status.json
if [ -r $s ]; then grep -oE '"(name|status|expires)": *"[^"\\]*"' $s
elif [ -e $s ]; then echo "unread $s"; fi
for f in /etc/pki/consumer/cert.pem /etc/yum.repos.d/redhat-rhui*.repo /etc/yum.repos.d/rh-cloud*.repo; do
  [ -e "$f" ] && echo registered
done
[ -d /etc/pki/consumer ] && [ ! -x /etc/pki/consumer ] && echo closed
cat /etc/apt/sources.list /etc/apt/sources.list.d/*.list /etc/apt/sources.list.d/*.sources 2>/dev/null |
  grep -qE '^[^#]*//[^ ]*/extended-lts' && echo elts
d=/var/lib/ubuntu-advantage/apt-esm/var/lib/apt/lists
if [ -d $d ] && command -v dpkg-query >/dev/null; then
  printf 'listed '; stat -c %Y $d
  h=/usr/lib/apt/apt-helper
  {
    dpkg-query -W -f '@i ${Package} ${db:Status-Abbrev} ${Architecture} ${Version}\n'
    for f in "$d"/*_Packages "$d"/*_Packages.*; do
      [ -e "$f" ] || continue
      printf '\n@list\n'
      if [ -x "$h" ]; then "$h" cat-file "$f"
      else case $f in *_Packages) cat "$f" ;; *) false ;; esac; fi || printf '\n@failed\n'
    done
    printf '\n@end\n'
  } | awk '
  /^Package: / { p = $2; next }
  /^Version: / { v = $2; next }
  /^Architecture: / { a = $2; next }
  /^$/ { if (p in have) print "offer", p, a, v; p = v = a = ""; next }
  /^@i / { if ($3 ~ /^.i/) { have[$2] = 1; print "installed", $2, $4, $5 }; next }
  /^@(list|failed)$/ { print substr($0, 2); next }
  /^@end$/ { print "listed_all" }' | awk '
  /^installed / { row[$2] = row[$2] $0 "\n"; same[$2 " " $4] = 1; next }
  /^offer / { if (!(($2 " " $4) in same)) { print; want[$2] = 1 }; next }
  { print }
  END { for (p in want) printf "%s", row[p] }'
fi
echo end""",
    runs=("date", "grep", "cat", "stat", "dpkg-query", "awk", "/usr/lib/apt/apt-helper"),
    needs=("date", "grep", "awk"),
    seconds=10,
    cap=524288,
)


@reads(LONGER)
def longer_support(answer: Answer) -> LongerSupport:
    """Where `pro` was never attached there is no state file, or one that says so."""
    lines = answer.lines
    if lines[-1:] != ["end"] or not re.fullmatch(r"now \d+", lines[0]):
        raise CannotTell(Reason.TRUNCATED, say("whether longer support is in force was not read to the end"))
    if unread := next((line[7:] for line in lines if line.startswith("unread ")), ""):
        raise CannotTell(Reason.NO_PRIVILEGE, unread)
    now = datetime.fromtimestamp(int(lines[0][4:]), UTC)
    services = {} if _expired(lines, now) else _services(lines)
    at = next((int(line[7:]) for line in lines if re.fullmatch(r"listed \d+", line)), None)
    return LongerSupport(
        now=now,
        system=services.get("esm-infra") == "enabled",
        universe=services.get("esm-apps") == "enabled",
        missed=_missed(lines),
        listed_at=datetime.fromtimestamp(at, UTC) if at is not None else None,
        registered=True if "registered" in lines else (None if "closed" in lines else False),
        elts="elts" in lines,
    )


def _services(lines: list[str]) -> dict[str, str]:
    """Each service names itself before it tells its status."""
    found: dict[str, str] = {}
    name = ""
    for line in lines:
        if match := re.fullmatch(r'"(name|status)": *"([^"]*)"', line):
            if match[1] == "name":
                name = match[2]
            else:
                found.setdefault(name, match[2])
    return found


def _expired(lines: list[str], now: datetime) -> bool:
    """A contract without an end has none, or ends in the year 9999."""
    for line in lines:
        if match := re.fullmatch(r'"expires": *"(\d{4}-\d\d-\d\d)[^"]*"', line):
            return match[1] < f"{now:%Y-%m-%d}"
    return False


def _missed(lines: list[str]) -> tuple[str, ...] | None:
    """Packages of which the lists of Pro have a newer version for the same architecture."""
    if "list" not in lines or "listed_all" not in lines:
        return None
    if "failed" in lines:
        raise CannotTell(Reason.PARSE_ERROR, say("the lists of Ubuntu Pro were not read to the end"))
    rows = [line.split(" ") for line in lines if line.startswith(("offer ", "installed "))]
    if any(len(row) != 4 for row in rows):
        raise CannotTell(Reason.PARSE_ERROR, say("the lists of Ubuntu Pro were not read to the end"))
    installed: dict[tuple[str, str], str] = {(row[1], row[2]): row[3] for row in rows if row[0] == "installed"}
    newer = set()
    for kind, name, arch, version in rows:
        mine = installed.get((name, arch)) if kind == "offer" else None
        if mine is not None and NativeVersion(version) > NativeVersion(mine):
            newer.add(name)
    return tuple(sorted(newer))


@derives
def longer_in_force(support: Maybe[LongerSupport]) -> LongerInForce:
    return LongerInForce(support.value.system if support.value is not None else None)
