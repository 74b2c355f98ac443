"""One finding as a line for a spreadsheet: the same columns in the workbook and in the CSV."""

from __future__ import annotations

from datetime import datetime

from nis2scan.api import Assessment, Finding, Language, words


def _(text: str) -> str:
    """Marks a sentence for translators."""
    return text


# The header of each column by its name, in the order of the sheet; names are those of findings.json where it has them.
COLUMNS = {
    "measure": _("Measure"),
    "host": _("Device"),
    "subject": _("Part"),
    "title": _("Judged"),
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


def row(assessment: Assessment, finding: Finding, language: Language) -> dict[str, str | datetime]:
    """The cells of one finding by column name: words in the language, hosts' strings cleaned, the moment as it is."""
    check, tell = assessment.checks.get(finding.check), language.source
    return {
        "measure": tell(words.MEASURES[finding.measure]),
        "host": words.host_word(language, finding.host),
        "subject": words.clean(finding.subject),
        "title": tell(check.title) if check else finding.check,
        "outcome": tell(words.OUTCOMES[finding.outcome]),
        "severity": tell(words.SEVERITIES[finding.severity]),
        "found": words.clean(language.text(finding.found)),
        "expected": words.clean(language.text(finding.expected)),
        "reason": tell(words.REASONS[finding.reason]) if finding.reason else "",
        "action": tell(check.action) if check and finding.open else "",
        "remedy": tell(finding.remedy) if finding.open else "",
        "confidence": tell(words.CONFIDENCES[finding.confidence]),
        "taken_at": finding.taken_at,
        "catalogue": " ".join(finding.catalogue),
        "check": finding.check,
        "id": finding.id,
    }


def cut(text: str) -> str:
    """Text that fits in a cell; a mark says so when something was left out."""
    return words.clean(text, CELL)
