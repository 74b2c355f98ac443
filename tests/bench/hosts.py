"""Many hosts at once: an overlay, namespaces and an sshd each, on one bridge that leads nowhere.

Runs inside namespaces of the lab's own (lab.py). The scanner has a namespace too; the machine's own gets no interface.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.lab.host import INIT, NETNS, Host, started
from tests.lab.run import run

NETWORK = "10.77.0.0/23"
SCANNER = "10.77.1.1"
PROJECT = Path(__file__).resolve().parents[2]

# From the scanner's place: wait until every address on standard input accepts connections to port 22.
_WAIT = """
import socket, sys, time
end = time.monotonic() + 60
for address in sys.stdin.read().split():
    while True:
        try:
            socket.create_connection((address, 22), timeout=2).close()
            break
        except OSError:
            if time.monotonic() > end:
                sys.exit(f"{address} did not come up")
            time.sleep(0.05)
"""

Furnish = Callable[[Host, int], None]


@dataclass(frozen=True)
class Office:
    """Hosts that are up, and what is needed to log in to them."""

    folder: Path
    hosts: tuple[Host, ...]

    @property
    def key(self) -> Path:
        return self.folder / "key"

    @property
    def known(self) -> Path:
        return self.folder / "known_hosts"

    @property
    def config(self) -> Path:
        return self.folder / "config.toml"

    @property
    def addresses(self) -> list[str]:
        return [host.address for host in self.hosts]


def scanner() -> None:
    """The network: a bridge without an address, and the place from which everything is looked at."""
    run("ip", "link", "set", "lo", "up")
    run("ip", "link", "add", "office", "type", "bridge")
    run("ip", "link", "set", "office", "up")
    run("ip", "netns", "add", "scanner")
    run("ip", "link", "add", "p0", "type", "veth", "peer", "name", "eth0", "netns", "scanner")
    run("ip", "link", "set", "p0", "master", "office", "up")
    for words in ("link set lo up", f"address add {SCANNER}/23 dev eth0", "link set eth0 up"):
        run("ip", "-n", "scanner", *words.split())


def from_scanner(*command: str, stdin: str = "", seconds: int = 300) -> str:
    """Run a program from the scanner's place; an error with everything it said when it fails."""
    return run("nsenter", f"--net={NETNS / 'scanner'}", *command, stdin=stdin, seconds=seconds)


def opened(lab: Path, name: str, count: int, shared: Path, furnish: Furnish | None = None) -> Office:
    """Lay out and switch on `count` hosts, 10.77.0.1 and following."""
    folder = lab / lab.name  # the control groups of its hosts are called after it: they are found again afterwards
    folder.mkdir()
    office = Office(
        folder, tuple(Host(f"{name}{n}", f"10.77.0.{n}", False, folder / f"{n}") for n in range(1, count + 1))
    )
    run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "scanner", "-f", str(office.key))
    public = office.key.with_suffix(".pub").read_text()
    _plugged_in(office)

    def up(host: Host) -> subprocess.Popen[bytes]:
        _laid_out(host, shared, public)
        if furnish is not None:
            furnish(host, int(host.address.rsplit(".", 1)[1]))
        return started(host)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(up, office.hosts))
    from_scanner(sys.executable, "-c", _WAIT, stdin="\n".join(office.addresses))
    _written(office)
    return office


def _plugged_in(office: Office) -> None:
    """A network namespace for each host, with one cable to the bridge and no way further."""
    lines = []
    for host in office.hosts:
        port = f"p{host.address.rsplit('.', 1)[1]}"
        lines += [f"netns add {host.name}", f"link add {port} type veth peer name eth0 netns {host.name}"]
        lines += [f"link set {port} master office up"]
    run("ip", "-batch", "-", stdin="\n".join(lines))
    for host in office.hosts:
        inner = f"link set lo up\naddress add {host.address}/23 dev eth0\nlink set eth0 up\n"
        run("ip", "-n", host.name, "-batch", "-", stdin=inner)


def _laid_out(host: Host, shared: Path, public: str) -> None:
    for part in ("upper", "work", "root"):
        (host.place / part).mkdir(parents=True)
    options = f"lowerdir={shared},upperdir={host.upper},workdir={host.place / 'work'}"
    run("mount", "-t", "overlay", "overlay", "-o", options, str(host.root))
    host.write("etc/hostname", f"{host.name}\n")
    host.write("etc/hosts", f"127.0.0.1 localhost\n{host.address} {host.name}\n")
    host.write("etc/machine-id", f"{int(host.address.rsplit('.', 1)[1]):032x}\n", 0o444)
    host.write("root/.ssh/authorized_keys", public, 0o600)
    (host.root / "root/.ssh").chmod(0o700)
    host.write("sbin/init", INIT, 0o755)
    run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(host.root / "etc/ssh/ssh_host_ed25519_key"))


def _written(office: Office) -> None:
    """The files of the scanner: host keys that are believed, and the settings as an owner would write them."""
    keys = [(host, (host.root / "etc/ssh/ssh_host_ed25519_key.pub").read_text()) for host in office.hosts]
    office.known.write_text("".join(f"{host.address} {key}" for host, key in keys))
    until = (datetime.now(UTC) + timedelta(days=30)).date()
    text = f"""client = "bench"
known_hosts = ["{office.known}"]
[[consent]]
by = "the owner of these namespaces"
scope = ["{NETWORK}"]
until = {until}
[logins.root]
user = "root"
key = "{office.key}"
"""
    text += "".join(f'[[hosts]]\nname = "{h.name}"\naddress = "{h.address}"\nlogin = "root"\n' for h in office.hosts)
    office.config.write_text(text)
    office.config.chmod(0o600)
