"""The way to a host over other hosts: each with its own login, each verified, all within one total time."""

from __future__ import annotations

import io
import os
import socket
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from nis2scan.api import Reason, Recording, shell
from nis2scan.cli import run
from nis2scan.cli.targets import targets_of
from nis2scan.collect import collect
from nis2scan.config import read
from nis2scan.errors import ConfigError
from nis2scan.inventory import places
from nis2scan.logins import Refused
from nis2scan.secrets import Secret
from nis2scan.transport.ssh import Login, Ssh
from tests.clock import within
from tests.ssh_server import Seen, ssh_server

pytestmark = pytest.mark.skipif(os.name != "posix", reason="only on POSIX: the test servers start a POSIX shell")

HELLO = shell("echo hello", seconds=1)
FAR, JUMP = "far-secret-1", "jump-secret-1"


@contextmanager
def office(**jump: object) -> Iterator[tuple[Seen, Seen]]:
    """A host on the way, and the host behind it."""
    with ssh_server(JUMP, **jump) as on_the_way, ssh_server(FAR) as far:  # type: ignore[arg-type]
        yield on_the_way, far


def ways(folder: Path, servers: Sequence[Seen], believed: Sequence[Seen] | None = None) -> Login:
    """A way over the first servers to the last; the keys of `believed` (all of them) are known."""
    file = folder / "known_hosts"
    file.write_text("".join(server.known_hosts for server in (servers if believed is None else believed)))
    file.chmod(0o600)
    way = None
    for number, server in enumerate(servers):
        last = number == len(servers) - 1
        name, user, secret = ("far", "scan", FAR) if last else (f"jump{number}", "hopper", JUMP)
        way = Login("127.0.0.1", user, server.port, Secret(secret), known_hosts=(file,), name=name, via=way)
    assert way is not None
    return way


def visit(login: Login, seconds: float = 20) -> Recording:
    return collect(login.name, Ssh(login), [HELLO], seconds)


def test_each_host_gets_its_own_login_and_nothing_of_the_other(tmp_path: Path) -> None:
    with office() as (jump, far):
        got = visit(ways(tmp_path, (jump, far)))

    assert got.answer(HELLO).text == "hello\n"
    assert jump.offered == [("password", "hopper", JUMP)]
    assert far.offered == [("password", "scan", FAR)]
    assert (jump.ran, far.ran) == (0, 1)  # nothing is run on the way


def test_the_far_host_is_dialled_by_its_address_only(tmp_path: Path) -> None:
    with office() as (jump, far):
        assert visit(replace(ways(tmp_path, (jump, far)), known_as="srv01.example")).failed is None

    assert jump.forwarded == [("127.0.0.1", far.port)]


def test_a_real_sshd_passes_the_connection_on(server: Login, tmp_path: Path) -> None:
    with ssh_server(FAR) as far:
        login = ways(tmp_path, (far,))
        got = visit(replace(login, via=server))

    assert got.answer(HELLO).text == "hello\n"


def test_a_real_sshd_is_reached_over_another_and_the_whole_answer_comes(server: Login, tmp_path: Path) -> None:
    big = shell("head -c 300000 /dev/zero | tr '\\0' x", runs=("head", "tr"), cap=400_000)
    with ssh_server(JUMP) as jump:
        got = collect("far", Ssh(replace(server, via=ways(tmp_path, (jump,), (jump,)))), [HELLO, big], 30)
        assert got.failed is Reason.AUTH_FAILED  # `ways` gave the host on the way the secret of the far one
        via = replace(ways(tmp_path, (jump,)), password=Secret(JUMP))
        got = collect("far", Ssh(replace(server, via=via)), [HELLO, big], 30)

    assert got.answer(HELLO).text == "hello\n"
    assert len(got.answer(big).out) == 300_000


def test_a_way_over_three_hosts(tmp_path: Path) -> None:
    with ExitStack() as stack:
        servers = [stack.enter_context(ssh_server(secret)) for secret in (JUMP, JUMP, JUMP, FAR)]
        assert visit(ways(tmp_path, servers)).answer(HELLO).text == "hello\n"
        assert [server.forwarded for server in servers] == [[("127.0.0.1", after.port)] for after in servers[1:]] + [[]]


# ---- who is not who he should be ---------------------------------------------------------------


def test_a_host_on_the_way_that_leads_elsewhere_does_not_get_the_login_of_the_far_host(tmp_path: Path) -> None:
    with ssh_server(FAR) as rogue, office(leads=lambda there: ("127.0.0.1", rogue.port)) as (jump, far):
        got = visit(ways(tmp_path, (jump, far)))

    assert got.failed is Reason.HOST_KEY
    assert "another host key" in got.failure
    assert (rogue.connections, rogue.offered, far.connections) == (1, [], 0)


def test_a_host_on_the_way_that_is_not_known_gets_no_login_and_passes_nothing_on(tmp_path: Path) -> None:
    with office() as (jump, far):
        got = visit(ways(tmp_path, (jump, far), believed=(far,)))

    assert got.failed is Reason.HOST_KEY
    assert "the way to it leads over jump0" in got.failure
    assert "nis2scan trust jump0" in got.failure
    assert (jump.connections, jump.offered, far.connections) == (1, [], 0)


def test_a_login_that_is_refused_on_the_way_stops_itself_and_not_the_login_of_the_far_host(tmp_path: Path) -> None:
    refused = Refused(tmp_path / "store")
    way, end = refused.gate("way", "hopper", (Secret("w"),)), refused.gate("end", "scan", (Secret("e"),))
    with office() as (jump, far):
        login = ways(tmp_path, (jump, far))
        assert login.via is not None
        login = replace(login, gate=end, via=replace(login.via, password=Secret("wrong"), gate=way))
        with ThreadPoolExecutor(6) as threads:
            got = list(threads.map(lambda number: visit(replace(login, name=f"far{number}")), range(6)))

    assert {recording.failed for recording in got} == {Reason.AUTH_FAILED}
    assert jump.offered == [("password", "hopper", "wrong")]
    assert far.connections == 0
    assert way.refusal is not None
    assert way.refusal.where.startswith("jump0 ")
    assert end.refusal is None


def test_a_login_that_was_refused_behind_it_leaves_the_host_on_the_way_alone(tmp_path: Path) -> None:
    refused = Refused(tmp_path / "store")
    end = refused.gate("end", "scan", (Secret("e"),))
    with office() as (jump, far):
        login = replace(ways(tmp_path, (jump, far)), gate=end, password=Secret("wrong"))
        first, second = visit(login), visit(login)

    assert [first.failed, second.failed] == [Reason.AUTH_FAILED, Reason.AUTH_FAILED]
    assert (jump.connections, far.connections) == (1, 1)


# ---- what does not answer ----------------------------------------------------------------------


def test_a_host_that_passes_nothing_on_is_named_with_what_to_change(tmp_path: Path) -> None:
    with office(leads=lambda there: None) as (jump, far):
        got = visit(ways(tmp_path, (jump, far)))

    assert got.failed is Reason.UNREACHABLE
    assert "jump0 does not pass connections on" in got.failure
    assert f"PermitOpen 127.0.0.1:{far.port}" in got.failure


def test_a_far_host_that_does_not_answer_is_told_from_the_host_on_the_way(tmp_path: Path, server: Login) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        closed = taken.getsockname()[1]
    with office() as (jump, far):
        login = ways(tmp_path, (jump, far))
        for via in (login.via, server):
            got = visit(replace(login, port=closed, via=via))
            assert got.failed is Reason.UNREACHABLE
            assert f"127.0.0.1:{closed} does not answer" in got.failure  # not what lies on the way


@pytest.mark.parametrize("silent", ["jump", "far"])
def test_the_total_time_counts_the_way_too(tmp_path: Path, silent: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as nothing, office() as (jump, far):
        login = ways(tmp_path, (jump, far))
        port = nothing.getsockname()[1]
        assert login.via is not None
        login = replace(login, via=replace(login.via, port=port)) if silent == "jump" else replace(login, port=port)
        with within(3):
            got = visit(login, seconds=3)

    assert got.failed in (Reason.TIMEOUT, Reason.UNREACHABLE)


def test_no_thread_and_no_connection_is_left(tmp_path: Path, server: Login) -> None:
    with ssh_server(FAR) as far:
        login = replace(ways(tmp_path, (far,)), via=server)
        visit(login)
        before = set(threading.enumerate())
        for _ in range(3):
            visit(login)
            visit(replace(login, password=Secret("wrong")))
        # The test server keeps one thread for each connection until it is told that it ended.
        end = time.monotonic() + 10
        while (left := set(threading.enumerate()) - before) and time.monotonic() < end:
            time.sleep(0.1)
    assert left == set()


# ---- the inventory, and whole commands ---------------------------------------------------------

CONFIG = """\
[[consent]]
by = "M. de Wit"
scope = ["127.0.0.0/8", "192.0.2.0/24"]
until = 2099-01-01
[logins.office]
user = "scan"
password = "env:NIS2SCAN_FAR"
[logins.way]
user = "hopper"
password = "env:NIS2SCAN_JUMP"
[[hosts]]
name = "far"
address = "127.0.0.1"
port = 1001
login = "office"
jump = "way1"
[[hosts]]
name = "way1"
address = "127.0.0.1"
port = 1002
login = "way"
"""


def written(folder: Path, text: str) -> Path:
    path = folder / "config.toml"
    path.write_text(text)
    path.chmod(0o600)
    return path


def more(*jumps: tuple[str, str]) -> str:
    hosts = [f'[[hosts]]\nname = "{n}"\naddress = "127.0.0.1"\nlogin = "way"\njump = "{over}"\n' for n, over in jumps]
    return CONFIG + "".join(hosts)


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        (
            CONFIG.replace('jump = "way1"', 'jump = "way2"'),
            16,
            "hosts[0].jump: no host is called way2; did you mean way1",
        ),
        (CONFIG.replace('jump = "way1"', 'jump = "far"'), 16, "hosts[0].jump: the way goes in a circle: far over far"),
        (CONFIG + 'jump = "far"\n', 16, "hosts[0].jump: the way goes in a circle: far over way1 over far"),
        (more(("a", "b"), ("b", "a")), 26, "hosts[2].jump: the way goes in a circle: a over b over a"),
        (more(("a", "b"), ("b", "c"), ("c", "far")), 26, "hosts[2].jump: the way leads over more than 3 hosts"),
    ],
)
def test_a_way_that_does_not_end_is_told_with_line_and_key(tmp_path: Path, text: str, line: int, said: str) -> None:
    with pytest.raises(ConfigError) as wrong:
        read(written(tmp_path, text))

    assert f"config.toml:{line}: {said}" in str(wrong.value)


def test_a_way_over_three_hosts_is_allowed(tmp_path: Path) -> None:
    assert len(read(written(tmp_path, more(("a", "b"), ("b", "far")))).hosts) == 4


@pytest.mark.parametrize(("old", "new"), [("port = 1001", "far"), ("port = 1002", "way1")])
def test_consent_must_cover_the_host_and_the_host_on_the_way(tmp_path: Path, old: str, new: str) -> None:
    settings = read(written(tmp_path, CONFIG.replace(f'"127.0.0.1"\n{old}', f'"198.51.100.7"\n{old}')))

    with pytest.raises(ConfigError, match=rf"hosts\.{new}: .*not covered by a consent"):
        places(settings, date(2026, 11, 25))


def test_behind_another_host_loopback_is_not_this_machine_and_needs_consent(tmp_path: Path) -> None:
    settings = read(written(tmp_path, CONFIG.replace('"127.0.0.0/8", ', "")))

    with pytest.raises(ConfigError, match=r"hosts\.far: .*not covered by a consent"):
        places(settings, date(2026, 11, 25))


def test_a_host_whose_way_is_left_out_of_a_scan_is_told_and_not_dialled(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A range on the command line leaves hosts out; what lies behind them is not reached in another way."""
    monkeypatch.setenv("NIS2SCAN_FAR", FAR)
    settings = read(written(tmp_path, CONFIG))
    (target,) = targets_of(settings.model_copy(update={"hosts": settings.hosts[:1]}), tmp_path / "store", {})

    assert (target.transport, target.address) == (None, "")
    assert str(target.failure) == "the way to it leads over way1, which this scan does not reach"


def test_trust_and_scan_go_the_way_of_the_config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NIS2SCAN_JUMP", JUMP)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "none"))
    monkeypatch.chdir(tmp_path)
    with office() as (jump, far):
        written(tmp_path, CONFIG.replace("1001", str(far.port)).replace("1002", str(jump.port)))
        assert run(["trust", "far"]) == 3  # the host on the way is not known yet
        assert (jump.offered, far.connections) == ([], 0)
        for host in ("way1", "far"):  # the secret of the far host is not there yet, and is not asked for
            monkeypatch.setattr("sys.stdin", io.StringIO("yes\n"))
            assert run(["trust", host, "--language", "en"]) == 0
        assert far.offered == []
        monkeypatch.setenv("NIS2SCAN_FAR", FAR)
        found = targets_of(read(Path("config.toml")), Path("out/store"), {})
        assert [target.address for target in found] == ["127.0.0.1 via way1", "127.0.0.1"]  # not the device here
        ways_there = [(target.name, target.transport) for target in found if target.transport]
        got = [collect(name, way, [HELLO], 20) for name, way in ways_there]

    assert [recording.answer(HELLO).text for recording in got] == ["hello\n", "hello\n"]
    assert far.offered == [("password", "scan", FAR)]
    assert set(jump.offered) == {("password", "hopper", JUMP)}
