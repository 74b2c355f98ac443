"""MFA-LNX-002."""

from __future__ import annotations

from nis2scan.api import Effort, Severity, Verdict, bad, check, ok, say, warn
from nis2scan.facts.linux.ssh_ways import AdminWays


@check(
    title="Administrators need no second factor",
    catalogue=("MFA-LNX-002",),
    severity=Severity.MEDIUM,
    effort=Effort.HALF_DAY,
    expected="Administrators get in over SSH with two factors, a security key, or a certificate.",
    action="Ask a second factor of administrators over SSH",
    remedy="With a security key (FIDO2): `ssh-keygen -t ed25519-sk`, put that key on the machine, log in with it, and "
    "then delete the other lines in ~/.ssh/authorized_keys. Keep a second security key in the safe.\n"
    "With a code from the phone: apt install libpam-google-authenticator, let each administrator run "
    "google-authenticator, add `auth required pam_google_authenticator.so` (without nullok) to /etc/pam.d/sshd, and "
    "set `KbdInteractiveAuthentication yes` and `AuthenticationMethods publickey,keyboard-interactive`.\n"
    "sshd -t && systemctl reload ssh, and log in a second time before you close the first session.\n"
    "Check: a new login asks for the touch or the code.",
    limits="Sees root, the groups sudo, wheel and admin, and what they meet from one address outside and from the own "
    "networks. A key in a file counts as one thing alone: whether a passphrase is on it cannot be seen. A jump host "
    "that asks a second factor is not seen.",
)
def admin_second_factor(ways: AdminWays) -> Verdict:
    """Who administers a machine can read, change and delete everything on it. A key in a file is copied with the
    laptop it is on; a password is guessed, or caught on a false page.
    """
    by = {
        way: sorted(name for name, weakest in ways.weakest.items() if weakest == way) for way in ways.weakest.values()
    }
    if "password" in by:
        return bad(say("a password alone lets in: {names}", names=by["password"]))
    if "some" in by:
        return warn(say("the second factor is asked only of who has set one up: {names}", names=by["some"]))
    if "key" in by:
        return warn(say("a key alone lets in: {names}", names=by["key"]))
    return ok(say("a second factor, a security key or a certificate is asked of: {names}", names=by["two"]))
