"""What hosts answered is removed when it is older than the client agreed, and nothing else is."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from nis2scan.cli import run
from nis2scan.errors import StoreError
from nis2scan.retention import forget
from nis2scan.store import Store
from nis2scan.testing import NOON, recording

DAY = timedelta(days=1)


def kept(store: Store, when: datetime) -> int:
    run = store.begin(when)
    store.keep(run, "A-1", recording(host="srv01"))
    store.finish(run, (), when)
    return run


def test_old_recordings_go_and_younger_ones_and_the_list_of_scans_stay(tmp_path: Path) -> None:
    with Store(tmp_path / "store") as store:
        old, young, newest = (kept(store, NOON - days * DAY) for days in (401, 399, 1))
        assert forget(store, NOON - 400 * DAY) == 1

        assert [len(store.recordings(run)) for run in (old, young, newest)] == [0, 1, 1]
        assert [row[0] for row in store.runs()] == [newest, young, old]
        assert forget(store, NOON - 400 * DAY) == 0


def test_the_newest_scan_that_has_recordings_keeps_them_whatever_its_age(tmp_path: Path) -> None:
    with Store(tmp_path / "store") as store:
        older, newest = kept(store, NOON - 900 * DAY), kept(store, NOON - 800 * DAY)
        store.begin(NOON)  # a scan that kept nothing
        assert forget(store, NOON - 400 * DAY) == 1

        assert [len(store.recordings(run)) for run in (older, newest)] == [0, 1]


def test_an_old_answer_by_file_goes_and_a_young_one_stays(tmp_path: Path) -> None:
    with Store(tmp_path / "store") as store:
        store.deliver("aa", "", recording(host="pc01"), NOON)
        assert forget(store, NOON) == 0  # taken at noon, not before
        assert forget(store, NOON + DAY) == 1
        assert store.delivered() == []
        assert list((tmp_path / "store" / "delivered").iterdir()) == []


def test_a_link_is_not_followed(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "letter").touch()
    with Store(tmp_path / "store") as store:
        old, _ = kept(store, NOON - 900 * DAY), kept(store, NOON)
        folder = store.folder_of(old)
        for file in folder.iterdir():
            file.unlink()
        folder.rmdir()
        folder.symlink_to(elsewhere)
        with pytest.raises(StoreError, match="cannot be removed"):
            forget(store, NOON - 400 * DAY)

    assert (elsewhere / "letter").exists()


def test_a_scan_removes_what_is_older_than_the_client_agreed_and_says_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config = tmp_path / "config.toml"
    config.write_text('client = "test"\nthis_machine = true\nkeep_days = 30\n[limits]\nhost_seconds = 60\n')
    now = datetime.now(UTC)
    with Store(tmp_path / "out" / "store") as store:
        old, young = kept(store, now - 31 * DAY), kept(store, now - 29 * DAY)
    assert run(["scan", "--config", str(config), "--language", "en"]) == 0
    assert "removed from the store for its age (keep_days): what hosts answered in 1 scan" in capsys.readouterr().err

    with Store(tmp_path / "out" / "store") as store:
        assert [len(store.recordings(run)) for run in (old, young)] == [0, 1]
        assert len(store.runs()) == 3
    assert run(["report", "--config", str(config), "--run", str(old)]) != 0
    assert f"nothing that hosts answered in scan {old} is kept" in capsys.readouterr().err
