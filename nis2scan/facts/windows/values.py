"""Values as Windows gives them, to values as people mean them. Pure.

A section that answers is JSON with one table. A number of the registry is signed (0xFFFFFFFF comes as -1), a truth comes
in four coats, and a value of the wrong type is one that Windows itself ignores.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from nis2scan.api import Answer, CannotTell, Reason, say

_FILETIME_START = datetime(1601, 1, 1, tzinfo=UTC)
_NEVER = 0x7FFFFFFFFFFFFFFF


def table(answer: Answer) -> dict[str, Any]:
    """The table of a section. Raises CannotTell when there is none."""
    try:
        made = json.loads(answer.text)
    except (ValueError, RecursionError):
        raise CannotTell(Reason.PARSE_ERROR, say("the answer is no JSON")) from None
    if not isinstance(made, dict):
        raise CannotTell(Reason.PARSE_ERROR, say("the answer is not as it should be"))
    return made


def rows(made: dict[str, Any], name: str = "items") -> list[dict[str, Any]]:
    """The list of tables under a name. Raises CannotTell when it is not one: PowerShell made something else of it."""
    found = made.get(name)
    if isinstance(found, dict):  # a list of one that was unrolled on its way
        return [found]
    if not isinstance(found, list) or not all(isinstance(item, dict) for item in found):
        raise CannotTell(Reason.PARSE_ERROR, say("the answer is not as it should be"))
    return found


def sub(made: dict[str, Any], name: str) -> dict[str, Any] | None:
    """The table under a name; None where Windows has no such key. Raises CannotTell when it is missing altogether."""
    if name not in made:
        raise CannotTell(Reason.PARSE_ERROR, say("the answer is not as it should be"))
    found = made[name]
    if found is not None and not isinstance(found, dict):
        raise CannotTell(Reason.PARSE_ERROR, say("the answer is not as it should be"))
    return found


def number(value: object) -> int | None:
    """A REG_DWORD, unsigned, or a number of CIM; None for anything else: Windows ignores a value of the wrong type."""
    if isinstance(value, bool) or not isinstance(value, int):
        return None
    return value + 0x1_0000_0000 if -0x8000_0000 <= value < 0 else value


def text(value: object) -> str:
    """A REG_SZ or a string of CIM, `` for anything else."""
    return value.strip() if isinstance(value, str) else ""


def truth(value: object) -> bool | None:
    """A boolean of CIM, or 0 and 1; None when it is neither."""
    if isinstance(value, bool):
        return value
    return bool(value) if isinstance(value, int) and value in (0, 1) else None


def moment(value: object) -> datetime | None:
    """Seconds since 1970, as `ConvertTo-Epoch` writes them; None for "never" and for what is no time at all."""
    seconds = number(value)
    if not seconds or seconds > 32503680000:
        return None
    return datetime.fromtimestamp(seconds, UTC)


def filetime(high: object, low: object) -> datetime | None:
    """Two DWORDs of a FILETIME; None for its words for never."""
    upper, lower = number(high), number(low)
    if upper is None or lower is None:
        return None
    ticks = (upper << 32) | lower
    if ticks in (0, _NEVER):
        return None
    try:
        return _FILETIME_START + timedelta(microseconds=ticks // 10)
    except OverflowError:  # past the year 9999: no time at all
        return None
