"""MFA-LNX-002. What sshd says is written in the shape in which OpenSSH 9.2 says it; one test asks the real one."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from nis2scan.api import Answer, Finding, Outcome, Reason, Status
from nis2scan.facts.linux.accounts import ACCOUNTS, SHADOW
from nis2scan.facts.linux.listeners import LISTENERS
from nis2scan.facts.linux.pam import PAM
from nis2scan.facts.linux.ssh_admins import SSHD_ADMINS
from nis2scan.facts.linux.ssh_keys import SSH_KEYS
from nis2scan.facts.linux.sshd import SSHD
from nis2scan.facts.linux.sudo import RIGHTS
from nis2scan.testing import answered, only, recording

RECORDED = Path(__file__).parent.parent / "recorded" / "linux"
DEBIAN_PAM = (RECORDED / "pam-debian12.txt").read_text()
SSH_LISTENS = 'tcp LISTEN 0 128 0.0.0.0:22 0.0.0.0:* users:(("sshd",pid=7,fd=3))\nend=ss\n'
WEB_LISTENS = SSH_LISTENS.replace("sshd", "nginx").replace(":22 ", ":80 ")
PASSWD = "root:x:0:0:root:/root:/bin/bash\nanna:x:1000:1000::/home/anna:/bin/bash\nbob:x:1001:1001::/home/bob:/bin/sh\n"
GROUP = "root:x:0:\nsudo:x:27:anna\n"
SUDO = "==sudo\n==file /etc/sudoers\n%sudo ALL=(ALL:ALL) ALL\n{more}\n==start /etc/sudoers\n==end\n"
FILE = "authorizedkeyscommand none\nauthorizedkeysfile .ssh/authorized_keys\n"
SETTINGS = {
    "usepam": "yes",
    "permitrootlogin": "no",
    "pubkeyauthentication": "yes",
    "gssapiauthentication": "no",
    "hostbasedauthentication": "no",
    "passwordauthentication": "no",
    "kbdinteractiveauthentication": "no",
    "trustedusercakeys": "none",
    "authorizedkeyscommand": "none",
    "authorizedkeysfile": ".ssh/authorized_keys",
    "pubkeyacceptedalgorithms": "ssh-ed25519-cert-v01@openssh.com,sk-ssh-ed25519@openssh.com,ssh-ed25519",
    "authenticationmethods": "any",
}
HARDWARE, PLAIN = "sk-ssh-ed25519@openssh.com", "ssh-ed25519"
PASSWORDS = {"passwordauthentication": "yes"}
CODES = {"kbdinteractiveauthentication": "yes"}
GOOGLE = "auth required pam_google_authenticator.so"

as_root = pytest.mark.skipif(os.name != "posix" or os.geteuid() != 0, reason="only as root: needs namespaces")


def views(change: dict[str, str] | None = None, inside: dict[str, str] | None = None) -> str:
    """root and anna from outside and from 192.168.7.0/24; `inside` differs only there."""
    out = ""
    for user in ("root", "anna"):
        for place, more in (("198.51.100.1", {}), ("192.168.7.2", inside or {})):
            told = {**SETTINGS, **(change or {}), **more}
            out += f"view={place} {user}\n" + "".join(f"{name} {value}\n" for name, value in told.items())
    return out + "end=admins\n"


def keys(**kinds: str) -> str:
    """The keys of users by kind; what stands behind a blank are options."""
    out = FILE
    for user, text in kinds.items():
        kind, _, options = text.partition(" ")
        printed = "ED25519-SK" if kind == HARDWARE else "ED25519"
        out += f"user={user}\nkey={kind} {options}\n.\nseen=256 SHA256:x ({printed})\n"
    return out + "end=keys\n"


def with_factor(line: str) -> str:
    return DEBIAN_PAM.replace("file=/etc/pam.d/sshd\n", f"file=/etc/pam.d/sshd\n/etc/pam.d/sshd:{line}\n")


def judged(
    said: str | None = None,
    known: str | None = None,
    *,
    pam: str | None = DEBIAN_PAM,
    shadow: str | None = "root:locked\nanna:set\nbob:set\n==end\n",
    sudo: str | None = SUDO.format(more=""),
    listening: str = SSH_LISTENS,
    started: str = "",
) -> Finding:
    given = {
        SSHD_ADMINS: said if said is not None else views(),
        SSH_KEYS: known,
        PAM: pam,
        SHADOW: shadow,
        RIGHTS: sudo,
        LISTENERS: listening,
        ACCOUNTS: f"{PASSWD}==groups\n{GROUP}==end\n",
        SSHD: (RECORDED / "sshd-keys-only.txt").read_text().replace("end=sshd", f"{started}end=sshd"),
    }
    answers = [
        Answer(question, Status.DENIED) if text is None else answered(question, text, as_root=True)
        for question, text in given.items()
    ]
    return only("mfa/admin-second-factor", recording(*answers))


@pytest.mark.parametrize(
    ("kind", "outcome"),
    [
        (PLAIN, Outcome.WARN),
        (HARDWARE, Outcome.PASS),
        (f"{HARDWARE} ,no-touch-required", Outcome.WARN),
        (f"{PLAIN} ,cert-authority,principals", Outcome.PASS),
        (f"{PLAIN} ,from", Outcome.WARN),
        (f"{PLAIN} ,command,restrict", Outcome.NOT_APPLICABLE),
    ],
)
def test_a_key_alone_is_enough_only_in_hardware_or_from_an_authority(kind: str, outcome: Outcome) -> None:
    assert judged(known=keys(anna=kind)).outcome is outcome


def test_no_administrator_who_gets_in_is_not_applicable() -> None:
    assert judged(known=keys(bob=PLAIN)).outcome is Outcome.NOT_APPLICABLE
    assert judged(listening=WEB_LISTENS).outcome is Outcome.NOT_APPLICABLE
    assert judged(views({"allowusers": "bob"}), keys(anna=PLAIN)).outcome is Outcome.NOT_APPLICABLE


@pytest.mark.parametrize(
    ("change", "outcome"),
    [
        ({"authenticationmethods": "publickey,keyboard-interactive", **CODES}, Outcome.PASS),
        ({"authenticationmethods": "publickey,password", **PASSWORDS}, Outcome.PASS),
        ({"authenticationmethods": "publickey,keyboard-interactive:pam", **CODES}, Outcome.PASS),
        ({"authenticationmethods": "publickey,password publickey", **PASSWORDS}, Outcome.WARN),
        ({"authenticationmethods": "publickey,password keyboard-interactive", **PASSWORDS, **CODES}, Outcome.FAIL),
        ({"authenticationmethods": "publickey,publickey"}, Outcome.WARN),
        ({"authenticationmethods": "publickey,keyboard-interactive"}, Outcome.NOT_APPLICABLE),
        (PASSWORDS, Outcome.FAIL),
        (CODES, Outcome.FAIL),
        ({**CODES, "usepam": "no"}, Outcome.WARN),
        ({"pubkeyacceptedalgorithms": f"{HARDWARE},ssh-ed25519-cert-v01@openssh.com"}, Outcome.PASS),
        ({"trustedusercakeys": "/etc/ssh/ca.pub"}, Outcome.WARN),
        ({"gssapiauthentication": "yes"}, Outcome.WARN),
        ({"authorizedkeyscommand": "/usr/bin/sss_ssh_authorizedkeys"}, Outcome.NOT_ASSESSED),
        ({"authorizedkeysfile": "/etc/ssh/%u"}, Outcome.NOT_ASSESSED),
    ],
)
def test_the_weakest_way_in_counts(change: dict[str, str], outcome: Outcome) -> None:
    assert judged(views(change), keys(anna=PLAIN)).outcome is outcome
    assert judged(views(inside=change), keys(anna=PLAIN)).outcome is (
        Outcome.WARN if outcome in (Outcome.PASS, Outcome.NOT_APPLICABLE) else outcome
    )


def test_certificates_alone_pass() -> None:
    assert judged(views({"trustedusercakeys": "/etc/ssh/ca.pub"}), keys(bob=PLAIN)).outcome is Outcome.PASS


@pytest.mark.parametrize(
    ("line", "outcome"),
    [
        (GOOGLE, Outcome.PASS),
        (f"{GOOGLE} nullok", Outcome.WARN),
        ("auth optional pam_google_authenticator.so", Outcome.FAIL),
        (
            f"auth [success=1 default=ignore] pam_access.so\n/etc/pam.d/sshd:{GOOGLE}",
            Outcome.NOT_ASSESSED,
        ),
    ],
)
def test_a_password_with_a_factor_of_pam(line: str, outcome: Outcome) -> None:
    found = judged(views({**PASSWORDS, **CODES}), keys(anna=HARDWARE), pam=with_factor(line))

    assert found.outcome is outcome


@pytest.mark.parametrize(
    ("login", "outcome"),
    [
        ("no", Outcome.PASS),
        ("yes", Outcome.WARN),
        ("without-password", Outcome.WARN),
        ("prohibit-password", Outcome.WARN),
        ("forced-commands-only", Outcome.PASS),
    ],
)
def test_root_is_an_administrator_where_it_gets_in(login: str, outcome: Outcome) -> None:
    assert judged(views({"permitrootlogin": login}), keys(anna=HARDWARE, root=PLAIN)).outcome is outcome


def test_a_locked_password_opens_nothing_and_that_of_root_only_where_root_may_use_it() -> None:
    locked = "root:set\nanna:locked\nbob:set\n==end\n"

    def found(login: str) -> Outcome:
        return judged(views({**PASSWORDS, "permitrootlogin": login}), keys(anna=HARDWARE), shadow=locked).outcome

    assert found("no") is Outcome.PASS
    assert found("prohibit-password") is Outcome.PASS
    assert found("yes") is Outcome.FAIL


@pytest.mark.parametrize(
    "gone",
    [
        {"known": None},
        {"known": keys(anna=HARDWARE).replace("end=keys", "unread=anna\nend=keys")},
        {"sudo": None},
        {"sudo": SUDO.format(more="bob ALL=(ALL) ALL")},
        {"sudo": SUDO.format(more="#1001 ALL=(ALL) ALL")},
        {"sudo": SUDO.format(more="ALL ALL=(ALL) ALL")},
        {"said": "more\n" + views()},
        {"said": "nolan\n" + views()},
        {"said": views().replace("end=admins\n", "")},
        {"listening": SSH_LISTENS.replace("sshd", "dropbear")},
        {"started": "sshd: /usr/sbin/sshd -f /etc/ssh/second [listener] 0 of 10-100 startups\n"},
        {"said": views({**PASSWORDS, **CODES}), "shadow": None},
        {"said": views({**PASSWORDS, **CODES}), "pam": None},
    ],
)
def test_what_was_not_seen_of_an_administrator_is_not_assessed(gone: dict[str, str]) -> None:
    good = {"known": keys(anna=HARDWARE)}
    assert judged(**good).outcome is Outcome.PASS

    assert judged(**{**good, **gone}).outcome is Outcome.NOT_ASSESSED


def test_keys_that_were_not_read_for_want_of_root_say_so() -> None:
    assert judged(known=None).reason is Reason.NO_PRIVILEGE


def test_a_password_alone_fails_whatever_else_is_unknown() -> None:
    assert judged(views(PASSWORDS), None, sudo=None).outcome is Outcome.FAIL


@as_root
@pytest.mark.parametrize(
    ("config", "outcome"),
    [
        ("PasswordAuthentication no\nKbdInteractiveAuthentication no", Outcome.PASS),
        ("PasswordAuthentication no", Outcome.FAIL),
        ("PasswordAuthentication yes", Outcome.FAIL),
        ("PasswordAuthentication no\nMatch Group sudo\n  PasswordAuthentication yes", Outcome.FAIL),
        ("PasswordAuthentication yes\nMatch Group sudo\n  AuthenticationMethods publickey,password", Outcome.PASS),
    ],
)
def test_the_real_sshd_is_asked_about_the_group_of_administrators(
    config: str, outcome: Outcome, tmp_path: Path
) -> None:
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(tmp_path / "key")], check=True)
    (tmp_path / "passwd").write_text(PASSWD + "sshd:x:110:65534::/run/sshd:/usr/sbin/nologin\n")
    (tmp_path / "group").write_text(GROUP + "anna:x:1000:\nbob:x:1001:\n")
    config = f"AuthorizedKeysFile .ssh/authorized_keys\nPermitRootLogin no\nUsePAM yes\n{config}"
    (tmp_path / "config").write_text(f"HostKey {tmp_path}/key\n{config}\n")
    script = f"""set -e; mkdir -p /run/sshd
    for f in passwd group; do mount --bind {tmp_path}/$f /etc/$f; done
    mount --bind {tmp_path}/config /etc/ssh/sshd_config; exec dash"""
    command = ["unshare", "--mount", "--net", "--propagation", "private", "sh", "-c", script]
    done = subprocess.run(command, input=SSHD_ADMINS.text, capture_output=True, text=True, timeout=60, check=True)

    assert judged(done.stdout, keys(anna=HARDWARE)).outcome is outcome
