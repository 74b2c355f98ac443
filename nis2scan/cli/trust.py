"""`nis2scan trust`: accept the host key of one host, on purpose, after comparing it on that host itself.

A host over WinRM has a certificate instead: it is shown here, and pinned by a line in the config.
"""

from __future__ import annotations

import difflib
import getpass
import socket
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from cyclopts import App

from nis2scan.cli.output import view_of
from nis2scan.cli.targets import WindowsLogin, known_hosts_of, logins_of, way_to
from nis2scan.cli.trust_certificate import trust_certificate
from nis2scan.config import Settings, operator, operator_file, read
from nis2scan.errors import UsageError
from nis2scan.language import Language
from nis2scan.logins import Refused
from nis2scan.model import Message, say
from nis2scan.transport.host_keys import HostKey, Known, keep, known
from nis2scan.transport.ssh_login import Login
from nis2scan.transport.ssh_route import key_shown_by, names_of

app = App(name="nis2scan trust", help="Accept the host key of a host in config.toml, or see its certificate.")

_SECONDS = 30.0
_FILES = {"ssh-ed25519": "ed25519", "ssh-rsa": "rsa"}  # any other: ecdsa


@app.default
def trust(
    host: str,
    /,
    *,
    fingerprint: str | None = None,
    replace: bool = False,
    config: Path = Path("config.toml"),
    output: Path | None = None,
    language: Literal["nl", "en"] | None = None,
) -> int:
    """
    Parameters
    ----------
    host
        The name of a host in config.toml.
    fingerprint
        The fingerprint (SHA256:...) that the key or the certificate must have. Then nothing is asked.
    replace
        Take out the key that was accepted before, and accept the one that is shown now. Asked twice.
    config
        The settings of a client. Default: config.toml in this folder.
    output
        The folder for reports and store. Default: `out` beside the config.
    language
        The language of what is asked: nl or en.
    """
    settings = read(config)
    store = (output or config.resolve().parent / "out") / "store"
    login, words = _login_of(settings, host, store), view_of(settings, language).language
    if isinstance(login, WindowsLogin):
        return trust_certificate(login, words, fingerprint)
    asking = _Asking(login, words, fingerprint, replace)
    shown = key_shown_by(asking.login, time.monotonic() + _SECONDS)
    *read_only, ours = known_hosts_of(settings, store)
    names = names_of(asking.login)
    if _is_known(asking, shown, known((*read_only, ours), names)):
        asking.tell(say("The key of {host} was known already: {key}.", host=host, key=shown.fingerprint))
        return 0
    _nobody_else_knows_another(known(read_only, names), shown)
    how = _accepted(asking, shown, known((ours,), names))
    now = datetime.now(UTC).isoformat(timespec="seconds")
    note = f"{now} {getpass.getuser()}@{socket.gethostname()} accepted {shown.fingerprint} for {host}, {how}"
    keep(ours, names, shown, note)
    asking.tell(say("Kept in {file}.", file=str(ours)))
    return 0


@dataclass(frozen=True)
class _Asking:
    """Whose key it is about, and how its user is spoken to."""

    login: Login
    language: Language
    fingerprint: str | None
    replace: bool

    def tell(self, message: Message) -> None:
        print(self.language.text(message))

    def agrees(self, question: Message, word: Message) -> bool:
        """Whether the user types the word, in full. Nobody at the keyboard does not agree."""
        wanted = self.language.text(word)
        try:
            return input(f"{self.language.text(question)} [{wanted}] ").strip().lower() == wanted.lower()
        except EOFError:
            print()
            return False


def _login_of(settings: Settings, host: str, store: Path) -> Login | WindowsLogin:
    """The way to one host, consent checked. Only secrets of hosts that lie on the way are fetched."""
    names = [item.name for item in settings.hosts]
    if host not in names:
        close = difflib.get_close_matches(host, names, 1)
        meant = f"; did you mean {close[0]}?" if close else ""
        raise UsageError(f"no host in the config is called {host}{meant}", "Only hosts of the config are dialled.")
    way = way_to(settings, host)
    needed = settings.model_copy(update={"hosts": tuple(item for item in settings.hosts if item.name in way)})
    found = logins_of(needed, store, operator(operator_file()).programs, Refused(store), without=host)
    if host not in found:
        raise UsageError(f"no address is known for {host}", "Check its name, and those of the hosts on the way.")
    return found[host]


def _is_known(asking: _Asking, shown: HostKey, entries: Sequence[Known]) -> bool:
    if revoked := next((entry for entry in entries if entry.revoked and entry.key == shown), None):
        raise UsageError(f"{revoked.file}:{revoked.line} calls this key revoked: {shown.fingerprint}")
    if asking.fingerprint is not None and asking.fingerprint != shown.fingerprint:
        raise UsageError(
            f"{asking.login.where} shows another key than you gave: {shown.kind} {shown.fingerprint}",
            "Nothing was kept. Find out which machine answers there.",
        )
    return any(entry.key == shown for entry in entries)


def _nobody_else_knows_another(entries: Sequence[Known], shown: HostKey) -> None:
    """Files that are not ours are not changed; and while they hold another key, that one would still be believed."""
    if other := next((entry for entry in entries if entry.key != shown and not entry.revoked), None):
        raise UsageError(
            f"{other.file}:{other.line} holds another key for this host: {other.key.kind} {other.key.fingerprint}",
            "Find out why it changed. Only if the machine was reinstalled, take that line out (ssh-keygen -R) first.",
        )


def _accepted(asking: _Asking, shown: HostKey, before: Sequence[Known]) -> str:
    """How the key was accepted, in words for the record. Raises UsageError when it was not."""
    old = [entry for entry in before if not entry.revoked]
    if old and not asking.replace:
        raise UsageError(
            f"{asking.login.where} shows another key ({shown.kind} {shown.fingerprint}) than the one that was accepted "
            f"({old[0].key.kind} {old[0].key.fingerprint}, {old[0].file}:{old[0].line})",
            "Find out why. Only if the machine was reinstalled: the same command with --replace",
        )
    _show(asking, shown, old)
    if asking.fingerprint is not None:
        return "fingerprint given"
    sure = asking.agrees(say("Is this the fingerprint that the machine itself shows?"), say("yes"))
    if sure and old:
        sure = asking.agrees(say("Type the word to take out the key that was accepted before."), say("replace"))
    if not sure:
        raise UsageError("not accepted; nothing was kept")
    return "compared and typed yes, twice" if old else "compared and typed yes"


def _show(asking: _Asking, shown: HostKey, old: Sequence[Known]) -> None:
    login = asking.login
    asking.tell(say("{name}, {where}, shows this host key:", name=login.name, where=login.where))
    print(f"\n  {shown.kind}\n  {shown.fingerprint}\n")
    for entry in old:
        asking.tell(say("It replaces: {kind} {key}.", kind=entry.key.kind, key=entry.key.fingerprint))
    file = f"/etc/ssh/ssh_host_{_FILES.get(shown.kind, 'ecdsa')}_key.pub"
    asking.tell(say("Compare it on the machine itself, at its own screen and not over SSH:"))
    print(f"\n  ssh-keygen -lf {file}\n")
