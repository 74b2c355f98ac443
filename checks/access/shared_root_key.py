"""ACC-LNX-006, over the office."""

from __future__ import annotations

from nis2scan.api import Absent, CannotTell, Effort, Fleet, Policy, Reason, Severity, Verdict, check, ok, say, warn
from nis2scan.facts.linux.ssh_keys import LoginKeys


@check(
    title="One SSH key is root on many machines",
    catalogue=("ACC-LNX-006",),
    severity=Severity.LOW,
    effort=Effort.HALF_DAY,
    expected="No key lets in as root on more than {root_key_hosts_max} machines.",
    action="Replace the one key of root by keys of persons",
    remedy="Find out whose key it is: `ssh-keygen -lf KEY.pub` shows the same fingerprint.\n"
    "Give each administrator an account and a key of their own, and sudo; then delete the line from "
    "/root/.ssh/authorized_keys on every machine.\n"
    "A back-up or management server that needs root: bind its key with command= and from=.\n"
    "Check: ssh-keygen -lf /root/.ssh/authorized_keys does not show it any more.",
    limits="Sees the machines that were logged in to as root. Keys that are bound to a command do not count.",
)
def shared_root_key(hosts: Fleet[LoginKeys], policy: Policy) -> Verdict:
    """Whoever gets hold of that one file owns every machine at once, the one with the back-ups too."""
    where: dict[str, set[str]] = {}
    for host, ring in hosts.known.items():
        for key in ring.known.of("root"):
            if key.fingerprint and "command" not in key.options:
                where.setdefault(key.fingerprint, set()).add(host)
    most = max(where, key=lambda fingerprint: (len(where[fingerprint]), fingerprint), default="")
    on = sorted(where.get(most, ()))
    if len(on) > policy.root_key_hosts_max:
        return warn(say("{key} is root on {count} machines: {hosts}", key=most, count=len(on), hosts=on))
    unseen = sorted(host for host, why in hosts.unknown.items() if why.reason is not Reason.UNSUPPORTED_PLATFORM)
    unseen += sorted(host for host, ring in hosts.known.items() if "root" in ring.known.unread or ring.known.elsewhere)
    if not hosts.known and not unseen:
        raise Absent(say("no machine was found that can be logged in to over SSH"))
    if len(on) + len(unseen) > policy.root_key_hosts_max or not hosts.known:
        raise CannotTell(Reason.OUT_OF_VANTAGE, say("the keys of root were not seen on: {hosts}", hosts=unseen))
    return ok(say("no key is root on more than {count} machines", count=max(len(on) + len(unseen), 1)))
