"""The days on which Microsoft publishes: the second Tuesday of a month. Pure."""

from __future__ import annotations

from collections.abc import Container
from datetime import UTC, date, datetime, timedelta

_HOUR = 17
"""Ten in the morning in Redmond, in summer; in winter an hour later. What was installed before is an older update."""

BASELINES = (1, 4, 7, 10)
"""The months whose update also machines get that are mended while they run (hotpatch)."""


def patch_day(year: int, month: int) -> datetime:
    """The second Tuesday, at the hour of publication, UTC."""
    first = date(year, month, 1)
    return datetime(year, month, 8 + (1 - first.weekday()) % 7, _HOUR, tzinfo=UTC)


def first_after(moment: datetime, months: Container[int] = range(1, 13)) -> datetime:
    """The first publication that somebody who installed the newest one at that moment cannot have."""
    month = moment.replace(day=1)
    while True:
        day = patch_day(month.year, month.month)
        if month.month in months and day > moment:
            return day
        month = (month + timedelta(days=32)).replace(day=1)


def days_between(earlier: datetime, later: datetime) -> int:
    """Whole calendar days, as the clock of missing updates counts them; negative when it is yet to come."""
    return (later.date() - earlier.date()).days
