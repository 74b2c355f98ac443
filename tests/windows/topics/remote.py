"""Remote Desktop and signing in on the made-up machines."""

from __future__ import annotations

from typing import Any

from tests.windows.profiles import MACHINES
from tests.windows.topics.base import CONTROL, SOFTWARE, user_sids

PROVIDERS = rf"{SOFTWARE}\Authentication\Credential Providers"
CLASSES = r"HKLM\SOFTWARE\Classes\CLSID"
POLICY = r"HKLM\SOFTWARE\Policies\Microsoft\Windows NT\Terminal Services"
HELLO = "{D6886603-9D2F-4EB2-B667-1971041FA96B}"
PASSWORD = "{60b78e88-ead8-445c-9cfd-0b87f74ea6cd}"
BUILT_IN = {
    PASSWORD: ("PasswordProvider", r"%SystemRoot%\system32\credprovs.dll"),
    HELLO: ("NGC Credential Provider", r"%SystemRoot%\system32\ngccredprov.dll"),
    "{8FD7E19C-3BF7-489B-A72C-846AB3678C96}": (
        "Smartcard Credential Provider",
        r"%SystemRoot%\system32\SmartcardCredentialProvider.dll",
    ),
    "{F8A1793B-7873-4046-B2A7-1F318747F427}": ("FIDO Credential Provider", r"%SystemRoot%\system32\fidocredprov.dll"),
}
DUO = (
    "{44E2ED41-48C7-4712-A3C3-250C5E6D5D84}",
    "Duo Credential Provider",
    r"C:\Program Files\Duo Security\WindowsLogon\DuoCredProv.dll",
)
AUTHPOINT = (
    "{8B2A1F60-2C44-4B71-8D3E-5C9A1E7F0B12}",
    "AuthPoint",
    r"C:\Program Files\WatchGuard\AuthPoint\AuthPointCredProv.dll",
)
SCANNER = ("{0C0F2A51-9A1D-4B7E-8E21-3B7C6D5E4F30}", "Kaartlezer", r"C:\Program Files\Kassa\KassaLogon.dll")

# Remote Desktop: refused (1) or not (0), NLA, port; and what a policy says of NLA.
DESKTOP: dict[str, tuple[int, int, int, int | None]] = {
    "w11-goed": (1, 1, 3389, None),
    "w11-slecht": (0, 0, 3390, None),
    "w11-de": (0, 1, 3389, None),
    "w10-goed": (1, 1, 3389, None),
    "w10-slecht": (0, 1, 3389, 0),
    "s2016-slecht": (0, 0, 3389, None),
    "s2016-goed": (1, 1, 3389, None),
    "s2019-goed": (0, 1, 3389, 1),
    "s2019-slecht": (0, 1, 3389, None),
    "s2025-goed": (0, 0, 3389, 1),
    "s2025-slecht": (0, 0, 3389, None),
    "dc-2022": (1, 1, 3389, None),
}
SECOND = {"s2025-goed": DUO, "s2019-goed": AUTHPOINT, "w10-slecht": SCANNER}

# Hello of the usual user: 1 set up, 2 not, None nothing kept; and by what the last sign-in went.
SET_UP: dict[str, tuple[int | None, str]] = {
    "w11-goed": (1, HELLO),
    "w11-slecht": (2, PASSWORD),
    "w11-de": (None, PASSWORD),
    "w10-goed": (1, HELLO),
    "w10-slecht": (None, PASSWORD),
}
CARD_FORCED = ("w10-goed",)


def _registry(machine: str) -> dict[str, Any]:
    refused, nla, port, policy = DESKTOP[machine]
    terminal = rf"{CONTROL}\Terminal Server"
    found: dict[str, Any] = {
        terminal: {"fDenyTSConnections": refused},
        rf"{terminal}\WinStations\RDP-Tcp": {
            "UserAuthentication": nla,
            "SecurityLayer": 2 if nla else 0,
            "PortNumber": port,
        },
    }
    if policy is not None:
        found[POLICY] = {"UserAuthentication": policy}
    for clsid, (name, library) in BUILT_IN.items():
        found[rf"{PROVIDERS}\{clsid}"] = {"": name}
        found[rf"{CLASSES}\{clsid}\InprocServer32"] = {"": library, "ThreadingModel": "Apartment"}
    if machine in SECOND:
        clsid, name, library = SECOND[machine]
        found[rf"{PROVIDERS}\{clsid}"] = {"": name}
        found[rf"{CLASSES}\{clsid}\InprocServer32"] = {"": library}
    if SECOND.get(machine) is DUO:
        found[r"HKLM\SOFTWARE\Duo Security\DuoCredProv"] = {
            "FailOpen": 0,
            "IKey": "DIXXXXXXXXXXXXXXXXXX",
            "SKey": "geheim",
        }
    if machine in SET_UP:
        state, provider = SET_UP[machine]
        found[rf"{SOFTWARE}\Authentication\LogonUI"] = {"LastLoggedOnProvider": provider}
        if state is not None:
            found[rf"{PROVIDERS}\{HELLO}\{user_sids(machine)[0]}"] = {"LogonCredsAvailable": state}
    if machine in CARD_FORCED:
        found[rf"{SOFTWARE}\Policies\System"] = {"ScForceOption": 1}
    return found


FRAGMENTS: dict[str, dict[str, Any]] = {machine: {"registry": _registry(machine)} for machine in MACHINES}

EXPECTED: dict[tuple[str, str], str | dict[str, str]] = {
    ("w11-goed", "MFA-WIN-001"): "not_applicable",
    ("w11-slecht", "MFA-WIN-001"): "fail",
    ("w11-de", "MFA-WIN-001"): "warn",
    ("w10-goed", "MFA-WIN-001"): "not_applicable",
    ("w10-slecht", "MFA-WIN-001"): "fail",
    ("s2016-slecht", "MFA-WIN-001"): "fail",
    ("s2019-goed", "MFA-WIN-001"): "warn",
    ("s2019-slecht", "MFA-WIN-001"): "warn",
    ("s2025-goed", "MFA-WIN-001"): "pass",
    ("s2025-slecht", "MFA-WIN-001"): "fail",
    ("dc-2022", "MFA-WIN-001"): "not_applicable",
    ("w11-goed", "MFA-WIN-002"): "pass",
    ("w11-slecht", "MFA-WIN-002"): "warn",
    ("w11-de", "MFA-WIN-002"): "warn",
    ("w10-goed", "MFA-WIN-002"): "pass",
    ("w10-slecht", "MFA-WIN-002"): "warn",
    ("s2016-goed", "MFA-WIN-002"): "not_applicable",
    ("dc-2022", "MFA-WIN-002"): "not_applicable",
    ("w11-goed", "EXP-WIN-001"): "not_applicable",
    ("w11-slecht", "EXP-WIN-001"): "fail",
    ("w11-de", "EXP-WIN-001"): "pass",
    ("w10-slecht", "EXP-WIN-001"): "fail",
    ("s2016-slecht", "EXP-WIN-001"): "fail",
    ("s2019-goed", "EXP-WIN-001"): "pass",
    ("s2019-slecht", "EXP-WIN-001"): "pass",
    ("s2025-goed", "EXP-WIN-001"): "pass",
    ("s2025-slecht", "EXP-WIN-001"): "fail",
}
