"""This machine itself: the same script as over the wire, given to its own shell. The only use of psutil."""

from __future__ import annotations

import contextlib
import os
import queue
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Interface
from pathlib import Path
from typing import IO

from nis2scan.errors import Reason, TransportError
from nis2scan.model import Question, Recording, say
from nis2scan.transport import posix, windows
from nis2scan.transport.windows_script import ARGUMENTS, PROGRAM

Visit = posix.Visit | windows.Visit
Take = Callable[[bytes], bool]

_WINDOWS = os.name == "nt"
_POWERSHELL = (PROGRAM, *ARGUMENTS)
_APART = 0x08000000 if sys.platform == "win32" else 0  # CREATE_NO_WINDOW: no black window flashes up
_MORE_SECONDS = 1.0  # for the readers to notice that everything was ended


@dataclass(frozen=True)
class Local:
    """This machine. become: "", "sudo" or "doas". shell: the program that reads the script.

    windows: it is asked in PowerShell, and not in the language of POSIX shells.
    """

    become: str = ""
    shell: tuple[str, ...] = _POWERSHELL if _WINDOWS else ("sh", "-s")
    vantage: str = "local"
    windows: bool = _WINDOWS

    def ask(self, questions: Sequence[Question], seconds: float) -> Recording:
        """As Transport.ask."""
        visit = self._visit(questions, seconds)
        program = shutil.which(self.shell[0])
        if program is None:
            raise TransportError(
                Reason.UNSUPPORTED_PLATFORM,
                say(
                    "this machine has no {shell}, so it cannot be looked at this way",
                    shell="Windows PowerShell" if self.windows else "POSIX shell",
                ),
            )
        try:
            process = subprocess.Popen(  # noqa: S603 a constant program, the script comes on standard input
                [program, *self.shell[1:]],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                cwd=Path(os.sep).resolve(),
                start_new_session=True,
                creationflags=_APART,
            )
        except OSError as trouble:
            raise TransportError(
                Reason.UNREACHABLE,
                say("the shell of this machine does not start: {why}", why=trouble.strerror or str(trouble)),
            ) from trouble
        readers: list[threading.Thread] = []
        try:
            _exchange(process, visit, time.monotonic() + seconds, readers)
        finally:
            _end(process, readers)
        return visit.recording()

    def _visit(self, questions: Sequence[Question], seconds: float) -> Visit:
        if self.windows:
            return windows.Visit(questions, self.vantage, seconds)
        return posix.Visit(questions, self.vantage, self.become, seconds)


def _exchange(process: subprocess.Popen[bytes], visit: Visit, deadline: float, readers: list[threading.Thread]) -> None:
    """Send the script and read until the end, the deadline or the cap. Each pipe has a thread of its own: pipes are
    small, and Windows cannot wait for several.
    """
    pipes = (process.stdin, process.stdout, process.stderr)
    stdin, stdout, stderr = (pipe for pipe in pipes if pipe is not None)
    heard = _Heard()
    for pipe, take in ((stdout, visit.feed), (stderr, visit.complain)):
        readers.append(threading.Thread(target=heard.read, args=(pipe, take), daemon=True))
        readers[-1].start()
    threading.Thread(target=_send, args=(stdin, visit.script()), daemon=True).start()
    ended = 0
    while ended < len(readers) and (left := deadline - time.monotonic()) > 0:
        try:
            taker, data = heard.parts.get(timeout=left)
        except queue.Empty:
            break
        heard.room.release()
        if not data:
            ended += 1
        elif not taker(data):
            break
    heard.enough()


class _Heard:
    """What the readers of the pipes bring, to the one who takes it. A flood waits where it is made."""

    def __init__(self) -> None:
        self.parts: queue.SimpleQueue[tuple[Take, bytes]] = queue.SimpleQueue()
        self.room = threading.Semaphore(16)
        self._over = False

    def read(self, pipe: IO[bytes], take: Take) -> None:
        """Read one pipe to its end and close it. Nobody else does: its number could be another file's meanwhile."""
        data = b"more"
        with pipe:
            while data:
                data = os.read(pipe.fileno(), 262144)
                if not self._over:
                    self.room.acquire()
                    self.parts.put((take, data))

    def enough(self) -> None:
        """Nobody takes any more: what still comes is dropped."""
        self._over = True
        self.room.release(2)  # one for each reader that waits


def _send(stdin: IO[bytes], script: bytes) -> None:
    with contextlib.suppress(OSError), stdin:
        stdin.write(script)


def _end(process: subprocess.Popen[bytes], readers: Sequence[threading.Thread]) -> None:
    """End the shell and everything that it started; with them the pipes end, and their readers."""
    import psutil

    with contextlib.suppress(psutil.Error):
        family = [] if process.poll() is not None else psutil.Process(process.pid).children(recursive=True)
        for each in family:
            with contextlib.suppress(psutil.Error):
                each.kill()
    if process.poll() is None:
        process.kill()
    process.wait()
    for reader in readers:
        reader.join(_MORE_SECONDS)


@dataclass(frozen=True)
class Card:
    """One address of this machine with the network around it, and the name of the network card."""

    name: str
    interface: IPv4Interface


def cards() -> list[Card]:
    """The IPv4 addresses of this machine on cards that are up. Loopback and link-local addresses are left out."""
    import psutil

    up = {name for name, state in psutil.net_if_stats().items() if state.isup}
    found = []
    for name, items in psutil.net_if_addrs().items():
        for item in items:
            if name in up and item.family is socket.AF_INET and item.netmask:
                interface = IPv4Interface(f"{item.address}/{item.netmask}")
                if not interface.ip.is_loopback and not interface.ip.is_link_local:
                    found.append(Card(name, interface))
    return found
