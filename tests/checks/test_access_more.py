"""ACC-LNX-002, 004, 005, 006 and 007. The real tools are asked, with files bound over those of this machine."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from nis2scan.api import Answer, Finding, Outcome, Reason, Recording, Status
from nis2scan.facts.linux.accounts import ACCOUNTS, SHADOW
from nis2scan.facts.linux.guessing import JAILS
from nis2scan.facts.linux.listeners import LISTENERS
from nis2scan.facts.linux.pam import PAM
from nis2scan.facts.linux.services import COMMS
from nis2scan.facts.linux.ssh_admins import SSHD_ADMINS
from nis2scan.facts.linux.sshd import SSHD
from nis2scan.testing import answered, only, recording

RECORDED = Path(__file__).parent.parent / "recorded" / "linux"
SHELLS = ["dash", "bash", "busybox sh", "mksh"]
DEBIAN_PAM = (RECORDED / "pam-debian12.txt").read_text()
SSH_LISTENS = 'tcp LISTEN 0 128 0.0.0.0:22 0.0.0.0:* users:(("sshd",pid=7,fd=3))\nend=ss\n'
PASSWD = """\
root:x:0:0:root:/root:/bin/bash
anna:x:1000:1000:Anna:/home/anna:/bin/bash
bob:x:1001:27:Bob:/home/bob:/bin/zsh
gone:x:1002:1002::/home/gone:/usr/sbin/nologin
"""
GROUP = "root:x:0:\nsudo:x:27:anna,gone\nstaff:x:50:anna\n"

as_root = pytest.mark.skipif(os.name != "posix" or os.geteuid() != 0, reason="only as root: needs namespaces")


def accounts(passwd: str = PASSWD, group: str = GROUP) -> Answer:
    return answered(ACCOUNTS, f"{passwd}==groups\n{group}==end\n")


def put_for_real(shell: str, text: str, before: str, *, net: bool = False) -> bytes:
    """The answer to a question, put in namespaces of its own after `before` has bound its files there."""
    own = ["--mount", "--pid", "--fork", "--kill-child", "--mount-proc", "--propagation", "private"]
    command = ["unshare", *own, *(["--net"] if net else [])]
    script = f"set -e\n{before}\nexec {shell}"
    done = subprocess.run(
        [*command, "sh", "-c", script], input=text.encode(), capture_output=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


# ---- ACC-LNX-002: root over SSH ----------------------------------------------------------------


def sshd_says(config: str, folder: Path, shell: str = "dash", where: str = "") -> bytes:
    """What the real sshd tells of these settings on a machine in 192.168.7.0/24."""
    (folder / "passwd").write_text(PASSWD + "sshd:x:110:65534::/run/sshd:/usr/sbin/nologin\n")
    (folder / "group").write_text(GROUP)
    (folder / "sshd_config").write_text(config)
    if not (folder / "key").exists():
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(folder / "key")], check=True)
    (folder / "sshd_config").write_text(f"HostKey {folder}/key\n{config}")
    before = "mkdir -p /run/sshd; ip addr add 192.168.7.2/24 dev lo; " + "; ".join(
        f"mount --bind {folder}/{name} {path}"
        for name, path in {
            "passwd": "/etc/passwd",
            "group": "/etc/group",
            "sshd_config": "/etc/ssh/sshd_config",
        }.items()
    )
    return put_for_real(shell, SSHD_ADMINS.text, before + where, net=True)


def root_over_ssh(said: bytes | str | Answer, *, listening: str = SSH_LISTENS, started: str = "") -> Finding:
    told = (RECORDED / "sshd-password.txt").read_text().replace("end=sshd", f"{started}end=sshd")
    views = said if isinstance(said, Answer) else answered(SSHD_ADMINS, said, as_root=True)
    host: Recording = recording(views, answered(SSHD, told, as_root=True), answered(LISTENERS, listening), accounts())
    return only("access/root-over-ssh", host)


@as_root
@pytest.mark.parametrize(
    ("config", "outcome"),
    [
        ("PermitRootLogin no", Outcome.PASS),
        ("", Outcome.WARN),
        ("PermitRootLogin prohibit-password", Outcome.WARN),
        ("PermitRootLogin forced-commands-only", Outcome.WARN),
        ("PermitRootLogin yes", Outcome.FAIL),
        ("PermitRootLogin no\nMatch Address 192.168.0.0/16\n  PermitRootLogin yes", Outcome.FAIL),
        ("PermitRootLogin no\nMatch User root\n  PermitRootLogin yes", Outcome.FAIL),
        ("PermitRootLogin no\nMatch Address 192.168.0.0/16\n  PermitRootLogin prohibit-password", Outcome.WARN),
        ("PermitRootLogin yes\nAllowUsers anna b*", Outcome.PASS),
        ("PermitRootLogin yes\nAllowUsers anna root@10.0.0.*", Outcome.FAIL),
        ("PermitRootLogin yes\nAllowUsers anna r??t", Outcome.FAIL),
        ("PermitRootLogin yes\nDenyUsers bob root", Outcome.PASS),
        ("PermitRootLogin yes\nDenyUsers root@203.0.113.*", Outcome.FAIL),
        ("PermitRootLogin yes\nAllowGroups staff sudo", Outcome.PASS),
        ("PermitRootLogin yes\nAllowGroups staff root", Outcome.FAIL),
        ("PermitRootLogin yes\nDenyGroups ro*", Outcome.PASS),
        ("PermitRootLogin yes\nDenyUsers root\nMatch LocalPort 22\n  PermitRootLogin yes", Outcome.PASS),
    ],
)
def test_whether_root_gets_in_is_asked_of_the_real_sshd(config: str, outcome: Outcome, tmp_path: Path) -> None:
    assert root_over_ssh(sshd_says(config, tmp_path)).outcome is outcome


@as_root
@pytest.mark.parametrize("shell", SHELLS)
def test_sshd_is_asked_about_root_and_the_administrators_from_outside_and_inside(shell: str, tmp_path: Path) -> None:
    said = sshd_says("PermitRootLogin yes", tmp_path, shell).decode()

    views = [line for line in said.splitlines() if line.startswith("view=")]
    assert views == [
        f"view={place} {user}" for user in ("root", "anna", "bob") for place in ("198.51.100.1", "192.168.7.2")
    ]
    assert root_over_ssh(said).outcome is Outcome.FAIL


@as_root
def test_a_proxmox_cluster_needs_root_with_a_key_and_no_more(tmp_path: Path) -> None:
    cluster = "; mkdir -p /etc/pve; mount -t tmpfs none /etc/pve; touch /etc/pve/corosync.conf"

    assert root_over_ssh(sshd_says("", tmp_path, where=cluster)).outcome is Outcome.PASS
    assert root_over_ssh(sshd_says("PermitRootLogin yes", tmp_path, where=cluster)).outcome is Outcome.FAIL


SAID = "view=198.51.100.1 root\npermitrootlogin no\nview=192.168.7.2 root\npermitrootlogin no\nend=admins\n"


def test_nothing_that_speaks_ssh_is_not_applicable() -> None:
    web = 'tcp LISTEN 0 128 0.0.0.0:80 0.0.0.0:* users:(("nginx",pid=7,fd=3))\nend=ss\n'

    assert root_over_ssh(SAID, listening=web).outcome is Outcome.NOT_APPLICABLE


@pytest.mark.parametrize(
    "other",
    [
        {"listening": SSH_LISTENS.replace("sshd", "dropbear")},
        {"started": "sshd: /usr/sbin/sshd -f /etc/ssh/second [listener] 0 of 10-100 startups\n"},
        {"started": "/usr/sbin/sshd\n-D\n-oPermitRootLogin=yes\n"},
    ],
)
def test_a_good_word_about_one_server_says_nothing_about_another(other: dict[str, str]) -> None:
    assert root_over_ssh(SAID).outcome is Outcome.PASS
    assert root_over_ssh(SAID, **other).outcome is Outcome.NOT_ASSESSED
    assert root_over_ssh(SAID.replace("login no", "login yes"), **other).outcome is Outcome.FAIL


@pytest.mark.parametrize(
    "said",
    [
        "",
        "end=admins\n",
        SAID.replace("end=admins\n", ""),
        SAID.replace("root", "anna"),
        SAID.replace("permitrootlogin no\n", ""),
        SAID.replace("login no", "login sometimes"),
        "nolan\n" + SAID,
        answered(SSHD_ADMINS, "", code=1, err="sshd: no hostkeys available -- exiting."),
        Answer(SSHD_ADMINS, Status.MISSING),
    ],
)
def test_what_sshd_did_not_tell_about_root_is_not_assessed(said: str | Answer) -> None:
    assert root_over_ssh(said).outcome is Outcome.NOT_ASSESSED


def test_before_openssh_9_3_the_reason_is_the_missing_right() -> None:
    refused = answered(SSHD_ADMINS, "", code=1, err="sshd: no hostkeys available -- exiting.")

    assert root_over_ssh(refused).reason is Reason.NO_PRIVILEGE


def test_groups_without_the_list_of_accounts_are_not_judged() -> None:
    said = SAID.replace("login no", "login yes\nallowgroups staff")
    told = (RECORDED / "sshd-password.txt").read_text()
    host = recording(answered(SSHD_ADMINS, said), answered(SSHD, told), answered(LISTENERS, SSH_LISTENS))

    assert only("access/root-over-ssh", host).outcome is Outcome.NOT_ASSESSED


# ---- ACC-LNX-005: guessing ---------------------------------------------------------------------

BOTH_SET = "root:locked\nanna:set\nbob:set\ngone:locked\n==end\n"
WEB_LISTENS = 'tcp LISTEN 0 128 0.0.0.0:80 0.0.0.0:* users:(("nginx",pid=7,fd=3))\nend=ss\n'
# As OpenSSH 9.8 and later prints it; after its source, not recorded.
PENALTIES = "persourcepenalties crash:90.000000 authfail:5.000000 noauth:1.000000 max:600.000000 min:15.000000\n"


def guessing(
    settings: str = "sshd-password.txt",
    *,
    running: str = "sshd\n",
    jails: str | None = "end=jails\n",
    penalties: str = "",
    pam: str | None = DEBIAN_PAM,
    shadow: str | None = BOTH_SET,
    passwd: str = PASSWD,
    listening: str = SSH_LISTENS,
) -> Finding:
    told = (RECORDED / settings).read_text().replace("permitrootlogin", f"{penalties}permitrootlogin")
    given = {JAILS: jails, PAM: pam, SHADOW: shadow}
    answers = [
        Answer(question, Status.DENIED) if text is None else answered(question, text, as_root=True)
        for question, text in given.items()
    ]
    known = (answered(SSHD, told, as_root=True), answered(COMMS, running + ".\n"), answered(LISTENERS, listening))
    return only("access/guessing-slowed", recording(*answers, *known, accounts(passwd)))


def locking(deny: int) -> str:
    line = f"/etc/pam.d/sshd:auth required pam_faillock.so preauth deny={deny}\n"
    return DEBIAN_PAM.replace("file=/etc/pam.d/sshd\n", f"file=/etc/pam.d/sshd\n{line}")


def test_passwords_over_ssh_that_nothing_slows_fail() -> None:
    assert guessing().outcome is Outcome.FAIL


@pytest.mark.parametrize(
    ("settings", "outcome"),
    [
        ({"running": "sshd\nsshguard\n"}, Outcome.PASS),
        ({"penalties": PENALTIES}, Outcome.PASS),
        ({"penalties": PENALTIES.replace("authfail:5", "authfail:0")}, Outcome.FAIL),
        ({"penalties": "persourcepenalties no\n"}, Outcome.FAIL),
        ({"pam": locking(10)}, Outcome.PASS),
        ({"pam": locking(11)}, Outcome.FAIL),
        ({"pam": locking(0)}, Outcome.FAIL),
    ],
)
def test_what_slows_guessing_by_itself_passes(settings: dict[str, str], outcome: Outcome) -> None:
    assert guessing(**settings).outcome is outcome


@pytest.mark.parametrize(
    ("told", "outcome"),
    [
        ("jail=sshd 5 yes yes\n", Outcome.PASS),
        ("jail=sshd 20 yes yes\njail=ssh-slow 8 yes yes\n", Outcome.PASS),
        ("jail=sshd 20 yes yes\n", Outcome.FAIL),
        ("jail=sshd 5 no yes\n", Outcome.FAIL),
        ("jail=sshd 5 yes no\n", Outcome.FAIL),
        ("down\n", Outcome.FAIL),
        ("", Outcome.FAIL),
        ("jail=sshd many yes yes\n", Outcome.NOT_ASSESSED),
    ],
)
def test_fail2ban_counts_only_with_a_jail_that_watches_ssh_and_acts(told: str, outcome: Outcome) -> None:
    assert guessing(running="sshd\nfail2ban-server\n", jails=f"{told}end=jails\n").outcome is outcome


def test_the_jails_do_not_count_when_fail2ban_does_not_run() -> None:
    assert guessing(jails="jail=sshd 5 yes yes\nend=jails\n").outcome is Outcome.FAIL


@pytest.mark.parametrize(
    ("running", "told", "outcome"),
    [
        ("crowdsec\ncrowdsec-firewa\n", "crowdsec\n", Outcome.PASS),
        ("crowdsec\ncrowdsec-firewa\n", "", Outcome.FAIL),
        ("crowdsec\n", "crowdsec\n", Outcome.FAIL),
        ("crowdsec-firewa\n", "crowdsec\n", Outcome.FAIL),
    ],
)
def test_crowdsec_counts_only_with_rules_for_ssh_and_a_bouncer(running: str, told: str, outcome: Outcome) -> None:
    """The names of processes and files are those of its documentation; it was not run."""
    assert guessing(running=f"sshd\n{running}", jails=f"{told}end=jails\n").outcome is outcome


def test_jails_that_could_not_be_read_matter_only_when_nothing_else_slows() -> None:
    running = "sshd\nfail2ban-server\n"

    assert guessing(running=running, jails=None).reason is Reason.NO_PRIVILEGE
    assert guessing(running=running, jails=None, penalties=PENALTIES).outcome is Outcome.PASS
    assert guessing(running="sshd\n", jails=None).outcome is Outcome.FAIL


def test_pam_that_could_not_be_read_is_not_assessed_unless_something_slows() -> None:
    assert guessing(pam=None).reason is Reason.NO_PRIVILEGE
    assert guessing(pam=None, running="sshd\nsshguard\n").outcome is Outcome.PASS


def test_another_ssh_server_is_not_slowed_by_what_slows_this_one() -> None:
    listening = SSH_LISTENS.replace("end=ss", SSH_LISTENS.replace("sshd", "dropbear").replace(":22 ", ":2222 ", 1))

    assert guessing(running="sshd\nsshguard\n", listening=listening).outcome is Outcome.NOT_ASSESSED


@pytest.mark.parametrize(
    ("settings", "listening"), [("sshd-keys-only.txt", SSH_LISTENS), ("sshd-keys-only.txt", WEB_LISTENS)]
)
def test_without_passwords_over_ssh_only_people_on_the_machine_can_guess(settings: str, listening: str) -> None:
    def found(**more: str | None) -> Outcome:
        return guessing(settings, listening=listening, **more).outcome  # type: ignore[arg-type]

    assert found() is Outcome.WARN
    assert found(pam=locking(5)) is Outcome.PASS
    assert found(shadow=BOTH_SET.replace("bob:set", "bob:locked")) is Outcome.NOT_APPLICABLE
    assert found(shadow=None) is Outcome.NOT_ASSESSED
    assert found(shadow=None, passwd=PASSWD.replace("/bin/zsh", "/bin/false")) is Outcome.NOT_APPLICABLE


@as_root
def test_the_real_fail2ban_tells_its_jails(tmp_path: Path) -> None:
    """A server of its own, in namespaces without a network; it ends with them."""
    (tmp_path / "jail").write_text("""
[DEFAULT]
filter = sshd
backend = polling
logpath = /var/log/auth.log
[sshd]
enabled = true
logpath = /var/log/auth.log
maxretry = 4
[ssh-empty]
enabled = true
logpath = /var/log/empty.log
[ssh-idle]
enabled = true
action =
[mail]
enabled = true
""")
    (tmp_path / "question").write_text(JAILS.text)
    asked = "\n".join(f"{shell} < {tmp_path}/question; echo ==" for shell in SHELLS)
    before = f"""for d in /run/fail2ban /var/lib/fail2ban /var/log /etc/fail2ban/jail.d; do
      mkdir -p $d; mount -t tmpfs none $d
    done
    mkdir -p /run/fail2ban; : > /var/log/empty.log; echo x > /var/log/auth.log
    cp {tmp_path}/jail /etc/fail2ban/jail.d/own.local
    fail2ban-client start >/dev/null 2>&1
    {asked}"""

    said = put_for_real("true", "", before, net=True).decode()

    told = {frozenset(each.splitlines()) for each in said.split("==\n")[:-1]}
    assert told == {
        frozenset({"jail=sshd 4 yes yes", "jail=ssh-empty 5 no yes", "jail=ssh-idle 5 yes no", "end=jails"})
    }


@as_root
def test_a_fail2ban_that_does_not_run_is_told_as_down() -> None:
    assert put_for_real("dash", JAILS.text, "mkdir -p /run/fail2ban; mount -t tmpfs none /run/fail2ban") == (
        b"down\nend=jails\n"
    )
