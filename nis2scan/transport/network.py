"""One host as the network sees it: which doors are open, what it is, and what it says to the probes that were declared.

Doors first, the guarded ones before all others; so what must be left alone is known before any byte is sent.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from nis2scan.model import Answer, Question, Recording, Status
from nis2scan.transport.connect import SECONDS, SLOW_SECONDS, Door, door
from nis2scan.transport.guard import FIRST, guarded
from nis2scan.transport.pace import Pace
from nis2scan.transport.probes import Missing, Spot, Way, procedure
from nis2scan.transport.talk import Talk, parsed, tcp, udp, unsent

VANTAGE = "network"
# A probe that hears nothing on any port says so in the answer; it does not fail.
_SKIPPED = {Door.CLOSED: "closed", Door.SILENT: "silent", Door.AWAY: "silent"}


async def look(spot: Spot, questions: Sequence[Question], pace: Pace, seconds: float) -> Recording:
    """Everything that the host answers to the probes among `questions`, within `seconds`."""
    started = datetime.now(UTC)
    asked = {question: parsed(question.text) for question in questions if question.kind == "probe"}
    answers: dict[str, Answer] = {}
    for question, talk in asked.items():  # what needs no packet is known of every host, also of one that takes too long
        if talk.word == "neighbour":
            await _put(question, talk, spot, pace, answers)
    with contextlib.suppress(TimeoutError):  # what was answered until then counts
        async with asyncio.timeout(seconds):
            spot = await _doors_of(spot, asked.values(), pace)
            async with asyncio.TaskGroup() as group:
                for question, talk in asked.items():
                    if question.id not in answers:
                        group.create_task(_put(question, talk, spot, pace, answers))
    for question in asked:
        answers.setdefault(question.id, Answer(question, Status.TIMEOUT, err=b"the host took longer than it was given"))
    return Recording(spot.address, "", started, VANTAGE, answers)


async def _doors_of(spot: Spot, talks: Iterable[Talk], pace: Pace) -> Spot:
    """Try every port that any probe is about. A device that must be left alone is asked about no further ports."""
    wanted = sorted({port for talk in talks if talk.word != "udp" for port in talk.ports})
    first = [port for port in wanted if port in FIRST]
    doors = await _tried(spot, first, pace)
    guard = guarded([port for port, state in doors.items() if state == Door.OPEN], spot.maker)
    if guard.kind != "controller":
        doors |= await _tried(spot, [port for port in wanted if port not in doors], pace)
        if any(state in (Door.OPEN, Door.CLOSED) for state in doors.values()):
            # A lost packet, or Windows that needs longer to hear `closed`: once more, of a host that is there.
            doors |= await _tried(spot, [p for p, state in doors.items() if state == Door.SILENT], pace, SLOW_SECONDS)
    guard = guarded([port for port, state in doors.items() if state == Door.OPEN], spot.maker)
    return replace(spot, doors=doors, guard=guard)


async def _tried(spot: Spot, ports: Sequence[int], pace: Pace, seconds: float = SECONDS) -> dict[int, str]:
    states = await asyncio.gather(*(door(spot.address, port, pace, seconds) for port in ports))
    return dict(zip(ports, states, strict=True))


async def _put(question: Question, talk: Talk, spot: Spot, pace: Pace, answers: dict[str, Answer]) -> None:
    """Put one probe; whatever goes wrong costs only this answer."""
    began = asyncio.get_running_loop().time()
    try:
        async with asyncio.timeout(question.seconds):
            said = await _said(question, talk, spot, pace)
        status, out, err = Status.OK, json.dumps(said, sort_keys=True).encode(), b""
    except TimeoutError:
        status, out, err = Status.TIMEOUT, b"", b"the answer took too long"
    except Missing as lacking:
        status, out, err = Status.MISSING, b"", str(lacking).encode()
    except Exception as trouble:  # noqa: BLE001 a strange host must cost one answer, never the scan
        status, out, err = Status.ERROR, b"", type(trouble).__name__.encode()
    if len(out) > question.cap:
        status, out = Status.TRUNCATED, b""
    took = int(1000 * (asyncio.get_running_loop().time() - began))
    answers[question.id] = Answer(question, status, out, err, 0 if status is Status.OK else None, took)


async def _said(question: Question, talk: Talk, spot: Spot, pace: Pace) -> Mapping[str, object]:
    if talk.word == "ports":
        return {"doors": {str(port): spot.doors.get(port, "unasked") for port in talk.ports}, **_guard(spot)}
    if talk.word == "neighbour":
        return {
            "address": spot.address,
            "network": spot.network,
            "on_link": spot.on_link,
            "gateway": spot.gateway,
            "mac": spot.mac,
            "maker": spot.maker,
            "randomised": spot.randomised,
        }
    if talk.word in ("tcp", "udp"):
        share = question.cap // (8 * len(talk.ports))  # a byte takes up to six in the answer
        return {"ports": {str(port): await _talked(port, talk, spot, pace, share) for port in talk.ports}}
    if (put := procedure(talk.word)) is None:
        raise LookupError(talk.word)
    return await put(Way(spot, pace, talk.word), talk, question.cap)


def _guard(spot: Spot) -> dict[str, object]:
    return {"guard": spot.guard.kind, "why": list(spot.guard.why)}


async def _talked(port: int, talk: Talk, spot: Spot, pace: Pace, cap: int) -> Mapping[str, object]:
    """What one port said: `state` is open, closed, silent or guarded; `heard` one text a step, bytes as Latin-1."""
    if not spot.guard.lets(talk.word, port):
        return {"state": "guarded"}
    if talk.word == "udp":
        (payload,) = (step for step in talk.steps if step is not None)
        try:
            got = await udp(spot.address, port, payload, pace)
        except ConnectionError:
            return {"state": "closed"}
        except OSError as trouble:  # a firewall on the way, or of the host, refuses: that says nothing
            if unsent(trouble):
                raise
            got = None
        return {"state": "silent"} if got is None else {"state": "open", "heard": [got.decode("latin-1")]}
    state = Door(spot.doors.get(port, Door.SILENT))
    if state is not Door.OPEN:
        return {"state": _SKIPPED[state]}
    if (sock := await Way(spot, pace, talk.word).opened(port)) is None:
        return {"state": "silent"}
    try:
        heard = await tcp(sock, talk.steps, cap)
    finally:
        sock.close()
    return {"state": "open", "heard": [part.decode("latin-1") for part in heard]}
