"""Which asset a recording is of, and copies of one machine."""

from __future__ import annotations

from pathlib import Path

from nis2scan.assets import copies, subjects
from nis2scan.facts.linux.system import MACHINE, OS_RELEASE
from nis2scan.model import Recording
from nis2scan.store import Store
from nis2scan.testing import NOON, answered, recording, rules


def machine(host: str, machine_id: str) -> Recording:
    told = f"kernel=6.1.0\npid1=systemd\nmachine_id={machine_id}\nnow=1700000000\n"
    return recording(answered(OS_RELEASE, "ID=debian\nVERSION_ID=13\n"), answered(MACHINE, told), host=host)


def test_copies_of_one_machine_are_told_and_keep_findings_of_their_own(tmp_path: Path) -> None:
    three = [machine("till-1", "a" * 32), machine("till-2", "a" * 32), machine("office", "b" * 32)]

    assert copies(rules(), three) == {"till-1": ("till-2",), "till-2": ("till-1",)}
    with Store(tmp_path / "store") as store:
        assert len({subject.asset for subject in subjects(store, three, rules(), NOON)}) == 3


def test_machines_without_an_id_are_no_copies() -> None:
    assert copies(rules(), [machine("a", ""), machine("b", "")]) == {}
