"""ACC-LNX-003."""

from __future__ import annotations

from nis2scan.api import Effort, Policy, Severity, Verdict, bad, check, ok, say, warn
from nis2scan.facts.linux.accounts import Accounts
from nis2scan.facts.linux.sudo import RootRights
from nis2scan.facts.linux.sudoers import Grant

# Whoever is in one of these can become root without being asked anything.
_SAME_AS_ROOT = ("docker", "lxd", "incus", "libvirt", "disk", "shadow")
_OF_EVERYBODY = {"ALL", "%ALL", "%users", "%#100"}


@check(
    title="Too many people are root, or root unasked",
    catalogue=("ACC-LNX-003",),
    severity=Severity.MEDIUM,
    key=True,
    effort=Effort.HOUR,
    expected="At most {admins_max} people can become root, and each is asked for a password.",
    action="Take back root rights that nobody needs",
    remedy="`visudo`, and in /etc/sudoers.d with `visudo -f FILE`: take out NOPASSWD: and ALL for groups of people.\n"
    "`gpasswd -d NAME docker` (or lxd, libvirt, disk, shadow) for whoever is no administrator.\n"
    "A container socket that everybody can write to: `chmod o-w /run/docker.sock`.\n"
    "Check: `sudo -l -U NAME` shows what is left.",
    limits="Sees local files of sudo and doas, no rules in a directory. That a command besides shells can be turned "
    "into root is not looked into.",
)
def root_rights(rights: RootRights, accounts: Accounts, policy: Policy) -> Verdict:
    """Every account with root rights is a way to the whole machine; without a question for the password it is enough
    to take over one session.
    """
    humans = {user.name for user in accounts.users if user.human}
    if rights.open_sockets:
        return bad(say("everybody can steer the containers, and so the machine: {paths}", paths=rights.open_sockets))
    everybody = [grant.who for grant in rights.grants if grant.who in _OF_EVERYBODY]
    unasked = [grant for grant in rights.grants if not grant.asks]
    groups = [grant.who for grant in unasked if grant.who.startswith("%") and _people(grant, accounts) & humans]
    if everybody or groups:
        return bad(say("root for a whole group, unasked or everybody's: {names}", names=(*everybody, *groups)))
    admins = {name for grant in rights.grants for name in _people(grant, accounts)} & humans
    others = {user.name for user in accounts.users if user.uid} - admins  # a runner of builds counts like a person here
    aside = {name for group in _SAME_AS_ROOT for name in accounts.members(group)} & others
    alone = sorted({grant.who for grant in unasked if grant.who != "root"})
    if alone:
        return warn(say("root without being asked for a password: {names}", names=alone))
    if aside:
        return warn(say("root by their group, without being administrators: {names}", names=sorted(aside)))
    if len(admins) > policy.admins_max:
        return warn(say("{count} people can become root: {names}", count=len(admins), names=sorted(admins)))
    return ok(say("{count} people can become root, each is asked for a password", count=len(admins)))


def _people(grant: Grant, accounts: Accounts) -> frozenset[str]:
    if grant.who.startswith("%"):
        return accounts.members(grant.who[1:])
    if grant.who.startswith("#"):
        return frozenset(user.name for user in accounts.users if str(user.uid) == grant.who[1:])
    return frozenset((grant.who,))
