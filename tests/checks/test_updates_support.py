"""Which row of the table of support dates fits a release, and what is said of it."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from nis2scan.api import Dataset, Finding, Outcome, Reason
from nis2scan.facts.linux.system import OS_RELEASE
from nis2scan.facts.support import Eol, Release, rows_for, rows_of_version
from nis2scan.frameworks import datasets
from nis2scan.testing import answered, only, recording

CHECK = "updates/system-supported"
TABLE = datasets()[Eol]


def _system(text: str, **settings: Any) -> Finding:
    return only(CHECK, recording(answered(OS_RELEASE, text)), **settings)


def _cycles(kind: str, version: str, name: str = "", **more: Any) -> list[str]:
    return [row.cycle for row in rows_for(TABLE.rows, Release(kind, version, name, **more))]


def test_the_table_is_whole_and_dated() -> None:
    assert len(TABLE.rows) == 738
    assert TABLE.compiled == date(2026, 11, 23)
    assert len({(row.product, row.cycle) for row in TABLE.rows}) == 738
    assert all(row.security_until or row.tag("status") or row.product == "qnap" for row in TABLE.rows)


@pytest.mark.parametrize(
    ("kind", "version", "name", "cycles"),
    [
        ("rhel", "9.4", "", ["9"]),
        ("rhel", "90", "", []),
        ("alpine", "3.2", "", []),
        ("alpine", "3.22.1", "", ["3.22"]),
        ("centos", "8", "CentOS Stream 8", ["8"]),
        ("sles", "15", "", ["15.0"]),
        ("sles", "15.7", "", ["15.7"]),
        ("sles", "15.9", "", []),
        ("freebsd", "15.2", "", []),
        ("arch", "", "Arch Linux", ["rolling"]),
        ("linuxmint", "22", "", []),
    ],
)
def test_whole_parts_are_compared_and_a_newer_point_release_is_unknown(
    kind: str, version: str, name: str, cycles: list[str]
) -> None:
    assert _cycles(kind, version, name) == cycles


def test_the_name_tells_centos_stream_from_centos_linux() -> None:
    (stream,) = rows_for(TABLE.rows, Release("centos", "8", "CentOS Stream 8"))
    (linux,) = rows_for(TABLE.rows, Release("centos", "8", "CentOS Linux 8"))
    assert (stream.product, linux.product) == ("centos-stream", "centos")


def test_product_and_edition_choose_among_rows_of_one_windows_build() -> None:
    assert _cycles("build", "26100", product="windows-server") == ["2025"]
    assert _cycles("build", "26100", product="windows", edition="e") == ["11-24h2-e"]
    assert len(_cycles("build", "26100", product="windows")) == 4


def test_a_version_prefix_ends_at_a_dot() -> None:
    rows = [Eol("x", "8.1", "8.1.", None, None, None, None, ""), Eol("x", "8", "8", None, None, None, None, "")]
    assert [row.cycle for row in rows_of_version(rows, "x", "8.1")] == ["8.1"]
    assert [row.cycle for row in rows_of_version(rows, "x", "8.10")] == ["8"]


@pytest.mark.parametrize(
    ("text", "outcome"),
    [
        ('ID=debian\nVERSION_ID="13"\n', Outcome.PASS),
        ('ID=debian\nVERSION_ID="12"\n', Outcome.WARN),  # everyone's fixes stopped 2026-07-11, free LTS goes on
        ('ID=debian\nVERSION_ID="11"\n', Outcome.FAIL),  # LTS ended 2026-08-31
        ('ID=debian\nVERSION_ID="7"\n', Outcome.FAIL),  # older than the lowest row
        ('ID=debian\nVERSION_ID="14"\n', Outcome.NOT_ASSESSED),  # newer than the table
        ("ID=debian\n", Outcome.NOT_ASSESSED),  # sid
        ('ID=ubuntu\nVERSION_ID="24.04"\n', Outcome.PASS),
        ('ID=ubuntu\nVERSION_ID="20.04"\n', Outcome.FAIL),  # paid longer support that nobody has seen
        ('ID=alpine\nVERSION_ID="3.21.4"\n', Outcome.FAIL),
        ('ID=alpine\nVERSION_ID="3.25.0"\n', Outcome.NOT_ASSESSED),
        ("ID=arch\n", Outcome.PASS),
        ('ID=linuxmint\nVERSION_ID="22"\n', Outcome.NOT_ASSESSED),
        ("", Outcome.NOT_ASSESSED),
    ],
)
def test_support_is_judged_by_the_last_day_of_fixes_for_everyone(text: str, outcome: Outcome) -> None:
    assert _system(text).outcome is outcome


def test_an_end_within_ninety_days_is_a_warning() -> None:
    soon = datetime(2028, 6, 1, tzinfo=UTC)
    fresh = {Eol: Dataset(TABLE.rows, date(2028, 5, 1))}
    assert _system("ID=debian\nVERSION_ID=13\n", now=soon, data=fresh).outcome is Outcome.WARN


def test_the_last_day_itself_is_still_supported() -> None:
    last, after = datetime(2026, 7, 11, 23, tzinfo=UTC), datetime(2026, 7, 12, tzinfo=UTC)
    assert "stop on" in str(_system("ID=debian\nVERSION_ID=12\n", now=last).found)
    assert "fewer packages" in str(_system("ID=debian\nVERSION_ID=12\n", now=after).found)


def test_an_old_table_still_proves_an_end_but_never_support() -> None:
    later = datetime(2027, 6, 1, tzinfo=UTC)
    unsure = _system("ID=debian\nVERSION_ID=13\n", now=later)
    assert (unsure.outcome, unsure.reason) == (Outcome.NOT_ASSESSED, Reason.DATASET_STALE)
    assert _system("ID=debian\nVERSION_ID=11\n", now=later).outcome is Outcome.FAIL
