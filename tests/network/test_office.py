"""An office on a cable: what is found, what is left alone, and what a first scan without settings asks."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.network.cable import Came, Thing, run_in, why_not

pytestmark = [pytest.mark.skipif(bool(why_not()), reason=why_not() or "it can be made"), pytest.mark.xdist_group("lab")]

PROGRAM = str(Path(sys.executable).with_name("nis2scan"))
CONFIG = """client = "office"
name = "Kantoor"
[[consent]]
by = "the owner of these namespaces"
scope = ["192.168.77.0/24"]
until = 2099-01-01
[[networks]]
name = "kantoor"
range = "192.168.77.0/25"
gateway = "192.168.77.1"
[report]
language = "en"
"""
THINGS = [
    Thing(10, "00:1b:44:00:00:01", (80, 6379)),
    Thing(20, "00:80:77:00:00:02", (80, 443, 515, 631, 9100)),  # by its card a Brother
    Thing(30, "d8:9e:f3:00:00:03", drops=True),  # by its card a Dell: answers nothing but ARP
    Thing(40, "00:1b:1b:00:00:04", (80, 102, 502)),  # by its card a Siemens
    Thing(200, "00:1b:44:00:00:05", (80,)),  # outside the range, inside the consent
]


def findings(folder: Path) -> list[dict[str, Any]]:
    (path,) = folder.glob("out/20*/findings.json")
    found: list[dict[str, Any]] = json.loads(path.read_text())["findings"]
    return found


@pytest.fixture(scope="module")
def scan(tmp_path_factory: pytest.TempPathFactory) -> tuple[Came, Path]:
    folder = tmp_path_factory.mktemp("office")
    (folder / "config.toml").write_text(CONFIG)
    (folder / "config.toml").chmod(0o600)
    return run_in(folder, THINGS, [PROGRAM, "scan"]), folder


def test_every_device_in_the_range_is_found_also_the_one_that_answers_only_arp(scan: tuple[Came, Path]) -> None:
    came, folder = scan
    assert came.code == 0, came.err
    hosts = {row["host"] for row in findings(folder)} - {"office"}
    assert hosts == {f"192.168.77.{number}" for number in (10, 20, 30, 40)}


def test_nothing_outside_the_range_is_touched(scan: tuple[Came, Path]) -> None:
    came, _ = scan
    assert came.connected[200] == []


def test_a_printer_hears_no_byte_on_its_ports_and_a_controller_none_at_all(scan: tuple[Came, Path]) -> None:
    came, _ = scan
    assert set(came.connected[20]) >= {515, 631, 9100}  # it was found to be a printer by these
    assert set(came.heard[20]) <= {443}
    assert came.heard[40] == {}
    assert 80 not in came.connected[40]


def test_a_device_that_was_not_looked_into_says_so_and_is_never_in_order(scan: tuple[Came, Path]) -> None:
    _, folder = scan
    silent = [row for row in findings(folder) if row["host"] == "192.168.77.30"]
    passed = {row["check"] for row in silent if row["outcome"] == "pass"}
    assert passed <= {"segmentation/pc-to-pc"}  # that it lets no other PC in is what its silence shows
    inside = [row for row in silent if row["check"] == "logging/clock-skew"]
    assert [(row["outcome"], row["reason"]) for row in inside] == [("not_assessed", "no_credential")]


def test_a_range_outside_every_consent_is_refused_before_anything_is_sent(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text(CONFIG.replace('scope = ["192.168.77.0/24"]', 'scope = ["192.168.77.0/26"]'))
    (tmp_path / "config.toml").chmod(0o600)
    came = run_in(tmp_path, [Thing(10, ports=(80,))], [PROGRAM, "scan"])
    assert came.code == 2
    assert "networks.kantoor" in came.err
    assert "[[consent]]" in came.err
    assert came.connected[10] == []


def test_the_first_scan_of_an_own_network_asks_once_who_agrees(tmp_path: Path) -> None:
    things = [Thing(10, "00:1b:44:00:00:01", (80,))]
    command = [PROGRAM, "scan", "192.168.77.0/27", "--language", "en"]
    came = run_in(tmp_path, things, command, stdin="M. de Wit, director\n")
    assert came.code == 0, came.err
    assert "192.168.77.0/27 is a network of this machine (eth0)" in came.out
    report = next(tmp_path.glob("out/20*/report.html")).read_text()
    assert "M. de Wit, director" in report


@pytest.mark.parametrize(("answer", "target"), [("\n", "192.168.77.0/27"), ("me\n", "10.1.0.0/24")])
def test_without_an_answer_or_outside_the_own_networks_nothing_is_sent(
    tmp_path: Path, answer: str, target: str
) -> None:
    came = run_in(tmp_path, [Thing(10, ports=(80,))], [PROGRAM, "scan", target], stdin=answer)
    assert came.code == 2
    assert came.connected[10] == []


def test_init_proposes_the_own_network_and_its_file_can_be_scanned(tmp_path: Path) -> None:
    answers = "1\nBakkerij De Korenaar\nM. de Wit, directeur\n\n\n"
    came = run_in(tmp_path, [], [PROGRAM, "init"], stdin=answers)
    assert came.code == 0, came.err
    assert "192.168.77.0/24" in came.out
    came = run_in(tmp_path, [Thing(10, ports=(80,))], [PROGRAM, "doctor", "--language", "en"])
    assert "192.168.77.0/24" in came.out
    assert max(map(len, came.out.splitlines())) <= 80
    assert came.connected[10] == []


def test_doctor_tells_what_is_wrong_in_the_settings_and_goes_on(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text(CONFIG.replace("2099-01-01", "2025-01-01"))
    (tmp_path / "config.toml").chmod(0o600)
    came = run_in(tmp_path, [], [PROGRAM, "doctor"])
    assert came.code == 3
    assert "the owner of these namespaces ended on" in " ".join(came.out.split())
    assert "Add a [[consent]]" in came.out
    assert "[[hosts]]" in came.out
    assert max(map(len, came.out.splitlines())) <= 80
