"""The one script that asks a Windows host: PowerShell 5.1, read-only, framed, and readable for whoever must allow it.

How it works, and why:
- It arrives on standard input of `powershell.exe -Command -`, or is started as a file. It is one statement, `& { … }`,
  with braces on the same line and no empty line inside, ended by two line ends: so PowerShell reads it to its end
  before it runs anything, in Constrained Language too, and a script that was cut runs nothing.
- Each question is one section that prints one line when it is ready: its JSON is pure ASCII, so that no code page and
  no console can hurt it, and carries a sum. Sections run one after the other, the quick ones first; one that would
  begin after the limit says so. CIM keeps to a time of its own.
- One form serves full and Constrained Language. What must leave it is declared, and not tried there.
- By file: the same script makes a nonce of its own, and writes its answer with one Out-File to the folder it is given.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from importlib.resources import files

from nis2scan.model import Question, Root

PROGRAM = r"C:\Windows\System32\WindowsPowerShell\v1.0\powershell.exe"
ARGUMENTS = ("-NoProfile", "-NonInteractive", "-Command", "-")
RUNS = ("powershell.exe", "whoami.exe")
"""The programs that the frame itself starts."""

PLACEHOLDER = "THE-SCANNER-PUTS-128-RANDOM-BITS-HERE"

_SCRIPT = """\
& {{ param([string]$Folder = '')
{prologue}
{nonce}
$limit = {limit}
function Read-Everything {{
Write-Hello
{sections}
Write-Frame "Z $(ConvertTo-Epoch ([datetime]::UtcNow))" $null
}}
if (-not $Folder) {{ Read-Everything }} else {{
$file = Join-Path $Folder "$env:COMPUTERNAME.n2s"
Read-Everything | Out-File -LiteralPath $file -Encoding ascii -Width 4000000
}}
}} @args


"""
_OWN_NONCE = "$nonce = \"$(New-Guid)\".Replace('-', '')"


@cache
def prologue() -> str:
    """The functions that the texts of questions may use."""
    return files("nis2scan.transport").joinpath("windows_prologue.ps1").read_text(encoding="ascii").strip()


def script(questions: Sequence[Question], *, nonce: str = PLACEHOLDER, seconds: int = 90) -> str:
    """The whole script. nonce "": it makes its own, for an answer by file. seconds: after them nothing new begins."""
    asked = sorted((item for item in questions if item.kind == "powershell"), key=lambda item: (item.seconds, item.id))
    return _SCRIPT.format(
        prologue=prologue(),
        nonce=f"$nonce = '{nonce}'" if nonce else _OWN_NONCE,
        limit=seconds,
        sections="\n".join(_section(item) for item in asked),
    )


def _section(question: Question) -> str:
    elevated = "$true" if question.root is Root.REQUIRED else "$false"
    unbound = "$true" if question.needs else "$false"
    body = "\n".join(line for line in question.text.strip().splitlines() if line.strip())
    return f"Ask '{question.id}' {elevated} {unbound} {{\n{body}\n}}"
