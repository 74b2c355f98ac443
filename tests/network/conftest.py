"""Real servers on loopback, each at an address of its own so that usual ports are free, and looks at them."""

from __future__ import annotations

import asyncio
import contextlib
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from nis2scan.errors import Reason
from nis2scan.model import Recording
from nis2scan.testing import NOON, rules
from nis2scan.transport.network import look
from nis2scan.transport.pace import Pace
from nis2scan.transport.probes import Spot

Serve = Callable[..., None]


def looked(spot: Spot | str, *, seconds: float = 30, words: tuple[str, ...] = ()) -> Recording:
    """What the network shows of a host, with every declared probe, or those that begin with one of `words`.

    As fast as this machine allows: the pace is tested by itself.
    """
    place = Spot(spot, network="office", on_link=True) if isinstance(spot, str) else spot
    asked = [q for q in rules().questions if q.kind == "probe" and (not words or q.text.startswith(words))]

    async def run() -> Recording:
        return await look(place, asked, Pace(20000, 20000), seconds)

    return replace(asyncio.run(run()), host="host", failed=Reason.NO_CREDENTIAL, taken_at=NOON)


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Serve]:
    """Start a real server and wait until it listens; it ends with the test. Without the program: left out."""
    running: list[subprocess.Popen[bytes]] = []

    def start(*command: str, at: str, port: int, udp: bool = False) -> None:
        program = shutil.which(command[0], path="/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin")
        if program is None:
            pytest.skip(f"{command[0]} is not installed")
        with (tmp_path / f"{len(running)}.log").open("wb") as log:
            running.append(subprocess.Popen([program, *command[1:]], stdout=log, stderr=log, cwd=tmp_path))
        end = time.monotonic() + 10
        while not udp and time.monotonic() < end:
            with contextlib.suppress(OSError), socket.create_connection((at, port), timeout=1):
                return
            time.sleep(0.05)
        if udp:
            _bound(at, port, end)
            return
        raise RuntimeError((tmp_path / f"{len(running) - 1}.log").read_text(errors="replace"))

    yield start
    for each in running:
        each.terminate()
        try:
            each.wait(5)
        except subprocess.TimeoutExpired:
            each.kill()
            each.wait()
    _left_behind([str(word) for each in running for word in each.args[1:]])  # type: ignore[index]


def _left_behind(words: list[str]) -> None:
    """Samba starts a process that leaves its family; it is known by the settings of the test on its command line."""
    import psutil

    ours = {f"--configfile={word}" for word in words if word.endswith("smb.conf")}
    for process in psutil.process_iter(["cmdline"]) if ours else ():
        if ours & set(process.info["cmdline"] or ()):
            with contextlib.suppress(psutil.Error):
                process.kill()


def _bound(at: str, port: int, end: float) -> None:
    wanted = "".join(f"{int(part):02X}" for part in reversed(at.split("."))) + f":{port:04X}"
    while time.monotonic() < end:
        if wanted in Path("/proc/net/udp").read_text():
            return
        time.sleep(0.05)
    raise RuntimeError(f"nothing listens on {at} udp {port}")
