"""How answers of probes are read: JSON that our own transport wrote, with words of a strange host in it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from nis2scan.api import Answer, CannotTell, Reason

STATES = ("open", "closed", "silent", "guarded")


@dataclass(frozen=True)
class Heard:
    """What one port did. state: open, closed, silent or guarded (left alone, it might act). said: a part a step."""

    state: str
    said: tuple[bytes, ...] = ()

    @property
    def all(self) -> bytes:
        return b"".join(self.said)


def document(answer: Answer) -> Mapping[str, Any]:
    """The answer as a mapping. Raises CannotTell when it is none."""
    try:
        found = json.loads(answer.text)
    except ValueError:
        raise CannotTell(Reason.PARSE_ERROR, "the answer of a probe is no JSON") from None
    if not isinstance(found, dict):
        raise CannotTell(Reason.PARSE_ERROR, "the answer of a probe is no mapping")
    return found


def rows(found: Mapping[str, Any], name: str) -> list[Any]:
    """The list of that name. Raises KeyError or TypeError: nothing else may pass for an empty one."""
    if not isinstance(found[name], list):
        raise TypeError(name)
    return list(found[name])


def heard(answer: Answer) -> Mapping[int, Heard]:
    """What each port of a conversation did. Raises CannotTell when the answer is not in this form."""
    try:
        found = {int(port): _heard(row) for port, row in document(answer)["ports"].items()}
    except (KeyError, TypeError, ValueError, AttributeError):
        raise CannotTell(Reason.PARSE_ERROR, "the answer of a probe has another form") from None
    if not found or any(item.state not in STATES for item in found.values()):
        raise CannotTell(Reason.PARSE_ERROR, "the answer of a probe has another form")
    return found


def _heard(row: Mapping[str, Any]) -> Heard:
    return Heard(str(row["state"]), tuple(str(part).encode("latin-1") for part in row.get("heard", ())))
