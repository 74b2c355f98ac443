"""`python -m tests.windows MACHINE [BEGINNING…]`: what a made-up machine answers, to the questions that begin so.

`--record`: run every machine and keep the recordings under tests/recordings, in place of those kept before.
`--unseen`: run every machine, and say which questions and values no machine has, errors that nobody
  described, and what 5.1 would write otherwise than meant.
`--list`: the machines. BEGINNING is that of a question's id or of its name (the comment in its first line).
"""

from __future__ import annotations

import contextlib
import importlib
import json
import pkgutil
import sys

from nis2scan.check import Reader
from nis2scan.errors import PluginError
from nis2scan.facts import windows
from nis2scan.model import Answer, Question
from nis2scan.questions import SESSION
from tests.windows.profiles import MACHINES, RUNS
from tests.windows.run import RECORDINGS, file_of, kept, pwsh, questions, run, runs
from tests.windows.unseen import bent, errors, unanswered, unseen, word


def record() -> None:
    """Every machine and variant, a file each."""
    RECORDINGS.mkdir(exist_ok=True)
    for done in runs(RUNS):
        file_of(done.name).write_bytes(kept(done))
        print(f"{done.name}: {done.seconds:.1f} s, {len(done.out)} bytes")
    for old in RECORDINGS.glob("windows-*.json"):
        if old.stem.removeprefix("windows-") not in RUNS:
            old.unlink()


def left_open() -> int:
    """What the fragments do not describe yet."""
    every = list(runs(RUNS))
    machines = [done for done in every if done.name in MACHINES]
    found = [f"unanswered: {name}" for name in unanswered(machines)]
    found += [f"never seen: {path}" for path in unseen(machines)]
    found += [f"error on {done.name}: {said}" for done in every for said in errors(done)]
    found += [f"bent on {done.name}: {said}" for done in every for said in bent(done)]
    print("\n".join(found))
    return 1 if found else 0


def show(machine: str, beginnings: list[str]) -> int:
    """The sections, readable; and what was written to standard error, which should be nothing."""
    asked = [item for item in _asked() if not beginnings or _begins(item, beginnings)]
    done = run(machine, asked)
    for item in sorted(asked, key=lambda item: (item.seconds, item.id)):
        _print(done.recording.answers[item.id])
    if not beginnings:
        _print(done.recording.answers[SESSION.id])
    print(f"{machine}: {len(asked)} questions, {done.seconds:.1f} s, {len(done.out)} bytes")
    if done.err:
        print(f"standard error:\n{done.err.decode('utf-8', 'replace')}", file=sys.stderr)
    return 0


def _asked() -> list[Question]:
    """All questions; while one file of facts is broken, those of the others."""
    try:
        return questions()
    except PluginError as trouble:
        print(f"{trouble}: asking what the other files ask", file=sys.stderr)
    found: dict[str, Question] = {}
    for item in pkgutil.iter_modules(windows.__path__, f"{windows.__name__}."):
        with contextlib.suppress(ImportError, SyntaxError, NameError, TypeError, AttributeError, PluginError):
            for thing in vars(importlib.import_module(item.name)).values():
                found |= {each.id: each for each in (thing.questions if isinstance(thing, Reader) else ())}
    return [item for _, item in sorted(found.items()) if item.kind == "powershell"]


def _begins(question: Question, beginnings: list[str]) -> bool:
    return question.id.startswith(tuple(beginnings)) or word(question).startswith(tuple(beginnings))


def _print(answer: Answer) -> None:
    said = answer.out or answer.err
    try:
        shown = json.dumps(json.loads(said), ensure_ascii=False, indent=2)
    except ValueError:
        shown = said.decode("utf-8", "replace")
    print(f"--- {answer.question.id} {word(answer.question)}: {answer.status}\n{shown}")


def main(words: list[str]) -> int:
    if pwsh() is None:
        print("no pwsh: set NIS2SCAN_PWSH or put it on PATH", file=sys.stderr)
        return 2
    if words == ["--record"]:
        record()
        return 0
    if words == ["--unseen"]:
        return left_open()
    if not words or words[0] not in RUNS:
        print("\n".join(RUNS))
        return 0 if words == ["--list"] else 2
    return show(words[0], words[1:])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
