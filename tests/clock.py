"""How long something may take, told once: the time that it is promised, and what a busy machine adds to it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

BUSY = 5.0
"""Seconds. What a promise is held against hangs far longer, so that a late machine is no failure and a hang is one."""


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """What stands in the block ends within these seconds and what a busy machine adds."""
    began = time.monotonic()
    yield
    took = time.monotonic() - began
    assert took < seconds + BUSY, f"took {took:.1f} s, was promised {seconds:g} s"
