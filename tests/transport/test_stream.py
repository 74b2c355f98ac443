"""An answer that was cut or damaged anywhere: no exception, and nothing after the damage passes for an answer."""

from __future__ import annotations

import gzip
import random
import subprocess
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nis2scan.api import Answer, Question, Root, Status, shell
from nis2scan.errors import TransportError
from nis2scan.transport.posix import Visit
from nis2scan.transport.posix_parse import parse
from nis2scan.transport.posix_script import PLACEHOLDER, script

NONCE = "00112233445566778899aabbccddeeff"
QUESTIONS = [shell(f"echo {number}", root=Root.NEVER) for number in range(4)]
TEXTS = [b"zero\n", b"one\0\xff", b"", b"x" * 3000 + b"\n"]


def sections() -> list[bytes]:
    return [
        b"\n@@%b B %b 10.5\n%b\n@@%b X %b\nhm\n@@%b E %b 0 10.75\n"
        % (NONCE.encode(), q.id.encode(), text, NONCE.encode(), q.id.encode(), NONCE.encode(), q.id.encode())
        for q, text in zip(QUESTIONS, TEXTS, strict=True)
    ]


HELLO = b"motd\n\n@@%b H linux 1000 1795554368 anna\n" % NONCE.encode()
BYE = b"\n@@%b Z 1795554369\n" % NONCE.encode()
PLAIN = HELLO + b"".join(sections()) + BYE
PACKED = HELLO + gzip.compress(b"".join(sections())) + BYE


def answers(stream: bytes, questions: list[Question] | None = None) -> list[Answer]:
    visit = Visit(questions or QUESTIONS, "ssh", nonce=NONCE)
    visit.script()
    visit.feed(stream)
    recording = visit.recording()
    return [recording.answer(question) for question in visit.questions]


@pytest.mark.parametrize("stream", [PLAIN, PACKED], ids=["plain", "packed"])
def test_a_whole_stream_is_understood(stream: bytes) -> None:
    got = answers(stream)
    assert [answer.out for answer in got] == TEXTS
    assert {(answer.status, answer.err, answer.ms) for answer in got} == {(Status.OK, b"hm", 250)}


def test_a_plain_stream_cut_anywhere_gives_the_sections_before_the_cut_and_no_other() -> None:
    ends = [len(HELLO) + len(b"".join(sections()[: n + 1])) for n in range(4)]
    for cut in range(len(HELLO), len(PLAIN)):
        got = answers(PLAIN[:cut])
        for answer, text, end in zip(got, TEXTS, ends, strict=True):
            assert answer.ok is (cut >= end), cut
            assert not answer.ok or answer.out == text


def test_a_packed_stream_cut_anywhere_gives_whole_sections_or_none() -> None:
    for cut in range(len(HELLO), len(PACKED)):
        for answer, text in zip(answers(PACKED[:cut]), TEXTS, strict=True):
            assert not answer.ok or answer.out == text


def test_a_packed_stream_with_a_flipped_byte_gives_no_wrong_answer() -> None:
    for at in range(len(HELLO), len(PACKED) - len(BYE)):
        damaged = bytearray(PACKED)
        damaged[at] ^= 0x5A
        for answer, text in zip(answers(bytes(damaged)), TEXTS, strict=True):
            assert not answer.ok or answer.out == text, at


def test_a_stream_without_its_first_frame_is_no_answer() -> None:
    for cut in range(len(HELLO)):
        with pytest.raises(TransportError):
            answers(PLAIN[:cut])


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_any_bytes_end_in_answers_or_in_a_transport_error(data: st.DataObject) -> None:
    rng = random.Random(data.draw(st.integers()))
    stream = bytearray(data.draw(st.sampled_from([PLAIN, PACKED])))
    for _ in range(data.draw(st.integers(1, 20))):
        stream[rng.randrange(len(stream))] = rng.randrange(256)
    stream[rng.randrange(len(stream)) :] = data.draw(st.binary(max_size=200))
    try:
        answers(bytes(stream))
    except TransportError:
        return


def test_a_packed_bomb_is_unpacked_to_the_limit_only() -> None:
    packer = zlib.compressobj(9, wbits=zlib.MAX_WBITS | 16)
    bomb = b"".join(packer.compress(bytes(10_000_000)) for _ in range(30)) + packer.flush()
    stream = parse(HELLO + sections()[0] + BYE + bomb, NONCE, 1_000_000)
    assert QUESTIONS[0].id in stream.sections
    assert parse(HELLO + bomb, NONCE, 1_000_000).sections == {}


def test_frames_in_any_order_and_of_any_kind_do_no_harm() -> None:
    name = QUESTIONS[0].id.encode()
    lines = [
        b"E %b 0 1" % name,
        b"X",
        b"B",
        b"E",
        b"A",
        b"M",
        b"Z x",
        b"E %b 99999999999999999999 z" % name,
        b"R",
        b"P",
    ]
    for first in lines:
        for second in lines:
            for third in lines:
                body = b"".join(b"\n@@%b %b\n" % (NONCE.encode(), line) for line in (first, second, third))
                assert not answers(HELLO + body + BYE)[0].ok


def test_an_answer_that_comes_twice_counts_once_and_the_root_one_first() -> None:
    as_root = b"\n@@%b R\n" % NONCE.encode() + sections()[0]
    again = b"\n@@%b X become\ncrashed\n@@%b A 1\n" % (NONCE.encode(), NONCE.encode()) + sections()[0]
    (answer, *_) = answers(HELLO + as_root + again + BYE)
    assert answer.as_root
    assert answer.ok


def test_a_section_cut_by_a_flood_is_cut_at_its_cap() -> None:
    small = shell("yes", cap=100)
    begun = b"\n@@%b B %b 1.0\n" % (NONCE.encode(), small.id.encode())
    nxt = b"\n@@%b B %b 1.0\n" % (NONCE.encode(), QUESTIONS[0].id.encode())
    (answer,) = answers(HELLO + begun + b"y" * 500 + nxt + BYE, [small])
    assert (answer.status, len(answer.out)) == (Status.TRUNCATED, 100)
    (answer,) = answers(HELLO + begun + b"y" * 50 + nxt + BYE, [small])
    assert answer.status is Status.TIMEOUT


def test_the_script_that_is_shown_differs_from_the_one_that_is_sent_only_in_its_random_bits_and_limit() -> None:
    shown = script(QUESTIONS, seconds=90)
    sent = Visit(QUESTIONS, "ssh", seconds=120, nonce=NONCE).script().decode()
    assert shown.replace(PLACEHOLDER, NONCE) == sent


def test_a_script_that_was_cut_anywhere_runs_nothing() -> None:
    for become in ("", "sudo"):
        text = script(QUESTIONS, become=become)
        for cut in [*range(0, len(text) - 8, len(text) // 20), len(text) - 6, len(text) - 2]:
            done = subprocess.run(["sh", "-s"], input=text[:cut].encode(), capture_output=True, timeout=10)
            assert (done.stdout, cut) == (b"", cut)
