"""Versions of services, by nmap. The program is run here, because python-nmap loses everything when time is up and
cannot end what nmap started; python-nmap reads what nmap wrote.

Port data by the Nmap Security Scanner, https://nmap.org. nmap is not part of nis2scan; without it this is not known.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from ipaddress import ip_address
from pathlib import Path
from typing import Any, cast
from weakref import WeakKeyDictionary

from nis2scan.transport.pace import Pace
from nis2scan.transport.probes import Missing, Way
from nis2scan.transport.probes.groups import Groups
from nis2scan.transport.probes.markup import tree
from nis2scan.transport.talk import Talk

_ARGUMENTS = (
    *("-sT", "-Pn", "-n", "-sV", "--version-intensity", "5", "--unprivileged", "--max-retries", "1"),
    *("--host-timeout", "75s", "-oX", "-"),
)
_SECONDS = 90.0
_MOST = 1_048_576
_PORTS = 40
_AT_ONCE = 10  # runs of nmap at the same time: each takes up to 50 MB, and waits most of its six seconds
_WORDS = 120
_PLACES = (r"C:\Program Files (x86)\Nmap\nmap.exe", r"C:\Program Files\Nmap\nmap.exe")
_TOGETHER = 32  # hosts in one run
_groups: WeakKeyDictionary[Pace, Groups] = WeakKeyDictionary()


async def ask(way: Way, talk: Talk, cap: int) -> Mapping[str, object]:
    """Runs nmap against this address and the ports that were found open, up to 40, never the guarded ones:

    `-sT -Pn -n -sV --version-intensity 5 --unprivileged --max-retries 1 --host-timeout 75s`. It sends to each of these
    ports what makes the common services name themselves. Not at all to printers, cameras, controllers and phones.
    Hosts with the same open ports share a run.
    """
    if way.spot.guard.kind:
        return {"state": "guarded", "ports": {}}
    ports = [port for port in way.spot.ports("open") if way.spot.guard.lets(way.word, port)][:_PORTS]
    if not ports:
        return {"state": "nothing", "ports": {}}
    program = _program()
    if program is None:
        raise Missing("nmap is not installed on the machine that scanned")
    where = ip_address(way.spot.address)  # raises for anything else: it stands among arguments
    family = ("-6",) if where.version == 6 else ()
    words = (program, *_ARGUMENTS, *family, "-p", ",".join(map(str, ports)))

    async def run(addresses: Sequence[str]) -> Callable[[str], object]:
        data = await _run((*words, *addresses))
        return lambda address: _read(data, address)

    groups = _groups.setdefault(way.pace, Groups(_AT_ONCE, _TOGETHER))
    return cast("Mapping[str, object]", await groups.ask(words, str(where), run))


def _program() -> str | None:
    """On Windows only where it is installed: a search there begins in the current folder, which is a client's."""
    if sys.platform == "win32":
        return next((place for place in _PLACES if Path(place).is_file()), None)
    return shutil.which("nmap")


async def _run(command: tuple[str, ...]) -> bytes:
    """What nmap wrote. When time is up, or this is given up, nmap and all that it started end."""
    process = await asyncio.create_subprocess_exec(
        *command,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        start_new_session=True,
    )
    out = process.stdout
    assert out is not None  # noqa: S101 asked for above
    data = bytearray()
    try:
        async with asyncio.timeout(_SECONDS):
            while part := await out.read(65536):
                data += part
                if len(data) > _MOST:
                    raise ValueError("nmap wrote more than is read")
            await process.wait()
    finally:
        if process.returncode is None:
            await _end(process)
    return bytes(data)


async def _end(process: asyncio.subprocess.Process) -> None:
    with suppress(ProcessLookupError):
        if sys.platform != "win32":
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()
    with suppress(TimeoutError):
        async with asyncio.timeout(5):
            await process.wait()


def _read(data: bytes, address: str) -> Mapping[str, object]:
    """What the XML says, after it was found to be plain: python-nmap would follow entities."""
    import nmap

    root = tree(data, _MOST)
    ended = root.find("runstats/finished")
    hosts = [host for host in root.iter("host") if any(item.get("addr") == address for item in host.iter("address"))]
    cut = ended is None or not hosts or any(host.get("timedout") == "true" for host in hosts)
    reader = object.__new__(nmap.PortScanner)  # its own start would run nmap once more, without a deadline
    found: dict[str, Any] = reader.analyse_nmap_xml_scan(data.decode()).get("scan", {}).get(address, {}).get("tcp", {})
    rows = {str(port): _row(row) for port, row in found.items() if row.get("state") == "open"}
    return {"state": "cut" if cut else "asked", "ports": rows}


def _row(row: Mapping[str, Any]) -> dict[str, str]:
    return {name: str(row.get(name) or "")[:_WORDS] for name in ("name", "product", "version", "extrainfo")}
