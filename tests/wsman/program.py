"""A real PowerShell in the place of powershell.exe, with more or fewer rights."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from nis2scan.transport.windows_script import ARGUMENTS, PROGRAM
from tests.windows.run import pwsh

__all__ = ["LOCAL", "OURS", "POWERSHELL", "RIGHTS", "environment", "pwsh", "windows_shell"]

POWERSHELL = Path(__file__).with_name("powershell")
LOCAL: Sequence[str] = (str(POWERSHELL), *ARGUMENTS)
# plain: nobody special. admin: an elevated administrator. constrained: nobody special, in Constrained Language.
OURS = {"STARTED_BY": f"test {os.getpid()}"}
RIGHTS = ("plain", "admin", "constrained")

_ADMIN = """\
#!/bin/sh
printf '"VOORDEFINIEERD\\\\Administrators","Alias","S-1-5-32-544","Groepseigenaar"\\r\\n'
printf '"Verplicht label\\\\Verplicht niveau (hoog)","Label","S-1-16-12288",""\\r\\n'
"""
# What sshd starts for `ssh host COMMAND`: cmd.exe /c COMMAND, which starts one program and no other.
_SHELL = """\
[ "$1" = -c ] || exit 65
[ "$2" = '{command}' ] || {{ echo "unexpected: $2" >&2; exit 66; }}
{settings} exec {program} {arguments}
"""


def environment(folder: Path, rights: str) -> dict[str, str]:
    """With what the program is started, and by which it is known as ours. What stands for C:\\Windows is in folder."""
    found = {"NIS2SCAN_PWSH": pwsh() or "pwsh", "CONSTRAINED": "1" if rights == "constrained" else "", **OURS}
    windows = folder / f"windows-{rights}"
    (windows / "System32").mkdir(parents=True, exist_ok=True)
    if rights == "admin":
        whoami = windows / "System32" / "whoami.exe"
        whoami.write_text(_ADMIN)
        whoami.chmod(0o755)
    return {**found, "WINDOWS": str(windows)}


def windows_shell(folder: Path, rights: str) -> str:
    """The script that is the login shell of an account with these rights. The server's own folder is /run/t for it."""
    given = environment(folder, rights) | {"WINDOWS": f"/run/t/windows-{rights}", "HOME": "/tmp"}
    settings = " ".join(f"{name}='{value}'" for name, value in given.items())
    return _SHELL.format(
        command=" ".join((PROGRAM, *ARGUMENTS)), settings=settings, program=POWERSHELL, arguments=" ".join(ARGUMENTS)
    )
