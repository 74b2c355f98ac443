"""A whole office over real SSH: every fault is found, its healthy twin passes, nothing is invented or changed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.lab.compare import compared, keyed, twins_of
from tests.lab.lab import Outcome, scanned
from tests.lab.places import PLACES, REPLACED
from tests.lab.root import why_not
from tests.lab.table import HIDDEN, ROWS

KEYS = ("host", "check", "subject")
WRONG = [place.name for place in PLACES if place.root == "wrong"]


@pytest.fixture(scope="module")
def lab() -> Iterator[Outcome]:
    if why := why_not():
        pytest.skip(why)
    with scanned() as outcome:
        yield outcome


def found(lab: Outcome) -> dict[tuple[str, ...], dict[str, Any]]:
    return {tuple(row[key] for key in KEYS): row for row in lab.findings}


def test_every_fault_is_found_every_twin_passes_and_nothing_is_invented(lab: Outcome, record_property: Any) -> None:
    done = compared(lab)

    for line in done.lines:
        record_property("told", line)
    assert done.missed == []
    assert done.ailing == []
    assert done.false == []
    assert done.wrong == []
    assert done.changed == []


def test_nothing_prints_nobody_is_locked_out_and_no_credential_is_given_away(lab: Outcome) -> None:
    assert compared(lab).received == {"printer": 0, "plc": 0, "rogue": 0, "lock-outs": 0}


def test_the_lab_is_large_enough_to_mean_something() -> None:
    assert len(PLACES) >= 4
    assert len(ROWS) >= 12
    places = {keyed(row.host, row.check, row.subject) for row in ROWS}
    assert len(places) == len(ROWS)
    assert places.isdisjoint(twins_of(ROWS))


def test_without_root_a_fault_is_not_assessed_and_never_passes(lab: Outcome) -> None:
    rows = found(lab)

    got = [
        (host, check, rows[host, check, ""]["outcome"], rows[host, check, ""]["reason"]) for host, check, _ in HIDDEN
    ]

    assert got == [(host, check, "not_assessed", reason) for host, check, reason in HIDDEN]


def test_only_hosts_that_let_nobody_in_make_the_scan_incomplete(lab: Outcome) -> None:
    """A missing privilege is no failure of the scan: `balie` is not among them."""
    shut = ("auth_failed", "host_key", "unreachable")
    failed = {r["host"]: r["reason"] for r in lab.findings if r["reason"] in shut and r["host"] != "office"}

    assert failed == {**dict.fromkeys(WRONG, "auth_failed"), REPLACED: "host_key"}
    assert lab.result["said"]["code"] == 3


def test_a_wrong_password_is_tried_once_in_the_whole_office(lab: Outcome) -> None:
    assert sum(lab.result["failed logons"]) <= 1


def test_two_machines_made_from_one_image_stay_two(lab: Outcome) -> None:
    ids = {host: {row["id"] for row in lab.findings if row["host"] == host} for host in ("kopie-1", "kopie-2")}

    assert all(ids.values())
    assert ids["kopie-1"].isdisjoint(ids["kopie-2"])
    assert len({row["id"] for row in lab.findings}) == len(lab.findings)


def test_nothing_of_the_lab_is_left(lab: Outcome) -> None:
    """Its mounts and namespaces live only in its own processes."""
    assert str(lab.folder) not in Path("/proc/self/mounts").read_text(encoding="utf-8")
    assert not Path("/run/netns/scanner").exists()


def test_no_word_of_the_lab_stands_in_the_product() -> None:
    top = Path(__file__).resolve().parents[2]
    names = [place.name for place in PLACES]
    files = [
        file
        for room in ("nis2scan", "checks", "reports")
        for file in (top / room).rglob("*")
        if file.suffix in (".py", ".json", ".j2")
    ]

    assert [(file.name, name) for file in files for name in names if name in file.read_text(encoding="utf-8")] == []
