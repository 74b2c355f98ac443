"""EXP-NET-004: real handshakes with `openssl s_server` and with servers that are no such thing, on loopback."""

from __future__ import annotations

import asyncio
import json
import os
import random
import shutil
import socket
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from nis2scan.api import Finding, Outcome, Reason, Severity, Status
from nis2scan.facts.network.tls import TLS
from nis2scan.testing import NOON, answered, findings, only, recording
from nis2scan.transport.guard import Guard
from nis2scan.transport.pace import Pace
from nis2scan.transport.probes import Spot, Way, procedure
from nis2scan.transport.probes.tls import described
from nis2scan.transport.talk import Talk
from tests.clock import within
from tests.network.own import own

CHECK = "exposure/certificates-and-tls"
needs_openssl = pytest.mark.skipif(shutil.which("openssl") is None, reason="only with openssl on this machine")


def seen(port: int, guard: Guard | None = None, address: str = "127.0.0.1") -> dict[str, Any]:
    """What the probe saw of one open port."""
    spot = Spot(address, doors={port: "open"}, guard=guard or Guard())
    put = procedure("tls")
    assert put is not None

    async def ask() -> Any:
        return await put(Way(spot, Pace(per_host=1000), "tls"), Talk("tls", (port,)), TLS.cap)

    return dict(json.loads(json.dumps(asyncio.run(ask()))))


def judged(found: dict[str, Any], now: datetime | None = None) -> Finding:
    """The finding, as if it had been seen on the usual port."""
    (row,) = found["ports"].values()
    host = recording(answered(TLS, json.dumps(found | {"ports": {"443": row}})), platform="", vantage="network")
    return only(CHECK, host, now=now or datetime.now(UTC))


@contextmanager
def openssl(folder: Path, *settings: str, make: tuple[str, ...] = ()) -> Iterator[int]:
    """A real TLS server with a certificate of its own; the port that it listens on."""
    key, shown = folder / "key.pem", folder / "cert.pem"
    subject = ("-nodes", "-subj", "/CN=nas.lan", "-days", "365")
    curve = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-addext", "subjectAltName=DNS:nas.lan")
    subprocess.run(
        ["openssl", "req", "-x509", *subject, *(make or curve), "-keyout", key, "-out", shown],
        check=True,
        capture_output=True,
    )
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    server = subprocess.Popen(
        [
            "openssl",
            "s_server",
            "-accept",
            f"127.0.0.1:{port}",
            "-key",
            key,
            "-cert",
            shown,
            "-quiet",
            "-www",
            *settings,
        ],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        for _ in range(100):
            with socket.socket() as knock:
                if knock.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.05)
        yield port
    finally:
        server.kill()
        server.wait()


def versions(found: dict[str, Any]) -> dict[str, str]:
    (row,) = found["ports"].values()
    return dict(row["versions"])


@needs_openssl
def test_a_modern_server_shows_two_versions_and_its_certificate(tmp_path: Path) -> None:
    with openssl(tmp_path) as port:
        found = seen(port)

    (row,) = found["ports"].values()
    assert versions(found) == {"1.3": "accepted", "1.2": "accepted", "1.1": "refused", "1.0": "refused"}
    assert row["certificate"]["names"] == ["nas.lan"]
    assert row["certificate"]["key"] == ["EC", 256]
    assert row["certificate"]["self_signed"] is True
    shown = judged(found)
    assert (shown.outcome, shown.severity) == (Outcome.WARN, Severity.LOW)
    assert shown.subject == "port 443"


@needs_openssl
@pytest.mark.parametrize(
    ("setting", "accepted"),
    [
        (("-tls1", "-cipher", "ALL:@SECLEVEL=0"), {"1.0"}),
        (("-tls1_1", "-cipher", "ALL:@SECLEVEL=0"), {"1.1"}),
        (("-tls1_2",), {"1.2"}),
        (("-tls1_3",), {"1.3"}),
        (("-cipher", "ALL:@SECLEVEL=0"), {"1.0", "1.1", "1.2", "1.3"}),
    ],
)
def test_what_a_server_accepts_is_what_is_seen(setting: tuple[str, ...], accepted: set[str], tmp_path: Path) -> None:
    with openssl(tmp_path, *setting) as port:
        found = seen(port)

    assert {name for name, state in versions(found).items() if state == "accepted"} == accepted
    assert {name for name, state in versions(found).items() if state == "refused"} == set(versions(found)) - accepted
    shown = judged(found)
    assert shown.outcome is (Outcome.WARN if accepted & {"1.2", "1.3"} else Outcome.FAIL)
    assert ("old versions" in str(shown.found)) is (accepted >= {"1.0", "1.2"})


@needs_openssl
def test_the_certificate_is_judged_by_its_days(tmp_path: Path) -> None:
    with openssl(tmp_path) as port:
        found = seen(port)
    (row,) = found["ports"].values()
    row["certificate"]["self_signed"] = False
    row["certificate"] |= {"from": "2026-01-01T00:00:00+00:00", "until": "2026-12-31T00:00:00+00:00"}

    assert judged(found, now=NOON).outcome is Outcome.PASS
    assert judged(found, now=NOON + timedelta(days=20)).outcome is Outcome.WARN
    assert judged(found, now=NOON + timedelta(days=40)).outcome is Outcome.FAIL
    assert judged(found, now=NOON - timedelta(days=400)).outcome is Outcome.FAIL


@needs_openssl
def test_a_weak_key_is_told(tmp_path: Path) -> None:
    with openssl(tmp_path, "-cipher", "DEFAULT:@SECLEVEL=0", make=("-newkey", "rsa:1024", "-sha1")) as port:
        shown = judged(seen(port))

    assert shown.outcome is Outcome.WARN
    assert "RSA 1024, sha1" in str(shown.found) or "old versions" in str(shown.found)


@needs_openssl
@pytest.mark.parametrize("serial", ["0", "-5"])
def test_a_certificate_against_the_rules_is_read_without_a_word(serial: str, tmp_path: Path) -> None:
    """Cheap devices have such; any warning of the library would fail this test."""
    with openssl(tmp_path, make=("-newkey", "rsa:2048", "-set_serial", serial)) as port:
        found = seen(port)

    (row,) = found["ports"].values()
    assert row["certificate"]["subject"] == "nas.lan"


@needs_openssl
def test_a_bent_certificate_is_read_or_not_and_costs_nothing_else(tmp_path: Path) -> None:
    with openssl(tmp_path):
        pem = (tmp_path / "cert.pem").read_text()
    whole, noise = ssl.PEM_cert_to_DER_cert(pem), random.Random(2026)
    for _ in range(4000):
        bent = bytearray(whole)
        for place in noise.sample(range(len(bent)), 3):
            bent[place] = noise.randrange(256)
        read = described(bytes(bent))
        assert read is None or len(json.dumps(read)) < 20_000


@needs_openssl
def test_a_server_that_wants_a_certificate_of_us_still_shows_its_versions(tmp_path: Path) -> None:
    with openssl(tmp_path, "-Verify", "1") as port:
        found = seen(port)

    assert versions(found)["1.2"] == "accepted"
    assert judged(found).outcome is Outcome.WARN


@contextmanager
def strange(answer: Callable[[socket.socket], None]) -> Iterator[int]:
    """A server of our own that does what it likes with each connection."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        ends = threading.Event()

        def serve() -> None:
            while not ends.is_set():
                try:
                    connection, _ = server.accept()
                except OSError:
                    return
                threading.Thread(target=_one, args=(answer, connection), daemon=True).start()

        threading.Thread(target=serve, daemon=True).start()
        yield int(server.getsockname()[1])
        ends.set()


def _one(answer: Callable[[socket.socket], None], connection: socket.socket) -> None:
    with connection, suppress(OSError):
        answer(connection)


def http(connection: socket.socket) -> None:
    connection.recv(4096)
    connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")


def flood(connection: socket.socket) -> None:
    while True:
        connection.sendall(b"\x16\x03\x03\x40\x00" + os.urandom(16384))


def noise(connection: socket.socket) -> None:
    connection.recv(4096)
    connection.sendall(os.urandom(3000))


def half_a_hello(connection: socket.socket) -> None:
    connection.recv(4096)
    connection.sendall(b"\x16\x03\x03\x00\x7a\x02\x00\x00\x76\x03\x03" + bytes(60))


def hangs(connection: socket.socket) -> None:
    connection.recv(4096)
    time.sleep(30)


def cuts(connection: socket.socket) -> None:
    connection.recv(4096)


def refuses(connection: socket.socket) -> None:
    connection.recv(4096)
    connection.sendall(b"\x15\x03\x01\x00\x02\x02\x28")


def test_a_server_of_another_kind_is_not_judged() -> None:
    with strange(http) as port:
        found = seen(port)

    assert judged(found).outcome is Outcome.NOT_APPLICABLE
    assert len(versions(found)) == 1  # one handshake was enough to see it


@pytest.mark.parametrize("answer", [flood, noise, half_a_hello, hangs, cuts, refuses])
def test_a_hostile_server_costs_a_bounded_time_and_passes_nothing(answer: Callable[[socket.socket], None]) -> None:
    with within(15), strange(answer) as port:
        found = seen(port)
    assert len(json.dumps(found)) < 4096
    assert judged(found).outcome in (Outcome.NOT_ASSESSED, Outcome.NOT_APPLICABLE, Outcome.WARN)
    assert judged(found).outcome is not Outcome.WARN or answer is half_a_hello


def test_a_port_that_is_left_alone_gets_no_connection() -> None:
    met: list[bool] = []
    with strange(lambda connection: met.append(True)) as port:
        found = seen(port, guard=Guard("controller", ("port 102",)))

    assert met == []
    assert (judged(found).outcome, judged(found).reason) == (Outcome.NOT_ASSESSED, Reason.LEFT_ALONE)


@needs_openssl
@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() != 0, reason="only as root: a low port")
@pytest.mark.parametrize(
    ("setting", "outcome"), [((), Outcome.WARN), (("-tls1", "-cipher", "ALL:@SECLEVEL=0"), Outcome.FAIL)]
)
def test_a_printer_gets_one_handshake_and_no_pass(setting: tuple[str, ...], outcome: Outcome, tmp_path: Path) -> None:
    printer = Guard("printer", ("port 9100",))
    met: list[bytes] = []

    def counts(connection: socket.socket) -> None:
        met.append(connection.recv(4096))

    with strange(counts) as port:
        spot = Spot("127.0.0.1", doors={port: "open"}, guard=printer)
        assert not spot.guard.lets("tls", port)  # of a printer only 443 is asked
        assert seen(port, guard=printer)["ports"][str(port)] == {"state": "guarded"}
    assert met == []
    with openssl(tmp_path, *setting) as behind, forwarded(own(1), behind) as connections:
        found = seen(443, guard=printer, address=own(1))
    assert len(connections) == 1
    assert judged(found).outcome is outcome
    (row,) = found["ports"].values()
    row["certificate"] |= {"self_signed": False, "names": ["a.nl"], "key": ["EC", 256]}
    assert judged(found).outcome is (outcome if outcome is Outcome.FAIL else Outcome.NOT_ASSESSED)


@contextmanager
def forwarded(address: str, port: int) -> Iterator[list[int]]:
    """Port 443 of another address, passed on to a port of 127.0.0.1; one entry for each connection."""
    connections: list[int] = []

    def one(connection: socket.socket) -> None:
        connections.append(1)
        with socket.create_connection(("127.0.0.1", port)) as inner:
            for here, there in ((inner, connection), (connection, inner)):
                threading.Thread(target=_copied, args=(here, there), daemon=True).start()
            time.sleep(3)

    with socket.create_server((address, 443)) as server:

        def serve() -> None:
            with suppress(OSError):
                while True:
                    connection, _ = server.accept()
                    threading.Thread(target=_one, args=(one, connection), daemon=True).start()

        threading.Thread(target=serve, daemon=True).start()
        yield connections
        server.shutdown(socket.SHUT_RDWR)


def _copied(here: socket.socket, there: socket.socket) -> None:
    with suppress(OSError):
        while data := here.recv(4096):
            there.sendall(data)


def answer(**states: str) -> Finding:
    rows = {name.removeprefix("p"): {"state": state} for name, state in states.items()}
    text = json.dumps({"address": "192.0.2.7", "ports": rows})
    return only(CHECK, recording(answered(TLS, text), platform="", vantage="network"))


def test_only_closed_ports_are_evidence_of_absence() -> None:
    assert answer(p443="closed", p8443="closed").outcome is Outcome.NOT_APPLICABLE
    found = answer(p443="closed", p8443="silent")
    assert (found.outcome, found.reason) == (Outcome.NOT_ASSESSED, Reason.OUT_OF_VANTAGE)


def test_without_an_answer_nothing_is_judged() -> None:
    for host in (
        recording(vantage="network"),
        recording(answered(TLS, "{}")),
        recording(answered(TLS, '{"address": "", "ports": {}}')),
        recording(answered(TLS, status=Status.TIMEOUT)),
    ):
        assert [item.outcome for item in findings(CHECK, host)] == [Outcome.NOT_ASSESSED]


def certificate(**changes: Any) -> Finding:
    shown = {
        "subject": "nas.example.nl",
        "issuer": "R3",
        "names": ["nas.example.nl"],
        "from": "2026-10-01T00:00:00+00:00",
        "until": "2099-10-01T00:00:00+00:00",
        "self_signed": False,
        "key": ["RSA", 2048],
        "hash": "sha256",
    } | changes
    states = {"1.3": "accepted", "1.2": "accepted", "1.1": "refused", "1.0": "refused"}
    row = {"state": "open", "speaks": "tls", "versions": states, "certificate": shown}
    return judged({"address": "192.0.2.7", "ports": {"443": row}})


@pytest.mark.parametrize("names", [["nas.example.nl"], ["192.0.2.7"], ["localhost", "nas"], ["*.example.nl"]])
def test_a_name_that_may_be_this_host_is_not_told(names: list[str]) -> None:
    assert certificate(names=names).outcome is Outcome.PASS


@pytest.mark.parametrize("names", [["192.168.1.1"], ["localhost"], ["localhost.localdomain", "127.0.0.1"], ["::1"]])
def test_a_name_that_cannot_be_this_host_is_quietly_told(names: list[str]) -> None:
    found = certificate(names=names)

    assert (found.outcome, found.severity) == (Outcome.WARN, Severity.LOW)


@pytest.mark.parametrize("changes", [{"key": ["RSA", 1024]}, {"hash": "sha1"}, {"hash": "md5"}])
def test_a_weak_signature_is_a_warning(changes: dict[str, Any]) -> None:
    assert certificate(**changes).outcome is Outcome.WARN


@pytest.mark.parametrize("changes", [{"key": ["?", 0]}, {"hash": "?"}])
def test_a_signature_of_an_unknown_kind_is_no_pass(changes: dict[str, Any]) -> None:
    assert certificate(**changes).outcome is Outcome.NOT_ASSESSED


def test_a_version_that_this_machine_cannot_try_is_no_pass() -> None:
    text = certificate(names=["a.nl"])
    assert text.outcome is Outcome.PASS
    states = {"1.3": "accepted", "1.2": "accepted", "1.1": "unable", "1.0": "unable"}
    shown = {"subject": "a", "issuer": "b", "names": ["a.nl"], "from": "2026-10-01T00:00:00+00:00", "hash": "sha256"}
    shown |= {"until": "2099-10-01T00:00:00+00:00", "self_signed": False, "key": ["EC", 256]}  # type: ignore[dict-item, list-item]
    row = {"state": "open", "speaks": "tls", "versions": states, "certificate": shown}

    found = judged({"address": "192.0.2.7", "ports": {"443": row}})

    assert (found.outcome, found.reason) == (Outcome.NOT_ASSESSED, Reason.TOOL_MISSING)
