"""The settings of the office as its admin would write them, and the program as he starts it."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.lab.cable import NETWORKS, Network
from tests.lab.host import NETNS, Host
from tests.lab.places import REPLACED, Place
from tests.lab.seeds import USER
from tests.lab.strangers import FAKES

ANSWERS = """[answers.copy_out_of_reach]
answer = "yes"
owner = "Ingrid"
date = {today}
evidence = "object lock at the provider"
"""


def config(lab: Path, hosts: list[tuple[Place, Host]], seen: tuple[Network, ...] = NETWORKS) -> Path:
    """Only keys that config.example.toml explains. seen: the networks in which devices are looked for."""
    until = (datetime.now(UTC) + timedelta(days=30)).date()
    known = [f"{host.address} {_server_key(host)}" for _, host in hosts]
    (replaced,) = (fake.card[0].at(fake.card[1]) for fake in FAKES if fake.name == REPLACED)
    known.append(f"{replaced} {_server_key(hosts[0][1])}")
    (lab / "known_hosts").write_text("".join(known))
    (lab / "password").write_text("not this one\n")
    (lab / "password").chmod(0o600)
    scope = ", ".join(f'"{network.range}"' for network in NETWORKS)
    text = f"""client = "kantoor"
name = "Kantoor"
known_hosts = ["known_hosts"]
[[consent]]
by = "the owner of these namespaces"
scope = [{scope}]
until = {until}
[logins.linux]
user = "{USER}"
key = "{lab / "key"}"
become = "sudo"
[logins.helper]
user = "{USER}"
key = "{lab / "key"}"
become = "helper"
[logins.wrong]
user = "{USER}"
password = "file:{lab / "password"}"
[logins.root]
user = "root"
key = "{lab / "key"}"
[report]
language = "en"
[limits]
host_seconds = 40
connects_per_host = 60
[policy]
approved_port_forwards = ["tcp 5443 -> 192.168.78.13:443"]
"""
    text += "".join(
        f'[[networks]]\nname = "{network.name}"\nrange = "{network.range}"\nzone = "{network.zone}"\n'
        + (f'gateway = "{network.at(network.router)}"\n' if network.router else "")
        for network in seen
    )
    text += "".join(
        f'[[hosts]]\nname = "{host.name}"\naddress = "{host.address}"\nlogin = "{place.login}"\n'
        for place, host in hosts
    )
    if seen:  # the device that has its place is there
        text += f'[[hosts]]\nname = "{REPLACED}"\naddress = "{replaced}"\nlogin = "linux"\n'
    (lab / "answers.toml").write_text(ANSWERS.format(today=datetime.now(UTC).date()))
    file = lab / "config.toml"
    file.write_text(text)
    file.chmod(0o600)
    return file


def _server_key(host: Host) -> str:
    return (host.root / "etc/ssh/ssh_host_ed25519_key.pub").read_text()


def key(lab: Path) -> str:
    """The scanner's own key; the public half comes back."""
    command = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "scanner", "-f", str(lab / "key")]
    subprocess.run(command, check=True)
    return (lab / "key.pub").read_text()


def scanned(lab: Path, file: Path) -> dict[str, object]:
    """The program as a user starts it, in a namespace that has only the office's networks."""
    program = str(Path(sys.executable).with_name("nis2scan"))
    command = ["nsenter", f"--net={NETNS / 'scanner'}", program, "scan"]
    command += ["--config", str(file), "--output", str(lab / "out")]
    clean = {"PATH": os.environ["PATH"], "HOME": str(lab), "XDG_CONFIG_HOME": str(lab), "LC_ALL": "C.UTF-8"}
    done = subprocess.run(command, capture_output=True, text=True, env=clean, timeout=240, check=False)
    return {"code": done.returncode, "out": done.stdout[-8000:], "err": done.stderr[-8000:]}
