"""One sample, one time zone: what a report says must not depend on where the tests run."""

from __future__ import annotations

import io
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from sample import Written, sample, view

from nis2scan.assessment import Assessment
from nis2scan.publish import reports


@pytest.fixture(autouse=True)
def _in_utc(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TZ", "UTC0")
    getattr(time, "tzset", lambda: None)()
    yield
    monkeypatch.undo()
    getattr(time, "tzset", lambda: None)()


@pytest.fixture(scope="session")
def bakery() -> Assessment:
    return sample()


@pytest.fixture
def written(bakery: Assessment, tmp_path: Path) -> Written:
    """The bytes of a report by its name, through the plugin loader as in a real run."""

    def write(name: str, code: str = "nl", csv: str = "nl", assessment: Assessment | None = None) -> bytes:
        out = io.BytesIO()
        (report,) = [each for each in reports() if each.name == name]
        report.write(assessment or bakery, view(code, tmp_path, csv), out)
        return out.getvalue()

    return write
