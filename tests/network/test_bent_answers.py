"""Answers of the probes with each value bent, in turn: a reader says that it cannot tell, and nothing new passes."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from typing import Any

import pytest

from nis2scan.api import Finding, Outcome, Question, Reason, Recording
from nis2scan.facts.network.doors import NEIGHBOUR, PORTS
from nis2scan.facts.network.ftp import FTP
from nis2scan.facts.network.igd import IGD, NAT_PMP, PCP
from nis2scan.facts.network.nfs import NFS
from nis2scan.facts.network.services import NMAP
from nis2scan.facts.network.smb import SMB
from nis2scan.facts.network.tls import TLS
from nis2scan.testing import answered, findings, recording

CHECKS = (
    "access/anonymous-files",
    "exposure/certificates-and-tls",
    "exposure/port-forwards",
    "exposure/router-opens-ports",
    "updates/network-services",
)
ROUTER = "192.168.1.1"
CERTIFICATE = {
    "subject": "a",
    "issuer": "b",
    "names": ["a.nl"],
    "self_signed": False,
    "key": ["EC", 256],
    "hash": "sha256",
    "from": "2026-10-01T00:00:00+00:00",
    "until": "2099-10-01T00:00:00+00:00",
}
MAPPING = {
    "outside_port": "443",
    "protocol": "TCP",
    "inside_port": "443",
    "inside": "192.168.1.9",
    "enabled": "1",
    "description": "",
    "lease": "0",
}
SAID: dict[Question, Any] = {
    NEIGHBOUR: {"address": ROUTER, "network": "o", "on_link": True, "gateway": ROUTER, "mac": "", "maker": ""}
    | {"randomised": False},
    PORTS: {"doors": {"80": "open", "443": "open"}, "guard": "", "why": []},
    TLS: {
        "address": ROUTER,
        "ports": {
            "443": {
                "state": "open",
                "speaks": "tls",
                "certificate": CERTIFICATE,
                "versions": {"1.3": "accepted", "1.2": "accepted", "1.1": "refused", "1.0": "refused"},
            }
        },
    },
    IGD: {
        "searched": "answered",
        "devices": [{"manufacturer": "a", "modelName": "b", "friendlyName": "c"}],
        "services": [{"kind": "k", "status": "Connected", "outside": "", "listed": "whole", "mappings": [MAPPING]}],
    },
    NAT_PMP: {"ports": {"5351": {"state": "open", "heard": ["\0\x80\0\x02" + "\0" * 8]}}},
    PCP: {"ports": {"5351": {"state": "silent"}}},
    SMB: {
        "state": "open",
        "smb1": "refused",
        "dialect": "3.1.1",
        "signing": True,
        "anonymous": "accepted",
        "listed": "yes",
        "shares": [{"name": "a", "entry": "list", "add": True}],
    },
    NFS: {
        "rpc": "open",
        "nfs": "open",
        "mount": "answered",
        "versions": [3],
        "exports": [{"path": "/a", "groups": ["*"]}],
    },
    FTP: {"ports": {"21": {"state": "open", "heard": ["220 a\r\n", "331 b\r\n", "230 c\r\n"]}}},
    NMAP: {
        "state": "asked",
        "ports": {"80": {"name": "http", "product": "nginx", "version": "1.10.0", "extrainfo": ""}},
    },
}
BENT: tuple[Any, ...] = (None, [], {}, "", "x", 7, -1, 1.5, True, ["x"], {"x": "y"}, [None], {"1": None}, "9" * 5000)


def host(said: dict[Question, Any]) -> Recording:
    answers = (answered(question, json.dumps(row)) for question, row in said.items())
    return recording(*answers, platform="", vantage="network")


def judged(said: dict[Question, Any]) -> dict[tuple[str, str], Finding]:
    seen = host(said)
    return {(check, item.subject): item for check in CHECKS for item in findings(check, seen)}


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield path
    for key, inner in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        yield from places(inner, (*path, key))


def bent(value: Any, path: tuple[Any, ...], by: Any) -> Any:
    if not path:
        return by
    whole = copy.deepcopy(value)
    inner = whole
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = by
    return whole


def test_as_they_are_each_is_judged() -> None:
    outcomes = {check: item.outcome for (check, _), item in judged(SAID).items()}

    assert outcomes == {
        "access/anonymous-files": Outcome.FAIL,
        "exposure/certificates-and-tls": Outcome.PASS,
        "exposure/port-forwards": Outcome.WARN,
        "exposure/router-opens-ports": Outcome.FAIL,
        "updates/network-services": Outcome.WARN,
    }


@pytest.mark.parametrize("question", list(SAID), ids=lambda question: question.text.split("\n")[0][:12])
def test_a_value_of_another_kind_is_no_bug_and_no_pass(question: Question) -> None:
    passing = {key for key, item in judged(SAID).items() if item.outcome is Outcome.PASS}
    other = {("shares",): [], ("exports",): [], ("exports", 0, "groups"): ["x"]}  # answers of their own
    for path in places(SAID[question]):
        for by in (value for value in BENT if path not in other or value != other[path]):
            if path == ("exports", 0, "groups", 0) and isinstance(by, str):
                continue  # the name of some host
            found = judged({**SAID, question: bent(SAID[question], path, by)})
            for key, item in found.items():
                assert item.reason is not Reason.BUG, (path, by, item.found)
                assert item.outcome is not Outcome.PASS or key in passing, (path, by, key, item.found)
