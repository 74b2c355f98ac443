"""The lab from the inside: lay out, furnish, switch on, scan, compare. Runs as process 1 of namespaces of its own.

`python -m tests.lab.office FOLDER [trace]`; what came of it stands in FOLDER/result.json.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.lab import seeds, settings
from tests.lab.cable import NETWORKS, SERVERS, bridges, plugged_in
from tests.lab.changes import changed, state
from tests.lab.devices import connected, listens, received
from tests.lab.host import Host, laid_out, shows_own_cards, started
from tests.lab.places import PLACES, WATCHED, Place
from tests.lab.root import services, shared_root
from tests.lab.run import run
from tests.lab.seeds_logins import LOCKED_AT, failed_logons
from tests.lab.strangers import FAKES, STRANGERS, Stranger
from tests.lab.watching import conditions, lacking, traced


def main(lab: Path, trace: bool) -> None:
    """One scan of the whole office."""
    took: dict[str, float] = {}
    began = time.monotonic()
    run("mount", "-t", "tmpfs", "-o", "mode=755", "tmpfs", "/run")
    bridges()
    plugged_in("scanner", *((network, 2) for network in NETWORKS))
    key = settings.key(lab)
    places = [place for place in PLACES if not trace or place.name in WATCHED]
    strange = [each for each in STRANGERS if not trace or each.card[0] is SERVERS]  # the others run nothing of ours
    fakes = FAKES if not trace else ()
    with ThreadPoolExecutor(4) as pool:
        strangers = list(pool.map(lambda stranger: _moved_in(stranger, lab), strange))
        hosts = list(pool.map(lambda place: _furnished(place, lab, key), places))
    devices = [connected(fake, lab) for fake in fakes]
    took["furnished"] = time.monotonic() - began
    began = time.monotonic()
    running = [started(host) for host in (*strangers, *hosts)]
    for host in hosts:
        _up(host, ("tcp 22",))
    for host, stranger in zip(strangers, strange, strict=True):
        _up(host, stranger.listens)
    took["up"] = time.monotonic() - began
    for fake, device in zip(fakes, devices, strict=True):
        listens(fake, device.pid, lab)
    config = settings.config(lab, list(zip(places, hosts, strict=True)), () if trace else NETWORKS)
    before = {host.name: state(host) for host in (*strangers, *hosts)}
    tracers = [traced(host, lab) for host in hosts] if trace else []
    began = time.monotonic()
    said = settings.scanned(lab, config)
    took["scan"] = time.monotonic() - began
    for tracer in tracers:
        tracer.terminate()
        tracer.wait(10)
    differ = {host.name: changed(before[host.name], state(host)) for host in (*strangers, *hosts)}
    result = {"took": took, "said": said, "changed": differ, "lacking": lacking(hosts) if trace else {}}
    result["holding"] = conditions(hosts) if trace else {}
    result["received"] = {kind: received(kind, fakes, lab) for kind in ("printer", "plc", "rogue")}
    counts = [failed_logons(h, seeds.USER) for p, h in zip(places, hosts, strict=True) if p.root == "wrong"]
    result["failed logons"], result["locked"] = counts, sum(1 for count in counts if count >= LOCKED_AT)
    (lab / "result.json").write_text(json.dumps(result, indent=1))
    for each in (*running, *devices):
        each.kill()


def _furnished(place: Place, lab: Path, key: str) -> Host:
    layers = (services(), shared_root()) if place.serves else (shared_root(),)
    host = laid_out(place.name, place.cards, place.systemd, layers, lab)
    seeds.account(host, key, place.root)
    seeds.sound(host)
    for fault in place.faults:
        fault(host)
    return host


def _moved_in(stranger: Stranger, lab: Path) -> Host:
    host = laid_out(stranger.name, (stranger.card,), False, (services(), shared_root()), lab, stranger.mac)
    stranger.furnish(host)
    return host


def _up(host: Host, listens: Iterable[str], seconds: float = 40) -> None:
    """Wait until the host listens, and until systemd has started everything."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if set(listens) <= _listening(host) and (not host.systemd or _settled(host)):
            if host.systemd:
                shows_own_cards(host)
            return
        time.sleep(0.05)
    log = (host.place / "boot.log").read_text(errors="replace")
    raise RuntimeError(f"{host.name} does not listen on {set(listens) - _listening(host)}: {log[-2000:]}")


def _listening(host: Host) -> set[str]:
    """What a host listens on, as `tcp 22`."""
    found = set()
    for kind, state_of in (("tcp", "0A"), ("tcp6", "0A"), ("udp", "07"), ("udp6", "07")):
        try:
            table = Path(f"/proc/{host.first_process()}/net/{kind}").read_text().splitlines()[1:]
        except (RuntimeError, OSError):
            continue
        rows = [line.split() for line in table]
        found |= {f"{kind[:3]} {int(row[1].rsplit(':', 1)[1], 16)}" for row in rows if row[3] == state_of}
    return found


def _settled(host: Host) -> bool:
    return host.inside("systemctl", "is-system-running").stdout.strip() in ("running", "degraded")


if __name__ == "__main__":
    main(Path(sys.argv[1]), "trace" in sys.argv[2:])
