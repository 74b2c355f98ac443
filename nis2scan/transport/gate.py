"""Where a secret waits before it is offered to a host: whoever holds the gate decides whose turn it is."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Protocol


class Gate(Protocol):
    """One credential in one run. `nis2scan.logins` lets it be tried on one host first; without it, all may go."""

    def check(self) -> None:
        """Raise TransportError (auth_failed) when this credential was refused: then nothing is even dialled."""
        ...

    def trying(self, where: str, deadline: float) -> AbstractContextManager[None]:
        """Wait for the turn of the host `where`, until `deadline` (monotonic); inside, offer the secret, once.

        Left in peace: it was accepted. Left with a TransportError of auth_failed: it was refused. Left in another
        way: nothing was decided.
        """
        ...


class Ungated:
    """Nobody waits. For what needs no secret, and for tests of one host."""

    def check(self) -> None:
        return

    @contextmanager
    def trying(self, where: str, deadline: float) -> Iterator[None]:
        yield


UNGATED = Ungated()
