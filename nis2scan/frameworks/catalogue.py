"""The catalogue of rules that this program works towards, read from `catalogue.csv` when first needed.

A rule keeps its code for good; a code is `MEASURE-SCOPE-NUMBER`, and what it asks is one line in two languages.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files

from nis2scan.check import scope_of
from nis2scan.model import Measure

COMPILED = date(2026, 11, 25)
"""The day on which the list was last held against the design."""

MEASURES = {
    "LOG": Measure.LOGGING,
    "MFA": Measure.MFA,
    "ACC": Measure.ACCESS,
    "SEG": Measure.SEGMENTATION,
    "ENC": Measure.ENCRYPTION,
    "EXP": Measure.EXPOSURE,
    "BAK": Measure.BACKUP,
    "UPD": Measure.UPDATES,
}


@dataclass(frozen=True)
class Rule:
    """One rule of the catalogue: its code, and what is so when it is kept, by language."""

    code: str
    titles: tuple[tuple[str, str], ...]

    @property
    def measure(self) -> Measure:
        return MEASURES[self.code.split("-")[0]]

    @property
    def scope(self) -> str:
        return scope_of(self.code)

    def title(self, language: str) -> str:
        return dict(self.titles)[language]


@cache
def catalogue() -> tuple[Rule, ...]:
    """Every rule, in the order of the measures."""
    text = files("nis2scan.frameworks").joinpath("catalogue.csv").read_text(encoding="utf-8")
    return tuple(Rule(row["code"], (("en", row["en"]), ("nl", row["nl"]))) for row in csv.DictReader(text.splitlines()))
