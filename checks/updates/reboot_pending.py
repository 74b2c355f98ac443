"""UPD-ANY-001."""

from __future__ import annotations

from nis2scan.api import Maybe, Policy, Said, Severity, Verdict, bad, check, ok, say, warn
from nis2scan.facts.updates import PendingReboot, ReplacedLibraries


@check(
    title="An update waits for a restart",
    catalogue=("UPD-ANY-001",),
    severity=Severity.HIGH,
    key=True,
    expected="no update waits longer than {reboot_warn_days} days for a restart",
    action="Restart the machine in a quiet hour",
    remedy="`systemctl reboot` or `shutdown /r /t 0`. Where only programs run on replaced libraries, restarting those "
    "(`needrestart`) will do. Verify: `uname -r` names the newest installed kernel.",
    limits="On Linux only the C library and OpenSSL are looked for in running programs, which needs root. A live patch "
    "may cover a part of what the newer kernel mends. Windows does not tell since when it waits: counted from its "
    "newest installed update.",
)
def reboot_pending(reboot: PendingReboot, libraries: Maybe[ReplacedLibraries], policy: Policy) -> Verdict:
    """A fix that is installed but not loaded does not protect."""
    reasons: list[Said] = list(reboot.needed)
    since = [reboot.since] if reboot.needed else []
    if libraries.value is not None and libraries.value.programs:
        names = libraries.value.programs
        reasons.append(say("programs run on replaced libraries: {names}", names=names[:5]))
        since.append(libraries.value.since)
    if not reasons:
        return ok(say("no update waits for a restart"))
    known = [moment for moment in since if moment is not None]
    days = max(((reboot.seen_at - moment).days for moment in known), default=0)
    found = say("{why}; waiting for {days} days", why=tuple(reasons), days=days)
    if days > policy.reboot_fail_days:
        only_kernel = reboot.patched_live and len(reasons) == len(reboot.needed)
        return warn(say("{what}; a live patch is loaded", what=found)) if only_kernel else bad(found)
    if len(known) < len(since):
        return warn(say("{why}; since when is not known", why=tuple(reasons)))
    return warn(found) if days > policy.reboot_warn_days else ok(found)
