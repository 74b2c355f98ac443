"""Who may sign in on a Mac, who administers it, and what its shared folders let in."""

from __future__ import annotations

import re
from dataclasses import dataclass

from nis2scan.api import Answer, CannotTell, Fact, Reason, reads, say, shell
from nis2scan.facts.macos.plist import PRINT_EACH, Table, flag, sections, setting, words_of

# Of root's ways to prove itself only the kind is told: the value names hashes.
ACCOUNTS = shell(
    """echo ==users; dscl . -list /Users UniqueID || exit 1
echo ==admins; dscl . -read /Groups/admin GroupMembership || exit 1
echo ==root
case $(dscl . -read /Users/root AuthenticationAuthority 2>&1) in
  *DisabledUser*) echo off ;;
  *ShadowHash*|*Kerberosv5*) echo on ;;
  *"No such key"*) echo off ;;
  *) echo unknown ;;
esac
echo ==console; stat -f %Su /dev/console
echo ==end""",
    runs=("dscl", "stat"),
    needs=("dscl",),
    platforms=("macos",),
    seconds=8,
    cap=131072,
)

# Files that an administrator's choice made, and those of a management server, which win.
LOGIN = shell(
    """for f in Preferences/com.apple.loginwindow Preferences/SystemConfiguration/com.apple.smb.server \\
    'Managed Preferences/com.apple.loginwindow' 'Managed Preferences/com.apple.MCX'; do
"""
    + PRINT_EACH
    + """echo ==password; if [ -e /etc/kcpassword ]; then echo there; else echo absent; fi
echo ==end""",
    runs=("plutil",),
    needs=("plutil",),
    platforms=("macos",),
    seconds=5,
    cap=262144,
)

SHARES = shell(
    "sharing -l || exit 1; echo ==end",
    runs=("sharing",),
    needs=("sharing",),
    platforms=("macos",),
    seconds=6,
    cap=131072,
)

_PEOPLE = 501  # the first number that macOS gives to a person
_GUEST = 201


@dataclass(frozen=True)
class MacAccounts(Fact):
    """people: who may sign in, by name. admins: of them, who administers. root: None when not told. usual: who sits at
    it, or did last; `` when nobody is known. guest: the account of macOS for guests exists.
    """

    people: frozenset[str]
    admins: frozenset[str]
    root: bool | None
    console: str
    guest: bool


@dataclass(frozen=True)
class MacLogin(Fact):
    """automatic: who is signed in at start without a password. left_over: the password for that is kept, and nobody is
    named. last: who signed in last. guest: visitors may sign in. None when no choice was made.
    """

    automatic: str
    left_over: bool
    last: str
    guest: bool | None
    smb_guest: bool | None


@dataclass(frozen=True)
class MacShares(Fact):
    """Folders that are shared by SMB, and of those the ones that need no account."""

    shared: tuple[str, ...]
    open: tuple[str, ...]


@reads(ACCOUNTS)
def mac_accounts(answer: Answer) -> MacAccounts:
    """Accounts of the system have numbers under 500, or a name that begins with `_`."""
    parts = sections(answer)
    rows = [line.rsplit(None, 1) for line in parts.get("users", "").splitlines() if line.strip()]
    numbers = {row[0].strip(): int(row[1]) for row in rows if len(row) == 2 and re.fullmatch(r"-?\d+", row[1])}
    listed = re.match(r"GroupMembership:\s*(.+)", parts.get("admins", ""), re.S)
    if numbers.get("root") != 0 or not listed:
        raise CannotTell(Reason.PARSE_ERROR, say("the list of accounts names no root"))
    people = frozenset(name for name, number in numbers.items() if number >= _PEOPLE and not name.startswith("_"))
    state = parts.get("root", "").strip()
    return MacAccounts(
        people=people,
        admins=frozenset(listed[1].split()) - {"root"},
        root={"on": True, "off": False}.get(state),
        console=parts.get("console", "").strip(),
        guest=_GUEST in numbers.values(),
    )


@reads(LOGIN)
def mac_login(answer: Answer) -> MacLogin:
    """A name alone only chooses who is shown; with the file of the password it signs in."""
    parts = sections(answer)
    own = _file(parts, "Preferences/com.apple.loginwindow")
    smb = _file(parts, "Preferences/SystemConfiguration/com.apple.smb.server")
    by_server = [_file(parts, f"Managed Preferences/com.apple.{name}") for name in ("loginwindow", "MCX")]
    chosen = [words_of(where, "autoLoginUser") for where in (*by_server, own) if where]
    named = next(filter(None, chosen), "")
    return MacLogin(
        automatic=named,
        left_over=not named and parts.get("password", "").strip() == "there",
        last=words_of(own or {}, "lastUserName"),
        guest=_guest(own, by_server),
        smb_guest=flag(smb, "AllowGuestAccess"),
    )


@reads(SHARES)
def mac_shares(answer: Answer) -> MacShares:
    """Blocks of `name:`, `path:` and `smb: { … shared: 1 … guest access: 1 … }`."""
    lines = answer.text.splitlines()
    if "List of Share Points" not in answer.text or not lines or lines[-1] != "==end":
        if "No share point records" not in answer.text:
            raise CannotTell(Reason.PARSE_ERROR, say("the list of shared folders is not whole"))
        return MacShares((), ())
    shared, open_ = [], []
    for block in re.split(r"^name:", answer.text, flags=re.M)[1:]:
        name, smb = block.strip().split("\n")[0].strip(), re.search(r"smb:\s*\{(.*?)\}", block, re.S)
        if smb and re.search(r"^\s*shared:\s*1\s*$", smb[1], re.M):
            shared.append(name)
            if re.search(r"^\s*guest access:\s*1\s*$", smb[1], re.M):
                open_.append(name)
    return MacShares(tuple(shared), tuple(open_))


def _file(parts: dict[str, str], name: str) -> Table | None:
    if name not in parts:
        raise CannotTell(Reason.TRUNCATED, say("a file of settings was not read"))
    return setting(parts[name])


def _guest(own: Table | None, by_server: list[Table | None]) -> bool | None:
    """What a management server says wins over the choice on the Mac itself."""
    if any(flag(where, "DisableGuestAccount") for where in by_server):
        return False
    if any(flag(where, "EnableGuestAccount") for where in by_server):
        return True
    return flag(own, "GuestEnabled")
