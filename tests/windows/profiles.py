"""The fixed list of made-up machines: what each is, and with which rights the script runs on it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from hashlib import sha256

DOMAIN_SID = "S-1-5-21-1004336348-1177238915-682003330"
"""The domain of the office; accounts of it end in a number of their own."""


@dataclass(frozen=True)
class Profile:
    """One machine, or a machine with other rights.

    base: the machine whose description it has. language: of the system. build: of Windows. joined: domain, entra or
    workgroup. sid: of this machine. admin: elevated. constrained: in Constrained Language. logs: may read event logs.
    """

    base: str
    computer: str
    language: str
    build: int
    edition: str
    joined: str
    virtual: bool
    laptop: bool
    sid: str
    kind: str = "client"
    controller: bool = False
    admin: bool = True
    constrained: bool = False
    logs: bool = False

    @property
    def local(self) -> bool:
        """The account that asks is one of the machine itself."""
        return self.joined != "domain"


def _sid(machine: str) -> str:
    """The SID of a machine, always the same for the same name."""
    made = sha256(machine.encode()).hexdigest()
    return "S-1-5-21-" + "-".join(str(int(made[at : at + 8], 16)) for at in (0, 8, 16))


def _client(
    base: str, computer: str, language: str, build: int, edition: str, joined: str, *, laptop: bool = False
) -> Profile:
    return Profile(base, computer, language, build, edition, joined, False, laptop, _sid(base))


def _server(
    base: str, computer: str, language: str, build: int, *, virtual: bool = True, controller: bool = False
) -> Profile:
    found = (base, computer, language, build, "ServerStandard", "domain", virtual, False)
    return Profile(*found, DOMAIN_SID if controller else _sid(base), kind="server", controller=controller)


MACHINES: dict[str, Profile] = {
    item.base: item
    for item in (
        _client("w11-goed", "LAPTOP-02", "nl", 26100, "Enterprise", "entra", laptop=True),
        _client("w11-slecht", "BALIE-01", "nl", 26100, "Professional", "workgroup"),
        _client("w11-de", "PLANUNG-04", "de", 26100, "Enterprise", "domain"),
        _client("w10-goed", "LAPTOP-07", "en", 19045, "Professional", "domain", laptop=True),
        _client("w10-slecht", "MAGAZIJN-03", "nl", 19045, "Professional", "workgroup"),
        _server("s2016-slecht", "SRV-OUD", "nl", 14393, virtual=False),
        _server("s2016-goed", "SRV-BACKUP", "en", 14393, virtual=False),
        _server("s2019-goed", "SRV-DATEI", "de", 17763),
        _server("s2019-slecht", "SRV-PAKKET", "en", 17763),
        _server("s2025-goed", "SRV-BESTANDEN", "nl", 26100),
        _server("s2025-slecht", "SRV-TERMINAL", "de", 26100),
        _server("dc-2022", "DC-01", "nl", 20348, controller=True),
    )
}

VARIANTS: dict[str, Profile] = {
    "w11-goed~beperkt": replace(MACHINES["w11-goed"], constrained=True),
    "w11-slecht~gebruiker": replace(MACHINES["w11-slecht"], admin=False),
    "w10-slecht~beperkt-gebruiker": replace(MACHINES["w10-slecht"], constrained=True, admin=False),
    "s2019-slecht~beperkt": replace(MACHINES["s2019-slecht"], constrained=True),
    "s2016-goed~gebruiker": replace(MACHINES["s2016-goed"], admin=False, logs=True),
}

RUNS: dict[str, Profile] = {**MACHINES, **VARIANTS}
"""Every run of the script that the tests make: a machine, or `machine~variant`."""
