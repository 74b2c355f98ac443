"""A login is tried on one host first, one refusal stops it everywhere, and it is remembered until the login changes."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import socket
import stat
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from nis2scan.api import Reason, Recording, shell
from nis2scan.cli import run
from nis2scan.collect import collect
from nis2scan.errors import StoreError, TransportError
from nis2scan.logins import Gate, Refused
from nis2scan.secrets import Secret
from nis2scan.transport.ssh import Login, Ssh
from tests.clock import within
from tests.ssh_server import Seen, ssh_server

pytestmark = pytest.mark.skipif(os.name != "posix", reason="only on POSIX: the test servers start a POSIX shell")

GOOD, WRONG = "correct horse", "hunter2-hunter2"
HELLO = shell("echo hello", seconds=1)


@contextlib.contextmanager
def office(*accepts: str, delay: float = 0.3) -> Iterator[list[Seen]]:
    """Servers, each with the one password that it accepts."""
    with contextlib.ExitStack() as stack:
        yield [stack.enter_context(ssh_server(each, delay)) for each in accepts]


def logins(folder: Path, servers: Sequence[Seen], gate: Gate, password: str) -> list[Login]:
    """The same login on every server."""
    known = folder / "known_hosts"
    known.write_text("".join(server.known_hosts for server in servers))
    known.chmod(0o600)
    plain = Login("127.0.0.1", "scan", password=Secret(password), known_hosts=(known,), gate=gate)
    return [replace(plain, port=server.port, name=f"host{number}") for number, server in enumerate(servers)]


def asked(found: Sequence[Login], at_once: int = 16, seconds: float = 40) -> dict[str, Recording]:
    """Every host asked, so many at once, in order."""
    with ThreadPoolExecutor(at_once) as threads:
        done = threads.map(lambda login: collect(login.name, Ssh(login), [HELLO], seconds), found)
        return {recording.host: recording for recording in done}


def gate_in(folder: Path, password: str = WRONG, user: str = "scan") -> Gate:
    return Refused(folder).gate("office", user, (Secret(password), None, None))


def test_a_wrong_login_reaches_one_host_only_and_the_others_say_which(tmp_path: Path) -> None:
    with office(*[GOOD] * 6) as servers:
        got = asked(logins(tmp_path, servers, gate_in(tmp_path), WRONG))

    offers = [offer for server in servers for offer in server.offered]
    assert offers == [("password", "scan", WRONG)]
    (tried,) = [f"host{number}" for number, server in enumerate(servers) if server.offered]
    assert {recording.failed for recording in got.values()} == {Reason.AUTH_FAILED}
    for name, recording in got.items():
        said = "does not accept scan" if name == tried else f"the login office was refused by {tried}"
        assert said in recording.failure
        assert name == tried or "not tried here" in recording.failure


def test_a_refusal_that_cannot_be_kept_stops_this_run_and_says_so(tmp_path: Path) -> None:
    gate = gate_in(tmp_path / "client")
    shutil.rmtree(tmp_path / "client", ignore_errors=True)
    (tmp_path / "client").write_text("no folder any more")
    with office(GOOD, GOOD) as servers:
        got = asked(logins(tmp_path, servers, gate, WRONG), at_once=1)

    assert [len(server.offered) for server in servers] == [1, 0]
    assert got["host0"].failed is Reason.AUTH_FAILED
    assert "Try it by hand: ssh" in got["host0"].failure
    assert "could not be kept: the next run will try it again" in got["host0"].failure
    assert "not tried here" in got["host1"].failure


def test_a_right_login_waits_for_the_first_and_then_goes_everywhere_at_once(tmp_path: Path) -> None:
    with office(*[GOOD] * 5, delay=0.5) as servers:
        got = asked(logins(tmp_path, servers, gate_in(tmp_path, GOOD), GOOD))

    assert all(recording.answer(HELLO).text == "hello\n" for recording in got.values())
    first, *rest = sorted(moment for server in servers for moment in server.at)
    assert len(rest) == 4
    assert rest[0] - first >= 0.5  # nobody before the first had its answer
    assert rest[-1] - rest[0] < 0.5  # then nobody waits for another
    assert not (tmp_path / "logins.json").exists()


def test_a_host_that_cannot_be_reached_does_not_decide(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        closed = taken.getsockname()[1]
    with office(GOOD, GOOD) as servers:
        dark = Login("127.0.0.1", "scan", closed, password=Secret(GOOD), name="dark", gate=(gate := gate_in(tmp_path)))
        got = asked([dark, *logins(tmp_path, servers, gate, GOOD)], at_once=1)

    assert got["dark"].failed is Reason.UNREACHABLE
    assert [got[name].failed for name in ("host0", "host1")] == [None, None]


def test_a_host_that_hangs_in_the_middle_does_not_decide_and_its_time_is_bounded(tmp_path: Path) -> None:
    gate = gate_in(tmp_path, GOOD)
    with ssh_server(GOOD, delay=30) as mute, office(GOOD) as servers:
        found = logins(tmp_path, [mute, *servers], gate, GOOD)
        with within(5):
            got = asked(found, 1, 4)

    assert (got["host0"].failed, got["host1"].failed) == (Reason.TIMEOUT, None)


def test_hosts_that_take_a_login_and_say_nothing_do_not_lock_the_account(tmp_path: Path) -> None:
    """Each of them may have asked the domain, which counts; most lock an account at five wrong tries or more."""
    gate, offered = gate_in(tmp_path), []
    for number in range(8):
        with contextlib.suppress(TransportError, OSError), gate.trying(f"host{number}", time.monotonic() + 1):
            offered.append(number)
            raise TransportError(Reason.TIMEOUT, "silent") if number % 2 else ConnectionResetError
    with pytest.raises(TransportError, match="neither yes nor no"):
        gate.check()

    assert offered == [0, 1, 2]


def test_a_login_that_nobody_was_offered_stops_nobody(tmp_path: Path) -> None:
    """As Kerberos without a ticket: every host then says so itself."""
    gate = gate_in(tmp_path)
    for number in range(8):
        with contextlib.suppress(TransportError), gate.trying(f"host{number}", time.monotonic() + 1):
            raise TransportError(Reason.NO_CREDENTIAL, "no ticket")
    gate.check()


def test_once_a_login_is_accepted_silent_hosts_stop_nobody(tmp_path: Path) -> None:
    gate = gate_in(tmp_path)
    with gate.trying("first", time.monotonic() + 1):
        pass
    for number in range(8):
        with contextlib.suppress(TransportError), gate.trying(f"host{number}", time.monotonic() + 1):
            raise TransportError(Reason.TIMEOUT, "silent")
    gate.check()


def test_a_refusal_on_a_later_host_stops_those_that_have_not_started(tmp_path: Path) -> None:
    with office(GOOD, "another", GOOD, GOOD) as servers:
        got = asked(logins(tmp_path, servers, gate_in(tmp_path, GOOD), GOOD), at_once=1)

    assert [len(server.offered) for server in servers] == [1, 1, 0, 0]
    assert [server.connections for server in servers] == [1, 1, 0, 0]  # those are not even dialled
    assert [got[f"host{number}"].failed for number in range(4)] == [None, *[Reason.AUTH_FAILED] * 3]
    assert "refused by host1" in got["host3"].failure


def test_a_host_that_hangs_up_on_a_secret_has_refused_it(tmp_path: Path) -> None:
    """Servers that allow one try end the connection instead of saying no."""
    with ssh_server(GOOD, delay=1) as first, office(GOOD) as servers:
        found = logins(tmp_path, [first, *servers], gate_in(tmp_path), WRONG)

        def ends() -> None:
            while not first.offered:
                time.sleep(0.05)
            first.end()

        threading.Thread(target=ends, daemon=True).start()
        got = asked(found, at_once=1)

    assert {recording.failed for recording in got.values()} == {Reason.AUTH_FAILED}
    assert servers[0].connections == 0


def test_a_refusal_is_remembered_until_the_login_changes(tmp_path: Path) -> None:
    with office(GOOD, GOOD) as servers:
        asked(logins(tmp_path, servers, gate_in(tmp_path), WRONG))
        again = asked(logins(tmp_path, servers, gate_in(tmp_path), WRONG))
        before = sum(len(server.offered) for server in servers)
        changed = asked(logins(tmp_path, servers, gate_in(tmp_path, GOOD), GOOD))

    assert before == 1
    assert {recording.failed for recording in again.values()} == {Reason.AUTH_FAILED}
    assert all("has not changed since" in recording.failure for recording in again.values())
    assert all("--retry-logins" in recording.failure for recording in again.values())
    assert {recording.failed for recording in changed.values()} == {None}


def test_user_password_and_key_all_count_as_the_login(tmp_path: Path) -> None:
    refused = Refused(tmp_path)
    base: tuple[Secret | None, ...] = (Secret("a"), None, None)
    gate = refused.gate("office", "scan", base)

    assert refused.gate("other name", "scan", base) is gate
    others: list[tuple[str, tuple[Secret | None, ...]]] = [
        ("scan2", base),
        ("scan", (Secret("b"), None, None)),
        ("scan", (Secret("a"), Secret("k"), None)),
        ("scan", (None, Secret("a"), None)),
        ("scan", (None, None, Secret("a"))),
    ]
    assert all(refused.gate("office", user, proofs) is not gate for user, proofs in others)


def test_what_is_kept_shows_nothing_of_the_login_and_differs_per_client(tmp_path: Path) -> None:
    files = []
    for client in ("one", "two"):
        with office(GOOD) as servers:
            (tmp_path / client).mkdir()
            asked(logins(tmp_path, servers, gate_in(tmp_path / client), WRONG))
        files.append(tmp_path / client / "logins.json")

    kept = [json.loads(file.read_text()) for file in files]
    assert [stat.S_IMODE(file.stat().st_mode) for file in files] == [0o600, 0o600]
    assert WRONG not in files[0].read_text()
    assert len(kept[0]["salt"]) == 64
    assert kept[0]["salt"] != kept[1]["salt"]
    assert kept[0]["refused"].keys().isdisjoint(kept[1]["refused"])
    assert [path.name for path in (tmp_path / "one").iterdir()] == ["logins.json"]


def test_two_scans_at_once_keep_both_refusals(tmp_path: Path) -> None:
    (tmp_path / "logins.json").write_text(json.dumps({"salt": "00" * 32, "refused": {}}))
    with office(GOOD) as servers:
        first, second = gate_in(tmp_path, "a"), gate_in(tmp_path, "b")
        asked(logins(tmp_path, servers, first, "a"))
        asked(logins(tmp_path, servers, second, "b"))

    assert len(json.loads((tmp_path / "logins.json").read_text())["refused"]) == 2


@pytest.mark.parametrize(
    "text", ["", "{}", "[]", '{"salt": "x", "refused": {}}', '{"salt": "00", "refused": {"a": 1}}']
)
def test_a_damaged_memory_is_told_and_never_taken_for_empty(tmp_path: Path, text: str) -> None:
    (tmp_path / "logins.json").write_text(text)

    with pytest.raises(StoreError, match="not known which logins were refused"):
        Refused(tmp_path)


# ---- from the command line ---------------------------------------------------------------------

CONFIG = """\
[[consent]]
by = "M. de Wit"
scope = ["127.0.0.0/8"]
until = 2099-01-01
[logins.office]
user = "scan"
password = "env:NIS2SCAN_TEST_PASSWORD"
"""
HOST = '[[hosts]]\nname = "host{n}"\naddress = "127.0.0.1"\nport = {port}\nlogin = "office"\n'


def test_a_next_scan_says_so_and_retry_logins_clears_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("NIS2SCAN_TEST_PASSWORD", WRONG)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "none"))
    with office(GOOD, GOOD) as servers:
        store = tmp_path / "out" / "store"
        store.mkdir(parents=True)
        (store / "known_hosts").write_text("".join(server.known_hosts for server in servers))
        config = tmp_path / "config.toml"
        config.write_text(CONFIG + "".join(HOST.format(n=n, port=server.port) for n, server in enumerate(servers)))
        config.chmod(0o600)
        plain = ["scan", "--config", str(config), "--quiet"]
        codes, offers, said = [], [], []
        for more in ([], [], ["--retry-logins"]):
            codes.append(run([*plain, *more]))
            offers.append(sum(len(server.offered) for server in servers))
            said.append(capsys.readouterr().err)

    assert codes == [4, 4, 4]
    assert offers == [1, 1, 2]
    assert "the login office was refused by host" in said[1]
    assert "--retry-logins" in said[1]
    assert "refused" not in said[2]
