"""The network cards of a machine, by which its file is known on the network: in the shapes of each system."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from nis2scan.errors import CannotTell
from nis2scan.facts.cards import LINUX, MACOS, WINDOWS, Cards
from nis2scan.model import Answer, Status
from nis2scan.recording import from_bytes
from nis2scan.testing import answered, fact, recording

IFCONFIG = """\
lo0: flags=8049<UP,LOOPBACK,RUNNING,MULTICAST> mtu 16384
\tinet 127.0.0.1 netmask 0xff000000
en0: flags=8863<UP,BROADCAST,SMART,RUNNING,SIMPLEX,MULTICAST> mtu 1500
\tether f0:18:98:00:00:01
\tinet 192.0.2.20 netmask 0xffffff00 broadcast 192.0.2.255
\tstatus: active
end
"""


def macs(answer: Answer, platform: str) -> set[str]:
    found = fact(Cards, recording(answer, platform=platform))
    assert isinstance(found, Cards)
    return set(found.macs)


def test_each_system_tells_its_cards() -> None:
    linux = "00:00:00:00:00:00\n52:54:00:12:34:56\n00:00:00:00:fe:80:00:00:01\nff:ff:ff:ff:ff:ff\n\nend\n"
    windows = {"items": [{"MACAddress": "F0:18:98:00:00:01"}, {"MACAddress": None}]}

    assert macs(answered(LINUX, linux), "linux") == {"52:54:00:12:34:56"}
    assert macs(answered(MACOS, IFCONFIG), "macos") == {"f0:18:98:00:00:01"}
    assert macs(answered(WINDOWS, json.dumps(windows)), "windows") == {"f0:18:98:00:00:01"}


@pytest.mark.parametrize(
    ("answer", "platform"),
    [
        (answered(LINUX, "52:54:00:12:34:56\n"), "linux"),
        (answered(MACOS, IFCONFIG.removesuffix("end\n")), "macos"),
        (answered(WINDOWS, '["x"]'), "windows"),
        (answered(WINDOWS, status=Status.DENIED), "windows"),
    ],
)
def test_what_was_cut_or_refused_tells_nothing(answer: Answer, platform: str) -> None:
    with pytest.raises(CannotTell):
        macs(answer, platform)


def test_a_recorded_host_has_a_card() -> None:
    """A host of the lab, whose card is one end of a cable of the kernel."""
    file = Path(__file__).parents[1] / "recordings" / "lab-fileserver.json"

    assert len(fact(Cards, from_bytes(file.read_bytes())).macs) == 1
