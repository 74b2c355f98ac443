"""The devices that the scanner has no login for: what they serve, and to whom."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tests.lab import services
from tests.lab.cable import MEETING, OFFICE, SERVERS, Network
from tests.lab.host import Host
from tests.lab.places import REPLACED


@dataclass(frozen=True)
class Stranger:
    """One device. listens: what it must listen on before the scan starts, as `tcp 80`."""

    name: str
    card: tuple[Network, int]
    furnish: Callable[[Host], None]
    listens: tuple[str, ...] = ()
    mac: str = ""


def _webshop_old(host: Host) -> None:
    services.certificate(host, -20, bits=1024)
    services.web(host, "TLSv1")


def _web_soon(host: Host) -> None:
    services.certificate(host, 9)
    services.web(host, "TLSv1.2 TLSv1.3")


def _web_sound(host: Host) -> None:
    services.certificate(host, 200, by_office=True)
    services.web(host, "TLSv1.2 TLSv1.3")


def _ftp_sound(host: Host) -> None:
    services.certificate(host, 200)
    services.ftp(host, anonymous=False)


MAPPINGS = (
    "TCP:3389:192.168.78.44:3389:0:werkplek",
    "TCP:8080:192.168.78.11:80:0:webcam",
    "TCP:5443:192.168.78.13:443:0:website",
)

STRANGERS = (
    Stranger("klok", (SERVERS, 5), services.clock, ("udp 123",)),
    Stranger("loghost", (SERVERS, 6), services.log_collector, ("tcp 514",)),
    Stranger("web-oud", (OFFICE, 11), _webshop_old, ("tcp 443",)),
    Stranger("web-bijna", (OFFICE, 12), _web_soon, ("tcp 443",)),
    Stranger("web-goed", (OFFICE, 13), _web_sound, ("tcp 443",)),
    Stranger("delen-gast", (OFFICE, 14), lambda h: services.samba(h, guest=True, smb1=False), ("tcp 445",)),
    Stranger("delen-oud", (OFFICE, 15), lambda h: services.samba(h, guest=False, smb1=True), ("tcp 445",)),
    Stranger("delen-goed", (OFFICE, 16), lambda h: services.samba(h, guest=False), ("tcp 445",)),
    Stranger("ftp-open", (OFFICE, 17), lambda h: services.ftp(h, anonymous=True), ("tcp 21",)),
    Stranger("ftp-goed", (OFFICE, 18), _ftp_sound, ("tcp 21",)),
    Stranger("redis-open", (OFFICE, 19), lambda h: services.redis(h, password=False), ("tcp 6379",)),
    Stranger("redis-goed", (OFFICE, 20), lambda h: services.redis(h, password=True), ("tcp 6379",)),
    Stranger("memcache-open", (OFFICE, 21), lambda h: services.memcached(h, password=False), ("tcp 11211",)),
    Stranger("memcache-goed", (OFFICE, 22), lambda h: services.memcached(h, password=True), ("tcp 11211",)),
    Stranger("mqtt-open", (OFFICE, 23), lambda h: services.mosquitto(h, anonymous=True), ("tcp 1883",)),
    Stranger("mqtt-goed", (OFFICE, 24), lambda h: services.mosquitto(h, anonymous=False), ("tcp 1883",)),
    Stranger("snmp-public", (OFFICE, 25), lambda h: services.snmp(h, "public"), ("udp 161",)),
    Stranger("snmp-goed", (OFFICE, 26), lambda h: services.snmp(h, services.PASSWORD), ("udp 161",)),
    Stranger("router", (OFFICE, 1), lambda h: services.router(h, mappings=MAPPINGS), ("udp 1900",)),
    Stranger("router-2", (MEETING, 1), lambda h: services.web(h, title="Router"), ("tcp 80",)),
    Stranger("telnet", (OFFICE, 27), services.telnet, ("tcp 23",)),
    Stranger("vnc-open", (OFFICE, 28), lambda h: services.vnc(h, password=False), ("tcp 5900",)),
    Stranger("vnc-goed", (OFFICE, 29), lambda h: services.vnc(h, password=True), ("tcp 5900",)),
    Stranger("nfs-open", (OFFICE, 30), lambda h: services.nfs(h, "*"), ("tcp 2049", "tcp 111")),
    Stranger("nfs-goed", (OFFICE, 33), lambda h: services.nfs(h, "192.168.78.2"), ("tcp 2049", "tcp 111")),
    Stranger("postgres", (OFFICE, 31), services.postgresql, ("tcp 5432",)),
    Stranger("mariadb", (OFFICE, 32), services.mariadb, ("tcp 3306",)),
)


@dataclass(frozen=True)
class Fake:
    """A device that no package can play (tests/lab/fakes.py). mac: its card, by which a maker is known."""

    name: str
    card: tuple[Network, int]
    kind: str
    mac: str = ""


FAKES = (
    Fake("printer", (OFFICE, 51), "printer", "30:cd:a7:00:00:51"),
    Fake("machine", (OFFICE, 52), "plc", "00:1b:1b:00:00:52"),
    Fake("camera", (OFFICE, 53), "camera", "44:19:b6:00:00:53"),
    Fake("rogue", (OFFICE, 54), "rogue"),
    Fake(REPLACED, (SERVERS, 41), "rogue"),
    Fake("zwijger", (OFFICE, 55), "silent"),
    Fake("vloed", (OFFICE, 56), "flood"),
    Fake("leugenaar", (OFFICE, 57), "liar"),
    Fake("ophanger", (OFFICE, 58), "slam"),
    Fake("druppel", (OFFICE, 59), "drip"),
    Fake("werkplek", (OFFICE, 61), "pc", "00:14:22:00:00:61"),
    Fake("dicht", (OFFICE, 62), "drop", "00:14:22:00:00:62"),
    Fake("hypervisor", (OFFICE, 63), "hypervisor"),
    Fake("werkplek-2", (MEETING, 61), "pc-closed", "00:14:22:00:01:61"),
    Fake("printer-2", (MEETING, 51), "printer", "30:cd:a7:00:01:51"),
)
