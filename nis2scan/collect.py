"""Put declared questions, keep answers. The only caller of transports for facts."""

from __future__ import annotations

import inspect
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from nis2scan.errors import TransportError
from nis2scan.model import Message, Question, Recording, Said, say
from nis2scan.transport import Transport, posix_file, posix_helper, windows_file
from nis2scan.transport import posix_script as posix
from nis2scan.transport import windows_script as windows
from nis2scan.transport.probes import procedure
from nis2scan.transport.talk import parsed


def collect(host: str, transport: Transport, questions: Sequence[Question], seconds: float) -> Recording:
    """Everything that `host` answers within `seconds`. A host that cannot be asked costs only its own row."""
    started = datetime.now(UTC)
    try:
        return replace(transport.ask(questions, seconds), host=host)
    except TransportError as trouble:
        return Recording(host, "", started, transport.vantage, failed=trouble.reason, why=_why(trouble))


def _why(trouble: TransportError) -> Said:
    """What went wrong and what to do about it."""
    said, step = (item if isinstance(item, Message) else str(item) for item in (trouble.said, trouble.step))
    if not step:
        return said
    ended = str(said).endswith((".", "!", "?"))
    return say("{what} {step}", what=said, step=step) if ended else say("{what}. {step}", what=said, step=step)


@dataclass(frozen=True)
class Command:
    """One row of what is sent to a host: the programs that it may start and the text, verbatim."""

    id: str
    programs: tuple[str, ...]
    root: str
    seconds: int
    text: str


def commands(questions: Sequence[Question], platform: str) -> list[Command]:
    """Everything that may run on a host of this platform: the frame around the questions first, then each question."""
    kind, runs = ("powershell", windows.RUNS) if platform == "windows" else ("shell", posix.RUNS)
    frame = Command("frame", runs, "never", 0, "carries the questions; see --script for the whole text")
    fitting = [item for item in questions if item.kind == kind and _fits(item, platform)]
    return [frame, *(Command(item.id, item.runs, item.root, item.seconds, item.text) for item in fitting)]


def probes(questions: Sequence[Question]) -> list[Command]:
    """Everything that may be sent over the network without a login, each with the rule it keeps to."""
    asked = [item for item in questions if item.kind == "probe"]
    return [Command(item.id, (), "never", item.seconds, _explained(item.text)) for item in asked]


def _explained(text: str) -> str:
    """The declaration; a procedure adds what it says of itself."""
    known = procedure(parsed(text).word)
    return text if known is None else f"{text}\n{inspect.getdoc(known) or ''}"


def script(questions: Sequence[Question], platform: str = "", become: str = "") -> str:
    """The script as it is sent, whole, with a word in place of the random bits. platform "" = for every platform."""
    if platform == "windows":
        return windows.script(questions)
    fitting = [item for item in questions if not platform or _fits(item, platform)]
    return posix.script(fitting, become=become)


def file_script(questions: Sequence[Question], platform: str, client: str = "", folder: str = "") -> str:
    """The script that an administrator starts on a machine, and that writes one file. client: whose machine it is.
    folder: where it writes to when it is started without one.
    """
    if platform == "windows":
        return windows_file.script(questions, client, folder)
    return posix_file.script(questions, platform, client, folder)


def helper(questions: Sequence[Question]) -> str:
    """The file that asks as root, where an administrator installed it instead of allowing a root shell."""
    return posix_helper.helper(questions)


def _fits(question: Question, platform: str) -> bool:
    return not question.platforms or platform in question.platforms
