"""The lab from the inside: lay out, furnish, switch on, scan, compare. Runs as process 1 of namespaces of its own.

`python -m tests.lab.office FOLDER [trace]`; what came of it stands in FOLDER/result.json.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.lab import seeds
from tests.lab.changes import changed, state
from tests.lab.host import NETNS, Host, bridge, laid_out, plugged_in, run, started
from tests.lab.root import shared_root
from tests.lab.table import PLACES

NETWORK = "192.168.77.0/24"


def main(lab: Path, trace: bool) -> None:
    """One scan of the whole office."""
    took: dict[str, float] = {}
    began = time.monotonic()
    run("mount", "-t", "tmpfs", "-o", "mode=755", "tmpfs", "/run")
    bridge()
    plugged_in("scanner", "192.168.77.2")
    key = _key(lab)
    hosts = [_furnished(place, lab, key) for place in PLACES]
    took["furnished"] = time.monotonic() - began
    began = time.monotonic()
    running = [started(host) for host in hosts]
    for host in hosts:
        _up(host)
    took["up"] = time.monotonic() - began
    config = _config(lab, hosts)
    before = {host.name: state(host) for host in hosts}
    tracers = [_traced(host, lab) for host in hosts] if trace else []
    began = time.monotonic()
    said = _scanned(lab, config)
    took["scan"] = time.monotonic() - began
    for tracer in tracers:
        tracer.terminate()
        tracer.wait(10)
    differ = {host.name: changed(before[host.name], state(host)) for host in hosts}
    result = {"took": took, "said": said, "changed": differ, "lacking": _lacking(hosts) if trace else {}}
    result["holding"] = _conditions(hosts) if trace else {}
    (lab / "result.json").write_text(json.dumps(result, indent=1))
    for each in running:
        each.kill()


def _key(lab: Path) -> str:
    run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "scanner", "-f", str(lab / "key"))
    return (lab / "key.pub").read_text()


def _furnished(place: object, lab: Path, key: str) -> Host:
    from tests.lab.table import Place

    assert isinstance(place, Place)
    host = laid_out(place.name, place.number, place.systemd, shared_root(), lab)
    seeds.account(host, key, place.root)
    seeds.sound(host)
    for fault in place.faults:
        fault(host)
    return host


def _up(host: Host) -> None:
    """Wait until the host listens for SSH, and until systemd has started everything."""
    end = time.monotonic() + 40
    while time.monotonic() < end:
        try:
            table = Path(f"/proc/{host.first_process()}/net/tcp").read_text()
        except (RuntimeError, OSError):
            table = ""
        if ":0016 00000000:0000 0A" in table and (not host.systemd or _settled(host)):
            return
        time.sleep(0.1)
    log = (host.place / "boot.log").read_text(errors="replace")
    raise RuntimeError(f"{host.name} did not come up: {log[-2000:]}")


def inside(host: Host, *command: str) -> subprocess.CompletedProcess[str]:
    """Run a program on a host that is up."""
    enter = ["nsenter", f"--target={host.first_process()}", "--mount", "--uts", "--ipc", "--net", "--pid", "--root"]
    return subprocess.run([*enter, "--wd=/", *command], capture_output=True, text=True, timeout=30, check=False)


def _settled(host: Host) -> bool:
    return inside(host, "systemctl", "is-system-running").stdout.strip() in ("running", "degraded")


def _config(lab: Path, hosts: list[Host]) -> Path:
    until = (datetime.now(UTC) + timedelta(days=30)).date()
    known = [f"{host.address} {(host.root / 'etc/ssh/ssh_host_ed25519_key.pub').read_text()}" for host in hosts]
    (lab / "known_hosts").write_text("".join(known))
    text = f"""client = "kantoor"
name = "Kantoor"
known_hosts = ["known_hosts"]
[[consent]]
by = "the owner of these namespaces"
scope = ["{NETWORK}"]
until = {until}
[logins.linux]
user = "{seeds.USER}"
key = "{lab / "key"}"
become = "sudo"
[logins.root]
user = "root"
key = "{lab / "key"}"
[report]
language = "en"
"""
    text += "".join(f'[[hosts]]\nname = "{h.name}"\naddress = "{h.address}"\nlogin = "{_login(h)}"\n' for h in hosts)
    config = lab / "config.toml"
    config.write_text(text)
    config.chmod(0o600)
    return config


def _login(host: Host) -> str:
    (place,) = (place for place in PLACES if place.name == host.name)
    return "root" if place.root == "login" else "linux"


def _scanned(lab: Path, config: Path) -> dict[str, object]:
    """The program as a user starts it, in a namespace that has only the office's network."""
    program = str(Path(sys.executable).with_name("nis2scan"))
    command = ["nsenter", f"--net={NETNS / 'scanner'}", program, "scan"]
    command += ["--config", str(config), "--output", str(lab / "out")]
    clean = {"PATH": os.environ["PATH"], "HOME": str(lab), "XDG_CONFIG_HOME": str(lab), "LC_ALL": "C.UTF-8"}
    done = subprocess.run(command, capture_output=True, text=True, env=clean, timeout=240, check=False)
    return {"code": done.returncode, "out": done.stdout[-8000:], "err": done.stderr[-8000:]}


def _traced(host: Host, lab: Path) -> subprocess.Popen[bytes]:
    """Watch the SSH server of a host: every program that is executed below it."""
    table = {int(p.name): _status(p) for p in Path("/proc").glob("[0-9]*")}
    first = host.first_process()
    below, server = {first}, 0
    for number, (name, parent) in sorted(table.items()):
        if parent in below:
            below.add(number)
            server = number if name == "sshd" else server
    command = ["strace", "-f", "-q", "-e", "trace=execve", "-e", "signal=none", "-s", "200"]
    tracer = subprocess.Popen(
        [*command, "-o", str(lab / f"trace.{host.name}"), "-p", str(server)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    end = time.monotonic() + 10
    while "TracerPid:\t0" in Path(f"/proc/{server}/status").read_text() and time.monotonic() < end:
        time.sleep(0.02)
    return tracer


def _status(entry: Path) -> tuple[str, int]:
    try:
        rows = dict(line.split(":", 1) for line in (entry / "status").read_text().splitlines() if ":" in line)
    except OSError:
        return "", 0
    return rows["Name"].strip(), int(rows["PPid"])


# When a declared program runs that a host has: a test in sh, true where its question (or the frame) would start it.
CONDITIONS = {
    "dd": "! command -v gzip >/dev/null",
    "ps": "! [ -r /proc/self/stat ]",
    "dmsetup": "ls -d /sys/class/block/dm-* 2>/dev/null",
    "printf": '[ "$(command -v printf)" != printf ]',  # a program only where it is not built into sh
    "sha256sum": "grep -rqsE '(sftp|rest|s3|ssh):' /etc/cron.d /etc/crontab",  # for the host of a repository elsewhere
}


def _conditions(hosts: list[Host]) -> dict[str, list[str]]:
    """The programs whose condition holds, by host."""
    return {
        host.name: [name for name, test in CONDITIONS.items() if inside(host, "sh", "-c", test).returncode == 0]
        for host in hosts
    }


def _lacking(hosts: list[Host]) -> dict[str, list[str]]:
    """The declared programs that a host does not have."""
    from nis2scan.testing import rules
    from nis2scan.transport.posix_script import RUNS

    names = sorted({*RUNS, *(name for question in rules().questions for name in question.runs)})
    script = 'PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin; for p; do command -v "$p" >/dev/null || echo "$p"; done'
    return {host.name: inside(host, "sh", "-c", script, "sh", *names).stdout.split() for host in hosts}


if __name__ == "__main__":
    main(Path(sys.argv[1]), "trace" in sys.argv[2:])
