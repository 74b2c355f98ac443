"""Remote Desktop: whether it is on, and what stands between a stranger and a password prompt."""

from __future__ import annotations

from dataclasses import dataclass

from nis2scan.api import Answer, CannotTell, Fact, Reason, powershell, reads, say
from nis2scan.facts.windows.system import RELEASE, Windows, windows
from nis2scan.facts.windows.values import number, rows, sub, table, text


@dataclass(frozen=True)
class RemoteDesktop(Fact):
    """on: it accepts connections. nla: a password is asked before the screen is shown; None when not set anywhere.

    port: TCP. home: Windows Home, which has no server for it.
    """

    on: bool
    nla: bool | None
    port: int
    home: bool


@dataclass(frozen=True)
class SecondFactor:
    """A credential provider of another maker. product: ``, or the one that is known. enforced: for Remote Desktop,
    also when its server does not answer; None when its settings could not be read.
    """

    name: str
    product: str
    enforced: bool | None = None


@dataclass(frozen=True)
class CredentialProviders(Fact):
    """Providers of other makers than Microsoft that are not switched off."""

    others: tuple[SecondFactor, ...]

    @property
    def factors(self) -> tuple[SecondFactor, ...]:
        """Those that are known to ask a second factor."""
        return tuple(item for item in self.others if item.product)


REMOTE_DESKTOP = powershell(
    r"""# remote-desktop
[ordered]@{
  server = Read-Values 'HKLM:\SYSTEM\CurrentControlSet\Control\Terminal Server' 'fDenyTSConnections'
  own = Read-Values 'HKLM:\SYSTEM\CurrentControlSet\Control\Terminal Server\WinStations\RDP-Tcp' 'UserAuthentication' 'SecurityLayer' 'PortNumber'
  policy = Read-Values 'HKLM:\SOFTWARE\Policies\Microsoft\Windows NT\Terminal Services' 'fDenyTSConnections' 'UserAuthentication' 'SecurityLayer'
}""",
    seconds=2,
)

# Of Duo only how it is set: its keys stand in the same place and are not read.
PROVIDERS = powershell(
    r"""# credential-providers
$root = 'HKLM:\SOFTWARE\Microsoft\Windows\CurrentVersion\Authentication\Credential Providers'
$items = @(foreach ($id in (Read-Subkeys $root)) {
  $own = Read-Values "$root\$id" '(default)' 'Disabled'
  $server = Read-Values "HKLM:\SOFTWARE\Classes\CLSID\$id\InprocServer32" '(default)'
  [ordered]@{ id = $id; name = $own.'(default)'; disabled = $own.Disabled; library = $server.'(default)' }
})
[ordered]@{
  items = $items
  excluded = Read-Values 'HKLM:\SOFTWARE\Microsoft\Windows\CurrentVersion\Policies\System' 'ExcludedCredentialProviders'
  duo = Read-Values 'HKLM:\SOFTWARE\Duo Security\DuoCredProv' 'FailOpen' 'ProvidersWhitelist'
  duo_policy = Read-Values 'HKLM:\SOFTWARE\Policies\Duo Security\DuoCredProv' 'FailOpen' 'ProvidersWhitelist'
}""",
    seconds=3,
)

# A word in the name or in the file name of the library, without capitals. After the documentation of the makers.
_PRODUCTS = {
    "duo": "Duo",
    "okta": "Okta",
    "eset secure": "ESET Secure Authentication",
    "authpoint": "WatchGuard AuthPoint",
    "securid": "RSA SecurID",
    "miniorange": "miniOrange",
    "rublon": "Rublon",
    "logintc": "LoginTC",
    "yubico": "Yubico Login",
    "safenet": "Thales SafeNet",
    "userlock": "UserLock",
    "privacyidea": "privacyIDEA",
    "silverfort": "Silverfort",
}


@reads(RELEASE, REMOTE_DESKTOP)
def remote_desktop(release: Answer, answer: Answer) -> RemoteDesktop:
    """A policy wins over the setting; without either it is off. Windows Home has no server for it, whatever is set."""
    system = windows.read(release)
    assert isinstance(system, Windows)  # noqa: S101 the reader above makes it
    made = table(answer)
    server, own, policy = (sub(made, name) or {} for name in ("server", "own", "policy"))
    denied = _first(policy, server, "fDenyTSConnections")
    if not server and denied is None:  # the key is on every Windows
        raise CannotTell(Reason.PARSE_ERROR, say("whether Remote Desktop is on could not be read"))
    nla = _first(policy, own, "UserAuthentication")
    on = denied == 0 and not system.home
    port = number(own.get("PortNumber")) or 3389
    return RemoteDesktop(on, None if nla is None else nla == 1, port, system.home)


def _first(policy: dict[str, object], own: dict[str, object], name: str) -> int | None:
    value = number(policy.get(name))
    return number(own.get(name)) if value is None else value


@reads(PROVIDERS)
def credential_providers(answer: Answer) -> CredentialProviders:
    """What stands in System32 without a maker's name is Windows' own; Microsoft's own ones are not counted."""
    made = table(answer)
    listed = rows(made)
    if not listed:
        raise CannotTell(Reason.PARSE_ERROR, say("Windows listed no way to sign in"))
    excluded = text((sub(made, "excluded") or {}).get("ExcludedCredentialProviders")).casefold()
    duo = [sub(made, name) or {} for name in ("duo_policy", "duo")]
    found = []
    for row in listed:
        library, name = text(row.get("library")).casefold(), text(row.get("name"))
        words = f"{name} {library}".casefold()
        product = next((shown for word, shown in _PRODUCTS.items() if word in words), "")
        off = number(row.get("disabled")) == 1 or text(row.get("id")).casefold() in excluded
        if off or not (product or _elsewhere(library)):
            continue
        found.append(SecondFactor(name or text(row.get("id")), product, _enforced(product, duo)))
    return CredentialProviders(tuple(found))


def _elsewhere(library: str) -> bool:
    """Of another maker: not in the folder of Windows. Without a file it is none that works."""
    return bool(library) and "system32" not in library and "systemroot" not in library and "\\" in library


def _enforced(product: str, duo: list[dict[str, object]]) -> bool | None:
    """Duo lets people in without it when FailOpen is 1, or when another provider is let through. Which of policy and
    setting wins was not seen on a machine: neither may leave it open.
    """
    told = [value for place in duo if (value := number(place.get("FailOpen"))) is not None]
    if product != "Duo" or not told:
        return None
    return not any(told) and not any(place.get("ProvidersWhitelist") for place in duo)
