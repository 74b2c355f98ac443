"""Addresses of loopback that are this process's own: two runs of the tests at once must not meet."""

from __future__ import annotations

import os


def own(place: int) -> str:
    """127.x.y.PLACE, another x and y for another process."""
    pid = os.getpid()
    return f"127.{2 + pid % 250}.{pid // 250 % 250}.{place}"
