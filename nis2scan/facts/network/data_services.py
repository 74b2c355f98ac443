"""Services that hold data, and whether they answer somebody who gives no password. Nothing is read out of them.

Each conversation is the shortest that shows the difference. PING, version, /_ping and a list of names change nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from nis2scan.api import Answer, CannotTell, Fact, Question, Reason, probe, reads
from nis2scan.facts.network.heard import Heard, heard


class Access(StrEnum):
    """What a service did with somebody who gave no password."""

    EVERYBODY = "everybody"
    ASKS = "asks"
    UNCLEAR = "unclear"  # it is open and said something else, or nothing
    GUARDED = "guarded"  # left alone: such a device might act
    SHUT = "shut"
    HIDDEN = "hidden"


@dataclass(frozen=True)
class Service:
    """name: of the software, as people know it."""

    name: str
    port: int
    access: Access


@dataclass(frozen=True)
class DataServices(Fact):
    """Every service that was tried, one a port."""

    all: tuple[Service, ...]


def _http(path: str) -> str:
    return f"send GET {path} HTTP/1.0\\r\\nHost: localhost\\r\\nConnection: close\\r\\n\\r\\n"


REDIS = probe("tcp 6379\nsend PING\\r\\n")
MEMCACHED = probe("tcp 11211\nsend version\\r\\n")
# OP_MSG with {listDatabases: 1, nameOnly: true, $db: "admin"}: refused where names may only be told after login.
MONGODB = probe(
    "tcp 27017\nsend \\x47\\0\\0\\0\\x01\\0\\0\\0\\0\\0\\0\\0\\xdd\\x07\\0\\0\\0\\0\\0\\0\\0\\x32\\0\\0\\0"
    "\\x10listDatabases\\0\\x01\\0\\0\\0\\x08nameOnly\\0\\x01\\x02$db\\0\\x06\\0\\0\\0admin\\0\\0"
)
ELASTIC = probe("tcp 9200\n" + _http("/"))
COUCHDB = probe("tcp 5984\n" + _http("/_all_dbs"))
DOCKER = probe("tcp 2375\n" + _http("/_ping"))
# MQTT 3.1.1: CONNECT with a clean session and no name, then DISCONNECT.
MQTT = probe("tcp 1883\nsend \\x10\\x0c\\0\\x04MQTT\\x04\\x02\\0\\x0a\\0\\0\nsend \\xe0\\0")
RSYNC = probe("tcp 873\nwait\nsend @RSYNCD: 30.0\\n\nsend \\n")
VNC = probe("tcp 5900\nwait\nsend RFB 003.008\\n")
X11 = probe("tcp 6000\nsend l\\0\\x0b\\0\\0\\0\\0\\0\\0\\0\\0\\0")


def _redis(said: Heard) -> Access:
    if said.all.startswith(b"+PONG"):
        return Access.EVERYBODY
    return Access.ASKS if said.all.startswith((b"-NOAUTH", b"-DENIED", b"-WRONGPASS")) else Access.UNCLEAR


def _memcached(said: Heard) -> Access:
    return Access.EVERYBODY if said.all.startswith(b"VERSION ") else Access.UNCLEAR


def _mongodb(said: Heard) -> Access:
    if b"\x01ok\0\0\0\0\0\0\0\xf0?" in said.all and b"databases\0" in said.all:
        return Access.EVERYBODY
    return Access.ASKS if b"Unauthorized\0" in said.all or b"\x10code\0\x0d\0\0\0" in said.all else Access.UNCLEAR


def _web(sign: bytes) -> Callable[[Heard], Access]:
    def read(said: Heard) -> Access:
        status = re.match(rb"HTTP/1\.[01] (\d{3})", said.all)
        if status is None:
            return Access.UNCLEAR
        if status[1] in (b"401", b"403"):
            return Access.ASKS
        return Access.EVERYBODY if status[1] == b"200" and re.search(sign, said.all) else Access.UNCLEAR

    return read


def _mqtt(said: Heard) -> Access:
    if said.all.startswith(b"\x20\x02") and len(said.all) >= 4:
        return {0: Access.EVERYBODY, 4: Access.ASKS, 5: Access.ASKS}.get(said.all[3], Access.UNCLEAR)
    return Access.UNCLEAR


def _rsync(said: Heard) -> Access:
    """Names of modules are told before any password; whether a module asks one is not tried."""
    if not said.all.startswith(b"@RSYNCD:"):
        return Access.UNCLEAR
    return Access.ASKS if re.search(rb"(?m)^@ERROR: access denied", said.all) else Access.UNCLEAR


# VNC's own password, RealVNC, Apple, Ultra and MS logon.
_VNC_ASKS = {2, 5, 6, 13, 30, 33, 35, 36, 112, 113, 129, 130, 133, 134}


def _vnc(said: Heard) -> Access:
    """RFB 3.8: a number of ways to log in, then the ways; 1 is none at all. 3.3 tells one way in four bytes.

    Behind 16, 18 and 19 (Tight, TLS, VeNCrypt) lies a second choice, and that may be none: alone they say nothing.
    """
    if len(said.said) < 2 or not said.said[0].startswith(b"RFB 003."):
        return Access.UNCLEAR
    ways = said.said[1]
    old = said.said[0][8:11] < b"007"
    told = [ways[3]] if old and len(ways) >= 4 else [*ways[1 : 1 + ways[0]]] if not old and ways else []
    if 1 in told:
        return Access.EVERYBODY
    return Access.ASKS if set(told) & _VNC_ASKS and 0 not in told else Access.UNCLEAR


def _x11(said: Heard) -> Access:
    """0 refuses and 1 lets in, both with the version of the protocol: 11. A byte alone could be anything."""
    if said.all[2:4] != b"\x0b\0":
        return Access.UNCLEAR
    return {0: Access.ASKS, 1: Access.EVERYBODY}.get(said.all[0], Access.UNCLEAR)


_READ: Mapping[Question, tuple[str, Callable[[Heard], Access]]] = {
    REDIS: ("Redis", _redis),
    MEMCACHED: ("memcached", _memcached),
    MONGODB: ("MongoDB", _mongodb),
    ELASTIC: ("Elasticsearch", _web(rb'"(cluster_name|lucene_version|tagline)"')),
    COUCHDB: ("CouchDB", _web(rb"\r?\n\r?\n\s*\[")),
    DOCKER: ("Docker", _web(rb"(?i)\r\n(api-version|docker-experimental):")),
    MQTT: ("MQTT", _mqtt),
    RSYNC: ("rsync", _rsync),
    VNC: ("VNC", _vnc),
    X11: ("X11", _x11),
}
_NOT_OPEN = {"closed": Access.SHUT, "silent": Access.HIDDEN, "guarded": Access.GUARDED}


@reads(*_READ)
def data_services(
    redis: Answer,
    memcached: Answer,
    mongodb: Answer,
    elastic: Answer,
    couchdb: Answer,
    docker: Answer,
    mqtt: Answer,
    rsync: Answer,
    vnc: Answer,
    x11: Answer,
) -> DataServices:
    """One service for each port; an answer that could not be read is a service that is hidden, not absent."""
    answers = (redis, memcached, mongodb, elastic, couchdb, docker, mqtt, rsync, vnc, x11)
    found: list[Service] = []
    trouble: CannotTell | None = None
    for answer in answers:
        name, read = _READ[answer.question]
        try:
            said = heard(answer)
        except CannotTell as why:
            trouble = why
            continue
        found += [Service(name, port, _NOT_OPEN.get(item.state) or read(item)) for port, item in said.items()]
    if not found:
        raise trouble or CannotTell(Reason.NOTHING_TO_JUDGE)
    lacking = {_READ[answer.question][0] for answer in answers} - {service.name for service in found}
    return DataServices((*found, *(Service(name, 0, Access.HIDDEN) for name in sorted(lacking))))
