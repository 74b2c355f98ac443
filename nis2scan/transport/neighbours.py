"""The neighbour table of this machine: which addresses have answered ARP, with the address of their network card.

A Windows PC behind its own firewall answers nothing but ARP: this is the only place where it shows.
"""

from __future__ import annotations

import json
import re
import socket
import struct
import subprocess
import sys
from pathlib import Path

_ARP, _ROUTES = Path("/proc/net/arp"), Path("/proc/net/route")
_COMPLETE = 0x2
# States by number: names of them are translated on a localised Windows. 0 unreachable, 1 incomplete.
_NEIGHBOURS = "Get-NetNeighbor -AddressFamily IPv4 | Where-Object {[int]$_.State -gt 1}"
_WINDOWS = f"@({_NEIGHBOURS} | ForEach-Object {{ @($_.IPAddress, $_.LinkLayerAddress) -join ' ' }}) | ConvertTo-Json"
_MAC = re.compile(r"([0-9a-f]{1,2}[:-]){5}[0-9a-f]{1,2}", re.I)


def neighbours() -> dict[str, str]:
    """Address to card (`aa:bb:cc:dd:ee:ff`) of everything that answered ARP lately. Empty where it cannot be read."""
    if sys.platform == "win32":
        return _pairs(_said([_powershell(), "-NoProfile", "-NonInteractive", "-Command", _WINDOWS]))
    if sys.platform == "darwin":
        return _pairs(_said(["/usr/sbin/arp", "-an"]))
    return linux(_read(_ARP))


def linux(table: str) -> dict[str, str]:
    """/proc/net/arp: address, type, flags, card, mask, device. Only entries that are complete."""
    rows = [line.split() for line in table.splitlines()[1:]]
    full = [row for row in rows if len(row) >= 6 and int(row[2], 16) & _COMPLETE]
    return {row[0]: row[3].lower() for row in full if row[3] != "00:00:00:00:00:00"}


def _pairs(text: str) -> dict[str, str]:
    """Address and card of every line that has both, whatever stands around them."""
    try:
        lines = json.loads(text)
    except ValueError:
        lines = text.splitlines()
    found: dict[str, str] = {}
    for line in [lines] if isinstance(lines, str) else lines:
        address, card = re.search(r"\d+\.\d+\.\d+\.\d+", str(line)), _MAC.search(str(line))
        if address and card:
            parts = re.split("[:-]", card[0].lower())
            found[address[0]] = ":".join(part.zfill(2) for part in parts)
    return {key: mac for key, mac in found.items() if mac not in ("00:00:00:00:00:00", "ff:ff:ff:ff:ff:ff")}


def _said(command: list[str]) -> str:
    try:
        done = subprocess.run(  # noqa: S603 constant commands that only list
            command, stdin=subprocess.DEVNULL, capture_output=True, timeout=15, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.decode("utf-8", "replace")


if sys.platform == "win32":
    import ctypes

    def _powershell() -> str:
        """By its place in the system: Windows looks in the folder of the user first, and that is a client's."""
        folder = ctypes.create_unicode_buffer(260)
        ctypes.WinDLL("kernel32").GetSystemDirectoryW(folder, 260)
        return rf"{folder.value}\WindowsPowerShell\v1.0\powershell.exe"


def gateways() -> tuple[str, ...]:
    """The routers that this machine sends to what is not near. Empty where that is not known."""
    return routers(_read(_ROUTES))


def routers(table: str) -> tuple[str, ...]:
    """/proc/net/route: the gateway of each default route; addresses stand as hexadecimal in the machine's own order."""
    rows = [line.split() for line in table.splitlines()[1:]]
    defaults = [row[2] for row in rows if len(row) >= 8 and row[1] == "00000000" and row[7] == "00000000"]
    return tuple(socket.inet_ntoa(struct.pack("=L", int(gateway, 16))) for gateway in defaults)


def _read(path: Path) -> str:
    try:
        return path.read_text()
    except OSError:
        return ""
