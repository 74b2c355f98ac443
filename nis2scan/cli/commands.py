"""`nis2scan commands`: everything that is ever run on a host, so that it can be read before it is allowed."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from cyclopts import App

from nis2scan.collect import commands as rows
from nis2scan.collect import probes
from nis2scan.collect import script as whole
from nis2scan.rules import load

app = App(name="nis2scan commands", help="Print everything that is ever run on a host, per system.")

_MANNERS = """\
# Finding devices: a connection to port 443 of every address (behind a router also 80, 22, 445, 3389, 53 and 8080) that
# is closed again without a byte, and the neighbour table of this machine. Then a connection without a byte to each
# port below. What those show to be a printer, a controller, a camera or a telephone is left alone from then on.
# tcp, udp: a conversation, line by line; `wait` hears what the device says by itself. Ports that print or control
# (515, 631, 9100-9107 and those of controllers, among them 102, 502 and 44818) are never sent anything.
"""


@app.default
def commands(
    platform: Literal["linux", "macos", "windows", "network"] = "linux",
    /,
    *,
    script: bool = False,
    checks: tuple[Path, ...] = (),
) -> int:
    """
    Parameters
    ----------
    platform
        linux, macos, windows, or network: what is sent to devices without a login.
    script
        Print the whole script as it is sent, instead of its parts.
    checks
        A folder with checks of your own: their questions are listed too. May be given more than once.
    """
    questions = load(checks).questions
    if script:
        print(whole(questions, platform))
        return 0
    if platform == "network":
        print(_MANNERS)
        for row in probes(questions):
            print(f"# {row.id} · at most {row.seconds} s")
            print("\n".join(f"    {line}" for line in row.text.splitlines()) + "\n")
        return 0
    for row in rows(questions, platform):
        runs = " ".join(row.programs) or "(the shell only)"
        print(f"# {row.id} · root: {row.root} · at most {row.seconds} s · runs: {runs}")
        print("\n".join(f"    {line}" for line in row.text.splitlines()) + "\n")
    return 0
