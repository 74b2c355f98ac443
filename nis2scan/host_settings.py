"""Machines and accounts as they stand in config.toml: `[[hosts]]` and `[logins]`, and what does not go together."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, field_validator, model_validator

from nis2scan.secrets import check_reference

Reference = Annotated[str, AfterValidator(check_reference)]
_PORTS = {("ssh", False): 22, ("winrm", False): 5986, ("winrm", True): 5985}


def _pin(text: str) -> str:
    """A certificate as `nis2scan trust` prints it; colons and capitals, as other tools write it, are taken too."""
    kind, _, digits = text.partition(":")
    digits = digits.replace(":", "").lower()
    if kind.lower() != "sha256" or not re.fullmatch(r"[0-9a-f]{64}", digits):
        raise ValueError("is no fingerprint of a certificate: sha256: and 64 digits; nis2scan trust HOST shows it")
    return f"sha256:{digits}"


class Table(BaseModel):
    """A table of the file: unknown keys are mistakes, values do not change after reading."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Login(Table):
    """An account on hosts. Secrets are references: `env:NAME` `file:PATH` `ask:` `exec:NAME` `keyring:SERVICE/USER`.

    auth: how it proves itself over WinRM; with kerberos a password is not needed when there is a ticket.
    """

    user: str = Field(min_length=1)
    auth: Literal["ntlm", "kerberos"] | None = None
    password: Reference | None = None
    key: Path | None = None
    passphrase: Reference | None = None
    become: Literal["sudo", "doas", "helper"] | None = None


class Host(Table):
    """A machine that may receive a login. Nothing else ever does. jump: the host over which the way to it leads.

    Only with winrm: `certificate`, the one that is right whoever signed it; `ca`, the authority that signs it;
    `plain_http`, no HTTPS but messages that are encrypted one by one, to a host that does not prove itself.
    """

    name: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$")]
    address: str = Field(min_length=1)
    transport: Literal["ssh", "winrm"] = "ssh"
    port: int = Field(default=22, ge=1, le=65535)
    login: str
    jump: str | None = None
    certificate: Annotated[str, AfterValidator(_pin)] | None = None
    ca: Path | None = None
    plain_http: bool = Field(default=False, strict=True)  # a word or a number opens nothing

    @model_validator(mode="before")
    @classmethod
    def _usual_port(cls, table: Any) -> Any:
        """What is left out is the port that the transport has everywhere."""
        if isinstance(table, dict) and "port" not in table:
            way = (str(table.get("transport", "ssh")), table.get("plain_http") is True)
            return {**table, "port": _PORTS.get(way, 22)}
        return table

    @field_validator("address")
    @classmethod
    def _no_option(cls, value: str) -> str:
        if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9.:%_-]*|::[0-9a-fA-F:]*", value):
            raise ValueError("is neither an address nor a host name")
        return value


def unfit(host: Host, login: Login, over: Host | None) -> tuple[str, str] | None:
    """The key that does not go with the transport of this host, and why. over: the host on the way to it."""
    if host.transport == "ssh":
        own = {"certificate": host.certificate, "ca": host.ca, "plain_http": host.plain_http}
        if given := next((key for key, value in own.items() if value), ""):
            return given, 'is only for transport = "winrm"'
        if login.auth is not None:
            return "login", f"the login {host.login} has auth, which is only for hosts with winrm"
        if over is not None and over.transport != "ssh":
            return "jump", f"{over.name} is asked over winrm: no way leads over it"
        return None
    if host.jump is not None:
        return "jump", "is only for ssh: with winrm a host is dialled from this machine"
    if host.plain_http and (host.certificate or host.ca):
        return "plain_http", "there is no certificate without HTTPS: take out one of the two"
    if host.certificate and host.ca:
        return "certificate", "with this one certificate no authority is asked: take out one of the two"
    if login.password is None and login.auth != "kerberos":
        return "login", f'the login {host.login} has neither a password nor auth = "kerberos", which winrm needs'
    return None
