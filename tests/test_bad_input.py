"""What a user gets wrong, or the machine: file, line, key and a next step; never a trace."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path

import pytest

from nis2scan.cli import run
from nis2scan.cli.consent import narrowed
from nis2scan.config import Host, Settings
from nis2scan.errors import ConfigError, UsageError
from nis2scan.language import Language

GOOD = """client = "office"
[[consent]]
by = "M. de Wit"
scope = ["192.0.2.0/24"]
until = 2099-01-01
[[networks]]
name = "office"
range = "192.0.2.0/24"
"""


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "settings"))


@pytest.mark.parametrize(
    ("wrong", "right", "line", "words"),
    [
        ("192.0.2.0/16", "192.0.2.0/24", None, ("too large", "Name the parts")),
        ("192.0.2.0/16", 'range = "192.0.2.0/24"', 8, ("networks", "range")),
        ("192.0.2.300/24", 'range = "192.0.2.0/24"', 8, ("networks", "range")),
        ("2001:db8::/64", 'range = "192.0.2.0/24"', 8, ("networks", "range")),
        ("192.0.3.0/24", 'range = "192.0.2.0/24"', None, ("networks.office", "not covered", "[[consent]]")),
    ],
)
def test_a_range_that_is_wrong_is_told_with_its_place(
    wrong: str, right: str, line: int | None, words: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    text = GOOD.replace(right, f'range = "{wrong}"') if "range" in right else GOOD
    Path("config.toml").write_text(text)
    Path("config.toml").chmod(0o600)
    arguments = ["scan"] if "range" in right else ["scan", wrong]

    assert run(arguments) == 2

    said = capsys.readouterr().err
    assert not [word for word in words if word not in said]
    assert line is None or f"config.toml:{line}" in said
    assert "Traceback" not in said


def test_an_overlap_and_a_double_name_are_mistakes(capsys: pytest.CaptureFixture[str]) -> None:
    for more in ('name = "office"\nrange = "192.0.2.0/28"', 'name = "other"\nrange = "192.0.2.0/28"'):
        Path("config.toml").write_text(f"{GOOD}[[networks]]\n{more}\n")
        Path("config.toml").chmod(0o600)
        assert run(["scan"]) == 2
        assert "config.toml:1" in capsys.readouterr().err


def test_a_consent_that_ended_allows_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    Path("config.toml").write_text(GOOD.replace("2099-01-01", "2020-01-01"))
    Path("config.toml").chmod(0o600)
    assert run(["scan"]) == 2
    assert "valid today" in capsys.readouterr().err


def test_a_foreign_range_without_config_prints_the_lines_to_add() -> None:
    def nobody(prompt: str) -> str:
        raise AssertionError("nobody may be asked about a network that is not ours")

    with pytest.raises(ConfigError) as told:
        narrowed(Settings(), ["198.51.100.0/24"], date(2026, 11, 25), [], nobody, Language("en"))
    assert 'scope = ["198.51.100.0/24"]' in told.value.next_step
    with pytest.raises(UsageError):
        narrowed(Settings(), ["office"], date(2026, 11, 25), [], nobody, Language("en"))


def test_a_store_that_another_scan_holds_says_so(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("nis2scan.store.WAIT_SECONDS", 0.2)
    assert run(["scan", "--local", "--quiet"]) == 0
    other = sqlite3.connect("out/store/store.sqlite", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        assert run(["scan", "--local", "--quiet"]) == 2
    finally:
        other.close()
    said = capsys.readouterr().err
    assert "Is another scan busy?" in said
    assert "Traceback" not in said


@pytest.mark.skipif(os.name != "posix" or os.geteuid() != 0 or not shutil.which("unshare"), reason="needs root")
@pytest.mark.parametrize("kilobytes", [16, 200, 300])
def test_a_full_disk_ends_the_scan_with_what_to_do(tmp_path: Path, kilobytes: int) -> None:
    small = tmp_path / "small"
    small.mkdir()
    program = Path(sys.executable).with_name("nis2scan")
    script = 'mount -t tmpfs -o size="$1"k tmpfs "$2" && cd "$2" && exec "$3" scan --local --quiet'
    done = subprocess.run(
        ["unshare", "--mount", "sh", "-c", script, "sh", str(kilobytes), str(small), str(program)],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 2, done.stderr
    assert "space" in done.stderr
    assert "Traceback" not in done.stderr


def test_init_leaves_no_half_file_when_a_name_is_no_text(capsys: pytest.CaptureFixture[str]) -> None:
    """As a terminal sends it that is not set to UTF-8."""
    given = ["--networks", "192.0.2.0/24", "--by", "M. de Wit", "--user", "", "--name", os.fsdecode(b"Caf\xe9")]
    until = (date.today() + timedelta(days=30)).isoformat()  # noqa: DTZ011 a day of the user

    assert run(["init", *given, "--until", until]) == 2

    assert "UTF-8" in capsys.readouterr().err
    assert not Path("config.toml").exists()
    assert run(["init", *given[:-1], "Café", "--until", until]) == 0


def test_a_range_keeps_the_hosts_that_the_settings_know_by_name() -> None:
    hosts = tuple(Host(name=name, address=name, login="linux") for name in ("localhost", "192.0.2.9"))

    chosen = narrowed(Settings(hosts=hosts), ["127.0.0.0/30"], date(2026, 11, 25), [], input, Language("en"))

    assert [host.name for host in chosen.hosts] == ["localhost"]
