"""Runs of the script that tests share: one a machine in a session."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.windows.run import Run, run


@pytest.fixture(scope="session")
def made_up() -> Callable[[str], Run]:
    """The run of a made-up machine; each is run once, when the first test asks for it."""
    done: dict[str, Run] = {}

    def ran(name: str) -> Run:
        if name not in done:
            done[name] = run(name)
        return done[name]

    return ran
