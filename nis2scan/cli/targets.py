"""Settings to targets: secrets are fetched once per login, before anything is asked of anybody."""

from __future__ import annotations

import getpass
import socket
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from nis2scan.config import Login as LoginSettings
from nis2scan.config import Settings
from nis2scan.inventory import Place, places
from nis2scan.logins import Gate, Refused
from nis2scan.scan import Target
from nis2scan.secrets import Secret, key_file, resolve
from nis2scan.transport.local import Local
from nis2scan.transport.ssh import Login, Ssh


@dataclass(frozen=True)
class _Account:
    settings: LoginSettings
    password: Secret | None
    key: Secret | None
    passphrase: Secret | None
    gate: Gate


def targets_of(
    settings: Settings, store: Path, programs: Mapping[str, Sequence[str]], *, retry_logins: bool = False
) -> list[Target]:
    """This machine when it is wanted, and every host of the inventory that consent covers.

    store: its folder holds the host keys that were accepted for this client, and which logins were refused.
    programs: for `exec:` references. retry_logins: forget the refusals. Raises ConfigError, SecretError, StoreError.
    """
    found = [Target(socket.gethostname(), "", Local())] if settings.this_machine else []
    today = datetime.now().astimezone().date()
    wanted = {host.login for host in settings.hosts}
    refused = Refused(store)
    if retry_logins:
        refused.forget()
    accounts = {
        name: _account(name, item, programs, refused) for name, item in settings.logins.items() if name in wanted
    }
    _tell(accounts)
    known = (Path.home() / ".ssh" / "known_hosts", *settings.known_hosts, store / "known_hosts")
    return [*found, *(_target(place, accounts[place.host.login], known) for place in places(settings, today))]


def _target(place: Place, account: _Account, known: tuple[Path, ...]) -> Target:
    if not place.address:
        return Target(place.host.name, "", None, f"the name {place.host.address} is not known")
    login = Login(
        host=place.address,
        user=account.settings.user,
        port=place.host.port,
        password=account.password,
        key=account.key,
        passphrase=account.passphrase,
        become=account.settings.become or "",
        known_hosts=known,
        name=place.host.name,
        known_as=place.host.address,
        gate=account.gate,
    )
    return Target(place.host.name, place.address, Ssh(login))


def _tell(accounts: Mapping[str, _Account]) -> None:
    """Say which logins will not be tried, before anything is asked: the report says it too, for every host."""
    for name, account in accounts.items():
        if (refusal := account.gate.refusal) is not None:
            print(
                f"nis2scan: the login {name} was refused on {refusal.where} on {refusal.at[:10]}; "
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
