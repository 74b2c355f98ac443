"""What a hostile reading of the Linux checks found: passes that were none, and faults that were none."""

from __future__ import annotations

import time
from datetime import timedelta
from pathlib import Path

import pytest

from nis2scan.api import Finding, Outcome
from nis2scan.facts.linux.accounts import ACCOUNTS, SHADOW
from nis2scan.facts.linux.databases import DATABASES
from nis2scan.facts.linux.held_back import HELD
from nis2scan.facts.linux.listeners import LISTENERS
from nis2scan.facts.linux.log_forwarding import RULES
from nis2scan.facts.linux.logins import ACCOUNT_DAYS, LOGINS, SSH_LOGINS
from nis2scan.facts.linux.longer_support import LONGER
from nis2scan.facts.linux.other_jobs import OTHER_JOBS
from nis2scan.facts.linux.package_sources_rpm import INI_SOURCES
from nis2scan.facts.linux.pam import PAM, PamAuth
from nis2scan.facts.linux.samba import SAMBA
from nis2scan.facts.linux.services import COMMS
from nis2scan.facts.linux.ssh_admins import SSHD_ADMINS
from nis2scan.facts.linux.ssh_keys import SSH_KEYS
from nis2scan.facts.linux.sshd import SSHD
from nis2scan.facts.linux.sudo import RIGHTS
from nis2scan.facts.linux.system import MACHINE, OS_RELEASE
from nis2scan.testing import NOON, answered, fact, findings, only, recording

RECORDED = Path(__file__).parent.parent / "recorded" / "linux"
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


# ---- paid longer support that is in force (UPD-ANY-002) ----------------------------------------

PRO = '"status": "active"\n"expires": "{until}T00:00:00+00:00"\n"name": "esm-infra"\n"status": "{infra}"\n'


@pytest.mark.parametrize(
    ("version", "until", "infra", "outcome"),
    [
        ("20.04", "9999-12-31", "enabled", W),
        ("20.04", "9999-12-31", "disabled", F),
        ("20.04", "2026-11-01", "enabled", F),
        ("16.04", "9999-12-31", "enabled", F),  # that has ended too
        ("24.04", "9999-12-31", "enabled", P),
    ],
)
def test_ubuntu_pro_in_force_is_longer_support(version: str, until: str, infra: str, outcome: Outcome) -> None:
    release = answered(OS_RELEASE, f'ID=ubuntu\nVERSION_ID="{version}"\n')
    pro = answered(LONGER, f"now {NOW}\n{PRO.format(until=until, infra=infra)}end\n")

    assert only("updates/system-supported", recording(release, pro)).outcome is outcome


def test_longer_support_that_was_not_read_proves_nothing() -> None:
    release = answered(OS_RELEASE, 'ID=ubuntu\nVERSION_ID="20.04"\n')
    cut = answered(LONGER, f"now {NOW}\n{PRO.format(until='9999-12-31', infra='enabled')}")

    assert only("updates/system-supported", recording(release, cut)).outcome is F
    assert only("updates/system-supported", recording(release)).outcome is F


# ---- accounts that are used without a login (ACC-LNX-004) --------------------------------------


ANNA = "root:x:0:0::/root:/bin/bash\nanna:x:1000:1000::/home/anna:/bin/bash\n==groups\nroot:x:0:\nanna:x:1000:\n==end\n"


def dormant(days: int, *programs: str) -> Finding:
    when = f"{NOON - timedelta(days=days):%b %d %H:%M:%S %Y}"
    today = f"{NOON:%b %d %H:%M:%S %Y}"
    return only(
        "access/dormant-accounts",
        recording(
            answered(ACCOUNTS, ANNA),
            answered(SHADOW, "root:locked\nanna:set\n==end\n", as_root=True),
            answered(ACCOUNT_DAYS, "root::\nanna:1000:\n==end\n", as_root=True),
            answered(LOGINS, f"login={today} root\nlogin={when} anna\nbegins={when}\nend=logins\n", as_root=True),
            answered(SSH_LOGINS, "end=accepted\n", as_root=True),
            answered(COMMS, "".join(f"{name}\n" for name in ("systemd", *programs)) + ".\n"),
        ),
    )


@pytest.mark.parametrize("program", ["smbd", "dovecot", "vsftpd"])
def test_who_may_only_use_files_or_mail_is_asked_about_not_failed(program: str) -> None:
    found = dormant(300, program)

    assert found.outcome is W
    assert "anna" in str(found.found)
    assert dormant(300).outcome is F
    assert dormant(30, program).outcome is P


# ---- pins on everything (UPD-LNX-006) ----------------------------------------------------------


def pinned(*pins: tuple[str, int]) -> Outcome:
    stanzas = "".join(f"Package: *\nPin: {pin}\nPin-Priority: {priority}\n.\n" for pin, priority in pins)
    told = f"==dpkg\n==pins /etc/apt/preferences.d/own\n{stanzas}==end\n"
    return only("updates/nothing-held-back", recording(answered(HELD, told))).outcome


@pytest.mark.parametrize(
    "pins",
    [
        [("origin security.ubuntu.com", -1)],
        [('origin "security.debian.org"', 100)],
        [("release o=Debian", -10)],
        [("release a=stable", 900), ("release o=Debian", -10)],  # fixes are in stable-security, not in stable
        [("release *", 50)],
    ],
)
def test_a_pin_on_everything_that_shuts_out_fixes_fails(pins: list[tuple[str, int]]) -> None:
    assert pinned(*pins) is F


@pytest.mark.parametrize(
    "pins",
    [
        [("origin packages.example.org", 1)],
        [("release o=Debian", 990)],
        [("release o=LP-PPA-mozillateam", 1001)],
        [("release a=bookworm-backports", 100)],
        [("release a=stable-security", 900), ("release a=stable", 900), ("release o=Debian", -10)],
        [("release o=Debian,a=unstable", 50)],
    ],
)
def test_a_pin_that_leaves_fixes_alone_passes(pins: list[tuple[str, int]]) -> None:
    assert pinned(*pins) is P


# ---- databases and copies elsewhere (BAK-LNX-005, BAK-ANY-004) ---------------------------------


def test_an_empty_folder_does_not_show_that_a_database_that_runs_is_empty() -> None:
    """The package leaves /var/lib/mysql behind; the data may be on /srv, or in the volume of a container."""
    host = recording(answered(DATABASES, "own mysql 0\nsight full\nend\n"), answered(COMMS, "systemd\nmariadbd\n.\n"))

    assert only("backup/databases-dumped", host).outcome is Q


@pytest.mark.parametrize(("target", "outcome"), [("cloud s3 ", Q), ("cloud cloud ", P), ("cloud s3 0a1b2c3d", P)])
def test_storage_of_the_kind_s3_without_its_host_may_stand_in_the_building(target: str, outcome: Outcome) -> None:
    """`duplicity --s3-endpoint-url http://192.168.1.9:9000 /srv boto3+s3://bucket`: the question prints no host."""
    told = f"cron duplicity backup\ntarget duplicity {target}\nstamp duplicity 20261124T020000Z\nsight full\nend\n"
    host = recording(answered(OTHER_JOBS, told))
    (found,) = [item for item in findings("backup/copy-off-site", host) if item.subject == "host"]

    assert found.outcome is outcome


# ---- sources of fixes (UPD-LNX-004) ------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "version", "source", "outcome"),
    [
        ("opensuse-leap", "16.0", "openSUSE:repo-oss", Q),  # one source for everything; fixes are not told apart
        ("sles", "16.0", "SLE-Product-SLES-16.0", Q),
        ("opensuse-leap", "15.6", "repo-oss", F),
        ("opensuse-leap", "15.6", "repo-sle-update", P),
        ("sles", "15.6", "Basesystem_Module:SLE-Module-Basesystem15-SP6-Pool", F),
        ("fedora", "43", "fedora", F),
    ],
)
def test_a_release_with_one_source_for_everything_does_not_fail(
    kind: str, version: str, source: str, outcome: Outcome
) -> None:
    folder = "/etc/yum.repos.d" if kind == "fedora" else "/etc/zypp/repos.d"
    told = answered(INI_SOURCES, f"==file {folder}/a.repo\n[{source}]\nenabled=1\ngpgcheck=1\n==end\n")
    release = answered(OS_RELEASE, f'ID={kind}\nVERSION_ID="{version}"\n')

    assert only("updates/package-sources-trusted", recording(told, release)).outcome is outcome


# ---- administrators of a directory (MFA-LNX-002) -----------------------------------------------

SETTINGS = """usepam yes
permitrootlogin no
pubkeyauthentication yes
gssapiauthentication no
hostbasedauthentication no
passwordauthentication no
kbdinteractiveauthentication no
trustedusercakeys none
authorizedkeyscommand none
authorizedkeysfile .ssh/authorized_keys
pubkeyacceptedalgorithms sk-ssh-ed25519@openssh.com,ssh-ed25519
authenticationmethods any
"""


def admins(group: str, rule: str, *programs: str) -> Outcome:
    """anna has a security key; others may come from a directory."""
    views = "".join(
        f"view={place} {user}\n{SETTINGS}" for user in ("root", "anna") for place in ("198.51.100.1", "192.168.7.2")
    )
    keys = (
        "authorizedkeyscommand none\nauthorizedkeysfile .ssh/authorized_keys\nuser=anna\n"
        "key=sk-ssh-ed25519@openssh.com \n.\nseen=256 SHA256:x (ED25519-SK)\nend=keys\n"
    )
    sudoers = f"==sudo\n==file /etc/sudoers\n%admin ALL=(ALL) ALL\n%sudo ALL=(ALL:ALL) ALL\n{rule}\n"
    host = recording(
        answered(SSHD_ADMINS, f"{views}end=admins\n", as_root=True),
        answered(SSH_KEYS, keys, as_root=True),
        answered(PAM, (RECORDED / "pam-debian12.txt").read_text()),
        answered(SHADOW, "root:locked\nanna:set\n==end\n", as_root=True),
        answered(RIGHTS, f"{sudoers}==start /etc/sudoers\n==end\n", as_root=True),
        answered(LISTENERS, 'tcp LISTEN 0 128 0.0.0.0:22 0.0.0.0:* users:(("sshd",pid=7,fd=3))\nend=ss\n'),
        answered(ACCOUNTS, ANNA.replace("anna:x:1000:\n==", f"anna:x:1000:\nsudo:x:27:{group}\n==")),
        answered(SSHD, (RECORDED / "sshd-keys-only.txt").read_text()),
        answered(COMMS, "".join(f"{name}\n" for name in ("systemd", *programs)) + ".\n"),
    )
    return only("mfa/admin-second-factor", host).outcome


@pytest.mark.parametrize(
    ("group", "rule", "program", "outcome"),
    [
        ("anna", "", "sssd", P),
        ("anna,jan@office.example", "", "sssd", Q),
        ("anna", r"%domain\ admins ALL=(ALL) ALL", "winbindd", Q),
        ("anna", "jan@office.example ALL=(ALL) ALL", "sssd", Q),
        ("anna,gone", "%nobody-knows ALL=(ALL) ALL", "cron", P),  # without a directory these are nobody
    ],
)
def test_who_a_directory_makes_administrator_is_not_overlooked(
    group: str, rule: str, program: str, outcome: Outcome
) -> None:
    assert admins(group, rule, program) is outcome


# ---- pam_faillock (ACC-LNX-005) ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("lines", "deny"),
    [
        (("required pam_faillock.so preauth deny=5",), 0),  # it looks at a count that nobody keeps
        (("required pam_faillock.so preauth deny=5", "[default=die] pam_faillock.so authfail deny=5"), 5),
        (("[default=die] pam_faillock.so authfail",), 3),
    ],
)
def test_pam_faillock_locks_only_where_it_counts(lines: tuple[str, ...], deny: int) -> None:
    head, own = "file=/etc/pam.d/sshd\n", "".join(f"/etc/pam.d/sshd:auth {line}\n" for line in lines)
    pam = (RECORDED / "pam-debian12.txt").read_text().replace(head, head + own)

    assert fact(PamAuth, recording(answered(PAM, pam))).deny == deny


# ---- who gives out files (ACC-LNX-007) ---------------------------------------------------------

SHARES = "[global]\n[office]\n\tpath = /srv/office\n\tread only = No\nend=samba\n"


@pytest.mark.parametrize(("program", "asked"), [("smbd", False), ("ksmbd.mountd", True)])
def test_settings_of_samba_say_nothing_of_the_server_in_the_kernel(program: str, asked: bool) -> None:
    """A socket of the kernel has no program; one whose program is hidden from this user looks the same."""
    host = recording(
        answered(LISTENERS, "tcp LISTEN 0 128 0.0.0.0:445 0.0.0.0:*\nend=ss\n"),
        answered(SAMBA, SHARES),
        answered(COMMS, f"systemd\n{program}\n.\n"),
    )
    found = {item.subject: item.outcome for item in findings("access/file-shares", host)}

    assert found.get("") is (Q if asked else None)


@pytest.mark.parametrize(
    "text", ["{" * 100_000 + "\n*.* @@h", '"' * 100_000, "x" + " " * 100_000 + "x", "/*" * 50_000, 'action("' * 12_000]
)
@pytest.mark.parametrize("daemon", ["rsyslog", "syslog-ng"])
def test_settings_made_to_take_for_ever_do_not(text: str, daemon: str) -> None:
    """Before, the first of these took minutes."""
    began = time.process_time()
    sending(text, daemon=daemon)

    assert time.process_time() - began < 5
