"""Revisions of Windows builds that are known to have been out by a certain day. Compiled on 25 November 2026.

A machine with that revision or a lower one runs what was published by then, however late it was installed. Such a row
only sharpens: it never makes a build look newer, so it does no harm when it is old. Sources: Microsoft's announcement
of version 26H2 of 29 September 2026 (26300.9457, of which 26100 and 26200 share the revision), a public list of machines
of 18 September 2026 (19045), and for the others the release notes of 14 October 2025. Windows Server 2025 counts in
higher numbers of its own, and is told by these only while it has not been updated for a year.
"""

from __future__ import annotations

from datetime import UTC, datetime

_OUT_BY: dict[int, tuple[int, datetime]] = {
    26300: (9457, datetime(2026, 9, 29, tzinfo=UTC)),
    26200: (9457, datetime(2026, 9, 29, tzinfo=UTC)),
    26100: (9457, datetime(2026, 9, 29, tzinfo=UTC)),
    22631: (6060, datetime(2025, 10, 14, 20, tzinfo=UTC)),
    20348: (4294, datetime(2025, 10, 14, 20, tzinfo=UTC)),
    19045: (7725, datetime(2026, 9, 18, tzinfo=UTC)),
    17763: (7919, datetime(2025, 10, 14, 20, tzinfo=UTC)),
    14393: (8519, datetime(2025, 10, 14, 20, tzinfo=UTC)),
}


def out_by(build: int, revision: int) -> datetime | None:
    """By when this revision was out at the latest; None when that is not known."""
    known = _OUT_BY.get(build)
    return known[1] if known is not None and revision <= known[0] else None
