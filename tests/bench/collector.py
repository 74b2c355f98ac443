"""P1 and P3: the facts of many Linux hosts over SSH, by our collector and by the OpenSSH client, sixteen at once.

`python -m tests.bench.collector ours|openssh FOLDER` is one run of one side, in a process of its own, from the place
of the scanner. Both send the same script and get the same answers; what came back is counted by the same function.
"""

from __future__ import annotations

import hashlib
import json
import resource
import subprocess
import sys
import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from pathlib import Path

from nis2scan.cli.networks import pacing_of
from nis2scan.cli.targets import targets_of
from nis2scan.config import read
from nis2scan.facts.linux.system import System
from nis2scan.model import Recording, Status
from nis2scan.rules import load
from nis2scan.scan import gather
from nis2scan.testing import fact
from nis2scan.transport.posix import Visit
from tests.bench.hosts import Office, from_scanner
from tests.bench.measure import Measured, Run, Work, measured, pairs

AT_ONCE = 16
SECONDS = 120


def compared(office: Office) -> list[Measured]:
    """The two goals, from the same runs."""
    found = pairs(lambda: side("ours", office), lambda: side("openssh", office))
    hosts = len(office.hosts)
    return [
        measured("P1", 0.95, found, lambda run: run.seconds),
        measured("P3", 0.40, found, lambda run: run.cpu / hosts * 1000, "ms CPU a host"),
    ]


def side(name: str, office: Office) -> Run:
    """One run of one side, in a process of its own."""
    said = from_scanner(sys.executable, "-m", "tests.bench.collector", name, str(office.folder))
    row = json.loads(said.splitlines()[-1])
    return Run(row["seconds"], row["cpu"], Work(**row["work"]))


def work(recordings: Iterable[Recording]) -> Work:
    """Which question was answered on which host, how it ended, and how many bytes of facts there are."""
    rows, size, hosts, asked, real = [], 0, set(), 0, 0
    for recording in recordings:
        shell = [(name, answer) for name, answer in recording.answers.items() if answer.question.kind == "shell"]
        rows += [f"{recording.host} {name} {answer.status} {answer.code}" for name, answer in shell]
        size += sum(len(answer.out) for _, answer in shell)
        asked = max(asked, len(shell))
        real = max(real, sum(1 for _, answer in shell if answer.status is Status.OK and answer.out))
        hosts.add(recording.host)
    digest = hashlib.sha256("\n".join(sorted(rows)).encode()).hexdigest()[:12]
    return Work(f"{len(hosts)}h/{size / 1e6:.1f}MB/{real} of {asked} sections with facts", digest, size)


def ours(folder: Path) -> tuple[float, float, list[Recording]]:
    """As `nis2scan scan` does it: settings to targets, and all of them asked."""
    questions = load().questions
    settings = read(folder / "config.toml")
    began = time.perf_counter()
    targets = targets_of(settings, folder / "store", {})
    used = time.process_time()  # "transport only": after the settings were made into targets
    answered = list(gather(targets, (), questions, pacing_of(settings), lambda event: None))
    took = time.perf_counter() - began, time.process_time() - used
    return *took, [recording for _, recording in answered]


def openssh(folder: Path) -> tuple[float, float, list[Recording]]:
    """The same script given to the OpenSSH client, with curve25519: its post-quantum default would cost it more."""
    questions = load().questions
    hosts = read(folder / "config.toml").hosts
    visit = Visit(questions, "ssh", "", SECONDS, nonce="0123456789abcdef" * 2)
    script = folder / "script"
    script.write_bytes(visit.script())
    command = ["ssh", "-F", "none", "-T", "-i", str(folder / "key"), "-o", "BatchMode=yes", "-o", "IdentitiesOnly=yes"]
    command += ["-o", f"UserKnownHostsFile={folder / 'known_hosts'}", "-o", "GlobalKnownHostsFile=none"]
    command += ["-o", "KexAlgorithms=curve25519-sha256"]

    def ask(address: str) -> None:
        with script.open("rb") as sent, (folder / f"{address}.out").open("wb") as got:
            subprocess.run([*command, f"root@{address}", "exec /bin/sh -s"], stdin=sent, stdout=got, check=True)

    began, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        list(pool.map(ask, [host.address for host in hosts]))
    took, after = time.perf_counter() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    recordings = []
    for host in hosts:
        back = Visit(questions, "ssh", "", SECONDS, nonce=visit.nonce, sent=visit.sent)
        back.feed((folder / f"{host.address}.out").read_bytes())
        recordings.append(_named(back.recording(), host.name))
    return took, used, recordings


def _named(recording: Recording, host: str) -> Recording:
    return Recording(host, recording.platform, recording.taken_at, recording.vantage, recording.answers)


def machines(recordings: Iterable[Recording]) -> list[tuple[str, str, str]]:
    """Each host that was really looked into: its name, the id that it has of itself, and its kernel."""
    systems = [(recording.host, fact(System, recording)) for recording in recordings]
    return [(host, system.machine_id, system.kernel) for host, system in systems]


def main() -> None:
    """One run. `facts BEGIN`: ours, with the whole time since BEGIN (monotonic), and which machines were seen."""
    side, folder, begin = sys.argv[1], Path(sys.argv[2]), float(sys.argv[3]) if sys.argv[3:] else 0.0
    seconds, cpu, recordings = openssh(folder) if side == "openssh" else ours(folder)
    if begin:
        seconds = time.monotonic() - begin
    row = {"seconds": seconds, "cpu": cpu, "work": asdict(work(recordings))}
    print(json.dumps({**row, "machines": machines(recordings) if begin else []}))


if __name__ == "__main__":
    main()
