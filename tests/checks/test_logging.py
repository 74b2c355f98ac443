"""Clocks, and where and how long Linux hosts keep their logs.

This machine runs no journald: what journalctl prints and complains is written after its documentation and source
(systemd 252). The answers about files, settings and rules have the shape that the questions print here.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from nis2scan.api import SESSION, CannotTell, Finding, Outcome, Question, Reason, Recording, Severity, Status
from nis2scan.facts.linux.log_forwarding import RULES
from nis2scan.facts.linux.log_history import FIRST_LINES, JOURNAL, LogHistory
from nis2scan.facts.linux.logs import KEPT, Logs
from nis2scan.facts.linux.mounts import MOUNTS
from nis2scan.facts.linux.services import COMMS
from nis2scan.facts.linux.system import MACHINE, OS_RELEASE
from nis2scan.facts.log_forwarding import LogForwarding
from nis2scan.testing import NOON, answered, fact, findings, only, recording

CLOCK, SURVIVE, HISTORY = "logging/clock-skew", "logging/logs-survive-reboot", "logging/log-history"
P, W, F, N, Q = Outcome.PASS, Outcome.WARN, Outcome.FAIL, Outcome.NOT_APPLICABLE, Outcome.NOT_ASSESSED
NOW = int(NOON.timestamp())
DAY = 86400


# ---- clocks ------------------------------------------------------------------------------------


def visited(ahead: float, *, travel: float = 0.2, vantage: str = "ssh", name: str = "host") -> Recording:
    """A host whose clock is so many seconds ahead, as the collector writes it down."""
    said = {
        "platform": "linux",
        "vantage": vantage,
        "user": "nis2scan",
        "uid": 1000,
        "root": False,
        "refusal": "",
        "sent": NOW,
        "hello": round(NOW + travel / 2 + ahead - 0.5),
        "hello_at": NOW + travel,
        "bye": NOW + 9,
        "bye_at": NOW + 9,
    }
    return recording(answered(SESSION, json.dumps(said)), host=name, vantage=vantage)


@pytest.mark.parametrize(
    ("ahead", "outcome"),
    [(0, P), (59, P), (-59, P), (62, W), (-62, W), (299, W), (302, F), (-302, F), (86400, F)],
)
def test_a_clock_is_judged_by_its_distance_to_ours(ahead: int, outcome: Outcome) -> None:
    assert only(CLOCK, visited(ahead)).outcome is outcome


def test_a_line_too_slow_to_compare_clocks_over_is_not_assessed() -> None:
    finding = only(CLOCK, visited(500, travel=70))

    assert (finding.outcome, finding.reason) == (Q, Reason.OUT_OF_VANTAGE)


def test_this_machine_itself_is_not_applicable_and_a_delivered_file_is_not_assessed() -> None:
    assert only(CLOCK, visited(0, vantage="local")).outcome is N
    assert only(CLOCK, visited(0, vantage="file")).reason is Reason.OUT_OF_VANTAGE


def test_three_hosts_that_agree_against_the_scanner_are_all_not_assessed() -> None:
    hosts = [visited(ahead, name=f"h{ahead}") for ahead in (118, 120, 121)]

    found = findings(CLOCK, *hosts)

    assert [item.outcome for item in found] == [Q, Q, Q]
    assert "scanner" in str(found[0].found)


def test_two_hosts_and_a_single_bad_one_do_not_speak_against_the_scanner() -> None:
    pair = findings(CLOCK, visited(120, name="a"), visited(121, name="b"))
    odd_one = findings(CLOCK, *(visited(ahead, name=f"h{ahead}") for ahead in (0, 1, 4000)))

    assert [item.outcome for item in pair] == [W, W]
    assert sorted(item.outcome for item in odd_one) == sorted([P, P, F])


# ---- kept over a restart -----------------------------------------------------------------------

SIGHT = f"now={NOW}\nprocesses=yes\nfolder=yes\n"
MAIN = "settings=/etc/systemd/journald.conf\n"
JOURNALD = "journald=yes\n"
FOLDER = "journal_folder=yes\n"
DISK = "30 1 8:2 / / rw,relatime shared:1 - ext4 /dev/sda2 rw\n"
RAM = DISK + "31 30 0:40 / /var/log rw,relatime shared:2 - tmpfs tmpfs rw\n"
OVERLAY = "30 1 0:45 / / rw,relatime - overlay overlay rw upperdir={upper}\n"


def file(path: str, days: float, size: int = 4096) -> str:
    return f"file={int(NOW - days * DAY)} {size} /var/log/{path}\n"


def system(kind: str = "", age: int | None = 1000, pid1: str = "systemd") -> list[object]:
    installed = f"installed={NOW - age * DAY}\n" if age is not None else ""
    machine = f"kernel=6.1.0-26-amd64\npid1={pid1}\n{kind}now={NOW}\n{installed}"
    return [answered(OS_RELEASE, "ID=debian\n"), answered(MACHINE, machine)]


def keeping(kept: str, mounts: str = DISK, **machine: object) -> Recording:
    told = (answered(KEPT, f"{kept}real=/var/log\nend=\n"), answered(MOUNTS, mounts + "end\n"))
    return recording(*told, *system(**machine))  # type: ignore[arg-type]


def survives(kept: str, mounts: str = DISK, **machine: object) -> Finding:
    return only(SURVIVE, keeping(kept, mounts, **machine))


RSYSLOG = "daemon=rsyslogd\n"


@pytest.mark.parametrize(
    ("kept", "outcome"),
    [
        (JOURNALD + MAIN + FOLDER, P),
        (JOURNALD + MAIN + "storage=persistent\n", P),
        (JOURNALD + MAIN, F),
        (JOURNALD + MAIN + "storage=volatile\n" + FOLDER, F),
        (JOURNALD + MAIN + "storage=none\n" + FOLDER, F),
        (JOURNALD + MAIN + "storage=\n" + FOLDER, P),
        (MAIN + FOLDER, F),
        (JOURNALD + MAIN + RSYSLOG + file("secure", 0.1), P),
        (RSYSLOG + file("auth.log", 1.9), P),
        (RSYSLOG + file("auth.log", 2.1), F),
        (file("auth.log", 0.1), F),
        ("daemon=syslogd\n" + file("messages", 0.1), P),
        ("ring=yes\n", F),
        ("", F),
    ],
    ids=[
        "auto with the folder",
        "persistent",
        "auto without the folder",
        "volatile, whatever the folder",
        "none, whatever the folder",
        "an empty setting is the default",
        "a folder but no journald",
        "volatile journald, but rsyslog writes",
        "rsyslog wrote yesterday",
        "rsyslog wrote nothing for two days",
        "a fresh file but no daemon",
        "busybox syslogd",
        "busybox syslogd with a ring in memory",
        "nothing at all",
    ],
)
def test_logs_are_kept_when_somebody_writes_them_to_disk(kept: str, outcome: Outcome) -> None:
    assert survives(SIGHT + kept).outcome is outcome


def test_a_drop_in_wins_and_one_in_etc_hides_its_namesake() -> None:
    # Raspberry Pi OS ships such a drop-in.
    volatile = "settings=/usr/lib/systemd/journald.conf.d/40-rpi-volatile-storage.conf\nstorage=volatile\n"
    masked = volatile + MAIN + "settings=/etc/systemd/journald.conf.d/40-rpi-volatile-storage.conf\n"
    later = volatile + MAIN + "settings=/etc/systemd/journald.conf.d/50-keep.conf\nstorage=persistent\n"
    earlier = volatile + MAIN + "settings=/etc/systemd/journald.conf.d/10-keep.conf\nstorage=persistent\n"

    assert survives(SIGHT + JOURNALD + FOLDER + volatile + MAIN).outcome is F
    assert survives(SIGHT + JOURNALD + FOLDER + masked).outcome is P
    assert survives(SIGHT + JOURNALD + later).outcome is P
    assert survives(SIGHT + JOURNALD + earlier).outcome is F


def test_the_main_file_in_etc_replaces_the_one_of_the_distribution() -> None:
    shipped = "settings=/usr/lib/systemd/journald.conf\nstorage=volatile\n"

    assert survives(SIGHT + JOURNALD + FOLDER + shipped).outcome is F
    assert survives(SIGHT + JOURNALD + FOLDER + shipped + MAIN).outcome is P


def test_a_log_folder_in_memory_fails_and_with_a_program_that_saves_it_warns() -> None:
    kept = SIGHT + JOURNALD + MAIN + FOLDER
    zram = DISK + "31 30 253:1 / /var/log rw,relatime shared:2 - ext4 /dev/zram1 rw\n"

    assert survives(kept, RAM).outcome is F
    assert survives(kept, zram).outcome is F
    assert survives(kept + "saver=log2ram\n", RAM).outcome is W


def test_a_log_folder_that_is_a_link_into_memory_fails() -> None:
    mounts = DISK + "31 30 0:40 / /tmp rw,relatime shared:2 - tmpfs tmpfs rw\n"
    kept = f"{SIGHT}daemon=syslogd\n{file('messages', 0)}real=/tmp/log\nend=\n"
    box = recording(answered(KEPT, kept), answered(MOUNTS, mounts + "end\n"), *system())  # type: ignore[arg-type]

    assert only(SURVIVE, box).outcome is F


def test_under_an_overlay_it_matters_where_it_writes() -> None:
    kept = SIGHT + JOURNALD + MAIN + FOLDER
    flash = OVERLAY.format(upper="/overlay/upper") + "31 30 0:20 / /overlay rw - ubifs ubi0_1 rw\n"
    memory = OVERLAY.format(upper="/media/rw/upper") + "31 30 0:20 / /media/rw rw - tmpfs tmpfs-root rw\n"

    assert survives(kept, flash).outcome is P
    assert survives(kept, memory).outcome is F
    assert survives(kept, OVERLAY.format(upper="/not/here")).outcome is Q


def test_an_application_container_is_not_applicable_and_one_with_an_init_is_judged() -> None:
    assert survives(SIGHT, kind="container=docker\n", pid1="nginx").outcome is N
    assert survives(SIGHT, kind="container=lxc\n").outcome is F


@pytest.mark.parametrize(
    "kept",
    [
        f"now={NOW}\nfolder=yes\n",
        f"now={NOW}\nprocesses=yes\n",
        SIGHT + JOURNALD + "unreadable=/etc/systemd/journald.conf.d/x.conf\n",
        SIGHT + "daemon=syslog-ng\n",
    ],
    ids=["processes hidden", "/var/log closed", "settings closed", "files elsewhere"],
)
def test_what_is_hidden_is_not_assessed(kept: str) -> None:
    assert survives(kept).outcome is Q


# ---- how far back ------------------------------------------------------------------------------

HINT = (
    "Hint: You are currently not seeing messages from other users and the system.\n"
    "      Users in groups 'adm', 'systemd-journal' can see all messages.\n"
    "      Pass -q to turn off this notice.\n"
)
CLOSED = "No journal files were opened due to insufficient permissions.\n"
NO_JOURNAL = "No journal files were found.\n"
RULES_NONE = "me=web\nme=192.0.2.10\nme=127.0.0.1\n==end\n"


def looked(
    *,
    journal: float | None = None,
    files: str = "",
    firsts: str = "",
    complaint: str = "",
    rules: str | None = RULES_NONE,
    comms: str = "systemd\nrsyslogd\n",
    age: int | None = 1000,
    kind: str = "",
    pid1: str = "systemd",
) -> Recording:
    line = f"oldest={int(NOW - journal * DAY)}\n" if journal is not None else ""
    said = complaint or ("" if journal is not None else NO_JOURNAL)
    return recording(
        answered(KEPT, f"{SIGHT}{JOURNALD}{files}end=\n"),
        answered(JOURNAL, f"{line}end=\n", err=said),
        answered(FIRST_LINES, firsts),
        answered(RULES, rules) if rules is not None else answered(RULES, status=Status.DENIED),
        answered(COMMS, comms + ".\n"),
        *system(kind=kind, age=age, pid1=pid1),  # type: ignore[arg-type]
    )


@pytest.mark.parametrize(
    ("days", "outcome", "severity"),
    [
        (200, P, Severity.MEDIUM),
        (90, P, Severity.MEDIUM),
        (89, W, Severity.LOW),
        (30, W, Severity.LOW),
        (29, W, Severity.LOW),
        (28, W, Severity.LOW),
        (27, F, Severity.MEDIUM),
        (2, F, Severity.MEDIUM),
    ],
)
def test_history_is_measured_in_the_journal(days: int, outcome: Outcome, severity: Severity) -> None:
    finding = only(HISTORY, looked(journal=days + 0.1))

    assert (finding.outcome, finding.severity) == (outcome, severity)


def test_a_noisy_journal_is_made_up_for_by_old_files_and_the_other_way_round() -> None:
    rotated = "".join(file(f"auth.log.{week}.gz", week * 7 + 1) for week in range(2, 15))
    current = file("auth.log", 0) + file("auth.log.1", 7)
    heads = f"{day(7)} /var/log/auth.log\n{day(14)} /var/log/auth.log.1\n"

    assert only(HISTORY, looked(journal=2, files=current + rotated, firsts=heads)).outcome is P
    assert (
        only(HISTORY, looked(journal=120, files=file("auth.log", 0), firsts=f"{day(1)} /var/log/auth.log\n")).outcome
        is P
    )


def day(days: float) -> str:
    return (NOON - timedelta(days=days)).isoformat()


def test_four_weekly_files_are_a_warning() -> None:
    files = file("auth.log", 0) + file("auth.log.1", 3) + "".join(file(f"auth.log.{n}.gz", n * 7) for n in (2, 3, 4))
    heads = f"{day(3)} /var/log/auth.log\n{day(10)} /var/log/auth.log.1\n"

    finding = only(HISTORY, looked(files=files, firsts=heads))

    assert (finding.outcome, finding.severity) == (W, Severity.LOW)


def test_a_file_that_is_never_rotated_counts_from_its_first_line() -> None:
    files = file("secure", 0)
    old = (NOON - timedelta(days=100)).strftime("%b %d %H:%M:%S")

    assert only(HISTORY, looked(files=files, firsts=f"{old} /var/log/secure\n")).outcome is P
    assert only(HISTORY, looked(files=files, firsts=f"{day(3)} /var/log/secure\n")).outcome is F


def test_the_stream_of_logons_counts_not_the_other_files() -> None:
    files = file("auth.log", 0) + file("syslog.4.gz", 200)

    assert only(HISTORY, looked(files=files, firsts=f"{day(5)} /var/log/auth.log\n")).outcome is F
    assert only(HISTORY, looked(files=file("messages-20260501.xz", 200))).outcome is P, "where logons go to messages"


@pytest.mark.parametrize("complaint", [HINT, CLOSED])
def test_a_plain_user_sees_only_own_lines_which_is_never_a_fail(complaint: str) -> None:
    finding = only(HISTORY, looked(journal=1, complaint=complaint))

    assert (finding.outcome, finding.reason) == (Q, Reason.NO_PRIVILEGE)
    assert only(HISTORY, looked(complaint=complaint, files=file("auth.log.9.gz", 95))).outcome is P


def test_an_auth_log_that_cannot_be_opened_is_not_assessed() -> None:
    assert only(HISTORY, looked(files=file("auth.log", 0))).outcome is Q


def test_no_log_at_all_fails() -> None:
    assert only(HISTORY, looked()).outcome is F


def test_a_young_system_is_not_asked_for_more_than_its_age() -> None:
    assert only(HISTORY, looked(journal=19, age=20)).outcome is P
    assert only(HISTORY, looked(journal=17, age=20)).outcome is F
    assert only(HISTORY, looked(journal=19, age=None)).outcome is F


def test_logs_that_are_sent_away_need_not_be_old_here() -> None:
    remote = RULES_NONE.replace("==end", "==/etc/rsyslog.d/r.conf\n*.* @@loghost:6514\n==end")

    assert only(HISTORY, looked(journal=5, rules=remote)).outcome is P
    assert only(HISTORY, looked(journal=5, comms="systemd\nwazuh-agentd\n", rules=None)).outcome is P


def test_rules_that_cannot_be_read_neither_spoil_a_pass_nor_make_a_fail() -> None:
    assert only(HISTORY, looked(journal=100, rules=None)).outcome is P
    assert only(HISTORY, looked(journal=5, rules=None)).outcome is Q


def test_the_history_of_an_application_container_is_not_applicable() -> None:
    assert only(HISTORY, looked(kind="container=docker\n", pid1="nginx")).outcome is N


# ---- forwarding --------------------------------------------------------------------------------


def sent(
    settings: str, *, path: str = "/etc/rsyslog.d/r.conf", daemon: str = "rsyslogd", loose: str = ""
) -> LogForwarding:
    rules = f"me=web.example.nl\nme=192.0.2.10\nme=127.0.0.1\n{loose}==/etc/rsyslog.conf\n==" + path
    box = looked(rules=f"{rules}\n{settings}\n==end\n", comms=f"systemd\n{daemon}\n")
    made = fact(LogForwarding, box)
    assert isinstance(made, LogForwarding)
    return made


def hosts(settings: str, **more: str) -> list[str]:
    return [target.host for target in sent(settings, **more).targets]


MULTI = """*.* action(
    type="omfwd"
    queue.type="linkedlist"
    Target="loghost.example.nl" port="6514"
    protocol="tcp"
)"""


@pytest.mark.parametrize(
    ("settings", "host"),
    [
        ("*.* @192.0.2.99", "192.0.2.99"),
        ("*.*\t@@loghost:514;RSYSLOG_ForwardFormat", "loghost"),
        ("*.* @@(z9,o)[2001:db8::1]:6514", "[2001:db8::1]"),
        ("auth,authpriv.* @loghost", "loghost"),
        (':msg, contains, "x" @loghost', "loghost"),
        ("*.* :omrelp:loghost:2514", "loghost"),
        (MULTI, "loghost.example.nl"),
        ('action(type="omrelp" target="loghost" port="20514")', "loghost"),
    ],
)
def test_every_way_to_write_a_target_is_read(settings: str, host: str) -> None:
    assert [name.strip("[]") for name in hosts(settings)] == [host.strip("[]")]


@pytest.mark.parametrize(
    "settings",
    [
        "*.* @localhost:514",
        "*.* @@127.0.0.1",
        "*.* @[::1]:514",
        "*.* @192.0.2.10",
        "*.* @web",
        '*.* action(type="omfwd" target="127.0.0.1" port="28330")',
        "$ActionMailTo ops@example.nl",
        'action(type="ommail" server="mx" mailto="ops@example.nl")',
        'template(name="cee" type="string" string="<%PRI%>%HOSTNAME% @cee: %$!all-json%")',
        "/* *.* @loghost */",
        '/*\n*.* action(type="omfwd" target="loghost")\n*/',
        "*.* /var/log/all.log",
    ],
)
def test_what_only_looks_like_a_target_is_none(settings: str) -> None:
    assert hosts(settings) == []


def test_a_rule_for_mail_alone_is_not_everything_and_udp_is_not_sure() -> None:
    mail, every = sent("mail.* @loghost"), sent("*.*;mail.none @@loghost")

    assert (mail.leaves, mail.targets[0].sure) == (False, False)
    assert (every.leaves, every.targets[0].sure) == (True, True)


def test_rules_of_a_daemon_that_does_not_run_send_nothing() -> None:
    assert hosts("*.* @@loghost", daemon="sshd") == []


NG = """destination d_net { network("192.0.2.99" port(6514) transport("tls")); };
destination d_old { udp("192.0.2.98"); };
source s_net { network(ip("0.0.0.0") port(514)); };
log { source(s_src);
  destination(d_net); };"""


def test_syslog_ng_sends_what_a_log_path_uses() -> None:
    found = sent(NG, path="/etc/syslog-ng/syslog-ng.conf", daemon="syslog-ng")
    inline = 'log { source(s); destination { udp("loghost" port(514)); }; };'

    assert [(target.host, target.sure) for target in found.targets] == [("192.0.2.99", True)]
    assert hosts(inline, path="/etc/syslog-ng/conf.d/a.conf", daemon="syslog-ng") == ["loghost"]


def test_journal_upload_counts_while_it_runs() -> None:
    path, url = "/etc/systemd/journal-upload.conf", "[Upload]\nURL=https://loghost:19532"

    assert hosts(url, path=path, loose="upload=running\n") == ["loghost"]
    assert hosts(url, path=path) == []


def test_busybox_syslogd_tells_its_target_on_its_command_line() -> None:
    assert hosts("", loose="syslogd=loghost:514\n", daemon="syslogd") == ["loghost"]


@pytest.mark.parametrize("name", ["wazuh-agentd", "filebeat", "nxlog", "microsoft-defender-no", "falcon-sensor"])
def test_agents_that_run_count(name: str) -> None:
    assert sent("", daemon=name[:15]).leaves is (name != "microsoft-defender-no")


@pytest.mark.parametrize(
    "settings", ["=unreadable", "$IncludeConfig /opt/logs/*.conf", 'include(file="/srv/rsyslog/all.conf")']
)
def test_settings_that_were_not_read_cannot_tell_unless_a_rule_was_seen(settings: str) -> None:
    with pytest.raises(CannotTell):
        sent(settings)

    assert hosts(f"{settings}\n*.* @@loghost") == ["loghost"]


def test_a_cut_answer_about_rules_cannot_tell() -> None:
    with pytest.raises(CannotTell):
        fact(LogForwarding, looked(rules="me=web\n==/etc/rsyslog.conf\n"))


# ---- the questions themselves, put to this machine ----------------------------------------------

SHELLS = [["dash"], ["bash", "--posix"], ["busybox", "sh"], ["mksh"]]


def put(question: Question, shell: list[str], *, nobody: bool = False) -> subprocess.CompletedProcess[bytes]:
    drop = ["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups"] if nobody else []
    setting = {"LC_ALL": "C", "TZ": "UTC0", "PATH": os.environ["PATH"] + ":/usr/sbin:/sbin"}
    return subprocess.run([*drop, *shell, "-s"], input=question.text.encode(), capture_output=True, env=setting)


@pytest.mark.parametrize("shell", SHELLS, ids=lambda words: words[0])
@pytest.mark.parametrize("nobody", [False, True], ids=["as we are", "as nobody"])
def test_the_readers_read_what_every_shell_prints_here(shell: list[str], nobody: bool) -> None:
    if shutil.which(shell[0]) is None:
        pytest.skip(f"{shell[0]} is not on this machine")
    if nobody and os.geteuid() != 0:
        pytest.skip("only root can become nobody")
    answers = []
    for question in (KEPT, MOUNTS, FIRST_LINES, RULES, COMMS):
        ran = put(question, shell, nobody=nobody)
        assert ran.returncode == 0, ran.stderr
        answers.append(answered(question, ran.stdout, err=ran.stderr.decode()))
    box = recording(*answers)

    assert abs(fact(Logs, box).now - datetime.now(UTC)) < timedelta(minutes=1)
    assert fact(LogHistory, box).now == fact(Logs, box).now
    assert isinstance(fact(LogForwarding, box), LogForwarding)


@pytest.mark.parametrize("shell", SHELLS, ids=lambda words: words[0])
def test_only_times_and_no_passwords_leave_the_machine(shell: list[str], tmp_path: Path) -> None:
    """The questions with their folders moved: real shells over real files."""
    if shutil.which(shell[0]) is None:
        pytest.skip(f"{shell[0]} is not on this machine")
    (tmp_path / "auth.log").write_text("Nov 03 06:25:01 web sshd[1]: hunter2\n")
    (tmp_path / "auth.log.1").write_text("2026-10-01T06:25:01.5+00:00 web sshd[1]: hunter2\n")
    (tmp_path / "secure").write_text("hunter2 is no time\n")
    (tmp_path / "messages").symlink_to("/etc/passwd")
    (tmp_path / "r.conf").write_text(
        "# *.* @@comment\n*.* @@loghost # hunter2\n"
        'action(type="ommysql" server="db" db="l" uid="u" pwd="hunter2")\n'
        '*.* :ommysql:db,logs,user,hunter2\nmodule(uri="mongodb://u:hunter2@db")\n'
        'action(type="omelasticsearch" httpheaders=["Authorization: Basic hunter2"] apikey="hunter2")\n'
        'destination d { http(user("u") password("hunter2")); };\n'
    )
    firsts = Question("shell", FIRST_LINES.text.replace("/var/log", str(tmp_path)))
    rules = Question("shell", RULES.text.replace("/etc/rsyslog.d", str(tmp_path)))

    heads, settings = put(firsts, shell).stdout.decode(), put(rules, shell).stdout.decode()

    assert sorted(heads.splitlines()) == [
        f"2026-10-01T06:25:01.5+00:00 {tmp_path}/auth.log.1",
        f"Nov 03 06:25:01 {tmp_path}/auth.log",
    ]
    assert "*.* @@loghost" in settings
    assert "comment" not in settings
    assert "hunter2" not in settings


@pytest.mark.parametrize("shell", SHELLS, ids=lambda words: words[0])
def test_settings_of_journald_are_read_in_every_spelling(shell: list[str], tmp_path: Path) -> None:
    if shutil.which(shell[0]) is None:
        pytest.skip(f"{shell[0]} is not on this machine")
    (tmp_path / "journald.conf.d").mkdir()
    (tmp_path / "journald.conf").write_text("[Journal]\n#Storage=volatile\n  # Storage=none\n  Storage = persistent\n")
    (tmp_path / "journald.conf.d" / "z.conf").write_text("[Journal]\nStorage=auto")
    (tmp_path / "journald.conf.d" / "a.conf").symlink_to("/dev/null")
    kept = Question("shell", KEPT.text.replace("/etc/systemd", str(tmp_path)))

    lines = put(kept, shell).stdout.decode().splitlines()

    start = lines.index(f"settings={tmp_path}/journald.conf")
    assert lines[start + 1 : start + 5] == [
        "storage= persistent",
        f"settings={tmp_path}/journald.conf.d/a.conf",
        f"settings={tmp_path}/journald.conf.d/z.conf",
        "storage=auto",
    ]
