"""A client's folder: ids survive renaming, clients never mix, files are for nobody else to read."""

from __future__ import annotations

import os
import sqlite3
import stat
from pathlib import Path

import pytest

from nis2scan.errors import StoreError
from nis2scan.recording import from_bytes
from nis2scan.store import Store
from nis2scan.testing import NOON, recording


def test_an_asset_keeps_its_id_when_its_name_changes(tmp_path: Path) -> None:
    with Store(tmp_path / "store") as store:
        before = store.asset_id({"machine_id": "m1", "name": "srv01"}, NOON)
        after = store.asset_id({"machine_id": "m1", "name": "server-nieuw"}, NOON)

    assert before == after


def test_a_host_known_by_name_is_joined_to_the_machine_that_it_proves_to_be(tmp_path: Path) -> None:
    with Store(tmp_path / "store") as store:
        weak = store.asset_id({"name": "srv01"}, NOON)
        strong = store.asset_id({"machine_id": "m1", "name": "srv01"}, NOON)
        renamed = store.asset_id({"machine_id": "m1", "name": "srv02"}, NOON)

    assert weak == strong == renamed


def test_another_machine_under_an_old_name_is_another_asset(tmp_path: Path) -> None:
    with Store(tmp_path / "store") as store:
        old = store.asset_id({"machine_id": "m1", "name": "srv01"}, NOON)
        new = store.asset_id({"machine_id": "m2", "name": "srv01"}, NOON)

    assert old != new


def test_ids_are_kept_over_runs_and_differ_between_clients(tmp_path: Path) -> None:
    ids = []
    for folder in ("one", "one", "two"):
        with Store(tmp_path / folder) as store:
            ids.append((store.client_id(), store.asset_id({"machine_id": "m1", "name": "srv01"}, NOON)))

    assert ids[0] == ids[1]
    assert ids[0][0] != ids[2][0]
    assert ids[0][1] != ids[2][1]


def test_a_recording_is_kept_and_comes_back_the_same(tmp_path: Path) -> None:
    kept = recording(host="srv01")
    with Store(tmp_path / "store") as store:
        run = store.begin(NOON)
        store.keep(run, "A-1", kept)
        ((asset, data),) = store.recordings(run)

    assert asset == "A-1"
    assert from_bytes(data) == kept


@pytest.mark.skipif(os.name != "posix", reason="file modes are POSIX")
def test_nobody_else_can_read_the_store(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        with Store(tmp_path / "store") as store:
            path = store.keep(store.begin(NOON), "A-1", recording())
            modes = {item: stat.S_IMODE(item.stat().st_mode) for item in (tmp_path / "store").rglob("*")}
    finally:
        os.umask(before)

    assert stat.S_IMODE((tmp_path / "store").stat().st_mode) == 0o700
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert all(mode & 0o077 == 0 for mode in modes.values())


def test_a_store_of_a_newer_version_is_refused(tmp_path: Path) -> None:
    with Store(tmp_path / "store"):
        pass
    with sqlite3.connect(tmp_path / "store" / "store.sqlite") as db:
        db.execute("PRAGMA user_version = 99")
    db.close()

    with pytest.raises(StoreError, match="newer"):
        Store(tmp_path / "store")


def test_a_store_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    with pytest.raises(StoreError, match="cannot be opened"):
        Store(tmp_path / "file" / "store")


@pytest.mark.skipif(os.name != "posix", reason="only on POSIX: a limit on the size of files")
def test_a_disk_that_is_full_leaves_what_was_there_and_no_half_of_what_is_new(tmp_path: Path) -> None:
    import resource
    import signal

    with Store(tmp_path / "store") as store:
        path = store.deliver("a" * 32, "", recording(), NOON)
        before, limits = path.read_bytes(), resource.getrlimit(resource.RLIMIT_FSIZE)
        old = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (len(before) // 2, limits[1]))
        try:
            with pytest.raises(StoreError, match="cannot be written"):
                store.keep(1, "A-1", recording())
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, limits)
            signal.signal(signal.SIGXFSZ, old)
        assert path.read_bytes() == before
        assert [item.name for item in (tmp_path / "store" / "recordings" / "000001").iterdir()] == []
