"""UPD-LNX-003."""

from __future__ import annotations

from datetime import timedelta

from nis2scan.api import Policy, Severity, Verdict, bad, check, ok, say, warn
from nis2scan.facts.updates import AutomaticUpdates


@check(
    title="Security updates do not install themselves",
    catalogue=("UPD-LNX-003",),
    severity=Severity.MEDIUM,
    expected="security updates install themselves, and did so in the last {auto_update_run_hours} hours",
    action="Let security updates install themselves",
    remedy="`apt install unattended-upgrades && dpkg-reconfigure -plow unattended-upgrades`, or "
    "`dnf install dnf-automatic`, `apply_updates = yes` and `systemctl enable --now dnf-automatic.timer`. Verify: "
    "`/var/log/unattended-upgrades/unattended-upgrades.log` or `systemctl list-timers` shows a run of today.",
    limits="Knows unattended-upgrades and dnf-automatic. Central patching by another tool is not seen. That it ran "
    "does not prove that every update succeeded.",
)
def automatic_updates(auto: AutomaticUpdates, policy: Policy) -> Verdict:
    """What has to be done by hand is put off, in holidays most of all."""
    if not auto.on:
        return bad(auto.trouble or say("nothing installs updates by itself"))
    if not auto.installs and auto.trouble:
        return bad(auto.trouble)
    if not auto.installs:
        return warn(say("{tool} is on, but does not install", tool=auto.tool))
    if not auto.security:
        return bad(say("{tool} is on, but no security source is among what it takes", tool=auto.tool))
    if auto.last_run is None:
        return warn(say("{tool} is on; there is no proof that it ever ran", tool=auto.tool))
    if auto.seen_at - auto.last_run > timedelta(hours=policy.auto_update_run_hours):
        return warn(say("{tool} is on, but last ran on {day}", tool=auto.tool, day=auto.last_run))
    if auto.trouble:
        return warn(say("{tool} last ran on {day}; {trouble}", tool=auto.tool, day=auto.last_run, trouble=auto.trouble))
    return ok(say("{tool} last ran on {day}", tool=auto.tool, day=auto.last_run))
