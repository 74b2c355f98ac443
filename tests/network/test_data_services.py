"""ACC-NET-001 and ACC-NET-003 against real servers, and against hosts that lie, hang and flood."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from nis2scan.api import Outcome, Reason, Severity
from nis2scan.facts.network.data_services import REDIS
from nis2scan.testing import answered, findings, only
from tests.clock import within
from tests.network.conftest import Serve, looked
from tests.network.seen import seen

CHECK = "access/data-services"


def outcomes(address: str) -> dict[str, Outcome]:
    return {item.subject: item.outcome for item in findings(CHECK, looked(address, words=("tcp", "ports")))}


def test_a_host_that_refuses_every_port_passes() -> None:
    found = only(CHECK, looked("127.0.7.1", words=("tcp", "ports")))
    assert found.outcome is Outcome.PASS


def test_redis_that_asks_nothing_fails_and_one_with_a_password_passes(serve: Serve) -> None:
    common = ("--port", "6379", "--save", "", "--protected-mode", "no")
    serve("redis-server", *common, "--bind", "127.0.7.2", at="127.0.7.2", port=6379)
    serve("redis-server", *common, "--bind", "127.0.7.3", "--requirepass", "x" * 20, at="127.0.7.3", port=6379)

    assert outcomes("127.0.7.2") == {"Redis 6379/tcp": Outcome.FAIL}
    assert outcomes("127.0.7.3") == {"Redis 6379/tcp": Outcome.PASS}


def test_memcached_answers_everybody(serve: Serve) -> None:
    serve("memcached", "-u", "nobody", "-l", "127.0.7.4", at="127.0.7.4", port=11211)

    (found,) = findings(CHECK, looked("127.0.7.4", words=("tcp", "ports")))
    assert (found.outcome, found.severity) == (Outcome.FAIL, Severity.CRITICAL)


def test_mqtt_that_takes_anybody_fails_and_one_with_passwords_passes(serve: Serve, tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    (tmp_path / "passwords").write_text("")
    for address, more in (("127.0.7.5", "allow_anonymous true\n"), ("127.0.7.6", "allow_anonymous false\n")):
        settings = tmp_path / f"{address}.conf"
        settings.write_text(f"listener 1883 {address}\n{more}")
        serve("mosquitto", "-c", str(settings), at=address, port=1883)

    assert outcomes("127.0.7.5") == {"MQTT 1883/tcp": Outcome.FAIL}
    assert outcomes("127.0.7.6") == {"MQTT 1883/tcp": Outcome.PASS}


@contextmanager
def server(address: str, port: int, serve: Callable[[socket.socket], None]) -> Iterator[None]:
    """A host of one port, that does with each connection what it likes."""
    listening = socket.create_server((address, port))
    listening.settimeout(0.2)
    over = threading.Event()

    def run() -> None:
        while not over.is_set():
            try:
                connection, _ = listening.accept()
            except TimeoutError:
                continue
            with connection:
                connection.settimeout(5)
                try:
                    serve(connection)
                except OSError:
                    continue

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join(10)
        listening.close()


def says(*parts: bytes) -> Callable[[socket.socket], None]:
    def talk(connection: socket.socket) -> None:
        for part in parts:
            connection.recv(4096)
            connection.sendall(part)

    return talk


@pytest.mark.parametrize(
    ("port", "parts", "outcome"),
    [
        (6379, (b"-NOAUTH Authentication required.\r\n",), Outcome.PASS),
        (6379, (b"-ERR unknown command\r\n",), Outcome.NOT_ASSESSED),
        (6379, (b"hello\r\n",), Outcome.NOT_ASSESSED),
        (9200, (b'HTTP/1.0 200 OK\r\n\r\n{"cluster_name" : "office"}',), Outcome.FAIL),
        (9200, (b"HTTP/1.1 401 Unauthorized\r\n\r\n",), Outcome.PASS),
        (9200, (b"HTTP/1.1 200 OK\r\n\r\n<title>Log in</title>",), Outcome.NOT_ASSESSED),
        (5984, (b'HTTP/1.0 200 OK\r\n\r\n["_users","bookkeeping"]',), Outcome.FAIL),
        (2375, (b"HTTP/1.1 200 OK\r\nApi-Version: 1.45\r\n\r\nOK",), Outcome.FAIL),
        (6000, (b"\x00\x16\x0b\x00\x00\x00",), Outcome.PASS),
        (6000, (b"\x01\x00\x0b\x00\x00\x00",), Outcome.FAIL),
        (6000, (b"\x00",), Outcome.NOT_ASSESSED),  # another protocol that begins with a zero
        (6000, (b"\x02\x00\x00\x00\x00\x00",), Outcome.NOT_ASSESSED),
    ],
)
def test_what_a_service_says_decides(port: int, parts: tuple[bytes, ...], outcome: Outcome) -> None:
    with server("127.0.7.7", port, says(*parts)):
        (found,) = findings(CHECK, looked("127.0.7.7", words=("tcp", "ports")))
    assert found.outcome is outcome


@pytest.mark.parametrize(
    ("ways", "outcome"),
    [
        (b"\x01\x01", Outcome.FAIL),
        (b"\x02\x02\x10", Outcome.PASS),
        (b"\x01\x13", Outcome.NOT_ASSESSED),  # VeNCrypt: it may go on without a password
        (b"\x02\x10\x12", Outcome.NOT_ASSESSED),
        (b"\x00", Outcome.NOT_ASSESSED),
        (b"", None),
    ],
)
def test_vnc_tells_whether_it_asks_a_password(ways: bytes, outcome: Outcome | None) -> None:
    def talk(connection: socket.socket) -> None:
        connection.sendall(b"RFB 003.008\n")
        connection.recv(100)
        connection.sendall(ways)

    with server("127.0.7.8", 5900, talk):
        assert outcomes("127.0.7.8") == {"VNC 5900/tcp": outcome or Outcome.NOT_ASSESSED}


@pytest.mark.parametrize(
    ("error", "outcome"),
    [(b"access denied to files from office", Outcome.PASS), (b"max connections (4) reached", Outcome.NOT_ASSESSED)],
)
def test_an_rsync_that_is_only_busy_has_not_refused(error: bytes, outcome: Outcome) -> None:
    def talk(connection: socket.socket) -> None:
        connection.sendall(b"@RSYNCD: 31.0\n")
        connection.recv(100)
        connection.sendall(b"@ERROR: " + error + b"\n")

    with server("127.0.7.14", 873, talk):
        assert outcomes("127.0.7.14") == {"rsync 873/tcp": outcome}


@pytest.mark.parametrize("later", ["silent", "closed"])
def test_a_port_that_opened_once_and_not_again_is_no_shut_one(later: str) -> None:
    """A server that takes one connection a second, or one that was busy with our own first try."""
    host = seen("192.0.2.5", [6379])
    gone = answered(REDIS, json.dumps({"ports": {"6379": {"state": later}}}))
    host = replace(host, answers={**host.answers, REDIS.id: gone})
    assert {item.subject: item.outcome for item in findings(CHECK, host)} == {"Redis 6379/tcp": Outcome.NOT_ASSESSED}


def test_a_host_that_hangs_or_floods_costs_its_time_and_no_more() -> None:
    def flood(connection: socket.socket) -> None:
        while True:
            connection.sendall(b"x" * 65536)

    for behaviour in (flood, lambda _: time.sleep(4)):
        with within(15), server("127.0.7.9", 6379, behaviour):
            assert outcomes("127.0.7.9") == {"Redis 6379/tcp": Outcome.NOT_ASSESSED}


def test_a_host_that_nobody_looked_at_over_the_network_is_not_assessed() -> None:
    found = only(CHECK, looked("127.0.7.10", words=("neighbour",)))
    assert (found.outcome, found.reason) == (Outcome.NOT_ASSESSED, Reason.NO_CREDENTIAL)


SNMP = "access/snmp-public"


def test_snmp_with_the_default_word_is_found_and_another_word_passes(serve: Serve, tmp_path: Path) -> None:
    for address, word in (("127.0.7.11", "public"), ("127.0.7.12", "b3rgk4as")):
        settings = tmp_path / f"{address}.conf"
        settings.write_text(f"agentAddress udp:{address}:161\nrocommunity {word}\nsysDescr Office switch\n")
        common = ("-f", "-C", "-c", str(settings), "-p", str(tmp_path / f"{address}.pid"), "-Lo")
        serve("snmpd", *common, at=address, port=161, udp=True)

    found = only(SNMP, looked("127.0.7.11"))
    assert found.outcome is Outcome.WARN
    assert "Office switch" in str(found.found)
    assert only(SNMP, looked("127.0.7.12")).outcome is Outcome.PASS
    assert only(SNMP, looked("127.0.7.13")).outcome is Outcome.PASS
