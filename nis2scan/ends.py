"""What a rule can say at its worst and at its best, read off its code: the verdicts that it and its helpers make.

Checks are plain functions that return `ok`, `warn` or `bad`, themselves or through functions that they call, wherever
those stand. So the functions that a check names are followed, and nothing has to be listed by hand.
"""

from __future__ import annotations

import dis
from collections.abc import Callable, Iterator, Mapping
from functools import cache, partial
from types import CodeType, FunctionType, ModuleType
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
    waiting, followed = [*_functions(judge)], set(_functions(judge))
    while waiting:
        for thing in _named(waiting.pop()):
            if (outcome := _MAKERS.get(thing)) is not None:
                made.add(outcome)
            elif thing not in followed:
                followed.add(thing)
                waiting.append(thing)
    return frozenset(made)


@cache
def _named(function: FunctionType) -> tuple[FunctionType, ...]:
    """The functions of this program, or of the check's own package, that a function or what stands in it names."""
    kept = (function.__defaults__, function.__kwdefaults__, [cell.cell_contents for cell in function.__closure__ or ()])
    meant = [*_meant(function.__code__, function.__globals__), *kept]
    return tuple(found for thing in meant for found in _functions(thing) if _ours(found, function))


def _meant(code: CodeType, names: Mapping[str, object]) -> Iterator[object]:
    """What every global name in a piece of code stands for, and every name in a module."""
    steps = list(dis.get_instructions(code))
    for step, after in zip(steps, [*steps[1:], steps[-1]], strict=True):
        if step.opname in ("LOAD_GLOBAL", "LOAD_NAME"):
            thing = names.get(step.argval)
            in_module = isinstance(thing, ModuleType) and after.opname in ("LOAD_ATTR", "LOAD_METHOD")
            yield getattr(thing, after.argval, None) if in_module else thing
    for inner in code.co_consts:
        if isinstance(inner, CodeType):
            yield from _meant(inner, names)


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


def _ours(thing: FunctionType, seen_in: FunctionType) -> bool:
    top = {"nis2scan", seen_in.__module__.split(".")[0]}
    return thing.__module__.split(".")[0] in top
