"""`nis2scan checks`: every check that is loaded, with its codes, its title and its limits."""

from __future__ import annotations

from pathlib import Path

from cyclopts import App

from nis2scan.rules import load

app = App(name="nis2scan checks", help="List every check: what it judges, where, and what it cannot see.")


@app.default
def checks(*, folder: tuple[Path, ...] = (), limits: bool = False) -> int:
    """
    Parameters
    ----------
    folder
        A folder with checks of your own, besides the built-in ones. May be given more than once.
    limits
        Also print what each check cannot see.
    """
    for check in load(folder).checks:
        mark = "*" if check.key else " "
        print(f"{mark} {check.id:<36} {' '.join(check.catalogue):<24} {check.title}")
        if limits and check.limits:
            print(f"    {check.limits}")
    return 0
