"""What protects a Windows machine against malware, and of which day its signatures are."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from nis2scan.api import SESSION, Answer, CannotTell, Fact, Maybe, Reason, derives, powershell, reads, say
from nis2scan.facts.windows.host_time import real_time
from nis2scan.facts.windows.services import Services
from nis2scan.facts.windows.values import number, rows, sub, table, text, truth

_DEFENDER = "{d68ddc3a-831f-4fae-9e44-da132c1acf46}"
_NEVER = 0xFFFFFFFF
_MISSING = ("HRESULT 0x8004100e", "HRESULT 0x80041010", "HRESULT 0x800106ba")
_REFUSED = ("nis2scan-denied", "HRESULT 0x80041003", "HRESULT 0x80070005")
_FILETIME_START = datetime(1601, 1, 1, tzinfo=UTC)

# Services of other products, by the beginning of their name.
_SERVICES = {
    "ekrn": "ESET",
    "EPSecurityService": "Bitdefender",
    "EPIntegrationService": "Bitdefender",
    "bdservicehost": "Bitdefender",
    "vsserv": "Bitdefender",
    "Sophos": "Sophos",
    "SAVService": "Sophos",
    "SntpService": "Sophos",
    "CSFalconService": "CrowdStrike Falcon",
    "SentinelAgent": "SentinelOne",
    "AVP": "Kaspersky",
    "klnagent": "Kaspersky",
    "mfemms": "Trellix",
    "McShield": "Trellix",
    "ntrtscan": "Trend Micro",
    "Amsp": "Trend Micro",
    "ds_agent": "Trend Micro",
    "WRSVC": "Webroot",
    "fshoster": "WithSecure",
    "SepMasterService": "Symantec",
    "MBAMService": "Malwarebytes",
    "MBEndpointAgent": "Malwarebytes",
    "CylanceSvc": "Cylance",
    "CbDefense": "Carbon Black",
    "PSANHost": "WatchGuard",
    "avast": "Avast",
    "AVGSvc": "AVG",
    "AntiVirService": "Avira",
    "GDScan": "G DATA",
    "elastic-endpoint": "Elastic Defend",
    "cyserver": "Cortex XDR",
}


@dataclass(frozen=True)
class Product:
    """A product of another maker that Windows keeps note of. on, current: as it says of itself. expired: its licence."""

    name: str
    on: bool
    current: bool
    expired: bool


@dataclass(frozen=True)
class Antivirus(Fact):
    """defender: `normal`, `passive` (only watches), `off` or `unread`. real_time: looks at every file in use.

    told: it says its mode; an older one does not, and may only watch though all its switches read "on".
    age: days since its signatures were made, None not known, -1 never. products: of other makers; None where Windows
    keeps no list (servers) or may not be asked. listed: whether there is such a list. kept: by the registry, on which
    day signatures last came, when nothing there turns Defender off; None else.
    """

    defender: str
    real_time: bool
    told: bool
    age: int | None
    products: tuple[Product, ...] | None
    listed: bool
    kept: datetime | None
    seen_at: datetime


@dataclass(frozen=True)
class OtherProtection(Fact):
    """Products of other makers by their services. Never missing; names None: services could not be read."""

    names: tuple[str, ...] | None


ANTIVIRUS = powershell(
    r"""# antivirus
$defender = $null
$defender_error = $null
try { $defender = Read-Instances 'root/Microsoft/Windows/Defender' 'MSFT_MpComputerStatus' @('AMRunningMode', 'AMServiceEnabled', 'AntivirusEnabled', 'RealTimeProtectionEnabled', 'IsTamperProtected', 'AntivirusSignatureAge') } catch { $defender_error = "$($_.FullyQualifiedErrorId)" }
$products = $null
$products_error = $null
try { $products = Read-Instances 'root/SecurityCenter2' 'AntiVirusProduct' @('displayName', 'instanceGuid', 'productState') } catch { $products_error = "$($_.FullyQualifiedErrorId)" }
[ordered]@{
  defender = $defender
  defender_error = $defender_error
  products = $products
  products_error = $products_error
  signatures = Read-Values 'HKLM:\SOFTWARE\Microsoft\Windows Defender\Signature Updates' 'AVSignatureVersion' 'SignaturesLastUpdated'
  real_time = Read-Values 'HKLM:\SOFTWARE\Microsoft\Windows Defender\Real-Time Protection' 'DisableRealtimeMonitoring'
  policy = Read-Values 'HKLM:\SOFTWARE\Policies\Microsoft\Windows Defender' 'DisableAntiSpyware'
  policy_real_time = Read-Values 'HKLM:\SOFTWARE\Policies\Microsoft\Windows Defender\Real-Time Protection' 'DisableRealtimeMonitoring'
  passive = Read-Values 'HKLM:\SOFTWARE\Policies\Microsoft\Windows Advanced Threat Protection' 'ForceDefenderPassiveMode'
  service = Read-Values 'HKLM:\SYSTEM\CurrentControlSet\Services\WinDefend' 'Start'
}""",
    seconds=10,
)


@reads(ANTIVIRUS, SESSION)
def antivirus(answer: Answer, visit: Answer) -> Antivirus:
    """In passive mode every switch of Defender still reads "on": its mode is looked at first."""
    made = table(answer)
    state, row = _defender(made)
    products = None if made.get("products") is None else tuple(_product(item) for item in rows(made, "products"))
    if products is None and not _began(made, "products_error", _MISSING + _REFUSED):
        raise CannotTell(Reason.PARSE_ERROR, say("the list of virus scanners could not be read"))
    return Antivirus(
        defender=state,
        real_time=truth(row.get("RealTimeProtectionEnabled")) is True,
        told=bool(text(row.get("AMRunningMode"))),
        age=_age(row.get("AntivirusSignatureAge")),
        products=None if products is None else tuple(item for item in products if item is not None),
        listed=products is not None or not _began(made, "products_error", _MISSING),
        kept=_kept(made),
        seen_at=real_time(visit),
    )


def _began(made: dict[str, Any], name: str, beginnings: tuple[str, ...]) -> bool:
    return text(made.get(name)).lower().startswith(tuple(item.lower() for item in beginnings))


def _defender(made: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """Its state and what it says of itself. An older Defender does not tell its mode."""
    if made.get("defender") is None:
        if _began(made, "defender_error", _MISSING):
            return "off", {}
        if _began(made, "defender_error", _REFUSED):
            return "unread", {}
        raise CannotTell(Reason.PARSE_ERROR, say("the state of the virus scanner could not be read"))
    row = next(iter(rows(made, "defender")), {})
    mode = text(row.get("AMRunningMode")).lower()
    if truth(row.get("AMServiceEnabled")) is not True:
        return "off", row
    if mode in ("passive mode", "sxs passive mode", "edr block mode"):
        return "passive", row
    if mode not in ("", "normal", "not running"):
        raise CannotTell(Reason.PARSE_ERROR, say("the virus scanner is in a mode that is not known: {mode}", mode=mode))
    on = mode == "normal" or (not mode and truth(row.get("AntivirusEnabled")) is True)
    return "normal" if on else "off", row


def _age(value: object) -> int | None:
    found = number(value)
    return -1 if found == _NEVER else found


def _product(row: dict[str, Any]) -> Product | None:
    """The bits of the state are in no document of Microsoft's, but long known. Defender itself is asked apart."""
    state = number(row.get("productState"))
    if text(row.get("instanceGuid")).lower() == _DEFENDER:
        return None
    if state is None:
        raise CannotTell(Reason.PARSE_ERROR, say("the list of virus scanners could not be read"))
    kind = state & 0xF000
    return Product(text(row.get("displayName")), kind == 0x1000, state & 0xF0 == 0, kind == 0x3000)


def _kept(made: dict[str, Any]) -> datetime | None:
    """Eight bytes, the lowest first. Only where Defender is set to start, and nothing turns it or a part of it off."""
    off = [("policy", "DisableAntiSpyware"), ("passive", "ForceDefenderPassiveMode")]
    off += [(key, "DisableRealtimeMonitoring") for key in ("real_time", "policy_real_time")]
    if any(number((sub(made, key) or {}).get(name)) == 1 for key, name in off):
        return None
    raw = text((sub(made, "signatures") or {}).get("SignaturesLastUpdated"))
    if number((sub(made, "service") or {}).get("Start")) != 2 or len(raw) != 16:
        return None
    try:
        ticks = int.from_bytes(bytes.fromhex(raw), "little")
        return _FILETIME_START + timedelta(microseconds=ticks // 10)
    except (ValueError, OverflowError):
        return None


@derives
def other_protection(services: Maybe[Services]) -> OtherProtection:
    """A service that is switched off protects nothing."""
    if services.value is None:
        return OtherProtection(None)
    known = {name: item for name, item in services.value.services.items() if item.start != "disabled"}
    found = {
        product
        for beginning, product in _SERVICES.items()
        if any(name.startswith(beginning.casefold()) for name in known)
    }
    return OtherProtection(tuple(sorted(found)))
