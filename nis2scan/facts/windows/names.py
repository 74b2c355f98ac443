"""How Windows looks for names that DNS does not know: by asking everybody in the network, or not at all."""

from __future__ import annotations

from dataclasses import dataclass

from nis2scan.api import Answer, CannotTell, Fact, Maybe, Reason, derives, powershell, reads
from nis2scan.facts.windows.adapters import Adapters
from nis2scan.facts.windows.system import Membership
from nis2scan.facts.windows.values import number, rows, sub, table, text

_OFF = 2  # NetbiosOptions
_NO_BROADCAST = 2  # NodeType: asks a server only


@dataclass(frozen=True)
class NameSettings(Fact):
    """llmnr, mdns: on. netbios: off for everything. by_card: NetbiosOptions of every card that ever was, by its guid."""

    llmnr: bool
    mdns: bool
    netbios_off: bool
    by_card: dict[str, int | None]


@dataclass(frozen=True)
class NameBroadcasts(Fact):
    """netbios: names of cards in use that ask by NetBIOS; None when that could not be told, and then why.

    domain: the machine is in an AD domain, None when not known.
    """

    llmnr: bool
    mdns: bool
    netbios: tuple[str, ...] | None
    domain: bool | None
    why: CannotTell


NAMES = powershell(
    r"""# name-broadcasts
$services = 'HKLM:\SYSTEM\CurrentControlSet\Services'
$root = "$services\NetBT\Parameters\Interfaces"
$names = Read-Subkeys $root
$cards = @(foreach ($name in $names) {
  $values = Read-Values "$root\$name" 'NetbiosOptions'
  [ordered]@{ name = $name; option = $values.NetbiosOptions }
})
[ordered]@{
  dns = Read-Values 'HKLM:\SOFTWARE\Policies\Microsoft\Windows NT\DNSClient' 'EnableMulticast'
  cache = Read-Values "$services\Dnscache\Parameters" 'EnableMDNS'
  netbt = Read-Values "$services\NetBT\Parameters" 'NodeType'
  cards = $cards
}""",
    seconds=3,
)


@reads(NAMES)
def name_settings(answer: Answer) -> NameSettings:
    """What is not written down is on."""
    made = table(answer)
    values = {name: sub(made, name) or {} for name in ("dns", "cache", "netbt")}
    by_card = {
        text(row.get("name")).casefold().removeprefix("tcpip_"): number(row.get("option"))
        for row in rows(made, "cards")
    }
    return NameSettings(
        llmnr=number(values["dns"].get("EnableMulticast")) != 0,
        mdns=number(values["cache"].get("EnableMDNS")) != 0,
        netbios_off=number(values["netbt"].get("NodeType")) == _NO_BROADCAST,
        by_card=by_card,
    )


@derives
def name_broadcasts(settings: NameSettings, cards: Maybe[Adapters], member: Maybe[Membership]) -> NameBroadcasts:
    """Without the right to ask which cards are in use, it can still be told when all that ever were are alike."""
    reasons = [item.why for item in (cards, member) if isinstance(item.why, CannotTell)]
    return NameBroadcasts(
        llmnr=settings.llmnr,
        mdns=settings.mdns,
        netbios=() if settings.netbios_off else _asking(settings, cards.value),
        domain=bool(member.value.domain) if member.value is not None else None,
        why=next(iter(reasons), CannotTell(Reason.NO_PRIVILEGE)),
    )


def _asking(settings: NameSettings, cards: Adapters | None) -> tuple[str, ...] | None:
    if cards is not None:
        found = [(item.name, _option(item.guid, item.netbios, settings)) for item in cards.adapters]
        return tuple(sorted({name for name, option in found if option != _OFF}))
    options = set(settings.by_card.values())
    if options == {_OFF}:
        return ()
    return None if not options or _OFF in options else ("NetBIOS",)


def _option(guid: str, told: int | None, settings: NameSettings) -> int | None:
    """Off for a card to which NetBIOS is not bound; what DHCP may say counts as on."""
    if told is not None:
        return told
    return settings.by_card.get(guid, _OFF if settings.by_card else None)
