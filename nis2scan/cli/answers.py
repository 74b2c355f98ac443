"""`nis2scan answers`: the questions that no scan can answer, as an answers.toml to fill in."""

from __future__ import annotations

from typing import Literal

from cyclopts import App

from nis2scan.answers import template
from nis2scan.cli.output import view_of
from nis2scan.config import Settings

app = App(name="nis2scan answers", help="Print answers.toml: the questions that no scan can answer.")


@app.default
def answers(*, language: Literal["nl", "en"] | None = None) -> int:
    """
    Parameters
    ----------
    language
        The language of the questions: nl or en.
    """
    print(template(view_of(Settings(), language).language))
    return 0
