"""The Windows firewall as it works: its three profiles, the networks in which each is used, and firewalls of others."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from nis2scan.api import (
    SESSION,
    Answer,
    CannotTell,
    Confidence,
    Fact,
    Maybe,
    Reason,
    Status,
    derives,
    powershell,
    reads,
    say,
)
from nis2scan.facts.session import Session, session
from nis2scan.facts.windows.services import SERVICES, Services
from nis2scan.facts.windows.system import RELEASE, Windows, windows
from nis2scan.facts.windows.values import number, rows, sub, table, text

PROFILES = ("Domain", "Private", "Public")
_CATEGORIES = {0: "Public", 1: "Private", 2: "Domain"}
_OFF, _ON = 0, 1  # Enabled
_ALLOW = 2  # DefaultInboundAction; 0 is "not configured", which means block, and 4 is block
_PRODUCT_ON = 0x1000


@dataclass(frozen=True)
class Profile:
    """One profile. left_out: network cards for which it does not count."""

    name: str
    on: bool
    allows: bool
    left_out: tuple[str, ...] = ()


@dataclass(frozen=True)
class Profiles(Fact):
    """The three, as they are in force. sure: derived where only the registry was read. refused: for lack of rights
    Windows tells no state of its services either.
    """

    profiles: tuple[Profile, ...]
    sure: Confidence
    refused: bool = False


@dataclass(frozen=True)
class InUse(Fact):
    """Profiles of the networks that the machine stands in now; empty when it stands in none."""

    profiles: frozenset[str]


@dataclass(frozen=True)
class OtherFirewalls(Fact):
    """Firewalls of other makers that say to be on."""

    names: tuple[str, ...]


@dataclass(frozen=True)
class Firewall(Fact):
    """Never missing besides the profiles themselves: what is None was not read, and `why` says why.

    barred: nothing but rights was lacking. service: the firewall runs at all.
    """

    profiles: tuple[Profile, ...]
    sure: Confidence
    used: frozenset[str] | None
    others: tuple[str, ...] | None
    service: bool | None
    barred: bool
    why: CannotTell = field(default_factory=lambda: CannotTell(Reason.NOT_ASKED))


ACTIVE = powershell(
    r"""# firewall
if (-not $cim) { throw 'nis2scan-denied' }
[ordered]@{ items = @(Get-NetFirewallProfile -PolicyStore 'ActiveStore' -ErrorAction Stop | ForEach-Object { Copy-Properties $_ 'Name' 'Enabled' 'DefaultInboundAction' 'DisabledInterfaceAliases' }) }""",
    seconds=8,
)

SETTINGS = powershell(
    r"""# firewall-settings
$local = 'HKLM:\SYSTEM\CurrentControlSet\Services\SharedAccess\Parameters\FirewallPolicy'
$ruled = 'HKLM:\SOFTWARE\Policies\Microsoft\WindowsFirewall'
[ordered]@{
  local_domain = Read-Values "$local\DomainProfile" 'EnableFirewall' 'DefaultInboundAction' 'DisabledInterfaces'
  local_private = Read-Values "$local\StandardProfile" 'EnableFirewall' 'DefaultInboundAction' 'DisabledInterfaces'
  local_public = Read-Values "$local\PublicProfile" 'EnableFirewall' 'DefaultInboundAction' 'DisabledInterfaces'
  managed_domain = Read-Values "$local\Mdm\DomainProfile" 'EnableFirewall' 'DefaultInboundAction'
  managed_private = Read-Values "$local\Mdm\StandardProfile" 'EnableFirewall' 'DefaultInboundAction'
  managed_public = Read-Values "$local\Mdm\PublicProfile" 'EnableFirewall' 'DefaultInboundAction'
  ruled_domain = Read-Values "$ruled\DomainProfile" 'EnableFirewall' 'DefaultInboundAction'
  ruled_private = Read-Values "$ruled\PrivateProfile" 'EnableFirewall' 'DefaultInboundAction'
  ruled_standard = Read-Values "$ruled\StandardProfile" 'EnableFirewall' 'DefaultInboundAction'
  ruled_public = Read-Values "$ruled\PublicProfile" 'EnableFirewall' 'DefaultInboundAction'
}""",
    seconds=2,
)

CONNECTIONS = powershell(
    r"""# connections
if (-not $cim) { throw 'nis2scan-denied' }
[ordered]@{ items = @(Get-NetConnectionProfile -ErrorAction Stop | ForEach-Object { Copy-Properties $_ 'InterfaceAlias' 'NetworkCategory' }) }""",
    seconds=6,
)

PRODUCTS = powershell(
    r"""# firewall-products
[ordered]@{ items = Read-Instances 'root/SecurityCenter2' 'FirewallProduct' @('displayName', 'productState') }""",
    seconds=6,
)


@reads(ACTIVE, SETTINGS, SERVICES)
def profiles(active: Answer, settings: Answer, states: Answer) -> Profiles:
    """What is in force; where only rights are lacking, the settings of group policy over those of the machine."""
    if active.status is Status.DENIED:
        made = table(settings)
        refused = states.status is Status.DENIED
        return Profiles(tuple(_by_settings(made, name) for name in PROFILES), Confidence.DERIVED, refused)
    found = {text(row.get("Name")): row for row in rows(table(active))}
    if set(PROFILES) - found.keys():
        raise CannotTell(Reason.PARSE_ERROR, say("not all profiles of the firewall are listed"))
    return Profiles(tuple(_active(name, found[name]) for name in PROFILES), Confidence.MEASURED)


def _active(name: str, row: dict[str, Any]) -> Profile:
    enabled, action, aliases = (row.get(key) for key in ("Enabled", "DefaultInboundAction", "DisabledInterfaceAliases"))
    if number(enabled) not in (_OFF, _ON) or number(action) not in (0, 2, 4):
        raise CannotTell(Reason.PARSE_ERROR, say("the state of a profile of the firewall is not told"))
    cards = [text(item) for item in (aliases if isinstance(aliases, list) else [aliases])]
    left_out = tuple(card for card in cards if card and card != "NotConfigured")
    return Profile(name, number(enabled) == _ON, number(action) == _ALLOW, left_out)


def _by_settings(made: dict[str, Any], name: str) -> Profile:
    """Group policy wins over what a manager of devices set, and both over the machine's own."""
    kind = name.lower()
    ruled = ("ruled_private", "ruled_standard") if kind == "private" else (f"ruled_{kind}",)
    layers = [sub(made, key) or {} for key in (*ruled, f"managed_{kind}", f"local_{kind}")]
    on, action = (_first(layers, value) for value in ("EnableFirewall", "DefaultInboundAction"))
    if on not in (0, 1):
        raise CannotTell(Reason.NO_PRIVILEGE, say("whether the firewall is on is not written down"))
    left_out = next((found for layer in layers if (found := text(layer.get("DisabledInterfaces")))), "")
    return Profile(name, on == 1, action == 0, (left_out,) if left_out else ())


def _first(layers: list[dict[str, Any]], name: str) -> int | None:
    return next((found for layer in layers if (found := number(layer.get(name))) is not None), None)


@reads(CONNECTIONS, SESSION)
def in_use(answer: Answer, visit: Answer) -> InUse:
    """The category that Windows gave to each network. Who was reached over the network stands in one."""
    categories = [number(row.get("NetworkCategory")) for row in rows(table(answer))]
    met = session.read(visit) if visit.ok and not categories else None
    if isinstance(met, Session) and met.vantage not in ("local", "file"):
        raise CannotTell(Reason.PARSE_ERROR, say("the category of a network is not told"))
    if any(category not in _CATEGORIES for category in categories):
        raise CannotTell(Reason.PARSE_ERROR, say("the category of a network is not told"))
    return InUse(frozenset(_CATEGORIES[category] for category in categories if category is not None))


@reads(PRODUCTS, RELEASE)
def other_firewalls(answer: Answer, release: Answer) -> OtherFirewalls:
    """The list of clients; a server has none. Left-overs of programs that are gone may stand in it."""
    if answer.missing and b"0x8004100e" in answer.err.lower():
        about = windows.read(release)
        assert isinstance(about, Windows)  # noqa: S101 the reader makes it
        if about.server:
            return OtherFirewalls(())
    found = [row for row in rows(table(answer)) if (number(row.get("productState")) or 0) & 0xF000 == _PRODUCT_ON]
    return OtherFirewalls(tuple(text(row.get("displayName")) or "?" for row in found))


@derives
def firewall(
    profiles: Profiles, used: Maybe[InUse], others: Maybe[OtherFirewalls], services: Maybe[Services]
) -> Firewall:
    """All that is needed to judge it. A service whose state is refused counts as running when it starts by itself."""
    running: bool | None = None
    if services.value is not None:
        running = services.value.running("mpssvc")
        found = services.value.get("mpssvc")
        if running is None and found is not None and profiles.refused:
            running = found.start == "auto"
    reasons = [item.why for item in (used, others, services) if isinstance(item.why, CannotTell)]
    barred = isinstance(used.why, CannotTell) and used.why.reason is Reason.NO_PRIVILEGE
    return Firewall(
        profiles=profiles.profiles,
        sure=profiles.sure,
        used=used.value.profiles if used.value is not None else None,
        others=others.value.names if others.value is not None else None,
        service=running,
        barred=barred and profiles.sure is Confidence.DERIVED,
        why=next(iter(reasons), CannotTell(Reason.NOT_ASKED)),
    )
