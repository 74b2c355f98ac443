"""How the network is asked: the pace, what is left alone, and what may be sent at all."""

from __future__ import annotations

import asyncio
import time

import pytest

from nis2scan.testing import rules
from nis2scan.transport.guard import NEVER, guarded
from nis2scan.transport.makers import maker, randomised
from nis2scan.transport.neighbours import linux, routers
from nis2scan.transport.pace import Pace
from nis2scan.transport.probes import procedure
from nis2scan.transport.talk import parsed

PROBES = [question for question in rules().questions if question.kind == "probe"]


def turns(pace: Pace, *addresses: str) -> float:
    async def run() -> None:
        await asyncio.gather(*(pace.turn(address) for address in addresses))

    began = time.monotonic()
    asyncio.run(run())
    return time.monotonic() - began


def test_one_host_is_asked_no_faster_than_its_own_pace() -> None:
    assert turns(Pace(1000, 20), *["a"] * 11) >= 0.49


def test_all_hosts_together_are_asked_no_faster_than_the_pace_of_all() -> None:
    assert turns(Pace(100, 1000), *(str(number) for number in range(51))) >= 0.49


def test_a_host_that_must_wait_takes_no_turn_of_another() -> None:
    """Eleven turns of one host take half a second; a hundred others fit in the same time."""
    assert turns(Pace(1000, 20), *["slow"] * 11, *(str(number) for number in range(100))) < 4


@pytest.mark.parametrize(
    ("ports", "made_by", "kind"),
    [
        ({9100}, "", "printer"),
        ({80, 515}, "Hewlett Packard", "printer"),
        ({80}, "Brother industries, LTD.", "printer"),
        ({502}, "", "controller"),
        ({102, 9100}, "", "controller"),
        ({80}, "Siemens AG,", "controller"),
        ({554, 37777}, "", "camera"),
        ({80}, "Axis Communications AB", "camera"),
        ({80, 5060}, "Yealink(Xiamen) Network Technology Co.,Ltd.", "phone"),
        ({80, 443, 631}, "HP Inc.", "printer"),  # who makes PCs too
        ({22, 631}, "", ""),  # a computer that shares its printer
        ({80, 554}, "", "camera"),
        ({53, 80, 554}, "AVM GmbH", ""),
        ({80, 554}, "PRAMA HIKVISION INDIA PRIVATE LIMITED", "camera"),
        ({80}, "Private", ""),
        ({80}, "Priva B.V.", "controller"),
        ({22, 80, 443}, "Dell Inc.", ""),
        (set(), "", ""),
    ],
)
def test_what_must_be_left_alone_is_known_before_a_byte_is_sent(ports: set[int], made_by: str, kind: str) -> None:
    assert guarded(ports, made_by).kind == kind


@pytest.mark.parametrize("made_by", ["Brother industries, LTD.", "Siemens AG,", "Dell Inc.", ""])
def test_nothing_is_ever_sent_to_ports_that_print_or_control(made_by: str) -> None:
    guard = guarded({9100}, made_by)
    assert not [port for port in NEVER for word in ("tcp", "udp", "tls", "nmap") if guard.lets(word, port)]
    assert not [port for port in NEVER if guarded(set(), "").lets("tcp", port)]


def test_a_controller_and_a_phone_get_nothing_at_all() -> None:
    for ports, made_by in (({502}, ""), (set[int](), "Snom Technology GmbH")):
        guard = guarded(ports, made_by)
        assert not [port for port in range(1, 65536) for word in ("tcp", "udp", "tls") if guard.lets(word, port)]


def test_a_printer_gets_one_question_of_snmp_and_a_handshake_at_most() -> None:
    guard = guarded({9100}, "")
    let = {(word, port) for port in range(1, 65536) for word in ("tcp", "udp", "tls", "nmap") if guard.lets(word, port)}
    assert let == {("udp", 161), ("tls", 443)}


def test_every_declared_probe_can_be_put_and_none_goes_to_a_guarded_port() -> None:
    assert PROBES
    for question in PROBES:
        talk = parsed(question.text)
        known = talk.word in ("ports", "neighbour", "tcp", "udp") or procedure(talk.word) is not None
        assert known, question.text
        if talk.word in ("tcp", "udp"):
            assert not set(talk.ports) & NEVER, question.text
            assert talk.steps, question.text


@pytest.mark.parametrize("line", ["sned x", "send é", "wait 3", ""])
def test_a_probe_that_says_something_else_is_refused(line: str) -> None:
    with pytest.raises(ValueError, match="a probe may"):
        parsed(f"tcp 80\n{line}\nwait")


def test_the_bytes_of_a_probe_are_what_its_text_says() -> None:
    assert parsed("tcp 21 2121\nwait\nsend A\\x00\\r\\n").steps == (None, b"A\x00\r\n")
    assert parsed("tcp 21 2121\nwait").ports == (21, 2121)


ARP = """IP address       HW type     Flags       HW address            Mask     Device
192.0.2.7        0x1         0x2         3C:A6:2F:11:22:33     *        eth0
192.0.2.8        0x1         0x0         00:00:00:00:00:00     *        eth0
192.0.2.9        0x1         0x2         00:00:00:00:00:00     *        eth0
"""
ROUTE = """Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT
eth0\t00000000\t010200C0\t0003\t0\t0\t100\t00000000\t0\t0\t0
eth0\t000200C0\t00000000\t0001\t0\t0\t100\t00FFFFFF\t0\t0\t0
"""


def test_the_neighbour_table_holds_who_answered() -> None:
    assert linux(ARP) == {"192.0.2.7": "3c:a6:2f:11:22:33"}
    assert linux("") == {}


def test_the_router_is_the_gateway_of_the_default_route() -> None:
    assert routers(ROUTE) == ("192.0.2.1",)
    assert routers("") == ()


def test_makers_are_known_by_the_card_unless_the_device_made_its_address_up() -> None:
    assert "AVM" in maker("3c:a6:2f:11:22:33")
    assert maker("3e:a6:2f:11:22:33") == ""
    assert randomised("3e:a6:2f:11:22:33")
    assert not randomised("3c:a6:2f:11:22:33")
    assert maker("") == ""
