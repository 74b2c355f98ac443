"""What a rule can say at its worst and at its best, read off its source: the verdicts that it and its helpers make.

Checks are plain functions that return `ok`, `warn` or `bad`, themselves or through functions that they call, wherever
those stand. So the functions that a check names are followed, and nothing has to be listed by hand.
"""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Callable, Iterator, Mapping
from functools import cache, partial
from types import FunctionType, ModuleType
from typing import Any

from nis2scan.check import bad, ok, warn
from nis2scan.model import Outcome

_MAKERS: Mapping[object, Outcome] = {ok: Outcome.PASS, warn: Outcome.WARN, bad: Outcome.FAIL}


def worst(judge: Callable[..., Any]) -> Outcome:
    """*fail*, or *warn* where the rule knows no fail."""
    return Outcome.FAIL if Outcome.FAIL in verdicts(judge) else Outcome.WARN


def best(judge: Callable[..., Any]) -> Outcome:
    """*pass*, or *not applicable* where the rule knows no pass."""
    return Outcome.PASS if Outcome.PASS in verdicts(judge) else Outcome.NOT_APPLICABLE


@cache
def verdicts(judge: Callable[..., Any]) -> frozenset[Outcome]:
    """Every verdict that a judgement can make, of *pass*, *warn* and *fail*."""
    made: set[Outcome] = set()
    waiting, followed = [judge], {judge}
    while waiting:
        for thing in _named(waiting.pop()):
            if (outcome := _MAKERS.get(thing)) is not None:
                made.add(outcome)
            elif thing not in followed:
                followed.add(thing)
                waiting.append(thing)
    return frozenset(made)


@cache
def _named(function: Callable[..., Any]) -> tuple[Callable[..., Any], ...]:
    """The functions of this program, or of the check's own package, that stand in the body of a function."""
    tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
    names = getattr(inspect.unwrap(function), "__globals__", {})
    body = tree.body[0]
    assert isinstance(body, (ast.FunctionDef, ast.AsyncFunctionDef))  # noqa: S101 `_functions` gives nothing else
    found = [thing for part in body.body for node in ast.walk(part) for thing in _functions(_meant(node, names))]
    return tuple(thing for thing in found if _ours(thing, function))


def _meant(node: ast.AST, names: Mapping[str, object]) -> object:
    """What a name, or a name in a module, stands for; None when that is not known here."""
    if isinstance(node, ast.Name):
        return names.get(node.id)
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
        home = names.get(node.value.id)
        return getattr(home, node.attr, None) if isinstance(home, ModuleType) else None
    return None


def _functions(thing: object) -> Iterator[FunctionType]:
    """A function, or those in a table of functions."""
    match thing:
        case FunctionType():
            yield thing
        case partial():
            yield from _functions((thing.func, *thing.args))
        case Mapping():
            yield from (found for item in thing.values() for found in _functions(item))
        case tuple() | list():
            yield from (found for item in thing for found in _functions(item))


def _ours(thing: FunctionType, seen_in: Callable[..., Any]) -> bool:
    top = {"nis2scan", seen_in.__module__.split(".")[0]}
    return thing.__module__.split(".")[0] in top
