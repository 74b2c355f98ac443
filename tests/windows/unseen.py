"""What runs on the made-up machines leave open: questions and values never seen, errors that nobody described."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from nis2scan.model import Question, Status
from tests.windows.machines import description
from tests.windows.run import Run, questions

# Named errors of made_up_cim.ps1.
_NAMED = {"broken": "HRESULT 0x80041001", "timeout": "HRESULT 0x40004"}
# Of some events only the number and the time are read, so their texts are left out of the descriptions.
UNREAD = ("time-events", "windows-backup", "backup-agents")


def word(question: Question) -> str:
    """The name of a question: the comment in its first line."""
    return question.text.splitlines()[0].removeprefix("#").strip()


def errors(done: Run) -> list[str]:
    """What failed there without a description that says so."""
    said_of_it = description(done.name)
    described = set(_errors(said_of_it))
    if any("@error" in entry for entry in said_of_it["adsi"].values()):
        described.add("InvalidCastConstructorException")  # [adsi] fails at once here, at the first property there
    found = []
    for answer in done.recording.answers.values():
        if answer.status is not Status.ERROR:
            continue
        said = _error(answer.err)
        codes = {str(said.get("hresult")), str(said.get("inner"))}
        if not codes & described and not any(str(said.get("fqid")).startswith(item) for item in described):
            found.append(f"{word(answer.question)}: {answer.err.decode()}")
    return found


def _error(data: bytes) -> dict[str, Any]:
    """What a section says of its failure; nothing when the frame itself was bent."""
    try:
        said: dict[str, Any] = json.loads(data.splitlines()[-1])  # below a line for people
    except (ValueError, IndexError):
        return {}
    return said


def _errors(part: Any) -> Iterator[str]:
    """The codes and ids of all errors in a description."""
    if isinstance(part, dict):
        given = part.get("@error")
        if isinstance(given, dict):
            yield from (str(given[key]) for key in ("id", "hresult") if key in given)
        elif given is not None:
            yield _NAMED.get(str(given), str(given))
        for item in part.values():
            yield from _errors(item)
    elif isinstance(part, list):
        for item in part:
            yield from _errors(item)


def bent(done: Run) -> list[str]:
    """What 5.1 makes of values that were not copied plainly: {} of nothing, {value, Count} of a list, dates as text."""
    return [
        f"{word(answer.question)}{path}"
        for answer in done.recording.answers.values()
        if answer.status is Status.OK and answer.question.kind == "powershell"
        for path in _bent(json.loads(answer.out))
    ]


def _bent(value: object, path: str = "") -> Iterator[str]:
    if isinstance(value, dict):
        if path and (not value or set(value) == {"value", "Count"} or "PSPath" in value):
            yield path
        for key, item in value.items():
            yield from _bent(item, f"{path} > {key}")
    elif isinstance(value, list):
        for item in value:
            yield from _bent(item, f"{path} > each")
    elif isinstance(value, str) and value.startswith(("/Date(", "System.")):
        yield f"{path}: {value}"


def unanswered(every: Iterable[Run]) -> list[str]:
    """The questions that no machine answers."""
    answered = {key for done in every for key, item in done.recording.answers.items() if item.status is Status.OK}
    return [word(item) for item in questions() if item.id not in answered]


def unseen(every: Iterable[Run]) -> list[str]:
    """The values that are empty on every machine."""
    seen: dict[str, bool] = {}
    for done in every:
        for answer in done.recording.answers.values():
            if answer.status is Status.OK and answer.question.kind == "powershell":
                for path, filled in _leaves(json.loads(answer.out), word(answer.question)):
                    seen[path] = seen.get(path, False) or filled
    empty = [path for path, filled in seen.items() if not filled and not _within(path, seen)]
    return [path for path in empty if not (path.startswith(UNREAD) and path.endswith(" > data"))]


def _leaves(value: object, path: str) -> Iterator[tuple[str, bool]]:
    """Every name in an answer, and whether something stands there; the items of a list count as one."""
    if isinstance(value, dict):
        for key, item in value.items():
            yield from _leaves(item, f"{path} > {key}")
    elif isinstance(value, list):
        yield path, bool(value)
        for item in value:
            yield from _leaves(item, f"{path} > each")
    else:
        yield path, value is not None


def _within(path: str, seen: dict[str, bool]) -> bool:
    """A table that is absent here is present there."""
    return any(other.startswith(f"{path} > ") for other in seen)
