"""Runs the script that is sent on a made-up Mac: a real shell, in a tree without Linux's /proc, /sys and /etc."""

from __future__ import annotations

import json
import subprocess
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

from nis2scan.model import Answer, Question, Recording
from nis2scan.questions import SESSION
from nis2scan.recording import to_bytes
from nis2scan.testing import NOON, rules
from nis2scan.transport import posix_file
from nis2scan.transport.delivered import Delivery, read
from nis2scan.transport.posix import Visit
from tests.macos.machines import MACHINES
from tests.macos.pretend import FIREWALL, Mac, build

RECORDINGS = Path(__file__).parent.parent / "recordings"
SHELLS = {"dash": "exec /bin/dash -s", "bash": "exec /bin/bash --posix -s"}

# A namespace of mounts that goes with its process. /usr/libexec is hidden, as its place is the Mac's.
_INSIDE = f"""set -e
mount -t tmpfs -o size=32m made-up-mac "$1"
cp -a "$2/." "$1/"
for d in bin sbin lib lib32 lib64 usr dev; do
  if [ -L "/$d" ]; then cp -a "/$d" "$1/$d"
  elif [ -d "/$d" ]; then
    if [ "$d" = usr ]; then mv "$1/usr" "$1/own"; fi
    mkdir "$1/$d"; mount --rbind "/$d" "$1/$d"
  fi
done
mkdir -p "$1/usr/libexec" 2>/dev/null || :
mount -t tmpfs -o size=1m made-up-libexec "$1/usr/libexec"
mkdir -p "$1/{Path(FIREWALL).parent}"; cp -a "$1/own/{FIREWALL.removeprefix("usr/")}" "$1/{FIREWALL}"
mkdir "$1/pretend/proc"; mount --rbind /proc "$1/pretend/proc"
cd "$1"; exec /usr/bin/env -i PATH=/pretend:/usr/bin:/bin HOME=/tmp /usr/sbin/chroot "$1" /bin/sh -c "$3"
"""


def questions() -> list[Question]:
    """Every question that is put to a Mac, in a steady order."""
    asked = {item.id: item for reader in rules().readers for item in reader.questions}
    return [item for _, item in sorted(asked.items()) if item.kind == "shell" and "macos" in item.platforms]


def run(mac: Mac, shell: str = "dash", asked: list[Question] | None = None, seconds: float = 120) -> Recording:
    """What this Mac answers, as the transport makes it a recording."""
    visit = Visit([*(questions() if asked is None else asked), SESSION], "ssh", seconds=seconds)
    done = inside(mac, SHELLS[shell], visit.script(), seconds)
    visit.feed(done.stdout)
    visit.complain(done.stderr)
    return visit.recording()


def carried(mac: Mac, shell: str = "dash") -> Delivery:
    """What the script for a file, started by hand on this Mac, brings home."""
    text = posix_file.script(questions(), "macos")
    assert text.count(posix_file.ROOT_PATH) == 1  # as root it searches nowhere else; our Mac's programs are in /pretend
    text = text.replace(posix_file.ROOT_PATH, f"/pretend:{posix_file.ROOT_PATH}")
    done = inside(mac, SHELLS[shell], text.encode(), 120)
    return read(done.stdout, [*questions(), SESSION])


def inside(mac: Mac, command: str, put: bytes, seconds: float) -> subprocess.CompletedProcess[bytes]:
    """Run a command on this Mac, in a namespace of mounts that ends with it."""
    with tempfile.TemporaryDirectory(prefix="made-up-mac-") as folder:
        tree, root = Path(folder) / "tree", Path(folder) / "root"
        root.mkdir()
        build(mac, tree)
        words = ["unshare", "--mount", "sh", "-c", _INSIDE, "sh", str(root), str(tree), command]
        return subprocess.run(words, input=put, capture_output=True, timeout=seconds, check=False)


def steady(recording: Recording, name: str) -> Recording:
    """The same at every run: clocks and durations are those of the moment at which the tests judge."""
    answers = {key: replace(answer, ms=1) for key, answer in recording.answers.items()}
    answers[SESSION.id] = _session(answers[SESSION.id])
    return replace(recording, host=f"mac-{name}", taken_at=NOON, answers=answers)


def _session(answer: Answer) -> Answer:
    row: dict[str, Any] = json.loads(answer.text)
    at = int(NOON.timestamp())
    row |= {key: at if row[key] else 0 for key in ("sent", "hello", "hello_at", "bye", "bye_at")}
    return replace(answer, out=json.dumps(row).encode())


def file_of(name: str) -> Path:
    return RECORDINGS / f"macos-{name}.json"


def made(name: str, shell: str = "dash") -> Recording:
    return steady(run(MACHINES[name](), shell), name)


def kept(recording: Recording) -> bytes:
    return to_bytes(recording)
