"""Recordings of hosts as the network shows them, said in few words."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import replace

from nis2scan.errors import Reason
from nis2scan.facts.network import clear_text, data_services
from nis2scan.facts.network.doors import NEIGHBOUR, PORTS
from nis2scan.model import Answer, Question, Recording
from nis2scan.testing import answered, recording
from nis2scan.transport.guard import guarded
from nis2scan.transport.talk import parsed


def seen(
    host: str,
    open_ports: Iterable[int] = (),
    *,
    maker: str = "",
    silent: bool = False,
    network: str = "office",
    on_link: bool = True,
    gateway: str = "",
    said: Mapping[int, tuple[str, ...]] | None = None,
) -> Recording:
    """A device without a login. silent: ports that are not open do not answer; else they refuse. said: by port."""
    opened, rest = set(open_ports), "silent" if silent else "closed"
    guard = guarded(opened, maker)
    doors = {str(port): "open" if port in opened else rest for port in parsed(PORTS.text).ports}
    place = {"address": host, "network": network, "on_link": on_link, "gateway": gateway, "mac": "", "maker": maker}
    answers = [
        answered(PORTS, json.dumps({"doors": doors, "guard": guard.kind, "why": guard.why})),
        answered(NEIGHBOUR, json.dumps({**place, "randomised": False})),
        *(_talk(question, opened, rest, said or {}) for question in CONVERSATIONS),
    ]
    made = recording(*answers, host=host, platform="", vantage="network", failed=Reason.NO_CREDENTIAL)
    return replace(made, why="")


CONVERSATIONS = tuple(
    item
    for module in (data_services, clear_text)
    for item in vars(module).values()
    if isinstance(item, Question) and item.text.startswith("tcp")
)


def _talk(question: Question, opened: set[int], rest: str, said: Mapping[int, tuple[str, ...]]) -> Answer:
    rows = {
        str(port): {"state": "open", "heard": list(said.get(port, ()))} if port in opened else {"state": rest}
        for port in parsed(question.text).ports
    }
    return answered(question, json.dumps({"ports": rows}))
