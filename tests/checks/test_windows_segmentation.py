"""Firewall, file sharing, names and networks of Windows: what the made-up machines do not show.

Shapes: the documentation of Get-NetFirewallProfile, MSFT_SmbServerConfiguration and Win32_NetworkAdapterConfiguration.
"""

from __future__ import annotations

import json
from typing import Any

import pytest

from nis2scan.api import Answer, Confidence, Outcome, Policy, Question, Reason, Recording, Severity, Status
from nis2scan.facts.network.smb import SMB
from nis2scan.facts.windows.adapters import ADAPTERS, CARDS
from nis2scan.facts.windows.firewall import ACTIVE, CONNECTIONS, PRODUCTS
from nis2scan.facts.windows.firewall import SETTINGS as WALL_SETTINGS
from nis2scan.facts.windows.names import NAMES
from nis2scan.facts.windows.services import SERVICE_KEYS, SERVICES
from nis2scan.facts.windows.smb import CLIENT, SERVER, SETTINGS
from nis2scan.facts.windows.system import COMPUTER, JOINED, RELEASE
from nis2scan.questions import SESSION
from nis2scan.testing import answered, only, recording

FIREWALL, SHARING = "segmentation/windows-firewall", "segmentation/smb-signing"
NAMING, BRIDGING = "segmentation/name-broadcasts", "segmentation/bridging-host"
NO_NAMESPACE = '{"fqid": "HRESULT 0x8004100e,Microsoft.Management.Infrastructure.CimCmdlets.GetCimInstanceCommand"}'
DENIED = Status.DENIED


def said(question: Question, **table: Any) -> Answer:
    return answered(question, json.dumps(table))


def release(kind: str = "WinNT", build: int = 26100, edition: str = "Professional") -> Answer:
    version = {"CurrentBuild": str(build), "UBR": 1, "DisplayVersion": "24H2", "EditionID": edition}
    return said(RELEASE, version=version, product={"ProductType": kind}, crypto=None)


def services(**states: str) -> Answer:
    known = {"mpssvc": "Running", "LanmanServer": "Running", "SharedAccess": "Stopped", "RemoteAccess": "Stopped"}
    rows = [{"Name": name, "State": state, "StartMode": "Auto"} for name, state in {**known, **states}.items()]
    return said(SERVICES, items=rows)


def keys(**starts: int) -> Answer:
    rows = [{"name": name, "start": start} for name, start in {"mpssvc": 2, "LanmanServer": 2, **starts}.items()]
    return said(SERVICE_KEYS, items=rows, unread=0)


def joined(part: bool | None) -> Answer:
    row = {"PartOfDomain": part, "Domain": "kantoor.example", "Model": "x", "Manufacturer": "y"}
    return said(COMPUTER, system=[row], os=[], battery=[])


NOT_JOINED = said(JOINED, tcpip=None, winlogon=None, netlogon=None, machine=None, entra=None)


def windows(*answers: Answer) -> Recording:
    """Later answers to the same question win."""
    first = (release(), services(), keys(), joined(True), NOT_JOINED)
    return recording(*first, *answers, platform="windows", vantage="winrm")


def denied(*questions: Question) -> list[Answer]:
    return [answered(question, status=DENIED) for question in questions]


# ---- firewall ------------------------------------------------------------------------------------


def active(**changed: Any) -> Answer:
    """Three profiles, as in ActiveStore; `Private={"Enabled": 0}` changes one."""
    base = {"Enabled": 1, "DefaultInboundAction": 4, "DisabledInterfaceAliases": ["NotConfigured"]}
    rows = [{"Name": name, **base, **changed.get(name, {})} for name in ("Domain", "Private", "Public")]
    return said(ACTIVE, items=rows)


def networks(*categories: Any) -> Answer:
    return said(CONNECTIONS, items=[{"InterfaceAlias": "Ethernet", "NetworkCategory": item} for item in categories])


def settings(**changed: Any) -> Answer:
    """The registry: by default on and blocking, and no policy."""
    table: dict[str, Any] = dict.fromkeys(
        f"{layer}_{name}" for layer in ("managed", "ruled") for name in ("domain", "private", "public")
    )
    own = {"EnableFirewall": 1, "DefaultInboundAction": 1, "DisabledInterfaces": None}
    table |= {f"local_{name}": own for name in ("domain", "private", "public")} | {"ruled_standard": None}
    return said(WALL_SETTINGS, **{**table, **changed})


def products(*states: int) -> Answer:
    return said(PRODUCTS, items=[{"displayName": "Voorbeeld", "productState": state} for state in states])


OFF = {"Enabled": 0}
OPEN = {"DefaultInboundAction": 2}


@pytest.mark.parametrize(
    ("profiles", "used", "others", "outcome"),
    [
        (active(), networks(1), products(), Outcome.PASS),
        (active(Domain={"DefaultInboundAction": 0}), networks(2), products(), Outcome.PASS),  # not configured: block
        (active(Private=OFF), networks(1), products(), Outcome.FAIL),
        (active(Private=OFF), networks(0, 1), products(), Outcome.FAIL),
        (active(Private=OFF), networks(0), products(), Outcome.WARN),
        (active(Private=OFF), networks(), products(), Outcome.WARN),  # not connected now
        (active(Private=OPEN), networks(1), products(), Outcome.FAIL),
        (active(Private=OPEN), networks(2), products(), Outcome.WARN),
        (active(Private=OFF), networks(1), products(0x041000), Outcome.WARN),
        (active(Private=OFF), networks(1), products(0x043010, 0x040000, 0x042000), Outcome.FAIL),  # none is on
        (active(Public={"DisabledInterfaceAliases": ["Wi-Fi"]}), networks(1), products(), Outcome.WARN),
        (active(Public={"DisabledInterfaceAliases": None}), networks(1), products(), Outcome.PASS),
        (active(Public={"Enabled": 2}), networks(1), products(), Outcome.NOT_ASSESSED),
        (active(Public={"Enabled": None}), networks(1), products(), Outcome.NOT_ASSESSED),
        (active(Public={"DefaultInboundAction": 3}), networks(1), products(), Outcome.NOT_ASSESSED),
        (active(Public={"Name": "Openbaar"}), networks(1), products(), Outcome.NOT_ASSESSED),
        (active(Private=OFF), networks(None), products(), Outcome.NOT_ASSESSED),
        (active(Private=OFF), networks(7), products(), Outcome.NOT_ASSESSED),
    ],
)
def test_the_firewall_as_it_works(profiles: Answer, used: Answer, others: Answer, outcome: Outcome) -> None:
    assert only(FIREWALL, windows(profiles, used, others, settings())).outcome is outcome


def test_a_firewall_whose_service_is_stopped_is_no_firewall() -> None:
    good = (active(), networks(1), products(), settings())

    assert only(FIREWALL, windows(*good, services(mpssvc="Stopped"))).outcome is Outcome.FAIL
    assert only(FIREWALL, windows(*good, services(mpssvc="Stop Pending"))).outcome is Outcome.NOT_ASSESSED
    assert only(FIREWALL, windows(*good, *denied(SERVICES))).outcome is Outcome.NOT_ASSESSED
    assert only(FIREWALL, windows(*good, said(SERVICES, items=[{"Name": "x"}]))).outcome is Outcome.FAIL  # not there


def test_a_server_has_no_list_of_firewalls() -> None:
    none = answered(PRODUCTS, status=Status.MISSING, err=NO_NAMESPACE)
    off = (active(Domain=OFF), networks(2), settings(), none)

    assert only(FIREWALL, windows(*off, release("ServerNT"))).outcome is Outcome.FAIL
    assert only(FIREWALL, windows(*off)).outcome is Outcome.NOT_ASSESSED  # on a client another may be on
    gone = answered(PRODUCTS, status=Status.MISSING, err="gone")
    assert only(FIREWALL, windows(*off, release("ServerNT"), gone)).outcome is Outcome.NOT_ASSESSED


_OWN_OFF = {"EnableFirewall": 0, "DefaultInboundAction": 1, "DisabledInterfaces": None}
_ON, _RULED_OFF = {"EnableFirewall": 1, "DefaultInboundAction": None}, {"EnableFirewall": 0}


@pytest.mark.parametrize(
    ("registry", "outcome"),
    [
        ({}, Outcome.PASS),
        ({"local_private": _OWN_OFF}, Outcome.WARN),
        ({"local_private": _OWN_OFF, "ruled_private": _ON}, Outcome.PASS),
        ({"local_private": _OWN_OFF, "ruled_standard": _ON}, Outcome.PASS),
        ({"local_private": _OWN_OFF, "managed_private": _ON}, Outcome.PASS),
        ({"local_domain": _OWN_OFF, "managed_domain": _ON, "ruled_domain": _RULED_OFF}, Outcome.WARN),
        ({"ruled_public": {"EnableFirewall": 1, "DefaultInboundAction": 0}}, Outcome.WARN),
        ({"local_public": {**_OWN_OFF, "EnableFirewall": 1, "DisabledInterfaces": "{x}"}}, Outcome.WARN),
        ({"local_public": None}, Outcome.NOT_ASSESSED),
        ({"local_public": {"EnableFirewall": "1", "DefaultInboundAction": 1}}, Outcome.NOT_ASSESSED),
    ],
)
def test_without_rights_the_settings_are_read_and_policy_wins(registry: dict[str, Any], outcome: Outcome) -> None:
    host = windows(settings(**registry), *denied(ACTIVE, CONNECTIONS, PRODUCTS, SERVICES))
    found = only(FIREWALL, host)

    assert found.outcome is outcome
    assert found.confidence is Confidence.DERIVED or outcome in (Outcome.NOT_ASSESSED, Outcome.WARN)


def test_without_rights_a_service_that_does_not_start_is_no_firewall() -> None:
    host = windows(settings(), keys(mpssvc=4), *denied(ACTIVE, CONNECTIONS, PRODUCTS, SERVICES))

    assert only(FIREWALL, host).outcome is not Outcome.PASS


@pytest.mark.parametrize("status", [Status.ERROR, Status.MISSING, Status.TIMEOUT, Status.UNASKED])
def test_the_settings_replace_no_answer_that_went_wrong(status: Status) -> None:
    host = windows(settings(), answered(ACTIVE, status=status), networks(1), products())

    assert only(FIREWALL, host).outcome is Outcome.NOT_ASSESSED


# ---- file sharing --------------------------------------------------------------------------------


def server(**changed: Any) -> Answer:
    row = {"EnableSMB1Protocol": False, "EnableSMB2Protocol": True, "RequireSecuritySignature": True}
    return said(SERVER, **{**row, "EncryptData": False, "RejectUnencryptedAccess": True, **changed})


def client(guests: Any = False) -> Answer:
    return said(CLIENT, EnableInsecureGuestLogons=guests, RequireSecuritySignature=True)


def written(smb1: Any = None, own: Any = None, ruled: Any = None, driver: Any = None) -> Answer:
    return said(
        SETTINGS,
        server={"SMB1": smb1},
        client={"AllowInsecureGuestAuth": own},
        ruled=None if ruled is None else {"AllowInsecureGuestAuth": ruled},
        smb1_client=None if driver is None else {"Start": driver},
    )


def wire(state: str = "open", **changed: Any) -> Answer:
    row = {"smb1": "refused", "dialect": "3.1.1", "signing": True, "anonymous": "refused", "listed": "refused"}
    return said(SMB, **{"state": state, "shares": [], **row, **changed})


@pytest.mark.parametrize(
    ("answers", "outcome"),
    [
        ([server(), client(), written()], Outcome.PASS),
        ([server(EnableSMB1Protocol=True), client(), written()], Outcome.FAIL),
        ([server(), client(True), written()], Outcome.FAIL),
        ([server(RequireSecuritySignature=False), client(), written()], Outcome.WARN),
        ([server(RequireSecuritySignature=False, EncryptData=True), client(), written()], Outcome.PASS),
        (
            [
                server(RequireSecuritySignature=False, EncryptData=True, RejectUnencryptedAccess=False),
                client(),
                written(),
            ],
            Outcome.WARN,
        ),
        ([server(), client(), written(driver=2)], Outcome.WARN),
        ([server(), client(), written(driver=0)], Outcome.WARN),
        ([server(), client(), written(driver=4)], Outcome.PASS),
        ([server(EnableSMB1Protocol=None), client(), written()], Outcome.NOT_ASSESSED),
        ([server(RequireSecuritySignature="True"), client(), written()], Outcome.NOT_ASSESSED),
        ([server(), client(None), written()], Outcome.PASS),  # 24H2 Pro: the default is known, and off
        ([server(), client(), answered(SETTINGS, status=DENIED)], Outcome.NOT_ASSESSED),
        ([server(), client(), written(), services(LanmanServer="Stopped")], Outcome.PASS),
        ([answered(SERVER, status=Status.ERROR), client(), written(), services(LanmanServer="Stopped")], Outcome.PASS),
        ([answered(SERVER, status=Status.ERROR), client(), written()], Outcome.NOT_ASSESSED),
        ([answered(SERVER, status=Status.ERROR), client(), written(smb1=1)], Outcome.FAIL),
        ([server(), client(True), written(), services(LanmanServer="Stopped")], Outcome.FAIL),
        ([server(), client(), written(), answered(SERVICES, status=Status.ERROR)], Outcome.NOT_ASSESSED),
    ],
)
def test_file_sharing_by_its_settings(answers: list[Answer], outcome: Outcome) -> None:
    found = only(SHARING, windows(*answers))

    assert found.outcome is outcome, found.found


def test_a_domain_controller_must_sign() -> None:
    unsigned = [server(RequireSecuritySignature=False), client(), written()]
    found = only(SHARING, windows(release("LanmanNT", 20348, "ServerStandard"), *unsigned))

    assert (found.outcome, found.severity) == (Outcome.FAIL, Severity.HIGH)


@pytest.mark.parametrize(
    ("heard", "outcome"),
    [
        (wire(), Outcome.PASS),
        (wire(smb1="accepted"), Outcome.FAIL),
        (wire(signing=False), Outcome.WARN),
        (wire(signing=None), Outcome.PASS),
        (wire("closed", smb1="accepted"), Outcome.PASS),  # means nothing when it is not open
        (answered(SMB, status=Status.TIMEOUT), Outcome.PASS),
    ],
)
def test_what_is_answered_on_the_network_beats_a_setting(heard: Answer, outcome: Outcome) -> None:
    assert only(SHARING, windows(server(), client(), written(), heard)).outcome is outcome


@pytest.mark.parametrize(
    ("system", "registry", "outcome"),
    [
        (release(build=19045), written(), Outcome.FAIL),  # Windows 10 Pro: on where nobody decided
        (release(build=19045, edition="Core"), written(), Outcome.FAIL),
        (release(build=22631), written(), Outcome.FAIL),
        (release(build=19045), written(own=0), Outcome.NOT_ASSESSED),
        (release(build=19045), written(own=1, ruled=0), Outcome.NOT_ASSESSED),
        (release(build=19045), written(own=0, ruled=1), Outcome.FAIL),
        (release(build=19045, edition="Enterprise"), written(), Outcome.NOT_ASSESSED),
        (release(build=26100), written(), Outcome.NOT_ASSESSED),
        (release(build=26100, edition="Core"), written(), Outcome.NOT_ASSESSED),
        (release("ServerNT", 14393, "ServerStandard"), written(), Outcome.NOT_ASSESSED),
        (release("ServerNT", 14393, "ServerStandard"), written(own=1), Outcome.FAIL),
        (release(build=26100), written(smb1=1), Outcome.FAIL),
        (release(build=26100), written(smb1=0, own=0), Outcome.NOT_ASSESSED),
    ],
)
def test_without_rights_file_sharing_never_passes(system: Answer, registry: Answer, outcome: Outcome) -> None:
    found = only(SHARING, windows(system, registry, *denied(SERVER, CLIENT, SERVICES)))

    assert found.outcome is outcome
    assert outcome is Outcome.FAIL or found.reason is Reason.NO_PRIVILEGE


# ---- names ---------------------------------------------------------------------------------------

GUID = "{1B7897F7-3916-496C-91DE-704FDE33DDE9}"


def names(llmnr: Any = None, mdns: Any = None, node: Any = None, **cards: Any) -> Answer:
    rows = [{"name": f"Tcpip_{GUID if name == 'own' else name}", "option": option} for name, option in cards.items()]
    dns = None if llmnr is None else {"EnableMulticast": llmnr}
    return said(NAMES, dns=dns, cache={"EnableMDNS": mdns}, netbt={"NodeType": node}, cards=rows)


def adapter(netbios: Any = 2, index: int = 5, guid: str = GUID, **changed: Any) -> dict[str, Any]:
    row = {"SettingID": guid, "InterfaceIndex": index, "Description": f"card {index}", "ServiceName": "e1dexpress"}
    row |= {"IPAddress": ["192.168.1.20"], "IPSubnet": ["255.255.255.0"], "DefaultIPGateway": ["192.168.1.1"]}
    return {**row, "TcpipNetbiosOptions": netbios, **changed}


def adapters(*rows: dict[str, Any]) -> Answer:
    return said(ADAPTERS, items=list(rows))


@pytest.mark.parametrize(
    ("told", "card", "outcome"),
    [
        (names(0, own=2), adapter(2), Outcome.PASS),
        (names(0, own=2, old=0), adapter(2), Outcome.PASS),  # a card that is gone
        (names(0, own=0), adapter(0), Outcome.WARN),  # as DHCP says: counts as on
        (names(None, own=2), adapter(2), Outcome.WARN),
        (names(1, own=2), adapter(2), Outcome.WARN),
        (names("0", own=2), adapter(2), Outcome.WARN),  # Windows ignores a value of the wrong type
        (names(None, own=0), adapter(0), Outcome.FAIL),
        (names(None, own=1), adapter(1), Outcome.FAIL),
        (names(None, node=2, own=1), adapter(1), Outcome.WARN),
        (names(None, node=8, own=1), adapter(1), Outcome.FAIL),
        (names(0, own=1), adapter(None), Outcome.WARN),  # the registry tells
        (names(0, old=0), adapter(None), Outcome.PASS),  # NetBIOS is not bound to it
        (names(0), adapter(None), Outcome.WARN),  # NetBIOS is bound to nothing at all? Not believed
        (names(0, own=None), adapter(None), Outcome.WARN),
    ],
)
def test_names_are_asked_of_everybody(told: Answer, card: dict[str, Any], outcome: Outcome) -> None:
    assert only(NAMING, windows(told, adapters(card))).outcome is outcome


def test_outside_a_domain_both_are_a_warning_and_unknown_is_neither() -> None:
    both = (names(None, own=0), adapters(adapter(0)))

    assert only(NAMING, windows(*both, joined(False))).outcome is Outcome.WARN
    assert only(NAMING, windows(*both, *denied(COMPUTER))).outcome is Outcome.NOT_ASSESSED


@pytest.mark.parametrize(
    ("told", "outcome"),
    [
        (names(0, a=2, b=2), Outcome.PASS),
        (names(0, a=2, b=0), Outcome.NOT_ASSESSED),  # which of them is in use?
        (names(0, a=1, b=0), Outcome.WARN),
        (names(None, a=1, b=0), Outcome.FAIL),
        (names(None, a=2, b=2), Outcome.WARN),
        (names(0, node=2, a=1), Outcome.PASS),
        (names(0), Outcome.NOT_ASSESSED),
    ],
)
def test_without_the_cards_in_use_all_that_ever_were_must_agree(told: Answer, outcome: Outcome) -> None:
    assert only(NAMING, windows(told, *denied(ADAPTERS))).outcome is outcome


def test_no_card_with_an_address_is_nothing_to_judge() -> None:
    found = only(NAMING, windows(names(0, own=2, old=0), adapters()))

    assert (found.outcome, found.reason) == (Outcome.NOT_ASSESSED, Reason.NOTHING_TO_JUDGE)


# ---- networks ------------------------------------------------------------------------------------

OTHER = "{2B7897F7-3916-496C-91DE-704FDE33DDE9}"
SECOND = {"IPAddress": ["10.0.0.5"], "IPSubnet": ["255.255.0.0"], "DefaultIPGateway": None}


def cards(
    *forwards: tuple[int, int],
    router: Any = None,
    router6: Any = None,
    hardware: tuple[bool | None, ...] = (True, True),
) -> Answer:
    rows = [
        {
            "InterfaceGuid": guid,
            "InterfaceIndex": index,
            "Name": f"Ethernet {index}",
            "HardwareInterface": real is not False,
        }
        for guid, index, real in zip((GUID, OTHER), (5, 6), hardware, strict=True)
    ]
    interfaces = [
        {"InterfaceIndex": index, "AddressFamily": family, "Forwarding": int((index, family) in forwards)}
        for index in (1, 5, 6)
        for family in (2, 23)
    ]
    up = {"MediaConnectState": 1, "InterfaceOperationalStatus": 1}
    tcpip = {"IPEnableRouter": router, "Hostname": "PC01"}
    places = {True: "PCI\\VEN_8086", False: "SWD\\WINTUN", None: "ROOT\\NET\\0000"}
    made = [{**row, **up, "PnPDeviceID": places[real]} for row, real in zip(rows, hardware, strict=True)]
    return said(CARDS, cards=made, interfaces=interfaces, tcpip=tcpip, tcpip6={"IPEnableRouter": router6})


def second(**changed: Any) -> dict[str, Any]:
    return adapter(index=6, guid=OTHER, **{**SECOND, **changed})


@pytest.mark.parametrize(
    ("other", "told", "running", "outcome"),
    [
        (second(), cards(), {}, Outcome.WARN),
        (second(), cards(router=1), {}, Outcome.FAIL),
        (second(), cards((6, 2)), {}, Outcome.FAIL),
        (second(), cards((1, 2)), {}, Outcome.WARN),  # of a card without a network
        (second(), cards(), {"RemoteAccess": "Running"}, Outcome.FAIL),
        (second(), cards(), {"SharedAccess": "Running"}, Outcome.WARN),  # also for virtual machines
        (second(IPAddress=["192.168.1.21"], IPSubnet=["255.255.255.0"]), cards(router=1), {}, Outcome.PASS),
        (second(IPAddress=["169.254.7.7"], IPSubnet=["255.255.0.0"]), cards(router=1), {}, Outcome.PASS),
        (
            second(IPAddress=["192.168.137.1"], IPSubnet=["255.255.255.0"]),
            cards(hardware=(True, False)),
            {"SharedAccess": "Running"},
            Outcome.FAIL,
        ),
        (
            second(IPAddress=["192.168.137.1"], IPSubnet=["255.255.255.0"]),
            cards(hardware=(True, False)),
            {},
            Outcome.PASS,
        ),
        (second(ServiceName="VMSNPXYMP"), cards(hardware=(True, False)), {"SharedAccess": "Running"}, Outcome.PASS),
        (
            second(ServiceName="VMSMP", DefaultIPGateway=["10.0.0.1"]),
            cards(hardware=(True, False)),
            {},
            Outcome.WARN,
        ),  # the switch leads out
        (second(ServiceName="wintun"), cards((6, 2), hardware=(True, False)), {}, Outcome.PASS),  # a VPN
        (second(ServiceName="VBoxNetAdp"), cards(router=1, hardware=(True, None)), {}, Outcome.PASS),
        (second(IPAddress=["fd00::5"], IPSubnet=["64"]), cards((6, 23)), {}, Outcome.PASS),
        (second(IPAddress=["10.0.0.5", "fd00::5"], IPSubnet=["255.0.0.0"]), cards(), {}, Outcome.NOT_ASSESSED),
        (second(IPAddress=["x"]), cards(), {}, Outcome.NOT_ASSESSED),
        (second(InterfaceIndex=None), cards(), {}, Outcome.NOT_ASSESSED),
        (second(), answered(CARDS, status=Status.ERROR), {}, Outcome.NOT_ASSESSED),
        (second(), cards(), {"RemoteAccess": "Start Pending"}, Outcome.NOT_ASSESSED),
    ],
)
def test_a_second_card_and_what_it_passes_on(
    other: dict[str, Any], told: Answer, running: dict[str, str], outcome: Outcome
) -> None:
    found = only(BRIDGING, windows(adapters(adapter(), other), told, services(**running)))

    assert found.outcome is outcome, found.found


def test_an_approved_router_is_known_by_its_own_name() -> None:
    host = windows(adapters(adapter(), second()), cards(router=1))

    assert only(BRIDGING, host, policy=Policy(approved_routers=("pc01",))).outcome is Outcome.PASS


def test_two_ipv6_networks_that_pass_on() -> None:
    first = adapter(IPAddress=["192.168.1.20", "fd00:1::20"], IPSubnet=["255.255.255.0", "64"])
    other = second(IPAddress=["fd00:2::20"], IPSubnet=["64"])

    assert only(BRIDGING, windows(adapters(first, other), cards(router6=1))).outcome is Outcome.FAIL
    assert only(BRIDGING, windows(adapters(first, other), cards())).outcome is Outcome.WARN


def test_without_the_right_to_ask_for_cards_nothing_is_said() -> None:
    found = only(BRIDGING, windows(*denied(ADAPTERS, CARDS, SERVICES)))

    assert (found.outcome, found.reason) == (Outcome.NOT_ASSESSED, Reason.NO_PRIVILEGE)


# ---- what must not soften ------------------------------------------------------------------------


def test_who_is_reached_over_the_network_stands_in_one() -> None:
    row = {"platform": "windows", "user": "x", "uid": -1, "root": True, "refusal": ""}
    row |= dict.fromkeys(("sent", "hello", "hello_at", "bye", "bye_at"), 1)
    for vantage, outcome in (("winrm", Outcome.NOT_ASSESSED), ("file", Outcome.WARN)):
        told = said(SESSION, **row, vantage=vantage)
        host = windows(active(Public={"Enabled": 0}), networks(), settings(), products(), told)
        assert only(FIREWALL, host).outcome is outcome


@pytest.mark.parametrize(("status", "outcome"), [(DENIED, Outcome.PASS), (Status.TIMEOUT, Outcome.NOT_ASSESSED)])
def test_a_service_counts_as_running_only_where_its_state_was_refused(status: Status, outcome: Outcome) -> None:
    """Settings say that it starts by itself; that the question went wrong is no reason to believe them."""
    host = windows(*denied(ACTIVE, CONNECTIONS, PRODUCTS), settings(), answered(SERVICES, status=status))
    assert only(FIREWALL, host).outcome is outcome


def test_a_rule_that_lets_guests_in_beats_what_the_client_says_of_itself() -> None:
    assert only(SHARING, windows(server(), client(), written(ruled=1))).outcome is Outcome.FAIL
    assert only(SHARING, windows(server(), client(), written(ruled=0))).outcome is Outcome.PASS


def test_a_card_that_the_list_of_cards_does_not_know_is_not_left_out_in_silence() -> None:
    """Two networks are one when the second card is not looked at."""
    one = json.loads(cards(router=1).text)
    for bent in ([], one["cards"][:1], [one["cards"][0], {**one["cards"][1], "HardwareInterface": None}]):
        host = windows(adapters(adapter(), second()), said(CARDS, **{**one, "cards": bent}), services())
        assert only(BRIDGING, host).outcome is Outcome.NOT_ASSESSED
    bridge = adapters(adapter(ServiceName="BridgeMP"))  # what it joins is not told either
    assert only(BRIDGING, windows(bridge, said(CARDS, **{**one, "cards": []}))).outcome is Outcome.NOT_ASSESSED
    dialled = second(ServiceName="NdisWan")
    host = windows(adapters(adapter(), dialled), said(CARDS, **{**one, "cards": one["cards"][:1]}), services())
    assert only(BRIDGING, host).outcome is Outcome.PASS


@pytest.mark.parametrize(
    ("domain", "path"), [("", None), ("", "CN=PC01"), (None, "x")]
)  # neither tells which domain: that is no workgroup
def test_a_domain_without_a_name_is_no_workgroup(domain: str | None, path: str | None) -> None:
    row = {"PartOfDomain": True, "Domain": domain, "Model": "x", "Manufacturer": "y"}
    place = said(JOINED, machine=None if path is None else {"Distinguished-Name": path}, entra=None)
    host = windows(said(COMPUTER, system=[row], os=[], battery=[]), place)
    assert only("access/laps", host).outcome is Outcome.NOT_ASSESSED


def test_what_windows_does_where_nobody_decided_about_guests_is_inferred() -> None:
    unasked = answered(CLIENT, status=Status.MISSING)
    found = only(SHARING, windows(server(), unasked, written(), release(edition="Enterprise")))
    assert (found.outcome, found.confidence) in (
        (Outcome.PASS, Confidence.DERIVED),
        (Outcome.NOT_ASSESSED, Confidence.MEASURED),
    )
    off = only(
        SHARING, windows(server(), unasked, written(), release(edition="Enterprise"), services(LanmanServer="Stopped"))
    )
    assert (off.outcome, off.confidence) == (Outcome.PASS, Confidence.DERIVED)


def test_two_cards_of_one_name_hide_nothing_of_each_other() -> None:
    loud = adapter(1, Description="Gigabit")
    quiet = adapter(2, index=6, guid=OTHER, Description="Gigabit")
    for order in ((loud, quiet), (quiet, loud)):
        assert only(NAMING, windows(names(0, own=2, old=0), adapters(*order))).outcome is Outcome.WARN
