"""What apt knows is on offer, read without apt's own simulation: that is slow, writes, and misses fixes.

`apt-get -s` names only the newest version of a package, so a security fix below a newer point release disappears from
it. Reading the lists themselves sees both, and takes a quarter of a second for 66 000 packages.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime

from debian.debian_support import NativeVersion

from nis2scan.api import Answer, CannotTell, Reason, reads, shell
from nis2scan.facts.linux.release import os_fields
from nis2scan.facts.linux.system import OS_RELEASE
from nis2scan.facts.updates import Pending, PendingUpdates, Source, UpdateLists

# One awk over everything: first the heads of the Release files, then what is installed, then each list. Only versions
# that differ from what is installed come out; which one is newer is for the scanner, in Debian's order.
APT = shell(
    r"""d=/var/lib/apt/lists
printf 'now '; date -u +%s
[ -r "$d" ] && [ -x "$d" ] || { echo unreadable "$d"; exit 0; }
for f in "$d" /var/lib/apt/periodic/update-success-stamp /var/lib/apt/periodic/update-stamp; do
  [ -e "$f" ] && { printf 'refreshed '; stat -c %Y "$f" 2>/dev/null || stat -f %m "$f"; }
done
printf 'info '; stat -c %Y /var/lib/dpkg/info 2>/dev/null || stat -f %m /var/lib/dpkg/info
set --
for f in "$d"/*_InRelease "$d"/*_Release; do
  if [ -r "$f" ]; then set -- "$@" "$f"; elif [ -e "$f" ]; then echo unreadable "$f"; fi
done
h=/usr/lib/apt/apt-helper
{
  dpkg-query -W -f '@i ${Package} ${db:Status-Abbrev} ${Architecture} ${Version} ${db-fsys:Last-Modified}\n'
  for f in "$d"/*_Packages "$d"/*_Packages.*; do
    [ -e "$f" ] || continue
    case $f in *.diff* | *IndexDiff*) continue ;; esac
    if [ ! -r "$f" ]; then printf '\n@unreadable %s\n' "$f"; continue; fi
    printf '\n@list %s\n' "$f"
    if [ -x "$h" ]; then "$h" cat-file "$f"
    else case $f in *_Packages) cat "$f" ;; *) false ;; esac; fi
    r=$?
    [ $r = 0 ] || { [ -x "$h" ] || r=nohelper; printf '\n@failed %s %s\n' $r "$f"; }
  done
  printf '\n@end\n'
} | awk '
FILENAME != "" && FILENAME != "-" {
  if (FILENAME != seen) { seen = FILENAME; body = 0; print "release " seen }
  if (/^(MD5Sum|SHA1|SHA256|SHA512):/) body = 1
  if (!body && /^(Origin|Label|Suite|Codename|Date|Valid-Until|NotAutomatic|ButAutomaticUpgrades):/) print
  next
}
/^Package: / { p = $2; next }
/^Version: / { v = $2; next }
/^Architecture: / { a = $2; next }
/^Phased-Update-Percentage: / { f = $2; next }
/^$/ {
  if (p != "") {
    n++
    if (p in have && index(have[p], " " v " ") == 0) { print "offer", p, a, v, f; want[p] = 1 }
    p = v = a = f = ""
  }
  next
}
/^@i / {
  if ($3 ~ /^.[nc]/) next
  total++
  if ($NF > newest && $NF ~ /^[0-9]+$/ && NF > 5) newest = $NF
  have[$2] = have[$2] " " $5 " "; row[$2] = row[$2] "installed " $2 " " $3 " " $4 " " $5 "\n"
  if ($2 == "dpkg") native = $4
  next
}
/^@list / { print "list", $2; next }
/^@unreadable / || /^@failed / { print substr($0, 2); next }
/^@end$/ { whole = 1 }
END {
  for (p in want) printf "%s", row[p]
  print "native", native; print "activity", newest + 0; print "installed_total", total + 0; print "stanzas", n + 0
  if (whole) print "end"
}' "$@" -""",
    runs=("date", "stat", "dpkg-query", "cat", "awk", "/usr/lib/apt/apt-helper"),
    needs=("dpkg-query", "awk"),
    seconds=12,
    cap=1048576,
)

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_OWN_SECURITY_SOURCE = {"debian", "ubuntu"}  # their stable releases get fixes from a suite of their own


@dataclass
class Heard:
    """The answer, taken apart but not judged."""

    numbers: dict[str, int] = field(default_factory=dict)
    refreshed: list[int] = field(default_factory=list)
    releases: dict[str, dict[str, str]] = field(default_factory=dict)
    lists: list[str] = field(default_factory=list)
    installed: dict[str, list[tuple[str, str, str]]] = field(default_factory=dict)  # name → state, arch, version
    offers: list[tuple[str, str, str, str, str]] = field(default_factory=list)  # list, name, arch, version, phase
    native: str = ""


def taken_apart(answer: Answer) -> Heard:
    """Raises CannotTell when a list could not be read, nothing is installed by dpkg, or the answer was cut."""
    said, lines = Heard(), answer.lines
    release: dict[str, str] = {}
    for line in lines:
        word, _, rest = line.partition(" ")
        words = rest.split()
        match word:
            case "unreadable":
                raise CannotTell(Reason.NO_PRIVILEGE, rest)
            case "failed":
                why = Reason.TOOL_MISSING if words[0] == "nohelper" else Reason.PARSE_ERROR
                raise CannotTell(why, f"apt-helper: {rest}")
            case "now" | "info" | "activity" | "installed_total" | "stanzas":
                said.numbers[word] = int(words[0])
            case "refreshed":
                said.refreshed.append(int(words[0]))
            case "release":
                release = said.releases.setdefault(rest, {})
            case "list":
                said.lists.append(rest)
            case "installed":
                said.installed.setdefault(words[0], []).append((words[1], words[2], words[3]))
            case "offer":
                phase = words[3] if len(words) > 3 else ""
                said.offers.append((said.lists[-1], words[0], words[1], words[2], phase))
            case "native":
                said.native = rest
            case _ if word.endswith(":"):
                release[word[:-1]] = rest
    if not lines or lines[-1] != "end":
        raise CannotTell(Reason.TRUNCATED, "the package lists were not read to the end")
    if not said.numbers.get("installed_total"):
        raise CannotTell(Reason.TOOL_MISSING, "dpkg manages no package here")
    return said


@reads(APT, OS_RELEASE)
def update_lists(answer: Answer, release: Answer) -> UpdateLists:
    """The refresh leaves its time on the folder of lists, and no list can be older than the date it carries.

    The time on an InRelease file is the server's and says nothing about when it was fetched.
    """
    said, system = taken_apart(answer), os_fields(release)
    sources = [_source(said, path) for path in sorted({_release_of(said, name) for name in said.lists} - {""})]
    if not said.lists:
        return UpdateLists("apt", None, _moment(said.numbers["now"]))
    dated = [source.dated for source in sources if source.dated is not None]
    refreshed = max([_moment(second) for second in said.refreshed] + dated, default=None)
    own = system.get("ID") in _OWN_SECURITY_SOURCE and bool(system.get("VERSION_ID"))
    return UpdateLists("apt", refreshed, _moment(said.numbers["now"]), tuple(sources), own)


@reads(APT)
def pending_updates(answer: Answer) -> PendingUpdates:
    """Every installed package for which a list has a newer version; a security list decides over a newer other one."""
    said = taken_apart(answer)
    if not said.lists:
        raise CannotTell(Reason.STALE_DATA, "there are no package lists")
    releases = {path: said.releases[path] for name in said.lists if (path := _release_of(said, name))}
    own = {head.get("Origin", "") for head in releases.values() if _is_security(head)} - {""}
    best: dict[tuple[str, str], Pending] = {}
    for listed, name, arch, version, phase in said.offers:
        for state, mine, installed in said.installed.get(name, ()):
            if not _same(arch, mine, said.native) or not NativeVersion(version) > NativeVersion(installed):
                continue
            offer = _offer(said, listed, own, (name, installed, version), phase, state.startswith("h"))
            key = (name, mine)
            if offer is not None and (key not in best or _weight(offer) > _weight(best[key])):
                best[key] = offer
    last = said.numbers.get("activity") or said.numbers.get("info")
    found = tuple(item for _, item in sorted(best.items()))
    return PendingUpdates("apt", found, _moment(said.numbers["now"]), _moment(last) if last else None)


def _offer(
    said: Heard, listed: str, own: set[str], versions: tuple[str, str, str], phase: str, held: bool
) -> Pending | None:
    head = said.releases.get(_release_of(said, listed), {})
    name, installed, version = versions
    if head.get("NotAutomatic") == "yes" and not (head.get("ButAutomaticUpgrades") == "yes" and "~bpo" in installed):
        return None  # backports and experimental are offered only to who asked for them
    fixes = _is_security(head)
    security = True if fixes else (False if head.get("Origin", "") in own else None)
    phased = not fixes and phase.isdigit() and int(phase) < 100
    return Pending(
        name, installed, version, security, _title(head, listed), None, _date(head.get("Date", "")), phased, held
    )


def _weight(offer: Pending) -> tuple[int, NativeVersion]:
    """Security before unknown before other; then the highest version."""
    return ({True: 2, None: 1, False: 0}[offer.security], NativeVersion(offer.offered))


def _same(listed: str, installed: str, native: str) -> bool:
    """A package may go from one architecture to all or back; a foreign architecture is a package of its own."""
    return listed == installed or {listed, installed} == {"all", native}


def _release_of(said: Heard, listed: str) -> str:
    """The Release file that stands above a list: the longest name that it begins with."""
    stems = {path: path.rsplit("_", 1)[0] for path in said.releases}
    return max((path for path, stem in stems.items() if listed.startswith(stem + "_")), key=len, default="")


def _is_security(head: dict[str, str]) -> bool:
    """By what the publisher says: `stable-security`, `jammy-security`, `jammy-apps-security`; `Debian-Security`."""
    names = (head.get("Suite", ""), head.get("Codename", ""), head.get("Label", "").lower())
    return any(name.endswith(("-security", "/updates")) for name in names)


def _source(said: Heard, path: str) -> Source:
    head = said.releases[path]
    return Source(
        _title(head, path), _is_security(head), _date(head.get("Date", "")), _date(head.get("Valid-Until", ""))
    )


def _title(head: dict[str, str], path: str) -> str:
    suite = head.get("Codename") or head.get("Suite") or path.rsplit("/", 1)[-1]
    return " ".join(part for part in (head.get("Origin", ""), suite) if part)


def _date(text: str) -> datetime | None:
    """`Mon, 23 Nov 2026 11:22:37 UTC`; None for anything else."""
    words = text.replace(",", " ").split()
    if len(words) != 6 or words[2] not in _MONTHS or words[5] not in ("UTC", "GMT", "Z", "+0000"):
        return None
    try:
        hour, minute, second = (int(part) for part in words[4].split(":"))
        return datetime(int(words[3]), _MONTHS.index(words[2]) + 1, int(words[1]), hour, minute, second, tzinfo=UTC)
    except ValueError:
        return None


def _moment(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
