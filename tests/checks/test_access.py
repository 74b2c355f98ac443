"""ACC-LNX-001 and ACC-LNX-003. The sudo files are read by the real question, in a mount namespace of their own."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from nis2scan.api import Answer, Finding, Outcome, Policy, Reason, Recording, Status
from nis2scan.facts.linux.accounts import ACCOUNTS, SHADOW, PasswordStates
from nis2scan.facts.linux.sudo import RIGHTS
from nis2scan.testing import answered, fact, only, recording

PASSWD = """\
root:x:0:0:root:/root:/bin/bash
daemon:x:1:1:daemon:/usr/sbin:/usr/sbin/nologin
backup:x:34:34:backup:/var/backups:/usr/sbin/nologin
anna:x:1000:1000:Anna:/home/anna:/bin/bash
bob:x:1001:100:Bob:/home/bob:/bin/zsh
carl:x:1002:1002:Carl:/home/carl:/bin/sh
dirk:x:1003:1003:Dirk:/home/dirk:
robot:x:997:997::/var/lib/robot:/bin/sh
nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin
"""
GROUP = "root:x:0:\nsudo:x:27:anna\nusers:x:100:\ndocker:x:990:\nlege:x:991:\n"
SHADOWS = "root:locked\ndaemon:locked\nbackup:locked\nanna:set\nbob:set\ncarl:set\ndirk:set\nrobot:locked\n"
DEBIAN = "Defaults env_reset\nroot ALL=(ALL:ALL) ALL\n%sudo ALL=(ALL:ALL) ALL\n@includedir /etc/sudoers.d\n"

as_root = pytest.mark.skipif(os.name != "posix" or os.geteuid() != 0, reason="only as root: needs namespaces")


def accounts(passwd: str = PASSWD, group: str = GROUP) -> Answer:
    return answered(ACCOUNTS, f"{passwd}==groups\n{group}==end\n")


def passwords(passwd: str = PASSWD, shadow: str | None = SHADOWS) -> Finding:
    states = Answer(SHADOW, Status.DENIED) if shadow is None else answered(SHADOW, shadow + "==end\n", as_root=True)
    return only("access/root-accounts", recording(accounts(passwd), states))


def test_one_root_and_passwords_everywhere_pass() -> None:
    assert passwords().outcome is Outcome.PASS


def test_a_second_root_fails_even_when_the_passwords_cannot_be_read() -> None:
    passwd = PASSWD + "toor:x:0:0::/root:/bin/sh\n"

    for shadow in (SHADOWS, None):
        found = passwords(passwd, shadow)
        assert found.outcome is Outcome.FAIL
        assert "toor" in str(found.found)


def test_without_the_passwords_there_is_no_pass() -> None:
    found = passwords(shadow=None)

    assert (found.outcome, found.reason) == (Outcome.NOT_ASSESSED, Reason.NO_PRIVILEGE)


@pytest.mark.parametrize("name", ["anna", "dirk", "robot"])
def test_an_account_that_logs_in_without_a_password_fails(name: str) -> None:
    shadow = "".join(
        f"{line.split(':')[0]}:empty\n" if line.startswith(name) else line + "\n" for line in SHADOWS.split()
    )

    assert passwords(shadow=shadow).outcome is Outcome.FAIL


def test_an_empty_password_field_in_passwd_itself_fails() -> None:
    assert passwords(PASSWD.replace("anna:x:", "anna::")).outcome is Outcome.FAIL


def test_an_empty_password_of_an_account_that_cannot_log_in_is_no_fault() -> None:
    assert passwords(shadow=SHADOWS.replace("daemon:locked", "daemon:empty")).outcome is Outcome.PASS


@pytest.mark.parametrize("cut", ["", "root:x:0:0:root:/root:/bin/bash\n", PASSWD])
def test_a_list_that_was_cut_is_not_judged(cut: str) -> None:
    found = only("access/root-accounts", recording(answered(ACCOUNTS, cut), answered(SHADOW, SHADOWS + "==end\n")))

    assert found.outcome is Outcome.NOT_ASSESSED


@as_root
def test_the_real_shadow_is_told_without_any_hash() -> None:
    done = subprocess.run(["sh", "-c", SHADOW.text], capture_output=True, text=True, check=True)

    states: PasswordStates = fact(PasswordStates, recording(answered(SHADOW, done.stdout, as_root=True)))
    assert states.states["root"] in ("locked", "set", "empty")
    assert "$" not in done.stdout


# ---- root rights -------------------------------------------------------------------------------


def told(sudoers: str, drop_ins: dict[str, str] | None = None, sockets: str = "") -> Answer:
    """As the question tells the files."""
    files = {"/etc/sudoers": sudoers, **{f"/etc/sudoers.d/{name}": text for name, text in (drop_ins or {}).items()}}
    out = "".join(f"==file {path}\n{text}\n" for path, text in files.items())
    return answered(
        RIGHTS, f"==sudo\n{out}==folder /etc/sudoers.d\n==start /etc/sudoers\n{sockets}==end\n", as_root=True
    )


def rights(sudoers: str = DEBIAN, *, group: str = GROUP, sockets: str = "", **drop_ins: str) -> Finding:
    return only("access/root-rights", recording(accounts(group=group), told(sudoers, drop_ins, sockets)))


def test_one_administrator_who_is_asked_passes() -> None:
    found = rights()

    assert found.outcome is Outcome.PASS
    assert str(found.found).startswith("1 people")


@pytest.mark.parametrize(
    "line",
    [
        "%users ALL=(ALL) ALL",
        "ALL ALL=(ALL) ALL",
        "%#100 ALL=(ALL) ALL",
        "%sudo ALL=(ALL) NOPASSWD: ALL",
        "%sudo ALL = NOPASSWD: SETENV: ALL",
        "%sudo ALL=(root) NOPASSWD: /bin/bash",
        "User_Alias STAFF = anna, %sudo\nSTAFF ALL=(ALL) NOPASSWD: ALL",
        "Cmnd_Alias ANY = ALL\n%sudo ALL=NOPASSWD:ANY",
        "%sudo \\\n  ALL=(ALL) \\\n  NOPASSWD: ALL",
        "%sudo ALL=(ALL) /bin/ls, NOPASSWD: ALL  # a remark",
        "Host_Alias HERE = localhost\n%sudo HERE = (ALL) NOPASSWD: ALL",
        "bob, %sudo ALL = (ALL) NOPASSWD: ALL",
        "%#27 ALL=(ALL) NOPASSWD: ALL",
        "# a remark that ends so \\\n%sudo ALL=(ALL) NOPASSWD: ALL",
        "%sudo ALL=(ALL : ALL) NOPASSWD : CWD=/ ALL",
        "%sudo ALL=(ALL) ALL : HERE = (ALL) NOPASSWD: ALL",
        "%sudo ALL=(ALL) NOPASSWD: sha256:0011 ALL",
        "%sudo ALL=(root) NOPASSWD: /usr/bin/",
        "%sudo ALL=(root) NOPASSWD: /bin/su - root",
        "Defaults !authenticate",
        "Defaults:%sudo env_reset, !authenticate",
        "Defaults:STAFF !authenticate\nUser_Alias STAFF = %sudo",
        "Defaults exempt_group = sudo",
        "Defaults targetpw\nALL ALL=(ALL) NOPASSWD: ALL",
        "Defaults targetpw\nDefaults !targetpw\nALL ALL=(ALL) ALL",
    ],
)
def test_root_for_a_group_unasked_or_for_everybody_fails(line: str) -> None:
    assert rights(extra=line).outcome is Outcome.FAIL


@pytest.mark.parametrize(
    "line",
    [
        "robot ALL=(ALL) NOPASSWD: ALL",
        "anna ALL=(ALL) NOPASSWD: ALL",
        "robot ALL=(root) NOPASSWD: /bin/sh -s",
        "#997 ALL=(ALL) NOPASSWD: ALL",
        "%lege ALL=(ALL) NOPASSWD: ALL",
    ],
)
def test_one_name_without_a_question_is_a_warning(line: str) -> None:
    assert rights(extra=line).outcome is Outcome.WARN


@pytest.mark.parametrize(
    "line",
    [
        'robot ALL=(root) NOPASSWD: /usr/local/sbin/nis2scan-facts ""',
        "robot ALL=(postgres) NOPASSWD: ALL",
        "%users ALL=(root) /usr/bin/systemctl restart nginx",
        "# %users ALL=(ALL) NOPASSWD: ALL",
        "Defaults:anna !authenticate_nothing",
        "Defaults targetpw\nALL ALL=(ALL) ALL   # as SUSE ships it: the password of root is asked",
        "Defaults!/usr/bin/less !authenticate",
        "Defaults !authenticate\nDefaults authenticate",
        "%sudo ALL=(:docker) NOPASSWD: ALL",
        "%sudo ALL=(ALL, !root) NOPASSWD: ALL",
        "%sudo ALL=(root) NOPASSWD: /bin/bash /usr/local/bin/backup.sh",
        "%sudo ALL=(root) NOPASSWD: /bin/su - postgres",
        "%sudo ALL=(root) NOPASSWD: /usr/bin/apt",
        "!%sudo ALL=(ALL) NOPASSWD: ALL",
        "#includes were here once",
    ],
)
def test_a_single_command_or_another_user_is_not_all_of_root(line: str) -> None:
    assert rights(extra=line).outcome is Outcome.PASS


def test_only_what_sudo_includes_counts() -> None:
    """A drop-in of a folder that is not included is a file like any other; an included one stands where it is named."""
    assert rights(DEBIAN.splitlines()[1] + "\n", extra="%sudo ALL=(ALL) NOPASSWD: ALL").outcome is Outcome.PASS
    elsewhere = "==file /etc/sudoers\n@include local\n\n==file /etc/local\n%sudo ALL=(ALL) NOPASSWD: ALL\n\n"

    found = only(
        "access/root-rights", recording(accounts(), answered(RIGHTS, f"{elsewhere}==start /etc/sudoers\n==end\n"))
    )
    assert found.outcome is Outcome.FAIL


@pytest.mark.parametrize("told", ["==sudo\n", "==unread /etc/sudoers\n==start /etc/sudoers\n"])
def test_sudo_whose_file_was_not_read_is_not_judged(told: str) -> None:
    found = only("access/root-rights", recording(accounts(), answered(RIGHTS, f"{told}==end\n")))

    assert (found.outcome, found.reason) == (Outcome.NOT_ASSESSED, Reason.PARSE_ERROR)


@pytest.mark.parametrize(
    "line",
    [
        "what is this",
        "anna ALL=",
        "anna ALL \\",
        "@include /etc/elsewhere",
        "#includedir /opt/sudoers.d",
        "@include a\\ b",
    ],
)
def test_what_is_not_understood_or_not_read_is_not_judged(line: str) -> None:
    found = rights(extra=line)

    assert (found.outcome, found.reason) == (Outcome.NOT_ASSESSED, Reason.PARSE_ERROR)


def test_a_member_of_docker_who_is_no_administrator_is_a_warning() -> None:
    assert rights(group=GROUP.replace("docker:x:990:", "docker:x:990:carl")).outcome is Outcome.WARN
    assert rights(group=GROUP.replace("docker:x:990:", "docker:x:990:anna,root,gone")).outcome is Outcome.PASS
    assert rights(group=GROUP.replace("docker:x:990:", "docker:x:990:robot")).outcome is Outcome.WARN


def test_a_primary_group_counts_as_membership() -> None:
    assert rights("%users ALL=(ALL) NOPASSWD: ALL\n").outcome is Outcome.FAIL


def test_more_administrators_than_the_policy_allows_is_a_warning() -> None:
    host = recording(accounts(group=GROUP.replace("sudo:x:27:anna", "sudo:x:27:anna,bob,carl,dirk")), told(DEBIAN))

    assert only("access/root-rights", host).outcome is Outcome.WARN
    assert only("access/root-rights", host, policy=Policy(admins_max=4)).outcome is Outcome.PASS


@pytest.mark.parametrize(("mode", "outcome"), [("666", Outcome.FAIL), ("660", Outcome.PASS)])
def test_a_container_socket_open_to_everybody_fails(mode: str, outcome: Outcome) -> None:
    assert rights(sockets=f"==socket /run/docker.sock {mode}\n").outcome is outcome


@pytest.mark.parametrize(
    ("line", "outcome"),
    [
        ("permit persist :wheel", Outcome.PASS),
        ("permit nopass anna", Outcome.WARN),
        ("permit nopass :sudo", Outcome.FAIL),
        ("permit nopass anna cmd reboot", Outcome.PASS),
        ("permit nopass :27", Outcome.FAIL),
        ("permit nopass anna cmd sh", Outcome.WARN),
        ("permit nopass anna cmd sh args /usr/local/bin/backup", Outcome.PASS),
        ("permit nopass anna as postgres", Outcome.PASS),
        ("permit nopass keepenv setenv { A B=1 } anna as root", Outcome.WARN),
        ("deny anna", Outcome.PASS),
        ("nonsense", Outcome.NOT_ASSESSED),
    ],
)
def test_doas_counts_like_sudo(line: str, outcome: Outcome) -> None:
    out = f"==file /etc/doas.conf\n{line}\n==end\n"

    assert only("access/root-rights", recording(accounts(), answered(RIGHTS, out))).outcome is outcome


def test_without_root_nothing_is_judged() -> None:
    denied: Recording = recording(accounts(), Answer(RIGHTS, Status.DENIED))

    assert only("access/root-rights", denied).reason is Reason.NO_PRIVILEGE


def asked_for_real(shell: str, folder: Path) -> tuple[Finding, str]:
    """What is found, and what was told, where `folder` holds the files of sudo; in a mount namespace of its own."""
    bound = (
        "for p in /etc/sudoers; do [ -e $p ] || : > $p; done; mkdir -p /etc/sudoers.d; "
        f"mount --bind {folder}/sudoers /etc/sudoers && mount --bind {folder}/d /etc/sudoers.d && exec {shell}"
    )
    command = ["unshare", "--mount", "--propagation", "private", "sh", "-c", bound]
    done = subprocess.run(command, input=RIGHTS.text, capture_output=True, text=True, timeout=30, check=True)
    answer = answered(RIGHTS, done.stdout, as_root=True)
    return only("access/root-rights", recording(accounts(), answer)), done.stdout


@as_root
@pytest.mark.parametrize("shell", ["dash", "bash", "busybox sh", "mksh"])
def test_the_real_question_reads_the_files_that_sudo_reads(shell: str, tmp_path: Path) -> None:
    """Names with a dot or a tilde are left out by sudo, and so by us."""
    for name, text in {
        "sudoers": DEBIAN + "@include /etc/sudoers.d/own.more\n@includedir /nowhere\n",
        "d/own.more": "%users ALL=(ALL) /bin/true\n",
        "d/scan": "%sudo ALL=(ALL) NOPASSWD: ALL\n",
        "d/old.bak": "nonsense\n",
        "d/edit~": "nonsense\n",
    }.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)

    found, said = asked_for_real(shell, tmp_path)

    assert found.outcome is Outcome.FAIL
    assert "nonsense" not in said
    assert "%users" in said


@as_root
@pytest.mark.parametrize("shell", ["dash", "bash", "busybox sh", "mksh"])
@pytest.mark.parametrize("what", ["link", "pipe", "of another"])
def test_the_real_question_reads_only_plain_files_of_root(shell: str, what: str, tmp_path: Path) -> None:
    """A link to a secret is not followed, a pipe not waited for, a file that a user could write not trusted."""
    (tmp_path / "secret").write_text("anna:$y$hash\n")
    (tmp_path / "sudoers").write_text(DEBIAN)
    (tmp_path / "d").mkdir()
    odd = tmp_path / "d" / "odd"
    if what == "link":
        odd.symlink_to(tmp_path / "secret")
    elif what == "pipe":
        os.mkfifo(odd)
    else:
        odd.write_text("%sudo ALL=(ALL) NOPASSWD: ALL\n")
        os.chown(odd, 1000, 1000)

    found, said = asked_for_real(shell, tmp_path)

    assert "$y$" not in said
    assert (found.outcome, found.reason) == (Outcome.NOT_ASSESSED, Reason.PARSE_ERROR)
