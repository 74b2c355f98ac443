"""Routers that let whoever asks open ports (UPnP IGD): do they answer, and which ports are open now."""

from __future__ import annotations

import asyncio
import re
import socket
from collections.abc import AsyncIterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from xml.etree.ElementTree import Element

from nis2scan.transport.connect import Door
from nis2scan.transport.probes import Way, http
from nis2scan.transport.probes.http import Place
from nis2scan.transport.probes.markup import Refused, named, tree, values
from nis2scan.transport.talk import Talk, unsent

_SSDP = 1900
_KINDS = tuple(f"urn:schemas-upnp-org:device:InternetGatewayDevice:{version}" for version in (1, 2))
_KNOWN = {49000: "/igddesc.xml", 5000: "/rootDesc.xml"}
_SERVICE = re.compile(r"urn:schemas-upnp-org:service:WAN(IP|PPP)Connection:[12]\Z")
_SEARCH_SECONDS = 1.5
_LIST_SECONDS = 30.0
_MAPPINGS = 256
_SERVICES = 4
_WORDS = 100
_END = {"713", "714", "402"}  # there is no such entry: the list ends here
_MAPPING = {
    "outside_port": "NewExternalPort",
    "protocol": "NewProtocol",
    "inside_port": "NewInternalPort",
    "inside": "NewInternalClient",
    "enabled": "NewEnabled",
    "description": "NewPortMappingDescription",
    "lease": "NewLeaseDuration",
}


async def ask(way: Way, talk: Talk, cap: int) -> Mapping[str, object]:
    """Sends, twice each, two searches for an InternetGatewayDevice to UDP 1900, only on our own link.

    Then GET for the description where the host itself says it is, at 49000/igddesc.xml and 5000/rootDesc.xml, and for
    each WANIPConnection and WANPPPConnection in it GetStatusInfo, GetExternalIPAddress and, up to 256 times,
    GetGenericPortMappingEntry. Only at the address that is looked at. No action that changes anything exists here.
    """
    searched, locations = await _searched(way)
    for port in talk.ports:
        if port in _KNOWN and way.spot.doors.get(port) == Door.OPEN:
            locations.append(Place(port, _KNOWN[port]))
    devices = []
    services: list[Mapping[str, object]] = []
    for at in list(dict.fromkeys(locations))[:4]:
        if (found := await _described(way, at)) is not None:
            devices.append(found.words)
            for service in found.services[: _SERVICES - len(services)]:
                services.append(await _asked(way, service))
            if found.services:
                break
    return {"searched": searched, "devices": devices, "services": services}


async def _searched(way: Way) -> tuple[str, list[Place]]:
    """How the search went (answered, elsewhere, silent, not_on_link, guarded), and where descriptions stand."""
    if not way.spot.on_link:
        return "not_on_link", []
    if not way.spot.guard.lets(way.word, _SSDP):
        return "guarded", []
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.setblocking(False)
        answers = [text async for text in _answers(way, sock)]
    if not answers:
        return "silent", []
    places = [http.place(way, found[1]) for text in answers if (found := re.search(r"(?im)^location:\s*(\S+)", text))]
    own = [at for at in places if at is not None]
    return "answered" if own else "elsewhere", own


async def _answers(way: Way, sock: socket.socket) -> AsyncIterator[str]:
    """What comes back from that address and says that it is a gateway; some answer from another port."""
    loop = asyncio.get_running_loop()
    for kind in _KINDS * 2:
        await way.pace.turn(way.spot.address)
        lines = f"M-SEARCH * HTTP/1.1\r\nHOST: {way.spot.address}:{_SSDP}\r\nST: {kind}\r\n"
        try:
            await loop.sock_sendto(
                sock, f'{lines}MAN: "ssdp:discover"\r\nMX: 1\r\n\r\n'.encode(), (way.spot.address, _SSDP)
            )
        except OSError as trouble:
            if unsent(trouble):
                raise
    with suppress(TimeoutError):
        async with asyncio.timeout(_SEARCH_SECONDS):
            for _ in range(50):
                with suppress(OSError):  # Windows tells of a closed port here
                    data, (address, *_) = await loop.sock_recvfrom(sock, 4096)
                    text = data.decode("latin-1")
                    if address == way.spot.address and "internetgatewaydevice" in text.lower():
                        yield text


@dataclass(frozen=True)
class _Service:
    kind: str
    at: Place


@dataclass(frozen=True)
class _Device:
    words: Mapping[str, str]
    services: tuple[_Service, ...]


async def _described(way: Way, at: Place) -> _Device | None:
    """The description of a gateway; None when there is none."""
    reply = await http.said(way, at)
    if reply is None or reply.status != 200:
        return None
    try:
        root = tree(reply.body)
    except Refused:
        return None
    device = next((item for item in root.iter() if named(item) == "device"), None)
    if device is None or "InternetGatewayDevice" not in values(device).get("deviceType", ""):
        return None
    words = {name: values(device).get(name, "")[:_WORDS] for name in ("manufacturer", "modelName", "friendlyName")}
    base = next((item.text for item in root if named(item) == "URLBase" and item.text), None)
    start = (http.place(way, base.strip()) if base else None) or at
    return _Device(words, tuple(_services(way, root, start)))


def _services(way: Way, root: Element, start: Place) -> list[_Service]:
    found = []
    for item in root.iter():
        if named(item) == "service":
            has = values(item)
            at = http.place(way, has.get("controlURL", ""), start)
            if _SERVICE.match(has.get("serviceType", "")) and at is not None:
                found.append(_Service(has["serviceType"], at))
    return found


async def _asked(way: Way, service: _Service) -> Mapping[str, object]:
    """What one service says. listed: whole, refused (it does not tell), or cut (not read to the end)."""
    _, status = await _called(way, service, "GetStatusInfo")
    _, address = await _called(way, service, "GetExternalIPAddress")
    mappings: list[Mapping[str, str]] = []
    listed = "cut"
    with suppress(TimeoutError):
        async with asyncio.timeout(_LIST_SECONDS):
            while len(mappings) < _MAPPINGS:
                error, found = await _called(way, service, "GetGenericPortMappingEntry", len(mappings))
                if "NewExternalPort" not in found:
                    listed = "whole" if error in _END else "cut" if mappings and not error else "refused"
                    break
                mappings.append({name: found.get(key, "")[:_WORDS] for name, key in _MAPPING.items()})
    return {
        "kind": service.kind,
        "status": status.get("NewConnectionStatus", "")[:_WORDS],
        "outside": address.get("NewExternalIPAddress", "")[:_WORDS],
        "listed": listed,
        "mappings": mappings,
    }


async def _called(way: Way, service: _Service, action: str, index: int | None = None) -> tuple[str, Mapping[str, str]]:
    """The number of the error, "" for none, and what the action returned."""
    argument = "" if index is None else f"<NewPortMappingIndex>{index}</NewPortMappingIndex>"
    body = (
        '<?xml version="1.0"?><s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/" '
        's:encodingStyle="http://schemas.xmlsoap.org/soap/encoding/"><s:Body>'
        f'<u:{action} xmlns:u="{service.kind}">{argument}</u:{action}></s:Body></s:Envelope>'
    )
    headers = {"SOAPAction": f'"{service.kind}#{action}"', "Content-Type": 'text/xml; charset="utf-8"'}
    reply = await http.said(way, service.at, headers, body.encode())
    if reply is None:
        return "", {}
    try:
        root = tree(reply.body)
    except Refused:
        return "", {}
    error = next((item.text or "" for item in root.iter() if named(item) == "errorCode"), "")
    answer = next((values(item) for item in root.iter() if named(item) == f"{action}Response"), {})
    return error.strip()[:_WORDS], answer
