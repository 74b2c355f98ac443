"""Hosts, networks and mistakes that try to hide something, to hang the scan, or to go on after it was stopped."""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from ipaddress import IPv4Network
from pathlib import Path

import psutil
import pytest

from nis2scan.api import Outcome
from nis2scan.assets import subjects
from nis2scan.discover import Network
from nis2scan.errors import Reason
from nis2scan.facts.network.doors import NEIGHBOUR, PORTS
from nis2scan.facts.network.nfs import Nfs
from nis2scan.facts.network.services import NMAP
from nis2scan.model import Question, Recording
from nis2scan.questions import probe
from nis2scan.recording import from_bytes
from nis2scan.scan import Answered, Event, Pacing, Target, gather, joined
from nis2scan.store import Store
from nis2scan.testing import NOON, answered, fact, only, rules
from nis2scan.transport.probes import Spot
from tests.network.cable import PROJECT, why_not
from tests.network.conftest import looked
from tests.network.seen import seen

FAST = Pacing(host_seconds=60, per_second=20000, per_host=20000)
DOORS = probe("ports 6379")


def looked_for(networks: Sequence[Network], questions: Sequence[Question], tell: object = None) -> list[Answered]:
    return list(gather((), networks, questions, FAST, tell or (lambda event: None)))  # type: ignore[arg-type]


def network(text: str) -> Network:
    return Network(text.replace("/", "-"), IPv4Network(text))


def test_a_mistake_with_one_host_costs_that_host_and_is_told() -> None:
    strange = probe("tcp 80\nsned PING")  # no transport can put this
    rows = looked_for([network("127.0.8.0/29")], [strange])
    assert {(target.name, recording.failed) for target, recording in rows} == {
        (f"127.0.8.{number}", Reason.BUG) for number in range(1, 7)
    }


def test_a_network_that_was_not_looked_at_to_its_end_has_a_row_and_the_others_are_looked_at() -> None:
    def tell(event: Event) -> None:
        if event.what == "looking" and event.host == "127.0.8.0-30":
            raise BrokenPipeError("nobody reads this")

    rows = looked_for([network("127.0.8.0/30"), network("127.0.8.16/30")], [DOORS], tell)
    lost = {target.name: recording for target, recording in rows if recording.failed is Reason.BUG}
    assert list(lost) == ["127.0.8.0-30 127.0.8.0/30"]
    assert "BrokenPipeError" in lost["127.0.8.0-30 127.0.8.0/30"].failure
    assert {target.name for target, _ in rows} >= {"127.0.8.17", "127.0.8.18"}


def test_a_device_in_two_ranges_is_looked_at_once() -> None:
    rows = looked_for([network("127.0.8.0/29"), network("127.0.8.4/30")], [DOORS])
    assert sorted(target.name for target, _ in rows) == [f"127.0.8.{number}" for number in range(1, 7)]


@pytest.mark.skipif(shutil.which("nmap") is None, reason="nmap is not installed")
def test_after_ctrl_c_nothing_goes_on_not_even_nmap() -> None:
    hanging = socket.create_server(("127.0.8.33", 9000))
    over = threading.Event()

    def accept() -> None:
        hanging.settimeout(0.2)
        kept: list[socket.socket] = []
        while not over.is_set():
            with suppress(TimeoutError):
                kept.append(hanging.accept()[0])
        for each in (*kept, hanging):
            each.close()

    accepting = threading.Thread(target=accept)
    accepting.start()
    running: list[psutil.Process] = []
    answers = gather((), [network("127.0.8.32/30")], [PORTS, NMAP], FAST, lambda event: None)
    try:
        next(answers)  # 127.0.8.34 has no port open, so no nmap
        end = time.monotonic() + 10
        while not running and time.monotonic() < end:
            running = [each for each in psutil.Process().children() if each.name() == "nmap"]
            time.sleep(0.05)
        assert running
        answers.close()  # what Ctrl-C comes to
        assert not [each for each in running if each.is_running() and each.status() != psutil.STATUS_ZOMBIE]
        assert not [each for each in threading.enumerate() if "_finished" in each.name]
    finally:
        answers.close()
        over.set()
        accepting.join()


def test_a_portmapper_that_never_ends_its_answer_does_not_keep_the_others_waiting() -> None:
    """Fragments of no length: always something to read, so nobody else would ever get a turn."""
    listening = socket.create_server(("127.0.8.41", 111))
    over = threading.Event()

    def flood() -> None:
        connection, _ = listening.accept()  # the look at the doors
        connection.close()
        connection, _ = listening.accept()
        with suppress(OSError), connection:
            while not over.is_set():
                connection.sendall(bytes(1 << 20))

    flooding = threading.Thread(target=flood)
    flooding.start()
    began = time.monotonic()
    stop = threading.Timer(20, over.set)
    stop.start()
    try:
        recording = looked("127.0.8.41", words=("nfs",))
    finally:
        stop.cancel()
        over.set()
        flooding.join()
        listening.close()
    assert fact(Nfs, recording).mount == "unknown"
    assert time.monotonic() - began < 15


def device(address: str, mac: str, *, randomised: bool = False) -> Recording:
    host = seen(address)
    near = {"address": address, "network": "office", "on_link": True, "gateway": "", "mac": mac, "maker": ""}
    answer = answered(NEIGHBOUR, json.dumps({**near, "randomised": randomised}))
    return replace(host, answers={**host.answers, NEIGHBOUR.id: answer})


def ids(store: Store, *recordings: Recording) -> list[str]:
    return [subject.asset for subject in subjects(store, recordings, rules(), NOON)]


def test_a_device_that_gets_the_address_of_another_is_another(tmp_path: Path) -> None:
    with Store(tmp_path / "store") as store:
        (first,) = ids(store, device("192.0.2.5", "3c:a6:2f:11:22:33"))
        (other,) = ids(store, device("192.0.2.5", "3c:a6:2f:44:55:66"))
        (chosen,) = ids(store, device("192.0.2.5", "3e:a6:2f:77:88:99", randomised=True))
        moved = ids(store, device("192.0.2.6", "3c:a6:2f:11:22:33"))
        assert len({first, other, chosen}) == 3
        assert moved == [first]


def test_two_machines_that_live_now_are_never_one(tmp_path: Path) -> None:
    """One has the address of old, the other its docking station: neither may take the row of the one that moved."""
    with Store(tmp_path / "store") as store:
        (first,) = ids(store, device("192.0.2.5", "3c:a6:2f:11:22:33"))
        both = device("192.0.2.5", ""), device("192.0.2.6", "3c:a6:2f:11:22:33")
        now = ids(store, *both)
        assert now[1] == first
        assert now[0] != first
        assert ids(store, *both) == now


def test_a_device_known_by_address_only_keeps_its_row(tmp_path: Path) -> None:
    with Store(tmp_path / "store") as store:
        (first,) = ids(store, device("192.0.2.5", "3e:a6:2f:77:88:99", randomised=True))
        assert ids(store, device("192.0.2.5", "3e:a6:2f:77:88:99", randomised=True)) == [first]
        assert ids(store, device("192.0.2.5", "")) == [first]


@pytest.mark.skipif(bool(why_not()), reason=why_not() or "it can be made")
def test_what_this_machine_itself_could_not_send_is_no_silence_of_the_router() -> None:
    """As with a firewall on the scanner, or a network that went away: no packet ever left."""
    place = {"address": "192.168.77.1", "gateway": "192.168.77.1", "words": ["udp", "igd", "neighbour", "ports"]}
    command = ["unshare", "--net", sys.executable, "-m", "tests.network.inside", json.dumps(place)]
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, check=True, timeout=60)
    host = from_bytes(done.stdout)
    assert only("exposure/router-opens-ports", host).outcome is Outcome.NOT_ASSESSED
    assert only("access/snmp-public", host).outcome is Outcome.NOT_ASSESSED


def test_devices_of_a_far_network_do_not_speak_for_its_router() -> None:
    """The router may hide from here and have no row; that all the others are no router is no evidence."""
    near, far = (place(on_link=on_link) for on_link in (True, False))
    for check in ("exposure/router-opens-ports", "exposure/port-forwards"):
        assert only(check, near).outcome is Outcome.NOT_APPLICABLE
        assert only(check, far).outcome is Outcome.NOT_ASSESSED


def place(*, on_link: bool) -> Recording:
    host = looked(Spot("127.0.8.81", "office", on_link=on_link, gateway="127.0.8.254"), words=("igd", "udp", "ports"))
    near = {"address": "127.0.8.81", "network": "office", "on_link": on_link, "gateway": "127.0.8.254"}
    answer = answered(NEIGHBOUR, json.dumps({**near, "mac": "", "maker": "", "randomised": False}))
    return replace(host, answers={**host.answers, NEIGHBOUR.id: answer})


def test_a_stranger_at_the_address_of_a_host_is_a_row_of_its_own() -> None:
    """It shows another host key: what the network shows there says nothing of the host that is named."""
    login = Recording("srv", "", NOON, "ssh", {}, Reason.HOST_KEY)
    found = (Target("192.0.2.5", "192.0.2.5", None, found=True), seen("192.0.2.5", [6379]))
    rows = joined([(Target("srv", "192.0.2.5", None), login), found])
    assert rows == [(Target("srv", "192.0.2.5", None), login), found]
