"""The keys that open a session over SSH: kind, length and fingerprint of each, never the key itself."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from nis2scan.api import Absent, Answer, CannotTell, Fact, Maybe, Reason, Root, derives, reads, say, shell
from nis2scan.facts.linux.listeners import Listeners

_PRINTED = {
    "ssh-rsa": "RSA",
    "ssh-dss": "DSA",
    "ssh-ed25519": "ED25519",
    "ecdsa-sha2-nistp256": "ECDSA",
    "ecdsa-sha2-nistp384": "ECDSA",
    "ecdsa-sha2-nistp521": "ECDSA",
    "sk-ssh-ed25519@openssh.com": "ED25519-SK",
    "sk-ecdsa-sha2-nistp256@openssh.com": "ECDSA-SK",
}
_CERT = "-cert-v01@openssh.com"
_PRINTED |= {kind.removesuffix("@openssh.com") + _CERT: f"{printed}-CERT" for kind, printed in _PRINTED.items()}


@dataclass(frozen=True)
class SshKey:
    """One line of an authorized_keys file. bits: 0 when this machine cannot tell. options: their names only."""

    user: str
    kind: str
    bits: int
    fingerprint: str
    options: frozenset[str]

    @property
    def in_hardware(self) -> bool:
        """A security key that has to be touched."""
        return self.kind.startswith("sk-") and "no-touch-required" not in self.options

    @property
    def of_authority(self) -> bool:
        return "cert-authority" in self.options


@dataclass(frozen=True)
class SshKeys(Fact):
    """unread: the accounts of which a file could not be read. files: where sshd looks. elsewhere: it also asks a
    program for keys.
    """

    keys: tuple[SshKey, ...]
    unread: frozenset[str]
    files: str
    elsewhere: bool

    def of(self, user: str) -> tuple[SshKey, ...]:
        return tuple(key for key in self.keys if key.user == user)


@dataclass(frozen=True)
class LoginKeys(Fact):
    """The keys, on a machine that can be logged in to over SSH."""

    known: SshKeys


# A user owns these files. So no link is followed, only plain files are opened, and only words that are known are told:
# whatever else is in a file (or in what it was exchanged for) stays there. ssh-keygen prints no key either.
SSH_KEYS = shell(
    """set -f
d=$(command -v sshd) || exit 127
all=$($d -T) || exit 1
printf '%s\\n' "$all" | awk '/^authorizedkeys(file|command) /'
tab=$(printf '\\t')
p=$(printf '%s\\n' "$all" | awk '$1 == "authorizedkeysfile" { sub(/^[^ ]* /, ""); print }')
awk -F: -v pats="$p" '/^[+#-]/ || NF < 7 { next }
{ n = split(pats, p, " ")
  for (i = 1; i <= n; i++) {
    f = p[i]; if (f == "none") continue
    h = $6; gsub(/[\\\\&]/, "\\\\\\\\&", h); gsub(/%h/, h, f); gsub(/%u/, $1, f); gsub(/%U/, $3, f)
    if (f !~ /^\\//) f = $6 "/" f
    print $1 "\\t" f
  } }' /etc/passwd | while IFS=$tab read -r u f; do
  d=${f%/*}; h=${d%/*}
  case $f in *%*) printf 'unread=%s\\n' "$u"; continue ;; esac
  if [ -L "$f" ] || [ -L "$d" ] || { [ -e "$f" ] && ! [ -f "$f" ]; }; then printf 'unread=%s\\n' "$u"
  elif { [ -d "$d" ] && ! [ -x "$d" ]; } || { [ -d "$h" ] && ! [ -x "$h" ]; }; then printf 'unread=%s\\n' "$u"
  elif [ -f "$f" ]; then
    printf 'user=%s\\n' "$u"
    awk '/^[ \\t]*(#|$)/ { next }
    { l = $0; sub(/^[ \\t]+/, "", l); sub(/\\r$/, "", l); o = ""
      if (l !~ /^(ssh|ecdsa|sk)-/) {
        q = 0
        for (i = 1; i <= length(l); i++) {
          c = substr(l, i, 1)
          if (c == "\\\\" && substr(l, i + 1, 1) == "\\"") { i++; continue }
          if (c == "\\"") { q = !q; continue }
          if (!q && (c == " " || c == "\\t")) break
          if (!q) o = o c
        }
        l = substr(l, i + 1); sub(/^[ \\t]+/, "", l)
      }
      n = split(l, w, /[ \\t]+/)
      if (n < 2 || w[1] !~ /^(ssh|ecdsa|sk)-[a-z0-9@.-]+$/ || w[2] !~ /^AAAA/) next
      names = ""; n = split(tolower(o), each, ",")
      for (i = 1; i <= n; i++) { sub(/=.*/, "", each[i]); if (each[i] ~ /^[a-z-]+$/) names = names "," each[i] }
      print "key=" w[1] " " names
    }
    END { print "." }' "$f" || printf 'unread=%s\\n' "$u"
    ssh-keygen -lf "$f" 2>/dev/null | awk '$1 ~ /^[0-9]+$/ && $2 ~ /^SHA256:/ { print "seen=" $1 " " $2 " " $NF }'
  fi
done
echo end=keys""",
    runs=("sshd", "awk", "ssh-keygen"),
    needs=("sshd", "awk", "ssh-keygen"),
    root=Root.REQUIRED,
    seconds=10,
    cap=262144,
)


@dataclass
class _File:
    """What was told of one file: its lines by our own reading, and by that of ssh-keygen."""

    user: str
    lines: list[tuple[str, frozenset[str]]] = field(default_factory=list)
    seen: list[tuple[int, str, str]] = field(default_factory=list)
    whole: bool = False


@reads(SSH_KEYS)
def ssh_keys(answer: Answer) -> SshKeys:
    """Options stand in our reading, lengths in that of ssh-keygen; where the two differ a file counts as unread."""
    *lines, end = answer.lines or [""]
    if end != "end=keys":
        raise CannotTell(Reason.TRUNCATED, say("the list of SSH keys has no end"))
    settings: dict[str, str] = {}
    files: list[_File] = []
    unread = set[str]()
    for line in lines:
        word, _, rest = line.partition("=")
        if word == "unread":
            unread.add(rest)
        elif word == "user":
            files.append(_File(rest))
        elif line.startswith("authorizedkeys"):
            name, _, value = line.partition(" ")
            settings[name] = value
        else:
            _add(files[-1], line)
    if "authorizedkeysfile" not in settings:
        raise CannotTell(Reason.PARSE_ERROR, say("sshd did not tell everything"))
    for each in files:
        unread |= set() if _paired(each) else {each.user}
    command = settings.get("authorizedkeyscommand", "none")
    keys = tuple(key for each in files for key in _keys(each))
    return SshKeys(keys, frozenset(unread), settings["authorizedkeysfile"], command not in ("none", ""))


def _add(told: _File, line: str) -> None:
    if line == ".":
        told.whole = True
    elif match := re.fullmatch(r"key=(\S+) ?([a-z,-]*)", line):
        told.lines.append((match[1], frozenset(name for name in match[2].split(",") if name)))
    elif match := re.fullmatch(r"seen=(\d+) (SHA256:\S+) \(([A-Z0-9-]+)\)", line):
        told.seen.append((int(match[1]), match[2], match[3]))
    else:
        raise CannotTell(Reason.PARSE_ERROR, say("a line about SSH keys was not understood"))


def _paired(told: _File) -> bool:
    """Whether both readings name the same kinds in the same order. A newer ssh-keygen knows no DSA."""
    ours = [_PRINTED.get(kind, kind) for kind, _ in told.lines if kind != "ssh-dss"]
    theirs = [kind for _, _, kind in told.seen if kind != "DSA"]
    return told.whole and ours == theirs


def _keys(told: _File) -> list[SshKey]:
    """Certificates count for nothing in such a file. Of a file that counts as unread the lengths are still true."""
    old = [SshKey(told.user, kind, 0, "", options) for kind, options in told.lines if kind == "ssh-dss"]
    seen = [each for each in told.seen if each[2] != "DSA" and not each[2].endswith("-CERT")]
    lines = [line for line in told.lines if line[0] != "ssh-dss" and not line[0].endswith(_CERT)]
    if not _paired(told):
        named = {printed: kind for kind, printed in _PRINTED.items()}
        lines = [(named.get(kind, kind), frozenset[str]()) for _, _, kind in seen]
    return old + [
        SshKey(told.user, kind, bits, fingerprint, options)
        for (kind, options), (bits, fingerprint, _) in zip(lines, seen, strict=True)
    ]


@derives
def login_keys(known: Maybe[SshKeys], listeners: Maybe[Listeners]) -> LoginKeys:
    """Where nothing speaks SSH, no key opens anything."""
    if listeners.value is not None and listeners.value.no_ssh:
        raise Absent(say("nothing that other machines can reach speaks SSH: the listeners were read"))
    if known.value is None:
        raise known.why if isinstance(known.why, CannotTell) else CannotTell(Reason.TOOL_MISSING, "sshd")
    return LoginKeys(known.value)
