"""Logs that leave the machine, time synchronisation, our own logon in the log, and the log volume."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from nis2scan.api import Confidence, Finding, Outcome, Reason, Recording, Severity, Status
from nis2scan.facts.linux.log_forwarding import RULES
from nis2scan.facts.linux.services import COMMS
from nis2scan.facts.linux.system import MACHINE, OS_RELEASE
from nis2scan.facts.linux.time_sync import TIME, TimeSources
from nis2scan.testing import NOON, answered, fact, only, recording

P, W, F, N, Q = Outcome.PASS, Outcome.WARN, Outcome.FAIL, Outcome.NOT_APPLICABLE, Outcome.NOT_ASSESSED
NOW = int(NOON.timestamp())


def system(kind: str = "", pid1: str = "systemd") -> list[object]:
    return [answered(OS_RELEASE, "ID=debian\n"), answered(MACHINE, f"kernel=6.1.0\npid1={pid1}\n{kind}now={NOW}\n")]


SHELLS = [["dash"], ["bash", "--posix"], ["busybox", "sh"], ["mksh"]]
every_shell = pytest.mark.parametrize("shell", SHELLS, ids=lambda words: words[0])


def put(text: str, shell: list[str]) -> str:
    """What a real shell prints for the text of a question; its folders may have been moved."""
    if shutil.which(shell[0]) is None:
        pytest.skip(f"{shell[0]} is not on this machine")
    setting = {"LC_ALL": "C", "TZ": "UTC0", "PATH": os.environ["PATH"] + ":/usr/sbin:/sbin"}
    done = subprocess.run([*shell, "-s"], input=text, capture_output=True, text=True, env=setting)
    assert done.returncode == 0, done.stderr
    return done.stdout


# ---- logs leave the machine --------------------------------------------------------------------

LEAVE = "logging/logs-leave-machine"


def sending(
    rules: str | None = "", *, path: str = "/etc/rsyslog.d/r.conf", runs: str = "rsyslogd", **machine: str
) -> Finding:
    told = f"me=web.example.nl\nme=192.0.2.10\nme=127.0.0.1\n=={path}\n{rules}\n==end\n"
    said = answered(RULES, told) if rules is not None else answered(RULES, status=Status.DENIED)
    return only(LEAVE, recording(said, answered(COMMS, f"systemd\n{runs}\n.\n"), *system(**machine)))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "rule", ["*.* @@loghost", 'action(type="omrelp" target="loghost")', "auth,authpriv.* @@loghost"]
)
def test_a_rule_for_the_lines_about_logons_passes(rule: str) -> None:
    found = sending(rule)

    assert (found.outcome, found.confidence) == (P, Confidence.MEASURED)
    assert str(found.found) == "rsyslogd sends to loghost"


def test_udp_passes_and_says_that_lines_can_get_lost() -> None:
    found = sending("*.* @loghost")

    assert found.outcome is P
    assert "UDP" in str(found.found)


def test_an_agent_that_runs_passes_as_derived() -> None:
    found = sending("", runs="wazuh-agentd")

    assert (found.outcome, found.confidence) == (P, Confidence.DERIVED)
    assert "Wazuh" in str(found.found)


def test_an_agent_that_runs_passes_without_sight_of_the_rules() -> None:
    assert sending(None, runs="filebeat").outcome is P


def test_only_the_lines_of_mail_is_a_warning() -> None:
    found = sending("mail.* @@loghost")

    assert found.outcome is W
    assert "logons" in str(found.found)


@pytest.mark.parametrize("rule", ["", "*.* @@localhost", "*.* @192.0.2.10", "# *.* @@loghost", "*.* @@web"])
def test_a_server_that_sends_nothing_fails_and_that_is_high(rule: str) -> None:
    found = sending(rule.partition("#")[0])

    assert (found.outcome, found.severity) == (F, Severity.HIGH)


def test_a_workstation_that_sends_nothing_is_a_warning() -> None:
    for kind in ("power=Battery\n", "desktop=yes\n"):
        assert (sending(kind=kind).outcome, sending(kind=kind).severity) == (W, Severity.LOW)


def test_a_rule_of_a_daemon_that_does_not_run_sends_nothing() -> None:
    assert sending("*.* @@loghost", runs="sshd").outcome is F


def test_rules_that_cannot_be_read_are_not_assessed() -> None:
    assert (sending(None).outcome, sending(None).reason) == (Q, Reason.NO_PRIVILEGE)
    assert sending("=unreadable").outcome is Q


def test_without_sight_of_processes_nothing_is_judged() -> None:
    box: Recording = recording(answered(RULES, "me=a\n==end\n"), *system())  # type: ignore[arg-type]

    assert only(LEAVE, box).outcome is Q


def test_an_application_container_sends_by_its_machine() -> None:
    assert sending(kind="container=docker\n", pid1="nginx").outcome is N
    assert sending(kind="container=lxc\n").outcome is F


# ---- time synchronisation ----------------------------------------------------------------------
# The rows of chronyc 4.3 and ntpq 1.2.2 were printed by the real tools, beside daemons in a network of their own.

TRACKING = "7F000001,127.0.0.1,4,{at}.016238448,-0.000001631,0.000000042,0.000000393,-0.013,0.000,0.216,0.000006350,"
FOLLOWS = f"chrony={TRACKING.format(at=NOW - 64)}0.000001037,0.5,Normal\n"
LOST = f"chrony={TRACKING.format(at=NOW - 90000)}0.000001037,0.5,Normal\n"
NEVER = (
    "chrony=00000000,,0,0.000000000,0.000000000,0.000000000,0.000000000,0.000,0.000,0.000,"
    "1.000000000,1.000000000,0.0,Not synchronised\n"
)
ALONE = (
    f"chrony=7F7F0101,,3,{NOW - 2}.064921334,0.000000000,0.000000000,0.000000000,0.000,0.000,0.000,"
    "0.000000000,0.000000000,0.0,Normal\n"
)


def kept_by(said: str, runs: str = "", **machine: str) -> Finding:
    told = answered(TIME, f"now={NOW}\n{said}end=\n")
    box = recording(told, answered(COMMS, f"systemd\n{runs}\n.\n"), *system(**machine))  # type: ignore[arg-type]
    return only("logging/time-synchronised", box)


@pytest.mark.parametrize(
    ("said", "runs", "outcome"),
    [
        (FOLLOWS, "chronyd", P),
        (LOST, "chronyd", W),
        (NEVER, "chronyd", W),
        (ALONE, "chronyd", W),
        ("", "chronyd", Q),
        ("chrony=garbled\n", "chronyd", Q),
        (f"timesyncd={NOW - 2048}\n", "systemd-timesyn", P),
        (f"timesyncd={NOW - 90000}\n", "systemd-timesyn", W),
        ("timesyncd=never\n", "systemd-timesyn", W),
        ("", "systemd-timesyn", Q),
        ("ntpd=leap=00, stratum=3, refid=192.0.2.1\n", "ntpd", P),
        ("ntpd=leap=11, stratum=16, refid=INIT\n", "ntpd", W),
        ("ntpd=leap=00, stratum=6, refid=LOCAL(0)\n", "ntpd", W),
        ("ntpd=\n", "ntpd", Q),
        ("kernel=1\n", "ntpd", P),
        ("kernel=64\n", "ntpd", W),
        ("kernel=1\n", "chronyd", Q),
        ("timesyncd=never\n" + FOLLOWS, "systemd-timesyn\nchronyd", P),
    ],
)
def test_a_daemon_that_runs_must_follow_a_source(said: str, runs: str, outcome: Outcome) -> None:
    assert kept_by(said, runs).outcome is outcome


@pytest.mark.parametrize("said", ["", FOLLOWS, f"timesyncd={NOW - 60}\n", "kernel=1\n"])
def test_without_a_daemon_nothing_keeps_the_clock(said: str) -> None:
    assert kept_by(said).outcome is F


def test_a_planned_job_is_a_warning_and_so_is_a_hypervisor_that_may() -> None:
    job = kept_by("job=/etc/cron.daily/ntpdate\n")

    assert job.outcome is W
    assert "/etc/cron.daily/ntpdate" in str(job.found)
    assert kept_by("", "vmtoolsd").outcome is W


def test_whose_clock_is_set_by_another_is_not_applicable() -> None:
    assert kept_by("hypervisor=yes\n").outcome is N
    assert kept_by("", kind="container=lxc\n").outcome is N


def test_hidden_processes_and_a_cut_answer_are_not_assessed() -> None:
    whole, cut = answered(TIME, f"now={NOW}\n{FOLLOWS}end=\n"), answered(TIME, f"now={NOW}\n{FOLLOWS}")
    hidden, seen = answered(COMMS, "chronyd\nhidden\n"), answered(COMMS, "chronyd\n.\n")

    for box in (recording(whole, hidden, *system()), recording(cut, seen, *system())):  # type: ignore[arg-type]
        assert only("logging/time-synchronised", box).outcome is Q


@every_shell
def test_marks_and_jobs_are_found_where_they_lie(shell: list[str], tmp_path: Path) -> None:
    """The question with its folders moved: real shells over real files."""
    (tmp_path / "run").mkdir()
    (tmp_path / "bus").mkdir()
    (tmp_path / "cron").mkdir()
    (tmp_path / "bus" / "class_id").write_text("{9527e630-d0ae-497b-adce-e80ab0175caf}\n")
    (tmp_path / "cron" / "a").write_text("# 0 4 * * * root ntpdate pool\n")
    (tmp_path / "cron" / "b").write_text("0 4 * * * root /usr/sbin/ntpdate -s pool\n")
    (tmp_path / "cron" / "c").write_text("0 4 * * *\troot\tchronyd -q\n")
    (tmp_path / "cron" / "d").write_text("0 4 * * * root /usr/bin/ntpdated\n")
    moved = TIME.text.replace("/run/systemd/timesync", f"{tmp_path}/run").replace("/etc/cron.d", f"{tmp_path}/cron")
    moved = moved.replace("/sys/bus/vmbus/devices/*", f"{tmp_path}/bus")

    before = put(moved, shell)
    (tmp_path / "run" / "synchronized").touch()
    box = recording(answered(TIME, after := put(moved, shell)))

    assert "timesyncd=never" in before
    found = fact(TimeSources, box)
    assert (found.timesyncd, found.hypervisor) == (True, True)
    assert {f"{tmp_path}/cron/b", f"{tmp_path}/cron/c"} == {job for job in found.jobs if str(tmp_path) in job}
    assert after.startswith("now=")
