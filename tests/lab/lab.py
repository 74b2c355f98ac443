"""The lab from the outside: one call makes it, scans it and takes every trace of it away."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.lab.host import swept
from tests.lab.root import services

PROJECT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Outcome:
    """What came of a scan of the lab. findings: the rows of findings.json. folder: everything, while it lasts."""

    folder: Path
    result: dict[str, Any]
    findings: list[dict[str, Any]]


@contextmanager
def scanned(trace: bool = False) -> Iterator[Outcome]:
    """A scan of the office. When the block is left, however that is, nothing of it remains."""
    services()
    with tempfile.TemporaryDirectory(prefix="nis2scan-lab-", dir="/var/tmp", ignore_cleanup_errors=True) as folder:
        lab = Path(folder)
        try:
            _run(lab, trace)
            result = json.loads((lab / "result.json").read_text())
            yield Outcome(lab, result, _findings(lab, result))
        finally:
            swept(lab)


def _run(lab: Path, trace: bool) -> None:
    """When this process ends, its child ends, and the kernel ends everything in the child's namespaces."""
    command = ["setpriv", "--pdeathsig", "KILL", "unshare", "--mount", "--propagation", "private", "--net", "--pid"]
    command += ["--fork", "--kill-child", "--mount-proc", sys.executable, "-m", "tests.lab.office", str(lab)]
    with (lab / "office.log").open("wb") as log:
        child = subprocess.Popen(
            [*command, *(["trace"] if trace else [])], cwd=PROJECT, stdin=subprocess.DEVNULL, stdout=log, stderr=log
        )
        try:
            code = child.wait(280)
        finally:
            child.kill()
            child.wait()
    if code != 0:
        raise RuntimeError(f"the lab failed: {(lab / 'office.log').read_text(errors='replace')[-4000:]}")


def _findings(lab: Path, result: dict[str, Any]) -> list[dict[str, Any]]:
    files = sorted((lab / "out").rglob("findings.json"))
    if not files:
        raise RuntimeError(f"the scan made no report: {result['said']}")
    rows: list[dict[str, Any]] = json.loads(files[-1].read_text())["findings"]
    return rows
