"""ACC-LNX-006."""

from __future__ import annotations

from collections import Counter

from nis2scan.api import Absent, CannotTell, Effort, Policy, Reason, Severity, Verdict, bad, check, ok, say, warn
from nis2scan.facts.linux.accounts import Accounts
from nis2scan.facts.linux.ssh_keys import LoginKeys, SshKey

_ADMINISTRATORS = ("sudo", "wheel", "admin")


@check(
    title="SSH keys are weak or too many",
    catalogue=("ACC-LNX-006",),
    severity=Severity.LOW,
    effort=Effort.HOUR,
    expected="RSA keys have at least {rsa_ok_bits} bits, no key is DSA, and no administrator has more than "
    "{admin_keys_max} keys.",
    action="Replace weak SSH keys and delete those that nobody needs",
    remedy="The owner makes a new key: `ssh-keygen -t ed25519`, puts it on the machine with ssh-copy-id, and logs in "
    "with it once.\n"
    "Then delete the line of the old key in ~/.ssh/authorized_keys.\n"
    "Go through the other lines too: whose key is it, and does this person still work here?\n"
    "Check: ssh-keygen -lf ~/.ssh/authorized_keys shows length and kind of each.",
    limits="Whose key it is, whether its file has a passphrase, and whether it opens other machines too, is not looked "
    "into. Sees local accounts, and the files that sshd reads for everybody; a Match block may name others.",
)
def ssh_keys(ring: LoginKeys, accounts: Accounts, policy: Policy) -> Verdict:
    """Keys never expire: the key of somebody who left, or one that can be computed by now, stays a way in."""
    known = ring.known
    weak = [key for key in known.keys if key.kind == "ssh-dss" or 0 < _rsa(key) < policy.rsa_min_bits]
    if weak:
        return bad(say("keys that can be broken: {keys}", keys=sorted({_shown(key) for key in weak})))
    short = [key for key in known.keys if 0 < _rsa(key) < policy.rsa_ok_bits and "from" not in key.options]
    if short:
        return warn(say("keys that are rather short: {keys}", keys=sorted({_shown(key) for key in short})))
    administrators = {"root", *(name for group in _ADMINISTRATORS for name in accounts.members(group))}
    counts = Counter(key.user for key in known.keys if key.user in administrators)
    many = sorted(f"{name} ({count})" for name, count in counts.items() if count > policy.admin_keys_max)
    if many:
        return warn(say("administrators with many keys: {names}", names=many))
    if known.unread:
        raise CannotTell(Reason.PARSE_ERROR, say("the keys of {names} were not read", names=sorted(known.unread)))
    if known.elsewhere:
        raise CannotTell(Reason.OUT_OF_VANTAGE, say("sshd also asks a program for keys (AuthorizedKeysCommand)"))
    if not known.keys:
        raise Absent(say("no account has a key: it was looked for in {files}", files=known.files))
    people = {key.user for key in known.keys}
    return ok(say("{count} keys of {people} accounts, none of them weak", count=len(known.keys), people=len(people)))


def _rsa(key: SshKey) -> int:
    return key.bits if key.kind == "ssh-rsa" else 0


def _shown(key: SshKey) -> str:
    return f"{key.user} {key.kind} {key.bits or ''} {key.fingerprint}".strip()
