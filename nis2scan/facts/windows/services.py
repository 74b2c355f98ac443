"""Services of Windows by name: whether they run, how they start, and which program they are."""

from __future__ import annotations

from dataclasses import dataclass, replace

from nis2scan.api import Answer, CannotTell, Fact, Reason, powershell, reads, say
from nis2scan.facts.windows.values import number, rows, table, text

_STARTS = {0: "boot", 1: "system", 2: "auto", 3: "manual", 4: "disabled"}
_MODES = {"boot": "boot", "system": "system", "auto": "auto", "manual": "manual", "disabled": "disabled"}


@dataclass(frozen=True)
class Service:
    """One service.

    name: its short name, never the one that is shown. running: None when its state could not be read.
    start: auto, manual, disabled, boot, system, or `` when not known. account: as Windows writes it, `LocalSystem`;
    path: the program without its arguments (these may hold secrets), `` when not known.
    """

    name: str
    running: bool | None
    start: str = ""
    account: str = ""
    path: str = ""


@dataclass(frozen=True)
class Services(Fact):
    """All services, by name in small letters. One that is not among them is not on this machine.

    states: whether running or not was read (CIM); without the right to ask it every `running` is None.
    """

    services: dict[str, Service]
    states: bool

    def get(self, name: str) -> Service | None:
        """The service of exactly this name, in whatever letters; None when there is none."""
        return self.services.get(name.casefold())

    def running(self, name: str) -> bool | None:
        """False for a service that is not there; None when its state could not be read."""
        found = self.get(name)
        return False if found is None else found.running

    def beginning(self, prefix: str) -> tuple[Service, ...]:
        """Services whose names begin so: `MSSQL$`, `ScreenConnect Client (`."""
        start = prefix.casefold()
        return tuple(item for name, item in sorted(self.services.items()) if name.startswith(start))


SERVICES = powershell(
    r"""# services
[ordered]@{ items = Read-Instances 'root/cimv2' 'Win32_Service' @('Name', 'State', 'StartMode', 'StartName') }""",
    seconds=6,
    cap=262144,
)

# What a key of the registry says is there for everybody to read, the state is not. Drivers (types 1, 2 and 8) are left
# out, and so are the arguments of a program: tunnels and remote tools keep their secrets there.
SERVICE_KEYS = powershell(
    r"""# service-keys
$root = 'HKLM:\SYSTEM\CurrentControlSet\Services'
$unread = 0
$items = @(foreach ($name in (Read-Subkeys $root)) {
  try { $key = Read-Values "$root\$name" 'Type' 'Start' 'ObjectName' 'ImagePath' } catch { $key = $null }
  if ($null -eq $key) { $unread++; continue }
  if ($key.Type -isnot [int] -or -not ($key.Type -band 0x70)) { continue }
  $path = ''
  if ("$($key.ImagePath)" -match '^\s*(?:"([^"]+)"|((?:(?!\s[-/])[^"])*?\.(?:exe|dll|com|cmd|bat))(?:\s|$))') { $path = "$($Matches[1])$($Matches[2])" }
  [ordered]@{ name = $name; start = $key.Start; account = $key.ObjectName; path = $path }
})
[ordered]@{ items = $items; unread = $unread }""",
    seconds=5,
    cap=262144,
)


@reads(SERVICES, SERVICE_KEYS)
def services(states: Answer, keys: Answer) -> Services:
    """CIM knows names and states; the registry, readable without rights, names, kinds of start and programs."""
    known = _from_keys(keys) if keys.ok else {}
    if not states.ok:
        if number(table(keys).get("unread")) != 0:  # a key that may not be read could be any service
            raise CannotTell(Reason.NO_PRIVILEGE, say("a part of the list of services could not be read"))
        if not known:
            raise CannotTell(Reason.PARSE_ERROR, say("Windows listed no service"))
        return Services(known, states=False)
    found = {}
    for row in rows(table(states)):
        if not (name := text(row.get("Name"))):  # it could be any
            raise CannotTell(Reason.PARSE_ERROR, say("a part of the list of services could not be read"))
        from_key = known.get(name.casefold(), Service(name, None))
        found[name.casefold()] = replace(
            from_key,
            name=name,
            running=_running(text(row.get("State"))),
            start=_MODES.get(text(row.get("StartMode")).casefold(), from_key.start),
            account=text(row.get("StartName")) or from_key.account,
        )
    if not found:
        raise CannotTell(Reason.PARSE_ERROR, say("Windows listed no service"))
    return Services(found, states=True)


def _from_keys(answer: Answer) -> dict[str, Service]:
    listed = rows(table(answer))
    if not all(text(row.get("name")) for row in listed):  # it could be any
        raise CannotTell(Reason.PARSE_ERROR, say("a part of the list of services could not be read"))
    return {
        name.casefold(): Service(
            name,
            None,
            start=_STARTS.get(-1 if (start := number(row.get("start"))) is None else start, ""),
            account=text(row.get("account")),
            path=text(row.get("path")),
        )
        for row in listed
        if (name := text(row.get("name")))
    }


def _running(state: str) -> bool | None:
    """The constants of CIM are English everywhere. One that is about to stop or start is neither."""
    return {"Running": True, "Stopped": False}.get(state)
