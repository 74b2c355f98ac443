"""One real answer of this machine, and nobody's settings."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from nis2scan.collect import file_script
from nis2scan.testing import rules


@pytest.fixture(scope="session")
def answer(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """What the script for Linux wrote here, started by sh as whoever runs the tests."""
    folder = tmp_path_factory.mktemp("answer")
    script = folder / "nis2scan-linux.sh"
    script.write_bytes(file_script(rules().questions, "linux", "bakker").encode())
    done = subprocess.run(
        ["sh", str(script), str(folder)], stdin=subprocess.DEVNULL, capture_output=True, timeout=120, check=False
    )
    assert (done.returncode, done.stderr) == (0, b"")
    (file,) = folder.glob("*.n2s")
    return file.read_bytes()


@pytest.fixture(autouse=True)
def _nobody_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An empty folder to stand in, and no settings of whoever runs the tests."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "settings"))
