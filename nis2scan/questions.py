"""The ways to declare a question, by whom it is put to: a shell, PowerShell, the network, a person."""

from __future__ import annotations

from nis2scan.model import Question, Root


def shell(
    text: str,
    *,
    runs: tuple[str, ...] = (),
    needs: tuple[str, ...] = (),
    root: Root = Root.NEVER,
    platforms: tuple[str, ...] = ("linux",),
    codes: tuple[int, ...] = (0,),
    seconds: int = 5,
    cap: int = 65536,
) -> Question:
    """A POSIX sh snippet for one section of the collector.

    It runs in a shell of its own with LC_ALL=C, TZ=UTC0, a set PATH, no standard input. It must write nothing and
    must work in dash, bash, busybox ash and mksh. See Question for `runs`, `needs` and `codes`.
    """
    return Question("shell", text, root, platforms, runs, needs, codes, seconds, cap)


def powershell(
    text: str,
    *,
    runs: tuple[str, ...] = (),
    root: Root = Root.NEVER,
    full: bool = False,
    seconds: int = 5,
    cap: int = 131072,
) -> Question:
    """The body of one section of the collector for Windows, in Windows PowerShell 5.1.

    Its first line is a comment that names it: `# bitlocker`. It returns exactly one `[ordered]@{…}` of plain values
    and may use the functions of `transport/windows_prologue.ps1`. It writes nothing, is ASCII and has no empty line.
    root REQUIRED: only an elevated administrator is answered. full: it needs what Constrained Language forbids (COM,
    methods of .NET). The sections with the fewest `seconds` are asked first. Its answer is JSON.
    """
    return Question("powershell", text, root, ("windows",), runs, ("FullLanguage",) if full else (), (0,), seconds, cap)


def probe(text: str, *, seconds: int = 8, cap: int = 65536) -> Question:
    """Something asked of a host over the network, without a login. The text says all that is ever sent.

    First line: the kind and the ports. `tcp 6379` and `udp 161` are conversations: each further line is `wait` (hear
    what the host says by itself) or `send` with the bytes, escaped as in Python (`send PING\\r\\n`). Other kinds
    (`ports`, `neighbour`, `tls` …) are procedures of their own, see `nis2scan.transport.probes`.
    The answer is JSON, see `nis2scan.facts.network.heard`.
    """
    return Question("probe", text, seconds=seconds, cap=cap)


def person(key: str) -> Question:
    """A question to a person, answered in answers.toml under `key`."""
    return Question("person", key)


SESSION = Question("session", "session")
"""What the collector knows of its own visit; its answer is JSON, see `nis2scan.facts.session`."""
