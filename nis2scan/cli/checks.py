"""`nis2scan checks`: every check that is loaded, with its codes, its title and its limits."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from cyclopts import App

from nis2scan.cli.output import view_of
from nis2scan.config import Settings
from nis2scan.language import Language
from nis2scan.rules import Rules, load

app = App(name="nis2scan checks", help="List every check: what it judges, where, and what it cannot see.")


@app.command(name="list")
@app.default
def checks(
    *,
    folder: tuple[Path, ...] = (),
    limits: bool = False,
    coverage: bool = False,
    tests: Path = Path("tests"),
    json: bool = False,
    language: Literal["nl", "en"] = "en",
) -> int:
    """List every check: what it judges, where, and what it cannot see.

    Parameters
    ----------
    folder
        A folder with checks of your own, besides the built-in ones. May be given more than once.
    limits
        Also print what each check cannot see.
    coverage
        Print instead which codes of the catalogue the tests have seen judged at the worst and at the best.
    tests
        The folder of the tests, for --coverage: their recordings are judged, and the table of the lab is read.
    json
        Print --coverage as JSON.
    language
        The language: nl or en.
    """
    words = view_of(Settings(), language).language
    if coverage or json:
        return _coverage(load(folder), tests, words, json)
    for check in load(folder).checks:
        mark = "*" if check.key else " "
        print(f"{mark} {check.id:<36} {' '.join(check.catalogue):<24} {words.source(check.title)}")
        if limits and check.limits:
            print(f"    {words.source(check.limits)}")
    return 0


def _coverage(rules: Rules, tests: Path, words: Language, json: bool) -> int:
    from nis2scan.cli.coverage import as_json, shown
    from nis2scan.coverage import coverage

    every = coverage(rules, tests)
    print(as_json(every, words.code) if json else "\n".join(shown(every, words)))
    return 0
