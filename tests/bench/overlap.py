"""P6: network and logins at once, beside the longer of the two alone. All three are whole scans with all reports."""

from __future__ import annotations

import hashlib
import shutil
import sys
import time
from pathlib import Path

from nis2scan.model import Status
from nis2scan.recording import from_bytes
from nis2scan.store import Store
from tests.bench.hosts import Office, from_scanner
from tests.bench.measure import Measured, Run, Work, measured, pairs
from tests.bench.network import NETWORK, firewalled

Scan = tuple[float, set[tuple[str, str]]]
KINDS = {"shell": "login", "probe": "network"}
PROGRAM = str(Path(sys.executable).with_name("nis2scan"))


def compared(office: Office) -> list[Measured]:
    """The first half of the hosts is logged in to; the other half lets nothing in."""
    half = len(office.hosts) // 2
    firewalled(office.hosts[half:])
    base = office.config.read_text()
    head, _, rest = base.partition("[[hosts]]")
    hosts = "[[hosts]]" + "[[hosts]]".join(rest.split("[[hosts]]")[:half])
    texts = {"both": head + NETWORK + hosts, "network": head + NETWORK, "login": head + hosts}
    files = {name: _written(office.folder / f"{name}.toml", text) for name, text in texts.items()}
    addresses = {host.name: host.address for host in office.hosts}
    found = pairs(lambda: _run(_scan(files["both"], addresses)), lambda: _longer(files, addresses))
    return [measured("P6", 1.2, found, lambda run: run.seconds)]


def _written(file: Path, text: str) -> Path:
    file.write_text(text)
    file.chmod(0o600)
    return file


def _longer(files: dict[str, Path], addresses: dict[str, str]) -> Run:
    """Both alone. The work is that of both together, since both must have been done."""
    network, login = (_scan(files[name], addresses) for name in ("network", "login"))
    return _run((max(network[0], login[0]), network[1] | login[1]))


def _run(scan: Scan) -> Run:
    seconds, rows = scan
    kinds = [kind for _, kind in rows]
    shown = f"{kinds.count('login')}h by login, {kinds.count('network')}h on the network"
    return Run(seconds, 0, Work(shown, hashlib.sha256(repr(sorted(rows)).encode()).hexdigest()[:12] if rows else ""))


def _scan(config: Path, addresses: dict[str, str]) -> Scan:
    """A scan as a user starts it: every report is written. What was seen stands in the recordings that it kept."""
    out = config.with_suffix(".out")
    shutil.rmtree(out, ignore_errors=True)
    begin = time.monotonic()
    # 3: some hosts did not let us in; that is so for all that have no login.
    from_scanner("sh", "-c", f'"{PROGRAM}" scan --config "{config}" --output "{out}" --quiet; [ $? -le 3 ]')
    took = time.monotonic() - begin
    if not list(out.glob("*/findings.json")):
        raise RuntimeError(f"no report came of {config.name}")
    with Store(out / "store") as store:
        recordings = [from_bytes(data) for _, data in store.recordings(store.runs()[0][0])]
    rows = set()
    for recording in recordings:
        kinds = {answer.question.kind for answer in recording.answers.values() if answer.status is Status.OK}
        address = addresses.get(recording.host, recording.host)
        rows |= {(address, name) for kind, name in KINDS.items() if kind in kinds}
    return took, rows
