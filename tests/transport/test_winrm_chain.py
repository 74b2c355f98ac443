"""One real chain: pywinrm, a WS-Management server, PowerShell on a made-up Windows, the script, readers, findings."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from nis2scan.api import Answer
from nis2scan.cli import run
from nis2scan.collect import collect
from nis2scan.recording import from_bytes
from nis2scan.secrets import Secret
from nis2scan.transport.winrm import Login, Winrm, command_line
from tests.windows.machines import write
from tests.windows.run import POWERSHELL, file_of, questions
from tests.wsman.certificates import Authority
from tests.wsman.program import pwsh
from tests.wsman.server import PASSWORD, USER, Seen, accounts, wsman

pytestmark = pytest.mark.skipif(pwsh() is None or os.name != "posix", reason="no pwsh here")

MACHINE = "w11-slecht"
CONFIG = """\
[report]
language = "nl"
[logins.office]
user = "nis2scan"
password = "env:NIS2SCAN_TEST_PASSWORD"
[[hosts]]
name = "balie"
address = "127.0.0.1"
transport = "winrm"
port = {port}
login = "office"
certificate = "{pin}"
[[consent]]
by = "M. de Wit"
scope = ["127.0.0.0/8"]
until = 2099-01-01
"""


@pytest.fixture(scope="module")
def machine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Seen, str]]:
    """A Dutch, ailing Windows 11 behind WinRM over HTTPS, and the pin of its certificate."""
    folder = tmp_path_factory.mktemp("balie")
    given = {"MADE_UP_MACHINE": str(write(MACHINE, folder / "machine")), "NIS2SCAN_PWSH": pwsh() or "pwsh"}
    identity = Authority(folder).signs("balie.example")
    with accounts(folder), wsman([str(POWERSHELL)], command_line(), identity, environment=given) as seen:
        yield seen, identity.pin


def test_what_is_answered_over_winrm_is_what_the_readers_are_tested_on(machine: tuple[Seen, str]) -> None:
    seen, pin = machine
    login = Login("127.0.0.1", USER, seen.port, Secret(PASSWORD), certificate=pin)
    expected = from_bytes(file_of(MACHINE).read_bytes())

    got = collect("balie", Winrm(login), questions(), 120)

    told = {name: (item.status, item.out, item.err) for name, item in got.answers.items() if _asked(item)}
    kept = {name: (item.status, item.out, item.err) for name, item in expected.answers.items() if _asked(item)}
    assert told == kept


def _asked(answer: Answer) -> bool:
    return answer.question.kind == "powershell"


def test_a_scan_over_winrm_ends_in_findings(
    machine: tuple[Seen, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("NIS2SCAN_TEST_PASSWORD", PASSWORD)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "none"))
    seen, pin = machine
    config = tmp_path / "config.toml"
    config.write_text(CONFIG.format(port=seen.port, pin=pin))
    config.chmod(0o600)

    code = run(["scan", "--config", str(config), "--json"])

    finished = json.loads(capsys.readouterr().out.splitlines()[-1])
    (file,) = (Path(path) for path in finished["reports"] if path.endswith("findings.json"))
    windows = [item for item in json.loads(file.read_text("utf-8"))["findings"] if "windows" in item["check"]]
    assert code == 0
    assert {"fail", "warn"} <= {item["outcome"] for item in windows}
    assert seen.shells.held == {}
