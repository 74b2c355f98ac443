"""The nouns: what is asked, what was answered, what was judged. Frozen values, no I/O, no clock."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from functools import cached_property

from nis2scan.errors import CannotTell, Reason


class Measure(StrEnum):
    """The eight base measures of the NCSC (2021), and what only people can answer."""

    LOGGING = "logging"
    MFA = "mfa"
    ACCESS = "access"
    SEGMENTATION = "segmentation"
    ENCRYPTION = "encryption"
    EXPOSURE = "exposure"
    BACKUP = "backup"
    UPDATES = "updates"
    ORGANISATION = "organisation"


class Severity(StrEnum):
    """How bad the failing state is for a small business."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"

    @property
    def rank(self) -> int:
        return list(Severity).index(self)

    @property
    def milder(self) -> Severity:
        """One level down; a warning is shown one level below the failure."""
        return list(Severity)[max(0, self.rank - 1)]


class Outcome(StrEnum):
    PASS = "pass"  # noqa: S105 no password
    WARN = "warn"
    FAIL = "fail"
    NOT_APPLICABLE = "not_applicable"
    NOT_ASSESSED = "not_assessed"


class Confidence(StrEnum):
    MEASURED = "measured"  # state read on the machine
    DERIVED = "derived"  # inferred from a build number, a banner, a date
    ATTESTED = "attested"  # somebody said so, with a date and a name


class Effort(StrEnum):
    """What mending costs, for somebody who has done it before."""

    MINUTES = "minutes"
    HOUR = "hour"
    HALF_DAY = "half_day"
    DAYS = "days"


# ---- sentences that can be shown in another language -------------------------------------------


@dataclass(frozen=True)
class Message:
    """A sentence with places in it. The English template is the key in the catalogue of translations.

    Values are numbers, dates, host strings (shown as they are), other messages, or tuples of those.
    """

    template: str
    values: tuple[tuple[str, object], ...] = ()

    def __str__(self) -> str:
        return self.template.format(**{name: _plain(value) for name, value in self.values})


Said = Message | str  # a plain str is a word of the host (data): it is never translated


def say(template: str, /, **values: object) -> Message:
    """A sentence for people. `template` must be a literal, so that translators can find it."""
    return Message(template, tuple((name, _frozen(value)) for name, value in values.items()))


def _frozen(value: object) -> object:
    return tuple(value) if isinstance(value, (list, set, frozenset)) else value


def _plain(value: object) -> str:
    if isinstance(value, tuple):
        return ", ".join(_plain(item) for item in value)
    return f"{value:%Y-%m-%d %H:%M}" if isinstance(value, datetime) else str(value)


# ---- questions and answers ---------------------------------------------------------------------


class Root(StrEnum):
    """What a question needs."""

    NEVER = "never"
    PREFERRED = "preferred"  # asked as root when we may, else as ourselves
    REQUIRED = "required"  # not asked without root: the answer is "denied"


@dataclass(frozen=True)
class Question:
    """Something declared before a scan starts. A transport accepts nothing else.

    kind: shell, powershell, session, probe, reach, api or person. text: what is put, verbatim.
    runs: the programs that a shell text may execute. needs: those without which the answer is "missing".
    codes: exit codes that are an answer; any other means the command failed.
    """

    kind: str
    text: str
    root: Root = Root.NEVER
    platforms: tuple[str, ...] = ()
    runs: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    codes: tuple[int, ...] = (0,)
    seconds: int = 5
    cap: int = 65536

    @cached_property
    def id(self) -> str:
        """Stable as long as the question is, and readable: the first word and a short hash."""
        first = self.text.lstrip("# ").split(None, 1)[0].lower()  # a comment on the first line names it
        word = re.sub(r"[^a-z0-9]+", "-", first).strip("-")[:16] or self.kind
        digest = hashlib.sha256(f"{self.kind}\0{self.root}\0{self.platforms}\0{self.text}".encode()).hexdigest()
        return f"{word}-{digest[:8]}"


class Status(StrEnum):
    """How asking went. Only `ok` has said anything."""

    OK = "ok"
    MISSING = "missing"
    DENIED = "denied"
    TIMEOUT = "timeout"
    TRUNCATED = "truncated"
    ERROR = "error"
    CONSTRAINED = "constrained"  # the language mode of PowerShell forbids the question
    UNASKED = "unasked"


_REASONS = {
    Status.MISSING: Reason.TOOL_MISSING,
    Status.DENIED: Reason.NO_PRIVILEGE,
    Status.TIMEOUT: Reason.TIMEOUT,
    Status.TRUNCATED: Reason.TRUNCATED,
    Status.ERROR: Reason.PARSE_ERROR,
    Status.CONSTRAINED: Reason.CONSTRAINED_LANGUAGE,
    Status.UNASKED: Reason.NOT_ASKED,
}
# Who was never asked: a person did not answer; the network is only asked about from a place in it.
_UNASKED = {"person": Reason.UNANSWERED, "probe": Reason.OUT_OF_VANTAGE}


@dataclass(frozen=True)
class Answer:
    """What came back. `out` and `err` are bytes as the host sent them, capped."""

    question: Question
    status: Status = Status.UNASKED
    out: bytes = b""
    err: bytes = b""
    code: int | None = None
    ms: int = 0
    as_root: bool = False

    @property
    def text(self) -> str:
        """What the host said; bytes that are no UTF-8 become replacement characters.

        Raises CannotTell when the command is missing, was denied, was cut, timed out, failed or was never asked.
        """
        if self.status is not Status.OK:
            unasked = _UNASKED.get(self.question.kind) if self.status is Status.UNASKED else None
            raise CannotTell(unasked or _REASONS[self.status], self.complaint)
        if self.code not in self.question.codes:
            raise CannotTell(Reason.PARSE_ERROR, f"exit status {self.code}: {self.complaint}")
        return self.out.decode("utf-8", "replace")

    @property
    def lines(self) -> list[str]:
        """The non-empty lines of `text`."""
        return [line for line in self.text.splitlines() if line.strip()]

    @property
    def missing(self) -> bool:
        """The program is not on that machine. Not yet evidence that the thing it asks about is absent."""
        return self.status is Status.MISSING

    @property
    def ok(self) -> bool:
        return self.status is Status.OK and self.code in self.question.codes

    @property
    def complaint(self) -> str:
        """The first line of what was written to standard error, for the reason of a finding."""
        return self.err.decode("utf-8", "replace").strip().split("\n")[0][:200]


@dataclass(frozen=True)
class Recording:
    """Everything asked of one host (or of the office) in one go, and everything answered.

    platform: linux, windows, macos, … or "" when it was never learned (no login). taken_at is UTC.
    failed: why nothing could be asked, when that is so; why: the same in a sentence.
    """

    host: str
    platform: str
    taken_at: datetime
    vantage: str = "local"
    answers: Mapping[str, Answer] = field(default_factory=dict)
    failed: Reason | None = None
    why: Said = ""

    @property
    def failure(self) -> str:
        """Why nothing could be asked, in English."""
        return str(self.why)

    def answer(self, question: Question) -> Answer:
        """The answer to a question; one that was not asked is an answer too, with status `unasked`."""
        return self.answers.get(question.id, Answer(question))


# ---- facts and verdicts ------------------------------------------------------------------------


class Fact:
    """Base of what can be known about a host or the office. Subclasses are frozen dataclasses."""


@dataclass(frozen=True)
class Unknown:
    """One part among others that could not be read: a locked volume."""

    reason: Reason
    detail: Said = ""


@dataclass(frozen=True)
class NotThere:
    """One part among others to which the rule does not apply, with what was seen."""

    evidence: Said


@dataclass(frozen=True)
class Verdict:
    """What a check thinks: pass, warn or fail, and what it found. `expected` overrules the check's own sentence."""

    outcome: Outcome
    found: Said
    expected: Said | None = None
    severity: Severity | None = None
    confidence: Confidence = Confidence.MEASURED


Part = Verdict | Unknown | NotThere
Judged = Verdict | Mapping[str, Part]


@dataclass(frozen=True)
class Evidence:
    """How something was looked at: what was asked, with which right, when, and how it went."""

    asked: str
    as_root: bool
    status: Status
    at: datetime


@dataclass(frozen=True)
class Finding:
    """One cell of the matrix checks × hosts × parts."""

    id: str
    check: str
    catalogue: tuple[str, ...]
    measure: Measure
    host: str
    subject: str
    outcome: Outcome
    reason: Reason | None
    severity: Severity
    confidence: Confidence
    found: Said
    expected: Said
    remedy: str
    taken_at: datetime
    key: bool = False
    evidence: Sequence[Evidence] = ()

    @property
    def judged(self) -> bool:
        return self.outcome in (Outcome.PASS, Outcome.WARN, Outcome.FAIL)

    @property
    def open(self) -> bool:
        """Somebody has to do something about it."""
        return self.outcome in (Outcome.WARN, Outcome.FAIL)
