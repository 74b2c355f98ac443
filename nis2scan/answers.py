"""answers.toml: what people said about what no scan can see. Read into the recording of the office.

A missing file means that nobody answered anything; a mistake in it is told with file, line and key.
"""

from __future__ import annotations

import difflib
import json
import os
import re
import stat
import tomllib
from datetime import date, datetime
from pathlib import Path
from typing import Any

from nis2scan.api import Answer, AnswerRow, Language, Recording, Status, person
from nis2scan.errors import ConfigError
from nis2scan.facts.people.questions import QUESTIONS

HOST = "office"
WORDS = ("yes", "partly", "no", "not_applicable", "unknown")
FIELDS: dict[str, type] = {
    "answer": str,
    "owner": str,
    "date": date,
    "valid_until": date,
    "evidence": str,
    "note": str,
    "last": date,
}
NEEDED = ("answer", "owner", "date")
LONGEST = 1000  # characters of one text
LARGEST = 1_000_000  # bytes of the file


def read_answers(path: Path | None, now: datetime) -> Recording:
    """The recording of the office: one answer for each question that somebody answered. Raises ConfigError."""
    given = {} if path is None else _checked(path)
    answers = {}
    for key, fields in given.items():
        question = person(key)
        row = {name: value.isoformat() if isinstance(value, date) else value for name, value in fields.items()}
        answers[question.id] = Answer(question, Status.OK, json.dumps(row, ensure_ascii=False).encode(), code=0)
    return Recording(HOST, "", now, "answers", answers)


def answer_rows(office: Recording) -> list[AnswerRow]:
    """Every question, with the answer when there is one, for the reports."""
    rows = []
    for asked in QUESTIONS:
        answer = office.answer(person(asked.key))
        said = json.loads(answer.text) if answer.ok else {}
        rows.append(
            AnswerRow(
                key=asked.key,
                question=asked.text.template,
                measure=asked.measure,
                answer=said.get("answer", ""),
                owner=said.get("owner", ""),
                answered_on=_day(said.get("date")),
                valid_until=_day(said.get("valid_until")),
                evidence=said.get("evidence", ""),
                note=said.get("note", ""),
            )
        )
    return rows


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def template(language: Language) -> str:
    """An answers.toml to fill in: every question as a comment, in this language, with an empty answer below it."""
    _ = language.source
    lines = [
        "# " + _("Take away the # before the lines of an answer, and fill them in."),
        "# " + _("answer is one of:") + " " + ", ".join(f'"{word}"' for word in WORDS),
        "# " + _("owner: who says so; date and last as 2026-11-24; evidence: where it can be seen."),
        "# " + _("An answer counts for a year, or until valid_until."),
    ]
    for asked in QUESTIONS:
        lines += ["", f"# {language.text(asked.text)}", f"#   {language.text(asked.hint)}", f"# [answers.{asked.key}]"]
        lines += ['# answer = ""', '# owner = ""', "# date = ", '# evidence = ""', '# note = ""']
        if "`last`" in asked.hint.template:
            lines.append("# last = ")
    return "\n".join(lines) + "\n"


# ---- reading -----------------------------------------------------------------------------------


def _checked(path: Path) -> dict[str, dict[str, Any]]:
    text = _text(path)
    if text is None:
        return {}
    try:
        document = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as trouble:
        line = re.search(r"line (\d+)", str(trouble))
        raise ConfigError(str(trouble), f"{path}:{line[1]}" if line else str(path)) from None
    if other := next((key for key in document if key != "answers"), None):
        raise _wrong(path, text, "", other, "is no table of this file; every answer is an [answers.KEY]")
    answers = document.get("answers", {})
    if not isinstance(answers, dict):
        raise _wrong(path, text, "", "answers", "must be a table")
    known = [asked.key for asked in QUESTIONS]
    for key, fields in answers.items():
        if key not in known:
            raise _wrong(path, text, key, "", "is no question" + _meant(key, known))
        _one(path, text, key, fields)
    return answers


def _one(path: Path, text: str, key: str, fields: object) -> None:
    """Refuse what is no complete answer to one question."""
    if not isinstance(fields, dict):
        raise _wrong(path, text, key, "", "must be a table")
    for name, value in fields.items():
        if name not in FIELDS:
            raise _wrong(path, text, key, name, "is no field of an answer" + _meant(name, list(FIELDS)))
        if type(value) is not FIELDS[name]:
            kind = "a text between quotes" if FIELDS[name] is str else "a date, like 2026-11-24, without quotes"
            raise _wrong(path, text, key, name, f"must be {kind}")
        if isinstance(value, str) and len(value) > LONGEST:
            raise _wrong(path, text, key, name, f"is longer than {LONGEST} characters")
    for name in NEEDED:
        if not fields.get(name):
            raise _wrong(path, text, key, name, "is missing")
    if fields["answer"] not in WORDS:
        raise _wrong(
            path, text, key, "answer", "must be one of " + ", ".join(WORDS) + _meant(fields["answer"], list(WORDS))
        )


def _text(path: Path) -> str | None:
    try:
        facts = path.stat()
        if os.name == "posix" and facts.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
            raise ConfigError("can be written by others", str(path), next_step=f"chmod go-w {path}")
        if facts.st_size > LARGEST:
            raise ConfigError(f"is larger than {LARGEST} bytes", str(path))
        data = path.read_bytes()  # `nis2scan answers > answers.toml` in Windows PowerShell makes UTF-16 of it
        return data.decode("utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig")
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as trouble:
        raise ConfigError(str(trouble), str(path)) from None


def _wrong(path: Path, text: str, key: str, name: str, message: str) -> ConfigError:
    where = ".".join(part for part in ("answers" if key else "", key, name) if part)
    return ConfigError(message, f"{path}:{_line(text, key, name)}", where)


def _line(text: str, key: str, name: str) -> int:
    """The line of a field of a question; of the question when it has no such field."""
    header = re.compile(rf"^\s*\[\s*(answers\.)?[\"']?{re.escape(key or name)}[\"']?\s*\]")
    inline = re.compile(rf"^\s*[\"']?{re.escape(key or name)}[\"']?\s*=")
    field = re.compile(rf"^\s*[\"']?{re.escape(name)}[\"']?\s*=")
    lines = text.splitlines()
    start = next((number for number, line in enumerate(lines) if header.match(line) or inline.match(line)), 0)
    for number in range(start + 1, len(lines)):
        if lines[number].lstrip().startswith("["):
            break
        if name and field.match(lines[number]):
            return number + 1
    return start + 1


def _meant(word: str, known: list[str]) -> str:
    close = difflib.get_close_matches(word, known, 1)
    return f"; did you mean {close[0]}?" if close else ""
