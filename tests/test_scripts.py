"""The scripts behind make: what they refuse, and the last lines that the suite ends with."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

TOP = Path(__file__).resolve().parent.parent
SCRIPTS = [TOP / "scripts" / name for name in ("setup", "debian-install", "scan", "check", "test", "bench")]

pytestmark = pytest.mark.skipif(os.name != "posix", reason="only on POSIX: these are shell scripts")


def run(*command: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command,
        cwd=TOP,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.mark.skipif(shutil.which("shellcheck") is None, reason="shellcheck is not installed")
@pytest.mark.parametrize("script", [*SCRIPTS, TOP / ".ci" / "run"], ids=lambda path: path.name)
def test_the_scripts_are_sound(script: Path) -> None:
    done = run("shellcheck", str(script))

    assert done.returncode == 0, done.stdout


def test_an_old_python_is_refused_in_plain_words(tmp_path: Path) -> None:
    old = tmp_path / "python3.9"
    old.write_text('#!/bin/sh\n[ "$1" = -V ] && echo Python 3.9.2 || exit 1\n')
    old.chmod(0o755)

    done = run("sh", "scripts/setup", PYTHON=str(old))

    assert done.returncode == 2
    assert "needs Python 3.11 or newer" in done.stderr
    assert "Python 3.9.2" in done.stderr


def test_no_python_is_refused_in_plain_words() -> None:
    done = run("sh", "scripts/setup", PYTHON="no-such-python")

    assert done.returncode == 2
    assert done.stderr == "setup: no-such-python is not there. nis2scan needs Python 3.11 or newer.\n"


@pytest.mark.skipif(shutil.which("dpkg-query") is None, reason="only on Debian: it installs Debian packages")
def test_nothing_is_touched_when_every_package_is_there() -> None:
    done = run("sh", "scripts/debian-install", "dpkg", "coreutils")

    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


SUITE = """
import pytest

def test_one(): pass

def test_two(): pass

@pytest.mark.skip(reason="only on Windows: for this example")
def test_three(): pass
"""


@pytest.mark.parametrize("workers", ["0", "2"])
def test_the_suite_ends_with_what_was_left_out_and_why(tmp_path: Path, workers: str) -> None:
    shutil.copy(TOP / "tests" / "conftest.py", tmp_path)
    (tmp_path / "test_example.py").write_text(SUITE)

    done = run(sys.executable, "-m", "pytest", "-n", workers, "--rootdir", str(tmp_path), str(tmp_path))

    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.splitlines()[-2:] == [
        "tests: 2 passed, 1 left out",
        "left out: test_example.py::test_three (only on Windows: for this example)",
    ]


def test_a_failure_is_counted_and_ends_the_suite_with_an_error(tmp_path: Path) -> None:
    shutil.copy(TOP / "tests" / "conftest.py", tmp_path)
    (tmp_path / "test_example.py").write_text(SUITE + "\n\ndef test_four(): assert False\n")

    done = run(sys.executable, "-m", "pytest", "--rootdir", str(tmp_path), str(tmp_path))

    assert done.returncode == 1
    assert "tests: 2 passed, 1 failed, 1 left out" in done.stdout.splitlines()


def test_a_file_stays_on_one_worker_and_some_share_theirs(tmp_path: Path) -> None:
    shutil.copy(TOP / "tests" / "conftest.py", tmp_path)
    (tmp_path / "lab").mkdir()
    many = "import pytest\n\n@pytest.mark.parametrize('n', range(20))\ndef test_one(n): pass\n"
    for name in ("test_a.py", "test_b.py", "test_browser.py", "lab/test_c.py", "lab/test_d.py"):
        (tmp_path / name).write_text(many)

    done = run(sys.executable, "-m", "pytest", "-v", "-n", "2", "--rootdir", str(tmp_path), str(tmp_path))

    ran = re.findall(r"\[(gw\d)\].* PASSED (\S+?)::", done.stdout)
    workers = {file: {worker for worker, its in ran if its == file} for _, file in ran}
    assert len(ran) == 100
    assert all(len(its) == 1 for its in workers.values()), workers
    assert len({frozenset(its) for file, its in workers.items() if "lab" in file or "browser" in file}) == 1
