"""The recordings that are made equal what makes them, and stand where nothing else could have put them."""

from __future__ import annotations

from nis2scan.api import Outcome
from nis2scan.coverage import cases
from nis2scan.judge import judge
from nis2scan.recording import from_bytes
from nis2scan.testing import findings, rules
from tests.made.__main__ import NETWORK, RECORDINGS, files

FAIL, PASS = Outcome.FAIL, Outcome.PASS


def test_made_recordings_are_what_is_made_today() -> None:
    """After a question changed: `python -m tests.lab --record`, then `python -m tests.made --record`."""
    made = files()

    assert [name for name, data in made.items() if (RECORDINGS / name).read_bytes() != data] == []


def test_no_made_recording_is_left_of_another_day() -> None:
    names = {path.relative_to(RECORDINGS).as_posix() for path in RECORDINGS.rglob("*.json")}
    made = {name for name in names if "/" in name or name.startswith(("made-", "network-"))}

    assert made == {*files(), NETWORK}


def test_real_servers_showed_the_worst() -> None:
    host = from_bytes((RECORDINGS / NETWORK).read_bytes())

    for check in ("access/anonymous-files", "access/snmp-public", "updates/network-services"):
        assert {item.outcome for item in findings(check, host)} == {FAIL}, check


def test_the_ailing_laptop_fails_where_the_healthy_one_passes() -> None:
    found = {name: judge(rules(), case) for name, case in cases(RECORDINGS.parent) if name.startswith("made-")}

    for check in (
        *("encryption/disks-encrypted", "encryption/swap-encrypted", "encryption/self-unlocking"),
        *("encryption/encryption-strength", "logging/clock-skew"),
    ):
        bad, good = ({i.outcome for i in found[f"made-laptop-{how}"] if i.check == check} for how in ("slecht", "goed"))
        assert FAIL in bad, check
        assert good == {PASS}, check


def test_what_people_say_is_judged_at_both_ends() -> None:
    found = {name: judge(rules(), case) for name, case in cases(RECORDINGS.parent) if name.startswith("kantoor-")}
    words = {check.id for check in rules().checks if rules().about_office(check)}

    for check in ("logging/logs-read", "mfa/cloud-mfa", "access/access-reviewed", "backup/restore-tested"):
        assert check in words
        assert [item.outcome for item in found["kantoor-slecht"] if item.check == check] == [FAIL]
        assert [item.outcome for item in found["kantoor-goed"] if item.check == check] == [PASS]
