"""What can go wrong over SSH, with a real server: each host costs its own row, in time, with a reason."""

from __future__ import annotations

import dataclasses
import re
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from nis2scan.api import Reason, Recording, Root, Status, shell
from nis2scan.cli import run
from nis2scan.collect import collect
from nis2scan.facts.session import Session
from nis2scan.model import Question
from nis2scan.secrets import Secret
from nis2scan.testing import fact
from nis2scan.transport.posix import Visit
from nis2scan.transport.ssh import Login, Ssh, send_beside
from nis2scan.transport.ssh_route import connected
from tests.clock import within

HELLO = shell("echo hello", seconds=1)
WIDE = shell("echo wide; id -u", runs=("id",), root=Root.PREFERRED)
DEEP = shell("echo deep; id -u", runs=("id",), root=Root.REQUIRED)
PASSWORD = "correct horse"

Account = Callable[..., Login]


def visit(login: Login, *questions: Question, seconds: float = 20) -> Recording:
    return collect("host", Ssh(login), questions or (HELLO,), seconds)


def new_key(folder: Path) -> str:
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(folder / "new")], check=True)
    return (folder / "new").read_text()


def test_a_host_key_that_is_not_known_is_refused_with_its_fingerprint(server: Login) -> None:
    got = visit(dataclasses.replace(server, known_hosts=()))
    assert got.failed is Reason.HOST_KEY
    assert "SHA256:" in got.failure


def test_another_host_key_than_the_known_one_is_refused(server: Login, tmp_path: Path) -> None:
    new_key(tmp_path)
    known = tmp_path / "known"
    known.write_text(f"[127.0.0.1]:{server.port} {(tmp_path / 'new.pub').read_text()}")
    got = visit(dataclasses.replace(server, known_hosts=(known,)))
    assert got.failed is Reason.HOST_KEY
    assert "another host key" in got.failure


def test_a_key_that_is_not_accepted_is_tried_once(server: Login, tmp_path: Path) -> None:
    got = visit(dataclasses.replace(server, key=Secret(new_key(tmp_path))))
    assert got.failed is Reason.AUTH_FAILED
    log = server.known_hosts[0].with_name("log").read_text()
    assert "Too many authentication failures" not in log


def test_a_key_that_cannot_be_read_is_said_before_connecting(server: Login) -> None:
    got = visit(dataclasses.replace(server, key=Secret("no key"), port=1))
    assert got.failed is Reason.NO_CREDENTIAL


def test_a_password_opens_and_a_wrong_one_does_not(account: Account) -> None:
    assert visit(account("plain", key=None, password=Secret(PASSWORD))).answer(HELLO).text == "hello\n"
    assert visit(account("plain", key=None, password=Secret("wrong"))).failed is Reason.AUTH_FAILED


def test_a_login_never_shows_its_secrets(server: Login) -> None:
    login = dataclasses.replace(server, password=Secret("hunter2"), passphrase=Secret("hunter3"))
    shown = f"{login} {login!r} {Ssh(login)!r} {login.password} {login.password!r:>40}"
    assert "hunter" not in shown
    assert "PRIVATE" not in shown


def test_noise_of_a_login_shell_is_dropped(account: Account) -> None:
    assert visit(account("noisy")).answer(HELLO).text == "hello\n"


@pytest.mark.parametrize("user", ["noshell", "mute", "endless"])
def test_a_login_shell_that_is_none_is_named_in_time(account: Account, user: str) -> None:
    with within(10):
        got = visit(account(user), seconds=30)
    assert got.failed is Reason.UNSUPPORTED_PLATFORM
    assert "no POSIX shell" in got.failure


def test_what_a_login_shell_says_does_nothing_on_the_screen(
    account: Account, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    login = account("hostile")
    assert login.key is not None
    key, config = tmp_path / "key", tmp_path / "config.toml"
    key.write_text(login.key.reveal())
    key.chmod(0o600)
    config.write_text(
        'client = "test"\n'
        f'known_hosts = ["{login.known_hosts[0]}"]\n'
        '[[consent]]\nby = "me"\nscope = ["127.0.0.1/32"]\nuntil = 2099-01-01\n'
        f'[logins.l]\nuser = "hostile"\nkey = "{key}"\n'
        f'[[hosts]]\nname = "strange"\naddress = "127.0.0.1"\nport = {login.port}\nlogin = "l"\n'
    )
    assert run(["doctor", "--config", str(config), "--language", "nl"]) == 3
    printed = capsys.readouterr().out
    assert "daar antwoordde geen POSIX-shell: no" in " ".join(printed.split())
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f\u202e]", printed)


def test_a_host_that_takes_the_script_and_is_silent_has_its_total_time_only(account: Account) -> None:
    with within(2):
        assert visit(account("mute"), seconds=2).failed is Reason.TIMEOUT


def test_a_host_that_leaves_at_once_is_unreachable(account: Account) -> None:
    assert visit(account("gone")).failed in (Reason.UNREACHABLE, Reason.UNSUPPORTED_PLATFORM)


def test_a_host_that_leaves_midway_gives_what_it_gave(account: Account) -> None:
    big = shell("head -c 30000 /dev/urandom | od -An -tx1", runs=("head", "od"), cap=200_000)
    got = visit(account("leaves"), HELLO, big)
    assert got.failed is None
    assert got.platform == "linux"
    assert got.answer(big).status is Status.TIMEOUT
    assert fact(Session, got).bye == 0


def test_a_line_that_ends_while_the_script_is_sent_is_only_an_end(server: Login) -> None:
    """Else a thread that nobody waits for prints what Python says of it on the user's screen."""
    until = time.monotonic() + 20
    with connected(server, until) as transport:
        channel = transport.open_session()
        channel.settimeout(5)
        channel.exec_command("exec /bin/sh -s")
        assert isinstance(transport.sock, socket.socket)
        transport.sock.shutdown(socket.SHUT_WR)  # nothing more can be sent, and whoever reads has not noticed
        with within(5):
            send_beside(channel, b"echo hello\n", Visit((HELLO,), "ssh", "", 10))


def test_endless_bytes_stop_at_the_cap(server: Login) -> None:
    flood = shell("cat /dev/urandom", runs=("cat",), seconds=20, cap=20_000_000)
    with within(8):
        got = visit(server, HELLO, flood, seconds=30)
    assert got.answer(HELLO).text == "hello\n"
    assert got.answer(flood).status in (Status.TIMEOUT, Status.TRUNCATED)


@contextmanager
def listener(say: bytes) -> Iterator[int]:
    """A server that takes a connection, says something, and then nothing."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        kept: list[socket.socket] = []

        def serve() -> None:
            try:
                connection, _ = server.accept()
            except OSError:
                return
            kept.append(connection)
            connection.sendall(say)

        threading.Thread(target=serve, daemon=True).start()
        yield server.getsockname()[1]
        for connection in kept:
            connection.close()


@pytest.mark.parametrize(
    ("says", "reason"),
    [
        (b"", {Reason.TIMEOUT}),
        (b"SSH-2.0-silent\r\n", {Reason.TIMEOUT, Reason.UNREACHABLE}),
        (b"HTTP/1.1 400 Bad\r\n\r\n", {Reason.TIMEOUT}),
        (b"\x00\xff" * 5000, {Reason.TIMEOUT, Reason.UNREACHABLE}),
    ],
)
def test_a_server_that_is_no_ssh_costs_only_its_time(server: Login, says: bytes, reason: set[Reason]) -> None:
    with listener(says) as port, within(2):
        got = visit(dataclasses.replace(server, port=port), seconds=2)
    assert got.failed in reason


def test_nobody_there_is_unreachable(server: Login) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    got = visit(dataclasses.replace(server, port=port))
    assert (got.failed, got.vantage) == (Reason.UNREACHABLE, "ssh")


def test_no_thread_and_no_connection_is_left(server: Login) -> None:
    visit(server)
    before = set(threading.enumerate())
    for _ in range(3):
        visit(server)
        visit(dataclasses.replace(server, known_hosts=()))
    end = time.monotonic() + 10
    while (left := set(threading.enumerate()) - before) and time.monotonic() < end:
        time.sleep(0.1)
    assert left == set()


# ---- the privileged part -----------------------------------------------------------------------


def rights(got: Recording) -> tuple[Sequence[str], bool]:
    return got.answer(WIDE).lines, got.answer(WIDE).as_root


@pytest.mark.parametrize(("user", "become"), [("mayroot", "sudo"), ("mayroot2", "doas")])
def test_whoever_may_become_root_is_asked_as_root_once(account: Account, user: str, become: str) -> None:
    got = visit(account(user, become=become), HELLO, WIDE, DEEP)
    assert rights(got) == (["wide", "0"], True)
    assert got.answer(DEEP).lines == ["deep", "0"]
    assert got.answer(HELLO).as_root is False
    seen = fact(Session, got)
    assert (seen.root, seen.refusal, seen.user) == (True, "", user)
    assert seen.uid > 0


@pytest.mark.parametrize("become", ["sudo", "doas"])
def test_whoever_may_not_is_asked_as_himself_and_the_refusal_is_kept(account: Account, become: str) -> None:
    got = visit(account("plain", become=become), HELLO, WIDE, DEEP)
    said, as_root = rights(got)
    assert (said[0], said[1] != "0", as_root) == ("wide", True, False)
    assert got.answer(DEEP).status is Status.DENIED
    seen = fact(Session, got)
    assert seen.root is False
    assert seen.refusal
    assert got.answer(DEEP).complaint == seen.refusal


def test_nobody_becomes_root_unasked(account: Account) -> None:
    got = visit(account("mayroot"), HELLO, WIDE, DEEP)
    assert rights(got)[1] is False
    assert got.answer(DEEP).status is Status.DENIED


def test_the_root_part_has_a_search_path_of_its_own(account: Account) -> None:
    path = shell('echo "$PATH"', root=Root.REQUIRED)
    got = visit(account("mayroot", become="sudo"), path)
    assert got.answer(path).text == "/usr/sbin:/usr/bin:/sbin:/bin\n"


def test_a_flood_and_a_hang_in_the_root_part_cost_only_themselves(account: Account) -> None:
    flood = shell("yes", root=Root.REQUIRED, seconds=5, cap=500)
    hang = shell("sleep 77", root=Root.REQUIRED, seconds=1)
    got = visit(account("mayroot", become="sudo"), hang, flood, DEEP, WIDE)
    assert got.answer(flood).status is Status.TRUNCATED
    assert got.answer(hang).status is Status.TIMEOUT
    assert (got.answer(DEEP).lines, rights(got)[1]) == (["deep", "0"], True)
