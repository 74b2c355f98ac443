"""The cables of the lab: a few networks, each a bridge without an address, none with a way out."""

from __future__ import annotations

from dataclasses import dataclass

from tests.lab.run import run


@dataclass(frozen=True)
class Network:
    """One broadcast domain. zone: what the owner calls it in his settings."""

    name: str
    prefix: str
    zone: str
    router: int = 0

    @property
    def range(self) -> str:
        return f"{self.prefix}.0/24"

    def at(self, number: int) -> str:
        return f"{self.prefix}.{number}"


SERVERS = Network("servers", "192.168.77", "servers")
OFFICE = Network("kantoor", "192.168.78", "office", router=1)
MEETING = Network("vergaderzaal", "192.168.79", "office", router=1)
NETWORKS = (SERVERS, OFFICE, MEETING)


def bridges() -> None:
    """The cables between the hosts, in the lab's own network namespace. They have no address and lead nowhere."""
    run("ip", "link", "set", "lo", "up")
    for network in NETWORKS:
        run("ip", "link", "add", network.name, "type", "bridge")
        run("ip", "link", "set", network.name, "up")


def plugged_in(name: str, *cards: tuple[Network, int], mac: str = "") -> None:
    """A network namespace with a cable to each network. No default route: only the office can be reached."""
    run("ip", "netns", "add", name)
    for index, (network, number) in enumerate(cards):
        port, card = f"p{network.prefix.rsplit('.', 1)[1]}-{number}", f"eth{index}"
        own = ["address", mac] if mac else []
        run("ip", "link", "add", port, "type", "veth", "peer", "name", card, *own, "netns", name)
        run("ip", "link", "set", port, "master", network.name, "up")
        run("ip", "-n", name, "address", "add", f"{network.at(number)}/24", "dev", card)
        run("ip", "-n", name, "link", "set", card, "up")
    run("ip", "-n", name, "link", "set", "lo", "up")
