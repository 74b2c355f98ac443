"""The reports of the sample, word for word. `NIS2SCAN_GOLDEN=write pytest tests/reports` writes them anew: then read
the difference before you keep it. What may never be true, whatever the golden files say, stands in the other files.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from sample import Written

GOLDEN = Path(__file__).parent / "golden"
FILES = [
    ("html", "nl", "report.nl.html"),
    ("html", "en", "report.en.html"),
    ("csv", "nl", "findings.nl.csv"),
    ("json", "nl", "findings.json"),
]


@pytest.mark.parametrize(("name", "code", "file"), FILES)
def test_a_report_is_what_was_last_read_and_approved(name: str, code: str, file: str, written: Written) -> None:
    # The one 40 000-character string is shortened here: the files are there to be read.
    made = written(name, code).replace(b"x" * 1000, b"")
    if os.environ.get("NIS2SCAN_GOLDEN") == "write":
        GOLDEN.mkdir(exist_ok=True)
        (GOLDEN / file).write_bytes(made)
    assert made.decode().splitlines() == (GOLDEN / file).read_bytes().decode().splitlines()
