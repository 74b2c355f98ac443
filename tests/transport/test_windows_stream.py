"""What PowerShell sends, as consoles and bad lines make of it: nothing after damage passes for an answer."""

from __future__ import annotations

import contextlib
import json
import random
import time
import tracemalloc
from collections.abc import Callable

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from nis2scan.api import Answer, Question, Reason, Root, Status, powershell
from nis2scan.errors import CannotTell, TransportError
from nis2scan.facts.session import Session
from nis2scan.facts.windows.rights import Rights
from nis2scan.questions import SESSION, person, shell
from nis2scan.testing import fact
from nis2scan.transport.windows import Visit
from nis2scan.transport.windows_parse import checksum, parse, status_of
from nis2scan.transport.windows_script import script

NONCE = "00112233445566778899aabbccddeeff"
QUESTIONS = [powershell(f"# q{number}\n[ordered]@{{ n = {number} }}") for number in range(4)]
TABLES: list[dict[str, object]] = [
    {"n": 1},
    {"name": 'Bel\u00e9 \u20ac "x"', "@@": "@@ Z"},
    {"items": []},
    {"long": "x" * 3000},
]
RIGHTS = {
    "admin": True,
    "groups": ["S-1-5-32-544", "S-1-16-12288", "S-1-5-2"],
    "language": "FullLanguage",
    "user_sid": "S-1-5-21-1",
}


def frame(words: str, table: object) -> str:
    text = json.dumps(table, separators=(",", ":"))
    return f"@@{NONCE} {words} {checksum(words + ' ' + text)} {text}\r\n"


HELLO = frame("H windows 1795554368", RIGHTS | {"computer": "PC01", "user": "PC01\\beheer"})
SECTIONS = [frame(f"S {q.id} ok 12", table) for q, table in zip(QUESTIONS, TABLES, strict=True)]
BYE = frame("Z 1795554369", None)
STREAM = (HELLO + "".join(SECTIONS) + BYE).encode("ascii")


def answers(stream: bytes, *questions: Question) -> list[Answer]:
    visit = Visit(questions or QUESTIONS, "winrm", nonce=NONCE)
    visit.script()
    visit.feed(stream)
    recording = visit.recording()
    return [recording.answer(question) for question in visit.questions]


def tables(stream: bytes) -> list[object]:
    return [json.loads(answer.text) if answer.ok else None for answer in answers(stream)]


@pytest.mark.parametrize(
    "made",
    [
        STREAM,
        b"\xef\xbb\xbf" + STREAM,
        b"\xff\xfe" + STREAM.decode().encode("utf-16-le"),
        STREAM.replace(b"\r\n", b"\n"),
        b'#< CLIXML\r\n<Objs Version="1.1.0.1"><Obj S="progress"></Obj></Objs>' + STREAM,
        STREAM.replace(b"\r\n@@", b"\r\nWAARSCHUWING: iets\r\n\x1b[?1h@@"),
        b"\r\n".join(line[at : at + 79] for line in STREAM.split(b"\r\n") for at in range(0, len(line) or 1, 79)),
    ],
    ids=["plain", "bom", "utf-16", "newlines", "clixml", "noise", "wrapped at 79"],
)
def test_whatever_a_console_makes_of_it_is_understood(made: bytes) -> None:
    assert tables(made) == TABLES


def test_a_powershell_of_the_wrong_width_is_not_believed() -> None:
    """Of a 64-bit Windows it sees another registry, in which most of what is looked for is not set."""
    hello = frame("H windows 1795554368", RIGHTS | {"computer": "PC01", "user": "PC01\\beheer", "is64": False})
    found = answers((hello + "".join(SECTIONS) + BYE).encode("ascii"))
    assert {(answer.status, answer.ok) for answer in found} == {(Status.ERROR, False)}
    assert "32-bit" in found[0].complaint


def test_a_stream_cut_anywhere_gives_the_sections_before_the_cut_and_no_other() -> None:
    ends = [len(HELLO) + len("".join(SECTIONS[: n + 1])) - 2 for n in range(4)]
    for cut in range(len(HELLO), len(STREAM)):
        for answer, table, end in zip(answers(STREAM[:cut]), TABLES, ends, strict=True):
            assert answer.ok is (cut >= end), cut
            assert not answer.ok or json.loads(answer.text) == table
            assert answer.ok or answer.status in (Status.TIMEOUT, Status.ERROR)


def test_a_stream_cut_within_the_first_frame_is_no_answer() -> None:
    for cut in (0, 10, len(HELLO) - 3):
        with pytest.raises(TransportError) as trouble:
            answers(STREAM[:cut])
        assert trouble.value.reason is Reason.UNSUPPORTED_PLATFORM


def test_any_byte_that_changed_costs_its_section() -> None:
    noise = random.Random(7)
    for _ in range(400):
        at = noise.randrange(len(HELLO), len(STREAM) - len(BYE))
        bent = bytearray(STREAM)
        bent[at] ^= 1 << noise.randrange(7)
        for got, table in zip(tables(bytes(bent)), TABLES, strict=True):
            assert got in (None, table)


@given(st.binary(max_size=400))
@example(b"@@" + NONCE.encode() + b" H windows 1 7 {}")
@example(b"@@" + NONCE.encode() + b" H windows 1 7 " + b"[" * 100_000)
@settings(max_examples=300, deadline=None)
def test_no_stream_raises(noise: bytes) -> None:
    parse(noise, NONCE)
    parse(HELLO.encode() + noise + BYE.encode(), NONCE)


def test_what_comes_after_the_last_frame_does_not_count() -> None:
    late = frame(f"S {QUESTIONS[0].id} ok 1", {"n": 666})
    assert tables((HELLO + BYE + late).encode()) == [None] * 4
    assert tables(STREAM + late.encode()) == TABLES


def test_the_first_answer_to_a_question_stands() -> None:
    again = frame(f"S {QUESTIONS[0].id} ok 1", {"n": 666})
    assert tables((HELLO + SECTIONS[0] + again + BYE).encode())[0] == TABLES[0]


def test_another_nonce_is_nobody() -> None:
    with pytest.raises(TransportError):
        answers(STREAM.replace(NONCE.encode(), b"f" * 32))


@pytest.mark.parametrize(
    ("error", "status"),
    [
        ({"fqid": "CommandNotFoundException"}, Status.MISSING),
        (
            {"fqid": "HRESULT 0x8004100e,Microsoft.Management.Infrastructure.CimCmdlets.GetCimInstanceCommand"},
            Status.MISSING,
        ),
        ({"fqid": "HRESULT 0x80041010,Microsoft", "category": "MetadataError"}, Status.MISSING),
        ({"fqid": "HRESULT 0x80041003,Microsoft", "category": "PermissionDenied"}, Status.DENIED),
        ({"fqid": "HRESULT 0x80070005,Microsoft", "category": "NotSpecified"}, Status.DENIED),
        (
            {"fqid": "System.Security.SecurityException,Microsoft.PowerShell.Commands.GetItemPropertyCommand"},
            Status.DENIED,
        ),
        ({"fqid": "LogInfoUnavailable,Microsoft.PowerShell.Commands.GetWinEventCommand"}, Status.DENIED),
        ({"fqid": "NoMatchingLogsFound,Microsoft.PowerShell.Commands.GetWinEventCommand"}, Status.MISSING),
        ({"fqid": "MethodInvocationNotSupportedInConstrainedLanguage"}, Status.CONSTRAINED),
        ({"fqid": "x", "hresult": -2147024891}, Status.DENIED),
        ({"fqid": "MethodInvocationException", "hresult": -2146233087, "inner": -2147024891}, Status.DENIED),
        ({"fqid": "x", "native": "AccessDenied"}, Status.DENIED),
        ({"fqid": "x", "category": "OperationTimeout"}, Status.TIMEOUT),
        ({"fqid": "nis2scan-shape"}, Status.ERROR),
        ({}, Status.ERROR),
        ({"fqid": None, "hresult": "toegang geweigerd", "category": 3}, Status.ERROR),
    ],
)
def test_errors_are_told_by_number_and_id_never_by_text(error: dict[str, object], status: Status) -> None:
    assert status_of(error) is status
    (answer,) = answers((HELLO + frame(f"S {QUESTIONS[0].id} failed 3", error) + BYE).encode(), QUESTIONS[0])
    assert answer.status is status
    assert not answer.complaint.startswith("{")
    with pytest.raises(CannotTell):
        _ = answer.text


@pytest.mark.parametrize("said", ["denied", "constrained", "late"])
def test_what_was_not_tried_is_no_answer(said: str) -> None:
    (answer,) = answers((HELLO + frame(f"S {QUESTIONS[0].id} {said} 0", None) + BYE).encode(), QUESTIONS[0])
    wanted = {"denied": Status.DENIED, "constrained": Status.CONSTRAINED, "late": Status.TIMEOUT}
    assert answer.status is wanted[said]


def test_an_object_that_powershell_flattened_to_the_name_of_its_type_is_an_error() -> None:
    (answer,) = answers(
        (HELLO + frame(f"S {QUESTIONS[0].id} ok 3", {"x": "System.Object[]"}) + BYE).encode(), QUESTIONS[0]
    )
    assert answer.status is Status.ERROR


def test_a_list_that_powershell_wrapped_is_a_list() -> None:
    wrapped = {"items": {"value": [{"data": {"value": ["a"], "Count": 1}}], "Count": 1}, "Count": 3}
    (answer,) = answers((HELLO + frame(f"S {QUESTIONS[0].id} ok 3", wrapped) + BYE).encode(), QUESTIONS[0])
    assert json.loads(answer.text) == {"items": [{"data": ["a"]}], "Count": 3}


def test_more_than_the_cap_is_cut_and_says_so() -> None:
    small = powershell("# small\n[ordered]@{}", cap=50)
    (answer,) = answers((HELLO + frame(f"S {small.id} ok 3", {"x": "y" * 200}) + BYE).encode(), small)
    assert (answer.status, len(answer.out)) == (Status.TRUNCATED, 50)


def test_the_visit_says_with_which_rights() -> None:
    visit = Visit([*QUESTIONS, SESSION], "winrm", nonce=NONCE)
    visit.script()
    visit.feed(STREAM)
    recording = visit.recording()
    assert (fact(Session, recording).platform, fact(Session, recording).root) == ("windows", True)
    rights = fact(Rights, recording)
    assert (rights.admin, rights.network, rights.constrained, rights.computer) == (True, True, False, "PC01")


def test_the_script_holds_windows_questions_only_the_quick_ones_first_and_no_empty_line() -> None:
    slow = powershell("# slow\n[ordered]@{ a = 1 }\n\n", seconds=30)
    admin = powershell("# admin\n[ordered]@{}", root=Root.REQUIRED, full=True)
    text = script([slow, admin, shell("echo no"), person("x")], nonce=NONCE, seconds=30)
    body, end = text[:-2], text[-2:]
    assert end == "\n\n"
    assert "\n\n" not in body
    assert text.isascii()
    assert text.index("# admin") < text.index("# slow")
    assert f"Ask '{admin.id}' $true $true {{" in text
    assert "echo no" not in text


def test_a_script_for_a_file_makes_its_own_nonce() -> None:
    assert "New-Guid" in script(QUESTIONS, nonce="")
    assert "New-Guid" not in script(QUESTIONS, nonce=NONCE)


@pytest.mark.parametrize("depth", [65, 450, 900, 100_000])
@pytest.mark.parametrize("status", ["ok", "failed"])
def test_tables_within_tables_without_end_cost_their_section_and_end_nothing(depth: int, status: str) -> None:
    """Deeper than readers go, it would end them, or the reading of the whole host."""
    for text in ('{"Count":1,"a":' + '{"a":' * depth + "1" + "}" * depth + "}", "[" * depth + "]" * depth):
        words = f"S {QUESTIONS[1].id} {status} 3"
        deep = f"@@{NONCE} {words} {checksum(f'{words} {text}')} {text}\r\n"
        got = answers((HELLO + SECTIONS[0] + deep + SECTIONS[2] + BYE).encode())
        assert [item.status for item in got[:3]] == [Status.OK, Status.ERROR, Status.OK]
        words, said = "H windows 1795554368", json.dumps(RIGHTS | {"groups": "?"}).replace('"?"', text)
        with pytest.raises(TransportError):  # and a first frame like that is none
            answers(f"@@{NONCE} {words} {checksum(f'{words} {said}')} {said}\r\n".encode() + BYE.encode())


def test_as_deep_as_questions_ask_is_an_answer() -> None:
    """So the test above can fail."""
    text = '{"a":' * 60 + "1" + "}" * 60
    words = f"S {QUESTIONS[1].id} ok 3"
    got = answers((HELLO + f"@@{NONCE} {words} {checksum(f'{words} {text}')} {text}\r\n" + BYE).encode())
    assert got[1].status is Status.OK


FLOODS: dict[str, Callable[[], str]] = {
    "empty tables": lambda: '{"Count":[' + "{}," * 4_000_000 + "{}]}",
    "one long text": lambda: json.dumps("x" * 12_000_000),
    "marks": lambda: f"@@{NONCE} " * 300_000,
}


@pytest.mark.parametrize("flood", FLOODS)
def test_a_flood_costs_seconds_and_no_memory_to_speak_of(flood: str) -> None:
    """Measured on the machine that wrote this: 0.4 s and 70 MB at most; empty tables took 12 s and 900 MB before."""
    data = f"{HELLO}@@{NONCE} S {QUESTIONS[0].id} ok 1 5 {FLOODS[flood]()}\r\n{BYE}".encode()
    tracemalloc.start()
    begun = time.process_time()
    visit = Visit(QUESTIONS, "winrm", nonce=NONCE)
    for at in range(0, len(data), 262144):
        visit.feed(data[at : at + 262144])
    with contextlib.suppress(TransportError):
        visit.recording()
    took, (_, most) = time.process_time() - begun, tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert took < 8
    assert most < 12 * len(data) + 10_000_000


def test_a_first_frame_that_never_comes_whole_is_not_looked_for_at_every_byte(monkeypatch: pytest.MonkeyPatch) -> None:
    looked: list[int] = []
    monkeypatch.setattr("nis2scan.transport.windows.hello_in", lambda data, nonce: looked.append(len(data)))
    visit = Visit(QUESTIONS, "winrm", nonce=NONCE)
    visit.feed(f"@@{NONCE} H windows 1 ".encode())
    for _ in range(5000):
        visit.feed(b"x" * 200)
    assert sum(looked) < 40_000_000
    assert looked[-1] > 500_000


def test_a_greeting_without_end_is_searched_once() -> None:
    """Whoever holds up one thread by it holds up all hosts."""
    visit = Visit(QUESTIONS, "winrm", nonce=NONCE)
    begun = time.process_time()
    for _ in range(40_000):
        visit.feed(b"@@ welcome, welcome @@ H window " * 6)
    assert time.process_time() - begun < 4  # 0.1 s on the machine that wrote this; 40 s when all is searched anew


def test_a_long_greeting_before_the_first_frame_holds_nothing_up() -> None:
    visit = Visit(QUESTIONS, "winrm", nonce=NONCE)
    visit.feed(b"x" * 200_000)
    visit.feed(HELLO.encode())
    assert visit.hello is not None


def test_what_comes_later_is_understood_too() -> None:
    visit = Visit(QUESTIONS, "winrm", nonce=NONCE)
    visit.feed((HELLO + SECTIONS[0]).encode())
    assert visit.recording().answer(QUESTIONS[1]).status is Status.TIMEOUT
    visit.feed((SECTIONS[1] + BYE).encode())
    assert visit.recording().answer(QUESTIONS[1]).ok
