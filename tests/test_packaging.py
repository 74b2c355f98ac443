"""The wheel holds what the tree holds, and works from a folder without the tree. A green checkout proves neither."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

TOP = Path(__file__).resolve().parent.parent
# Where a folder at the top of the tree lands once it is installed.
HOMES = {"nis2scan": "nis2scan", "checks": "nis2scan/checks", "reports": "nis2scan/reports"}


def in_the_tree() -> set[str]:
    """Every file of the three trees, under the name that it has once installed."""
    return {
        f"{home}/{file.relative_to(TOP / folder).as_posix()}"
        for folder, home in HOMES.items()
        for file in (TOP / folder).rglob("*")
        if file.is_file() and "__pycache__" not in file.parts
    }


def in_the_wheel(wheel: Path) -> set[str]:
    with zipfile.ZipFile(wheel) as archive:
        return {name for name in archive.namelist() if ".dist-info/" not in name}


def run(installed: Path, folder: Path, *command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(installed / command[0]), *command[1:]],
        cwd=folder,
        env={**os.environ, "HOME": str(folder)},
        capture_output=True,
        text=True,
        timeout=200,
        check=False,
    )


def test_the_wheel_holds_every_file_of_the_tree_and_no_other(wheel: Path) -> None:
    assert in_the_wheel(wheel) == in_the_tree()


@pytest.mark.parametrize("ending", [".mo", ".po", ".j2", ".csv", ".css", "py.typed"])
def test_files_that_are_no_python_are_in_the_wheel_too(wheel: Path, ending: str) -> None:
    assert [name for name in in_the_wheel(wheel) if name.endswith(ending)]


def test_no_general_name_lands_among_the_packages_of_others(wheel: Path) -> None:
    assert {name.split("/")[0] for name in in_the_wheel(wheel)} == {"nis2scan"}


def test_the_licence_comes_along(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        (licence,) = (name for name in archive.namelist() if name.endswith("licenses/LICENSE"))
        assert b"GNU GENERAL PUBLIC LICENSE" in archive.read(licence)


def test_installed_it_knows_the_same_checks_as_the_tree(installed: Path, tmp_path: Path) -> None:
    here = run(Path(sys.executable).parent, tmp_path, "nis2scan", "checks")
    there = run(installed, tmp_path, "nis2scan", "checks")

    assert there.returncode == 0, there.stderr
    assert there.stdout == here.stdout


def test_installed_it_takes_nothing_from_the_folder_it_is_started_in(installed: Path, tmp_path: Path) -> None:
    """A folder called `checks` beside somebody's config would otherwise be a way in."""
    for name in ("checks", "reports", "nis2scan"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").write_text("raise SystemExit('taken from the current folder')")

    done = run(installed, tmp_path, "nis2scan", "checks")

    assert done.returncode == 0, done.stderr


def test_installed_it_writes_every_report_of_the_demo(installed: Path, tmp_path: Path) -> None:
    done = run(installed, tmp_path, "nis2scan", "demo", "--output", "out")

    assert done.returncode == 0, done.stdout + done.stderr
    (folder,) = {file.parent for file in (tmp_path / "out").rglob("findings.json")}
    assert {"report.html", "findings.xlsx", "findings.csv", "findings.json"} <= {file.name for file in folder.iterdir()}
    assert json.loads((folder / "findings.json").read_bytes())["findings"]


def test_the_editable_install_loads_from_the_tree(tmp_path: Path) -> None:
    code = "import nis2scan.checks, nis2scan.reports; print(nis2scan.checks.__path__[0], nis2scan.reports.__path__[0])"
    done = run(Path(sys.executable).parent, tmp_path, "python", "-c", code)

    assert done.stdout.split() == [str(TOP / "checks"), str(TOP / "reports")]
