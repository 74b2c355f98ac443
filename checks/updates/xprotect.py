"""UPD-WIN-004 on macOS."""

from __future__ import annotations

from nis2scan.api import (
    CannotTell,
    Confidence,
    Effort,
    Now,
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
from nis2scan.facts.macos.logs import MacLogAgents
from nis2scan.facts.macos.software_update import MacInstallations
from nis2scan.facts.support import Release

_GUARDS = {"Microsoft Defender for Endpoint", "CrowdStrike Falcon", "SentinelOne", "Sophos", "Jamf Protect", "Huntress"}

_OTHER_WAY = 15  # from this version on data also comes without an installation that is written down


@check(
    title="The protection against malware is out of date",
    catalogue=("UPD-WIN-004",),
    platforms=("macos",),
    severity=Severity.MEDIUM,
    effort=Effort.MINUTES,
    expected="The data of XProtect is at most {mac_malware_data_ok_days} days old.",
    action="Let Macs fetch their data against malware",
    remedy="System Settings > General > Software Update > Automatic updates > Install Security Responses and system "
    "files. At once: `sudo softwareupdate --background`.\n"
    "Check: /Library/Receipts/InstallHistory.plist names a new XProtectPlistConfigData.",
    limits="Judges XProtect by the date of its newest installation: Apple brings out data every few weeks, so it may "
    "be the newest though it looks old. Since macOS 15 some of it comes by another way that is not seen, so there it "
    "only warns. Of programs of "
    "other makers only that they run.",
)
def xprotect(installed: MacInstallations, agents: MacLogAgents, release: Release, policy: Policy, now: Now) -> Verdict:
    """Old data does not know the malware of this month, and shows that the Mac fetches no security fixes either."""
    guards = tuple(name for name in agents.sure if name in _GUARDS)
    if guards:
        return ok(say("{names} runs", names=guards), confidence=Confidence.DERIVED)
    if installed.xprotect_at is None:
        raise CannotTell(Reason.OUT_OF_VANTAGE, say("no installation of data for XProtect is written down"))
    days = (-(installed.xprotect_at - now)).days
    found = say("the newest data of XProtect was installed {days} days ago", days=days)
    if days < 0:
        raise CannotTell(Reason.PARSE_ERROR, say("the data of XProtect is dated ahead"))
    by_other_way = int(release.version.split(".")[0]) >= _OTHER_WAY
    if days > policy.mac_malware_data_max_days and not by_other_way:
        return bad(found, confidence=Confidence.DERIVED)
    if days > policy.mac_malware_data_ok_days:
        return warn(found, confidence=Confidence.DERIVED)
    return ok(found, confidence=Confidence.DERIVED)
