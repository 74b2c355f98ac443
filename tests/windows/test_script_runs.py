"""The script, run by a real PowerShell on every made-up machine, prints what the recordings hold."""

from __future__ import annotations

import json
import re
from collections.abc import Callable

import pytest

from nis2scan.model import Root, Status
from nis2scan.questions import SESSION
from nis2scan.recording import from_bytes
from tests.windows.profiles import MACHINES, RUNS
from tests.windows.run import RECORDINGS, Run, file_of, kept, pwsh, questions
from tests.windows.unseen import bent, errors, unanswered, unseen, word

pytestmark = pytest.mark.skipif(pwsh() is None, reason="no pwsh here")

# A made-up Windows that is asked for something it cannot do says so in these words.
OURS = re.compile("made-up", re.I)


@pytest.mark.parametrize("name", RUNS)
def test_what_it_prints_is_what_is_recorded(name: str, made_up: Callable[[str], Run]) -> None:
    """After a change of the script, a question or a description: `python -m tests.windows --record`."""
    recorded = dict(from_bytes(file_of(name).read_bytes()).answers)
    now = dict(made_up(name).recording.answers)
    other = {key for key in recorded | now if recorded.get(key) != now.get(key)}
    assert sorted(word((recorded | now)[key].question) for key in other) == []
    assert file_of(name).read_bytes() == kept(made_up(name))


@pytest.mark.parametrize("name", RUNS)
def test_it_ends_well_and_says_nothing_beside(name: str, made_up: Callable[[str], Run]) -> None:
    """Every line is a frame, the last one the end; nothing comes on standard error; every question has an answer."""
    done = made_up(name)
    lines = done.out.decode("ascii").splitlines()
    assert (done.code, done.err) == (0, b"")
    assert [line for line in lines if not re.match(r"@@[0-9a-f]{32} [HSZ] ", line)] == []
    assert " Z " in lines[-1]
    assert len(lines) == len(questions()) + 2
    assert not OURS.search(done.out.decode("ascii"))


@pytest.mark.parametrize("name", RUNS)
def test_it_leaves_nothing_behind(name: str, made_up: Callable[[str], Run]) -> None:
    """No file more, none less, none changed in the folder of the account or on the drive of the machine."""
    assert made_up(name).left == frozenset()


@pytest.mark.parametrize("name", RUNS)
def test_rights_are_told_as_they_are(name: str, made_up: Callable[[str], Run]) -> None:
    """What may not be read is denied or constrained, never empty."""
    profile, recording = RUNS[name], made_up(name).recording
    said = json.loads(recording.answers[SESSION.id].text)
    assert (said["root"], said["computer"]) == (profile.admin, profile.computer)
    assert (said["language"] == "ConstrainedLanguage") is profile.constrained
    for question in questions():
        answer = recording.answers[question.id]
        if question.needs and profile.constrained:
            assert answer.status is Status.CONSTRAINED, question.text
        elif question.root is Root.REQUIRED and not profile.admin:
            assert answer.status is Status.DENIED, question.text
        else:
            assert answer.status not in (Status.CONSTRAINED, Status.TIMEOUT, Status.TRUNCATED), question.text


@pytest.mark.parametrize("name", RUNS)
def test_only_described_errors_come_out(name: str, made_up: Callable[[str], Run]) -> None:
    """A mistake in the script would hide as a trouble of the machine."""
    assert errors(made_up(name)) == []


@pytest.mark.parametrize("name", RUNS)
def test_values_are_plain(name: str, made_up: Callable[[str], Run]) -> None:
    """As 5.1 writes JSON (made_up_json.ps1), nothing in an answer is bent."""
    assert bent(made_up(name)) == []


def test_every_question_is_answered_somewhere(made_up: Callable[[str], Run]) -> None:
    """A question that fails on every machine was never seen to work."""
    assert unanswered(made_up(name) for name in MACHINES) == []


def test_every_value_is_seen_once(made_up: Callable[[str], Run]) -> None:
    """A name that no machine ever fills may be misspelled, and would be read as "not set" on every real one."""
    assert unseen(made_up(name) for name in MACHINES) == []


def test_no_recording_is_left_over() -> None:
    """A file of a machine that is gone would go on being read as evidence."""
    files = {path.name: from_bytes(path.read_bytes()).host for path in RECORDINGS.glob("windows-*.json")}
    assert files == {file_of(name).name: name for name in RUNS}


def test_run_times_and_sizes_are_told(
    made_up: Callable[[str], Run], record_property: Callable[[str, object], None]
) -> None:
    every = [made_up(name) for name in RUNS]
    seconds, sizes = [done.seconds for done in every], [len(done.out) for done in every]
    told = f"{len(every)} made-up Windows machines: {min(seconds):.1f} to {max(seconds):.1f} s, "
    record_property("told", f"{told}{min(sizes)} to {max(sizes)} bytes each")
    assert max(sizes) < 1024 * 1024
