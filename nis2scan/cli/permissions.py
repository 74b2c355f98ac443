"""`nis2scan permissions`: the least that an administrator has to allow: no root shell, no domain administrator."""

from __future__ import annotations

import hashlib
import re
import sys
from pathlib import Path
from typing import Literal

from cyclopts import App

from nis2scan.cli.output import view_of
from nis2scan.cli.permissions_windows import windows_steps, wrapped
from nis2scan.collect import helper as whole
from nis2scan.config import Settings, operator, operator_file
from nis2scan.errors import UsageError
from nis2scan.language import Language
from nis2scan.model import Message, say
from nis2scan.rules import load

app = App(name="nis2scan permissions", help="Print what to install on a machine so that a scan needs no root shell.")

_FILE = "nis2scan-facts"
_PLACE = f"/usr/local/sbin/{_FILE}"


@app.default
def permissions(
    platform: Literal["linux", "windows"] = "linux",
    /,
    *,
    helper: bool = False,
    user: str = "nis2scan",
    language: Literal["nl", "en"] | None = None,
    checks: tuple[Path, ...] = (),
) -> int:
    """
    Parameters
    ----------
    platform
        linux or windows.
    helper
        Print the helper itself, to be saved as a file, instead of how to install it.
    user
        The account that scans.
    language
        The language of the steps: nl or en.
    checks
        A folder with checks of your own: what they ask as root is in the helper too. May be given more than once.
    """
    if not re.fullmatch(r"[a-z_][a-z0-9_-]{0,31}", user):
        raise UsageError(f"{user!r} is no name of an account")
    if platform == "windows":
        windows_steps(user, view_of(Settings(), language).language)
        return 0
    text = whole(load([*operator(operator_file()).check_folders, *checks]).questions)
    if helper:
        sys.stdout.write(text)
        return 0
    _steps(text, user, view_of(Settings(), language).language)
    return 0


def sudoers_line(user: str) -> str:
    """The one line that sudo needs. The empty word at its end: no arguments."""
    return f'{user} ALL=(root) NOPASSWD: {_PLACE} ""'


def _steps(text: str, user: str, language: Language) -> None:
    def tell(message: Message, *lines: str) -> None:
        print(wrapped(language.text(message)))
        print("".join(f"\n    {line}" for line in lines) + "\n" if lines else "")

    digest = hashlib.sha256(text.encode()).hexdigest()
    tell(
        say("What needs root is read by one file that you can read beforehand. It takes no arguments, changes nothing.")
    )
    tell(say("1. Save the file, and read it:"), f"nis2scan permissions linux --helper > {_FILE}", f"less {_FILE}")
    tell(say("2. Copy it to the machine. Compare its SHA-256 there:"), f"sha256sum {_FILE}", digest)
    tell(
        say("3. Install it there as root, writable by root alone:"),
        f"install -o root -g root -m 0755 {_FILE} {_PLACE}",
    )
    tell(
        say("4. Allow it with this one line, by `visudo -f /etc/sudoers.d/nis2scan`; no other line for this account:"),
        sudoers_line(user),
    )
    tell(say("5. Say in config.toml, in the login of this account:"), 'become = "helper"')
    tell(
        say("6. Try it, as {user}: it ends with `that is not what nis2scan sends`.", user=user),
        f"echo | sudo -n {_PLACE}",
    )
    tell(say("A new version of nis2scan may need a new file; a scan then says so, and that part is not assessed."))
