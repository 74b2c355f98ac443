"""What apt and dpkg keep on disk, in one answer: the question, and the answer taken apart."""

from __future__ import annotations

from dataclasses import dataclass, field

from nis2scan.api import Answer, CannotTell, Reason, say, shell

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
    [ $r = 0 ] && printf '\n@whole\n'
    [ $r = 0 ] || { [ -x "$h" ] || r=nohelper; printf '\n@failed %s %s\n' $r "$f"; }
  done
  printf '\n@end\n'
} | awk '
FILENAME != "" && FILENAME != "-" {
  if (FILENAME != seen) { seen = FILENAME; body = 0; sums = ""; print "release " seen }
  if (/^(MD5Sum|SHA1|SHA256|SHA512):/) { body = 1; sums = $1 }
  if (sums == "SHA256:" && $3 ~ /(^|\/)Packages$/) print "size", $2, $3
  if (!body && /^(Origin|Label|Suite|Codename|Date|Valid-Until|NotAutomatic|ButAutomaticUpgrades):/) print
  next
}
{ bytes += length($0) + 1 }
/^[^PVA@]/ { next }
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
/^@list / { print "list", $2; bytes = 0; next }
/^@whole$/ { print "bytes", bytes - 8; next }
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
    sizes: dict[str, int] = field(default_factory=dict)  # what the Release files say of a list, unpacked
    bytes: dict[str, int] = field(default_factory=dict)  # what was read of it


def taken_apart(answer: Answer) -> Heard:
    """Raises CannotTell when a list could not be read, nothing is installed by dpkg, or the answer was cut."""
    said, lines = Heard(), answer.lines
    release: dict[str, str] = {}
    stem = ""
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
                release, stem = said.releases.setdefault(rest, {}), rest.rsplit("_", 1)[0]
            case "list":
                said.lists.append(rest)
            case "bytes":
                said.bytes[said.lists[-1]] = int(words[0])
            case "size":
                said.sizes[f"{stem}_{words[1].replace('/', '_')}"] = int(words[0])
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
        raise CannotTell(Reason.TRUNCATED, say("the package lists were not read to the end"))
    for listed, count in said.bytes.items():
        # apt-helper unpacks a damaged list without complaint as far as it goes; its Release file knows how long it is.
        if said.sizes.get(_unpacked(listed), count) != count:
            raise CannotTell(Reason.TRUNCATED, listed)
    if not said.numbers.get("installed_total"):
        raise CannotTell(Reason.TOOL_MISSING, say("dpkg manages no package here"))
    return said


def _unpacked(listed: str) -> str:
    """The name of a list without the ending of its compression."""
    head, _, _ = listed.partition("_Packages")
    return f"{head}_Packages"
