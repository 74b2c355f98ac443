"""How much work a scan of one host is, counted and not timed: what the host's own SSH server and kernel saw of it.

Seconds differ from machine to machine; connections, handshakes, processes and bytes do not. These fail when they grow.
"""

from __future__ import annotations

import getpass
import os
import re
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from nis2scan.api import Question, Root, shell
from nis2scan.facts.session import Session
from nis2scan.model import Recording
from nis2scan.secrets import Secret
from nis2scan.testing import fact, rules
from nis2scan.transport.ssh import Login, Ssh

SSHD = shutil.which("sshd", path="/usr/sbin:/usr/local/sbin:/sbin")
ROOT = sys.platform != "win32" and os.geteuid() == 0

# Of the whole script with all its questions. What grows them on purpose raises them here, and says why in its message.
SENT = 2_000  # bytes to the host for each question; its text is most of that
RECEIVED = 2_500  # bytes from the host for each question, packed
STARTED = 4.0  # programs for each question: many need none, few need many
TURNS = 24  # times that the other side's turn to speak comes: the round trips

_ALONE = 'mount --make-rprivate / && mount -t tmpfs none /run && mkdir -p /run/sshd && exec "$@"'
_STARTS = re.compile(r'^\d+ +execve\("([^"]+)", \["([^"]*)"(?:, "([^"]*)")?.* = 0$')


@dataclass
class Relay:
    """Stands between the scanner and the host, and counts what goes by."""

    port: int
    listener: socket.socket = field(default_factory=socket.socket)
    connections: int = 0
    sent: int = 0
    received: int = 0
    turns: int = 0
    _last: str = ""
    _lines: list[socket.socket] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.listener.bind(("127.0.0.1", 0))
        self.listener.listen()
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                near, _ = self.listener.accept()
            except OSError:
                return
            self.connections += 1
            far = socket.create_connection(("127.0.0.1", self.port))
            self._lines += (near, far)
            for one, other, way in ((near, far, "sent"), (far, near, "received")):
                threading.Thread(target=self._pass_on, args=(one, other, way), daemon=True).start()

    def close(self) -> None:
        """Nobody waits on the listener any more, and no line stays open."""
        with suppress(OSError):
            self.listener.shutdown(socket.SHUT_RDWR)
        for each in (self.listener, *self._lines):
            each.close()

    def _pass_on(self, one: socket.socket, other: socket.socket, way: str) -> None:
        try:
            while data := one.recv(65536):
                setattr(self, way, getattr(self, way) + len(data))
                self.turns += way != self._last
                self._last = way
                other.sendall(data)
            other.shutdown(socket.SHUT_WR)
        except OSError:
            pass  # the other side is gone; what it had to count was counted


@dataclass(frozen=True)
class Counted:
    """One visit, as the host saw it. started: the programs below the shell that reads our script, in order."""

    recording: Recording
    relay: Relay
    log: str
    started: list[str]

    def lines(self, text: str) -> int:
        return len(re.findall(text, self.log))


def _settings(folder: Path, port: int) -> None:
    for name in ("host", "user"):
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(folder / name)], check=True)
    (folder / "sshd_config").write_text(
        f"ListenAddress 127.0.0.1\nPort {port}\nHostKey {folder}/host\nAuthorizedKeysFile {folder}/user.pub\n"
        "StrictModes no\nUsePAM no\nPermitRootLogin yes\nPidFile none\nUseDNS no\nLogLevel DEBUG1\n"
    )


@pytest.fixture
def visit(tmp_path: Path) -> Iterator[Any]:
    """Ask a real sshd on loopback, once; it and all that it starts is traced where that is allowed."""
    if SSHD is None:
        pytest.skip("only on POSIX with an SSH server")
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = int(found.getsockname()[1])
    _settings(tmp_path, port)
    tracer = ["strace", "-f", "--seccomp-bpf", "-qq", "-s", "64", "-e", "trace=execve", "-e", "signal=none"]
    tracer += ["-o", str(tmp_path / "trace")]
    command = [*(tracer if shutil.which("strace") else []), SSHD, "-D", "-e", "-f", str(tmp_path / "sshd_config")]
    if ROOT:
        command = ["unshare", "-m", "sh", "-c", _ALONE, "sh", *command]
    with (tmp_path / "log").open("wb") as log:
        server = subprocess.Popen(command, stdin=subprocess.DEVNULL, stderr=log, start_new_session=True)
    relay = Relay(port)
    try:
        _await(tmp_path / "log", server)
        yield lambda *questions: _visited(tmp_path, relay, questions)
    finally:
        relay.close()
        for process in _below(server.pid):
            process.kill()
        server.wait(10)


def _below(number: int) -> list[Any]:
    import psutil

    first = psutil.Process(number)
    return [*first.children(recursive=True), first]


def _await(log: Path, server: subprocess.Popen[bytes]) -> None:
    for _ in range(100):
        said = log.read_text(errors="replace")
        if "Server listening" in said:
            return
        if server.poll() is not None:
            pytest.skip(f"tracing is not allowed here: {said[:80]}") if "ptrace" in said else pytest.fail(said)
        time.sleep(0.1)
    pytest.fail("sshd does not listen")


def _visited(folder: Path, relay: Relay, questions: tuple[Question, ...]) -> Counted:
    near = int(relay.listener.getsockname()[1])
    known = folder / "known_hosts"
    known.write_text(f"[127.0.0.1]:{near} {(folder / 'host.pub').read_text()}")
    key = Secret((folder / "user").read_text())
    login = Login("127.0.0.1", getpass.getuser(), near, key=key, known_hosts=(known,))
    recording = Ssh(login).ask(questions, 120)
    for _ in range(100):  # the server writes down the end when it comes to it
        if "Closing connection" in (log := (folder / "log").read_text(errors="replace")) or "Connection closed" in log:
            break
        time.sleep(0.1)
    trace = folder / "trace"
    return Counted(recording, relay, log, _started(trace.read_text(errors="replace")) if trace.exists() else [])


def _started(trace: str) -> list[str]:
    """The programs that were started from our script on: what sshd itself and the login shell do comes before it."""
    waiting: dict[str, str] = {}  # a line that another process broke off, by the number of its process
    starts = []
    for line in trace.splitlines():
        number, _, rest = line.partition(" ")
        if line.endswith("<unfinished ...>"):
            waiting[number] = line.removesuffix("<unfinished ...>")
            continue
        if rest.lstrip().startswith("<... execve resumed>"):
            line = waiting.pop(number, "") + rest.partition("resumed>")[2]
        if found := _STARTS.match(line):
            starts.append(found.groups())
    begin = next(number for number, (_, name, first) in enumerate(starts) if name.endswith("sh") and first == "-s")
    return [path.rsplit("/", 1)[-1] for path, _, _ in starts[begin:]]


ECHOES = tuple(shell(f"echo {number}", root=Root.NEVER, platforms=("linux",)) for number in range(40))


@pytest.mark.skipif(sys.platform != "linux", reason="only on Linux: the host's side is read from its sshd and kernel")
def test_a_visit_is_one_connection_one_handshake_one_login_and_one_channel(visit: Any) -> None:
    counted = visit(*ECHOES)

    assert [counted.recording.answer(question).text for question in ECHOES] == [f"{n}\n" for n in range(40)]
    assert counted.relay.connections == 1
    assert counted.lines(r"kex: algorithm: ") == 1
    assert (counted.lines(r"Accepted publickey"), counted.lines(r"Failed ")) == (1, 0)
    assert counted.lines(r"server_input_channel_open: ctype ") == 1
    assert re.findall(r"server_input_channel_req: channel \d+ request (\S+)", counted.log) == ["exec"]
    assert counted.relay.turns <= TURNS


@pytest.mark.skipif(sys.platform != "linux", reason="only on Linux: the host's side is read from its sshd and kernel")
def test_a_question_starts_no_program_of_its_own(visit: Any) -> None:
    """The frame starts a handful of programs whatever is asked; forty questions that need none add none."""
    counted = visit(*ECHOES)
    if not counted.started:
        pytest.skip("strace is not installed")

    assert sorted(set(counted.started)) == ["date", "gzip", "head", "id", "sh", "sleep", "uname"]
    assert counted.started.count("date") == 2
    assert {name: counted.started.count(name) for name in ("gzip", "head", "id", "sh", "uname")} == dict.fromkeys(
        ("gzip", "head", "id", "sh", "uname"), 1
    )


@pytest.mark.skipif(sys.platform != "linux", reason="only on Linux: the host's side is read from its sshd and kernel")
def test_all_questions_together_stay_within_what_they_were(visit: Any, record_property: Any) -> None:
    questions = [question for question in rules().questions if question.kind == "shell"]
    counted = visit(*questions)

    assert fact(Session, counted.recording).bye, "the answer was cut: what was counted is not the whole"
    relay, count = counted.relay, len(questions)
    started = len(counted.started)
    line = f"a host: {count} questions, {relay.connections} connection, {relay.turns} turns, {relay.sent} bytes sent, "
    record_property("told", f"{line}{relay.received} received, {started} programs started on it")
    assert relay.connections == 1
    assert counted.lines(r"server_input_channel_open: ctype ") == 1
    assert relay.turns <= TURNS
    assert relay.sent <= SENT * count
    assert relay.received <= RECEIVED * count
    assert started <= STARTED * count
