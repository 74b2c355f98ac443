"""Asking a POSIX host by one script, whatever carries it: what goes out, and what is made of what comes back."""

from __future__ import annotations

import json
import re
import secrets
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from nis2scan.errors import Reason, TransportError
from nis2scan.model import Answer, Question, Recording, Root, Status, say
from nis2scan.questions import SESSION
from nis2scan.transport import only_questions
from nis2scan.transport.posix_helper import version
from nis2scan.transport.posix_parse import Hello, Section, Stream, hello_in, parse
from nis2scan.transport.posix_script import script

HELLO_SECONDS = 10.0
CAP = 8 * 1024 * 1024
"""Bytes that are read from one host at most, packed. What comes after is not read."""

_GRACE = 8.0  # seconds that the script ends before the scanner would
_HOST_LIMIT = 90
_UNPACKED = 4  # how often the sum of all caps an answer may unpack to: floods, and questions put a second time

_DENIED = re.compile(
    rb"permission denied|operation not permitted|must be (?:run as )?root|a password is required|superuser", re.I
)
# Assignments that hold a secret by their name. Not: how long a password is valid, and in which file it stands.
_SECRET = re.compile(
    rb"((?<![a-z])(?:PASS(?!_M|_WARN)|PASSWORD|PASSWD|SECRET|TOKEN|API_?KEY)(?![A-Z_]*_FILE)[A-Z_]*=)"
    rb"(\"[^\"\n]*\"|'[^'\n]*'|[^\s\"']+)"
)


@dataclass
class Visit:
    """One visit to one host. Feed it what comes, in order; ask it for the recording at the end."""

    questions: Sequence[Question]
    vantage: str
    become: str = ""
    seconds: float = 120.0
    nonce: str = field(default_factory=lambda: secrets.token_hex(16), repr=False)
    received: bytearray = field(default_factory=bytearray, repr=False)
    noise: bytes = b""  # standard error of the whole, kept for the reason when nothing else came
    sent: float = 0.0
    hello: Hello | None = None
    hello_at: float = 0.0

    def __post_init__(self) -> None:
        self.questions = only_questions(self.questions)

    def script(self) -> bytes:
        """What is to be sent on standard input. Call it at the moment of sending: the clock starts."""
        limit = max(1, min(_HOST_LIMIT, int(self.seconds - _GRACE)))
        fitting = version(self.questions) if self.become == "helper" else ""
        text = script(self.questions, nonce=self.nonce, become=self.become, seconds=limit, version=fitting)
        self.sent = time.time()
        return text.encode()

    def feed(self, data: bytes) -> bool:
        """Take what came on standard output. False: enough, stop reading."""
        seen = max(0, len(self.received) - 1024)  # a frame may come in pieces
        self.received += data[: CAP - len(self.received)]
        if self.hello is None and (met := hello_in(bytes(self.received[seen:]), self.nonce)) is not None:
            self.hello, self.hello_at = met[0], time.time()
        return len(self.received) < CAP

    def complain(self, data: bytes) -> bool:
        """Take what came on standard error. It is read to its end whatever its size; only the beginning is kept."""
        self.noise += data[: 4096 - len(self.noise)]
        return True

    def recording(self) -> Recording:
        """What was answered. Raises TransportError when not even the first frame came."""
        limit = _UNPACKED * sum(question.cap + 16384 for question in self.questions) + 1024 * 1024
        stream = parse(bytes(self.received), self.nonce, limit)
        if stream.hello is None:
            said = (self.noise or bytes(self.received)).decode("utf-8", "replace").strip().split("\n")[0][:200]
            raise TransportError(
                Reason.UNSUPPORTED_PLATFORM,
                say("no POSIX shell answered there: {said}", said=said)
                if said
                else say("no POSIX shell answered there"),
                say("Give this account /bin/sh, or leave the host to the network view."),
            )
        answers = [self._answer(question, stream) for question in self.questions if question.kind != "session"]
        answers.append(self._session(stream, stream.hello))
        at = datetime.fromtimestamp(self.sent, UTC)
        by_id = {answer.question.id: answer for answer in answers}
        return Recording("", stream.hello.platform, at, self.vantage, by_id)

    def _session(self, stream: Stream, hello: Hello) -> Answer:
        row = {
            "platform": hello.platform,
            "vantage": self.vantage,
            "user": hello.user,
            "uid": hello.uid,
            "root": stream.rooted,
            "refusal": stream.refusal,
            "sent": self.sent,
            "hello": hello.at,
            "hello_at": self.hello_at,
            "bye": stream.bye,
            "bye_at": time.time() if stream.bye else 0,
        }
        return Answer(SESSION, Status.OK, json.dumps(row).encode(), code=0)

    def _answer(self, question: Question, stream: Stream) -> Answer:
        hello = stream.hello
        if question.kind != "shell" or (hello and question.platforms and hello.platform not in question.platforms):
            return Answer(question)
        section = stream.sections.get(question.id)
        if section is not None:
            return _answered(question, section)
        if question.root is Root.REQUIRED and not stream.rooted and stream.bye:
            why = stream.refusal or "asked only as root, and this account is not root"
            return Answer(question, Status.DENIED, err=why.encode())
        return Answer(question, Status.TIMEOUT, err=b"the answer ended before this question")


def _answered(question: Question, section: Section) -> Answer:
    out, err, status = section.out, section.err, Status.OK
    if section.damaged:
        out, status, err = b"", Status.ERROR, b"the answer was damaged on its way"
    elif section.lacks:
        status, err = Status.MISSING, f"{section.lacks} is not on this machine".encode()
    elif len(out) > question.cap or (not section.ended and len(out) >= question.cap):
        out, status = out[: question.cap], Status.TRUNCATED
        err = err or f"more than {question.cap} bytes".encode()
    elif section.late or not section.ended:
        status, err = Status.TIMEOUT, err or f"no end within {question.seconds} s".encode()
    elif section.code not in question.codes:
        status = _trouble(section)
    return Answer(question, status, _blanked(out), _blanked(err), section.code, section.ms, section.as_root)


def _trouble(section: Section) -> Status:
    """What a failing exit status means: not allowed, not there, or simply failed (the reader sees the code)."""
    if section.code is None:
        return Status.ERROR
    if _DENIED.search(section.err):
        return Status.DENIED
    return Status.MISSING if section.code in (126, 127) else Status.OK


def _blanked(data: bytes) -> bytes:
    """The last net: questions leave secrets out themselves. Most answers have no such word, which is soon seen."""
    low = data.lower()
    if b"=" in data and (b"pass" in low or b"secret" in low or b"token" in low or b"api" in low):
        return _SECRET.sub(rb"\1***", data)
    return data
