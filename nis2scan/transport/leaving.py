"""Visits that hold something on a host which ends only when it is told to. Who stops early lets them end first."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

_HELD: dict[object, Callable[[], None]] = {}
_TURN = threading.Condition()


@contextmanager
def held(stop: Callable[[], None]) -> Iterator[None]:
    """Inside, something is held. stop: called from another thread, it makes the visit go to its end at once."""
    mark = object()
    with _TURN:
        _HELD[mark] = stop
    try:
        yield
    finally:
        with _TURN:
            del _HELD[mark]
            _TURN.notify_all()


def leave(seconds: float) -> None:
    """Stop every visit that holds something, and wait until all have let go, for so long at most."""
    with _TURN:
        stops = list(_HELD.values())
    for stop in stops:
        stop()
    with _TURN:
        _TURN.wait_for(lambda: not _HELD, seconds)
