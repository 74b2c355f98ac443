"""Dated data packs that come with the program: end-of-support dates, and what the law says to each measure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nis2scan.check import Dataset
from nis2scan.facts.support import Eol
from nis2scan.frameworks.end_of_support import end_of_support


def datasets() -> Mapping[type, Dataset[Any]]:
    """Every data set by the type of its rows, as checks ask for them."""
    return {Eol: end_of_support()}
