"""Logs that leave the machine, time synchronisation, our own logon in the log, and the log volume."""

from __future__ import annotations

import pytest

from nis2scan.api import Confidence, Finding, Outcome, Reason, Recording, Severity, Status
from nis2scan.facts.linux.log_forwarding import RULES
from nis2scan.facts.linux.services import COMMS
from nis2scan.facts.linux.system import MACHINE, OS_RELEASE
from nis2scan.testing import NOON, answered, only, recording

P, W, F, N, Q = Outcome.PASS, Outcome.WARN, Outcome.FAIL, Outcome.NOT_APPLICABLE, Outcome.NOT_ASSESSED
NOW = int(NOON.timestamp())


def system(kind: str = "", pid1: str = "systemd") -> list[object]:
    return [answered(OS_RELEASE, "ID=debian\n"), answered(MACHINE, f"kernel=6.1.0\npid1={pid1}\n{kind}now={NOW}\n")]


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
