"""UPD-NET-002: real nmap against servers on loopback that name themselves, and what it must never do."""

from __future__ import annotations

import json
import shutil
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from nis2scan.api import Confidence, Finding, Outcome, Reason, Recording, Status
from nis2scan.facts.linux.system import MACHINE, OS_RELEASE
from nis2scan.facts.network.doors import PORTS
from nis2scan.facts.network.services import NMAP, ServiceVersions
from nis2scan.testing import answered, fact, findings, recording
from nis2scan.transport.probes.markup import Refused
from nis2scan.transport.probes.nmap import _read
from tests.clock import within
from tests.network.conftest import Serve, looked
from tests.network.own import own

CHECK = "updates/network-services"
WORDS = ("nmap", "ports")
needs_nmap = pytest.mark.skipif(shutil.which("nmap") is None, reason="only with nmap on this machine")


@contextmanager
def server(
    address: str, port: int, greeting: bytes = b"", answer: bytes = b"", *, hang: bool = False
) -> Iterator[list[bytes]]:
    """A server that greets, and answers whatever it hears; what it heard."""
    met: list[bytes] = []

    def one(connection: socket.socket) -> None:
        with connection, suppress(OSError):
            connection.settimeout(20)
            connection.sendall(greeting)
            met.append(connection.recv(4096))
            while hang:
                time.sleep(0.2)
            connection.sendall(answer)

    def serve() -> None:
        with suppress(OSError):
            while True:
                connection, _ = listening.accept()
                threading.Thread(target=one, args=(connection,), daemon=True).start()

    with socket.create_server((address, port)) as listening:
        threading.Thread(target=serve, daemon=True).start()
        yield met
        listening.shutdown(socket.SHUT_RDWR)


def http(product: str) -> bytes:
    return f"HTTP/1.1 200 OK\r\nServer: {product}\r\nContent-Length: 2\r\nConnection: close\r\n\r\nhi".encode()


def parts(host: Recording) -> dict[str, Finding]:
    return {item.subject: item for item in findings(CHECK, host)}


def running(address: str) -> bool:
    """Whether some nmap is at work on that address."""
    for place in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(OSError):
            words = place.read_bytes().split(b"\0")
            if words[0].endswith(b"nmap") and address.encode() in words:
                return True
    return False


@needs_nmap
def test_services_past_their_end_are_told_by_what_they_say() -> None:
    with (
        server(own(1), 8080, answer=http("Apache/2.2.15 (Win32) PHP/5.3.1")),
        server(own(1), 9000, answer=http("nginx/1.10.3")),
        server(own(1), 8081, answer=http("nginx/99.1.0")),
    ):
        host = looked(own(1), words=WORDS)

    found = parts(host)
    assert {name: item.outcome for name, item in found.items()} == {
        "port 8080 Apache httpd": Outcome.FAIL,
        "port 8080 PHP": Outcome.FAIL,
        "port 9000 nginx": Outcome.WARN,
    }
    assert {item.confidence for item in found.values()} == {Confidence.DERIVED}
    assert fact(ServiceVersions, host).ports[8081].version == "99.1.0"


@needs_nmap
def test_a_real_service_that_is_not_known_to_be_old_is_never_a_pass(serve: Serve) -> None:
    serve("redis-server", "--port", "6379", "--save", "", "--bind", own(2), at=own(2), port=6379)

    host = looked(own(2), words=WORDS)

    assert fact(ServiceVersions, host).ports[6379].product.startswith("Redis")
    assert Outcome.PASS not in {item.outcome for item in parts(host).values()}


@needs_nmap
def test_only_ports_that_were_found_open_are_asked() -> None:
    with server(own(3), 8080, answer=http("x")) as met, server(own(3), 8082) as other:
        host = looked(own(3), words=WORDS)

    assert met
    assert other == []
    assert set(fact(ServiceVersions, host).ports) == {8080}


@needs_nmap
def test_a_printer_and_the_ports_of_printers_hear_not_one_byte() -> None:
    with server(own(4), 9100) as raw, server(own(4), 8080) as page:
        host = looked(own(4), words=WORDS)
    assert [*filter(None, raw), *filter(None, page)] == []
    assert (parts(host)[""].outcome, parts(host)[""].reason) == (Outcome.NOT_ASSESSED, Reason.LEFT_ALONE)

    # A computer that shares its printer: with 22 open it is none itself.
    with server(own(5), 22), server(own(5), 631) as raw, server(own(5), 8080, answer=http("x")) as page:
        looked(own(5), words=WORDS)
    assert [*filter(None, raw)] == []
    assert [*filter(None, page)] != []


@needs_nmap
def test_when_time_is_up_nmap_is_ended_and_nothing_is_judged() -> None:
    with server(own(6), 8080, hang=True):
        host = looked(own(6), seconds=4, words=WORDS)
        assert not running(own(6))

    assert (parts(host)[""].outcome, parts(host)[""].reason) == (Outcome.NOT_ASSESSED, Reason.TIMEOUT)


@needs_nmap
def test_a_flood_is_bounded() -> None:
    with within(95), server(own(7), 8080, greeting=b"x" * 20_000_000):
        host = looked(own(7), words=WORDS)
    assert {item.outcome for item in parts(host).values()} == {Outcome.NOT_ASSESSED}


def test_without_nmap_it_is_not_assessed_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    with server(own(8), 8080):
        host = looked(own(8), words=WORDS)

    assert (parts(host)[""].outcome, parts(host)[""].reason) == (Outcome.NOT_ASSESSED, Reason.TOOL_MISSING)
    assert "nmap" in str(parts(host)[""].found)


def test_xml_with_entities_is_not_read() -> None:
    """What a strange service says stands escaped in nmap's own XML; this is for the day that it does not."""
    for text in (
        b'<!DOCTYPE nmaprun [<!ENTITY a "b">]><nmaprun>&a;</nmaprun>',
        b'<!DOCTYPE nmaprun SYSTEM "file:///etc/passwd"><nmaprun/>',
        b"<nmaprun><host>",
        b"",
    ):
        with pytest.raises(Refused):
            _read(text, "127.0.0.1")


# ---- answers --------------------------------------------------------------------------------------


def judged(product: str, version: str, more: str = "", state: str = "asked") -> dict[str, Finding]:
    rows = {"80": {"name": "x", "product": product, "version": version, "extrainfo": more}} if product else {}
    return parts(host_with({"state": state, "ports": rows}))


def host_with(seen: object, doors: dict[str, str] | None = None) -> Recording:
    states = {"doors": doors or {"80": "open"}, "guard": "", "why": []}
    answers = (answered(NMAP, json.dumps(seen)), answered(PORTS, json.dumps(states)))
    return recording(*answers, platform="", vantage="network")


@pytest.mark.parametrize(
    ("product", "version", "more", "outcome"),
    [
        ("MikroTik RouterOS", "7.22.1", "", Outcome.FAIL),
        ("VMware ESXi SOAP API", "6.5.0", "", Outcome.FAIL),
        ("Microsoft SQL Server 2012", "11.00.7001.00", "SP4", Outcome.FAIL),
        ("MariaDB", "5.5.5-10.1.26-MariaDB-0+deb9u1", "", Outcome.WARN),
        ("PostgreSQL DB", "9.6.3", "", Outcome.WARN),
        ("MongoDB", "4.4.6", "", Outcome.WARN),
        ("MySQL", "3.23.49", "", Outcome.WARN),
        ("nginx", "1.18.0", "Ubuntu", Outcome.WARN),
        ("ISC BIND", "9.11.5-P4-5.1+deb10u9", "Debian Linux", Outcome.WARN),
    ],
)
def test_versions_as_nmap_writes_them(product: str, version: str, more: str, outcome: Outcome) -> None:
    """After the match lines that nmap documents; those of the tests above are real."""
    assert [item.outcome for item in judged(product, version, more).values()] == [outcome]


@pytest.mark.parametrize(
    ("product", "version"),
    [
        ("MariaDB", "5.5.5-10.11.6-MariaDB"),
        ("PostgreSQL DB", "9.6.0 or later"),
        ("PostgreSQL DB", "9.6.0 - 9.6.2"),
        ("nginx", ""),
        ("nginx", "nonsense"),
        ("Samba smbd", "3.X - 4.X"),
        ("Samba smbd", "4.6.2"),
        ("OpenSSH", "5.1"),
        ("Apache httpd", "2.4.10"),
        ("nginx", "99.1.0"),
        ("PostgreSQL DB", "99.1"),
        ("Microsoft SQL Server 2022", "16.00.1000.00"),
    ],
)
def test_what_is_not_known_to_have_ended_is_not_assessed(product: str, version: str) -> None:
    found = judged(product, version)[""]

    assert (found.outcome, found.reason) == (Outcome.NOT_ASSESSED, Reason.NO_CREDENTIAL)


def test_only_closed_ports_are_evidence_of_absence() -> None:
    nothing = {"state": "nothing", "ports": {}}

    assert parts(host_with(nothing, {"80": "closed"}))[""].outcome is Outcome.NOT_APPLICABLE
    assert parts(host_with(nothing, {"80": "closed", "81": "silent"}))[""].outcome is Outcome.NOT_ASSESSED
    assert parts(host_with({"state": "guarded", "ports": {}}))[""].outcome is Outcome.NOT_ASSESSED


def test_what_was_cut_is_told() -> None:
    found = judged("MongoDB", "4.4.6", state="cut")

    assert {name: item.outcome for name, item in found.items()} == {
        "port 80 MongoDB": Outcome.WARN,
        "more": Outcome.NOT_ASSESSED,
    }


def test_without_an_answer_nothing_is_judged() -> None:
    doors = answered(PORTS, json.dumps({"doors": {"80": "closed"}, "guard": "", "why": []}))
    for host in (
        recording(),
        recording(answered(NMAP, "{}"), doors),
        recording(answered(NMAP, status=Status.TIMEOUT), doors),
    ):
        assert {item.outcome for item in parts(host).values()} == {Outcome.NOT_ASSESSED}


def test_where_somebody_looked_inside_an_old_banner_is_no_warning_and_a_dead_product_still_fails() -> None:
    about = (
        answered(OS_RELEASE, "ID=debian\nVERSION_ID=12\n"),
        answered(MACHINE, "kernel=6.1\npid1=systemd\nnow=1700000000\n"),
    )
    doors = answered(PORTS, json.dumps({"doors": {"80": "open"}, "guard": "", "why": []}))

    def outcomes(product: str, version: str) -> set[Outcome]:
        row = {"name": "http", "product": product, "version": version, "extrainfo": ""}
        seen = answered(NMAP, json.dumps({"state": "asked", "ports": {"80": row}}))
        return {item.outcome for item in parts(recording(*about, seen, doors)).values()}

    assert outcomes("nginx", "1.18.0") == {Outcome.NOT_APPLICABLE}
    assert outcomes("VMware ESXi SOAP API", "6.5.0") == {Outcome.FAIL}
