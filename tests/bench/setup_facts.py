"""P2: the facts of hosts that have been used, by our collector and by `ansible -m setup`; both from start to end."""

from __future__ import annotations

import hashlib
import json
import sys
import time
from collections.abc import Iterable
from pathlib import Path

from tests.bench.hosts import Office, from_scanner
from tests.bench.measure import Measured, Run, Work, measured, pairs

FORKS = 50
# As its manual says for speed; the host's Python is named, so that it need not be looked for.
_SETTINGS = """[defaults]
forks = {forks}
interpreter_python = /usr/bin/python3
[ssh_connection]
pipelining = True
control_path_dir = {folder}/control-{run}
ssh_args = -C -o ControlMaster=auto -o ControlPersist=10s -o UserKnownHostsFile={known}
"""


def compared(office: Office) -> list[Measured]:
    """The goal. The work: the same machines, by the id that each has of itself, and their kernel."""
    return [measured("P2", 0.35, pairs(lambda: _ours(office), lambda: _ansible(office)), lambda run: run.seconds)]


def _work(facts: Iterable[tuple[str, str, str]], more: str) -> Work:
    rows = sorted(facts)
    digest = hashlib.sha256(repr(rows).encode()).hexdigest()[:12]
    return Work(f"{len(rows)}h/{more}", digest if rows and all(all(row) for row in rows) else "")


def _ours(office: Office) -> Run:
    begin = str(time.monotonic())
    row = json.loads(from_scanner(sys.executable, "-m", "tests.bench.collector", "facts", str(office.folder), begin))
    seen = [(host, machine, kernel) for host, machine, kernel in row["machines"]]
    return Run(row["seconds"], row["cpu"], _work(seen, row["work"]["shown"].split("/", 1)[1]))


def _ansible(office: Office) -> Run:
    """A folder for its connections in every run: each run logs in anew, as ours does."""
    run = str(time.monotonic_ns())
    out = office.folder / f"ansible-{run}"
    settings = office.folder / "ansible.cfg"
    settings.write_text(_SETTINGS.format(forks=FORKS, folder=office.folder, run=run, known=office.known))
    inventory = office.folder / "inventory"
    lines = [f"{host.name} ansible_host={host.address}" for host in office.hosts]
    user = f"[all:vars]\nansible_user=root\nansible_ssh_private_key_file={office.key}\n"
    inventory.write_text("[all]\n" + "\n".join(lines) + "\n" + user)
    command = ["env", f"ANSIBLE_CONFIG={settings}", f"HOME={office.folder}", "ansible", "all", "-i", str(inventory)]
    begin = time.perf_counter()
    from_scanner(*command, "-m", "setup", "--tree", str(out))
    took = time.perf_counter() - begin
    files = [out / host.name for host in office.hosts]
    return Run(took, 0, _work(map(_machine, files), f"{sum(file.stat().st_size for file in files) / 1e6:.1f}MB"))


def _machine(file: Path) -> tuple[str, str, str]:
    facts = json.loads(file.read_bytes())["ansible_facts"]
    return file.name, facts["ansible_machine_id"], facts["ansible_kernel"]
