"""Ranges given on the command line: looked at only with consent, from the settings or typed once for this scan."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from ipaddress import IPv4Network, ip_address

from nis2scan.attached import attached
from nis2scan.config import SMALLEST_PREFIX, Consent, Network, Settings
from nis2scan.errors import ConfigError, UsageError
from nis2scan.inventory import addresses, covered
from nis2scan.language import Language
from nis2scan.model import say
from nis2scan.transport.local import Card

Ask = Callable[[str], str]


def narrowed(
    settings: Settings, ranges: Sequence[str], today: date, cards: Sequence[Card], ask: Ask, language: Language
) -> Settings:
    """The settings for these ranges only. Raises UsageError for what is no range, ConfigError without consent."""
    wanted = [_range(text) for text in ranges]
    for network in wanted:
        if not covered(network, settings, today):
            settings = _consented(settings, network, today, cards, ask, language)
    return settings.model_copy(
        update={
            "networks": tuple(_network(network, settings) for network in wanted),
            "hosts": tuple(
                host for host in settings.hosts if any(_inside(item, wanted) for item in addresses(host.address))
            ),
            "this_machine": settings.this_machine and any(_inside(str(c.interface.ip), wanted) for c in cards),
        }
    )


def _range(text: str) -> IPv4Network:
    try:
        network = IPv4Network(text, strict=False)
    except ValueError:
        raise UsageError(
            f"{text} is no IPv4 address or range", "Write it like 192.168.178.0/24, or 192.168.178.10."
        ) from None
    if network.prefixlen < SMALLEST_PREFIX:
        raise UsageError(f"{text} is too large: at most a /{SMALLEST_PREFIX}", "Name the parts that are in use.")
    return network


def _network(network: IPv4Network, settings: Settings) -> Network:
    """As the settings name it, when it lies in a network of theirs."""
    for known in settings.networks:
        if network.subnet_of(known.range):
            return known.model_copy(update={"range": network})
    return Network(name=str(network).replace(".", "-").replace("/", "-"), range=network)


def _inside(address: str, networks: Sequence[IPv4Network]) -> bool:
    try:
        return any(ip_address(address) in network for network in networks)
    except ValueError:
        return False


def _consented(
    settings: Settings, network: IPv4Network, today: date, cards: Sequence[Card], ask: Ask, language: Language
) -> Settings:
    """One typed answer is enough for a network that this machine is in; for any other it must stand in the settings."""
    own = [item for item in attached(cards) if not item.why_not and network.subnet_of(item.range)]
    if not own:
        raise ConfigError(
            f"{network} is not covered by a consent, and this machine is not in it",
            key="consent",
            next_step=f'Add to config.toml:\n\n  [[consent]]\n  by = "name and function of who may decide"\n'
            f'  scope = ["{network}"]\n  until = {today + timedelta(days=365)}\n',
        )
    print(language.text(say("{range} is a network of this machine ({card}).", range=str(network), card=own[0].card)))
    print(language.text(say("Only its owner may let somebody look at it. It is printed in the report who did.")))
    name = ask(language.text(say("Who agrees that it is looked at today? Name and function (nothing: nobody):")))
    if not name:
        raise UsageError("nobody agreed, so nothing was looked at")
    consent = Consent(by=name, scope=(network,), until=today)
    return settings.model_copy(update={"consent": (*settings.consent, consent)})
