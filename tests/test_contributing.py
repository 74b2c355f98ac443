"""CONTRIBUTING.md, followed to the letter in an empty folder with the installed wheel."""

from __future__ import annotations

import json
import os
import re
import subprocess
from pathlib import Path

import pytest

TEXT = (Path(__file__).parent.parent / "CONTRIBUTING.md").read_text(encoding="utf-8")
STEPS = TEXT.split("## Add a check in five steps")[1].split("## Add a fact")[0]
BLOCKS = re.findall(r"```(\w+)\n(.*?)```", STEPS, re.DOTALL)
FILES = {block.split("\n", 1)[0].removeprefix("# "): block for kind, block in BLOCKS if kind in ("python", "toml")}
COMMANDS = [line for kind, block in BLOCKS if kind == "sh" for line in block.splitlines()]


def run(installed: Path, folder: Path, command: str) -> str:
    """A command of the text, as somebody types it with the virtual environment switched on."""
    path = f"{installed}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        ["sh", "-c", command],
        cwd=folder,
        env={"PATH": path, "HOME": str(folder), "PIP_DISABLE_PIP_VERSION_CHECK": "1"},
        capture_output=True,
        text=True,
        timeout=200,
        check=False,
    )
    assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"
    return done.stdout


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An empty folder after the steps up to the fourth: the files of the text, where the text says."""
    tmp_path.chmod(0o755)
    for name, block in FILES.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(block, encoding="utf-8")
    return tmp_path


def test_the_text_has_the_three_files_and_the_commands() -> None:
    assert sorted(FILES) == ["my_checks/access/kernel_messages.py", "pyproject.toml", "test_kernel_messages.py"]
    assert COMMANDS == [
        "mkdir -p my_checks/access",
        "python -m pytest test_kernel_messages.py",
        "nis2scan scan --local --checks my_checks --output out",
        "pip install .",
        "nis2scan checks",
    ]


def test_the_tests_of_the_text_pass(installed: Path, folder: Path) -> None:
    assert "3 passed" in run(installed, folder, "python -m pytest -p no:cacheprovider test_kernel_messages.py")


@pytest.mark.skipif(os.name != "posix", reason="only on POSIX: a shell snippet is asked of this machine")
def test_a_scan_of_this_machine_shows_its_finding(installed: Path, folder: Path) -> None:
    run(installed, folder, "nis2scan scan --local --checks my_checks --output out")

    (written,) = (folder / "out").glob("*/findings.json")
    rows = [row for row in json.loads(written.read_bytes())["findings"] if row["check"] == "access/kernel-messages"]
    setting = Path("/proc/sys/kernel/dmesg_restrict").read_text().strip()
    assert [row["outcome"] for row in rows] == ["pass" if setting == "1" else "fail"]


def test_the_package_of_the_text_is_found_once_it_is_installed(installed: Path, folder: Path) -> None:
    assert "access/kernel-messages" not in run(installed, folder, "nis2scan checks")
    try:
        run(installed, folder, "pip install --quiet --no-deps --no-build-isolation .")
        assert "access/kernel-messages" in run(installed, folder, "nis2scan checks")
    finally:
        run(installed, folder, "pip uninstall --quiet --yes my-checks")


def test_a_check_that_does_not_load_stops_the_run_and_is_named(installed: Path, folder: Path) -> None:
    broken = folder / "my_checks" / "access" / "kernel_messages.py"
    broken.write_text(broken.read_text().replace("severity=Severity.LOW", "severeness=1"))

    with pytest.raises(AssertionError, match=r"kernel_messages could not be loaded: check\(\) got an unexpected"):
        run(installed, folder, "nis2scan scan --local --checks my_checks --output out")
