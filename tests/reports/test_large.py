"""A thousand devices: the page stays small and is made without a second copy; the workbook has every row."""

from __future__ import annotations

import io
import tracemalloc
from pathlib import Path

import openpyxl
import pytest
from large import large
from sample import Written, view

from nis2scan.assessment import Assessment
from nis2scan.publish import reports

MEGABYTE = 1_000_000


@pytest.fixture(scope="module")
def thousand() -> Assessment:
    return large()


def test_the_page_of_a_thousand_devices_is_small_and_says_where_the_rest_is(
    thousand: Assessment, written: Written
) -> None:
    page = written("html", assessment=thousand)
    assert len(thousand.findings) == 120_000
    assert len(page) < 5 * MEGABYTE
    assert "in de werkmap staan ze allemaal" in page.decode()
    assert page.decode().count('<th scope="row">pc-') == 1000


class _Counted(io.RawIOBase):
    """Keeps nothing of what is written to it."""

    size = 0

    def writable(self) -> bool:
        return True

    def write(self, data: object) -> int:
        count = len(memoryview(data))  # type: ignore[arg-type]
        self.size += count
        return count


@pytest.mark.parametrize("name", ["html", "csv", "json"])
def test_a_report_is_written_as_it_is_made(name: str, tmp_path: Path) -> None:
    office, out = large(hosts=150), _Counted()
    (report,) = [each for each in reports() if each.name == name]
    shown = view("nl", tmp_path)
    tracemalloc.start()
    report.write(office, shown, out)  # type: ignore[arg-type]
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert out.size > MEGABYTE // 4
    assert peak < 12 * MEGABYTE


def test_a_workbook_of_many_findings_has_them_all_and_a_filter_instead_of_a_table(written: Written) -> None:
    data = io.BytesIO(written("xlsx", assessment=large(hosts=100)))
    sheet = openpyxl.load_workbook(data, read_only=True)["Bevindingen"]
    assert sum(1 for _ in sheet.iter_rows(values_only=True)) == 12_001
    assert b"<autoFilter" in _part(data, "xl/worksheets/sheet2.xml")
    assert b"<tablePart" not in _part(data, "xl/worksheets/sheet2.xml")


def _part(data: io.BytesIO, name: str) -> bytes:
    import zipfile

    with zipfile.ZipFile(data) as book:
        return book.read(name)
