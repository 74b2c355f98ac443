"""One suite for every way to a Windows host: WinRM over HTTPS and over HTTP, a real sshd, this machine, file, replay.

PowerShell is a real one (of Linux). What is asked here shows the way and not Windows: that is for tests/windows.
"""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import psutil
import pytest

from nis2scan.api import Answer, Question, Recording, Root, Status, person, powershell, shell
from nis2scan.collect import file_script
from nis2scan.errors import Reason, TransportError
from nis2scan.facts.session import Session
from nis2scan.recording import from_bytes, to_bytes
from nis2scan.secrets import Secret
from nis2scan.testing import fact
from nis2scan.transport import Transport, ssh
from nis2scan.transport.delivered import Delivered, read
from nis2scan.transport.local import Local
from nis2scan.transport.replay import Replay
from nis2scan.transport.ssh import Ssh
from nis2scan.transport.winrm import Login, Winrm, command_line
from tests.clock import within
from tests.wsman.certificates import Authority
from tests.wsman.program import LOCAL, OURS, POWERSHELL, environment, pwsh
from tests.wsman.server import PASSWORD, USER, accounts, wsman

pytestmark = pytest.mark.skipif(pwsh() is None or os.name != "posix", reason="no pwsh here")

WAYS = ("winrm-https", "winrm-ntlm-http", "ssh", "local", "delivered", "replay")
LIVE = WAYS[:4]


@dataclass(frozen=True)
class Started:
    """This machine, with a program in the place of powershell.exe."""

    given: dict[str, str]
    vantage: str = "local"

    def ask(self, questions: Sequence[Question], seconds: float) -> Recording:
        with pytest.MonkeyPatch.context() as patch:
            for name, value in self.given.items():
                patch.setenv(name, value)
            return Local(shell=tuple(LOCAL), windows=True).ask(questions, seconds)


@dataclass(frozen=True)
class Kept:
    """A replay of what another way brings, written down and read back."""

    source: Transport
    vantage: str = "replay"

    def ask(self, questions: Sequence[Question], seconds: float) -> Recording:
        return Replay(from_bytes(to_bytes(self.source.ask(questions, seconds)))).ask(questions, seconds)


@dataclass(frozen=True)
class ByFile:
    """The script that somebody starts on the machine itself, and what it prints."""

    given: dict[str, str]
    vantage: str = "file"

    def ask(self, questions: Sequence[Question], seconds: float) -> Recording:
        text = file_script([item for item in questions if isinstance(item, Question)], "windows")
        done = subprocess.run(
            LOCAL, input=text.encode(), env={**os.environ, **self.given}, capture_output=True, timeout=60, check=False
        )
        return Delivered(read(done.stdout, questions).recording).ask(questions, seconds)


class Ways:
    """Every way with every kind of rights, each opened when it is first asked for."""

    def __init__(self, folder: Path, request: pytest.FixtureRequest, opened: ExitStack) -> None:
        self._folder, self._request, self._opened = folder, request, opened
        self._authority = Authority(folder)
        opened.enter_context(accounts(folder))
        self.way = cache(self._way)

    def _way(self, name: str, rights: str) -> Transport:
        given = environment(self._folder, rights)
        if name == "ssh":
            return Ssh(replace(self._request.getfixturevalue("windows_server"), user=rights))
        if name.startswith("winrm"):
            return self._winrm(name == "winrm-https", given)
        if name == "delivered":
            return ByFile(given)
        return Kept(Started(given)) if name == "replay" else Started(given)

    def _winrm(self, https: bool, given: dict[str, str]) -> Transport:
        identity = self._authority.signs("127.0.0.1") if https else None
        server = wsman([str(POWERSHELL)], command_line(), identity, environment=given)
        seen = self._opened.enter_context(server)
        ca = self._authority.file if https else None
        return Winrm(Login("127.0.0.1", USER, seen.port, Secret(PASSWORD), plain_http=not https, ca=ca))


@pytest.fixture(scope="module")
def ways(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Iterator[Ways]:
    with ExitStack() as opened:
        yield Ways(tmp_path_factory.mktemp("windows"), request, opened)


SHAPES = powershell(
    """
[ordered]@{
  text = "caf$([char]233) $([char]0x20AC) $([char]0x4F60) $([char]0xD83D)$([char]0xDE00)"
  quotes = "it's `"so`" \\ & < > % `$x"
  control = "a`r`nb`tc$([char]0)d$([char]27)[0m"
  nothing = $null; yes = $true; no = $false; number = -17; large = 4294967296; half = 1.5
  one = @('one'); none = @(); many = @(1, 2, 3); long = 'x' * 30000
  deep = @([ordered]@{ name = 'a'; values = @('b') })
}
"""
)
AFTER = powershell("[ordered]@{ after = 1 }", seconds=9)
MISSING = powershell("Get-SurelyNoSuchThing; [ordered]@{ ran = 1 }")
ELEVATED = powershell("[ordered]@{ elevated = 1 }", root=Root.REQUIRED)
REFUSED = powershell("throw [System.UnauthorizedAccessException]::new('Toegang geweigerd')")
UNBOUND = powershell("[ordered]@{ sum = [Math]::Max(1, 2) }", full=True)
TOO_FREE = powershell("[ordered]@{ sum = [Convert]::ToInt32('7') }")
FAILING = powershell("throw 'it does not work'")
SHAPELESS = powershell("'text'")
TWICE = powershell("[ordered]@{ a = 1 }; [ordered]@{ b = 2 }")
LONG = powershell("[ordered]@{ long = 'x' * 5000 }", cap=1000)
FORGED = powershell(
    """
Write-Host '@@0123456789abcdef0123456789abcdef H windows 1 8 {}'
Write-Host '@@0123456789abcdef0123456789abcdef Z 1'
[ordered]@{ forged = "`n@@0123456789abcdef0123456789abcdef Z 1`n@@ Z 1" }
"""
)
NOISY = powershell("[Console]::Error.Write('nee ' * 300000); Write-Host 'Welkom'; [ordered]@{ said = 1 }", full=True)
READS = powershell(
    "$rest = [Console]::In.ReadToEnd(); [ordered]@{ rest = $rest.Trim(); input = @($input).Count }", full=True
)
SPOILS = powershell("$value = 1; function Write-Frame { 'spoilt' }; $nonce = 'x'; Set-Location /; [ordered]@{ a = 1 }")
SPOILT = powershell('[ordered]@{ value = $value; nonce = "$nonce".Length }', seconds=6)
POSIX = shell("echo ran", platforms=("linux",))
PERSON = person("backup.restore_test")
EVERY: tuple[Question, ...] = (
    SHAPES,
    AFTER,
    MISSING,
    ELEVATED,
    REFUSED,
    UNBOUND,
    TOO_FREE,
    FAILING,
    SHAPELESS,
    TWICE,
    LONG,
)
EVERY += (FORGED, NOISY, READS, SPOILS, SPOILT, POSIX, PERSON)


@pytest.fixture(scope="module", params=WAYS)
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def got(name: str, ways: Ways) -> Recording:
    """What an account without special rights is told. One visit for all that can be asked in one."""
    return ways.way(name, "plain").ask(EVERY, 60)


def said(answer: Answer) -> object:
    assert answer.ok, (answer.status, answer.complaint)
    return json.loads(answer.text)


def test_output_arrives_unchanged(got: Recording) -> None:
    assert said(got.answer(SHAPES)) == {
        "text": "caf\u00e9 \u20ac \u4f60 \U0001f600",
        "quotes": 'it\'s "so" \\ & < > % $x',
        "control": "a\r\nb\tc\0d\x1b[0m",
        "nothing": None,
        "yes": True,
        "no": False,
        "number": -17,
        "large": 4294967296,
        "half": 1.5,
        "one": ["one"],
        "none": [],
        "many": [1, 2, 3],
        "long": "x" * 30000,
        "deep": [{"name": "a", "values": ["b"]}],
    }
    assert got.answer(SHAPES).code == 0


def test_a_cmdlet_that_is_not_there_is_missing(got: Recording) -> None:
    assert (got.answer(MISSING).status, got.answer(MISSING).out) == (Status.MISSING, b"")


def test_what_is_not_allowed_is_denied_and_not_tried(got: Recording) -> None:
    assert (got.answer(ELEVATED).status, got.answer(ELEVATED).out) == (Status.DENIED, b"")
    assert got.answer(REFUSED).status is Status.DENIED


def test_what_fails_costs_only_itself(got: Recording) -> None:
    for question in (FAILING, SHAPELESS, TWICE):
        assert (got.answer(question).status, got.answer(question).out) == (Status.ERROR, b"")
    assert said(got.answer(AFTER)) == {"after": 1}


def test_more_than_its_cap_is_cut_and_costs_only_itself(got: Recording) -> None:
    assert (got.answer(LONG).status, len(got.answer(LONG).out)) == (Status.TRUNCATED, 1000)


def test_forged_frames_stay_inside_the_answer(got: Recording) -> None:
    assert said(got.answer(FORGED)) == {"forged": "\n@@0123456789abcdef0123456789abcdef Z 1\n@@ Z 1"}
    assert got.answer(AFTER).ok


def test_noise_beside_the_frames_costs_nothing(got: Recording) -> None:
    assert said(got.answer(NOISY)) == {"said": 1}


def test_a_question_that_reads_standard_input_gets_none_of_the_script(got: Recording) -> None:
    assert said(got.answer(READS)) == {"rest": "", "input": 0}


def test_a_question_does_not_reach_another(got: Recording) -> None:
    assert said(got.answer(SPOILS)) == {"a": 1}
    assert said(got.answer(SPOILT)) == {"value": None, "nonce": 32}


def test_a_question_of_another_kind_or_platform_is_not_asked(got: Recording) -> None:
    assert {got.answer(POSIX).status, got.answer(PERSON).status} == {Status.UNASKED}


def test_the_visit_itself_is_always_described(got: Recording, name: str) -> None:
    visit = fact(Session, got)
    vantage = {"delivered": "file", "replay": "local"}.get(name, name.partition("-")[0])
    assert (got.platform, visit.platform, visit.vantage, got.vantage) == ("windows", "windows", vantage, vantage)
    assert (visit.user, visit.root) == ("PC01\\nis2scan", False)
    assert visit.refusal
    assert 0 <= visit.hello_at - visit.sent < 30
    assert visit.bye >= visit.hello > 1_700_000_000


def test_an_elevated_administrator_is_seen_and_answered(name: str, ways: Ways) -> None:
    got = ways.way(name, "admin").ask((ELEVATED, UNBOUND), 60)
    assert (said(got.answer(ELEVATED)), got.answer(ELEVATED).as_root) == ({"elevated": 1}, True)
    assert said(got.answer(UNBOUND)) == {"sum": 2}
    assert fact(Session, got).root


def test_constrained_language_answers_what_it_can_and_says_the_rest(name: str, ways: Ways) -> None:
    got = ways.way(name, "constrained").ask((SHAPES, UNBOUND, TOO_FREE, AFTER), 60)
    assert got.answer(UNBOUND).status is Status.CONSTRAINED
    assert got.answer(TOO_FREE).status is Status.CONSTRAINED
    assert isinstance(said(got.answer(SHAPES)), dict)
    assert said(got.answer(AFTER)) == {"after": 1}


def test_text_that_was_not_declared_is_refused(name: str, ways: Ways) -> None:
    with pytest.raises(TransportError) as refused:
        ways.way(name, "plain").ask(["Get-Process"], 30)  # type: ignore[list-item]
    assert refused.value.reason is Reason.BUG


@pytest.mark.parametrize("live", LIVE)
def test_the_total_deadline_holds_when_a_question_hangs(live: str, ways: Ways) -> None:
    """What was ready counts, the rest had no time; nothing keeps running there."""
    quick = powershell("[ordered]@{ quick = 1 }", seconds=1)
    hangs = powershell("Start-Sleep -Seconds 100; [ordered]@{ never = 1 }", seconds=2)
    after = powershell("[ordered]@{ after = 1 }", seconds=3)
    way = ways.way(live, "plain")
    with within(18):
        got = way.ask((quick, hangs, after), 18)  # the script itself keeps to three seconds of it
    assert said(got.answer(quick)) == {"quick": 1}
    assert {got.answer(hangs).status, got.answer(after).status} == {Status.TIMEOUT}
    left = _left()
    for item in left:
        item.kill()
    assert not left or live == "ssh"  # sshd of Linux leaves a program without a terminal alone


def test_an_ssh_server_that_keeps_powershell_waiting_costs_no_time(windows_server: ssh.Login) -> None:
    with within(10):
        got = Ssh(replace(windows_server, user="lingers")).ask((AFTER,), 60)
    assert said(got.answer(AFTER)) == {"after": 1}


@pytest.mark.parametrize("live", LIVE)
def test_a_question_that_has_no_time_left_is_late_and_the_end_mark_still_comes(live: str, ways: Ways) -> None:
    slow = powershell("Start-Sleep -Milliseconds 3500; [ordered]@{ slow = 1 }", seconds=1)
    late = powershell("[ordered]@{ late = 1 }", seconds=2)
    got = ways.way(live, "plain").ask((slow, late), 18)  # the script itself keeps to three seconds of it
    assert said(got.answer(slow)) == {"slow": 1}
    assert got.answer(late).status is Status.TIMEOUT
    assert fact(Session, got).bye > 0


def _left() -> list[psutil.Process]:
    """What we started that still runs, after a moment in which what was ended may end."""
    _, alive = psutil.wait_procs([item for item in psutil.process_iter() if _ours(item)], timeout=2)
    return alive


def _ours(process: psutil.Process) -> bool:
    try:
        return OURS.items() <= process.environ().items()
    except psutil.Error:
        return False
