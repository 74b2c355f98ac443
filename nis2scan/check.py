"""`@check`, `@reads`, `@derives`: plain functions made into declared things.

What a function needs is read off the types of its parameters; nothing is registered anywhere else.
"""

from __future__ import annotations

import inspect
import typing
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property, partial
from typing import Any, Generic, TypeVar

from nis2scan.errors import Absent, CannotTell, NotJudged, PluginError
from nis2scan.model import (
    Answer,
    Confidence,
    Effort,
    Fact,
    Judged,
    Measure,
    Outcome,
    Question,
    Said,
    Severity,
    Verdict,
)
from nis2scan.policy import Policy

F = TypeVar("F")


class Now(datetime):
    """The moment of judging, UTC. Checks never look at a clock."""


@dataclass(frozen=True)
class Maybe(Generic[F]):
    """A fact, or why there is none. A check may warn or fail on what it sees; its pass counts only with the fact."""

    value: F | None = None
    why: NotJudged | None = None

    @property
    def absent(self) -> bool:
        """It was looked for in the right place and is not there."""
        return isinstance(self.why, Absent)


@dataclass(frozen=True)
class Fleet(Generic[F]):
    """One fact of every host of the office: `known` by host, and for the others why not."""

    known: Mapping[str, F] = field(default_factory=dict)
    absent: Mapping[str, Absent] = field(default_factory=dict)
    unknown: Mapping[str, CannotTell] = field(default_factory=dict)


@dataclass(frozen=True)
class Dataset(Generic[F]):
    """Rows that came with the program, and the day they were compiled."""

    rows: tuple[F, ...]
    compiled: date


@dataclass(frozen=True)
class Need:
    """One parameter: `how` is fact, maybe, fleet, policy, now or dataset; `type` the fact or row type."""

    how: str
    type: type


_SHORT = {Policy: "policy", Now: "now"}
_GENERIC = {Maybe: "maybe", Fleet: "fleet", Dataset: "dataset"}


def _need(function: Callable[..., Any], name: str, hint: Any) -> Need:
    if hint in _SHORT:
        return Need(_SHORT[hint], hint)
    if (origin := typing.get_origin(hint)) in _GENERIC:
        return Need(_GENERIC[origin], typing.get_args(hint)[0])
    if isinstance(hint, type) and issubclass(hint, Fact):
        return Need("fact", hint)
    raise PluginError(f"{function.__module__}.{function.__qualname__}: parameter {name} has no type that can be given")


def _needs(function: Callable[..., Any]) -> tuple[tuple[Need, ...], Any]:
    """Fill in the needs of a function and what it returns, from its annotations."""
    hints = typing.get_type_hints(function)
    names = list(inspect.signature(function).parameters)
    if missing := [name for name in names if name not in hints]:
        raise PluginError(f"{function.__module__}.{function.__qualname__}: parameter {missing[0]} has no type")
    return tuple(_need(function, name, hints[name]) for name in names), hints.get("return")


# ---- readers and derivations -------------------------------------------------------------------


@dataclass(frozen=True)
class Reader:
    """Answers to one fact. Several readers may make the same fact, for other platforms or tools."""

    name: str
    questions: tuple[Question, ...]
    makes: type[Fact]
    read: Callable[..., Fact]

    @cached_property
    def platforms(self) -> tuple[str, ...]:
        """The platforms on which all its questions can be asked; empty when they are not bound to one."""
        bound = [set(question.platforms) for question in self.questions if question.platforms]
        return tuple(sorted(set.intersection(*bound))) if bound else ()


@dataclass(frozen=True)
class Derivation:
    """Facts to one fact: a judgement that several checks share."""

    name: str
    needs: tuple[Need, ...]
    makes: type[Fact]
    derive: Callable[..., Fact]


def reads(*questions: Question) -> Callable[[Callable[..., F]], Reader]:
    """Make a function of as many Answers as there are questions into a reader of the fact that it returns."""

    def declare(function: Callable[..., F]) -> Reader:
        hints = typing.get_type_hints(function)
        makes = hints.pop("return", None)
        if not (isinstance(makes, type) and issubclass(makes, Fact)):
            raise PluginError(f"{function.__module__}.{function.__qualname__} does not say which fact it returns")
        if len(hints) != len(questions) or any(hint is not Answer for hint in hints.values()):
            raise PluginError(f"{function.__module__}.{function.__qualname__} must take {len(questions)} answers")
        return Reader(f"{function.__module__}.{function.__qualname__}", questions, makes, function)  # type: ignore[arg-type]

    return declare


def derives(function: Callable[..., F]) -> Derivation:
    """Make a function of facts into the maker of a derived fact."""
    needs, makes = _needs(function)
    if not (isinstance(makes, type) and issubclass(makes, Fact)):
        raise PluginError(f"{function.__module__}.{function.__qualname__} does not say which fact it returns")
    return Derivation(f"{function.__module__}.{function.__qualname__}", needs, makes, function)  # type: ignore[arg-type]


# ---- checks ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Check:
    """One judgement. `id` is measure/function-name; texts are English sources for the catalogue of translations."""

    id: str
    module: str
    measure: Measure
    title: str
    why: str
    severity: Severity
    expected: str
    action: str
    remedy: str
    limits: str
    effort: Effort
    catalogue: tuple[str, ...]
    also: tuple[Measure, ...]
    key: bool
    platforms: tuple[str, ...]
    needs: tuple[Need, ...]
    judge: Callable[..., Judged]


_SCOPES = {"LNX": "linux", "WIN": "windows", "MAC": "macos", "BSD": "freebsd"}


def scope_of(code: str) -> str:
    """The scope of a catalogue code: `LOG-LNX-001` → `LNX`."""
    return code.split("-")[1]


def _measure(function: Callable[..., Any], given: Measure | None) -> Measure:
    parent = function.__module__.split(".")[-2:-1]
    if given is not None:
        return given
    if parent and parent[0] in set(Measure):
        return Measure(parent[0])
    raise PluginError(f"{function.__module__}: put the file in a folder named after a measure, or give measure=")


def _flowing(text: str) -> str:
    """A docstring as paragraphs: line breaks inside one are the editor's, not the reader's."""
    return "\n\n".join(" ".join(paragraph.split()) for paragraph in text.split("\n\n"))


def check(
    *,
    title: str,
    severity: Severity,
    expected: str,
    action: str,
    remedy: str,
    limits: str = "",
    effort: Effort = Effort.HOUR,
    catalogue: tuple[str, ...] = (),
    also: tuple[Measure, ...] = (),
    key: bool = False,
    measure: Measure | None = None,
    platforms: tuple[str, ...] | None = None,
) -> Callable[[Callable[..., Judged]], Check]:
    """Declare a judgement. File name = function name; folder name = measure.

    title: the fault in six words. expected: what would pass; `{threshold}` names of Policy may stand in it.
    action: what to do, verb first; findings with the same action are mended together. remedy: commands.
    platforms: where it can apply at all; by default read off the scopes in `catalogue`, else everywhere.
    """

    stated: dict[str, Any] = {
        "title": title,
        "severity": severity,
        "expected": expected,
        "action": action,
        "remedy": remedy,
    }
    stated |= {"limits": limits, "effort": effort, "catalogue": catalogue, "also": also, "key": key}
    return partial(_declared, measure, platforms, stated)


def _declared(
    measure: Measure | None,
    platforms: tuple[str, ...] | None,
    stated: Mapping[str, Any],
    function: Callable[..., Judged],
) -> Check:
    """The check that a function is, with what was stated about it and what can be read off it."""
    if function.__module__.rsplit(".", 1)[-1] != function.__name__:
        raise PluginError(f"{function.__module__}: the check must be called like its file, not {function.__name__}")
    kind = _measure(function, measure)
    scopes = {scope_of(code) for code in stated["catalogue"]}
    bound = tuple(sorted(_SCOPES[s] for s in scopes)) if scopes and scopes <= _SCOPES.keys() else ()
    return Check(
        id=f"{kind}/{function.__name__.replace('_', '-')}",
        module=function.__module__,
        measure=kind,
        why=_flowing(inspect.getdoc(function) or ""),
        platforms=bound if platforms is None else platforms,
        needs=_needs(function)[0],
        judge=function,
        **stated,
    )


def ok(found: Said, *, expected: Said | None = None, confidence: Confidence = Confidence.MEASURED) -> Verdict:
    """It is as it should be. `found` says what was seen."""
    return Verdict(Outcome.PASS, found, expected, None, confidence)


def warn(
    found: Said,
    *,
    expected: Said | None = None,
    severity: Severity | None = None,
    confidence: Confidence = Confidence.MEASURED,
) -> Verdict:
    """It deserves attention. Shown one level below the check's severity, unless `severity` is given."""
    return Verdict(Outcome.WARN, found, expected, severity, confidence)


def bad(
    found: Said,
    *,
    expected: Said | None = None,
    severity: Severity | None = None,
    confidence: Confidence = Confidence.MEASURED,
) -> Verdict:
    """It is not as it should be. `severity` overrules the check's own, when facts make it better or worse."""
    return Verdict(Outcome.FAIL, found, expected, severity, confidence)
