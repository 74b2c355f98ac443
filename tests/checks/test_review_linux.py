"""What a hostile reading of the Linux checks found: passes that were none, and faults that were none."""

from __future__ import annotations

import pytest

from nis2scan.api import Finding, Outcome
from nis2scan.facts.linux.log_forwarding import RULES
from nis2scan.facts.linux.services import COMMS
from nis2scan.facts.linux.system import MACHINE, OS_RELEASE
from nis2scan.testing import NOON, answered, only, recording

P, W, F, N, Q = Outcome.PASS, Outcome.WARN, Outcome.FAIL, Outcome.NOT_APPLICABLE, Outcome.NOT_ASSESSED
NOW = int(NOON.timestamp())
SYSTEM = (answered(OS_RELEASE, "ID=debian\n"), answered(MACHINE, f"kernel=6.1.0\npid1=systemd\nnow={NOW}\n"))


# ---- which lines leave (LOG-ANY-003) -----------------------------------------------------------


def sending(*rules: str, daemon: str = "rsyslog", runs: str = "rsyslogd") -> Finding:
    files = "".join(f"==/etc/{daemon}.d/{n}.conf\n{text}\n" for n, text in enumerate(rules))
    told = answered(RULES, f"me=web.example.nl\nme=192.0.2.10\n{files}==end\n")
    return only("logging/logs-leave-machine", recording(told, answered(COMMS, f"systemd\n{runs}\n.\n"), *SYSTEM))


ACTION = 'action(type="omfwd" target="loghost" protocol="tcp")'


@pytest.mark.parametrize(
    "rule",
    [
        "*.*;auth,authpriv.none @@loghost",  # the selector of Debian's own syslog file
        "*.emerg @@loghost",
        "auth.err @@loghost",
        "mail.*\t/var/log/mail.log\n& @@loghost",
        ':programname, isequal, "haproxy" /var/log/haproxy.log\n& @@loghost\n& stop',
        f"if $programname == 'nginx' then {{\n    {ACTION}\n    stop\n}}",
        f"if $programname == 'nginx' then\n    {ACTION}",
        f"if ($programname == 'nginx') then {{ {ACTION} }}",
        f'input(type="imtcp" port="514" ruleset="far")\nruleset(name="far") {{\n  {ACTION}\n}}',
        "mail.* {\n  @@loghost\n}",
        "*.*;auth,authpriv.!info @@loghost",
    ],
)
def test_a_rule_that_leaves_out_logons_does_not_pass(rule: str) -> None:
    assert sending(rule).outcome is W


@pytest.mark.parametrize(
    "rule",
    [
        "*.*;mail.none @@loghost",
        "*.info;mail.none;cron.none @@loghost",
        "mail.* @@mailhost\n*.* @@loghost",
        "auth,authpriv.* /var/log/auth.log\n& @@loghost",
        f"if $syslogfacility-text == 'authpriv' then {{\n  {ACTION}\n}}",
        f'ruleset(name="far") {{\n  {ACTION}\n}}\n*.* call far',
        f"if $programname == 'nginx' then {{\n  stop\n}}\n{ACTION}",
        'template(name="t" type="string" string="{%msg%")\n*.* @@loghost',
        '*.* action(type="omfwd"\n  target="loghost"\n  protocol="tcp")',
    ],
)
def test_a_rule_that_takes_logons_along_passes(rule: str) -> None:
    assert sending(rule).outcome is P


def test_a_ruleset_may_be_called_in_another_file() -> None:
    assert sending(f'ruleset(name="far") {{\n  {ACTION}\n}}', "*.* call far").outcome is P


NET = 'destination d_net { network("loghost" port(6514) transport("tls")); };'


@pytest.mark.parametrize(
    ("path", "outcome"),
    [
        ("log { source(s_src); destination(d_net); };", P),
        ("log { source(s_src); filter(f_mail); destination(d_net); };", W),
        ("log { source(s_src); filter(f_rest); destination(d_net); };", W),
        ("log { source(s_src); filter(f_auth); destination(d_net); };", P),
        ("log { source(s_src); filter(f_all); destination(d_net); };", P),
        ("log { source(s_src); filter { program(nginx); }; destination(d_net); };", W),
        ('log { source(s_src); destination { network("loghost"); }; };', P),
    ],
)
def test_a_filter_of_syslog_ng_decides_which_lines_leave(path: str, outcome: Outcome) -> None:
    filters = (
        "filter f_mail { facility(mail); };\nfilter f_rest { not facility(auth, authpriv); };\n"
        "filter f_auth { facility(auth, authpriv); };\nfilter f_all { level(info..emerg); };"
    )

    assert sending(f"{NET}\n{filters}\n{path}", daemon="syslog-ng", runs="syslog-ng").outcome is outcome


def test_a_destination_of_syslog_ng_may_be_used_in_another_file() -> None:
    path = "log { source(s_src); destination(d_net); };"

    assert sending(NET, path, daemon="syslog-ng", runs="syslog-ng").outcome is P


@pytest.mark.parametrize("agent", ["vector", "alloy", "osqueryd", "grafana-agent"])
def test_an_agent_that_may_only_send_figures_is_no_proof(agent: str) -> None:
    found = sending("", runs=f"rsyslogd\n{agent}")

    assert found.outcome is W
    assert sending("*.* @@loghost", runs=f"rsyslogd\n{agent}").outcome is P
    assert sending("=unreadable", runs=agent).outcome is Q
