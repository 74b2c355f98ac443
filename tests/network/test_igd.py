"""EXP-NET-001 and EXP-NET-002: a real miniupnpd in a namespace of its own, and strange routers on loopback."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from nis2scan.api import Finding, Outcome, Policy, Reason, Recording, Severity, Status
from nis2scan.facts.network.doors import NEIGHBOUR
from nis2scan.facts.network.igd import IGD, NAT_PMP, PCP
from nis2scan.recording import from_bytes
from nis2scan.testing import answered, findings, only, recording
from nis2scan.transport.probes import Spot
from nis2scan.transport.probes.markup import Refused, tree
from tests.clock import within
from tests.network.conftest import looked
from tests.network.own import own

ROUTER, FORWARDS = "exposure/router-opens-ports", "exposure/port-forwards"
INSIDE = Path(__file__).with_name("inside.py")
WORDS = ("igd", "udp 5351", "neighbour")
HERE, GATE = "192.168.77.2", "192.168.77.1"

needs_router = pytest.mark.skipif(
    sys.platform == "win32" or os.geteuid() != 0 or not all(map(shutil.which, ("miniupnpd", "upnpc", "nft"))),
    reason="only as root with miniupnpd, upnpc and nft: needs namespaces",
)

# The router stands in a namespace of its own, one cable away from the namespace that looks.
_NETWORK = r"""
set -e
cd "$1"
ip link set lo up
unshare --net sh -c '
while ! ip link show lan0 >/dev/null 2>&1; do sleep 0.05; done
ip link set lo up; ip addr add 192.168.77.1/24 dev lan0; ip link set lan0 up
ip link add wan0 type veth peer name wan1; ip addr add 11.0.0.7/24 dev wan0; ip link set wan0 up; ip link set wan1 up
nft -f nft; echo ready > ready; exec $2' sh "$2" "$3" > router.log 2>&1 &
router=$!
while [ "$(readlink /proc/$router/ns/net)" = "$(readlink /proc/$$/ns/net)" ]; do sleep 0.05; done
ip link add lan1 type veth peer name lan0 netns $router
ip addr add 192.168.77.2/24 dev lan1; ip link set lan1 up
i=0; while [ ! -s ready ] && [ $i -lt 100 ]; do sleep 0.05; i=$((i+1)); done
sleep 1
sh mappings >&2
shift 3
for place in "$@"; do "$PYTHON" "$INSIDE" "$place"; echo; done
kill $router
"""
_NFT = """
table inet miniupnpd {
  chain forward { type filter hook forward priority 0; policy drop; jump miniupnpd; }
  chain miniupnpd { }
  chain prerouting { type nat hook prerouting priority -100; jump prerouting_miniupnpd; }
  chain postrouting { type nat hook postrouting priority 100; jump postrouting_miniupnpd; }
  chain prerouting_miniupnpd { }
  chain postrouting_miniupnpd { }
}
"""


@cache
def behind(folder: Path, upnp: bool, natpmp: bool, mappings: tuple[str, ...], *places: str) -> list[Recording]:
    """What is seen of a real router from one cable away, with the ports opened that devices asked for."""
    yes = {True: "yes", False: "no"}
    (folder / "router.conf").write_text(
        "ext_ifname=wan0\next_ip=11.0.0.7\nlistening_ip=lan0\nport=5000\nsecure_mode=no\nsystem_uptime=yes\n"
        f"enable_upnp={yes[upnp]}\nenable_natpmp={yes[natpmp]}\nfriendly_name=Router\n"
        "upnp_table_name=miniupnpd\nupnp_nat_table_name=miniupnpd\nuuid=6a3b1c34-0f0c-4d0f-9d3c-7c1f4e0b7a11\n"
        "allow 1-65535 192.168.77.0/24 1-65535\n"
    )
    (folder / "nft").write_text(_NFT)
    (folder / "mappings").write_text("".join(f"upnpc -m lan1 -e {text}\n" for text in mappings))
    serve = "miniupnpd -d -P router.pid -f router.conf" if upnp or natpmp else "sleep 60"
    apart = ("unshare", "--net", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc")
    done = subprocess.run(
        [*apart, "sh", "-c", _NETWORK, "sh", str(folder), "$2", serve, *places],
        env={**os.environ, "PYTHON": sys.executable, "INSIDE": str(INSIDE)},
        capture_output=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode()
    return [from_bytes(part) for part in _parts(done.stdout)]


def _parts(out: bytes) -> list[bytes]:
    """Each recording of several."""
    found, text = [], out.decode()
    while text.strip():
        _, end = json.JSONDecoder().raw_decode(text := text.lstrip())
        found.append(text[:end].encode() + b"\n")
        text = text[end:]
    return found


def place(**changes: Any) -> str:
    return json.dumps({"address": GATE, "gateway": GATE, "words": WORDS, **changes})


@needs_router
def test_a_real_router_that_opens_ports_and_what_stands_open(tmp_path: Path) -> None:
    asked = ("web -a 192.168.77.20 443 8443 tcp", "rdp -a 192.168.77.21 3389 3390 tcp")
    seen, stranger = behind(tmp_path, True, True, asked, place(), place(gateway=""))

    for host in (seen, stranger):  # it answers as a router: it fails wherever it stands
        found = only(ROUTER, host)
        assert (found.outcome, found.severity) == (Outcome.FAIL, Severity.HIGH)
        assert "UPnP" in str(found.found)
    parts = {item.subject: item for item in findings(FORWARDS, seen)}
    assert {name: item.outcome for name, item in parts.items()} == {
        "tcp 8443 -> 192.168.77.20:443": Outcome.WARN,
        "tcp 3390 -> 192.168.77.21:3389": Outcome.FAIL,
    }
    assert parts["tcp 3390 -> 192.168.77.21:3389"].severity is Severity.CRITICAL
    policy = Policy(approved_port_forwards=("TCP 8443 -> 192.168.77.20:443", "tcp 3390 -> 192.168.77.21:3389"))
    assert [item.outcome for item in findings(FORWARDS, seen, policy=policy)] == [Outcome.FAIL, Outcome.PASS]


@needs_router
def test_a_real_router_with_nat_pmp_only_fails_too(tmp_path: Path) -> None:
    (seen,) = behind(tmp_path, False, True, (), place())

    found = only(ROUTER, seen)
    assert found.outcome is Outcome.FAIL
    assert "NAT-PMP" in str(found.found)
    assert only(FORWARDS, seen).outcome is Outcome.NOT_ASSESSED


@needs_router
def test_a_real_router_without_forwards_is_not_judged_by_its_empty_list(tmp_path: Path) -> None:
    (seen,) = behind(tmp_path, True, False, (), place())

    found = only(FORWARDS, seen)
    assert (found.outcome, found.reason) == (Outcome.NOT_ASSESSED, Reason.OUT_OF_VANTAGE)


@needs_router
def test_a_real_router_that_is_silent_passes_and_only_there(tmp_path: Path) -> None:
    far = place(on_link=False)
    quiet, unknown, other, away = behind(
        tmp_path, False, False, (), place(), place(gateway=""), place(gateway=HERE), far
    )

    assert only(ROUTER, quiet).outcome is Outcome.PASS
    assert (only(ROUTER, unknown).outcome, only(ROUTER, unknown).reason) == (
        Outcome.NOT_ASSESSED,
        Reason.OUT_OF_VANTAGE,
    )
    assert only(ROUTER, other).outcome is Outcome.NOT_APPLICABLE
    assert only(ROUTER, away).outcome is Outcome.NOT_ASSESSED
    assert only(FORWARDS, quiet).outcome is Outcome.NOT_ASSESSED
    assert only(FORWARDS, other).outcome is Outcome.NOT_APPLICABLE


# ---- strange routers ------------------------------------------------------------------------------

DEVICE = """<?xml version="1.0"?><root xmlns="urn:schemas-upnp-org:device-1-0"><device>
<deviceType>urn:schemas-upnp-org:device:InternetGatewayDevice:1</deviceType><manufacturer>{maker}</manufacturer>
<modelName>{model}</modelName><serviceList><service>
<serviceType>urn:schemas-upnp-org:service:WANIPConnection:1</serviceType><controlURL>{control}</controlURL></service>
</serviceList></device></root>"""
Said = Callable[[str, str], tuple[int, bytes]]  # action and body to status and answer


@contextmanager
def router(address: str, said: Said, location: str = "") -> Iterator[list[str]]:
    """A router at an address of loopback; the requests that it got. said: "" for the description."""
    met: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def _any(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
            action = self.headers.get("SOAPAction", "").strip('"').rpartition("#")[2]
            met.append(f"{self.command} {self.path} {action}".strip())
            status, out = said(action, body)
            self.send_response(status)
            self.send_header("Content-Length", str(len(out)))
            self.end_headers()
            with suppress(OSError):
                self.wfile.write(out)

        do_GET = do_POST = _any  # noqa: N815 names of the library

        def log_message(self, *_: object) -> None: ...

    with (
        ThreadingHTTPServer((address, 5000), Handler) as server,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as ssdp,
    ):
        ssdp.bind((address, 1900))
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        threading.Thread(target=_ssdp, args=(ssdp, location or f"http://{address}:5000/d.xml"), daemon=True).start()
        yield met
        server.shutdown()
    time.sleep(0.25)  # the other thread lets go of the port


def _ssdp(sock: socket.socket, location: str) -> None:
    sock.settimeout(0.2)
    while sock.fileno() != -1:
        with suppress(OSError):
            data, peer = sock.recvfrom(4096)
            kind = data.decode().split("\r\nST: ")[1].split("\r\n")[0]
            sock.sendto(f"HTTP/1.1 200 OK\r\nST: {kind}\r\nLOCATION: {location}\r\n\r\n".encode(), peer)


def envelope(action: str, **values: object) -> bytes:
    inner = "".join(f"<{name}>{value}</{name}>" for name, value in values.items())
    answer = f'<u:{action}Response xmlns:u="y">{inner}</u:{action}Response>'
    return f'<e:Envelope xmlns:e="x"><e:Body>{answer}</e:Body></e:Envelope>'.encode()


def fault(code: int) -> tuple[int, bytes]:
    return 500, f"<e><Fault><detail><UPnPError><errorCode>{code}</errorCode></UPnPError></detail></Fault></e>".encode()


def told(
    maker: str = "ACME", model: str = "Box", control: str = "/c", entries: int = 0, end: int = 713, status: bool = True
) -> Said:
    def said(action: str, body: str) -> tuple[int, bytes]:
        if not action:
            return 200, DEVICE.format(maker=maker, model=model, control=control).encode()
        if action == "GetStatusInfo" and status:
            return 200, envelope(action, NewConnectionStatus="Connected")
        if action == "GetGenericPortMappingEntry":
            index = int(body.split("<NewPortMappingIndex>")[1].split("<")[0])
            if index < entries:
                values = {"NewExternalPort": 40000 + index, "NewProtocol": "TCP", "NewInternalPort": 40000 + index}
                return 200, envelope(action, **values, NewInternalClient="192.168.1.9", NewEnabled=1)
        return fault(end)

    return said


def seen(address: str, gateway: str = "") -> Recording:
    return looked(Spot(address, network="office", on_link=True, gateway=gateway or address), words=WORDS)


def test_a_router_that_does_not_tell_its_list_is_not_judged_by_it() -> None:
    with router(own(1), told(end=606)) as met:
        host = seen(own(1))

    assert only(ROUTER, host).outcome is Outcome.FAIL
    assert (only(FORWARDS, host).outcome, only(FORWARDS, host).reason) == (Outcome.NOT_ASSESSED, Reason.NO_PRIVILEGE)
    reading = {"GetStatusInfo", "GetExternalIPAddress", "GetGenericPortMappingEntry"}
    assert {line.split()[-1] for line in met if line.startswith("POST")} == reading


def test_a_fritzbox_that_answers_is_a_warning() -> None:
    with router(own(2), told(maker="AVM Berlin", model="FRITZ!Box 7590", end=606)):
        host = seen(own(2))

    assert only(ROUTER, host).outcome is Outcome.WARN


def test_a_router_that_announces_and_refuses_everything_is_a_warning() -> None:
    with router(own(3), told(end=401, status=False)):
        host = seen(own(3))

    assert only(ROUTER, host).outcome is Outcome.WARN


def test_a_list_without_end_is_cut_and_says_so() -> None:
    with router(own(4), told(entries=10**9)) as met:
        host = seen(own(4))

    parts = {item.subject: item for item in findings(FORWARDS, host)}
    assert (parts["more"].outcome, parts["more"].reason) == (Outcome.NOT_ASSESSED, Reason.TRUNCATED)
    assert len(parts) == 257
    assert len(met) < 265


@pytest.mark.parametrize("where", ["http://{other}:5000/d.xml", "http://{own}:5000@{other}:5000/d.xml"])
def test_nothing_is_sent_to_another_host_whatever_the_router_says(where: str) -> None:
    with (
        router(own(99), told()) as other,
        router(own(5), told(), location=where.format(own=own(5), other=own(99))) as met,
    ):
        host = seen(own(5))

    assert other == []
    assert met  # the usual place at its own address
    assert only(ROUTER, host).outcome is Outcome.FAIL


def test_a_service_that_stands_elsewhere_is_not_called() -> None:
    with router(own(98), told()) as other, router(own(6), told(control=f"http://{own(98)}:5000/c")):
        host = seen(own(6))

    assert other == []
    assert only(ROUTER, host).outcome is Outcome.WARN


@pytest.mark.parametrize(
    "description",
    [
        b"",
        b"\x00" * 5000,
        b"<" * 200_000,
        b"x" * 5_000_000,
        '<!DOCTYPE a [<!ENTITY b "bbb">]><root>&b;</root>'.encode("utf-16"),
        b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><root>&b;</root>',
        b"<a>" * 60_000,
    ],
)
def test_a_hostile_description_is_no_router_and_no_pass(description: bytes) -> None:
    with within(15), router(own(7), lambda action, body: (200, description)):
        host = seen(own(7))
    assert only(ROUTER, host).outcome is Outcome.WARN  # it did say that it is one
    assert only(FORWARDS, host).outcome is Outcome.NOT_ASSESSED


def test_a_router_that_hangs_costs_a_bounded_time() -> None:
    def hangs(action: str, body: str) -> tuple[int, bytes]:
        if action:
            time.sleep(20)
        return told()(action, body)

    with within(25), router(own(8), hangs):
        host = seen(own(8))
    assert only(ROUTER, host).outcome is Outcome.WARN


def test_xml_that_declares_anything_is_refused() -> None:
    for text in (b'<!DOCTYPE a [<!ENTITY b "c">]><a/>', b'<!DOCTYPE a SYSTEM "x"><a/>', b'<!ENTITY b "c"><a/>'):
        with pytest.raises(Refused):
            tree(text)
    assert tree(b"<!DOCTYPE nmaprun>\n<nmaprun/>").tag == "nmaprun"


# ---- answers --------------------------------------------------------------------------------------


def judged(pmp: str | None = None, pcp: str | None = None, igd: str = "silent", **near: object) -> Finding:
    """The finding of a router with these answers; None is silence."""
    where = {"address": GATE, "network": "office", "on_link": True, "gateway": GATE, "mac": "", "maker": ""} | near
    document = {"searched": igd, "devices": [], "services": []}
    host = recording(
        answered(NEIGHBOUR, json.dumps({**where, "randomised": False})),
        answered(IGD, json.dumps(document)),
        *(
            answered(question, json.dumps({"ports": {"5351": row(said)}}))
            for question, said in ((NAT_PMP, pmp), (PCP, pcp))
        ),
        platform="",
        vantage="network",
    )
    return only(ROUTER, host)


def row(said: str | None) -> dict[str, object]:
    return {"state": "silent"} if said is None else {"state": "open", "heard": [said]}


def test_the_answers_of_nat_pmp_and_pcp() -> None:
    """By RFC 6886 and RFC 6887; those of a real miniupnpd are in the tests above."""
    assert judged().outcome is Outcome.PASS
    assert judged(pmp="\0\x80\0\0" + "\0" * 8).outcome is Outcome.FAIL
    assert judged(pmp="\0\x80\0\x03" + "\0" * 8).outcome is Outcome.FAIL
    assert judged(pmp="\0\x80\0\x02" + "\0" * 8).outcome is Outcome.WARN
    assert judged(pcp="\x02\x80\0\x0c" + "\0" * 20).outcome is Outcome.FAIL
    assert judged(pcp="\x02\x80\0\x02" + "\0" * 20).outcome is Outcome.WARN
    assert judged(pmp="\0\x80\0\0" + "\0" * 8, pcp="\0\x80\0\x01").outcome is Outcome.FAIL
    for noise in ("", "x", "\0" * 40, "HTTP/1.1 200 OK"):
        assert judged(pmp=noise).outcome is Outcome.NOT_ASSESSED
        assert judged(pcp=noise).outcome is Outcome.NOT_ASSESSED


def test_silence_passes_only_from_the_network_of_the_router() -> None:
    for igd, near in (
        ("not_on_link", {}),
        ("guarded", {}),
        ("silent", {"on_link": False}),
        ("silent", {"gateway": ""}),
    ):
        assert judged(igd=igd, **near).outcome is Outcome.NOT_ASSESSED


def test_without_an_answer_nothing_is_judged() -> None:
    near = {
        "address": GATE,
        "network": "",
        "on_link": True,
        "gateway": GATE,
        "mac": "",
        "maker": "",
        "randomised": False,
    }
    place = answered(NEIGHBOUR, json.dumps(near))
    for host in (recording(), recording(place), recording(place, answered(IGD, status=Status.TIMEOUT))):
        for check in (ROUTER, FORWARDS):
            assert only(check, host).outcome is Outcome.NOT_ASSESSED
