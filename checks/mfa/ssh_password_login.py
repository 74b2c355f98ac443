"""MFA-LNX-001."""

from __future__ import annotations

from nis2scan.api import Effort, Measure, Severity, Verdict, bad, check, ok, say, warn
from nis2scan.facts.exposed import Exposed
from nis2scan.facts.linux.sshd import LoginGuard, SshServer


@check(
    title="SSH accepts a password alone",
    catalogue=("MFA-LNX-001",),
    severity=Severity.HIGH,
    also=(Measure.ACCESS,),
    key=True,
    effort=Effort.HOUR,
    expected="SSH asks for a key, or for a second factor besides the password.",
    action="Let SSH accept keys only, or ask a second factor",
    remedy="Put your key on the machine first (`ssh-copy-id USER@HOST`) and keep a session open meanwhile.\n"
    "printf 'PasswordAuthentication no\\nKbdInteractiveAuthentication no\\n' "
    "> /etc/ssh/sshd_config.d/00-keys-only.conf\n"
    "sshd -t && systemctl reload ssh   (sshd on Red Hat and SUSE)\n"
    "Log in a second time with the key before you close the first session.\n"
    "Check: sshd -T | grep -Ei '^(password|kbdinteractive)authentication' shows no twice. The first value wins: "
    "another file in sshd_config.d that sorts earlier can still say yes.",
    limits="Sees the settings for an ordinary user and root from one address outside, and for an ordinary user from "
    "the machine's own networks; Match blocks for single users or groups may differ. Whether fail2ban watches SSH is "
    "not looked into.",
)
def ssh_password_login(sshd: SshServer, guard: LoginGuard, reach: Exposed) -> Verdict:
    """Whoever reaches the port can guess passwords day and night, or use one that leaked elsewhere. A key cannot be
    guessed, and a code from a phone is of no use to somebody who only knows the password.
    """
    exposed = any(reach.port(port) for port in sshd.ports)
    if sshd.password_only_inside:
        return warn(say("a password alone opens a session from the own network: {seen}", seen=sshd.seen))
    if not sshd.password_alone:
        return ok(sshd.seen)
    if sshd.asks_some:
        return warn(say("a second factor is asked only of those who have set one up: {seen}", seen=sshd.seen))
    if guard.slows_guessing and not exposed:
        return warn(say("a password alone opens a session; {guard}: {seen}", guard=guard.seen, seen=sshd.seen))
    severity = Severity.CRITICAL if exposed else None
    return bad(say("a password alone opens a session: {seen}", seen=sshd.seen), severity=severity)
