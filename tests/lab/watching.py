"""What the kernel of a host says that was executed, and what could not be executed there."""

from __future__ import annotations

import subprocess
import time
from pathlib import Path

from tests.lab.host import Host


def traced(host: Host, lab: Path) -> subprocess.Popen[bytes]:
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


NFT, OLD = "command -v nft >/dev/null", "grep -qs . /proc/net/ip{}_tables_names"

# When a declared program runs that a host has: a test in sh, true where its question (or the frame) would start it.
CONDITIONS = {
    "dd": "! command -v gzip >/dev/null",
    "ps": "! [ -r /proc/self/stat ]",
    "dmsetup": "ls -d /sys/class/block/dm-* 2>/dev/null",
    "iptables-save": f"! {NFT} || {OLD.format('')}",
    "ip6tables-save": f"! {NFT} || {OLD.format('6')}",
    "iptables-legacy-save": OLD.format(""),  # rules of the older iptables, in a kernel that still has them
    "ip6tables-legacy-save": OLD.format("6"),
    "ip6tables-nft-save": "nft list table ip6 filter >/dev/null 2>&1",
    "readlink": "grep -qs '^[^#]' /etc/crypttab",
    "printf": '[ "$(command -v printf)" != printf ]',  # a program only where it is not built into sh
    "sha256sum": "grep -rqsE '(sftp|rest|s3|ssh):' /etc/cron.d /etc/crontab",  # for the host of a repository elsewhere
}


def conditions(hosts: list[Host]) -> dict[str, list[str]]:
    """The programs whose condition holds, by host."""
    return {
        host.name: [name for name, test in CONDITIONS.items() if host.inside("sh", "-c", test).returncode == 0]
        for host in hosts
    }


def lacking(hosts: list[Host]) -> dict[str, list[str]]:
    """The declared programs that a host does not have."""
    from nis2scan.testing import rules
    from nis2scan.transport.posix_script import RUNS

    names = sorted({*RUNS, *(name for question in rules().questions for name in question.runs)})
    script = 'PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin; for p; do command -v "$p" >/dev/null || echo "$p"; done'
    return {host.name: host.inside("sh", "-c", script, "sh", *names).stdout.split() for host in hosts}
