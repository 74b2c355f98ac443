"""What the checks find on the made-up machines is what they were described for: nothing missed, nothing invented."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from nis2scan.reading import OFFICE
from tests.windows.compare import Comparison, compared, expectations, judged
from tests.windows.profiles import RUNS
from tests.windows.run import Run, pwsh

pytestmark = pytest.mark.skipif(pwsh() is None, reason="no pwsh here")


@pytest.fixture(scope="module")
def comparison(made_up: Callable[[str], Run]) -> Comparison:
    return compared(judged([made_up(name).recording for name in RUNS]))


def test_nothing_is_missed_and_nothing_invented(
    comparison: Comparison, record_property: Callable[[str, object], None]
) -> None:
    record_property("told", comparison.line)
    assert comparison.missed + comparison.false + comparison.differs == []
    assert comparison.found > 0


def test_expectations_are_about_machines_that_there_are() -> None:
    """One about a machine that is misspelled would never be looked at."""
    assert {machine for machine, _, _, _ in expectations()} <= {*RUNS, OFFICE}
