"""A recording as a transport: it answers what was answered then, and nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from nis2scan.errors import TransportError
from nis2scan.model import Question, Recording
from nis2scan.transport import only_questions


@dataclass(frozen=True)
class Replay:
    """An earlier recording. The recording that comes out keeps the time and the way of the visit then."""

    recording: Recording
    vantage: str = field(default="replay", init=False)

    def ask(self, questions: Sequence[Question], seconds: float) -> Recording:
        """As Transport.ask; `seconds` does not matter. What the recording says of the visit itself is always there."""
        then = self.recording
        if then.failed is not None:
            raise TransportError(then.failed, then.why)
        wanted = {question.id: then.answer(question) for question in only_questions(questions)}
        visit = {name: answer for name, answer in then.answers.items() if answer.question.kind == "session"}
        return replace(then, answers=wanted | visit)
