"""What stands where on the page, and how much of it: the templates only lay it out."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from functools import cached_property

from nis2scan.api import (
    Action,
    AnswerRow,
    Assessment,
    Asset,
    Confidence,
    Evidence,
    Finding,
    Language,
    Measure,
    MeasureRow,
    Outcome,
    Severity,
    State,
    Unseen,
    words,
)

from .parts import Group, HostPage, Section

FIRST_ACTIONS = 5
OPEN_ACTIONS = 15
FIRST_CAUSES = 4
ROWS_A_CHECK = 25
"""Findings of one check that stand on the page; the workbook has them all."""
MOST_LINES = 4_000
"""Findings up to which every device gets its own list; above it the devices are one table of counts."""
MOST_ASKED = 6


class Page:
    """An assessment, sorted for reading. Holds references only; lists are made when a part is laid out."""

    def __init__(self, assessment: Assessment, language: Language) -> None:
        self.assessment, self.language = assessment, language
        self.small = len(assessment.findings) <= MOST_LINES

    # ---- page one ----

    @property
    def worst(self) -> Finding | None:
        """What is told first: the worst finding of the most urgent action, unless it is only low."""
        action = next(iter(self.urgent), None)
        return action.findings[0] if action else None

    @cached_property
    def urgent(self) -> Sequence[Action]:
        return [action for action in self.assessment.actions if action.severity is not Severity.LOW]

    @property
    def first(self) -> Sequence[Action]:
        return self.urgent[:FIRST_ACTIONS]

    @property
    def plan(self) -> Sequence[Action]:
        return self.urgent[:OPEN_ACTIONS]

    @property
    def beyond_plan(self) -> int:
        return len(self.assessment.actions) - len(self.plan)

    def other(self, outcome: Outcome) -> int:
        """How many further actions there are with this outcome, besides the worst."""
        return sum(1 for action in self.urgent[1:] if action.outcome is outcome)

    @cached_property
    def not_looked(self) -> Sequence[Asset]:
        return [asset for asset in self.assessment.assets if not asset.looked]

    @property
    def looked_at_anything(self) -> bool:
        return any(row.judged for row in self.assessment.measures)

    @property
    def incomplete(self) -> int:
        """Measures of which too little was looked at, whatever their word is."""
        return sum(1 for row in self.assessment.measures if row.why_incomplete or row.state is State.INCOMPLETE)

    @property
    def causes(self) -> Sequence[Unseen]:
        return self.assessment.unseen[:FIRST_CAUSES]

    @property
    def more_causes(self) -> int:
        return len(self.assessment.unseen) - len(self.causes)

    @cached_property
    def unanswered(self) -> Sequence[AnswerRow]:
        return [row for row in self.assessment.answers if not row.answer]

    @staticmethod
    def bar(row: MeasureRow) -> list[tuple[str, float, float]]:
        """(class, start, width) of each piece, of 160 in all, to the scale of everything that should be judged."""
        whole = max(1, row.judged + row.unseen)
        pieces, start = [], 0.0
        for name, count in (("ok", row.passed), ("warn", row.warned), ("bad", row.failed)):
            width = round(160 * count / whole, 1)
            pieces += [(name, round(start, 1), width)] if count else []
            start += width
        return pieces

    # ---- per measure ----

    @cached_property
    def _by_measure(self) -> dict[Measure, list[Finding]]:
        sorted_out: dict[Measure, list[Finding]] = defaultdict(list)
        for finding in self.assessment.findings:
            sorted_out[finding.measure].append(finding)
        return sorted_out

    def sections(self) -> Iterator[Section]:
        """The measures as the table on page one has them, then what only people can tell."""
        for row in self.assessment.measures:
            yield self._section(row.measure, row)
        if self._by_measure[Measure.ORGANISATION]:
            yield self._section(Measure.ORGANISATION, None)

    def _section(self, measure: Measure, row: MeasureRow | None) -> Section:
        found = self._by_measure[measure]
        shown = [finding for finding in found if finding.open and finding.severity is not Severity.LOW]
        return Section(
            measure,
            row,
            self._groups(finding for finding in shown if finding.confidence is not Confidence.ATTESTED),
            self._groups(finding for finding in shown if finding.confidence is Confidence.ATTESTED),
            sum(1 for finding in found if finding.open and finding.severity is Severity.LOW),
            self._counted(finding for finding in found if finding.outcome is Outcome.PASS),
            self._counted(finding for finding in found if finding.outcome is Outcome.NOT_ASSESSED),
            sum(1 for finding in found if finding.outcome is Outcome.NOT_APPLICABLE),
        )

    def _counted(self, findings: Iterator[Finding]) -> Sequence[tuple[str, int]]:
        """What was judged, and how often. A check is counted once however its sentence differs between devices."""
        counts: Counter[str] = Counter()
        labels: dict[str, str] = {}
        for finding in findings:
            counts[finding.check] += 1
            labels.setdefault(finding.check, self.label(finding))
        return sorted((labels[check], count) for check, count in counts.items())

    def label(self, finding: Finding) -> str:
        """What a line of a list is about. Only an open finding is named by its fault, else it would seem true."""
        if finding.open:
            return self.language.source(self.title(finding.check))
        return words.clean(self.language.text(finding.expected), 300)

    def looked(self, asset: Asset) -> str:
        """How it was looked into; what came by file with its age."""
        return words.how_looked(self.language, asset.vantage, self.assessment.by_file.get(asset.name, 0))

    def known(self, finding: Finding) -> str:
        """How sure a finding is."""
        return words.how_known(self.language, finding.confidence, finding.host in self.assessment.by_file)

    @cached_property
    def _expected(self) -> dict[str, str]:
        unseen = {finding.check: finding for finding in self.assessment.findings if finding.reason}
        return {check: self.label(finding) for check, finding in unseen.items()}

    def expected(self, check: str) -> str:
        """What a check that could not be judged would have wanted to see."""
        return self._expected.get(check) or self.language.source(self.title(check))

    def title(self, check: str) -> str:
        known = self.assessment.checks.get(check)
        return known.title if known else check

    def _groups(self, findings: Iterator[Finding]) -> Sequence[Group]:
        by_check: dict[str, list[Finding]] = defaultdict(list)
        for finding in findings:
            by_check[finding.check].append(finding)
        groups = [self._group(check, sorted(own, key=_worst_first)) for check, own in by_check.items()]
        return sorted(groups, key=lambda group: (*_worst_first(group.shown[0])[:2], group.id))

    def _group(self, check: str, own: Sequence[Finding]) -> Group:
        return Group(
            check=self.assessment.checks.get(check),
            id=check,
            outcome=own[0].outcome,
            severity=own[0].severity,
            shown=own[:ROWS_A_CHECK],
            more=max(0, len(own) - ROWS_A_CHECK),
            hosts=tuple(dict.fromkeys(finding.host for finding in own)),
        )

    @staticmethod
    def asked(finding: Finding) -> list[Evidence]:
        """What was asked for a finding, each question once; a check over all devices repeats itself."""
        return list({item.asked: item for item in finding.evidence}.values())[:MOST_ASKED]

    # ---- per device ----

    def hosts(self) -> Iterator[HostPage]:
        """Every device of the office; what is about the office as a whole comes first when there is any."""
        counts: dict[str, Counter[Outcome]] = defaultdict(Counter)
        found: dict[str, list[Finding]] = defaultdict(list)
        for finding in self.assessment.findings:
            counts[finding.host][finding.outcome] += 1
            if self.small:
                found[finding.host].append(finding)
        known = {asset.name for asset in self.assessment.assets}
        strangers = [Asset(name, name, "", looked=True) for name in counts if name not in known]
        for asset in (*strangers, *self.assessment.assets):
            own = sorted(found[asset.name], key=_by_outcome)
            yield HostPage(asset, counts[asset.name], own)


def _worst_first(finding: Finding) -> tuple[int, int, str, str]:
    return -finding.severity.rank, 0 if finding.outcome is Outcome.FAIL else 1, finding.host, finding.subject


_ORDER = (Outcome.FAIL, Outcome.WARN, Outcome.NOT_ASSESSED, Outcome.PASS, Outcome.NOT_APPLICABLE)


def _by_outcome(finding: Finding) -> tuple[int, int, str, str]:
    return _ORDER.index(finding.outcome), -finding.severity.rank, finding.check, finding.subject
