"""Folders that Windows gives out over the network, and what everybody may do in them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from nis2scan.api import Absent, Answer, CannotTell, Fact, Reason, Unknown, powershell, reads, say
from nis2scan.facts.windows.sddl import Access, Crowd, Entry, access, entries_of, given_to
from nis2scan.facts.windows.services import SERVICE_KEYS, SERVICES, services
from nis2scan.facts.windows.services import Services as Services
from nis2scan.facts.windows.sids import EVERYONE
from nis2scan.facts.windows.values import number, rows, sub, table, text, truth

_BUILT_IN = {"admin$", "ipc$", "print$", "fax$"}
_OF_A_CONTROLLER = {"sysvol", "netlogon"}


@dataclass(frozen=True)
class Share:
    """One folder. may: what each crowd may do in it, by share and folder together; or why that could not be read.

    everyone_full: the share itself lets Everyone change, so that only the rights of the folder hold anybody back.
    """

    name: str
    path: str
    may: dict[Crowd, Access] | Unknown
    everyone_full: bool


@dataclass(frozen=True)
class Shares(Fact):
    """The folders that people made shares of. nameless: a session without any account may list and open more."""

    shares: tuple[Share, ...]
    nameless: bool


SHARES = powershell(
    r"""# shares
if (-not $cim) { throw 'nis2scan-denied' }
[ordered]@{
  server = Read-Values 'HKLM:\SYSTEM\CurrentControlSet\Services\LanmanServer\Parameters' 'RestrictNullSessAccess'
  lsa = Read-Values 'HKLM:\SYSTEM\CurrentControlSet\Control\Lsa' 'EveryoneIncludesAnonymous'
  product = Read-Values 'HKLM:\SYSTEM\CurrentControlSet\Control\ProductOptions' 'ProductType'
  items = @(Get-SmbShare -ErrorAction Stop | ForEach-Object {
    $row = Copy-Properties $_ 'Name' 'Path' 'Special' 'SecurityDescriptor'
    $row['folder'] = $null
    if ($row.Path -and -not $row.Special) { try { $row['folder'] = "$((Get-Acl -LiteralPath $row.Path -ErrorAction Stop).Sddl)" } catch { $row['folder'] = $null } }
    $row
  })
}""",
    seconds=9,
    cap=262144,
)


@reads(SHARES, SERVICES, SERVICE_KEYS)
def shares(answer: Answer, states: Answer, keys: Answer) -> Shares:
    """The list, or that the service which gives folders out does not run."""
    if not answer.ok and states.ok:
        known = services.read(states, keys)
        if isinstance(known, Services) and known.states and known.running("LanmanServer") is False:
            raise Absent(say("this machine gives out no folders: its file server does not run"))
    made = table(answer)
    server, lsa = sub(made, "server") or {}, sub(made, "lsa") or {}
    controller = text((sub(made, "product") or {}).get("ProductType")) == "LanmanNT"
    listed = rows(made)
    if not listed:  # even IPC$ is not among them
        raise CannotTell(Reason.PARSE_ERROR, say("Windows listed no share at all"))
    everyone = number(lsa.get("EveryoneIncludesAnonymous")) == 1
    found = tuple(_share(row, everyone) for row in listed if _of_people(row, controller))
    return Shares(found, nameless=everyone or number(server.get("RestrictNullSessAccess")) == 0)


def _of_people(row: dict[str, Any], controller: bool) -> bool:
    """A folder that somebody chose to give out. The path of a printer or a pipe begins with no drive."""
    name = text(row.get("Name")).casefold()
    if not name:
        raise CannotTell(Reason.PARSE_ERROR, say("a share has no name"))
    if truth(row.get("Special")) is True or name in _BUILT_IN or (controller and name in _OF_A_CONTROLLER):
        return False
    return re.match(r"[A-Za-z]:|\\\\", text(row.get("Path"))) is not None


def _share(row: dict[str, Any], nameless_too: bool) -> Share:
    name, path = text(row.get("Name")), text(row.get("Path"))
    unread = Unknown(Reason.NO_PRIVILEGE, say("the rights could not be read"))
    try:
        outside = _entries(row.get("SecurityDescriptor"))
    except CannotTell:
        return Share(name, path, unread, everyone_full=False)
    full = given_to(outside, EVERYONE) is Access.CHANGE
    most = {crowd: access(outside, crowd, nameless_too=nameless_too) for crowd in Crowd}
    if not any(most.values()):  # who is held back by the share gets no further, whatever the folder says
        return Share(name, path, most, full)
    try:
        inside = _entries(row.get("folder"))
    except CannotTell:
        return Share(name, path, unread, full)
    both = {crowd: min(most[crowd], access(inside, crowd, nameless_too=nameless_too)) for crowd in Crowd}
    return Share(name, path, both, full)


def _entries(value: object) -> tuple[Entry, ...] | None:
    if not isinstance(value, str) or not value.strip():
        raise CannotTell(Reason.NO_PRIVILEGE, say("the rights could not be read"))
    return entries_of(value)
