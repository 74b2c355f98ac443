"""Runs of the script on made-up machines by a real PowerShell, and the recordings that are made of them."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from nis2scan.model import Answer, Question, Recording
from nis2scan.questions import SESSION
from nis2scan.recording import to_bytes
from nis2scan.rules import Rules
from nis2scan.testing import NOON, rules
from nis2scan.transport.windows import Visit
from nis2scan.transport.windows_script import ARGUMENTS
from tests.windows.machines import HERE, write

POWERSHELL = HERE / "powershell"
RECORDINGS = HERE.parent / "recordings"
SECONDS = 120


def pwsh() -> str | None:
    """PowerShell on this machine: what NIS2SCAN_PWSH names, else the one on PATH."""
    return shutil.which(os.environ.get("NIS2SCAN_PWSH") or "pwsh")


def questions(among: Rules | None = None) -> list[Question]:
    """Every declared question to Windows, in a steady order."""
    asked = {item.id: item for reader in (among or rules()).readers for item in reader.questions}
    return [item for _, item in sorted(asked.items()) if item.kind == "powershell"]


@dataclass(frozen=True)
class Run:
    """What one run printed, and the recording that the transport makes of it.

    seconds: from start to end. left: files that were there or other afterwards, PowerShell's own caches aside.
    """

    name: str
    out: bytes
    err: bytes
    code: int
    seconds: float
    recording: Recording
    left: frozenset[str]


def _files(machine: Path) -> frozenset[str]:
    """Every file of the machine, with its size and the time of its last change."""
    paths = (path for path in machine.rglob("*") if "cache" not in path.relative_to(machine).parts[0])
    return frozenset(f"{path} {path.stat().st_size} {path.stat().st_mtime_ns}" for path in paths if path.is_file())


def run(name: str, asked: Sequence[Question] | None = None) -> Run:
    """The script for all questions (or those given), put to this machine on standard input as WinRM puts it."""
    every = questions() if asked is None else list(asked)
    visit = Visit([*every, SESSION], "winrm", seconds=SECONDS, nonce=hashlib.md5(name.encode()).hexdigest())
    with tempfile.TemporaryDirectory(prefix="made-up-") as folder:
        machine = write(name, Path(folder) / "machine")
        before = _files(machine)
        began = time.monotonic()
        done = subprocess.run(
            [POWERSHELL, *ARGUMENTS],
            input=visit.script(),
            env={**os.environ, "MADE_UP_MACHINE": str(machine), "NIS2SCAN_PWSH": pwsh() or "pwsh"},
            capture_output=True,
            timeout=SECONDS,
            check=False,
        )
        seconds = time.monotonic() - began
        left = before ^ _files(machine)
    visit.feed(done.stdout)
    visit.complain(done.stderr)
    return Run(name, done.stdout, done.stderr, done.returncode, seconds, _steady(visit.recording(), name), left)


def _steady(recording: Recording, name: str) -> Recording:
    """The same at every run: clocks and durations are those of the moment at which the tests judge."""
    answers = {key: replace(answer, ms=1) for key, answer in recording.answers.items()}
    answers[SESSION.id] = _session(answers[SESSION.id])
    return replace(recording, host=name, taken_at=NOON, answers=answers)


def _session(answer: Answer) -> Answer:
    row: dict[str, Any] = json.loads(answer.text)
    at = int(NOON.timestamp())
    row |= {key: at if row[key] else 0 for key in ("sent", "hello", "hello_at", "bye", "bye_at")}
    return replace(answer, out=json.dumps(row).encode())


def runs(names: Iterable[str]) -> Iterator[Run]:
    """Runs of these machines, as many at a time as there are processors."""
    with ThreadPoolExecutor(os.cpu_count()) as several:
        yield from several.map(run, names)


def file_of(name: str) -> Path:
    return RECORDINGS / f"windows-{name}.json"


def kept(done: Run) -> bytes:
    """What the file of this machine holds."""
    return to_bytes(done.recording)
