"""Settings to targets: secrets are fetched once per login, before anything is asked of anybody."""

from __future__ import annotations

import getpass
import socket
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from nis2scan.config import Host, Settings
from nis2scan.config import Login as LoginSettings
from nis2scan.inventory import Place, places
from nis2scan.logins import Refused
from nis2scan.model import say
from nis2scan.scan import Target
from nis2scan.secrets import Secret, key_file, resolve
from nis2scan.transport.gate import UNGATED, Gate
from nis2scan.transport.local import Local
from nis2scan.transport.ssh import Login, Ssh
from nis2scan.transport.winrm import Login as WindowsLogin
from nis2scan.transport.winrm import Winrm

__all__ = ["WindowsLogin", "known_hosts_of", "logins_of", "targets_of", "way_to"]


@dataclass(frozen=True)
class _Account:
    settings: LoginSettings
    password: Secret | None = None
    key: Secret | None = None
    passphrase: Secret | None = None
    gate: Gate = UNGATED


def targets_of(
    settings: Settings, store: Path, programs: Mapping[str, Sequence[str]], *, retry_logins: bool = False
) -> list[Target]:
    """This machine when it is wanted, and every host of the inventory that consent covers.

    store: its folder holds the host keys that were accepted for this client, and which logins were refused.
    programs: for `exec:` references. retry_logins: forget the refusals. Raises ConfigError, SecretError, StoreError.
    """
    found = [Target(socket.gethostname(), "", Local())] if settings.this_machine else []
    refused = Refused(store)
    if retry_logins:
        refused.forget()
    ways = logins_of(settings, store, programs, refused)
    _tell(refused)
    return [*found, *(_target(host, ways) for host in settings.hosts)]


def logins_of(
    settings: Settings, store: Path, programs: Mapping[str, Sequence[str]], refused: Refused, without: str = ""
) -> dict[str, Login | WindowsLogin]:
    """The login of every host of the settings that has an address, by the host's name. Secrets are fetched here.

    without: a host that is only dialled, so that no secret is fetched for its sake.
    """
    today = datetime.now().astimezone().date()
    found = {place.host.name: place for place in places(settings, today)}
    wanted = {host.login for host in settings.hosts if host.name != without}
    accounts = {
        name: _account(name, item, programs, refused) if name in wanted else _Account(item)
        for name, item in settings.logins.items()
    }
    known = known_hosts_of(settings, store)
    return {
        host.name: _windows(found[host.name], accounts)
        if host.transport == "winrm"
        else _login(found, host.name, accounts, known)
        for host in settings.hosts
        if all(name in found and found[name].address for name in way_to(settings, host.name))
    }


def known_hosts_of(settings: Settings, store: Path) -> tuple[Path, ...]:
    """The files with host keys that are believed; the last one is ours."""
    return (Path.home() / ".ssh" / "known_hosts", *settings.known_hosts, store / "known_hosts")


def way_to(settings: Settings, name: str) -> list[str]:
    """The name of a host and of every host that lies on the way to it, as far as they are in these settings."""
    jumps = {host.name: host.jump for host in settings.hosts}
    way = [name]
    while (over := jumps.get(way[-1])) is not None:
        way.append(over)
    return way


def _login(found: Mapping[str, Place], name: str, accounts: Mapping[str, _Account], known: tuple[Path, ...]) -> Login:
    place = found[name]
    account = accounts[place.host.login]
    return Login(
        host=place.address,
        user=account.settings.user,
        port=place.host.port,
        password=account.password,
        key=account.key,
        passphrase=account.passphrase,
        become=account.settings.become or "",
        known_hosts=known,
        name=name,
        known_as=place.host.address,
        via=_login(found, place.host.jump, accounts, known) if place.host.jump else None,
        gate=account.gate,
    )


def _windows(place: Place, accounts: Mapping[str, _Account]) -> WindowsLogin:
    host, account = place.host, accounts[place.host.login]
    return WindowsLogin(
        host=place.address,
        user=account.settings.user,
        port=host.port,
        password=account.password,
        kerberos=account.settings.auth == "kerberos",
        plain_http=host.plain_http,
        certificate=host.certificate or "",
        ca=host.ca,
        name=host.name,
        known_as=host.address,
        gate=account.gate,
    )


def _target(host: Host, ways: Mapping[str, Login | WindowsLogin]) -> Target:
    login = ways.get(host.name)
    if isinstance(login, WindowsLogin):
        return Target(host.name, login.host, Winrm(login))
    if login is not None:
        # Behind another host an address means another place: it is not the device that has it here.
        place = login.host if host.jump is None else f"{login.host} via {host.jump}"
        return Target(host.name, place, Ssh(login))
    if host.jump is not None and host.jump not in ways:  # without an address, or left out of this scan by its range
        why = say("the way to it leads over {host}, which this scan does not reach", host=host.jump)
        return Target(host.name, "", None, why)
    return Target(host.name, "", None, say("no address is known for {host}", host=host.address))


def _tell(refused: Refused) -> None:
    """Say which logins will not be tried, before anything is asked: the report says it too, for every host."""
    for gate in refused.gates:
        if (refusal := gate.refusal) is not None:
            print(
                f"nis2scan: the login {gate.name} was refused by {refusal.where} on {refusal.at[:10]}; "
                "it is not tried until it changes, or with --retry-logins",
                file=sys.stderr,
            )


def _account(name: str, login: LoginSettings, programs: Mapping[str, Sequence[str]], refused: Refused) -> _Account:
    def fetch(reference: str | None) -> Secret | None:
        if reference is None:
            return None
        return resolve(reference, ask=getpass.getpass, programs=programs, label=f"{name} ({login.user}): ")

    key = key_file(login.key) if login.key is not None else None
    password, passphrase = fetch(login.password), fetch(login.passphrase)
    gate = refused.gate(name, login.user, (password, key, passphrase))
    return _Account(login, password, key, passphrase, gate)
