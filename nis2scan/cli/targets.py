"""Settings to targets: secrets are fetched once per login, before anything is asked of anybody."""

from __future__ import annotations

import getpass
import socket
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from nis2scan.config import Login as LoginSettings
from nis2scan.config import Settings
from nis2scan.inventory import Place, places
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


def targets_of(settings: Settings, store: Path, programs: Mapping[str, Sequence[str]]) -> list[Target]:
    """This machine when it is wanted, and every host of the inventory that consent covers.

    store: its folder holds the host keys that were accepted for this client. programs: for `exec:` references.
    Raises ConfigError and SecretError.
    """
    found = [Target(socket.gethostname(), "", Local())] if settings.this_machine else []
    today = datetime.now().astimezone().date()
    wanted = {host.login for host in settings.hosts}
    accounts = {name: _account(name, item, programs) for name, item in settings.logins.items() if name in wanted}
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
    )
    return Target(place.host.name, place.address, Ssh(login))


def _account(name: str, login: LoginSettings, programs: Mapping[str, Sequence[str]]) -> _Account:
    def fetch(reference: str | None) -> Secret | None:
        if reference is None:
            return None
        return resolve(reference, ask=getpass.getpass, programs=programs, label=f"{name} ({login.user}): ")

    key = key_file(login.key) if login.key is not None else None
    return _Account(login, fetch(login.password), key, fetch(login.passphrase))
