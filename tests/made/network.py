"""One device with the worst that real servers on loopback can show: looked at by the real probes, as root.

A share in which everybody may write (Samba), SNMP that answers to `public` on what manages machines, and a web server
that has been past its end for years. What it says cannot be the same twice, so it is recorded and not compared.
"""

from __future__ import annotations

import contextlib
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from nis2scan.model import Recording
from tests.network.conftest import _left_behind, looked
from tests.network.own import own
from tests.network.test_nmap import http, server

SAMBA = """[global]
interfaces = {address}/8
bind interfaces only = yes
smb ports = 445
disable netbios = yes
lock directory = {folder}
state directory = {folder}
cache directory = {folder}
pid directory = {folder}
private dir = {folder}
ncalrpc dir = {folder}
log file = {folder}/log
server role = standalone server
load printers = no
map to guest = Bad User
[scans]
path = {folder}/scans
guest ok = yes
read only = no
"""
SNMP = "agentAddress udp:{address}:161\nrocommunity public\nsysDescr Proxmox VE\n"


@contextlib.contextmanager
def running(program: str, *options: str) -> Iterator[None]:
    """A daemon that stays in front, in a session of its own that ends as a whole."""
    where = shutil.which(program, path="/usr/sbin:/usr/bin:/sbin:/bin")
    if where is None:
        raise RuntimeError(f"{program} is not installed")
    process = subprocess.Popen(
        [where, *options], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    )
    try:
        yield
    finally:
        process.terminate()
        process.wait(10)
        _left_behind(list(options))


def wait_for(address: str, port: int) -> None:
    end = time.monotonic() + 15
    while time.monotonic() < end:
        with contextlib.suppress(OSError), socket.create_connection((address, port), timeout=1):
            return
        time.sleep(0.1)
    raise RuntimeError(f"nothing listens on {address} port {port}")


def worst() -> Recording:
    address = own(9)
    with tempfile.TemporaryDirectory(prefix="nis2scan-made-") as name, contextlib.ExitStack() as stack:
        folder = Path(name)
        folder.chmod(0o755)
        (folder / "scans").mkdir()
        (folder / "scans").chmod(0o777)
        (folder / "smb.conf").write_text(SAMBA.format(address=address, folder=folder))
        (folder / "snmp.conf").write_text(SNMP.format(address=address))
        stack.enter_context(running("smbd", "-F", "--no-process-group", "-s", str(folder / "smb.conf")))
        stack.enter_context(
            running("snmpd", "-f", "-C", "-c", str(folder / "snmp.conf"), "-p", str(folder / "snmp.pid"), "-Lo")
        )
        stack.enter_context(server(address, 8006, answer=http("pve-api-daemon/3.0")))
        stack.enter_context(server(address, 8080, answer=http("Apache/2.2.15 (Win32) PHP/5.3.1")))
        wait_for(address, 445)
        return replace(looked(address, seconds=60), host="hypervisor-slecht")
