"""The rules of a run: all checks, readers and derivations, loaded and found sound together."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from nis2scan.check import Check, Derivation, Reader
from nis2scan.errors import PluginError
from nis2scan.model import Fact, Question
from nis2scan.plugins import announced, package_of, things


@dataclass(frozen=True)
class Rules:
    """What can be asked, read and judged in this run."""

    checks: tuple[Check, ...]
    readers: tuple[Reader, ...]
    derivations: tuple[Derivation, ...] = ()
    _office: dict[type[Fact], bool] = field(default_factory=dict, repr=False, compare=False)

    @cached_property
    def readers_of(self) -> dict[type[Fact], list[Reader]]:
        by_fact: dict[type[Fact], list[Reader]] = defaultdict(list)
        for reader in self.readers:
            by_fact[reader.makes].append(reader)
        return by_fact

    @cached_property
    def derivation_of(self) -> dict[type[Fact], Derivation]:
        return {item.makes: item for item in self.derivations}

    @cached_property
    def questions(self) -> tuple[Question, ...]:
        """Everything that any reader asks, each once, the quick ones first."""
        every = {question.id: question for reader in self.readers for question in reader.questions}
        return tuple(sorted(every.values(), key=lambda question: (question.seconds, question.id)))

    def of_office(self, fact: type[Fact]) -> bool:
        """Whether a fact is about the office as a whole (people's answers, all hosts together), not about one host."""
        if fact not in self._office:
            self._office[fact] = False  # against circles
            kinds = {question.kind for reader in self.readers_of.get(fact, ()) for question in reader.questions}
            derived = self.derivation_of.get(fact)
            self._office[fact] = (kinds == {"person"}) if derived is None else self.about_office(derived)
        return self._office[fact]

    def about_office(self, thing: Check | Derivation) -> bool:
        """Whether a check or derivation is made once for the office: it sees the fleet, or only facts of the office."""
        facts = [need for need in thing.needs if need.how in ("fact", "maybe")]
        fleet = any(need.how == "fleet" for need in thing.needs)
        return fleet or (bool(facts) and all(self.of_office(need.type) for need in facts))


def load(folders: Iterable[Path] = ()) -> Rules:
    """Load the announced packages and the operator's check folders. Raises PluginError, naming the module."""
    own = [package_of(folder) for folder in folders]
    packages = [*announced("nis2scan.facts"), *announced("nis2scan.checks"), *own]
    rules = Rules(
        checks=tuple(sorted(things(packages, Check), key=lambda item: item.id)),
        readers=tuple(things(packages, Reader)),
        derivations=tuple(things(packages, Derivation)),
    )
    _refuse_doubles(rules.checks)
    _refuse_unmakeable(rules)
    return rules


def _refuse_doubles(checks: Sequence[Check]) -> None:
    modules: dict[str, str] = {}
    for item in checks:
        if item.id in modules:
            raise PluginError(f"two checks are called {item.id}: {modules[item.id]} and {item.module}")
        modules[item.id] = item.module


def _refuse_unmakeable(rules: Rules) -> None:
    """A fact that no reader makes would be 'not assessed' for ever, which nobody would notice."""
    makeable = rules.readers_of.keys() | rules.derivation_of.keys()
    wanted = [(item.module, need) for item in rules.checks for need in item.needs]
    wanted += [(item.name, need) for item in rules.derivations for need in item.needs]
    for where, need in wanted:
        if need.how in ("fact", "maybe", "fleet") and need.type not in makeable:
            raise PluginError(f"{where} needs the fact {need.type.__name__}, which nothing reads")
