"""No lock-outs: a login is first tried on one host while the others wait, and one refusal stops it everywhere.

A refusal is remembered in the client's folder until the login changes. What is kept of a login is a keyed fingerprint
(scrypt with a salt of that folder): it tells whether the login is still the same, and neither shows nor tests it fast.
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from nis2scan.errors import Reason, StoreError, TransportError
from nis2scan.model import say
from nis2scan.secrets import Secret

_RETRY = "nis2scan scan --retry-logins"
_MOST_SILENT = 3  # hosts that may take a login and then not say yes or no: each may have counted it as a wrong one
_NOT_OFFERED = (Reason.NO_CREDENTIAL, Reason.HOST_KEY)  # nothing went out


@dataclass(frozen=True)
class Refusal:
    """Which login was refused, where, and when (ISO 8601)."""

    login: str
    where: str
    at: str


class Gate:
    """One login in one run: untried, being tried by one host, accepted (all may go), or refused (nobody may)."""

    def __init__(self, name: str, refusal: Refusal | None, refused: Refused) -> None:
        self.refusal = refusal
        self._remembered = refusal is not None
        self.name = name
        self._refused = refused
        self._turn = threading.Condition()
        self._holder = ""
        self._accepted = False
        self._silent = 0

    def check(self) -> None:
        """Raise TransportError when the login was refused, in this run or an earlier one, or nobody answers it."""
        if self.refusal is None:
            if self._silent >= _MOST_SILENT and not self._accepted:
                raise TransportError(
                    Reason.TIMEOUT,
                    say(
                        "{count} hosts took the login {login} and said neither yes nor no, so it was not tried here: "
                        "each may have counted it as a wrong one",
                        count=self._silent,
                        login=self.name,
                    ),
                    say("Look at those hosts first, or take them out of the config for a while."),
                )
            return
        words = {"login": self.name, "where": self.refusal.where, "day": self.refusal.at[:10]}
        raise TransportError(
            Reason.AUTH_FAILED,
            say(
                "the login {login} was refused by {where} on {day} and has not changed since, so it was not tried here",
                **words,
            )
            if self._remembered
            else say("the login {login} was refused by {where}, so it was not tried here", **words),
            say("Find out why, and mend it. When the login itself stays the same: {command}", command=_RETRY),
        )

    @contextmanager
    def trying(self, where: str, deadline: float) -> Iterator[None]:
        """Wait for the turn of the host `where`, until `deadline`; inside, offer the secret. See transport/gate.py."""
        alone = self._wait(where, deadline)
        try:
            yield
            self._accepted = True
        except Exception as trouble:
            if not isinstance(trouble, TransportError) or trouble.reason is not Reason.AUTH_FAILED:
                if getattr(trouble, "reason", None) not in _NOT_OFFERED:
                    with self._turn:
                        self._silent += 1
                raise
            if self._stop(where):
                raise
            more = say(
                "{step} (That it was refused could not be kept: the next run will try it again.)", step=trouble.step
            )
            raise TransportError(trouble.reason, trouble.said, more) from trouble
        finally:
            if alone:
                with self._turn:
                    self._holder = ""
                    self._turn.notify_all()

    def _wait(self, where: str, deadline: float) -> bool:
        """Whether this host now holds the gate alone: nobody else goes before it has an answer."""
        with self._turn:
            while self._holder and not self._accepted and self.refusal is None:
                if not self._turn.wait(max(0.0, deadline - time.monotonic())):
                    raise TransportError(
                        Reason.TIMEOUT,
                        say(
                            "waited in vain: the login {login} was being tried on {where}",
                            login=self.name,
                            where=self._holder,
                        ),
                    )
            self.check()
            if self._accepted:
                return False
            self._holder = where
            return True

    def _stop(self, where: str) -> bool:
        """Nobody goes any more. False: it could not be kept for the next run."""
        with self._turn:
            if self.refusal is None:
                self.refusal = Refusal(self.name, where, datetime.now(UTC).isoformat(timespec="seconds"))
            self._turn.notify_all()
        return self._refused.remember(self)


class Refused:
    """The logins that were refused, in a folder of the client; and the gates of this run. Raises StoreError."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "logins.json"
        self._writing = threading.Lock()
        self._gates: dict[str, Gate] = {}
        kept = self._read()
        self._salt: str = kept["salt"]
        self._refusals: dict[str, Refusal] = kept["refused"]

    def gate(self, name: str, user: str, proofs: Sequence[Secret | None]) -> Gate:
        """The gate of a login: its name, its account and every secret that it has. The same login has the same gate."""
        mark = self._fingerprint(user, proofs)
        if mark not in self._gates:
            self._gates[mark] = Gate(name, self._refusals.get(mark), self)
        return self._gates[mark]

    @property
    def gates(self) -> tuple[Gate, ...]:
        """The gates of this run, each once."""
        return tuple(self._gates.values())

    def forget(self) -> None:
        """Let every login be tried again."""
        self._refusals = {}
        self._write()

    def remember(self, gate: Gate) -> bool:
        """Keep that a login of this run was refused. False when that fails: it is at least stopped in this run."""
        with self._writing:
            try:
                self._refusals |= self._read()["refused"]  # another run may have added some
                ours = (mark for mark, own in self._gates.items() if own is gate)
                self._refusals |= {mark: gate.refusal for mark in ours if gate.refusal is not None}
                self._write()
            except StoreError:
                return False
        return True

    def _fingerprint(self, user: str, proofs: Sequence[Secret | None]) -> str:
        whole = json.dumps([user, *(proof.reveal() if proof else None for proof in proofs)]).encode()
        return hashlib.scrypt(whole, salt=bytes.fromhex(self._salt), n=2**14, r=8, p=1, dklen=32).hex()

    def _read(self) -> dict[str, Any]:
        try:
            kept = json.loads(self._file.read_text(encoding="utf-8"))
            rows = {str(mark): Refusal(**row) for mark, row in kept["refused"].items()}
            return {"salt": bytes.fromhex(kept["salt"]).hex(), "refused": rows}
        except FileNotFoundError:
            return {"salt": secrets.token_hex(32), "refused": {}}
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            raise StoreError(
                f"{self._file} cannot be read, so it is not known which logins were refused",
                "Look at its rights. When it is damaged: remove it; then every login is tried again.",
            ) from None

    def _write(self) -> None:
        """Whole or not at all, for nobody else to read."""
        rows = {mark: asdict(refusal) for mark, refusal in self._refusals.items()}
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            number, name = tempfile.mkstemp(prefix=".logins.", dir=self._file.parent)  # made with mode 0600
            with os.fdopen(number, "w", encoding="utf-8") as stream:
                json.dump({"salt": self._salt, "refused": rows}, stream, indent=1)
            Path(name).replace(self._file)
        except OSError as trouble:
            raise StoreError(f"{self._file} cannot be written: {trouble}", "Look at rights and free space.") from None
