"""`nis2scan commands`: everything that is ever run on a host, so that it can be read before it is allowed."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from cyclopts import App

from nis2scan.collect import commands as rows
from nis2scan.collect import script as whole
from nis2scan.rules import load

app = App(name="nis2scan commands", help="Print everything that is ever run on a host, per system.")


@app.default
def commands(
    platform: Literal["linux", "macos"] = "linux", /, *, script: bool = False, checks: tuple[Path, ...] = ()
) -> int:
    """
    Parameters
    ----------
    platform
        linux or macos.
    script
        Print the whole script as it is sent, instead of its parts.
    checks
        A folder with checks of your own: their questions are listed too. May be given more than once.
    """
    questions = load(checks).questions
    if script:
        print(whole(questions, platform))
        return 0
    for row in rows(questions, platform):
        runs = " ".join(row.programs) or "(the shell only)"
        print(f"# {row.id} · root: {row.root} · at most {row.seconds} s · runs: {runs}")
        print("\n".join(f"    {line}" for line in row.text.splitlines()) + "\n")
    return 0
