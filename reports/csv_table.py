"""`findings.csv`: every finding as one line, safe to open in a spreadsheet program.

Profile `nl`: what a Dutch Excel opens without asking (`;`, UTF-8 with its mark, headers in the report's language).
Profile `rfc4180`: what programs expect (`,`, no mark, the column names of findings.json). Lines end in CR LF in both,
moments are ISO 8601, and there are no fractions, so no decimal sign.
"""

from __future__ import annotations

import io
from datetime import datetime
from typing import BinaryIO

from defusedcsv import csv

from nis2scan.api import Assessment, Report, View

from .rows import COLUMNS, Rows


def _write(assessment: Assessment, view: View, out: BinaryIO) -> None:
    dutch = view.csv == "nl"
    # What has no place in UTF-8 was taken out before; writing must not stop on anything.
    text = io.TextIOWrapper(out, "utf-8-sig" if dutch else "utf-8", "replace", newline="")
    lines = csv.writer(text, delimiter=";" if dutch else ",", lineterminator="\r\n", quoting=csv.QUOTE_MINIMAL)
    lines.writerow([view.language.source(header) if dutch else name for name, header in COLUMNS.items()])
    for row in Rows(assessment, view.language):
        lines.writerow([_cell(value) for value in row])
    text.flush()
    text.detach()


def _cell(value: str | datetime) -> str:
    """defusedcsv marks the openings of a formula and leaves numbers as they are; it does not know a leading tab."""
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds")
    return "'" + value if value[:1] in ("\t", "\n") else value


csv_table = Report("csv", "findings.csv", _write)
