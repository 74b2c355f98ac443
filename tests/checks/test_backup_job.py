"""How one job of any tool is judged."""

from __future__ import annotations

from datetime import timedelta

import pytest

from nis2scan.api import Confidence, Now, Outcome, Policy, Unknown, Verdict
from nis2scan.facts.backup_jobs import judged_job
from nis2scan.facts.backup_record import FAILED, OK, UNKNOWN, WARNINGS, Backup
from nis2scan.testing import NOON

NOW = Now.fromtimestamp(NOON.timestamp(), NOON.tzinfo)


@pytest.mark.parametrize(
    ("days", "result", "scheduled", "outcome"),
    [
        (1, OK, True, Outcome.PASS),
        (1, OK, False, Outcome.WARN),
        (1, WARNINGS, True, Outcome.WARN),
        (1, FAILED, True, Outcome.FAIL),
        (30, OK, True, Outcome.FAIL),  # its newest run ended well, a month ago
        (30, UNKNOWN, True, Outcome.FAIL),
        (-1, OK, True, None),
    ],
)
def test_a_job_is_judged_by_its_newest_run_and_by_how_long_ago_it_was(
    days: int, result: str, scheduled: bool, outcome: Outcome | None
) -> None:
    record = Backup("rsnapshot", "cron", NOON - timedelta(days=days), Confidence.MEASURED, result, scheduled)
    part = judged_job(record, Policy(), NOW)
    if outcome is None:
        assert isinstance(part, Unknown)
    else:
        assert isinstance(part, Verdict)
        assert part.outcome is outcome
