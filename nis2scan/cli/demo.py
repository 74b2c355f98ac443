"""`nis2scan demo`: all reports of a made-up company."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from cyclopts import App

from nis2scan.cli.output import output_folder, view_of
from nis2scan.cli.summary import show
from nis2scan.config import Settings
from nis2scan.demo import demo as made_up
from nis2scan.publish import publish
from nis2scan.rules import load

app = App(name="nis2scan demo", help="Write all reports of a made-up company. No host is needed.")


@app.default
def demo(*, output: Path = Path("out"), language: Literal["nl", "en"] = "nl") -> int:
    """
    Parameters
    ----------
    output
        The folder to write to.
    language
        The language of the reports: nl or en.
    """
    view = view_of(Settings(), language)
    assessment = made_up(load())
    show(assessment, view.language, publish(assessment, view, output_folder(output / "demo", assessment.taken_at)))
    return 0
