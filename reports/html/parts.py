"""What the templates lay out: findings of one check, one measure, one device."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from nis2scan.api import Asset, Check, Finding, Measure, MeasureRow, Outcome, Severity


@dataclass(frozen=True)
class Group:
    """The open findings of one check."""

    check: Check | None
    id: str
    outcome: Outcome
    severity: Severity
    shown: Sequence[Finding]
    more: int
    hosts: tuple[str, ...]

    @property
    def title(self) -> str:
        return self.check.title if self.check else self.id


@dataclass
class Section:
    """One measure with its findings: measured apart from what rests on somebody's word, the rest as counts."""

    measure: Measure
    row: MeasureRow | None
    measured: Sequence[Group] = ()
    attested: Sequence[Group] = ()
    low: int = 0
    passed: Sequence[tuple[str, int]] = ()
    unseen: Sequence[tuple[str, int]] = ()
    not_applicable: int = 0

    @property
    def passes(self) -> int:
        return sum(count for _, count in self.passed)

    @property
    def not_assessed(self) -> int:
        return sum(count for _, count in self.unseen)


@dataclass
class HostPage:
    """One device with its counts and, in a small office, every finding."""

    asset: Asset
    counts: Counter[Outcome] = field(default_factory=Counter)
    findings: Sequence[Finding] = ()
