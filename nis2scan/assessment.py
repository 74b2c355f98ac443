"""The nouns of an assessment: findings put beside law, answers and history, ready for any report. Frozen, no I/O."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from functools import cached_property
from typing import BinaryIO

from nis2scan.check import Check
from nis2scan.errors import Reason
from nis2scan.language import Language
from nis2scan.model import Effort, Finding, Measure, Outcome, Said, Severity


class State(StrEnum):
    """The word for a measure. `incomplete` is grey: nothing wrong was seen, but too little was looked at."""

    FAIL = "fail"
    WARN = "warn"
    INCOMPLETE = "incomplete"
    OK = "ok"


@dataclass(frozen=True)
class Asset:
    """One thing of the office. kind: linux, windows, macos, device, cloud, nas, router. looked: somebody saw inside.

    workstation: a person sits at it; everything else counts as a server, the stricter way.
    """

    name: str
    id: str
    kind: str
    address: str = ""
    system: str = ""  # "Debian GNU/Linux 12 (bookworm)"
    looked: bool = False
    reason: Reason | None = None  # why not looked at
    detail: Said = ""
    taken_at: datetime | None = None
    vantage: str = ""
    weak_identity: bool = False
    same_id: tuple[str, ...] = ()  # other hosts with the machine id of this one: copies of one machine
    workstation: bool = False


@dataclass(frozen=True)
class MeasureRow:
    """The three numbers of one measure, as counts. They are never joined to one figure.

    Counts are findings: passed + warned + failed = judged; unseen = not assessed. attested: of the judged, those that
    rest on somebody's word. assets_looked of assets: on how many every key check of the measure was judged.
    """

    measure: Measure
    state: State
    passed: int
    warned: int
    failed: int
    unseen: int
    not_applicable: int
    attested: int
    assets_looked: int
    assets: int
    oldest: datetime | None
    why_incomplete: Said = ""

    @property
    def judged(self) -> int:
        return self.passed + self.warned + self.failed


@dataclass(frozen=True)
class Action:
    """One thing to do, and the findings that it closes. Texts are English sources for the catalogue."""

    action: str
    measure: Measure
    severity: Severity
    outcome: Outcome
    effort: Effort
    findings: tuple[Finding, ...]
    hosts: tuple[str, ...]
    remedies: tuple[str, ...]
    owner: str = ""
    due: date | None = None


@dataclass(frozen=True)
class Unseen:
    """What was not looked at, folded by cause, with the next step (a sentence, and a command to copy or "")."""

    reason: Reason
    hosts: tuple[str, ...]
    checks: tuple[str, ...]
    findings: int
    details: tuple[Said, ...]
    next_step: Said
    command: str = ""


@dataclass(frozen=True)
class AnswerRow:
    """One question to a person, with the answer when there is one. answer: yes, partly, no, not_applicable, unknown."""

    key: str
    question: str
    measure: Measure
    answer: str = ""
    owner: str = ""
    answered_on: date | None = None
    valid_until: date | None = None
    evidence: str = ""
    note: str = ""


@dataclass(frozen=True)
class Consent:
    """Who allowed what to be looked at, and until when. A scan of this machine itself rests on whoever started it."""

    by: str
    scope: str
    until: date | None = None


@dataclass(frozen=True)
class DatasetInfo:
    """A data set that came with the program. stale: older than the policy's warning age."""

    name: str
    compiled: date
    source: str
    stale: bool


@dataclass(frozen=True)
class LawRef:
    """Where a measure stands in a framework pack: `Cbw`, `21(3)(c)`."""

    framework: str
    reference: str


@dataclass(frozen=True)
class Law:
    """A dated pack: what the law and norms say to each measure. Texts are English sources for the catalogue."""

    title: str
    status: str
    dated: date
    disclaimer: str
    refs: Mapping[Measure, tuple[LawRef, ...]]


@dataclass(frozen=True)
class Method:
    """How was looked: program version, the questions that were put (text, as root), what is known to be left behind."""

    version: str
    asked: tuple[tuple[str, bool], ...]
    traces: tuple[Said, ...]
    scanner: str = ""
    finished: bool = True  # False: stopped early, or hosts failed


@dataclass(frozen=True)
class Assessment:
    """Everything a report may show. `checks` holds the texts of every check by id."""

    client: str
    client_id: str
    taken_at: datetime
    findings: Sequence[Finding]
    checks: Mapping[str, Check]
    assets: Sequence[Asset]
    measures: Sequence[MeasureRow]  # worst first; the eight only
    actions: Sequence[Action]  # most urgent first
    unseen: Sequence[Unseen]
    answers: Sequence[AnswerRow]
    consent: Sequence[Consent]
    law: Law
    datasets: Sequence[DatasetInfo]
    method: Method
    synthetic: bool = False  # made-up data: every report says so

    @cached_property
    def by_file(self) -> Mapping[str, int]:
        """The age in days of what came by file, for the hosts of which it did."""
        return {
            asset.name: max(0, (self.taken_at - asset.taken_at).days)
            for asset in self.assets
            if asset.vantage == "file" and asset.taken_at is not None
        }


@dataclass(frozen=True)
class View:
    """How a report is shown: in which language, and CSV in which profile (`nl` or `rfc4180`)."""

    language: Language
    csv: str = "nl"


@dataclass(frozen=True)
class Report:
    """One format. `write` puts a whole assessment into an open binary stream."""

    name: str
    filename: str
    write: Callable[[Assessment, View, BinaryIO], None] = field(compare=False)
