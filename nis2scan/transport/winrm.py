"""A Windows host over WinRM: one login, one shell, one script on standard input.

pywinrm writes and reads the messages; the line under it, the login and the loop are ours: pywinrm would wait for ever
on a host that keeps saying "not yet", send a password as it is when nobody says otherwise, and read without an end.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from nis2scan.errors import Reason, TransportError
from nis2scan.model import Question, Recording, say
from nis2scan.transport.leaving import held
from nis2scan.transport.windows import Visit
from nis2scan.transport.windows_script import ARGUMENTS
from nis2scan.transport.winrm_login import Login, explained

if TYPE_CHECKING:
    from nis2scan.transport.winrm_proof import Session

__all__ = ["Login", "Winrm"]

PROGRAM = r"%SystemRoot%\System32\WindowsPowerShell\v1.0\powershell.exe"
_LONGEST = 8000  # cmd.exe cuts a line at 8 191 characters, without a word and with exit status 0
_PIECE = 65536  # of the script, in one message; old hosts take 150 kilobytes, and this becomes 88 as base64
_CLOSING_SECONDS = 4.0  # kept back, to end what runs there also when it does not end by itself
_POLL_SECONDS = 15  # how long a host may keep a request for more when there is none
_UTF8 = 65001
_IDLE = "PT300S"  # a shell that nobody can take away any more ends by itself, and not after two hours
# Nothing is kept of the modules that PowerShell met: that would be a file.
_ENVIRONMENT = {"PSModuleAnalysisCachePath": "nul"}


@dataclass(frozen=True)
class Winrm:
    """A transport to one host."""

    login: Login
    vantage: str = field(default="winrm", init=False)

    def ask(self, questions: Sequence[Question], seconds: float) -> Recording:
        """As Transport.ask."""
        visit = Visit(questions, self.vantage, seconds)
        deadline = time.monotonic() + seconds
        until = deadline - min(_CLOSING_SECONDS, seconds / 4)
        self.login.gate.check()
        with explained(self.login, until):
            _visited(self.login, visit, until, deadline)
        return visit.recording()


def command_line(program: str = PROGRAM, arguments: Sequence[str] = ARGUMENTS) -> str:
    """What the host is told to start. Raises TransportError for one that Windows would cut."""
    line = " ".join((program, *arguments))
    if len(line) > _LONGEST:
        raise TransportError(Reason.BUG, f"refused: a command line of {len(line)} characters would be cut")
    return line


def _visited(login: Login, visit: Visit, until: float, deadline: float) -> None:
    from nis2scan.transport.winrm_line import Line
    from nis2scan.transport.winrm_proof import let_in

    line = Line(login, until)
    try:
        session = let_in(login, line)
        shell = _Shell(_protocol(session), session)
        with held(line.cut):
            try:
                shell.begin()
                _exchange(shell, visit, until)
            finally:
                by = min(deadline, time.monotonic() + _CLOSING_SECONDS)
                line.watch(by)
                with contextlib.suppress(Exception):  # it is the end; what went wrong before is what counts
                    _end(shell, by)
    finally:
        line.close()


def _protocol(session: Session) -> Any:
    """pywinrm's writer and reader of messages. It never gets a login, and nothing of its own that sends."""
    from winrm.protocol import Protocol

    protocol: Any = Protocol("http://nowhere.invalid/wsman", transport="kerberos")
    protocol.transport = session
    return protocol


@dataclass
class _Shell:
    """What was made on the host, and has to be taken away again."""

    protocol: Any
    session: Session
    id: str = ""
    command: str = ""

    def begin(self) -> None:
        """A shell without a profile (the first login would make one, which is a folder), and PowerShell in it."""
        self.id = self.protocol.open_shell(codepage=_UTF8, noprofile=True, env_vars=_ENVIRONMENT, idle_timeout=_IDLE)
        self.command = self.protocol.run_command(self.id, command_line(), console_mode_stdin=False)


def _exchange(shell: _Shell, visit: Visit, until: float) -> None:
    """Send the script and read to the end. What came before time, cap or connection ended counts."""
    visit.seconds = until - time.monotonic()  # what is left once somebody was let in
    script = visit.script()
    for at in range(0, len(script), _PIECE):
        last = at + _PIECE >= len(script)
        shell.protocol.send_command_input(shell.id, shell.command, script[at : at + _PIECE], end=last)
    try:
        _received(shell, visit, until)
    except Exception:
        if visit.hello is None:
            raise
    if visit.hello is None and time.monotonic() >= until - 1:
        raise TransportError(
            Reason.TIMEOUT, say("{where} let us in and then did not answer", where=shell.session.line.login.where)
        )


def _received(shell: _Shell, visit: Visit, until: float) -> None:
    from winrm.exceptions import WinRMOperationTimeoutError

    done, more = False, True
    while more and not done and (left := until - time.monotonic()) > 1:
        begun = time.monotonic()
        shell.protocol.operation_timeout_sec = max(1, min(_POLL_SECONDS, int(left)))
        out, err = b"", b""
        with contextlib.suppress(WinRMOperationTimeoutError):  # "not yet": said for as long as PowerShell is at work
            out, err, _, done = shell.protocol.get_command_output_raw(shell.id, shell.command)
        more = visit.feed(out)
        visit.complain(err)
        if not out and not err and not done and time.monotonic() - begun < 0.1:
            time.sleep(0.1)  # a host that does not wait by itself


def _end(shell: _Shell, deadline: float) -> None:
    """End the command and take the shell away; over a line of its own when the first one still waits for something."""
    line = shell.session.line
    shell.protocol.operation_timeout_sec = 2
    if shell.command and line.whole:
        with contextlib.suppress(Exception):
            shell.protocol.cleanup_command(shell.id, shell.command)
    if shell.id and line.whole:
        shell.protocol.close_shell(shell.id)
    elif shell.id:
        _end_anew(shell, deadline)


def _end_anew(shell: _Shell, deadline: float) -> None:
    from nis2scan.transport.winrm_line import Line
    from nis2scan.transport.winrm_proof import let_in

    line = Line(shell.session.line.login, deadline)
    try:
        session = let_in(line.login, line)
        protocol = _protocol(session)
        protocol.operation_timeout_sec = 2
        protocol.close_shell(shell.id)
    finally:
        line.close()
