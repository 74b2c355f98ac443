"""This machine itself: the same script as over SSH, given to its own shell. The only use of psutil."""

from __future__ import annotations

import contextlib
import os
import selectors
import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv4Interface
from typing import IO

from nis2scan.errors import Reason, TransportError
from nis2scan.model import Question, Recording
from nis2scan.transport.posix import Visit


@dataclass(frozen=True)
class Local:
    """This machine. become: "", "sudo" or "doas". shell: the program that reads the script."""

    become: str = ""
    shell: tuple[str, ...] = ("sh", "-s")
    vantage: str = "local"

    def ask(self, questions: Sequence[Question], seconds: float) -> Recording:
        """As Transport.ask."""
        visit = Visit(questions, self.vantage, self.become, seconds)
        program = shutil.which(self.shell[0])
        if os.name != "posix" or program is None:
            raise TransportError(
                Reason.UNSUPPORTED_PLATFORM,
                "this machine has no POSIX shell, so it cannot be looked at this way",
                "On Windows, look at this machine through its own collector.",
            )
        try:
            process = subprocess.Popen(  # noqa: S603 a constant program, the script comes on standard input
                [program, *self.shell[1:]],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                cwd="/",
                start_new_session=True,
            )
        except OSError as trouble:
            raise TransportError(
                Reason.UNREACHABLE, f"the shell of this machine does not start: {trouble}"
            ) from trouble
        try:
            _exchange(process, visit, time.monotonic() + seconds)
        finally:
            _end(process)
        return visit.recording()


def _exchange(process: subprocess.Popen[bytes], visit: Visit, deadline: float) -> None:
    """Send the script and read until the end, the deadline or the cap. Sending happens aside: pipes are small."""
    pipes = (process.stdin, process.stdout, process.stderr)
    stdin, stdout, stderr = (pipe for pipe in pipes if pipe is not None)
    threading.Thread(target=_send, args=(stdin, visit.script()), daemon=True).start()
    with selectors.DefaultSelector() as ready:
        ready.register(stdout, selectors.EVENT_READ, visit.feed)
        ready.register(stderr, selectors.EVENT_READ, visit.complain)
        while ready.get_map() and (left := deadline - time.monotonic()) > 0:
            for key, _ in ready.select(left):
                data = os.read(key.fd, 262144)
                if not data:
                    ready.unregister(key.fileobj)
                elif not key.data(data):
                    return


def _send(stdin: IO[bytes], script: bytes) -> None:
    with contextlib.suppress(OSError), stdin:
        stdin.write(script)


def _end(process: subprocess.Popen[bytes]) -> None:
    """End the shell and everything that it started, and let go of the pipes."""
    import psutil

    with contextlib.suppress(psutil.Error):
        family = [] if process.poll() is not None else psutil.Process(process.pid).children(recursive=True)
        for each in family:
            with contextlib.suppress(psutil.Error):
                each.kill()
    if process.poll() is None:
        process.kill()
    process.wait()
    for pipe in (process.stdout, process.stderr):
        if pipe is not None:
            pipe.close()


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
