"""ACC-LNX-002, 004, 005, 006 and 007. The real tools are asked, with files bound over those of this machine."""

from __future__ import annotations

import os
import struct
import subprocess
import time
from datetime import date, timedelta
from pathlib import Path

import pytest

from nis2scan.api import Answer, Finding, Outcome, Policy, Reason, Recording, Status
from nis2scan.facts.linux.accounts import ACCOUNTS, SHADOW
from nis2scan.facts.linux.guessing import JAILS
from nis2scan.facts.linux.listeners import LISTENERS
from nis2scan.facts.linux.logins import ACCOUNT_DAYS, LOGINS, SSH_LOGINS
from nis2scan.facts.linux.nfs import EXPORTS
from nis2scan.facts.linux.pam import PAM
from nis2scan.facts.linux.samba import SAMBA
from nis2scan.facts.linux.services import COMMS
from nis2scan.facts.linux.ssh_admins import SSHD_ADMINS
from nis2scan.facts.linux.ssh_keys import SSH_KEYS, SshKeys
from nis2scan.facts.linux.sshd import SSHD
from nis2scan.testing import NOON, answered, fact, findings, only, recording

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
# As OpenSSH 10.0 of Debian 13 says it, unasked.
PENALTIES = (
    "persourcepenalties crash:90 authfail:5 noauth:1 grace-exceeded:10 refuseconnection:10 max:600 min:15 "
    "max-sources4:65536 max-sources6:65536 overflow:permissive overflow6:permissive\n"
)


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
    line = f"/etc/pam.d/sshd:auth required pam_faillock.so authfail deny={deny}\n"
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


# ---- ACC-LNX-007: file shares ------------------------------------------------------------------

SMBD = 'tcp LISTEN 0 50 0.0.0.0:445 0.0.0.0:* users:(("smbd",pid=7,fd=3))\nend=ss\n'
NFSD = "tcp LISTEN 0 64 0.0.0.0:2049 0.0.0.0:*\nend=ss\n"


def shares(said: bytes | str | Answer = "", exports: str | Answer = "", listening: str = SMBD) -> dict[str, Outcome]:
    samba = said if isinstance(said, Answer) else answered(SAMBA, said, as_root=True)
    nfs = exports if isinstance(exports, Answer) else answered(EXPORTS, exports)
    host = recording(samba, nfs, answered(LISTENERS, listening))
    return {item.subject: item.outcome for item in findings("access/file-shares", host)}


def samba_says(config: str, folder: Path, shell: str = "dash", also: str = "true") -> bytes:
    """What the real testparm tells of these settings; with folders of its own for what users share."""
    (folder / "smb.conf").write_text(config)
    before = f"""mkdir -p /var/lib/samba /etc/samba; mount -t tmpfs none /var/lib/samba; mount -t tmpfs none /etc/samba
    mount -t tmpfs none /srv; mkdir -p /var/lib/samba/usershares /srv/data /srv/open /srv/sticky
    chmod 777 /srv/open; chmod 1777 /srv/sticky; chmod 1770 /var/lib/samba/usershares; ln -s /srv/open /srv/link
    cp {folder}/smb.conf /etc/samba/; {also}"""
    return put_for_real(shell, SAMBA.text, before)


SMB_CONF = """[global]
map to guest = bad user
usershare allow guests = yes
guest account = ftp
[open]
path = /srv/data
public = yes
writeable = yes
[listed]
path = /srv/data
guest ok = yes
write list = @team, ftp
[read]
path = /srv/data
guest ok = yes
[team]
path = /srv/data
guest ok = yes
read only = no
valid users = @team anna
[team2]
path = /srv/data
guest ok = yes
read only = no
valid users = anna "ftp"
[own]
path = /srv/data
read only = no
[world]
path = /srv/open
[world2]
path = /srv/link
[sticky]
path = /srv/sticky
[off]
path = /srv/data
guest ok = yes
read only = no
available = no
[homes]
read only = no
[printers]
path = /var/spool/samba
printable = yes
guest ok = yes
"""
OF_USERS = """cd /var/lib/samba/usershares
for n in guest:y:F look:y:R none:n:F; do
  IFS=: read -r name ok acl <<X
$n
X
  printf '#VERSION 2\\npath=/home/anna\\nusershare_acl=S-1-1-0:%s,\\nguest_ok=%s\\nsharename=x\\n' $acl $ok > $name
done
printf 'guest_ok=y\\nusershare_acl=S-1-1-0:F,\\n' > /tmp/elsewhere.$$; ln -s /tmp/elsewhere.$$ linked; mkfifo pipe
"""


@as_root
@pytest.mark.parametrize("shell", SHELLS)
def test_the_real_testparm_tells_who_gets_in(shell: str, tmp_path: Path) -> None:
    said = samba_says(SMB_CONF, tmp_path, shell, OF_USERS)

    assert shares(said) == {
        "smb open": Outcome.FAIL,
        "smb listed": Outcome.FAIL,
        "smb read": Outcome.WARN,
        "smb team": Outcome.PASS,
        "smb team2": Outcome.FAIL,
        "smb own": Outcome.PASS,
        "smb world": Outcome.WARN,
        "smb world2": Outcome.WARN,
        "smb sticky": Outcome.PASS,
        "smb off": Outcome.NOT_APPLICABLE,
        "smb homes": Outcome.PASS,
        "smb printers": Outcome.NOT_APPLICABLE,
        "smb guest": Outcome.FAIL,
        "smb look": Outcome.WARN,
        "smb none": Outcome.PASS,
    }


@as_root
def test_what_global_sets_holds_for_every_share_that_says_nothing_else(tmp_path: Path) -> None:
    config = "[global]\nguest ok = yes\nread only = no\n[a]\npath=/srv/data\n[b]\npath=/srv/data\nguest ok = no\n"

    assert shares(samba_says(config, tmp_path)) == {"smb a": Outcome.FAIL, "smb b": Outcome.PASS}


@as_root
def test_guests_of_users_shares_are_refused_where_samba_does_not_allow_them(tmp_path: Path) -> None:
    found = shares(samba_says("[global]\n", tmp_path, also=OF_USERS))

    assert found == {"smb guest": Outcome.PASS, "smb look": Outcome.PASS, "smb none": Outcome.PASS}


@as_root
def test_a_samba_without_shares_is_not_applicable(tmp_path: Path) -> None:
    assert shares(samba_says("[global]\n", tmp_path)) == {"": Outcome.NOT_APPLICABLE}


@as_root
@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize(
    "line",
    ["include = registry", "registry shares = yes", "config backend = registry", "include = /etc/samba/more.conf"],
)
def test_testparm_is_not_run_where_it_would_make_a_file(line: str, shell: str, tmp_path: Path) -> None:
    """testparm opens registry.tdb for writing, and makes it where it is not there."""
    also = "printf '[global]\\nconfig Backend=Registry\\n' > /etc/samba/more.conf"
    said = samba_says(f"[global]\n{line}\n[a]\npath=/srv\n", tmp_path, shell, also)

    assert said == b"unread=registry\nend=samba\n"
    assert shares(said) == {"": Outcome.NOT_ASSESSED}


@as_root
@pytest.mark.parametrize(
    ("line", "also"),
    [
        ("include = /etc/samba/%m.conf", "true"),
        ("include = /etc/samba/own", "touch /etc/samba/own; chown 1000 /etc/samba/own"),
        ("include = /etc/samba/pipe", "mkfifo /etc/samba/pipe"),
        ("usershare path = /home/shares", "true"),
        ("a = b", "rm /etc/samba/smb.conf"),
    ],
)
def test_shares_that_stand_elsewhere_are_not_assessed(line: str, also: str, tmp_path: Path) -> None:
    found = shares(samba_says(f"[global]\n{line}\n[a]\npath=/srv\n", tmp_path, also=also))

    assert found[""] is Outcome.NOT_ASSESSED


@as_root
def test_an_included_file_of_root_counts(tmp_path: Path) -> None:
    also = "printf '[b]\\npath=/srv/data\\nguest ok = yes\\nread only = no\\n' > /etc/samba/more.conf"
    said = samba_says("[global]\ninclude = /etc/samba/more.conf\n", tmp_path, also=also)

    assert shares(said) == {"smb b": Outcome.FAIL}


ETAB = (RECORDED / "nfs-etab-debian12.txt").read_text() + "end=etab\n"


def test_who_may_use_an_nfs_export_is_told_by_its_clients() -> None:
    """Written by the real exportfs of Debian 12 for an /etc/exports with every kind of client."""
    assert shares(exports=ETAB, listening=NFSD) == {
        "nfs /srv/a": Outcome.WARN,
        "nfs /srv/b": Outcome.FAIL,
        "nfs /srv/c d": Outcome.WARN,
        "nfs /srv/e": Outcome.PASS,
        "nfs /srv/f": Outcome.WARN,
    }


@pytest.mark.parametrize(
    ("client", "outcome"),
    [
        ("*(rw,secure,root_squash,no_all_squash,sec=sys,rw,root_squash,no_all_squash)", Outcome.FAIL),
        ("*(ro,secure,root_squash,sec=sys,ro,root_squash)", Outcome.WARN),
        ("*(rw,secure,root_squash,sec=krb5p,rw,root_squash)", Outcome.PASS),
        ("*(rw,root_squash,sec=krb5,rw,root_squash,sec=sys,ro,root_squash)", Outcome.WARN),
        ("*(rw,root_squash,sec=krb5:sys,rw,root_squash)", Outcome.FAIL),
        ("0.0.0.0/0(rw,root_squash,sec=sys,rw,root_squash)", Outcome.FAIL),
        ("203.0.0.0/8(rw,root_squash,sec=sys,rw,root_squash)", Outcome.FAIL),
        ("10.0.0.0/255.0.0.0(rw,root_squash,sec=sys,rw,root_squash)", Outcome.WARN),
        ("10.0.0.0/24(rw,no_root_squash,sec=sys,rw,no_root_squash,no_all_squash)", Outcome.FAIL),
        ("10.0.0.0/24(rw,no_root_squash,all_squash,sec=sys,rw,no_root_squash,all_squash)", Outcome.WARN),
        ("@trusted(rw,no_root_squash,sec=sys,rw,no_root_squash)", Outcome.FAIL),
        ("*.lan(ro,root_squash)", Outcome.WARN),
        ("10.0.0.5(rw,no_root_squash,sec=sys,rw,no_root_squash)", Outcome.PASS),
        ("backup(rw,root_squash)", Outcome.PASS),
        ("10.0.0.5(rw,insecure,root_squash,sec=sys,rw,root_squash)", Outcome.WARN),
        ("*(rw,root_squash,sec=odd,rw,root_squash)", Outcome.NOT_ASSESSED),
    ],
)
def test_an_export_is_judged_by_its_worst_client(client: str, outcome: Outcome) -> None:
    found = shares(exports=f"/srv\t10.9.9.9(ro,root_squash)\n/srv\t{client}\nend=etab\n", listening=NFSD)

    assert set(found.values()) == {outcome}


@as_root
@pytest.mark.parametrize("shell", SHELLS)
def test_the_real_question_reads_what_exportfs_wrote(shell: str) -> None:
    before = "mount -t tmpfs none /proc/fs; mkdir -p /proc/fs/nfsd /var/lib/nfs; mount -t tmpfs none /var/lib/nfs\n"
    before += f"cp {RECORDED}/nfs-etab-debian12.txt /var/lib/nfs/etab"

    assert put_for_real(shell, EXPORTS.text, before).decode() == ETAB


def test_shares_count_only_where_something_listens() -> None:
    """What is set and not served is no share; nothing of both is not applicable."""
    said = "[global]\n[open]\n\tguest ok = Yes\n\tread only = No\nend=samba\n"

    assert shares(said, ETAB, SSH_LISTENS) == {"": Outcome.NOT_APPLICABLE}
    assert shares(said, Answer(EXPORTS, Status.ERROR)) == {"smb open": Outcome.FAIL}
    assert set(shares(Answer(SAMBA, Status.MISSING), ETAB, NFSD)) == {
        f"nfs /srv/{name}" for name in ("a", "b", "c d", "e", "f")
    }


@pytest.mark.parametrize(
    ("said", "exports", "listening"),
    [
        (Answer(SAMBA, Status.MISSING), "end=etab\n", SMBD),
        (Answer(SAMBA, Status.TIMEOUT), "end=etab\n", SMBD),
        ("", "end=etab\n", SMBD),
        ("[global]\n", "end=etab\n", SMBD),
        ("what\nend=samba\n", "end=etab\n", SMBD),
        ("end=samba\n", "end=etab\n", SMBD),
        ("[global]\nend=samba\n", "end=etab\n", SMBD.replace("smbd", "ksmbd.mountd")),
        ("[global]\nend=samba\n", "/srv\t*(ro)\n", NFSD),
        ("[global]\nend=samba\n", "nonsense\nend=etab\n", NFSD),
        ("[global]\nend=samba\n", answered(EXPORTS, "", code=3, err="no NFS server of the kernel"), NFSD),
        ("[global]\nend=samba\n", "end=etab\n", NFSD.replace(":*\n", ':* users:(("ganesha.nfsd",pid=1,fd=2))\n')),
        ("[global]\nend=samba\n", "end=etab\n", "tcp LISTEN 0 64"),
    ],
)
def test_shares_that_could_not_be_read_are_not_assessed(
    said: str | Answer, exports: str | Answer, listening: str
) -> None:
    assert shares(said, exports, listening)[""] is Outcome.NOT_ASSESSED


def test_a_bad_share_is_told_even_when_others_could_not_be_read() -> None:
    said = "unread=/var/lib/samba/usershares\n[global]\n[open]\n\tguest ok = Yes\n\tread only = No\nend=samba\n"

    assert shares(said) == {"": Outcome.NOT_ASSESSED, "smb open": Outcome.FAIL}


# ---- ACC-LNX-006: SSH keys ---------------------------------------------------------------------

FILE = "authorizedkeyscommand none\nauthorizedkeysfile .ssh/authorized_keys\n"


def keys(said: bytes | str | Answer, *, listening: str = SSH_LISTENS, policy: Policy | None = None) -> Finding:
    told = said if isinstance(said, Answer) else answered(SSH_KEYS, said, as_root=True)
    return only("access/ssh-keys", recording(told, accounts(), answered(LISTENERS, listening)), policy=policy)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Public keys of every kind, made by the real ssh-keygen."""
    folder, found = tmp_path_factory.mktemp("keys"), {}
    for name in ("rsa 1024", "rsa 2048", "rsa 3072", "ed25519 256", "ecdsa 384", "dsa 1024"):
        kind, bits = name.split()
        path = folder / name.replace(" ", "-")
        command = ["ssh-keygen", "-q", "-t", kind, "-b", bits, "-N", "", "-C", "secret remark", "-f", str(path)]
        subprocess.run(command, check=True)
        found[name] = path.with_suffix(".pub").read_text().strip()
    return found


def keys_say(lines: str, folder: Path, shell: str = "dash", also: str = "true", config: str = "") -> bytes:
    """What the real sshd and ssh-keygen tell of anna's file."""
    (folder / "passwd").write_text(PASSWD + "sshd:x:110:65534::/run/sshd:/usr/sbin/nologin\n")
    (folder / "keys").write_text(lines)
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(folder / "key")], check=True)
    (folder / "sshd_config").write_text(f"HostKey {folder}/key\n{config}\n")
    before = f"""mkdir -p /run/sshd; mount -t tmpfs none /home; mount -t tmpfs none /root
    mount --bind {folder}/passwd /etc/passwd; mount --bind {folder}/sshd_config /etc/ssh/sshd_config
    mkdir -p /home/anna/.ssh /home/bob/.ssh; cp {folder}/keys /home/anna/.ssh/authorized_keys; {also}"""
    return put_for_real(shell, SSH_KEYS.text, before)


@as_root
@pytest.mark.parametrize(
    ("lines", "outcome"),
    [
        ("{ed25519 256}\n{rsa 3072}\n{ecdsa 384}", Outcome.PASS),
        ("{ed25519 256}\n{rsa 1024}\n", Outcome.FAIL),
        ("{dsa 1024}\n", Outcome.FAIL),
        ('no-pty,from="10.0.0.1" {rsa 1024}\n', Outcome.FAIL),
        ("{rsa 2048}\n", Outcome.WARN),
        ("restrict {rsa 2048}\n", Outcome.WARN),
        ('command="echo \\"from=me\\"" {rsa 2048}\n', Outcome.WARN),
        ('from="10.0.0.1,10.0.0.2",command="/bin/x \\"a b\\"" {rsa 2048}\n', Outcome.PASS),
        ("# {rsa 1024}\n\n  {ed25519 256}\nnonsense\n", Outcome.PASS),
        ("{rsa 1024}\nssh-ed25519 AAAAbroken\n", Outcome.FAIL),
        ("{ed25519 256}\nssh-ed25519 AAAAbroken\n", Outcome.NOT_ASSESSED),
        ("{ed25519 256}\nssh-next@openssh.com AAAAunknown\n", Outcome.NOT_ASSESSED),
        ("# none\n", Outcome.NOT_APPLICABLE),
    ],
)
def test_the_keys_of_an_account_are_judged(lines: str, outcome: Outcome, made: dict[str, str], tmp_path: Path) -> None:
    for name, key in made.items():
        lines = lines.replace("{" + name + "}", key)

    assert keys(keys_say(lines, tmp_path)).outcome is outcome


@as_root
@pytest.mark.parametrize("shell", SHELLS)
def test_no_key_and_no_remark_leaves_the_machine(shell: str, made: dict[str, str], tmp_path: Path) -> None:
    said = keys_say("\n".join([*made.values(), 'environment="TOKEN=geheim" ' + made["rsa 3072"]]), tmp_path, shell)

    for word in (b"AAAA", b"secret", b"remark", b"geheim", b"TOKEN"):
        assert word not in said
    known: SshKeys = fact(SshKeys, recording(answered(SSH_KEYS, said, as_root=True)))
    assert {(key.kind, key.bits) for key in known.of("anna") if key.kind == "ssh-rsa"} == {
        ("ssh-rsa", 1024),
        ("ssh-rsa", 2048),
        ("ssh-rsa", 3072),
    }
    assert [key.options for key in known.keys if key.options] == [frozenset({"environment"})]
    assert not known.unread


@as_root
@pytest.mark.parametrize(
    "what",
    [
        "ln -s /etc/shadow /home/bob/.ssh/authorized_keys",
        "rmdir /home/bob/.ssh; ln -s /root/.ssh /home/bob/.ssh",
        "mkfifo /home/bob/.ssh/authorized_keys",
        "mkdir /home/bob/.ssh/authorized_keys",
    ],
)
def test_as_root_only_plain_files_of_a_user_are_opened(what: str, made: dict[str, str], tmp_path: Path) -> None:
    also = f"mkdir -p /root/.ssh; echo '{made['ecdsa 384']}' > /root/.ssh/authorized_keys; {what}"
    said = keys_say(made["ed25519 256"], tmp_path, also=also)

    assert b"unread=bob\n" in said
    assert said.count(b"(ECDSA)") == 1
    assert keys(said).outcome is Outcome.NOT_ASSESSED


@as_root
def test_keys_are_looked_for_where_sshd_looks(made: dict[str, str], tmp_path: Path) -> None:
    also = f"mount -t tmpfs none /srv; mkdir /srv/anna; echo '{made['rsa 1024']}' > /srv/anna/keys"
    config = "AuthorizedKeysFile /srv/%u/keys %h/.ssh/more"

    assert keys(keys_say("", tmp_path, also=also, config=config)).outcome is Outcome.FAIL
    (tmp_path / "key").unlink()
    assert keys(keys_say(made["rsa 1024"], tmp_path, config=config)).outcome is Outcome.NOT_APPLICABLE


def test_many_keys_of_an_administrator_are_a_warning() -> None:
    def of(user: str, count: int) -> Outcome:
        lines = "key=ssh-ed25519 \n" * count + ".\n" + "seen=256 SHA256:x (ED25519)\n" * count
        return keys(f"{FILE}user={user}\n{lines}end=keys\n").outcome

    assert of("anna", 10) is Outcome.PASS
    assert of("anna", 11) is Outcome.WARN
    assert of("gone", 11) is Outcome.WARN
    assert of("carl", 11) is Outcome.PASS


def test_a_newer_ssh_keygen_that_knows_no_dsa_changes_nothing() -> None:
    said = f"{FILE}user=anna\nkey=ssh-dss \nkey=ssh-ed25519 \n.\nseen=256 SHA256:x (ED25519)\nend=keys\n"

    assert keys(said).outcome is Outcome.FAIL


ONE = "user=anna\nkey=ssh-ed25519 \n.\nseen=256 SHA256:x (ED25519)\n"


@pytest.mark.parametrize(
    "said",
    [
        "",
        FILE + ONE,
        ONE + "end=keys\n",
        FILE + ONE + "unread=bob\nend=keys\n",
        FILE.replace("none", "/usr/bin/sss_ssh_authorizedkeys") + ONE + "end=keys\n",
        FILE + ONE.replace(".\n", "") + "end=keys\n",
        FILE + ONE.replace("seen=256 SHA256:x (ED25519)\n", "") + "end=keys\n",
        FILE + ONE + "what is this\nend=keys\n",
        Answer(SSH_KEYS, Status.DENIED),
        Answer(SSH_KEYS, Status.MISSING),
    ],
)
def test_keys_that_were_not_read_whole_are_not_assessed(said: str | Answer) -> None:
    assert keys(FILE + ONE + "end=keys\n").outcome is Outcome.PASS
    assert keys(said).outcome is Outcome.NOT_ASSESSED


def test_without_an_ssh_server_no_key_opens_anything() -> None:
    assert keys(Answer(SSH_KEYS, Status.MISSING), listening=WEB_LISTENS).outcome is Outcome.NOT_APPLICABLE


# ---- ACC-LNX-006, over the office --------------------------------------------------------------


def machine(name: str, fingerprint: str = "SHA256:x", options: str = "", more: str = "") -> Recording:
    said = f"{FILE}user=root\nkey=ssh-ed25519 {options}\n.\nseen=256 {fingerprint} (ED25519)\n{more}end=keys\n"
    return recording(answered(SSH_KEYS, said), answered(LISTENERS, SSH_LISTENS), host=name)


def shared(*machines: Recording) -> Outcome:
    return only("access/shared-root-key", *machines).outcome


def test_one_key_that_is_root_on_many_machines_is_a_warning() -> None:
    four = [machine(name) for name in "abcd"]

    assert shared(*four) is Outcome.WARN
    assert shared(*four[:3]) is Outcome.PASS
    assert shared(*four[:3], machine("d", "SHA256:y")) is Outcome.PASS
    assert shared(*four[:3], machine("d", options=",command,restrict")) is Outcome.PASS


def test_a_machine_whose_root_keys_were_not_seen_may_have_it_too() -> None:
    three, unseen = [machine(name) for name in "abc"], recording(host="d")

    assert shared(*three, unseen) is Outcome.NOT_ASSESSED
    assert shared(*three[:2], unseen) is Outcome.PASS
    assert shared(*three, machine("d", "SHA256:y", more="unread=root\n")) is Outcome.NOT_ASSESSED
    assert shared(*three, recording(host="pc", platform="windows")) is Outcome.PASS
    assert shared(unseen) is Outcome.NOT_ASSESSED
    assert shared(recording(answered(LISTENERS, WEB_LISTENS), host="e")) is Outcome.NOT_APPLICABLE


# ---- ACC-LNX-004: dormant accounts -------------------------------------------------------------

KEY_OF_BOB = f"{FILE}user=bob\nkey=ssh-ed25519 \n.\nseen=256 SHA256:x (ED25519)\nend=keys\n"


def ago(days: int) -> str:
    return f"{NOON - timedelta(days=days):%b %d %H:%M:%S %Y}"


def day(days: int) -> int:
    return (NOON.date() - timedelta(days=days) - date(1970, 1, 1)).days


def logins(*, begins: int | None = 400, opened: str = "", **last: int) -> str:
    rows = [f"login={ago(days)} {name}\n" for name, days in last.items()]
    rows += [f"begins={ago(begins)}\n"] if begins is not None else []
    return "".join(rows) + (f"open={opened}\n" if opened else "") + "end=logins\n"


def dormant(
    said: str | bytes | None,
    accepted: str | None = "end=accepted\n",
    *,
    shadow: str | None = BOTH_SET,
    days: str | None = "",
    known: str | None = FILE + "end=keys\n",
    policy: Policy | None = None,
) -> Finding:
    if days == "":
        days = f"root::\nanna:{day(900)}:\nbob:{day(900)}:\n==end\n"
    given = {LOGINS: said, SSH_LOGINS: accepted, SHADOW: shadow, ACCOUNT_DAYS: days, SSH_KEYS: known}
    answers = [
        Answer(question, Status.DENIED) if text is None else answered(question, text, as_root=True)
        for question, text in given.items()
    ]
    host = recording(*answers, accounts(), answered(LISTENERS, SSH_LISTENS))
    return only("access/dormant-accounts", host, policy=policy)


@pytest.mark.parametrize(
    ("bob", "outcome"),
    [(0, Outcome.PASS), (45, Outcome.PASS), (46, Outcome.WARN), (180, Outcome.WARN), (181, Outcome.FAIL)],
)
def test_the_oldest_last_login_counts(bob: int, outcome: Outcome) -> None:
    found = dormant(logins(anna=1, bob=bob))

    assert found.outcome is outcome
    if outcome in (Outcome.WARN, Outcome.FAIL):
        assert f"bob ({bob} days)" in str(found.found)
        assert "anna" not in str(found.found)


@pytest.mark.parametrize(
    ("begins", "made", "outcome"),
    [
        (30, 900, Outcome.NOT_ASSESSED),
        (30, 20, Outcome.PASS),
        (100, 900, Outcome.WARN),
        (400, 900, Outcome.FAIL),
        (400, 20, Outcome.PASS),
        (400, 60, Outcome.WARN),
    ],
)
def test_never_logged_in_counts_only_as_far_as_records_and_the_account_go_back(
    begins: int, made: int, outcome: Outcome
) -> None:
    days = f"root::\nanna:{day(900)}:\nbob:{day(made)}:\n==end\n"

    assert dormant(logins(begins=begins, anna=1), days=days).outcome is outcome


def test_a_command_over_ssh_is_use_too() -> None:
    then = int((NOON - timedelta(days=3)).timestamp())

    assert dormant(logins(anna=1, bob=300), f"{then} bob\nend=accepted\n").outcome is Outcome.PASS
    assert dormant(logins(anna=1, bob=300), f"{then} anna\nend=accepted\n").outcome is Outcome.FAIL


def test_a_session_that_is_still_open_is_use() -> None:
    assert dormant(logins(anna=1, bob=300, opened="bob")).outcome is Outcome.PASS


def test_only_what_can_be_logged_in_to_counts() -> None:
    locked = BOTH_SET.replace("bob:set", "bob:locked")
    said = logins(anna=1, bob=300)

    assert dormant(said, shadow=locked).outcome is Outcome.PASS
    assert dormant(said, shadow=locked, known=KEY_OF_BOB).outcome is Outcome.FAIL
    assert dormant(said, shadow=locked.replace("anna:set", "anna:locked")).outcome is Outcome.NOT_APPLICABLE
    closed = f"root::\nanna:{day(900)}:\nbob:{day(900)}:0\n==end\n"
    assert dormant(said, days=closed).outcome is Outcome.PASS
    assert dormant(said, days=closed.replace(":0\n", f":{day(-30)}\n")).outcome is Outcome.FAIL


@pytest.mark.parametrize("known", [None, f"{FILE}unread=bob\nend=keys\n"])
def test_an_account_that_may_have_a_key_is_not_assessed(known: str | None) -> None:
    locked = BOTH_SET.replace("bob:set", "bob:locked")

    assert dormant(logins(anna=1, bob=300), shadow=locked, known=known).outcome is Outcome.NOT_ASSESSED
    assert dormant(logins(anna=1, bob=3), shadow=locked, known=known).outcome is Outcome.PASS
    assert dormant(logins(anna=1, bob=300), known=known).outcome is Outcome.FAIL


def test_records_that_stopped_say_nothing() -> None:
    """After an upgrade the old files stay, and nobody writes in them any more."""
    found = dormant(logins(anna=60, bob=300))

    assert (found.outcome, found.reason) == (Outcome.NOT_ASSESSED, Reason.STALE_DATA)


@pytest.mark.parametrize(
    "gone",
    [
        {"said": None},
        {"said": ""},
        {"said": "end=logins\n"},
        {"said": logins(begins=None, anna=1, bob=300)},
        {"said": "odd\n" + logins(anna=1, bob=300)},
        {"accepted": None},
        {"accepted": "failed\nend=accepted\n"},
        {"accepted": ""},
        {"shadow": None},
        {"days": None},
        {"days": "==end\n"},
    ],
)
def test_use_that_was_not_read_is_not_assessed(gone: dict[str, str | None]) -> None:
    assert dormant(**{"said": logins(anna=1, bob=300), **gone}).outcome is Outcome.NOT_ASSESSED  # type: ignore[arg-type]


def session(kind: int, line: str, user: str, days: int) -> bytes:
    """One record of utmp(5) on a 64-bit machine. kind: 7 is a login, 8 its end."""
    when = int((NOON - timedelta(days=days)).timestamp())
    text = (line.encode(), b"0", user.encode(), b"198.51.100.7")
    return struct.pack("<hxxi32s4s32s256shhiii4i20s", kind, 1, *text, 0, 0, 0, when, 0, 0, 0, 0, 0, b"")


@as_root
@pytest.mark.parametrize("shell", SHELLS)
def test_the_real_tools_tell_the_records_of_old_kind(shell: str, tmp_path: Path) -> None:
    """lastlog and last of Debian 12; root is known from lastlog only, bob from the older wtmp only."""
    kept = struct.pack("<i32s256s", int((NOON - timedelta(days=390)).timestamp()), b"tty1", b"")
    (tmp_path / "lastlog").write_bytes(kept)
    (tmp_path / "wtmp").write_bytes(session(7, "pts/0", "anna", 2) + session(8, "pts/0", "", 2))
    (tmp_path / "wtmp.1").write_bytes(session(7, "pts/0", "bob", 200) + session(8, "pts/0", "", 200))
    (tmp_path / "passwd").write_text(PASSWD)
    before = f"""mount --bind {tmp_path}/passwd /etc/passwd; mount -t tmpfs none /var/log
    cp {tmp_path}/lastlog {tmp_path}/wtmp* /var/log; export LC_ALL=C TZ=UTC0"""

    said = put_for_real(shell, LOGINS.text, before)

    assert b"198.51.100.7" not in said
    found = dormant(said)
    assert found.outcome is Outcome.FAIL
    assert "bob (200 days)" in str(found.found)
    assert dormant(said, shadow=BOTH_SET.replace("bob:set", "bob:locked")).outcome is Outcome.PASS


def test_the_records_of_new_kind_are_read() -> None:
    """Told by the question on Debian 13, by its lastlog2 2.41 and wtmpdb 0.73, of the same logins."""
    found = dormant((RECORDED / "logins-debian13.txt").read_bytes())

    assert found.outcome is Outcome.WARN
    assert "bob (" in str(found.found)


@as_root
@pytest.mark.parametrize("shell", SHELLS)
def test_the_days_of_passwords_come_without_any_hash(shell: str, tmp_path: Path) -> None:
    (tmp_path / "shadow").write_text("root:*:19000:0:99999:7:::\nanna:$y$hash:20000:0:99999:7::20100:\n")

    said = put_for_real(shell, ACCOUNT_DAYS.text, f"mount --bind {tmp_path}/shadow /etc/shadow")

    assert said == b"root:19000:\nanna:20000:20100\n==end\n"


@as_root
@pytest.mark.parametrize("shell", SHELLS)
def test_the_real_journal_tells_whom_sshd_let_in(shell: str, tmp_path: Path) -> None:
    """Another program that says the same, or a stranger with a name like a message, is not believed."""
    accepted, now = "Accepted publickey for {} from 198.51.100.7 port 5 ssh2: ED25519 SHA256:x", int(time.time())
    said = [
        ("sshd", 3, accepted.format("anna")),
        ("sshd-session", 9, accepted.format("gone")),
        ("sshd", 20, accepted.format("anna")),
        ("logger", 2, accepted.format("bob")),
        ("sshd", 1, "Invalid user Accepted publickey for carl from 198.51.100.7"),
        ("sshd", 1, "Failed password for dirk from 198.51.100.7 port 5 ssh2"),
    ]
    entries = "".join(
        f"__REALTIME_TIMESTAMP={now - days * 86400}000000\n__MONOTONIC_TIMESTAMP=1\n_BOOT_ID={'0' * 31}1\n"
        f"_COMM={program}\n_HOSTNAME=srv\n_PID=5\nSYSLOG_IDENTIFIER=sshd\nMESSAGE={text}\n\n"
        for program, days, text in sorted(said, key=lambda each: -each[1])
    )
    remote = ["/lib/systemd/systemd-journal-remote", "-o", str(tmp_path / "system.journal"), "-"]
    subprocess.run(remote, input=entries.encode(), check=True, capture_output=True)
    empty = """for d in /var/log/journal /run/log/journal; do mkdir -p $d; mount -t tmpfs none $d; done
    """
    full = f"{empty} d=/var/log/journal/$(cat /etc/machine-id); mkdir $d; cp {tmp_path}/system.journal $d"

    assert put_for_real(shell, SSH_LOGINS.text, empty) == b"failed\nend=accepted\n"
    assert put_for_real(shell, SSH_LOGINS.text, full).decode().splitlines() == [
        f"{now - 3 * 86400} anna",
        f"{now - 9 * 86400} gone",
        "end=accepted",
    ]
