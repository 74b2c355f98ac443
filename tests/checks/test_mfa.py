"""MFA-LNX-001. The answers of sshd and the PAM files were recorded on Debian 12 (OpenSSH 9.2) with real settings."""

from __future__ import annotations

from pathlib import Path

import pytest

from nis2scan.api import Answer, Finding, Outcome, Reason, Recording, Severity, Status
from nis2scan.facts.linux.listeners import LISTENERS
from nis2scan.facts.linux.pam import PAM
from nis2scan.facts.linux.services import COMMS
from nis2scan.facts.linux.sshd import SSHD
from nis2scan.testing import answered, only, recording

CHECK = "mfa/ssh-password-login"
RECORDED = Path(__file__).parent.parent / "recorded" / "linux"
PASSWORD_WAY = "sshd-password.txt"
SSH_LISTENS = 'tcp LISTEN 0 128 0.0.0.0:22 0.0.0.0:* users:(("sshd",pid=7,fd=3))\nend=ss\n'
DEBIAN_PAM = (RECORDED / "pam-debian12.txt").read_text()


def host(
    settings: str = PASSWORD_WAY,
    *,
    listening: str = SSH_LISTENS,
    pam: str = DEBIAN_PAM,
    running: str = "init\nsshd\n",
    instead: Answer | None = None,
    started: str = "",
) -> Recording:
    told = (RECORDED / settings).read_text().replace("end=sshd", f"{started}end=sshd")
    sshd = instead or answered(SSHD, told, as_root=True)
    return recording(sshd, answered(LISTENERS, listening), answered(PAM, pam), answered(COMMS, running + ".\n"))


def judged(*args: str, **settings: object) -> Finding:
    return only(CHECK, host(*args, **settings))  # type: ignore[arg-type]


def with_factor(line: str) -> str:
    """The recorded PAM files with one more line at the top of sshd's."""
    return DEBIAN_PAM.replace("file=/etc/pam.d/sshd\n", f"file=/etc/pam.d/sshd\n/etc/pam.d/sshd:{line}\n")


def test_a_password_alone_fails() -> None:
    found = judged()
    assert (found.outcome, found.severity) == (Outcome.FAIL, Severity.HIGH)


@pytest.mark.parametrize("settings", ["sshd-keys-only.txt", "sshd-two-methods.txt"])
def test_keys_or_a_key_and_more_pass(settings: str) -> None:
    assert judged(settings).outcome is Outcome.PASS


def test_keyboard_interactive_by_pam_is_a_password_by_another_name() -> None:
    assert judged("sshd-kbdint.txt").outcome is Outcome.FAIL


def test_a_password_for_root_by_a_match_block_fails() -> None:
    assert judged("sshd-match-root.txt").outcome is Outcome.FAIL


def test_a_password_from_the_own_network_only_warns() -> None:
    assert judged("sshd-match-inside.txt").outcome is Outcome.WARN


@pytest.mark.parametrize("watcher", ["fail2ban-server", "sshguard", "crowdsec-firewa"])
def test_slowed_guessing_warns(watcher: str) -> None:
    assert judged(running=f"sshd\n{watcher}\n").outcome is Outcome.WARN


def test_crowdsec_without_a_bouncer_slows_nothing() -> None:
    assert judged(running="sshd\ncrowdsec\n").outcome is Outcome.FAIL


@pytest.mark.parametrize(("deny", "outcome"), [(5, Outcome.WARN), (0, Outcome.FAIL), (99, Outcome.FAIL)])
def test_a_lock_after_few_tries_slows_guessing(deny: int, outcome: Outcome) -> None:
    pam = with_factor(f"auth required pam_faillock.so authfail deny={deny}")
    assert judged(pam=pam).outcome is outcome


@pytest.mark.parametrize("settings", [PASSWORD_WAY, "sshd-kbdint.txt"])
def test_a_second_factor_that_pam_requires_passes(settings: str) -> None:
    assert judged(settings, pam=with_factor("auth required pam_google_authenticator.so")).outcome is Outcome.PASS


def test_a_second_factor_for_those_who_set_one_up_warns() -> None:
    assert judged(pam=with_factor("auth required pam_google_authenticator.so nullok")).outcome is Outcome.WARN


@pytest.mark.parametrize("control", ["optional", "sufficient", "[success=1 default=ignore]"])
def test_a_second_factor_that_nobody_needs_fails(control: str) -> None:
    assert judged(pam=with_factor(f"auth {control} pam_u2f.so")).outcome is Outcome.FAIL


def test_a_second_factor_behind_a_sufficient_password_is_never_asked() -> None:
    pam = with_factor("auth sufficient pam_unix.so\n/etc/pam.d/sshd:auth required pam_oath.so")
    assert judged(pam=pam).outcome is Outcome.FAIL


def test_a_second_factor_with_exceptions_cannot_be_judged() -> None:
    skip = "auth [success=1 default=ignore] pam_access.so\n/etc/pam.d/sshd:auth required pam_duo.so"
    assert judged(pam=with_factor(skip)).outcome is Outcome.NOT_ASSESSED


def test_pam_files_that_were_cut_are_no_second_factor_and_no_verdict() -> None:
    assert judged("sshd-kbdint.txt", pam=DEBIAN_PAM.replace("end=pam", "")).outcome is Outcome.NOT_ASSESSED


def test_an_include_that_was_not_read_is_no_verdict() -> None:
    pam = with_factor("auth include somewhere-else")
    assert judged(pam=pam).outcome is Outcome.NOT_ASSESSED


NO_SSHD = answered(SSHD, status=Status.MISSING, code=127)


def test_no_ssh_server_at_all_does_not_apply() -> None:
    web = 'tcp LISTEN 0 5 *:80 *:* users:(("nginx",pid=5,fd=6))\nend=ss\n'
    assert judged(instead=NO_SSHD, listening=web).outcome is Outcome.NOT_APPLICABLE


@pytest.mark.parametrize(
    "listening",
    [
        "tcp LISTEN 0 5 0.0.0.0:80 0.0.0.0:*\nend=ss\n",
        'tcp LISTEN 0 5 0.0.0.0:22 0.0.0.0:* users:(("odd",pid=5,fd=6))\nend=ss\n',
        'tcp LISTEN 0 5 [::]:22 [::]:* users:(("systemd",pid=1,fd=6))\nend=ss\n',
        'tcp LISTEN 0 5 0.0.0.0:2222 0.0.0.0:* users:(("dropbear",pid=5,fd=6))\nend=ss\n',
        "table=tcp\ntcp 00000000:0050\ntable=udp\nend=proc\n",
        'tcp LISTEN 0 5 0.0.0.0:80 0.0.0.0:* users:(("nginx",pid=5,fd=6))\n',
        "",
    ],
)
def test_no_sshd_but_something_that_may_speak_ssh_is_not_assessed(listening: str) -> None:
    assert judged(instead=NO_SSHD, listening=listening).outcome is Outcome.NOT_ASSESSED


def test_without_root_an_old_sshd_says_nothing() -> None:
    refused = answered(SSHD, code=1, err="sshd: no hostkeys available -- exiting.\r\n")
    assert judged(instead=refused).reason is Reason.NO_PRIVILEGE


def test_keys_only_says_nothing_about_a_dropbear_beside_it() -> None:
    both = 'tcp LISTEN 0 5 0.0.0.0:2222 0.0.0.0:* users:(("dropbear",pid=5,fd=6))\n' + SSH_LISTENS
    assert judged("sshd-keys-only.txt", listening=both).outcome is Outcome.NOT_ASSESSED


@pytest.mark.parametrize(
    "started",
    ["-f\n/etc/ssh/other\n", "sshd: /usr/sbin/sshd -D -f /etc/other [listener] 0 of 10-100 startups\n"],
)
def test_keys_only_says_nothing_about_an_sshd_with_another_file(started: str) -> None:
    assert judged("sshd-keys-only.txt", started=started).outcome is Outcome.NOT_ASSESSED


def test_an_unknown_value_is_no_verdict() -> None:
    told = (RECORDED / PASSWORD_WAY).read_text().replace("passwordauthentication yes", "passwordauthentication maybe")
    assert judged(instead=answered(SSHD, told)).outcome is Outcome.NOT_ASSESSED


def test_an_answer_of_sshd_that_was_cut_is_no_verdict() -> None:
    told = (RECORDED / "sshd-keys-only.txt").read_text()[:-20]
    assert judged(instead=answered(SSHD, told)).outcome is Outcome.NOT_ASSESSED
