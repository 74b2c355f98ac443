"""UPD-LNX-006."""

from __future__ import annotations

import re

from nis2scan.api import CannotTell, Effort, Reason, Severity, Verdict, bad, check, ok, say, warn
from nis2scan.facts.linux.held_back import HeldBack, WaitingFixes


@check(
    title="Packages are kept from being updated",
    catalogue=("UPD-LNX-006",),
    severity=Severity.LOW,
    effort=Effort.MINUTES,
    expected="no package is held back, pinned, locked or excluded",
    action="Let go of packages that are held back",
    remedy="`apt-mark unhold NAME`; take out pins in /etc/apt/preferences.d/; `dnf versionlock delete NAME` and "
    "`excludepkgs=` in /etc/dnf/dnf.conf; `zypper removelock NAME`; `IgnorePkg` in /etc/pacman.conf. Needed after all? "
    "Write down why and until when.\n"
    "Check: `apt-mark showhold` prints nothing.",
    limits="Sees the settings of apt, dnf, zypper, pacman and apk. Whether a fix waits for a held package is known "
    "for apt only. That one source leaves packages out is not judged.",
)
def nothing_held_back(back: HeldBack, fixes: WaitingFixes) -> Verdict:
    """A package is held back for one day in a hurry, and forgotten for years; fixes pass it by."""
    if back.pinned_fixes:
        return bad(say("apt is told to take no security fixes, in {files}", files=back.pinned_fixes))
    names = tuple(dict.fromkeys((*back.held, *back.pinned)))
    if (names or back.barred) and back.by_apt and fixes.names is None:
        kept = (*names, *back.barred)
        raise CannotTell(
            Reason.STALE_DATA, say("held back: {names}; whether fixes wait for them is not known", names=kept)
        )
    waiting = sorted(fixes.names or ())
    stuck = [name for name in waiting if any(_covers(pattern, name) for pattern in names)]
    barred = [name for name in waiting if any(_covers(pattern, name) for pattern in back.barred)]
    if stuck:
        return bad(say("held back while a security fix waits: {names}", names=stuck))
    if names:
        return warn(say("held back: {names}", names=names))
    if barred:
        return warn(say("kept out by a pin of apt while a security fix waits: {names}", names=barred))
    return ok(say("nothing is held back"))


def _covers(pattern: str, name: str) -> bool:
    """Names with `*` and `?`, as apt and dnf have them. A pattern of many stars would take for ever."""
    return (
        pattern.count("*") < 4
        and re.fullmatch(re.escape(pattern).replace(r"\*", ".*").replace(r"\?", "."), name) is not None
    )
