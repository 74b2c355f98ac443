"""`nis2scan collect-script`: the script that an administrator starts where nobody can log in."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Literal

from cyclopts import App

from nis2scan.collect import file_script
from nis2scan.config import operator, operator_file, read
from nis2scan.errors import UsageError
from nis2scan.rules import load

app = App(
    name="nis2scan collect-script",
    help="Print the script that an administrator starts on a machine by hand, RMM or Intune; it writes one file.",
)


@app.default
def collect_script(
    platform: Literal["windows", "linux", "macos"],
    /,
    *,
    config: Path | None = None,
    checks: tuple[Path, ...] = (),
    folder: str = "",
    file: Path | None = None,
) -> int:
    """
    Parameters
    ----------
    platform
        windows, linux or macos.
    config
        The settings of the client whose machines they are: `nis2scan add` then refuses the files with another client.
        Default: config.toml in this folder, when there is one.
    checks
        A folder with checks of your own: the script asks for them too. May be given more than once.
    folder
        The folder, on those machines, to which the script writes when it is started without one. For Intune, which
        starts a script without arguments.
    file
        Write the script to this file instead of printing it. Windows PowerShell changes the bytes of `> FILE`.
    """
    path = config or Path("config.toml")
    client = read(path).client if config or path.exists() else ""
    questions = load([*operator(operator_file()).check_folders, *checks]).questions
    if not folder.isascii() or not folder.isprintable():
        raise UsageError("the name of the folder must be ASCII: the script is, so that no code page can change it")
    text = file_script(questions, platform, client, folder)
    if file is None:
        _print(text)
        return 0
    try:
        file.write_bytes(text.encode())
    except OSError as trouble:
        raise UsageError(f"{file} cannot be written: {trouble.strerror}") from None
    return 0


def _print(text: str) -> None:
    """As bytes: a shell reads no line that ends as Windows ends it."""
    try:
        sys.stdout.flush()
        sys.stdout.buffer.write(text.encode())
        sys.stdout.flush()
    except BrokenPipeError:
        raise
    except OSError as trouble:
        # What could not be written must not be tried again at the end of the program.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise UsageError(f"the script cannot be printed: {trouble.strerror}") from None
