"""Programs as their installers list them, for the machine and for each user whose settings are loaded."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from nis2scan.api import Answer, CannotTell, Fact, Reason, powershell, reads, say
from nis2scan.facts.windows.values import number, rows, table, text


@dataclass(frozen=True)
class Program:
    """One entry of the list of programs. hive: `` for the machine, else the SID of the user. key: of the registry."""

    name: str
    version: str = ""
    publisher: str = ""
    hive: str = ""
    key: str = ""


@dataclass(frozen=True)
class Software(Fact):
    """What is installed for everybody, and what users who are signed in installed for themselves.

    whole: the lists of all of these users could be read. Of who is not signed in there is none to read, and apps of
    the Store are not listed.
    """

    programs: tuple[Program, ...]
    whole: bool

    def named(self, *beginnings: str) -> tuple[Program, ...]:
        """Programs whose names begin so, in whatever letters."""
        wanted = tuple(item.casefold() for item in beginnings)
        return tuple(item for item in self.programs if item.name.casefold().startswith(wanted))


# A name with a / in it is listed and cannot be opened: PowerShell takes it for two. It counts as unread.
_LIST = r"""
  foreach ($name in (Read-Subkeys $root)) {
    try { $key = Read-Values "$root\$name" 'DisplayName' 'DisplayVersion' 'Publisher' 'ParentKeyName' } catch { $key = $null }
    if ($null -eq $key) { $unread++; continue }
    if (-not "$($key.DisplayName)".Trim() -or $key.ParentKeyName) { continue }
    [ordered]@{ hive = $hive; key = $name; name = "$($key.DisplayName)"; version = "$($key.DisplayVersion)"; publisher = "$($key.Publisher)" }
  }"""

SOFTWARE = powershell(
    r"""# software
$unread = 0
$hive = ''
$items = @(foreach ($root in 'HKLM:\SOFTWARE\Microsoft\Windows\CurrentVersion\Uninstall', 'HKLM:\SOFTWARE\WOW6432Node\Microsoft\Windows\CurrentVersion\Uninstall') {"""
    + _LIST
    + r"""
})
[ordered]@{ items = $items; unread = $unread; listed = $null -ne (Read-Subkeys 'HKLM:\SOFTWARE\Microsoft\Windows\CurrentVersion\Uninstall') }""",
    seconds=4,
    cap=262144,
)

# Settings of a user are only there while he is signed in, and only he and administrators may read them.
USER_SOFTWARE = powershell(
    r"""# user-software
$unread = 0
$denied = 0
$items = @(foreach ($hive in @(Read-Subkeys 'Registry::HKEY_USERS' | ForEach-Object { $_ } | Where-Object { $_ -match '^S-1-(5-21|12-1)-[0-9-]+$' })) {
  $root = "Registry::HKEY_USERS\$hive\Software\Microsoft\Windows\CurrentVersion\Uninstall"
  try { $null = Read-Subkeys $root } catch { $denied++; continue }"""
    + _LIST
    + r"""
})
[ordered]@{ items = $items; unread = $unread; denied = $denied }""",
    seconds=5,
    cap=262144,
)


@reads(SOFTWARE, USER_SOFTWARE)
def software(machine: Answer, users: Answer) -> Software:
    """The list of the machine must be whole; of the users as many as could be read."""
    made = table(machine)
    if number(made.get("unread")) != 0:
        raise CannotTell(Reason.NO_PRIVILEGE, say("a part of the list of programs could not be read"))
    if made.get("listed") is not True:
        raise CannotTell(Reason.PARSE_ERROR, say("Windows has no list of programs"))
    programs = [_program(row) for row in rows(made)]
    whole = False
    if users.ok:
        theirs = table(users)
        whole = number(theirs.get("unread")) == 0 and number(theirs.get("denied")) == 0
        programs += [_program(row) for row in rows(theirs)]
    return Software(tuple(programs), whole)


def _program(row: dict[str, Any]) -> Program:
    return Program(*(text(row.get(name)) for name in ("name", "version", "publisher", "hive", "key")))
