"""WinRM when it goes wrong: every fault ends in time, says its reason, and leaves no shell behind."""

from __future__ import annotations

import contextlib
import os
import socket
import threading
import time
import tracemalloc
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest

from nis2scan.api import Question, Reason, Recording, Status, powershell
from nis2scan.collect import collect
from nis2scan.errors import TransportError
from nis2scan.scan import Pacing, Target, gather
from nis2scan.secrets import Secret
from nis2scan.transport.leaving import leave
from nis2scan.transport.windows_script import script
from nis2scan.transport.winrm import Login, Winrm, command_line
from tests.clock import within
from tests.wsman.certificates import Authority, Identity
from tests.wsman.program import POWERSHELL, environment, pwsh
from tests.wsman.server import PASSWORD, USER, Seen, accounts, wsman
from tests.wsman.shells import Faults

pytestmark = pytest.mark.skipif(pwsh() is None or os.name != "posix", reason="no pwsh here")

ONE = powershell("[ordered]@{ one = 1 }")
TWO = powershell("[ordered]@{ two = 'x' * 20000 }", seconds=6)
BOTH = pytest.mark.parametrize("https", [True, False], ids=["https", "http"])


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Authority]:
    folder = tmp_path_factory.mktemp("authority")
    with accounts(folder):
        yield Authority(folder)


@contextmanager
def host(
    authority: Authority, faults: Faults | None = None, *, https: bool = True, identity: Identity | None = None
) -> Iterator[tuple[Seen, Login]]:
    """A server with this fault, and the login that is right for it."""
    identity = (identity or authority.signs("127.0.0.1")) if https else None
    given = environment(authority.folder, "plain")
    with wsman([str(POWERSHELL)], command_line(), identity, faults, given) as seen:
        ca = authority.file if https else None
        yield seen, Login("127.0.0.1", USER, seen.port, Secret(PASSWORD), plain_http=not https, ca=ca)


def ask(login: Login, seconds: float = 30, *questions: Question) -> Recording:
    return collect("pc01", Winrm(login), questions or (ONE, TWO), seconds)


@BOTH
def test_a_sound_host_answers_and_nothing_is_left_there(authority: Authority, https: bool) -> None:
    with host(authority, https=https) as (seen, login):
        got = ask(login)

    assert (got.failed, got.answer(ONE).text) == (None, '{"one":1}')
    assert (seen.connections, seen.let_in, seen.refused) == (1, 1, 0)
    assert seen.shells.done[:3] == ["Create", "Command", "Send"]
    assert seen.shells.done[-2:] == ["Signal", "Delete"]
    assert seen.shells.held == {}


def test_the_shell_has_no_profile_keeps_no_cache_ends_by_itself_and_speaks_utf8(authority: Authority) -> None:
    with host(authority) as (seen, login):
        ask(login)

    said = seen.shells.options
    assert (said["WINRS_NOPROFILE"], said["WINRS_CODEPAGE"], said["WINRS_CONSOLEMODE_STDIN"]) == (
        "TRUE",
        "65001",
        "FALSE",
    )
    assert said["PSModuleAnalysisCachePath"] == "nul"
    assert b"<rsp:IdleTimeOut>PT300S</rsp:IdleTimeOut>" in bytes(seen.raw)


def test_the_command_line_is_short_and_the_script_comes_on_standard_input(authority: Authority) -> None:
    long = powershell("[ordered]@{ long = 1 }\n" + "# " + "x" * 200_000)
    with host(authority) as (seen, login):
        got = ask(login, 40, long)

    assert got.answer(long).text == '{"long":1}'
    assert seen.shells.done.count("Send") > 3
    text = seen.shells.stdin.decode("ascii")
    assert text.startswith("& {")
    assert text.endswith("} @args\n\n\n")
    assert len(command_line()) < 120
    with pytest.raises(TransportError, match="would be cut") as refused:
        command_line(arguments=[script([long])])
    assert refused.value.reason is Reason.BUG


@BOTH
def test_a_host_that_says_not_yet_is_asked_again(authority: Authority, https: bool) -> None:
    with host(authority, Faults(late=4), https=https) as (seen, login):
        got = ask(login)

    assert got.answer(TWO).ok
    assert seen.shells.done.count("Receive") > 4


def test_a_host_that_says_not_yet_for_ever_costs_its_time_and_no_more(authority: Authority) -> None:
    with host(authority, Faults(late=1_000_000)) as (seen, login), within(8):
        got = ask(login, 8)

    assert got.failed is Reason.TIMEOUT
    assert seen.shells.done.count("Receive") < 90  # it waits between them
    assert (seen.shells.done[-1], seen.shells.held) == ("Delete", {})


def test_who_stops_early_leaves_no_shell_behind(authority: Authority) -> None:
    """Ctrl-C in the middle of a scan: the shell would else live on for minutes."""
    with host(authority, Faults(never=True)) as (seen, login):
        going = gather([Target("pc01", "", Winrm(login))], (), [ONE], Pacing(60), lambda event: None)
        threading.Thread(target=lambda: next(going, None), daemon=True).start()
        until = time.monotonic() + 30
        while "Receive" not in seen.shells.done and time.monotonic() < until:
            time.sleep(0.1)
        with within(4):
            leave(60)

    assert (seen.shells.done[-1], seen.shells.held) == ("Delete", {})


def test_a_program_that_never_ends_is_ended_at_the_deadline(authority: Authority) -> None:
    with host(authority, Faults(never=True)) as (seen, login), within(8):
        got = ask(login, 8)

    assert got.failed is Reason.TIMEOUT
    assert (seen.shells.done[-1], seen.shells.held) == ("Delete", {})


@pytest.mark.parametrize("action", ["Create", "Command", "Send", "Receive", "Signal"])
def test_a_host_that_falls_silent_costs_its_time_and_no_more(authority: Authority, action: str) -> None:
    """Its shell is taken away over another connection, as far as we were told that there is one."""
    with host(authority, Faults(silent=action)) as (seen, login), within(8):
        got = ask(login, 8)

    assert got.failed is (None if action == "Signal" else Reason.TIMEOUT)
    assert "Delete" in seen.shells.done or action in ("Create", "Signal")


@pytest.mark.parametrize("action", ["Create", "Command", "Send"])
@pytest.mark.parametrize("how", ["broken", "drops"])
def test_a_host_that_breaks_is_unreachable_at_once(authority: Authority, action: str, how: str) -> None:
    faults = Faults(**{how: action})  # type: ignore[arg-type]
    with host(authority, faults) as (seen, login), within(5):
        got = ask(login)

    assert got.failed is Reason.UNREACHABLE
    assert ("500" in got.failure) is (how == "broken")
    assert seen.shells.held == {} or action == "Create"


def test_what_came_before_the_connection_ended_counts(authority: Authority) -> None:
    """The first answers hold the hello; then nothing more comes, and what was not answered says so."""
    quick, slow = (
        powershell("[ordered]@{ a = 1 }", seconds=1),
        powershell("Start-Sleep 2; [ordered]@{ b = 1 }", seconds=8),
    )
    with host(authority, Faults(leaves=True)) as (seen, login):
        got = ask(login, 30, quick, slow)

    assert got.failed is None
    assert got.answer(slow).status is Status.TIMEOUT
    assert (seen.connections, seen.shells.done[-1], seen.shells.held) == (2, "Delete", {})


@pytest.mark.parametrize("cut", [200, 900])
def test_a_cut_answer_is_an_error_and_no_absence(authority: Authority, cut: int) -> None:
    """The program seems to end well, with exit status 0, and the end mark did not come."""
    with host(authority, Faults(cut=cut)) as (seen, login):
        got = ask(login)

    assert seen.shells.held == {}
    if got.failed is None:
        assert got.answer(TWO).status in (Status.TIMEOUT, Status.ERROR)
        assert got.answer(TWO).out == b""
    else:
        assert got.failed is Reason.UNSUPPORTED_PLATFORM


def test_noise_on_standard_error_is_no_failure(authority: Authority) -> None:
    clixml = (
        b'#< CLIXML\r\n<Objs Version="1.1.0.1" xmlns="http://schemas.microsoft.com/powershell/2004/04">'
        b'<Obj S="progress" RefId="0"><MS><I64 N="SourceId">1</I64></MS></Obj>'
        b'<S S="Error">Kan niet_x000D__x000A_</S></Objs>'
    )
    with host(authority, Faults(noise=clixml * 200)) as (_, login):
        assert ask(login).answer(TWO).ok


def test_output_without_end_is_cut_at_the_cap(authority: Authority, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("nis2scan.transport.windows.CAP", 1_000_000)
    with host(authority, Faults(endless=True)) as (seen, login):
        got = ask(login)

    assert got.failed is Reason.UNSUPPORTED_PLATFORM
    assert seen.shells.done.count("Receive") == 17  # of 60 000 bytes each
    assert seen.shells.held == {}


@pytest.mark.parametrize(
    ("faults", "said"),
    [
        (Faults(vast=5_000_000), "more than 4194304 bytes at once"),
        (Faults(entities=True), "XML that is not of WinRM"),
        (Faults(entities="utf-16"), "XML that is not of WinRM"),
        (Faults(bare=True), "without encryption"),
        (Faults(changed=True), "changed on its way"),
    ],
    ids=["vast", "entities", "entities in UTF-16", "bare", "changed"],
)
def test_an_answer_that_must_not_be_believed_is_not(authority: Authority, faults: Faults, said: str) -> None:
    with host(authority, faults, https=False) as (_, login):
        got = ask(login)

    assert got.failed is Reason.UNREACHABLE
    assert said in got.failure


def test_a_login_without_rights_is_told_apart_from_a_wrong_one(authority: Authority) -> None:
    with host(authority, Faults(denied="Create")) as (seen, login):
        got = ask(login)

    assert got.failed is Reason.NO_PRIVILEGE
    assert "Administrators" in got.failure
    assert (seen.let_in, seen.refused) == (1, 0)


@BOTH
def test_a_wrong_password_is_refused_after_one_try(authority: Authority, https: bool) -> None:
    with host(authority, https=https) as (seen, login):
        got = ask(replace(login, password=Secret("wrong")))

    assert got.failed is Reason.AUTH_FAILED
    assert "Test-WSMan" in got.failure
    assert (seen.refused, len(seen.tokens), seen.shells.done) == (1, 2, [])


def test_nobody_listens(authority: Authority) -> None:
    with host(authority) as (seen, login):
        pass
    got = ask(login, 10)

    assert (got.failed, seen.connections) == (Reason.UNREACHABLE, 0)
    assert got.failure.endswith(" refuses the connection. Does WinRM run there?")


@BOTH
def test_a_host_that_takes_the_connection_and_says_nothing(authority: Authority, https: bool) -> None:
    with socket.create_server(("127.0.0.1", 0)) as mute:
        login = Login("127.0.0.1", USER, mute.getsockname()[1], Secret(PASSWORD), plain_http=not https)
        with within(4):
            got = ask(login, 4)

    assert got.failed is Reason.TIMEOUT


def test_a_host_that_drips_is_cut_at_the_deadline(authority: Authority) -> None:
    """A byte now and then keeps every time-out for a single read from ever coming."""
    with _drips() as port, within(4):
        got = ask(Login("127.0.0.1", USER, port, Secret(PASSWORD), plain_http=True), 4)

    assert got.failed is Reason.TIMEOUT


_LOGIN_ASKED = b"HTTP/1.1 401 No\r\nWWW-Authenticate: Negotiate\r\n"
_CHUNKED = _LOGIN_ASKED + b"Transfer-Encoding: chunked\r\n\r\n"


@pytest.mark.parametrize(
    ("first", "again"),
    [
        (b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 100),
        (_CHUNKED, b"1\r\nx\r\n" * 2000),
        (_CHUNKED + b"0\r\n", b"X: y\r\n" * 2000),
        (_CHUNKED + b"1;", b"x" * 60000),
        (_CHUNKED + b"ffffffffffff\r\n", b"x" * 60000),
        (b"HTTP/1.1 401 No\r\n", b"X: y\r\n" * 1000),
        (_LOGIN_ASKED + b"Content-Length: 99999999999999\r\n\r\n", b"x" * 60000),
    ],
    ids=["not yet", "chunks of a byte", "endings", "a chunk's line", "a vast chunk", "headers", "a vast body"],
)
def test_a_flood_before_the_login_costs_its_time_and_no_memory(first: bytes, again: bytes) -> None:
    tracemalloc.start()
    with _floods(first, again) as port, within(3):
        got = ask(Login("127.0.0.1", USER, port, Secret(PASSWORD), plain_http=True), 3)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert got.failed in (Reason.TIMEOUT, Reason.UNREACHABLE)
    assert most < 20_000_000


@contextmanager
def _floods(first: bytes, again: bytes) -> Iterator[int]:
    def serve(listening: socket.socket) -> None:
        line, _ = listening.accept()
        with line, contextlib.suppress(OSError):
            line.settimeout(5)
            line.recv(65536)
            line.sendall(first)
            for _ in range(1_000_000):
                line.sendall(again)

    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=serve, args=(listening,), daemon=True)
        thread.start()
        yield int(listening.getsockname()[1])
        thread.join(2)


@contextmanager
def _drips() -> Iterator[int]:
    over = threading.Event()

    def serve(listening: socket.socket) -> None:
        line, _ = listening.accept()
        with line:
            line.sendall(b"HTTP/1.1 401 Unauthorized\r\n")
            while not over.wait(0.2):
                try:
                    line.sendall(b"X")
                except OSError:
                    return

    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=serve, args=(listening,), daemon=True)
        thread.start()
        yield int(listening.getsockname()[1])
        over.set()
        thread.join(2)


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (b"SSH-2.0-OpenSSH_9.2\r\n", "no sound HTTP"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", "asks for no login"),
        (b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n", "404"),
        (b'HTTP/1.1 401 No\r\nWWW-Authenticate: Basic realm="WSMAN"\r\nContent-Length: 0\r\n\r\n', "only by basic"),
        (b"HTTP/1.1 307 Go\r\nLocation: http://127.0.0.9:1/\r\nContent-Length: 0\r\n\r\n", "307"),
        (b"HTTP/1.1 401 No\r\nWWW-Authenticate: Negotiate\r\nContent-Length: 99\r\n\r\n", "cut"),
        (b"HTTP/1.1 401 No\r\n" + b"X: " + b"y" * 100_000 + b"\r\n\r\n", "no sound HTTP"),
    ],
    ids=["ssh", "open", "missing", "basic", "elsewhere", "cut", "long"],
)
def test_what_is_no_winrm_gets_no_login(answer: bytes, said: str) -> None:
    heard = bytearray()
    with _answers(answer, heard) as port:
        got = ask(Login("127.0.0.1", USER, port, Secret(PASSWORD), plain_http=True), 5)

    assert got.failed is Reason.UNREACHABLE
    assert said in got.failure
    assert b"uthorization" not in heard


@contextmanager
def _answers(answer: bytes, heard: bytearray) -> Iterator[int]:
    def serve(listening: socket.socket) -> None:
        line, _ = listening.accept()
        with line:
            heard.extend(line.recv(65536))
            line.sendall(answer)
            with contextlib.suppress(OSError):
                line.shutdown(socket.SHUT_WR)
                while data := line.recv(65536):
                    heard.extend(data)

    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=serve, args=(listening,), daemon=True)
        thread.start()
        yield int(listening.getsockname()[1])
        thread.join(2)
