"""From the script to the report, and what came by file beside what is asked now: one row a machine."""

from __future__ import annotations

import json
import os
import re
import secrets
import subprocess
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from nis2scan.api import Answer, Reason, Recording
from nis2scan.cli import run
from nis2scan.facts.cards import LINUX
from nis2scan.facts.linux.networks import LINKS
from nis2scan.facts.linux.system import MACHINE, OS_RELEASE
from nis2scan.facts.network.doors import NEIGHBOUR, PORTS
from nis2scan.merge import merged
from nis2scan.questions import SESSION
from nis2scan.scan import Answered, Target, joined
from nis2scan.store import Store
from nis2scan.testing import NOON, answered, recording, rules
from nis2scan.transport.delivered import Delivered
from tests.delivered.packing import changed
from tests.windows.machines import write
from tests.windows.run import POWERSHELL, pwsh

pytestmark = pytest.mark.skipif(os.name != "posix", reason="only on POSIX: the script for Linux is run here")

Printed = pytest.CaptureFixture[str]
NOW = datetime.now(UTC)


def findings() -> list[dict[str, Any]]:
    """The findings of the last scan."""
    path = max(Path("out").glob("20*/findings.json"), key=lambda item: item.stat().st_mtime_ns)
    rows: list[dict[str, Any]] = json.loads(path.read_text())["findings"]
    return rows


def page() -> str:
    """The words of the last report."""
    path = max(Path("out").glob("20*/report.html"), key=lambda item: item.stat().st_mtime_ns)
    return " ".join(
        re.sub(r"<style>.*?</style>|<script>.*?</script>|<[^>]+>", " ", path.read_text(), flags=re.S).split()
    )


def settings(text: str = "") -> None:
    """A client without any host, so that a scan looks only at what came by file."""
    Path("config.toml").write_text('client = "bakker"\nname = "Bakker"\n' + text)
    Path("config.toml").chmod(0o600)


def kept(file: bytes, **changes: Any) -> None:
    Path("in").mkdir(exist_ok=True)
    nonce = secrets.token_hex(16)
    Path("in", f"{nonce}.n2s").write_bytes(changed(file, nonce=nonce, **changes))
    assert run(["add", "in"]) == 0


# ---- from end to end ---------------------------------------------------------------------------


@pytest.mark.parametrize("user", [0, 65534], ids=["root", "nobody"])
def test_from_the_script_to_the_report(user: int, tmp_path: Path, capsys: Printed) -> None:
    """The client's settings, a script printed for it, run by sh, added, scanned, told in Dutch."""
    if os.geteuid() != 0:
        pytest.skip("only as root: another user is needed")
    settings()
    (tmp_path / "answers").mkdir(mode=0o777)
    for path in (tmp_path, *tmp_path.parents[:2]):
        path.chmod(0o755)
    (tmp_path / "answers").chmod(0o1777)
    assert run(["collect-script", "linux", "--file", "nis2scan-linux.sh"]) == 0
    as_user = ["setpriv", f"--reuid={user}", f"--regid={user}", "--clear-groups"]
    subprocess.run([*as_user, "sh", "nis2scan-linux.sh", "answers"], check=True, timeout=120, capture_output=True)

    assert run(["add", "answers"]) == 0
    assert run(["scan"]) == 0

    name, rows = os.uname().nodename, findings()
    own = [row for row in rows if row["host"] == name]
    assert "aangeleverd als bestand, van vandaag" in page()
    assert "gemeten, aangeleverd als bestand" in page()
    assert "Per bestand: wie het script op elke machine startte." in page()
    assert "Alleen deze machine" not in page()
    assert len([row for row in own if row["outcome"] in ("pass", "warn", "fail")]) > (10 if user == 0 else 3)
    denied = {row["check"] for row in own if row["reason"] == "no_privilege"}
    assert bool(denied) is (user != 0)
    clocks = {row["outcome"]: row["reason"] for row in own if row["check"] == "logging/clock-in-step"}
    assert clocks == {} or set(clocks) <= {"not_assessed"}
    assert "bekeken: " in capsys.readouterr().out


def test_a_file_says_what_a_scan_of_the_machine_itself_says(answer: bytes) -> None:
    """The same judgements, but for the clock, which a file cannot show, and what changes by the minute."""
    kept(answer)
    settings()
    assert run(["scan", "--quiet"]) == 0
    by_file = {(row["check"], row["subject"]): row["outcome"] for row in findings() if row["host"] != "office"}
    Path("config.toml").unlink()
    assert run(["scan", "--local", "--quiet", "--output", "out"]) == 0
    live = {(row["check"], row["subject"]): row["outcome"] for row in findings() if row["host"] != "office"}

    assert len(by_file) > 30
    differ = {key for key in by_file.keys() & live.keys() if by_file[key] != live[key]}
    assert len(by_file.keys() ^ live.keys()) + len(differ) <= 4, differ


def test_the_age_is_told_and_judged_by(answer: bytes) -> None:
    kept(answer, at=NOW - timedelta(days=12, hours=1))
    settings()
    assert run(["scan", "--quiet"]) == 0

    assert "aangeleverd als bestand, 12 dagen oud" in page()
    taken = {row["taken_at"][:10] for row in findings() if row["host"] not in ("office", "")}
    assert f"{NOW - timedelta(days=12, hours=1):%Y-%m-%d}" in taken


def test_a_file_that_has_become_too_old_leaves_a_row_that_says_so(answer: bytes) -> None:
    """It was taken in time; the machine does not vanish, and nothing of it passes."""
    kept(answer, host="pc01", at=NOW - timedelta(days=80))
    settings("[policy]\ndelivered_max_days = 60\n")
    assert run(["scan", "--quiet"]) == 4  # nothing else was there to look at

    own = [row for row in findings() if row["host"] == "pc01"]
    assert {row["outcome"] for row in own} == {"not_assessed", "not_applicable"}  # it is no Windows, that is sure
    assert "stale_data" in {row["reason"] for row in own}


def test_a_kept_file_that_was_changed_since_costs_its_row(answer: bytes) -> None:
    kept(answer, host="pc01")
    kept(answer, host="pc02")
    settings()
    with Store(Path("out/store")) as store:
        path = next(item.path for item in store.delivered() if item.host == "pc01")
    path.write_bytes(path.read_bytes().replace(b'"host": "pc01"', b'"host": "pc99"'))

    assert run(["scan", "--quiet"]) == 3
    assert {row["outcome"] for row in findings() if row["host"] == "pc01"} == {"not_assessed"}
    assert "pass" in {row["outcome"] for row in findings() if row["host"] == "pc02"}


def test_the_newest_file_counts_and_findings_keep_their_ids(answer: bytes) -> None:
    ids = []
    settings()
    for days in (20, 3):
        kept(answer, host="pc01", at=NOW - timedelta(days=days))
        assert run(["scan", "--quiet"]) == 0
        assert f"{days} dagen oud" in page()
        ids.append({(row["check"], row["subject"]): row["id"] for row in findings() if row["host"] == "pc01"})

    assert ids[0] == ids[1] != {}


def test_what_is_asked_now_wins_over_an_old_file(answer: bytes, capsys: Printed) -> None:
    """Without a config a scan looks at this machine, of which there is a file too."""
    kept(answer, at=NOW - timedelta(days=30))
    kept(answer, host="pc01", at=NOW - timedelta(days=30))

    assert run(["scan"]) == 0

    told = capsys.readouterr().err
    assert f"{os.uname().nodename} is nu zelf bekeken: het bestand van" in told
    assert "pc01 is nu" not in told
    hosts = [row["host"] for row in findings() if row["check"] == "updates/system-supported"]
    assert sorted(hosts) == sorted([os.uname().nodename, "pc01"])


def test_a_scan_that_looks_at_less_says_what_it_leaves_out(answer: bytes, capsys: Printed) -> None:
    kept(answer, host="pc01")
    kept(answer, host="pc02")
    capsys.readouterr()

    assert run(["scan", "--local", "--output", "out"]) == 0

    assert "2 machines die als bestand zijn aangeleverd doen niet mee" in capsys.readouterr().err
    assert not {row["host"] for row in findings()} & {"pc01", "pc02"}


def test_a_file_stands_in_for_a_host_that_does_not_answer(
    answer: bytes, capsys: Printed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NIS2SCAN_TEST_PASSWORD", "unused")
    kept(answer, host="SRV01.kantoor.lan")
    settings(
        '[[consent]]\nby = "M."\nscope = ["127.0.0.0/8"]\nuntil = 2099-01-01\n'
        '[logins.office]\nuser = "nobody"\npassword = "env:NIS2SCAN_TEST_PASSWORD"\n'
        '[[hosts]]\nname = "srv01"\naddress = "127.0.0.1"\nport = 1\nlogin = "office"\n[limits]\nhost_seconds = 20\n'
    )

    assert run(["scan"]) == 3  # it could not be asked, and that stays told

    own = [row for row in findings() if row["host"] == "srv01"]
    assert len([row for row in own if row["outcome"] in ("pass", "warn", "fail")]) > 10
    assert not [row for row in findings() if "SRV01" in row["host"]]
    assert "srv01 gaf nu geen antwoord: het bestand van" in capsys.readouterr().err


@pytest.mark.skipif(pwsh() is None, reason="no pwsh here")
def test_a_dutch_windows_from_the_file_to_the_dutch_report(tmp_path: Path, capsys: Printed) -> None:
    """The printed script, started as a file with a folder by a real PowerShell on a made-up ailing Windows 11."""
    settings()
    (tmp_path / "answers").mkdir()
    assert run(["collect-script", "windows", "--file", "nis2scan-windows.ps1"]) == 0
    machine = write("w11-slecht", tmp_path / "machine")
    line = f"& '{tmp_path}/nis2scan-windows.ps1' -Folder '{tmp_path}/answers'\n\n"
    done = subprocess.run(
        [POWERSHELL, "-NoProfile", "-NonInteractive", "-Command", "-"],
        input=line.encode(),
        env={**os.environ, "MADE_UP_MACHINE": str(machine), "NIS2SCAN_PWSH": pwsh() or ""},
        capture_output=True,
        timeout=200,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")
    (file,) = (tmp_path / "answers").iterdir()
    assert file.name == "BALIE-01.n2s"

    assert run(["add", "answers"]) == 0
    assert "BALIE-01.n2s: BALIE-01, Windows-computer, van vandaag" in capsys.readouterr().out
    assert run(["scan"]) == 0
    own = [row for row in findings() if row["host"] == "BALIE-01"]
    assert {"fail", "pass"} <= {row["outcome"] for row in own}
    assert "aangeleverd als bestand, van vandaag" in page()
    Path("config.toml").write_text('client = "slager"\n')
    assert run(["add", "answers"]) == 3
    assert "gemaakt voor een andere klant, bakker" in capsys.readouterr().out


# ---- one row a machine -------------------------------------------------------------------------


def machine(
    name: str, id: str = "", mac: str = "", *, by_file: bool = False, failed: Reason | None = None, at: datetime = NOON
) -> Answered:
    """What a host of this name said, asked now or by file."""
    answers: list[Answer] = [answered(SESSION, '{"platform": "linux", "bye": 1}')]
    if id:
        answers += [answered(OS_RELEASE, "ID=debian\n"), answered(MACHINE, f"kernel=6\nnow=1\nmachine_id={id}\n")]
        cards = f"host={name}\nv6=0\ncard=lo\n\naddresses=\n1: lo    inet 127.0.0.1/8 scope host lo\nend=\n"
        answers.append(answered(LINKS, cards.replace("\n\n", "\n")))
    if mac:
        answers.append(answered(LINUX, f"00:00:00:00:00:00\n{mac}\nend\n"))
    made = recording(
        *([] if failed else answers), host=name, vantage="file" if by_file else "ssh", at=at, failed=failed
    )
    if by_file:
        return Target(name, "", Delivered(made), delivered=True), made
    return Target(name, f"192.0.2.{len(name)}", None), made


def device(address: str, mac: str) -> Answered:
    """What the network shows at an address."""
    near = {"address": address, "network": "kantoor", "on_link": True, "gateway": "", "mac": mac, "maker": ""}
    doors = {"doors": {"22": "open"}, "guard": "", "why": []}
    answers = [answered(NEIGHBOUR, json.dumps({**near, "randomised": False})), answered(PORTS, json.dumps(doors))]
    made = recording(*answers, host=address, platform="", vantage="network", failed=Reason.NO_CREDENTIAL)
    return Target(address, address, None, found=True), made


def put(*rows: Answered) -> tuple[dict[str, Recording], list[str]]:
    """The rows of the report by name, and what is told."""
    placed, notes = merged(rules(), rows)
    together = joined(placed)
    assert len({item.host for _, item in together}) == len(together)
    return {item.host: item for _, item in together}, [str(note) for note in notes]


MAC, OTHER = "52:54:00:12:34:56", "52:54:00:12:34:57"


def test_a_file_joins_the_device_that_has_its_network_card() -> None:
    rows, notes = put(device("192.0.2.9", MAC), device("192.0.2.8", OTHER), machine("pc01", "m1", MAC, by_file=True))

    assert rows.keys() == {"pc01", "192.0.2.8"}
    assert {PORTS.id, OS_RELEASE.id} <= rows["pc01"].answers.keys()
    assert (rows["pc01"].failed, rows["pc01"].vantage, notes) == (None, "file", [])


def test_a_file_without_a_known_card_joins_nothing() -> None:
    """An address may be another's by now: what the network shows there is not this machine's."""
    for mac in ("", "52:54:00:99:99:99"):
        rows, _ = put(device("192.0.2.9", MAC), machine("192.0.2.9", "m1", mac, by_file=True))
        assert len(rows) == 2
        assert all(PORTS.id not in item.answers or OS_RELEASE.id not in item.answers for item in rows.values())


def test_one_device_is_joined_by_one_file() -> None:
    rows, _ = put(device("192.0.2.9", MAC), *(machine(f"pc{n}", f"m{n}", MAC, by_file=True) for n in (1, 2)))

    assert rows.keys() == {"pc1", "pc2"}
    assert sorted(PORTS.id in item.answers for item in rows.values()) == [False, True]


@pytest.mark.parametrize(
    ("live", "file", "same"),
    [
        (("srv01", "m1"), ("srv01", "m1"), True),
        (("srv01", "m1"), ("SRV01.lan", "m1"), True),
        (("srv01", "m1"), ("srv01", ""), True),
        (("srv01", ""), ("srv01", "m1"), True),
        (("srv01", "m1"), ("srv01", "m2"), False),
        (("srv01", "m1"), ("srv02", "m1"), False),
        (("srv01", ""), ("srv02", ""), False),
    ],
    ids=["both", "domain", "name", "name of the live one", "installed anew", "a copy", "another"],
)
def test_whether_a_live_machine_is_that_of_the_file(live: tuple[str, str], file: tuple[str, str], same: bool) -> None:
    rows, notes = put(machine(*live), machine(*file, by_file=True))

    assert (len(rows), len(notes)) == ((1, 1) if same else (2, 0))
    assert [item for item in rows.values() if item.vantage == "ssh"]


def test_a_host_is_known_by_its_id_when_the_inventory_calls_it_otherwise() -> None:
    target, said = machine("web01", "m1")
    named = (replace(target, name="website"), replace(said, host="website"))
    rows, notes = put(named, machine("web01", "m1", by_file=True))

    assert (list(rows), len(notes)) == (["website"], 1)


def test_a_file_stands_in_and_what_the_network_shows_at_the_address_stays_with_it() -> None:
    down = machine("srv01", failed=Reason.UNREACHABLE)
    rows, notes = put(down, device(down[0].address, MAC), machine("srv01", "m1", by_file=True))

    assert rows.keys() == {"srv01"}
    assert {PORTS.id, OS_RELEASE.id} <= rows["srv01"].answers.keys()
    assert "srv01 did not answer now" in notes[0]


def test_where_another_host_key_was_shown_the_address_is_not_the_files() -> None:
    down = machine("srv01", failed=Reason.HOST_KEY)
    rows, _ = put(down, device(down[0].address, MAC), machine("srv01", "m1", by_file=True))

    assert rows.keys() == {"srv01", down[0].address}
    assert PORTS.id not in rows["srv01"].answers


def test_a_file_that_is_too_old_replaces_nothing() -> None:
    down = machine("srv01", failed=Reason.UNREACHABLE)
    rows, notes = put(down, machine("srv01", by_file=True, failed=Reason.STALE_DATA))

    assert (rows["srv01"].failed, notes) == (Reason.UNREACHABLE, [])


def test_a_machine_that_is_called_as_the_office_is_not_the_office() -> None:
    rows, _ = put(machine("office", "m1", by_file=True))

    assert list(rows) == ["office (2)"]


def test_copies_of_one_machine_are_all_there() -> None:
    rows, _ = put(*(machine(name, "m1", by_file=True) for name in ("pc01", "pc02", "pc03")))

    assert rows.keys() == {"pc01", "pc02", "pc03"}


def test_without_files_nothing_changes() -> None:
    rows: Sequence[Answered] = [machine("srv01", "m1"), device("192.0.2.9", MAC)]

    assert merged(rules(), rows) == (rows, [])
