"""`python -m tests.macos NAME…`: what made-up Macs answer. `--record` keeps all of them under tests/recordings."""

from __future__ import annotations

import sys

from tests.macos.machines import MACHINES
from tests.macos.run import file_of, kept, made


def main(words: list[str]) -> int:
    if words == ["--record"]:
        for name in MACHINES:
            file_of(name).write_bytes(kept(made(name)))
        return 0
    for name in words or MACHINES:
        for answer in made(name).answers.values():
            said = (answer.out + answer.err).decode("utf-8", "replace")
            print(f"--- {name} {answer.question.id}: {answer.status} {answer.code}\n{said}")
    return 0


sys.exit(main(sys.argv[1:]))
