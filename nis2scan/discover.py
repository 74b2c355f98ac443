"""Which hosts are on a network. A connection to every address, then the neighbour table: a device that answers nothing
but ARP is found all the same. Nothing is sent but the start of TCP connections.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Network

from nis2scan.transport.connect import Door, door
from nis2scan.transport.makers import maker, randomised
from nis2scan.transport.pace import Pace
from nis2scan.transport.probes import Spot

# One port is enough on our own link: asking for the card is what finds a host there. Behind a router there is no such
# thing, so more ports are tried until one says anything.
NEAR = (443,)
FAR = (443, 80, 22, 445, 3389, 53, 8080)
BATCH = 128  # addresses that wait for ARP at once: the table of a small machine holds no more
STALE_SECONDS = 10.0  # after so long the system has asked again for an entry that was there before

Table = Callable[[], Mapping[str, str]]


@dataclass(frozen=True)
class Network:
    """A range that may be looked at. on_link: this machine has an address in it. own: addresses of this machine."""

    name: str
    range: IPv4Network
    on_link: bool = False
    gateway: str = ""
    own: tuple[str, ...] = ()


async def discovered(network: Network, pace: Pace, neighbours: Table) -> AsyncIterator[Spot]:
    """Every address on which something lives, in batches as they are found."""
    clock = asyncio.get_running_loop().time
    # In a thread: on Windows and macOS a program is started for it, and connections would be given up meanwhile.
    began, before = clock(), dict(await asyncio.to_thread(neighbours)) if network.on_link else {}
    addresses = [str(ip) for ip in (network.range.hosts() if network.range.num_addresses > 1 else network.range)]
    wanted = [address for address in addresses if address not in network.own]
    doubtful: list[str] = []
    for start in range(0, len(wanted), BATCH):
        batch = wanted[start : start + BATCH]
        answering = await _answering(network, batch, pace)
        table = await asyncio.to_thread(neighbours) if network.on_link else {}
        for address in batch:
            if address in answering or (address in table and table[address] != before.get(address)):
                yield _spot(network, address, table)
            elif address in table:
                doubtful.append(address)
    if doubtful:  # known from before and silent: still there only when the system's own question is answered
        await asyncio.sleep(max(0.0, began + STALE_SECONDS - clock()))
        table = await asyncio.to_thread(neighbours)
        for address in doubtful:
            if address in table:
                yield _spot(network, address, table)


async def _answering(network: Network, batch: Sequence[str], pace: Pace) -> Collection[str]:
    ports = NEAR if network.on_link else FAR

    async def answers(address: str) -> bool:
        for port in ports:
            if await door(address, port, pace) in (Door.OPEN, Door.CLOSED):
                return True
        return False

    said = await asyncio.gather(*map(answers, batch))
    return {address for address, answered in zip(batch, said, strict=True) if answered}


def _spot(network: Network, address: str, table: Mapping[str, str]) -> Spot:
    mac = table.get(address, "")
    return Spot(
        address=address,
        network=network.name,
        on_link=network.on_link,
        gateway=network.gateway,
        mac=mac,
        maker=maker(mac),
        randomised=bool(mac) and randomised(mac),
    )
