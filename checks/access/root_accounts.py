"""ACC-LNX-001."""

from __future__ import annotations

from nis2scan.api import Effort, Maybe, Severity, Verdict, bad, check, ok, say
from nis2scan.facts.linux.accounts import Accounts, PasswordStates


@check(
    title="A second root account, or a login without password",
    catalogue=("ACC-LNX-001",),
    severity=Severity.CRITICAL,
    key=True,
    effort=Effort.MINUTES,
    expected="Only root has user number 0, and every account that can log in has a password or a lock.",
    action="Lock accounts that are root under another name or have no password",
    remedy="Another account with number 0: find out who made it; then `usermod -u NEWNUMBER NAME`, or `userdel NAME`.\n"
    "No password: `passwd -l NAME`, or let the owner set one with `passwd NAME`.\n"
    "Check: awk -F: '$3 == 0 {print $1}' /etc/passwd shows only root; passwd -S NAME shows L or P, not NP.",
    limits="Sees local accounts only, none of a directory. Whether a password is weak is not looked into.",
)
def root_accounts(accounts: Accounts, passwords: Maybe[PasswordStates]) -> Verdict:
    """A second root is the classic back door: it may do everything and stands out nowhere. An account without a
    password is open to whoever knows its name.
    """
    second = sorted(user.name for user in accounts.users if user.uid == 0 and user.name != "root")
    states = passwords.value.states if passwords.value is not None else {}
    open_ones = sorted(u.name for u in accounts.users if u.logs_in and (u.open or states.get(u.name) == "empty"))
    if second and open_ones:
        return bad(say("root under another name: {second}; no password: {names}", second=second, names=open_ones))
    if second:
        return bad(say("root under another name: {names}", names=second))
    if open_ones:
        return bad(say("no password is asked of: {names}", names=open_ones))
    return ok(say("only root has number 0, and no account that can log in lacks a password"))
