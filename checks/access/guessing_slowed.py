"""ACC-LNX-005."""

from __future__ import annotations

from nis2scan.api import Absent, CannotTell, Effort, Reason, Severity, Verdict, bad, check, ok, say, warn
from nis2scan.facts.linux.guessing import Guessing


@check(
    title="Nothing slows down password guessing",
    catalogue=("ACC-LNX-005",),
    severity=Severity.MEDIUM,
    effort=Effort.HOUR,
    expected="After at most {lockout_max_attempts} wrong passwords a guesser has to wait.",
    action="Slow down whoever guesses passwords",
    remedy="Best is to let SSH accept no password at all.\n"
    "Else: apt install fail2ban (or dnf), and in /etc/fail2ban/jail.local: [sshd] with `enabled = true`, and "
    "`backend = systemd` where there is no /var/log/auth.log; then systemctl restart fail2ban.\n"
    "OpenSSH 9.8 and later does it by itself: take out `PerSourcePenalties no`.\n"
    "Check: fail2ban-client status sshd shows what it watches, or sshd -T | grep -i persourcepenalties shows times.",
    limits="Sees fail2ban, sshguard, CrowdSec, PerSourcePenalties of sshd and pam_faillock. A firewall that limits "
    "connections is not seen, nor other services that ask a password (mail, FTP, web). That fail2ban's log file is "
    "still written to is not looked into.",
)
def guessing_slowed(guessing: Guessing) -> Verdict:
    """A machine tries thousands of passwords an hour when nothing stops it; one that was used elsewhere is then found
    in a night.
    """
    if guessing.slowed:
        return ok(say("guessing is slowed by {what}", what=guessing.slowed))
    if guessing.over_ssh:
        if guessing.idle:
            return bad(say("passwords can be guessed over SSH: {why}", why=guessing.idle))
        return bad(say("passwords can be guessed over SSH, and nothing slows that down"))
    if guessing.people is None:
        raise CannotTell(Reason.NO_PRIVILEGE, say("which accounts have a password could not be read"))
    if guessing.people < 2:
        raise Absent(say("SSH accepts no password, and no two people have a password on this machine"))
    return warn(
        say(
            "SSH accepts no password, but {count} people can try one another's on the machine itself",
            count=guessing.people,
        )
    )
