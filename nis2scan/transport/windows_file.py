"""The script for a Windows machine that nobody can log in to: as it goes over the wire, with a few lines above it."""

from __future__ import annotations

from collections.abc import Sequence

from nis2scan.model import Question
from nis2scan.transport.windows_script import script as whole

SECONDS = 600
"""After them no new section begins. Nobody waits for it, and a search for updates may take minutes."""

_TOP = """\
# nis2scan: what this computer says about its settings. Made by "nis2scan collect-script windows".
#
# Start it as administrator (or as SYSTEM) to answer everything, or as another user to answer less, in Windows
# PowerShell (not 32-bit):
#   powershell.exe -NoProfile -File nis2scan-windows.ps1 -Folder D:\\answers
# writes D:\\answers\\COMPUTER.n2s. Without -Folder it prints the same, for a program that collects what is printed.
# Where Windows starts no script that is not signed: docs/by-file.md.
# Then, on the computer of whoever scans: nis2scan add FOLDER
#
# It reads and changes nothing; the one thing that it writes is the file in the folder you name. Every question is a
# block that begins with "Ask". It needs nothing that is not there.
"""
_HELLO = "\nWrite-Hello\n"


def script(questions: Sequence[Question], client: str = "", folder: str = "", seconds: int = SECONDS) -> str:
    """The file, whole. client: whose computer it is, for `add` to see when it lands with another client. folder: where
    it writes to when it is started without one.
    """
    text = whole(questions, nonce="", seconds=seconds)
    text = text.replace("$Folder = ''", "$Folder = '{}'".format(folder.replace("'", "''")), 1)
    if client:
        text = text.replace(_HELLO, f'{_HELLO}"@@$nonce C {client}"\n', 1)
    return _TOP + text
