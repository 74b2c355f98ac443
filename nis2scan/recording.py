"""A recording as bytes and back: the evidence, the fixture, the demo, and the input for judging again.

Every answer carries a digest, and so does the head (host, platform, time). An answer that was changed since is no
answer: it comes back as an error. A recording whose head was changed is no recording.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping
from datetime import datetime
from string import Formatter
from typing import Any

from nis2scan.errors import ConfigError, Reason
from nis2scan.model import Answer, Message, Question, Recording, Root, Said, Status

SCHEMA = "nis2scan-recording-1"
_HEAD = ("schema", "host", "platform", "taken_at", "vantage", "failed", "failure")


def to_bytes(recording: Recording) -> bytes:
    """JSON, UTF-8, one recording. Text answers stand as text, others as base64."""
    answers = [_answer_out(answer) for _, answer in sorted(recording.answers.items())]
    head = {
        "schema": SCHEMA,
        "host": recording.host,
        "platform": recording.platform,
        "taken_at": recording.taken_at.isoformat(),
        "vantage": recording.vantage,
        "failed": recording.failed,
        "failure": _said_out(recording.why),
    }
    return json.dumps({**head, "seal": _seal(head), "answers": answers}, ensure_ascii=False, indent=1).encode()


def from_bytes(data: bytes) -> Recording:
    """The reverse of `to_bytes`. Raises ConfigError when it is no recording; a damaged answer costs only itself."""
    try:
        document = json.loads(data.decode("utf-8", "surrogateescape"))
        if document["schema"] != SCHEMA:
            raise ConfigError(f"schema {document['schema']} is not {SCHEMA}")
        if _seal({name: document[name] for name in _HEAD}) != document["seal"]:
            raise ConfigError("this recording was changed after it was taken")
        answers = [_answer_in(item) for item in document["answers"]]
        return Recording(
            host=str(document["host"]),
            platform=str(document["platform"]),
            taken_at=datetime.fromisoformat(document["taken_at"]),
            vantage=str(document["vantage"]),
            answers={answer.question.id: answer for answer in answers},
            failed=Reason(document["failed"]) if document["failed"] else None,
            why=_said_in(document["failure"]),
        )
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as trouble:
        raise ConfigError(f"this is no readable recording ({type(trouble).__name__})") from trouble


def _said_out(said: object) -> Any:
    if not isinstance(said, Message):
        return said if isinstance(said, int) else str(said)
    return {"template": said.template, "values": {name: _said_out(value) for name, value in said.values}}


def _said_in(item: Any) -> Said:
    """A sentence that was kept. Older recordings have it in English. Raises ValueError for another shape.

    Only plain places are filled in: a template with more in it could reach into what fills it.
    """
    if not isinstance(item, dict):
        return str(item)
    template, values = str(item["template"]), item["values"]
    for _, name, form, conversion in Formatter().parse(template):
        if name is not None and (name not in values or not name.isidentifier() or form or conversion):
            raise ValueError(template)
    return Message(template, tuple((name, _value_in(value)) for name, value in values.items()))


def _value_in(item: Any) -> object:
    return item if isinstance(item, int) else _said_in(item)


def _seal(head: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps([str(head[name]) for name in _HEAD]).encode()).hexdigest()


def _digest(answer: Answer) -> str:
    """Over everything that a reader can see, so that no part of an answer can change unnoticed."""
    seen = (answer.question.id, answer.status, answer.code, answer.as_root, answer.out.hex(), answer.err.hex())
    return hashlib.sha256(repr(tuple(map(str, seen))).encode()).hexdigest()


def _packed(data: bytes) -> dict[str, str]:
    try:
        return {"text": data.decode()}
    except UnicodeDecodeError:
        return {"base64": base64.b64encode(data).decode()}


def _unpacked(item: dict[str, str]) -> bytes:
    return base64.b64decode(item["base64"], validate=True) if "base64" in item else item["text"].encode()


def _answer_out(answer: Answer) -> dict[str, Any]:
    question = answer.question
    return {
        "kind": question.kind,
        "asked": question.text,
        "root": question.root,
        "platforms": question.platforms,
        "runs": question.runs,
        "needs": question.needs,
        "codes": question.codes,
        "seconds": question.seconds,
        "cap": question.cap,
        "status": answer.status,
        "code": answer.code,
        "ms": answer.ms,
        "as_root": answer.as_root,
        "out": _packed(answer.out),
        "err": _packed(answer.err),
        "digest": _digest(answer),
    }


def _answer_in(item: dict[str, Any]) -> Answer:
    question = Question(
        item["kind"],
        item["asked"],
        Root(item["root"]),
        tuple(item["platforms"]),
        tuple(item["runs"]),
        tuple(item["needs"]),
        tuple(item["codes"]),
        item["seconds"],
        item["cap"],
    )
    answer = Answer(
        question,
        Status(item["status"]),
        _unpacked(item["out"]),
        _unpacked(item["err"]),
        item["code"],
        item["ms"],
        bool(item["as_root"]),
    )
    if _digest(answer) != item["digest"]:
        return Answer(question, Status.ERROR, err=b"the recorded answer was changed after it was taken")
    return answer
