"""A file that was cut or changed anywhere is refused, or says what it said: never more, never better, no exception."""

from __future__ import annotations

import os
import tracemalloc
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nis2scan.api import Recording
from nis2scan.errors import DeliveryError
from nis2scan.questions import SESSION
from nis2scan.testing import rules
from nis2scan.transport.delivered import read
from tests.delivered.packing import windows

pytestmark = pytest.mark.skipif(os.name != "posix", reason="only on POSIX: the script for Linux is run here")

AT = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
PLACES = st.integers(min_value=0, max_value=10**6)
ASKED = [question for question in rules().questions if question.kind == "powershell"][:12]
WINDOWS_FILE = windows(
    {item.id: (("ok", {"n": at, "t": "x\ny"}) if at % 3 else ("denied", None)) for at, item in enumerate(ASKED)}, at=AT
)


def taken(data: bytes) -> Recording | None:
    try:
        return read(data, rules().questions).recording
    except DeliveryError:
        return None


def said(recording: Recording) -> dict[str, bytes]:
    """What a reader can use of it, besides how long it took."""
    return {name: item.out for name, item in recording.answers.items() if item.ok and item.question != SESSION}


def test_the_whole_files_are_read(answer: bytes) -> None:
    for file in (answer, WINDOWS_FILE):
        whole = taken(file)
        assert whole is not None
        assert len(said(whole)) >= 8


def test_a_file_that_ends_before_its_end_is_refused_wherever_it_ends(answer: bytes) -> None:
    for file in (answer, WINDOWS_FILE):
        last = file.rindex(b" end" if file is answer else b" Z ")
        every = range(0, last, 1 if file is WINDOWS_FILE else 7)
        assert [at for at in every if taken(file[:at]) is not None] == []


@settings(max_examples=400, deadline=None)
@given(st.lists(st.tuples(PLACES, st.integers(min_value=1, max_value=255)), min_size=1, max_size=5))
def test_changed_bytes_change_nothing_that_is_taken(answer: bytes, flips: list[tuple[int, int]]) -> None:
    data = bytearray(answer)
    for place, change in flips:
        data[place % len(data)] ^= change

    _no_better(answer, bytes(data))


@settings(max_examples=400, deadline=None)
@given(st.lists(st.tuples(PLACES, st.integers(min_value=1, max_value=255)), min_size=1, max_size=5))
def test_changed_bytes_of_a_windows_file_change_no_answer(flips: list[tuple[int, int]]) -> None:
    data = bytearray(WINDOWS_FILE)
    for place, change in flips:
        data[place % len(data)] ^= change

    _no_better(WINDOWS_FILE, bytes(data))


@settings(max_examples=200, deadline=None)
@given(PLACES, PLACES, st.booleans())
def test_a_piece_that_is_missing_or_doubled_adds_nothing(answer: bytes, one: int, other: int, double: bool) -> None:
    for file in (answer, WINDOWS_FILE):
        start, end = sorted((one % len(file), other % len(file)))
        _no_better(file, file[:end] + file[start:] if double else file[:start] + file[end:])


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=600))
def test_no_bytes_whatever_raise_anything_else(data: bytes) -> None:
    begun = [b"", b"@@" + b"0" * 32 + b" n2s 1 base64\n", b"@@" + b"0" * 32 + b" H windows 1 "]
    for head in begun:
        taken(head + data)
        taken(head + data + b"\n@@" + b"0" * 32 + b" end\n@@" + b"0" * 32 + b" Z 1\n")


def _no_better(file: bytes, data: bytes) -> None:
    """What is taken says nothing that the whole file does not say, as another machine neither, and hardly at another
    time: the time of a Windows file is in no sum, but begin and end must be within an hour.
    """
    whole, found = taken(file), taken(data)
    assert whole is not None
    if found is None:
        return
    assert said(found).items() <= said(whole).items()
    assert (found.host, found.platform) == (whole.host, whole.platform)
    assert abs(found.taken_at - whole.taken_at) <= timedelta(hours=1)
    root = [b'"root": true' in item.answers[SESSION.id].out for item in (found, whole)]
    assert root[0] <= root[1]


def test_a_file_of_many_short_words_takes_no_memory_to_speak_of() -> None:
    """Each word as an object of its own would be twenty times the file."""
    data = b"@@" + b"0" * 32 + b" n2s 1 base64\n" + b"aa " * 3_000_000 + b"@@" + b"0" * 32 + b" end\n"
    tracemalloc.start()
    assert taken(data) is None
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 6 * len(data)


def test_these_tests_would_notice(answer: bytes) -> None:
    """An answer more, or another host, is better than what was said."""
    whole = taken(answer)
    assert whole is not None
    more = {name: replace(item, out=item.out + b"!") for name, item in whole.answers.items()}
    assert not said(replace(whole, answers=more)).items() <= said(whole).items()
