"""Asking a Windows host by one script, whatever carries it: what goes out, and what is made of what comes back."""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property

from nis2scan.errors import Reason, TransportError
from nis2scan.model import Answer, Question, Recording, Status, say
from nis2scan.questions import SESSION
from nis2scan.transport import only_questions
from nis2scan.transport.windows_parse import Hello, Section, Stream, complaint_of, hello_in, parse, status_of, unwrapped
from nis2scan.transport.windows_script import script

HELLO_SECONDS = 30.0  # PowerShell itself may take ten seconds to start on a cold PC
CAP = 8 * 1024 * 1024
"""Bytes that are read from one host at most. What comes after is not read."""

_GRACE = 15.0  # seconds that the script begins nothing new before the scanner stops listening
_MARK = b" H windows "
_NARROW = b"a 32-bit PowerShell sees another registry than Windows itself: start the 64-bit one"
_GREETING = 65536


@dataclass
class Visit:
    """One visit to one host. Feed it what comes, in order; ask it for the recording at the end.

    nonce "": an answer by file, which carries its own.
    """

    questions: Sequence[Question]
    vantage: str
    seconds: float = 120.0
    nonce: str = field(default_factory=lambda: secrets.token_hex(16), repr=False)
    received: bytearray = field(default_factory=bytearray, repr=False)
    noise: bytes = b""  # standard error of the whole, kept for the reason when nothing else came
    sent: float = 0.0
    hello: Hello | None = None
    hello_at: float = 0.0
    _begun: bool = field(default=False, init=False, repr=False)  # something like a first frame has come
    _look: int = field(default=0, init=False, repr=False)  # from how many bytes on it is looked for again

    def __post_init__(self) -> None:
        self.questions = only_questions(self.questions)

    def script(self) -> bytes:
        """What is to be sent on standard input. Call it at the moment of sending: the clock starts."""
        text = script(self.questions, nonce=self.nonce, seconds=max(1, int(self.seconds - _GRACE)))
        self.sent = time.time()
        return text.encode("ascii")

    def feed(self, data: bytes) -> bool:
        """Take what came on standard output. False: enough, stop reading."""
        seen = max(0, len(self.received) - 64)  # the last frame may come in pieces
        self.received += data[: CAP - len(self.received)]
        self.__dict__.pop("stream", None)
        if self.hello is None:
            self._greet(seen)
        # Nothing comes after the last frame; and not every SSH server tells PowerShell that its input has ended.
        last = self.received.find(f"@@{self.nonce} Z ".encode(), seen)
        return len(self.received) < CAP and (last < 0 or b"\n" not in self.received[last:])

    def _greet(self, seen: int) -> None:
        """Look for the first frame. A host that drips what never becomes one costs no more than its bytes are worth."""
        self._begun = self._begun or self.received.find(_MARK, seen) >= 0
        size = len(self.received)
        if self._begun and size >= self._look:
            self.hello, self.hello_at = hello_in(bytes(self.received), self.nonce), time.time()
            self._look = size if size < _GREETING else size * 3 // 2

    def complain(self, data: bytes) -> bool:
        """Take what came on standard error. It is read to its end whatever its size; only the beginning is kept."""
        self.noise += data[: 4096 - len(self.noise)]
        return True

    @cached_property
    def stream(self) -> Stream:
        """What was understood of all that came so far: read once, until more comes."""
        return parse(bytes(self.received), self.nonce)

    def recording(self) -> Recording:
        """What was answered. Raises TransportError when not even the first frame came."""
        stream = self.stream
        if stream.hello is None:
            said = (self.noise or bytes(self.received)).decode("utf-8", "replace").strip().split("\n")[0][:200]
            raise TransportError(
                Reason.UNSUPPORTED_PLATFORM,
                say("PowerShell did not answer there: {said}", said=said)
                if said
                else say("PowerShell did not answer there"),
                say("Is the script blocked by a virus scanner, or is this no Windows?"),
            )
        answers = [self._answer(question, stream) for question in self.questions if question.kind != "session"]
        answers.append(self._session(stream, stream.hello))
        at = datetime.fromtimestamp(self.sent or stream.hello.at, UTC)
        return Recording("", "windows", at, self.vantage, {answer.question.id: answer for answer in answers})

    def _session(self, stream: Stream, hello: Hello) -> Answer:
        admin = hello.said.get("admin") is True
        row = {
            **{name: hello.said.get(name) for name in ("user_sid", "groups", "language", "powershell", "is64")},
            **{name: hello.said.get(name) for name in ("culture", "computer")},
            "platform": "windows",
            "vantage": self.vantage,
            "user": str(hello.said.get("user", "")),
            "uid": -1,
            "root": admin,
            "refusal": "" if admin else "not an elevated administrator",
            "sent": self.sent or hello.at,
            "hello": hello.at,
            "hello_at": self.hello_at or hello.at,
            "bye": stream.bye,
            "bye_at": (time.time() if self.sent else stream.bye) if stream.bye else 0,
        }
        return Answer(SESSION, Status.OK, json.dumps(row).encode(), code=0)

    def _answer(self, question: Question, stream: Stream) -> Answer:
        if question.kind != "powershell":
            return Answer(question)
        said = stream.hello.said if stream.hello is not None else {}
        admin = said.get("admin") is True
        section = stream.sections.get(question.id)
        if section is not None and said.get("is64") is False:
            return Answer(question, Status.ERROR, err=_NARROW, ms=section.ms, as_root=admin)
        if section is not None:
            return _answered(question, section, admin)
        return Answer(question, Status.TIMEOUT, err=b"the answer ended before this question")


def _answered(question: Question, section: Section, admin: bool) -> Answer:
    said = section.json.encode()
    if section.sound and '"Count":' in section.json:
        said = json.dumps(unwrapped(json.loads(section.json)), separators=(",", ":")).encode()
    if not section.sound:
        return Answer(question, Status.ERROR, err=b"the answer was damaged on its way", ms=section.ms, as_root=admin)
    match section.status:
        case "failed":
            error = json.loads(section.json)
            error = error if isinstance(error, dict) else {}
            err = f"{complaint_of(error)}\n".encode() + said
            return Answer(question, status_of(error), err=err, ms=section.ms, as_root=admin)
        case "denied":
            return Answer(question, Status.DENIED, err=b"asked only as an elevated administrator", ms=section.ms)
        case "constrained":
            return Answer(question, Status.CONSTRAINED, err=b"PowerShell runs in Constrained Language", ms=section.ms)
        case "late":
            return Answer(question, Status.TIMEOUT, err=b"no time was left for this question", ms=section.ms)
    if len(said) > question.cap:
        err = f"more than {question.cap} bytes".encode()
        return Answer(question, Status.TRUNCATED, said[: question.cap], err, 0, section.ms, admin)
    return Answer(question, Status.OK, said, b"", 0, section.ms, admin)
