"""Ways to put questions to the world, one library each. Everything that leaves this program goes through here."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from nis2scan.errors import Reason, TransportError
from nis2scan.model import Question, Recording


class Transport(Protocol):
    """One way to one host. `vantage` is `local`, `ssh`, `winrm`, `file` or `replay`."""

    @property
    def vantage(self) -> str: ...

    def ask(self, questions: Sequence[Question], seconds: float) -> Recording:
        """Put all questions in one go and return within `seconds` (a total), whatever the host does.

        A question of a kind that this way cannot put is answered `unasked`. Raises TransportError when the host
        could not be asked anything, and when something that is no declared Question was passed in.
        """
        ...


def only_questions(questions: Sequence[object]) -> list[Question]:
    """The questions, or TransportError: what was not declared as a Question is never sent."""
    for question in questions:
        if not isinstance(question, Question):
            raise TransportError(
                Reason.BUG, f"refused: only declared questions are sent, not a {type(question).__name__}"
            )
    return [question for question in questions if isinstance(question, Question)]
