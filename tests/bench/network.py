"""P4 and P5: what a network shows, by our own view of it and by nmap: with the versions of its services, and behind
firewalls that drop everything.

`python -m tests.bench.network BEGIN CONFIG` is one run of ours, in a process of its own, from the place of the scanner.
"""

from __future__ import annotations

import hashlib
import json
import sys
import time
import xml.etree.ElementTree as ET
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from nis2scan.cli.networks import networks_of, pacing_of
from nis2scan.config import read
from nis2scan.model import Answer, Recording
from nis2scan.rules import load
from nis2scan.scan import gather
from nis2scan.transport.talk import parsed
from tests.bench.hosts import Office, from_scanner
from tests.bench.measure import Measured, Run, Work, measured, pairs
from tests.lab.host import Host
from tests.lab.run import run

RANGE = "10.77.0.0/24"
NETWORK = f'[[networks]]\nname = "office"\nrange = "{RANGE}"\n'
INTENSITY = ("--version-intensity", "5")  # as ours asks: with 7, the default, nmap names a few services more
LIFTED = "[limits]\nconnects_per_second = 20000\nconnects_per_host = 20000\n"

Door = tuple[str, int, str]
"""Address, port, and what nmap says of the service behind it."""

DROPPING = """table inet office {
 chain input { type filter hook input priority 0; policy drop; iif lo accept; ct state established accept; OPEN }
}
"""
_SERVES = (
    "/usr/sbin/nginx",
    "/usr/bin/redis-server --bind 0.0.0.0 --protected-mode no --daemonize yes --dir /tmp",
    "/usr/sbin/vsftpd /etc/vsftpd.conf",
    "/usr/sbin/mosquitto -d -c /etc/mosquitto/office.conf",
)


def serving(host: Host, number: int) -> None:
    """One more server on four of five hosts; all have SSH."""
    host.write("etc/vsftpd.conf", "listen=YES\nlisten_ipv6=NO\nanonymous_enable=NO\nbackground=YES\n")
    host.write("etc/mosquitto/office.conf", "listener 1883 0.0.0.0\nallow_anonymous true\n")
    command = _SERVES[number % 5] if number % 5 < len(_SERVES) else ":"
    host.write("etc/rc.local", f"#!/bin/sh\nmkdir -p /run/vsftpd/empty\n{command} >/dev/null 2>&1\n", 0o755)


def firewalled(hosts: Iterable[Host], also: str = "") -> None:
    """Nothing comes in any more; `also` is a rule for what does. A file with a mistake would leave everything open."""
    for host in hosts:
        run("ip", "netns", "exec", host.name, "nft", "-f", "-", stdin=DROPPING.replace("OPEN", also))
        said = run("ip", "netns", "exec", host.name, "nft", "list", "ruleset")
        if "policy drop" not in said:
            raise RuntimeError(f"{host.name} has no firewall: {said}")


def versions(office: Office) -> list[Measured]:
    """P4: every host alive, our rates lifted, and the services behind open ports named."""
    config = _config(office, LIFTED)
    found = pairs(lambda: _ours(config, True), lambda: _nmap(office, True, "-sV", *INTENSITY))
    return [measured("P4", 0.6, found, lambda run: run.seconds)]


def silence(office: Office) -> list[Measured]:
    """P5: firewalls that drop everything, on one of sixteen hosts all but SSH; our default rates."""
    firewalled(host for number, host in enumerate(office.hosts) if number % 16)
    firewalled((host for number, host in enumerate(office.hosts) if number % 16 == 0), "tcp dport 22 accept;")
    config = _config(office, "")
    found = pairs(lambda: _ours(config, False), lambda: _nmap(office, False))
    return [measured("P5", 0.35, found, lambda run: run.seconds)]


def _config(office: Office, limits: str) -> Path:
    """The settings of the office without its logins, and with its network."""
    consent = office.config.read_text().split("[logins.root]")[0]
    file = office.folder / "network.toml"
    file.write_text(consent + NETWORK + limits)
    file.chmod(0o600)
    return file


def _work(hosts: Iterable[str], doors: Iterable[Door], named: bool) -> Work:
    rows = sorted(door if named else (*door[:2], "") for door in doors)
    seen = sorted(hosts)
    digest = hashlib.sha256(repr((seen, rows)).encode()).hexdigest()[:12]
    services = f"/{sum(1 for row in rows if row[2])} services" if named else ""
    return Work(f"{len(seen)}h/{len(ports())} ports/{len(rows)} open{services}", digest if rows else "")


@cache
def ports() -> list[int]:
    """Every port that any check asks about."""
    talks = [parsed(question.text) for question in load().questions if question.kind == "probe"]
    return sorted({port for talk in talks if talk.word != "udp" for port in talk.ports})


def _fresh() -> None:
    """Nobody's neighbour is known yet, as for a scanner that was just plugged in; for both sides."""
    from_scanner("ip", "neigh", "flush", "all")


def _ours(config: Path, named: bool) -> Run:
    _fresh()
    row = json.loads(
        from_scanner(sys.executable, "-m", "tests.bench.network", str(time.monotonic()), str(config)).splitlines()[-1]
    )
    doors = [(address, port, service) for address, port, service in row["doors"]]
    return Run(row["seconds"], row["cpu"], _work(row["hosts"], doors, named))


def _nmap(office: Office, named: bool, *more: str) -> Run:
    out = office.folder / "nmap.xml"
    wanted = ",".join(map(str, ports()))
    _fresh()
    begin = time.monotonic()
    from_scanner("nmap", "-T4", "-n", *more, "-p", wanted, "-oX", str(out), RANGE)
    took = time.monotonic() - begin
    up = [host for host in ET.parse(out).getroot().iter("host") if host.find("status[@state='up']") is not None]
    doors = [door for host in up for door in _doors_in(host)]
    return Run(took, 0, _work(map(_address, up), doors, named))


def _address(host: ET.Element) -> str:
    found = host.find("address[@addrtype='ipv4']")
    return found.get("addr", "") if found is not None else ""


def _doors_in(host: ET.Element) -> Iterable[Door]:
    for port in host.iter("port"):
        if port.find("state[@state='open']") is None:
            continue
        service = port.find("service")
        said = [service.get(name) or "" for name in ("name", "product", "version")] if service is not None else []
        yield _address(host), int(port.get("portid", 0)), " ".join(said).strip()


def _said(recording: Recording, word: str) -> Answer:
    (answer,) = (item for item in recording.answers.values() if item.question.text.split(None, 1)[0] == word)
    return answer


def _doors_of(recording: Recording) -> Iterable[Door]:
    """What no answer came to is missing in the digest: then the work differs."""
    doors, named = (
        json.loads(answer.out)[part] if (answer := _said(recording, word)).out else {}
        for word, part in (("ports", "doors"), ("nmap", "ports"))
    )
    for port in (port for port, state in doors.items() if state == "open"):
        row = named.get(port, {})
        yield recording.host, int(port), " ".join(row.get(name, "") for name in ("name", "product", "version")).strip()


def main() -> None:
    """One run of ours: settings to networks, and everything put that any check asks of a network."""
    begin, settings = float(sys.argv[1]), read(Path(sys.argv[2]))
    answered = list(gather((), networks_of(settings), load().questions, pacing_of(settings), lambda event: None))
    seconds = time.monotonic() - begin
    recordings = [recording for _, recording in answered]
    doors = [door for recording in recordings for door in _doors_of(recording)]
    hosts = [recording.host for recording in recordings]
    print(json.dumps({"seconds": seconds, "cpu": time.process_time(), "hosts": hosts, "doors": doors}))


if __name__ == "__main__":
    main()
