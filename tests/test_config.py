"""What is wrong in config.toml is told with file, line, key and what to do."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from nis2scan.config import read
from nis2scan.errors import ConfigError
from nis2scan.inventory import places

GOOD = """\
client = "bakker"
name = "Bakkerij"

[[consent]]
by = "M. de Wit"
scope = ["192.0.2.0/24"]
until = 2027-02-01

[logins.office]
user = "scan"
password = "env:NIS2_PASSWORD"
become = "sudo"

[[hosts]]
name = "srv01"
address = "192.0.2.10"
login = "office"

[policy]
admins_max = 4
approved_remote_tools = ["anydesk"]
"""


def written(folder: Path, text: str) -> Path:
    path = folder / "config.toml"
    path.write_text(text)
    path.chmod(0o600)
    return path


def test_a_good_file_is_read(tmp_path: Path) -> None:
    settings = read(written(tmp_path, GOOD))

    assert settings.hosts[0].name == "srv01"
    assert settings.thresholds().admins_max == 4
    assert settings.thresholds().approved_remote_tools == ("anydesk",)
    assert settings.answers == tmp_path / "answers.toml"


@pytest.mark.parametrize(
    ("old", "new", "line", "said"),
    [
        ('client = "bakker"', 'client = "De Bakker!"', 1, "client"),
        ('client = "bakker"', 'client = "bakker', 1, "config.toml:1"),
        ('name = "Bakkerij"', 'nmae = "Bakkerij"', 2, "did you mean name"),
        ('scope = ["192.0.2.0/24"]', 'scope = ["192.0.2.0/240"]', 6, "consent[0].scope"),
        ('user = "scan"', 'usr = "scan"', 9, "logins.office"),
        ('"env:NIS2_PASSWORD"', '"hunter2"', 11, "password"),
        ('become = "sudo"', 'become = "su"', 12, "become"),
        ('address = "192.0.2.10"', 'address = "-oProxyCommand=x"', 16, "hosts[0].address"),
        ('login = "office"', 'login = "ofice"', 17, "did you mean office"),
        ("admins_max = 4", "admin_max = 4", 20, "did you mean admins_max"),
        ("admins_max = 4", 'admins_max = ["4"]', 20, "wrong type"),
    ],
)
def test_a_mistake_is_told_with_file_line_and_key(tmp_path: Path, old: str, new: str, line: int, said: str) -> None:
    assert old in GOOD

    with pytest.raises(ConfigError) as caught:
        read(written(tmp_path, GOOD.replace(old, new)))

    assert f"config.toml:{line}" in str(caught.value)
    assert said in str(caught.value)
    assert "hunter2" not in str(caught.value)


def test_a_file_that_others_can_write_is_refused(tmp_path: Path) -> None:
    path = written(tmp_path, GOOD)
    path.chmod(0o666)

    with pytest.raises(ConfigError, match="written by others"):
        read(path)


def test_a_missing_file_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        read(tmp_path / "config.toml")

    assert "config.example.toml" in caught.value.next_step


def test_a_host_outside_the_consent_is_refused(tmp_path: Path) -> None:
    settings = read(written(tmp_path, GOOD.replace("192.0.2.10", "198.51.100.7")))

    with pytest.raises(ConfigError, match="not covered by a consent"):
        places(settings, date(2026, 11, 24))


def test_a_lapsed_consent_covers_nothing(tmp_path: Path) -> None:
    settings = read(written(tmp_path, GOOD))

    assert places(settings, date(2027, 2, 1))[0].address == "192.0.2.10"
    with pytest.raises(ConfigError, match="valid today"):
        places(settings, date(2027, 2, 2))


def test_a_name_is_only_dialled_at_an_address_that_is_covered(tmp_path: Path) -> None:
    settings = read(written(tmp_path, GOOD.replace('"192.0.2.10"', '"srv01.example"')))

    found = places(settings, date(2026, 11, 24), lambda name: ["203.0.113.9", "192.0.2.10"])
    unknown = places(settings, date(2026, 11, 24), lambda name: [])

    assert found[0].address == "192.0.2.10"
    assert unknown[0].address == ""


def test_the_example_file_is_right_and_names_every_setting() -> None:
    from dataclasses import fields

    from nis2scan.config import Consent, Host, Limits, Login, Network, Reports, Settings
    from nis2scan.policy import Policy

    path = Path(__file__).parent.parent / "config.example.toml"
    text = path.read_text()
    names = [
        name for table in (Settings, Consent, Network, Login, Host, Reports, Limits) for name in table.model_fields
    ]

    assert read(path).client
    assert [name for name in [*names, *(item.name for item in fields(Policy))] if name not in text] == []
