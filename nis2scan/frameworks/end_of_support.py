"""The table of support dates that comes with the program, read from `eol.csv` when first needed. Credit: see NOTICE."""

from __future__ import annotations

import csv
from datetime import date
from functools import cache
from importlib.resources import files

from nis2scan.check import Dataset
from nis2scan.facts.support import Eol

COMPILED = date(2026, 11, 23)
"""The day on which the table was put together; its age counts from here."""

SOURCE = "endoflife.date, MIT"


@cache
def end_of_support() -> Dataset[Eol]:
    """Every row of the table, and the day it was compiled."""
    text = files("nis2scan.frameworks").joinpath("eol.csv").read_text(encoding="utf-8")
    return Dataset(tuple(_row(row) for row in csv.DictReader(text.splitlines())), COMPILED)


def _row(row: dict[str, str]) -> Eol:
    return Eol(
        product=row["product"],
        cycle=row["cycle"],
        match=row["match"],
        released=_day(row["released"]),
        support_until=_day(row["support_until"]),
        security_until=_day(row["security_until"]),
        extended_until=_day(row["extended_until"]),
        note=row["note"],
    )


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None
