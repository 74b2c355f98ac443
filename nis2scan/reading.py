"""Recordings to facts: which reader answers for which fact, and what a check or derivation is given. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from nis2scan.check import Dataset, Fleet, Maybe, Need, Now, Reader
from nis2scan.errors import Absent, CannotTell, NotJudged, Reason
from nis2scan.model import Answer, Fact, Recording
from nis2scan.policy import Policy
from nis2scan.rules import Rules

OFFICE = "office"


@dataclass(frozen=True)
class Subject:
    """One asset with what was recorded of it. `asset` is the store's id, stable over renames."""

    asset: str
    recording: Recording


@dataclass(frozen=True)
class Case:
    """Everything a judgement may depend on besides the rules. `office` holds the answers of people."""

    subjects: Sequence[Subject]
    office: Recording
    now: datetime
    client: str = "office"
    policy: Policy = field(default_factory=Policy)
    datasets: Mapping[type, Dataset[Any]] = field(default_factory=dict)


class Facts:
    """The facts of one recording, each read once. Reading raises NotJudged, never anything else."""

    office: Facts
    fleet: Sequence[Facts]

    def __init__(self, rules: Rules, case: Case, subject: Subject) -> None:
        self.rules, self.case, self.subject = rules, case, subject
        self.recording = subject.recording
        self._made: dict[type[Fact], Fact | NotJudged] = {}
        self.used: dict[type[Fact], tuple[Answer, ...]] = {}

    def __getitem__(self, wanted: type[Fact]) -> Fact:
        if self is not self.office and self.rules.of_office(wanted):
            return self.office[wanted]
        if wanted not in self._made:
            self._made[wanted] = CannotTell(Reason.BUG, f"{wanted.__name__} is derived from itself")
            try:
                self._made[wanted] = self._make(wanted)
            except NotJudged as why:
                self._made[wanted] = why
        made = self._made[wanted]
        if isinstance(made, NotJudged):
            raise made
        return made

    def _make(self, wanted: type[Fact]) -> Fact:
        readers = [reader for reader in self.rules.readers_of.get(wanted, ()) if self._fits(reader)]
        # A fact may be derived on one system and read on another: a reader for this system comes first.
        if not readers and (derivation := self.rules.derivation_of.get(wanted)) is not None:
            given = [self.give(need) for need in derivation.needs]
            self.used[wanted] = tuple(answer for need in derivation.needs for answer in self.answers(need))
            try:
                return derivation.derive(*given)
            except NotJudged:
                raise
            except Exception as bug:  # a plugin's bug must neither sink the scan nor pass for a clean host
                raise CannotTell(Reason.BUG, f"{derivation.name}: {bug!r}") from bug
        if self.recording.failed is not None and not any(self._answered(reader) for reader in readers):
            raise CannotTell(self.recording.failed, self.recording.why)
        if not readers:
            raise CannotTell(Reason.UNSUPPORTED_PLATFORM, self.recording.platform)
        return self._first(wanted, readers)

    def _fits(self, reader: Reader) -> bool:
        return not reader.platforms or self.recording.platform in reader.platforms

    def _answered(self, reader: Reader) -> bool:
        """Where a login failed, the network may still have answered."""
        return any(question.id in self.recording.answers for question in reader.questions)

    def _first(self, wanted: type[Fact], readers: Sequence[Reader]) -> Fact:
        """The first reader that can tell. All must have seen absence before it is absence."""
        trouble: list[NotJudged] = []
        for reader in readers:
            answers = tuple(self.recording.answer(question) for question in reader.questions)
            self.used[wanted] = self.used.get(wanted, ()) + answers
            try:
                fact = reader.read(*answers)
                self.used[wanted] = answers
                return fact
            except NotJudged as why:
                trouble.append(why)
            except Exception as bug:  # noqa: BLE001 whatever trips a reader, the answer could not be read
                trouble.append(CannotTell(Reason.PARSE_ERROR, f"{reader.name}: {type(bug).__name__}"))
        untold = [why for why in trouble if isinstance(why, CannotTell)]
        telling = [why for why in untold if why.reason is not Reason.TOOL_MISSING]
        raise (telling or untold or trouble)[0]

    def give(self, need: Need) -> Any:
        """The value for one parameter. Raises NotJudged when it is a fact that there is not."""
        match need.how:
            case "policy":
                return self.case.policy
            case "now":
                return Now.fromtimestamp(self.case.now.timestamp(), self.case.now.tzinfo)
            case "dataset":
                if need.type not in self.case.datasets:
                    raise CannotTell(Reason.DATASET_STALE, need.type.__name__)
                return self.case.datasets[need.type]
            case "maybe":
                return self.maybe(need.type)
            case "fleet":
                return self._fleet(need.type)
        return self[need.type]

    def maybe(self, wanted: type[Fact]) -> Maybe[Fact]:
        try:
            return Maybe(self[wanted])
        except NotJudged as why:
            return Maybe(None, why)

    def _fleet(self, wanted: type[Fact]) -> Fleet[Fact]:
        seen = {view.recording.host: view.maybe(wanted) for view in self.fleet}
        return Fleet(
            known={host: item.value for host, item in seen.items() if item.value is not None},
            absent={host: item.why for host, item in seen.items() if isinstance(item.why, Absent)},
            unknown={host: item.why for host, item in seen.items() if isinstance(item.why, CannotTell)},
        )

    def answers(self, need: Need) -> tuple[Answer, ...]:
        """The answers that a need was read from, for the evidence of a finding."""
        if need.how == "fleet":
            return tuple(answer for view in self.fleet for answer in view.used.get(need.type, ()))
        if need.how not in ("fact", "maybe"):
            return ()
        return self.used.get(need.type, ()) or self.office.used.get(need.type, ())
