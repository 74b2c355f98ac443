"""What somebody stated, and how a statement is judged. An old or open answer is never a pass."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from nis2scan.api import (
    Absent,
    Answer,
    CannotTell,
    Confidence,
    Fact,
    Message,
    Now,
    Policy,
    Reason,
    Verdict,
    bad,
    ok,
    say,
    warn,
)


@dataclass(frozen=True)
class Statement(Fact):
    """answer: yes, partly, no, not_applicable or unknown. owner: who said so. on, valid_until: from which day to which.

    evidence: where it can be seen; note: in their own words; last: when it was last done, for what is done again.
    """

    answer: str
    owner: str
    on: date
    valid_until: date | None
    evidence: str
    note: str
    last: date | None

    @property
    def seen(self) -> Message:
        """Who answered what, when, and on which grounds."""
        grounds = ": ".join(part for part in (self.evidence, self.note) if part)
        if not grounds:
            return say(
                "{owner} answered “{answer}” on {date}", owner=self.owner, answer=_WORDS[self.answer], date=self.on
            )
        return say(
            "{owner} answered “{answer}” on {date}: {grounds}",
            owner=self.owner,
            answer=_WORDS[self.answer],
            date=self.on,
            grounds=grounds,
        )


_WORDS = {
    "yes": say("yes"),
    "partly": say("partly"),
    "no": say("no"),
    "not_applicable": say("does not apply"),
    "unknown": say("unknown"),
}


def stated(answer: Answer) -> dict[str, Any]:
    """The fields of a Statement from an answer as the reader of answers.toml writes it."""
    row = json.loads(answer.text)
    if row["answer"] not in _WORDS:
        raise CannotTell(Reason.PARSE_ERROR, str(row["answer"])[:40])
    return {
        "answer": row["answer"],
        "owner": str(row["owner"]),
        "on": date.fromisoformat(row["date"]),
        "valid_until": _day(row.get("valid_until")),
        "evidence": str(row.get("evidence", "")),
        "note": str(row.get("note", "")),
        "last": _day(row.get("last")),
    }


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def settled(said: Statement, policy: Policy, now: Now) -> Statement:
    """The statement when it still counts and says yes, partly or no.

    Raises CannotTell when it is older than policy.answer_valid_days, past its own end, dated ahead or “unknown”;
    Absent when somebody states that it does not apply here.
    """
    today = now.date()
    until = said.valid_until or said.on + timedelta(days=policy.answer_valid_days)
    if until < today:
        raise CannotTell(
            Reason.STALE_DATA,
            say("{owner} answered on {date}; that counted until {until}", owner=said.owner, date=said.on, until=until),
        )
    if said.on > today:
        raise CannotTell(Reason.PARSE_ERROR, say("the answer is dated ahead: {date}", date=said.on))
    if said.answer == "unknown":
        raise CannotTell(Reason.UNANSWERED, said.note)
    if said.answer == "not_applicable":
        raise Absent(said.seen)
    return said


def by_word(said: Statement, policy: Policy, now: Now) -> Verdict:
    """yes passes, partly warns, no fails: each on somebody's word."""
    verdicts = {"yes": ok, "partly": warn, "no": bad}
    return verdicts[settled(said, policy, now).answer](said.seen, confidence=Confidence.ATTESTED)


def done_again(said: Statement, policy: Policy, now: Now, ok_days: int, max_days: int) -> Verdict:
    """For what has to be done again: `last` decides besides the answer. yes or partly without a day tells nothing.

    yes passes up to `ok_days`, yes or partly warns up to `max_days`, longer ago fails.
    """
    if settled(said, policy, now).answer == "no":
        return by_word(said, policy, now)
    if said.last is None:
        raise CannotTell(
            Reason.UNANSWERED, say("the day on which it was last done is not filled in: `last` in answers.toml")
        )
    days = (now.date() - said.last).days
    if days < 0:
        raise CannotTell(Reason.PARSE_ERROR, say("the answer is dated ahead: {date}", date=said.last))
    found = say("last done on {last}, {days} days ago; {seen}", last=said.last, days=days, seen=said.seen)
    if days > max_days:
        return bad(found, confidence=Confidence.ATTESTED)
    if said.answer == "partly" or days > ok_days:
        return warn(found, confidence=Confidence.ATTESTED)
    return ok(found, confidence=Confidence.ATTESTED)
