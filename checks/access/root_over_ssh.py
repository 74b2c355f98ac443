"""ACC-LNX-002."""

from __future__ import annotations

from nis2scan.api import Effort, Severity, Verdict, bad, check, ok, say, warn
from nis2scan.facts.linux.ssh_admins import RootLogin


@check(
    title="Root can log in directly over SSH",
    catalogue=("ACC-LNX-002",),
    severity=Severity.HIGH,
    effort=Effort.MINUTES,
    expected="Root cannot log in over SSH; administrators log in under their own name.",
    action="Keep root from logging in over SSH",
    remedy="Log in under your own name first, and see that `sudo -v` works; keep that session open.\n"
    "printf 'PermitRootLogin no\\n' > /etc/ssh/sshd_config.d/00-no-root.conf\n"
    "sshd -t && systemctl reload ssh   (sshd on Red Hat and SUSE)\n"
    "Scripts and back-ups that log in as root: give them an account of their own, or at least a key that is bound to "
    "one command, with `PermitRootLogin forced-commands-only`.\n"
    "Check: sshd -T | grep -i permitrootlogin shows no. The first value wins: another file in sshd_config.d that "
    "sorts earlier can still say yes, and so can a Match block.",
    limits="Sees what holds from one address outside and from the machine's own IPv4 networks; a Match block for "
    "another address or port may differ. The SSH of Tailscale is not looked into.",
)
def root_over_ssh(root: RootLogin) -> Verdict:
    """Whoever logs in as root stands in the log as nobody: it cannot be seen who did it, and nobody's access can be
    taken back alone. And root is the one name that every guesser knows.
    """
    if root.how == "no":
        return ok(root.seen)
    if root.how == "yes":
        if root.inside:
            return bad(say("root can log in over SSH from the own network: {seen}", seen=root.seen))
        return bad(say("root can log in over SSH: {seen}", seen=root.seen))
    if root.cluster:
        return ok(say("root gets in with a key only, and a Proxmox cluster needs that: {seen}", seen=root.seen))
    if root.how == "command":
        return warn(say("root gets in with keys that are bound to commands: {seen}", seen=root.seen))
    return warn(say("root gets in with a key: {seen}", seen=root.seen))
