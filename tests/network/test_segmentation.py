"""SEG-NET-001, 004 and 005 on offices as the network shows them."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from nis2scan.api import Outcome, Reason, Severity, Status
from nis2scan.facts.linux.system import MACHINE, OS_RELEASE
from nis2scan.facts.network.doors import NEIGHBOUR, PORTS
from nis2scan.model import Recording
from nis2scan.testing import answered, findings, only, recording
from nis2scan.transport.network import look
from nis2scan.transport.pace import Pace
from nis2scan.transport.probes import Spot
from tests.network.seen import seen

PC = {"maker": "Dell Inc.", "silent": True}
OUT = Reason.OUT_OF_VANTAGE
MIXED, PAGES, PCS = "segmentation/mixed-network", "segmentation/management-pages", "segmentation/pc-to-pc"


def pcs(count: int) -> list:  # type: ignore[type-arg]
    return [seen(f"192.0.2.{100 + number}", **PC) for number in range(count)]  # type: ignore[arg-type]


def test_a_camera_beside_pcs_fails_when_two_signs_show_it() -> None:
    sure = seen("192.0.2.9", [554, 37777], maker="Zhejiang Dahua Technology Co., Ltd.")
    (found,) = findings(MIXED, sure, *pcs(3))
    assert (found.subject, found.outcome, found.host) == ("office", Outcome.FAIL, "office")

    doubtful = seen("192.0.2.9", [80], maker="Zhejiang Dahua Technology Co., Ltd.")
    assert only(MIXED, doubtful, *pcs(3)).outcome is Outcome.WARN


def test_a_camera_in_another_network_passes_nothing_on() -> None:
    """The machine that scans stands in that network too, and may be a computer of the office."""
    camera = seen("192.0.2.9", [554, 37777], maker="Zhejiang Dahua Technology Co., Ltd.", network="cameras")
    by_network = {item.subject: item.outcome for item in findings(MIXED, camera, *pcs(3))}
    assert by_network == {"cameras": Outcome.NOT_ASSESSED, "office": Outcome.PASS}


def test_a_network_that_shows_only_its_router_proves_nothing() -> None:
    router = seen("192.0.2.1", [53, 80], maker="AVM GmbH", gateway="192.0.2.1")
    assert only(MIXED, router).outcome is Outcome.NOT_ASSESSED


def test_devices_that_took_too_long_count_as_unknown() -> None:
    async def slow() -> Recording:
        return await look(Spot("127.0.8.65", "office", on_link=True), [PORTS, NEIGHBOUR], Pace(1, 1), 0.1)

    late = [replace(asyncio.run(slow()), host=f"192.0.2.{number}") for number in range(2, 5)]
    assert [item.answer(PORTS).status for item in late] == [Status.TIMEOUT] * 3
    assert only(MIXED, *late, *pcs(3)).outcome is Outcome.NOT_ASSESSED


def test_unknown_devices_leave_it_open() -> None:
    strangers = [seen(f"192.0.2.{number}", silent=True) for number in range(2, 5)]
    assert only(MIXED, *strangers, *pcs(3)).outcome is Outcome.NOT_ASSESSED


def test_from_another_network_makers_are_not_seen_so_nothing_is_said() -> None:
    far = [seen(f"192.0.2.{number}", [135, 445], on_link=False) for number in range(2, 5)]
    assert only(MIXED, *far).outcome is Outcome.NOT_ASSESSED


def test_servers_beside_pcs_are_advice_and_a_printer_in_a_small_office_is_quiet() -> None:
    server = seen("192.0.2.10", [22, 389, 445])
    assert only(MIXED, server, *pcs(11)).outcome is Outcome.WARN
    assert only(MIXED, server, *pcs(3)).outcome is Outcome.PASS
    phone = seen("192.0.2.11", [5060, 80], maker="Yealink(Xiamen) Network Technology Co.,Ltd.")
    found = only(MIXED, phone, *pcs(3))
    assert (found.outcome, found.severity) == (Outcome.WARN, Severity.LOW)


def test_no_network_is_not_assessed() -> None:
    assert only(MIXED).outcome is Outcome.NOT_ASSESSED


@pytest.mark.parametrize(
    ("open_ports", "maker", "outcome"),
    [
        ([443, 8006], "", Outcome.FAIL),  # Proxmox
        ([22, 443, 902], "VMware, Inc.", Outcome.FAIL),
        ([80, 443], "Ubiquiti Inc", Outcome.FAIL),
        ([443, 5000, 5001], "Synology Incorporated", Outcome.WARN),
        ([53, 80, 443], "AVM GmbH", Outcome.WARN),
        ([], "AVM GmbH", Outcome.PASS),
        ([9100, 515, 80], "", Outcome.NOT_APPLICABLE),
        ([80], "", Outcome.NOT_ASSESSED),
        ([4786], "", Outcome.FAIL),  # Smart Install, whatever it is
    ],
)
def test_management_pages(open_ports: list[int], maker: str, outcome: Outcome) -> None:
    assert only(PAGES, seen("192.0.2.5", open_ports, maker=maker)).outcome is outcome


def test_a_router_whose_ports_do_not_answer_is_not_assessed() -> None:
    assert only(PAGES, seen("192.0.2.1", maker="AVM GmbH", silent=True)).outcome is Outcome.NOT_ASSESSED


@pytest.mark.parametrize(
    ("open_ports", "silent", "outcome"),
    [
        ([135, 445, 3389], True, Outcome.FAIL),
        ([5985], True, Outcome.FAIL),
        ([135, 445], True, Outcome.WARN),
        ([], True, Outcome.PASS),
        ([], False, Outcome.PASS),
    ],
)
def test_pc_to_pc(open_ports: list[int], silent: bool, outcome: Outcome) -> None:
    assert only(PCS, seen("192.0.2.101", open_ports, maker="Dell Inc.", silent=silent)).outcome is outcome


def test_a_pc_behind_a_router_is_not_assessed_unless_something_opens() -> None:
    silent = seen("192.0.2.101", maker="Dell Inc.", silent=True, on_link=False)
    assert only(PCS, silent).outcome is Outcome.NOT_ASSESSED
    assert only(PCS, seen("192.0.2.101", [80], maker="Dell Inc.", silent=True, on_link=False)).reason is OUT
    assert only(PCS, seen("192.0.2.101", [3389], maker="Dell Inc.", silent=True, on_link=False)).outcome is Outcome.FAIL
    assert only(PCS, seen("192.0.2.30", [9100])).outcome is Outcome.NOT_APPLICABLE
    assert only(PCS, seen("192.0.2.31", silent=True)).outcome is Outcome.NOT_ASSESSED


def with_login(view: Recording, *, laptop: bool = False) -> Recording:
    about = f"kernel=6.8\npid1=systemd\nuptime=1 1\nnow=1795000000\nchassis={10 if laptop else 1}\n"
    inside = recording(answered(OS_RELEASE, "ID=debian\nNAME=Debian\n"), answered(MACHINE, about), host=view.host)
    return replace(inside, answers={**view.answers, **inside.answers})


def test_a_host_of_virtual_machines_and_a_router_stay_that_after_a_login() -> None:
    proxmox = seen("192.0.2.5", [22, 8006])
    assert only(PAGES, with_login(proxmox)).outcome is Outcome.FAIL
    router = seen("192.0.2.1", [22, 53], gateway="192.0.2.1")
    assert only(PAGES, with_login(router)).outcome is Outcome.WARN
    assert only(PAGES, with_login(seen("192.0.2.6", [22]))).outcome is Outcome.NOT_APPLICABLE


def test_a_pc_that_was_left_alone_did_not_refuse_anything() -> None:
    panel = seen("192.0.2.5", [102], maker="Siemens AG,", silent=True)
    assert only(PCS, with_login(panel, laptop=True)).outcome is Outcome.NOT_ASSESSED
    assert only(PCS, with_login(seen("192.0.2.6", silent=True), laptop=True)).outcome is Outcome.PASS
