"""A host that was logged in to and seen from the network is one row, with what both ways showed."""

from __future__ import annotations

import sys

import pytest

from nis2scan.api import Status, shell
from nis2scan.model import Recording
from nis2scan.questions import probe
from nis2scan.scan import Answered, Target, joined
from nis2scan.testing import answered, recording
from nis2scan.transport.local import Local

NAME = shell("echo name", platforms=("linux", "macos", "freebsd"))
PORTS = probe("ports 22 445", seconds=5)


def rows(login: Recording, view: Recording) -> list[Recording]:
    answers: list[Answered] = [
        (Target("box", "10.0.0.1", Local()), login),
        (Target("10.0.0.1", "10.0.0.1", None, found=True), view),
    ]
    return [row for _, row in joined(answers)]


@pytest.mark.skipif(sys.platform == "win32", reason="only on POSIX: a shell answers")
def test_what_the_network_showed_is_kept_beside_what_the_login_said() -> None:
    login = Local().ask([NAME, PORTS], 30)  # a real visit: it answers `unasked` to what it cannot put
    view = recording(answered(PORTS, '{"doors": {"22": "open"}}'), vantage="network")

    (row,) = rows(login, view)

    assert row.answer(NAME).text == "name\n"
    assert row.answer(PORTS).text == '{"doors": {"22": "open"}}'
    assert row.vantage == login.vantage


def test_an_answer_over_the_login_counts_even_when_it_is_a_refusal() -> None:
    login = recording(answered(PORTS, status=Status.DENIED))
    view = recording(answered(PORTS, "{}"), vantage="network")

    (row,) = rows(login, view)

    assert row.answer(PORTS).status is Status.DENIED
