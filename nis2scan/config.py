"""TOML files to settings: the only reader of config.toml and operator.toml. Mistakes are told with file, line and key.

config.toml is of the client: data, that can start nothing. operator.toml is of whoever runs nis2scan: it may name
programs (`exec:NAME`) and folders with checks.
"""

from __future__ import annotations

import difflib
import os
import re
import stat
import tomllib
from dataclasses import fields
from datetime import date
from ipaddress import IPv4Address, IPv4Network
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, Field, IPvAnyNetwork, ValidationError, field_validator

from nis2scan.errors import ConfigError
from nis2scan.host_settings import Host, Login, Table, unfit
from nis2scan.policy import Policy

__all__ = ["Host", "Login", "Network", "Operator", "Settings", "operator", "operator_file", "read"]

MOST_JUMPS = 3
Slug = Annotated[str, Field(pattern=r"^[a-z0-9-]{1,40}$")]
T = TypeVar("T", bound=BaseModel)
SMALLEST_PREFIX = 22  # 1 022 addresses: more than an office has, and a scan that still ends


class Consent(Table):
    """Who allowed which networks or addresses to be looked at, and until when."""

    by: str = Field(min_length=1)
    scope: tuple[IPvAnyNetwork, ...] = Field(min_length=1)
    until: date


class Network(Table):
    """A range in which devices are looked for. zone: what it is meant for. gateway: its router, where not the default.

    IPv4 only: nobody can try every address of an IPv6 network.
    """

    name: Slug
    range: IPv4Network
    zone: Literal["office", "servers", "guests", "devices", "management", "dmz"] = "office"
    gateway: IPv4Address | None = None

    @field_validator("range")
    @classmethod
    def _not_too_large(cls, value: IPv4Network) -> IPv4Network:
        if value.prefixlen < SMALLEST_PREFIX:
            raise ValueError(f"{value} is too large: at most a /{SMALLEST_PREFIX}. Name the parts that are in use")
        return value


class Reports(Table):
    language: Literal["nl", "en"] = "nl"
    csv: Literal["nl", "rfc4180"] = "nl"


class Limits(Table):
    """Total deadlines and how much goes on at once."""

    host_seconds: int = Field(default=120, ge=5, le=3600)
    at_once: int = Field(default=16, ge=1, le=64)
    connects_per_second: int = Field(default=1000, ge=1, le=20000)
    connects_per_host: int = Field(default=20, ge=1, le=20000)


class Settings(Table):
    """Everything in config.toml. keep_days: after so many days what hosts answered is removed from the store."""

    client: Slug = "office"
    name: str = ""
    this_machine: bool = False
    consent: tuple[Consent, ...] = ()
    logins: dict[str, Login] = Field(default_factory=dict)
    hosts: tuple[Host, ...] = ()
    networks: tuple[Network, ...] = ()
    known_hosts: tuple[Path, ...] = ()
    answers: Path = Path("answers.toml")
    policy: dict[str, int | tuple[str, ...]] = Field(default_factory=dict)
    report: Reports = Reports()
    limits: Limits = Limits()
    keep_days: int = Field(default=400, ge=1, le=3660)

    def thresholds(self) -> Policy:
        """The policy with the file's numbers over the defaults."""
        return Policy(**self.policy)  # type: ignore[arg-type]


class Operator(Table):
    """operator.toml, of the person who runs nis2scan. programs: name to argument list, for `exec:NAME`."""

    check_folders: tuple[Path, ...] = ()
    programs: dict[str, tuple[str, ...]] = Field(default_factory=dict)


def operator_file() -> Path:
    """Where operator.toml is looked for: in the settings folder of whoever runs nis2scan."""
    from platformdirs import user_config_path

    return user_config_path("nis2scan", appauthor=False) / "operator.toml"


def operator(path: Path) -> Operator:
    """The operator's own settings; none when there is no such file. Raises ConfigError."""
    try:
        there = path.exists()
    except OSError as trouble:
        raise ConfigError(str(trouble), str(path)) from None
    return _valid(path, _text(path), Operator) if there else Operator()


def read(path: Path) -> Settings:
    """Read and check a config file. Raises ConfigError naming file, line and key, for the first thing that is wrong."""
    text = _text(path)
    settings = _valid(path, text, Settings)
    _agree(settings, path, text)
    base = path.resolve().parent
    return settings.model_copy(
        update={
            "answers": base / settings.answers.expanduser(),
            "known_hosts": tuple(base / item.expanduser() for item in settings.known_hosts),
            "hosts": tuple(
                host.model_copy(update={"ca": base / host.ca.expanduser()}) if host.ca else host
                for host in settings.hosts
            ),
        }
    )


def _valid(path: Path, text: str, table: type[T]) -> T:
    try:
        return table.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as trouble:
        line = re.search(r"line (\d+)", str(trouble))
        raise ConfigError(str(trouble), f"{path}:{line[1]}" if line else str(path)) from None
    except ValidationError as trouble:
        first = trouble.errors(include_url=False, include_input=False)[0]
        keys = [part for part in first["loc"] if isinstance(part, (str, int))]
        raise _wrong(path, text, keys, _words(first["msg"], keys, first["type"], table)) from None


def _text(path: Path) -> str:
    try:
        if os.name == "posix" and path.stat().st_mode & (stat.S_IWGRP | stat.S_IWOTH):
            raise ConfigError("can be written by others", str(path), next_step=f"chmod go-w {path}")
        data = path.read_bytes()
        # As Notepad and the `>` of Windows PowerShell write it, too.
        return data.decode("utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig")
    except FileNotFoundError:
        raise ConfigError(
            "no such file", str(path), next_step="Copy config.example.toml and fill in your hosts."
        ) from None
    except (OSError, UnicodeDecodeError) as trouble:
        raise ConfigError(str(trouble), str(path)) from None


def _agree(settings: Settings, path: Path, text: str) -> None:
    """What no single value can show: names that point nowhere, thresholds that do not exist, doubles."""
    known = {item.name: item for item in fields(Policy)}
    for name, value in settings.policy.items():
        if name not in known:
            raise _wrong(path, text, ["policy", name], "is no threshold" + _meant(name, list(known)))
        if isinstance(value, tuple) is not isinstance(getattr(Policy(), name), tuple):
            raise _wrong(path, text, ["policy", name], "is of the wrong type")
    _networks_agree(settings, path, text)
    seen: set[str] = set()
    for number, host in enumerate(settings.hosts):
        if host.login not in settings.logins:
            said = f"no login is called {host.login}" + _meant(host.login, list(settings.logins))
            raise _wrong(path, text, ["hosts", number, "login"], said)
        if host.name in seen:
            raise _wrong(path, text, ["hosts", number, "name"], f"two hosts are called {host.name}")
        seen.add(host.name)
    _agree_on_ways(settings, path, text)
    for number, host in enumerate(settings.hosts):
        over = next((item for item in settings.hosts if item.name == host.jump), None)
        if wrong := unfit(host, settings.logins[host.login], over):
            raise _wrong(path, text, ["hosts", number, wrong[0]], wrong[1])


def _networks_agree(settings: Settings, path: Path, text: str) -> None:
    for number, network in enumerate(settings.networks):
        for other in settings.networks[:number]:
            if other.name == network.name:
                raise _wrong(path, text, ["networks", number, "name"], f"two networks are called {network.name}")
            if other.range.overlaps(network.range):
                raise _wrong(path, text, ["networks", number, "range"], f"overlaps the network {other.name}")


def _agree_on_ways(settings: Settings, path: Path, text: str) -> None:
    """Each way ends: over hosts that are there, over few, and never in a circle."""
    jumps = {host.name: host.jump for host in settings.hosts}
    for number, host in enumerate(settings.hosts):
        if host.jump is not None and host.jump not in jumps:
            said = f"no host is called {host.jump}" + _meant(host.jump, list(jumps))
            raise _wrong(path, text, ["hosts", number, "jump"], said)
    for number, host in enumerate(settings.hosts):
        way = [host.name]
        while (over := jumps[way[-1]]) is not None:
            if over in way:
                said = f"the way goes in a circle: {' over '.join([*way, over])}"
                raise _wrong(path, text, ["hosts", number, "jump"], said)
            way.append(over)
        if len(way) > MOST_JUMPS + 1:
            raise _wrong(path, text, ["hosts", number, "jump"], f"the way leads over more than {MOST_JUMPS} hosts")


def _wrong(path: Path, text: str, keys: list[str | int], message: str) -> ConfigError:
    return ConfigError(message, f"{path}:{_line(text, keys)}", _dotted(keys))


def _words(message: str, keys: list[str | int], kind: str, table: Any) -> str:
    if kind == "extra_forbidden":
        for key in keys[:-1]:
            table = _below(table, key)
        return "is not a setting" + _meant(str(keys[-1]), list(getattr(table, "model_fields", {})))
    if kind == "missing":
        return "is missing"
    return message.removeprefix("Value error, ").replace("Input should", "should")


def _below(table: Any, key: str | int) -> Any:
    tables = {"consent": Consent, "logins": Login, "hosts": Host, "report": Reports, "limits": Limits}
    return tables.get(str(key), table)


def _meant(word: str, known: list[str]) -> str:
    close = difflib.get_close_matches(word, known, 1)
    return f"; did you mean {close[0]}?" if close else ""


def _dotted(keys: list[str | int]) -> str:
    return "".join(f"[{key}]" if isinstance(key, int) else f".{key}" for key in keys).lstrip(".")


def _line(text: str, keys: list[str | int]) -> int:
    """The line of a key: go down its tables one by one, and stop at the deepest that is there."""
    lines, at, table, nth = text.splitlines(), 0, "", 0
    for position, key in enumerate(keys):
        if isinstance(key, int):
            continue
        nth = keys[position + 1] if position + 1 < len(keys) and isinstance(keys[position + 1], int) else 0  # type: ignore[assignment]
        table = f"{table}.{key}".lstrip(".")
        header = re.compile(rf"^\s*\[\[?\s*{re.escape(table)}\s*\]\]?")
        setting = re.compile(rf"^\s*[\"']?{re.escape(str(key))}[\"']?\s*=")
        headers = [number for number, line in enumerate(lines) if header.match(line)]
        if headers:
            at = headers[min(nth, len(headers) - 1)]
            continue
        at = next((number for number, line in enumerate(lines) if number >= at and setting.match(line)), at)
    return at + 1
