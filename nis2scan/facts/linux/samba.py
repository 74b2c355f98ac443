"""The folders that Samba shares, and who gets in: smb.conf as `testparm` resolves it, and the shares of users."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from nis2scan.api import Answer, CannotTell, Fact, Reason, Root, reads, say, shell

_USERSHARES = "/var/lib/samba/usershares"
_GUESTS = {"nobody", "nogroup"}


@dataclass(frozen=True)
class SmbShare:
    """guests: no password is needed. writable: they (or whoever gets in) may write. world: every account of the server
    may write in the folder. kind: `folder`, `printer`, or `off` when it is switched off.
    """

    name: str
    kind: str
    guests: bool
    writable: bool
    world: bool
    path: str


@dataclass(frozen=True)
class SmbShares(Fact):
    """Every share; `unread` names a file or folder that may hold more."""

    shares: tuple[SmbShare, ...]
    unread: str


# testparm opens (and makes) registry.tdb for writing when the settings are in Samba's registry: then it is not run.
# As root only files of root are followed. A share of a user is a file that this user owns: only two words of it are
# told.
SAMBA = shell(
    """conf=/etc/samba/smb.conf
me=$(id -u)
look() {
  [ -e "$1" ] || [ "$2" -eq 0 ] || return 0
  if ! [ -f "$1" ] || ! [ -r "$1" ] || [ "$2" -gt 5 ] || { [ "$me" = 0 ] && ! [ -O "$1" ]; }; then
    printf 'unread=%s\\n' "$1"; return 0
  fi
  awk '/^[ \\t]*[#;]/ { next }
  tolower($0) ~ /registry/ { print "unread registry"; next }
  (i = index($0, "=")) {
    k = tolower(substr($0, 1, i - 1)); gsub(/[ \\t]/, "", k); if (k != "include" && k != "configfile") next
    v = substr($0, i + 1); gsub(/^[ \\t"]+|[ \\t\\r"]+$/, "", v); print (v ~ /%/ ? "unread" : "go"), v
  }' "$1" | while read -r w t; do
    case $w in go) look "$t" "$(($2 + 1))" ;; *) printf 'unread=%s\\n' "$t" ;; esac
  done
}
odd=$(look "$conf" 0)
if [ -n "$odd" ]; then printf '%s\\n' "$odd"
else
  all=$(testparm -s "$conf" 2>/dev/null) || exit 1
  printf '%s\\n' "$all" | awk '/^\\[/ { print; next }
  (i = index($0, " = ")) {
    k = substr($0, 1, i - 1); sub(/^[ \\t]+/, "", k)
    if (k ~ /^(path|guest ok|guest account|valid users|read only|write list|available|printable)$/) print
    if (k ~ /^usershare (path|allow guests)$/) print
  }'
  printf '%s\\n' "$all" | sed -n 's/^[ \\t]*path = //p' | while IFS= read -r p; do
    [ -z "$(find "$p" -maxdepth 0 -type l -user 0 2>/dev/null)" ] || p=$p/
    case $p in *%*) ;; /*) find "$p" -maxdepth 0 -type d -perm -2 ! -perm -1000 2>/dev/null | sed 's/^/world=/' ;; esac
  done
fi
d=/var/lib/samba/usershares
if [ -d $d ]; then
  if [ -r $d ] && [ -x $d ]; then
    find $d -maxdepth 1 -type f -exec awk '
      FNR == 1 { n = FILENAME; sub(/.*\\//, "", n); gsub(/[^ -~]/, "?", n); print "user=" n }
      /^guest_ok=[yY]/ { print "guests" }
      /^usershare_acl=/ && /S-1-1-0:[fF]/ { print "everyone" }' {} +
  else echo "unread=$d"; fi
fi
echo end=samba""",
    runs=("testparm", "awk", "sed", "find", "id"),
    needs=("testparm", "awk", "find"),
    root=Root.PREFERRED,
    seconds=5,
    cap=262144,
)


@reads(SAMBA)
def smb_shares(answer: Answer) -> SmbShares:
    """A share that does not set a thing has what [global] sets, and else Samba's default."""
    *lines, end = answer.lines or [""]
    if end != "end=samba":
        raise CannotTell(Reason.TRUNCATED, say("the settings of Samba were not read to the end"))
    sections: dict[str, dict[str, str]] = {}
    world, users, unread = set[str](), dict[str, set[str]](), ""
    section, user = dict[str, str](), set[str]()
    for line in lines:
        word, _, rest = line.partition("=")
        if line.startswith("["):
            section = sections.setdefault(line.strip()[1:-1], {})
        elif word == "unread":
            unread = rest
        elif word == "world":
            world.add(rest.rstrip("/"))
        elif word == "user":
            user = users.setdefault(rest, set())
        elif line in ("guests", "everyone"):
            user.add(line)
        elif line.startswith("\t") and " = " in line:
            name, _, value = line.strip().partition(" = ")
            section[name] = value
        else:
            raise CannotTell(Reason.PARSE_ERROR, say("a line of Samba's settings was not understood"))
    common = sections.pop("global", None)
    if common is None:
        return SmbShares((), unread or "/etc/samba/smb.conf")
    if common.get("usershare path", _USERSHARES) not in (_USERSHARES, ""):
        unread = unread or common["usershare path"]
    mine = [_share(name, {**common, **own}, world) for name, own in sections.items()]
    allowed = common.get("usershare allow guests") == "Yes"
    theirs = [
        SmbShare(name, "folder", allowed and "guests" in said, "everyone" in said, world=False, path="")
        for name, said in users.items()
    ]
    return SmbShares((*mine, *theirs), unread)


def _share(name: str, settings: Mapping[str, str], world: set[str]) -> SmbShare:
    guest = settings.get("guest account", "nobody")
    named = _names(settings.get("valid users", ""))
    welcome = not named or bool(named & {guest, *_GUESTS}) or any("%" in each for each in named)
    kind = "printer" if settings.get("printable") == "Yes" else "folder"
    path = settings.get("path", "")
    return SmbShare(
        name=name,
        kind="off" if settings.get("available") == "No" else kind,
        guests=settings.get("guest ok") == "Yes" and welcome,
        writable=settings.get("read only") == "No" or bool(_names(settings.get("write list", "")) & {guest, *_GUESTS}),
        world=path.rstrip("/") in world,
        path=path,
    )


def _names(words: str) -> set[str]:
    """Users and groups (`@`, `+`, `&` stand before a group), with commas or blanks between them."""
    return {word.lstrip("@+&") for word in re.split(r"[\s,]+", words.replace('"', "")) if word}
