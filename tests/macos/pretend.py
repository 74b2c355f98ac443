"""Programs of a Mac that print what theirs print, and the tree that they stand in.

Each is a small shell script that knows the exact arguments it was made for; anything else is refused, as a real one
would. What they print is copied in shape from documentation and from what others have published; no Mac was at hand.
"""

from __future__ import annotations

import plistlib
import shlex
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from nis2scan.testing import NOON

Reply = tuple[str, str, int]  # standard output, standard error, exit status

ROOT = "uid=0(root) gid=0(wheel) groups=0(wheel),1(daemon),80(admin)"
USER = "uid=502(jan) gid=20(staff) groups=20(staff),12(everyone),61(localaccounts)"
FIREWALL = "usr/libexec/ApplicationFirewall/socketfilterfw"


@dataclass(frozen=True)
class Mac:
    """A made-up Mac. replies: by program and its arguments. files: what stands where; bytes for property lists.

    kept: files that exist and that macOS (TCC) lets nobody open without Full Disk Access.
    """

    replies: Mapping[str, Mapping[str, Reply]]
    files: Mapping[str, bytes]
    who: str = ROOT
    kept: tuple[str, ...] = ()
    after: tuple[str, ...] = field(default=())


def said(out: str = "", code: int = 0, err: str = "") -> Reply:
    return out, err, code


def xml(value: Any) -> bytes:
    """A property list as Apple's tools print it."""
    return plistlib.dumps(value, fmt=plistlib.FMT_XML, sort_keys=True)


def days_ago(days: float) -> datetime:
    """A moment as plistlib wants it: UTC without saying so."""
    return (NOON - timedelta(days=days)).astimezone(UTC).replace(tzinfo=None, microsecond=0)


def build(mac: Mac, tree: Path) -> None:
    """The tree of this Mac, with its programs in /pretend."""
    for folder in ("pretend", "tmp", "Applications", "Library/LaunchDaemons", "Library/LaunchAgents", "etc/security"):
        (tree / folder).mkdir(parents=True, exist_ok=True)
    (tree / "Library/Preferences").mkdir(exist_ok=True)
    for name, content in mac.files.items():
        place = tree / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content)
    for program, replies in mac.replies.items():
        place = tree / (FIREWALL if program == "socketfilterfw" else f"pretend/{program}")
        _program(place, replies)
    for program, text in _READING.items():
        kept = " ".join(shlex.quote("/" + path) for path in mac.kept) or "''"
        _executable(tree / "pretend" / program, f"kept={shlex.quote(kept)}\n{text}")
    _program(tree / "pretend/id", {"": said(mac.who + "\n")})
    _program(tree / "pretend/date", {"-u +%s": said(f"{int(NOON.timestamp())}\n")})


def _program(place: Path, replies: Mapping[str, Reply]) -> None:
    cases = []
    for arguments, (out, err, code) in replies.items():
        lines = [f"  {shlex.quote(arguments)})"]
        lines += [f"printf '%s' {shlex.quote(out)}"] if out else []
        lines += [f"printf '%s' {shlex.quote(err)} >&2"] if err else []
        cases.append("\n".join([*lines, f"exit {code} ;;"]))
    refusal = f'  *) echo "{place.name}: unknown arguments: $*" >&2; exit 64 ;;'
    _executable(place, "\n".join(['case "$*" in', *cases, refusal, "esac"]))


def _executable(place: Path, text: str) -> None:
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text(f"#!/bin/sh\n{text}\n", encoding="utf-8")
    place.chmod(0o755)


# Programs that answer by what stands in the tree. The real proc stands where no question looks for it.
_READING = {
    "plutil": """
if [ "$1 $3 $4 $5" = "-extract xml1 -o -" ]; then
  exec /usr/bin/sed -n -e '1,3p' -e "/<key>$2</{n;p;}" -e '$p' "$6"
fi
[ "$1 $2 $3 $4" = "-convert xml1 -o -" ] || { echo "plutil: $*" >&2; exit 64; }
f=$5
case " $kept " in *" $f "*|*"'$f'"*)
  echo "$f: file does not exist or is not readable or is not a regular file (Error Domain=NSCocoaErrorDomain Code=257 \
\\"Operation not permitted\\")" >&2; exit 1 ;;
esac
[ -e "$f" ] || { echo "$f: file does not exist or is not readable or is not a regular file" >&2; exit 1; }
exec /bin/cat "$f"
""",
    "defaults": """
[ "$1 $3" = "export -" ] || { echo "defaults: $*" >&2; exit 64; }
f=$2.plist
case " $kept " in *" $f "*|*"'$f'"*) f=/nowhere ;; esac
if [ -e "$f" ]; then exec /bin/cat "$f"; fi
cat <<'EOF'
<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0">
<dict/>
</plist>
EOF
""",
    "stat": """
case "$1 $2 $3" in
  "-f %Su /dev/console") /bin/cat /pretend/console ;;
  "-f %m "*) [ -e "$3" ] || { echo "stat: $3: stat: No such file or directory" >&2; exit 1; }; echo 1750000000 ;;
  *) echo "stat: illegal option -- $1" >&2; exit 1 ;;
esac
""",
    "ps": """
case "$*" in
  "-axww -o comm=") /bin/cat /pretend/processes ;;
  "-axww -o args=") /bin/cat /pretend/processes /pretend/commands 2>/dev/null || : ;;
  "-A -o pid= -o ppid=")
    for d in /pretend/proc/[0-9]*; do
      read -r l < "$d/stat" || continue
      l=${l##*") "}; l=${l#* }; echo "${d##*/} ${l%% *}"
    done 2>/dev/null ;;
  *) echo "ps: illegal option: $*" >&2; exit 1 ;;
esac
""",
}
