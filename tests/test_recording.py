"""A recording is the evidence: it comes back as it was taken, and what was changed since is no answer."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nis2scan.errors import CannotTell, ConfigError, Nis2scanError, Reason
from nis2scan.model import Answer, Status, say
from nis2scan.questions import shell
from nis2scan.recording import from_bytes, to_bytes
from nis2scan.testing import recording

QUESTION = shell("cat /etc/os-release", runs=("cat",))
ANSWERS = st.builds(
    Answer,
    st.just(QUESTION),
    st.sampled_from(Status),
    st.binary(max_size=200),
    st.binary(max_size=50),
    st.integers(0, 255) | st.none(),
    st.integers(0, 9999),
    st.booleans(),
)


@given(ANSWERS)
def test_every_answer_comes_back_as_it_was(answer: Answer) -> None:
    kept = recording(answer)

    assert from_bytes(to_bytes(kept)) == kept


def test_a_sentence_comes_back_as_one_so_that_a_report_has_it_in_its_own_language() -> None:
    inner = say("{where} does not answer", where="{127.0.0.1}:22")
    for why in ("", "plain words {of} a host", say("{what}. {step}", what=inner, step=say("Check the name."))):
        kept = replace(recording(), failed=Reason.UNREACHABLE, why=why)
        assert from_bytes(to_bytes(kept)) == kept
        assert from_bytes(to_bytes(kept)).failure == str(why)


@pytest.mark.parametrize("template", ["{a.__class__}", "{a[0]}", "{a!r}", "{a:>9999999}", "{}", "{b}", "{a"])
def test_a_template_that_does_more_than_fill_in_is_no_recording(template: str) -> None:
    document = json.loads(to_bytes(replace(recording(), failed=Reason.UNREACHABLE, why=say("{a}", a="x"))))
    document["failure"]["template"] = template
    head = ("schema", "host", "platform", "taken_at", "vantage", "failed", "failure")
    sealed = hashlib.sha256(json.dumps([str(document[name]) for name in head]).encode()).hexdigest()
    with pytest.raises(ConfigError, match="no readable recording"):
        from_bytes(json.dumps({**document, "seal": sealed}).encode())


def test_a_changed_answer_is_no_answer() -> None:
    data = to_bytes(recording(Answer(QUESTION, Status.OK, b"ID=debian\n", b"", 0)))

    forged = from_bytes(data.replace(b"ID=debian", b"ID=ubuntu")).answer(QUESTION)

    assert forged.status is Status.ERROR
    with pytest.raises(CannotTell, match="changed"):
        _ = forged.text


@pytest.mark.parametrize(
    "damage",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b'{"schema": "other"}',
        b"\xff\xfe",
        b"[" * 100_000,
        json.dumps({"schema": "nis2scan-recording-1"}).encode(),
    ],
)
def test_what_is_no_recording_is_told_and_nothing_else_happens(damage: bytes) -> None:
    with pytest.raises(ConfigError, match=r"recording|schema"):
        from_bytes(damage)


@given(st.data())
def test_flipped_bytes_never_give_another_answer(data: st.DataObject) -> None:
    kept = recording(Answer(QUESTION, Status.OK, b"ID=debian\nVERSION_ID=12\n", b"", 0))
    raw = bytearray(to_bytes(kept))
    for place in data.draw(st.lists(st.integers(0, len(raw) - 1), min_size=1, max_size=50)):
        raw[place] = data.draw(st.integers(0, 255))

    try:
        answer = from_bytes(bytes(raw)).answer(QUESTION)
    except Nis2scanError:
        return
    assert answer == kept.answer(QUESTION) or not answer.ok or answer.out == b"ID=debian\nVERSION_ID=12\n"
