"""UPD-WIN-002."""

from __future__ import annotations

from nis2scan.api import (
    CannotTell,
    Confidence,
    Dataset,
    Effort,
    Policy,
    Reason,
    Severity,
    Verdict,
    bad,
    check,
    ok,
    say,
    warn,
)
from nis2scan.facts.exposed import Exposed
from nis2scan.facts.support import Eol, Release, rows_for
from nis2scan.facts.windows.servicing import MonthlyUpdate


@check(
    title="The monthly update of Windows is missing",
    catalogue=("UPD-WIN-002",),
    severity=Severity.HIGH,
    key=True,
    effort=Effort.HOUR,
    expected="no monthly update has been out for {updates_fail_days} days or longer without being installed",
    action="Install the waiting updates of Windows",
    remedy="Settings (Instellingen), Windows Update, Check for updates (Naar updates zoeken); on a server `sconfig`, "
    "option 6. Restart afterwards.\n"
    "It fails: as administrator `DISM /Online /Cleanup-Image /RestoreHealth`, then again.\n"
    "Check: `winver` shows a build of this month.",
    limits="Goes by the day on which the newest cumulative update was put in place, and by a short list of builds that "
    "are known to be old: a build that is not on it and was installed late looks new. Updates outside the "
    "monthly ones, of drivers and of other programs are not seen. That ordinary users can read the list of packages "
    "has not been confirmed on a real machine.",
)
def monthly_update(
    update: MonthlyUpdate, release: Release, table: Dataset[Eol], reach: Exposed, policy: Policy
) -> Verdict:
    """Every second Tuesday of the month the flaws of Windows become known to everybody. Attacks follow within days."""
    today = update.seen_at.date()
    rows = rows_for(table.rows, release)
    if rows and all(row.ended(today) and (row.extended_until is None or row.extended_until < today) for row in rows):
        ended = say("{system} gets no updates any more; see the check on its end of support", system=release.name)
        return bad(ended)
    found = say("build {build}, put in place on {day}", build=update.build, day=update.installed_at)
    if update.out_by is not None and update.out_by < update.installed_at:
        found = say("{found}, though it was out by {out}", found=found, out=update.out_by)
    if update.waiting:
        found = say("{found}; a newer one waits for a restart", found=found)
    days, sure = update.missed_days, Confidence.DERIVED
    if days < 0:
        return ok(found, confidence=sure)
    found = say("{found}; the update of {day} is missing for {days} days", found=found, day=update.missed, days=days)
    limit = policy.updates_exposed_fail_days + 1 if reach.any else policy.updates_fail_days
    if update.hotpatch and update.missed_whole_days < limit:
        if days < policy.updates_warn_days:
            return ok(found, confidence=sure)
        said = say("{found}, or came while the machine ran (hotpatch), which was not looked for", found=found)
        raise CannotTell(Reason.UNSUPPORTED_PLATFORM, said)
    if days >= limit:
        return bad(found, severity=Severity.CRITICAL if reach.any else None, confidence=sure)
    return warn(found, confidence=sure) if days >= policy.updates_warn_days else ok(found, confidence=sure)
