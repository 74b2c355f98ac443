"""One finding as a line for a spreadsheet: the same columns in the workbook and in the CSV."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from functools import cache

from nis2scan.api import Assessment, Finding, Language, Message, Said, words


def _(text: str) -> str:
    """Marks a sentence for translators."""
    return text


# The header of each column by its name, in the order of the sheet; names are those of findings.json where it has them.
COLUMNS = {
    "measure": _("Measure"),
    "host": _("Device"),
    "subject": _("Part"),
    "title": _("Looked for"),
    "outcome": _("Outcome"),
    "severity": _("Severity"),
    "found": _("Found"),
    "expected": _("Expected"),
    "reason": _("Why not looked at"),
    "action": _("What to do"),
    "remedy": _("How to mend it"),
    "confidence": _("How known"),
    "taken_at": _("Measured on"),
    "catalogue": _("Codes"),
    "check": _("Check"),
    "id": _("Finding"),
}

CELL = 32_767
"""What a cell of a spreadsheet program can hold, in characters."""


class Rows:
    """The lines of one assessment in one language. What many lines share is put into words once."""

    def __init__(self, assessment: Assessment, language: Language) -> None:
        self.assessment, self.language = assessment, language
        self._tell = cache(language.source)
        self._host = cache(lambda host: cut(words.host_word(language, host)))
        self._said = cache(lambda said: cut(language.text(said)))

    def __iter__(self) -> Iterator[tuple[str | datetime, ...]]:
        """The cells of every finding, in the order of COLUMNS: cleaned text that fits, and the moment as it is."""
        for finding in self.assessment.findings:
            yield self._row(finding)

    def _row(self, finding: Finding) -> tuple[str | datetime, ...]:
        check, tell = self.assessment.checks.get(finding.check), self._tell
        return (
            tell(words.MEASURES[finding.measure]),
            self._host(finding.host),
            cut(finding.subject),
            tell(check.title) if check else finding.check,
            tell(words.OUTCOMES[finding.outcome]),
            tell(words.SEVERITIES[finding.severity]),
            self._sentence(finding.found),
            self._sentence(finding.expected),
            tell(words.REASONS[finding.reason]) if finding.reason else "",
            tell(check.action) if check and finding.open else "",
            tell(finding.remedy) if finding.open else "",
            words.how_known(self.language, finding.confidence, finding.host in self.assessment.by_file),
            finding.taken_at,
            " ".join(finding.catalogue),
            finding.check,
            finding.id,
        )

    def _sentence(self, said: Said) -> str:
        """Sentences without anything of one host in them recur; the others are not worth keeping."""
        recurs = isinstance(said, Message) and not said.values
        return self._said(said) if recurs else cut(self.language.text(said))


def cut(text: str) -> str:
    """Text that fits in a cell; a mark says so when something was left out."""
    return words.clean(text, CELL)
