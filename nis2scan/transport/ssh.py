"""A host over SSH: one login, one channel, one script. paramiko stands here and in the files that this one imports.

Reading an exit status can wait for ever with paramiko; it is never read: the script frames its own answers. What the
server says of itself before anything else decides for which system the script is.
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from nis2scan.errors import Reason, TransportError
from nis2scan.model import Question, Recording, say
from nis2scan.transport import only_questions, posix, windows
from nis2scan.transport.ssh_login import Login, explained
from nis2scan.transport.ssh_route import CONNECT_SECONDS, connected
from nis2scan.transport.windows_script import ARGUMENTS, PROGRAM

if TYPE_CHECKING:
    import paramiko

__all__ = ["Login", "Ssh"]

Visit = posix.Visit | windows.Visit
_WINDOW = 4 * 1024 * 1024


@dataclass(frozen=True)
class Ssh:
    """A transport to one host."""

    login: Login
    vantage: str = field(default="ssh", init=False)

    def ask(self, questions: Sequence[Question], seconds: float) -> Recording:
        """As Transport.ask."""
        login, known = self.login, only_questions(questions)
        deadline = time.monotonic() + seconds
        with explained(login, deadline), connected(login, deadline) as transport:
            if is_windows(transport.remote_version):
                visit: Visit = windows.Visit(known, self.vantage, deadline - time.monotonic())
                _exchange(transport, visit, deadline, " ".join((PROGRAM, *ARGUMENTS)), windows.HELLO_SECONDS)
            else:
                visit = posix.Visit(known, self.vantage, login.become, seconds)
                _exchange(transport, visit, deadline, "exec /bin/sh -s", posix.HELLO_SECONDS)
        return visit.recording()


def is_windows(banner: str) -> bool:
    """Whether the first line of an SSH server is of a Windows: `SSH-2.0-OpenSSH_for_Windows_9.5`, or with it added."""
    return "windows" in banner.lower()


def _exchange(transport: paramiko.Transport, visit: Visit, deadline: float, command: str, hello_seconds: float) -> None:
    """Send the script and read to the end. What came before time, cap or connection ended counts; `ask` sees how."""
    channel = transport.open_session(window_size=_WINDOW, timeout=CONNECT_SECONDS)
    channel.settimeout(min(hello_seconds, posix.HELLO_SECONDS))
    channel.exec_command(command)
    threading.Thread(target=send_beside, args=(channel, visit.script(), visit), daemon=True).start()
    begun = time.monotonic()
    more = True
    while more and time.monotonic() < deadline:
        try:
            data = channel.recv(262144)
        except TimeoutError:
            data = None
        if data:
            more = visit.feed(data)
        elif data is not None:  # the end; a channel that the watchdog closed ends as well
            break
        if visit.hello is None and time.monotonic() - begun >= hello_seconds:
            return
    if visit.hello is None and time.monotonic() >= deadline:
        raise TransportError(Reason.TIMEOUT, say("the host let us in and then did not answer in time"))
    if visit.hello is None and not transport.is_active():
        raise TransportError(Reason.UNREACHABLE, say("the host let us in and then ended the connection"))


def send_beside(channel: paramiko.Channel, script: bytes, visit: Visit) -> None:
    """Send, then keep standard error flowing, so that a host that complains much does not fill the window.

    However the line ends, whoever reads its standard output notices too, and says so: here it is only the end.
    """
    import paramiko

    ends = (OSError, EOFError, paramiko.SSHException)  # EOFError: the line went while something was being sent
    with contextlib.suppress(*ends):  # TimeoutError is an OSError: then the host does not take the script
        channel.sendall(script)
        channel.shutdown_write()
    while True:
        try:
            data = channel.recv_stderr(65536)
        except TimeoutError:
            continue
        except ends:
            return
        if not data:
            return
        visit.complain(data)
