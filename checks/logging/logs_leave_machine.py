"""LOG-ANY-003."""

from __future__ import annotations

from nis2scan.api import Absent, Confidence, Message, Severity, Verdict, bad, check, ok, say, warn
from nis2scan.facts.log_forwarding import LogForwarding, Target
from nis2scan.facts.machine import Machine


@check(
    title="The logs stay on the machine itself",
    catalogue=("LOG-ANY-003",),
    severity=Severity.MEDIUM,
    expected="the lines about logons are also sent to another machine, or a log agent runs",
    action="Send the logs to another machine as well",
    remedy='/etc/rsyslog.d/forward.conf: `*.* action(type="omfwd" target="LOGHOST" port="6514" protocol="tcp" '
    'queue.type="linkedlist" queue.filename="fwd" action.resumeRetryCount="-1")`, then `systemctl restart rsyslog`. '
    "Or install the agent of a log service.\n"
    "Check: `logger hello`, and look for that line on the other machine.",
    limits="Sees rules and running agents, known by their name. That the lines arrive, and which lines an agent sends, "
    "shows only on the other machine.",
)
def logs_leave_machine(forwarding: LogForwarding, machine: Machine) -> Verdict:
    """An intruder with all rights wipes the logs of the machine; a copy elsewhere is out of reach."""
    if machine.app_container:
        raise Absent(say("an application container: its logs are kept by the machine it runs on"))
    whole = [target for target in forwarding.targets if target.everything]
    sure = [target for target in whole if target.sure]
    if sure:
        return ok(_sent(sure))
    if whole:
        return ok(say("{what}, by UDP: lines can get lost on the way", what=_sent(whole)))
    if forwarding.agents:
        return ok(say("an agent runs: {names}", names=forwarding.agents), confidence=Confidence.DERIVED)
    if forwarding.targets:
        return warn(say("{what}, but not the lines about logons", what=_sent(list(forwarding.targets))))
    if forwarding.perhaps:
        names = forwarding.perhaps
        return warn(say("an agent runs that can send logs: {names}; whether it does is not seen", names=names))
    if machine.workstation:
        return warn(say("nothing sends logs to another machine"))
    return bad(say("nothing sends logs to another machine"), severity=Severity.HIGH)


def _sent(targets: list[Target]) -> Message:
    daemons = tuple(sorted({target.daemon for target in targets}))
    return say("{daemon} sends to {hosts}", daemon=daemons, hosts=tuple(sorted({target.host for target in targets})))
