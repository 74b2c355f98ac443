"""`findings.json`: every finding as one row, in codes and English, for programs; `schema/` describes it."""

from __future__ import annotations

import json
from typing import Any, BinaryIO

from nis2scan.api import Assessment, Finding, Report, Said, View, words

SCHEMA = "nis2scan-findings-1"
"""The version of the rows; `schema/findings-1.schema.json` describes them."""


def _write(assessment: Assessment, view: View, out: BinaryIO) -> None:
    """Row by row, so that a large office does not have to fit in memory twice. Does not depend on the language."""
    out.write(f'{{"schema": "{SCHEMA}", "findings": ['.encode())
    for number, finding in enumerate(assessment.findings):
        out.write(b",\n" if number else b"\n")
        # What cannot be written as UTF-8 stays readable as a JSON escape.
        out.write(json.dumps(_row(finding), ensure_ascii=False).encode("utf-8", "backslashreplace"))
    out.write(b"\n]}\n")


def _row(finding: Finding) -> dict[str, Any]:
    return {
        "id": finding.id,
        "check": finding.check,
        "catalogue": list(finding.catalogue),
        "measure": finding.measure,
        "host": words.clean(finding.host),
        "subject": words.clean(finding.subject),
        "outcome": finding.outcome,
        "reason": finding.reason,
        "severity": finding.severity,
        "confidence": finding.confidence,
        "found": _english(finding.found),
        "expected": _english(finding.expected),
        "remedy": finding.remedy,
        "taken_at": finding.taken_at.isoformat(),
    }


def _english(said: Said) -> str:
    return words.clean(str(said))


json_findings = Report("json", "findings.json", _write)
