"""Two offices by what their people say; in the bad one, one key of root opens four machines.

The answers of people go through the reader of answers.toml, as in a real run.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping
from pathlib import Path

from nis2scan.answers import read_answers
from nis2scan.facts.linux.listeners import LISTENERS
from nis2scan.facts.linux.remote_tools import FILES
from nis2scan.facts.linux.services import COMMS
from nis2scan.facts.people.questions import QUESTIONS
from nis2scan.model import Recording
from nis2scan.recording import to_bytes
from nis2scan.testing import NOON, answered, recording
from tests.checks.test_access_more import machine

Files = Mapping[str, bytes]
ONE = """[answers.{key}]
answer = "{answer}"
owner = "Joop"
date = 2026-11-01
evidence = "map op kantoor"
{last}
"""


def people(answer: str, last: str = "") -> Recording:
    """Everybody answers every question the same."""
    again = f"last = {last}" if last else ""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "answers.toml"
        file.write_text("".join(ONE.format(key=asked.key, answer=answer, last=again) for asked in QUESTIONS))
        file.chmod(0o600)
        return read_answers(file, NOON)


def bad() -> Files:
    """Nothing is arranged; AnyDesk runs on one machine, and only another tool is approved."""
    helped = recording(
        answered(COMMS, "systemd\nanydesk\n.\n"),
        answered(FILES, "/usr/bin/anydesk\n==end\n"),
        answered(LISTENERS, 'tcp LISTEN 0 128 127.0.0.1:631 0.0.0.0:* users:(("cupsd",pid=7,fd=3))\nend=ss\n'),
        host="balie",
    )
    hosts = [helped, *(machine(name) for name in ("bestanden", "mail", "kassa", "planning"))]
    made = {f"{item.host}.json": to_bytes(item) for item in hosts}
    policy = json.dumps({"approved_remote_tools": ["TeamViewer"]}, indent=1).encode() + b"\n"
    return {**made, "office.json": to_bytes(people("no")), "policy.json": policy}


def good() -> Files:
    return {"office.json": to_bytes(people("yes", "2026-10-30"))}
