"""`nis2scan trust` for a host that is asked over WinRM: its certificate, how to compare it, and how it is pinned.

Nothing is kept here: the line in config.toml is the record, and whoever runs nis2scan puts it there.
"""

from __future__ import annotations

import time
from collections.abc import Mapping

from nis2scan.errors import UsageError
from nis2scan.language import Language
from nis2scan.model import say
from nis2scan.transport.probes.tls import described
from nis2scan.transport.winrm_line import fingerprint, shown_by
from nis2scan.transport.winrm_login import Login, explained
from nis2scan.words import clean

_SECONDS = 30.0
# Windows itself shows the SHA-1 of a certificate only; this prints the SHA-256 of each that WinRM uses.
_COMPARE = (
    "Get-ChildItem WSMan:\\localhost\\Listener -Recurse | Where-Object Name -eq CertificateThumbprint |",
    "  Where-Object Value | ForEach-Object { $c = Get-Item \"Cert:\\LocalMachine\\My\\$($_.Value -replace ' ')\"",
    "  -join ([Security.Cryptography.SHA256]::Create().ComputeHash($c.RawData) | ForEach-Object { '{0:x2}' -f $_ }) }",
)


def trust_certificate(login: Login, language: Language, given: str | None) -> int:
    """Show it. given: the fingerprint that it must have. Raises UsageError and TransportError."""
    if login.plain_http:
        raise UsageError(
            f"{login.name} is asked with plain_http: without HTTPS it shows no certificate",
            "Set HTTPS up there, take plain_http out of the config, and try again.",
        )
    until = time.monotonic() + _SECONDS
    with explained(login, until):
        shown, doubt = shown_by(login, until)
    mark = fingerprint(shown)
    if given is not None and _plain(given) != _plain(mark):
        raise UsageError(
            f"{login.where} shows another certificate than you gave: {mark}",
            "Find out which machine answers there.",
        )
    if not doubt:
        print(language.text(say("The certificate of {host} is believed already: {mark}.", host=login.name, mark=mark)))
        return 0
    _show(login, language, mark, described(shown) or {})
    if login.certificate:
        print(language.text(say("The config holds another one. Find out why; only when it was replaced on purpose:")))
    if given is None:
        print(
            language.text(say("Compare it on the machine itself, at its own screen, in PowerShell as administrator:"))
        )
        print("\n" + "\n".join(f"  {line}" for line in _COMPARE) + "\n")
    print(language.text(say("When it is the same, put this line in the [[hosts]] of {host}:", host=login.name)))
    print(f'\n  certificate = "{mark}"\n')
    return 0


def _show(login: Login, language: Language, mark: str, said: Mapping[str, object]) -> None:
    print(language.text(say("{name}, {where}, shows this certificate:", name=login.name, where=login.where)))
    names = said.get("names")
    print(f"\n  {mark}")
    for line in (
        say("for: {names}", names=_cleaned(", ".join(map(str, names)) if isinstance(names, list) else "?")),
        say("signed by: {issuer}", issuer=_cleaned(str(said.get("issuer", "?")))),
        say("valid until: {day}", day=_cleaned(str(said.get("until", "?"))[:10])),
    ):
        print(f"  {language.text(line)}")
    print()


def _cleaned(text: str) -> str:
    """What a strange machine calls itself, for a terminal."""
    return clean(text, 200)


def _plain(mark: str) -> str:
    return mark.lower().removeprefix("sha256:").replace(":", "")
