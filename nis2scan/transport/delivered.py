"""A file that came from the host: the same stream as over the wire, read once. Nothing in it is believed to be whole.

Windows writes the stream as it is; a POSIX machine packs it (posix_file.py). Both end with a mark. What is found wrong
here is damage, and an edit by somebody who did not try hard: whoever owns a machine can make it say anything.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from nis2scan.errors import DeliveryError, Flaw
from nis2scan.model import Answer, Question, Recording, Status
from nis2scan.transport import only_questions, posix, windows, windows_parse

MOST_BYTES = 32 * 1024 * 1024
VANTAGE = "file"

_POSIX = re.compile(r"@@([0-9a-f]{32}) n2s 1 base64[ \r]*\n")
_BEGINNING = re.compile(r"@@([0-9a-f]{32}) (n2s 1 base64|H windows \d)")
_HEAD = re.compile(rb"host ([^\n]{1,255})\nclient ([a-z0-9-]{0,40})\nasked ([^\n]*)\n")
_CLIENT = re.compile(r"@@([0-9a-f]{32}) C ([a-z0-9-]{1,40})\s")
_BEGUN = re.compile(r"@@[0-9a-f]{4,32}")
_UNFIT = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_HEAD_BYTES = 256 * 1024
_LATEST = 4102444800  # 2100: a clock that says more says nothing
_LONGEST = 3600  # seconds that a visit can have taken; the two times in a file vouch for each other
_SPACES = b" \t\r\n\v\f"
_ENDED = b"the answer ended before this question"


@dataclass(frozen=True)
class Delivery:
    """What one file says. nonce: drawn on the host for each run, so that the same answer is known again.

    client: for whom the script was made, "" when it does not say. recording: of the host that the file names.
    """

    nonce: str
    client: str
    recording: Recording


@dataclass(frozen=True)
class Delivered:
    """A recording that was delivered, as a way to ask: it answers what was answered then, and nothing else."""

    recording: Recording
    vantage: str = field(default=VANTAGE, init=False)

    def ask(self, questions: Sequence[Question], seconds: float) -> Recording:
        """As Transport.ask; `seconds` does not matter. What the recording says of the visit itself is always there."""
        then = self.recording
        wanted = {item.id: then.answers[item.id] for item in only_questions(questions) if item.id in then.answers}
        visit = {name: answer for name, answer in then.answers.items() if answer.question.kind == "session"}
        return replace(then, answers=wanted | visit)


def read(data: bytes, questions: Sequence[Question]) -> Delivery:
    """What a file says to these questions. Raises DeliveryError when it must not be taken; never anything else."""
    if len(data) > MOST_BYTES:
        raise DeliveryError(Flaw.TOO_LARGE)
    text = windows_parse.text_of(data)
    if _several(data, text):  # only the first would be read
        raise DeliveryError(Flaw.SEVERAL)
    if (found := _POSIX.search(text)) is not None:
        return _posix(text, found, questions)
    if " H windows " in text:
        return _windows(data, text, questions)
    begun = not data.strip() or _BEGUN.match(text.lstrip())
    raise DeliveryError(Flaw.CUT if begun else Flaw.FOREIGN)


def _several(data: bytes, text: str) -> bool:
    """Whether there is more than one answer. What only looks like a beginning, as a host may print, is none."""
    begun = {found[1]: found[2] for found in _BEGINNING.finditer(text)}
    if len(begun) < 2:
        return False
    sound = [
        nonce
        for nonce, kind in list(begun.items())[:3]
        if kind.startswith("n2s") or windows_parse.hello_in(data, nonce) is not None
    ]
    return len(sound) > 1


def _posix(text: str, found: re.Match[str], questions: Sequence[Question]) -> Delivery:
    nonce = found[1]
    end = text.find(f"@@{nonce} end", found.end())
    if end < 0:
        raise DeliveryError(Flaw.CUT)
    data = _unpacked(text[found.end() : end])
    head = _HEAD.match(data)
    if head is None:
        raise DeliveryError(Flaw.DAMAGED)
    visit = posix.Visit(questions, VANTAGE, nonce=nonce)
    visit.feed(data[head.end() :])
    if visit.hello is None:
        raise DeliveryError(Flaw.DAMAGED)
    if visit.hello.at > _LATEST:
        raise DeliveryError(Flaw.DAMAGED)
    visit.sent = visit.hello_at = float(visit.hello.at)
    asked = frozenset(head[3].decode("ascii", "replace").split())
    host = _name(head[1].decode("utf-8", "replace"))
    return Delivery(nonce, head[2].decode(), _whole(visit.recording(), host, asked))


def _unpacked(text: str) -> bytes:
    """The stream that was packed. gzip's checksum and length are those of all of it, or it is not taken."""
    packed = zlib.decompressobj(zlib.MAX_WBITS | 16)
    most = posix.CAP + _HEAD_BYTES
    try:
        data = packed.decompress(base64.b64decode(text.encode().translate(None, _SPACES), validate=True), most)
    except (binascii.Error, ValueError, zlib.error):
        raise DeliveryError(Flaw.DAMAGED) from None
    if packed.unconsumed_tail and not packed.eof:
        raise DeliveryError(Flaw.TOO_LARGE)
    if not packed.eof or packed.unused_data:
        raise DeliveryError(Flaw.DAMAGED)
    return data


def _windows(data: bytes, text: str, questions: Sequence[Question]) -> Delivery:
    if len(data) > windows.CAP:
        raise DeliveryError(Flaw.TOO_LARGE)
    visit = windows.Visit(questions, VANTAGE, nonce="")
    visit.feed(data)
    stream = visit.stream
    if stream.hello is None:
        raise DeliveryError(Flaw.DAMAGED if re.search(r" Z \d", text) else Flaw.CUT)
    if not stream.bye:
        raise DeliveryError(Flaw.CUT)
    if stream.damaged or stream.hello.at > _LATEST:
        raise DeliveryError(Flaw.DAMAGED)
    visit.hello_at = float(stream.hello.at)
    made_for = next((found[2] for found in _CLIENT.finditer(text) if found[1] == stream.nonce), "")
    host = _name(str(stream.hello.said.get("computer", "")))
    return Delivery(stream.nonce, made_for, _whole(visit.recording(), host, frozenset(stream.sections)))


def _name(said: str) -> str:
    """The name that the host gives itself, as one short line."""
    name = _UNFIT.sub("", said).strip()[:100]
    if not name:
        raise DeliveryError(Flaw.DAMAGED)
    return name


def _whole(recording: Recording, host: str, asked: frozenset[str]) -> Recording:
    """The recording under the host's own name, with the host's clock only, and without what it never was asked."""
    answers = {name: _known(answer, asked) for name, answer in recording.answers.items()}
    for name, answer in answers.items():
        if answer.question.kind == "session":
            visit = json.loads(answer.text)
            if not visit["bye"]:
                raise DeliveryError(Flaw.CUT)
            if not 0 <= visit["bye"] - visit["hello"] <= _LONGEST:
                raise DeliveryError(Flaw.DAMAGED)
            answers[name] = replace(answer, out=json.dumps({**visit, "bye_at": visit["bye"]}).encode())
    return replace(recording, host=host, answers=answers)


def _known(answer: Answer, asked: frozenset[str]) -> Answer:
    """A question that the script did not have was not asked: it was made by another version, or with other checks."""
    if answer.status is Status.TIMEOUT and answer.err == _ENDED and answer.question.id not in asked:
        return Answer(answer.question, err=b"the script that was run does not have this question: make it anew")
    return answer
