"""Logs that leave the machine, time synchronisation, our own logon in the log, and the log volume."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from nis2scan.api import SESSION, Confidence, Finding, Outcome, Reason, Recording, Severity, Status
from nis2scan.facts.linux.log_forwarding import RULES
from nis2scan.facts.linux.log_volume import VOLUME, LogVolume
from nis2scan.facts.linux.own_logon import LOGONS, OwnLogon
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


# ---- our own logon -----------------------------------------------------------------------------
# What journalctl complains is written after its documentation and source (systemd 252); the rest is what the question
# prints here.

CAME = "server=sshd\nfrom=192.0.2.7 53412 192.0.2.10 22\nfolder\n"
HINT = "Hint: You are currently not seeing messages from other users and the system.\n      Pass -q to turn off.\n"
NO_JOURNAL = "No journal files were found.\n"
OURS = f"{NOW - 3}.016238"


def session(vantage: str = "ssh", hello: int = NOW) -> str:
    said = {"platform": "linux", "vantage": vantage, "user": "nis2scan", "uid": 1000, "root": True, "refusal": ""}
    return json.dumps({**said, "sent": NOW, "hello": hello, "hello_at": NOW, "bye": NOW, "bye_at": NOW})


def looked_for(told: str, *, err: str = "", visit: str = session(), **machine: str) -> Finding:
    box = recording(answered(SESSION, visit), answered(LOGONS, told, err=err), *system(**machine))  # type: ignore[arg-type]
    return only("logging/own-logon-logged", box)


@pytest.mark.parametrize(
    ("told", "err", "outcome"),
    [
        (f"logon journal {OURS}\nread journal\n", "", P),
        (f"logon journal {OURS}\nread journal\n", HINT, P),
        ("read journal\nlogon /var/log/auth.log 2026-11-24T12:59:58.1+01:00\nread /var/log/auth.log\n", HINT, P),
        ("logon /var/log/secure Nov_24_12:59:58\nread /var/log/secure\n", "", P),
        ("logon /var/log/secure Nov_22_12:59:58\nread /var/log/secure\n", "", F),
        ("logon /var/log/secure Nov_99_12:59:58\nread /var/log/secure\n", "", F),
        ("read journal\n", "", F),
        ("read journal\nread /var/log/auth.log\n", NO_JOURNAL, F),
        ("read journal\nread /var/log/messages\n", NO_JOURNAL, F),
        ("read journal\n", HINT, Q),
        ("read journal\nunread /var/log/auth.log\n", "", Q),
        ("unread journal\nread /var/log/auth.log\n", "", Q),
        ("read journal\n", NO_JOURNAL, Q),
        ("read journal\nread /var/log/syslog\n", NO_JOURNAL, Q),
    ],
)
def test_a_log_that_is_read_whole_must_hold_our_logon(told: str, err: str, outcome: Outcome) -> None:
    assert looked_for(f"{CAME}{told}end\n", err=err).outcome is outcome


@pytest.mark.parametrize(
    "told",
    [
        "read journal\n",  # cut
        "",
        "server=\nfrom=192.0.2.7 53412 192.0.2.10 22\nfolder\nread journal\nend\n",
        "server=sshd\nfrom=\nfolder\nread journal\nend\n",
        "server=sshd\nfrom=192.0.2.7 53412 192.0.2.10 22\nread journal\nend\n",  # /var/log is closed
    ],
)
def test_what_was_not_seen_is_not_assessed(told: str) -> None:
    assert looked_for(told).outcome is Q


def test_a_host_without_a_time_is_not_assessed() -> None:
    assert looked_for(f"{CAME}read journal\nend\n", visit=session(hello=0)).outcome is Q


@pytest.mark.parametrize("vantage", ["local", "file"])
def test_without_a_logon_it_is_not_applicable(vantage: str) -> None:
    assert looked_for(f"{CAME}read journal\nend\n", visit=session(vantage)).outcome is N


def test_the_logons_of_an_application_container_are_kept_by_its_machine() -> None:
    assert looked_for(f"{CAME}read journal\nend\n", kind="container=docker\n", pid1="sshd").outcome is N


@every_shell
def test_only_the_time_of_our_own_line_is_told(shell: list[str], tmp_path: Path) -> None:
    tail = "from 192.0.2.7 port 53412 ssh2: ED25519 SHA256:abc"
    (tmp_path / "auth.log").write_text(
        f"Nov 24 11:59:58 web sshd[9]: Accepted publickey for nis2scan {tail}\n"
        f"Nov 24 11:59:58 web sshd[9]: Failed password for nis2scan {tail}\n"
        f"Nov 24 11:59:57 web app[9]: Accepted publickey for anna {tail}\n"
        "Nov 24 11:59:56 web sshd[9]: Accepted password for anna from 192.0.2.7 port 5341 ssh2\n"
        "Nov 24 11:59:55 web sshd[9]: Accepted password for anna from 192.0.2.77 port 53412 ssh2\n"
    )
    (tmp_path / "secure").write_text(
        f"2026-11-24T11:59:58.1+00:00 web sshd-session[9]: Accepted publickey for x {tail}\n"
    )
    (tmp_path / "messages").write_text(
        "Nov 24 11:59:59 nas dropbear[7]: Password auth succeeded for 'x' from 192.0.2.7:53412\n"
        "Nov 24 11:59:54 nas dropbear[7]: Password auth succeeded for 'x' from 192.0.2.7:5341\n"
    )
    (tmp_path / "syslog").symlink_to("/etc/passwd")
    moved = LOGONS.text.replace("/var/log", str(tmp_path))

    lines = put(f"SSH_CONNECTION='192.0.2.7 53412 192.0.2.10 22'\n{moved}", shell).splitlines()

    assert [line for line in lines if line.startswith(("logon", "unread"))] == [
        f"logon {tmp_path}/auth.log Nov_24_11:59:58",
        f"logon {tmp_path}/secure 2026-11-24T11:59:58.1+00:00",
        f"logon {tmp_path}/messages Nov_24_11:59:59",
    ]
    assert not any("anna" in line for line in lines)


LOGIN = """
cd "$1"; ip link set lo up; for d in /var/log /run /mnt; do mount -t tmpfs tmpfs $d; done
cp -a /dev/null /dev/urandom /dev/zero /dev/tty /mnt/; mount --move /mnt /dev; mkdir -p /run/sshd
[ "$2" = silent ] || busybox syslogd -n -O /var/log/messages &
ssh-keygen -q -t ed25519 -N '' -f k; ssh-keygen -q -t ed25519 -N '' -f h
/usr/sbin/sshd -D -f /dev/null -p 2222 -o ListenAddress=127.0.0.1 -o HostKey="$1/h" -o StrictModes=no \
  -o AuthorizedKeysFile="$1/k.pub" -o PermitRootLogin=yes -o UsePAM=no -o PidFile=none ${3:-} 2>/dev/null &
n=0; until [ "$2" = silent ] || [ -S /dev/log ] || [ $n -gt 50 ]; do sleep 0.1; n=$((n + 1)); done
n=0; until grep -q ':08AE 00000000:0000 0A' /proc/net/tcp || [ $n -gt 50 ]; do sleep 0.1; n=$((n + 1)); done
[ "$2" != silent ] || : > /var/log/messages
LC_ALL=C ssh -q -p 2222 -i k -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null root@127.0.0.1 "$4" < question
"""


@pytest.mark.skipif(os.name != "posix" or os.geteuid() != 0, reason="only as root: needs namespaces")
@pytest.mark.parametrize(
    ("how", "setting", "shell", "logs"),
    [
        ("kept", "", "sh -s", ("/var/log/messages",)),
        ("kept", "", "sh -c 'env -u SSH_CONNECTION sh -s; :'", ("/var/log/messages",)),  # as sudo forgets it
        ("kept", "-oLogLevel=ERROR", "sh -s", ()),
        ("silent", "", "sh -s", ()),
    ],
    ids=["kept", "kept, by sudo", "not told by sshd", "no log daemon"],
)
def test_a_real_logon_is_found_where_a_real_daemon_writes(
    how: str, setting: str, shell: str, logs: tuple[str, ...], tmp_path: Path
) -> None:
    """A real sshd and syslogd in namespaces of their own; everything in them ends with the test."""
    (tmp_path / "question").write_text(LOGONS.text)
    words = ["unshare", "-mnpf", "--mount-proc", "--kill-child", "bash", "-c", LOGIN, "-", str(tmp_path)]

    done = subprocess.run([*words, how, setting, shell], capture_output=True, text=True, timeout=60)

    assert done.stdout.endswith("end\n"), done.stderr
    now = int(subprocess.run(["date", "+%s"], capture_output=True, check=True).stdout)
    visit = answered(SESSION, session(hello=now))
    found = fact(OwnLogon, recording(visit, answered(LOGONS, done.stdout, err=done.stderr)))
    assert (found.found, found.read, found.unread) == (logs, ("/var/log/messages",), ())


# ---- room and rights ---------------------------------------------------------------------------

FOLDER = "mode 755 directory/.\n"
ROOM, FILES = "room 1000 {used} {free}\n", "files 1000 {used} {free}\n"


def volume(told: str, **machine: str) -> Finding:
    return only("logging/log-volume", recording(answered(VOLUME, told), *system(**machine)))  # type: ignore[arg-type]


def room(used: int, free: int, *, files: str = "", modes: str = FOLDER) -> str:
    return f"{ROOM.format(used=used, free=free)}{files}{modes}end\n"


@pytest.mark.parametrize(
    ("used", "free", "outcome"),
    [(10, 990, P), (890, 110, P), (891, 109, W), (900, 100, W), (970, 30, W), (971, 29, F), (950, 0, F)],
)
def test_a_volume_that_fills_up_is_told_in_time(used: int, free: int, outcome: Outcome) -> None:
    assert volume(room(used, free)).outcome is outcome


def test_a_volume_can_also_run_out_of_files() -> None:
    found = volume(room(10, 990, files=FILES.format(used=995, free=5)))

    assert found.outcome is F
    assert "files" in str(found.found)
    assert volume(room(10, 990, files="files 0 0 0\n")).outcome is P  # btrfs has no limit
    assert volume(room(10, 990, files="files - - -\n")).outcome is P


@pytest.mark.parametrize(
    ("mode", "outcome"),
    [
        ("mode 640 regular file/auth.log\n", P),
        ("mode 600 regular file/secure\nmode 2755 directory/journal\n", P),
        ("mode 644 regular file/syslog\n", P),
        ("mode 644 regular file/auth.log.1\n", W),
        ("mode 644 regular file/secure\n", W),
        ("mode 755 directory/audit\nmode 644 regular file/audit/audit.log\n", W),
        ("mode 700 directory/audit\nmode 666 regular file/audit/audit.log\n", P),
        ("mode 644 regular file/journal/0f/system.journal\n", W),
        ("mode 666 regular file/syslog\n", F),
        ("mode 2777 directory/journal\n", F),
    ],
)
def test_logs_about_logons_are_closed_to_everybody(mode: str, outcome: Outcome) -> None:
    found = volume(room(10, 990, modes=FOLDER + mode))

    assert found.outcome is outcome


def test_a_folder_of_logs_that_everybody_may_change_fails() -> None:
    assert volume(room(10, 990, modes="mode 1777 directory/.\n")).outcome is F


@pytest.mark.parametrize(
    "told",
    [
        "closed\n",
        room(10, 990, modes=""),
        FOLDER + "end\n",
        room(10, 990).removesuffix("end\n"),
        "room a b c\n" + FOLDER + "end\n",
        room(0, 0),
    ],
)
def test_a_volume_that_was_not_seen_whole_is_not_assessed(told: str) -> None:
    assert volume(told).outcome is Q


def test_the_volume_of_an_application_container_is_that_of_its_machine() -> None:
    assert volume(room(999, 1), kind="container=docker\n", pid1="nginx").outcome is N


@every_shell
def test_a_real_folder_of_logs_is_measured(shell: list[str], tmp_path: Path) -> None:
    (tmp_path / "journal" / "0f").mkdir(parents=True)
    for name, mode in (("auth.log", 0o644), ("secure", 0o640), ("syslog", 0o666), ("journal/0f/system.journal", 0o640)):
        (tmp_path / name).touch()
        (tmp_path / name).chmod(mode)
    (tmp_path / "messages").symlink_to("/dev/null")

    found = fact(LogVolume, recording(answered(VOLUME, put(VOLUME.text.replace("/var/log", str(tmp_path)), shell))))

    disk = os.statvfs(tmp_path)
    used = disk.f_blocks - disk.f_bfree
    assert abs(found.used - 100 * used / (used + disk.f_bavail)) <= 1.5
    assert found.readable == ("/var/log/auth.log",)
    assert found.writable == ("/var/log/syslog",)
