"""Dated data packs that come with the program: end-of-support dates, and what the law says to each measure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nis2scan.assessment import DatasetInfo
from nis2scan.check import Dataset
from nis2scan.facts.support import Eol
from nis2scan.frameworks import end_of_support as eol


def datasets() -> Mapping[type, Dataset[Any]]:
    """Every data set by the type of its rows, as checks ask for them."""
    return {Eol: eol.end_of_support()}


def dataset_info() -> tuple[DatasetInfo, ...]:
    """Every data set for the reports: when compiled, after which source. Whether it is stale, `assess` says."""
    return (DatasetInfo("eol", eol.COMPILED, eol.SOURCE, stale=False),)
