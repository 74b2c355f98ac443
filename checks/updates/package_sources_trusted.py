"""UPD-LNX-004."""

from __future__ import annotations

from nis2scan.api import CannotTell, Reason, Severity, Verdict, bad, check, ok, say, warn
from nis2scan.facts.linux.package_sources import PackageSources


@check(
    title="Package sources lack fixes or signatures",
    catalogue=("UPD-LNX-004",),
    severity=Severity.MEDIUM,
    expected="a source of security fixes is on, every source is signed, and none is of another release",
    action="Put the package sources in order",
    remedy="Debian, Ubuntu: put back the suite `CODENAME-security` in /etc/apt/sources.list.d/, take out "
    "`trusted=yes`, `Trusted: yes` and suites of other releases. dnf, zypper: `gpgcheck=1` in /etc/yum.repos.d/ or "
    "/etc/zypp/repos.d/. pacman: `SigLevel = Required DatabaseOptional`.\n"
    "Check: `apt update` or `dnf makecache` gives no error or warning.",
    limits="Sees the settings, not what the sources hold. Whether a repository of another maker is still kept up is "
    "not seen, nor are sources of apk. Of dnf on RHEL and its kin only the signatures are judged.",
)
def package_sources_trusted(sources: PackageSources) -> Verdict:
    """Without its source of fixes a machine looks up to date for ever; an unsigned source may hand out anything."""
    if sources.unchecked:
        return bad(say("packages are installed without a look at their signature: {names}", names=sources.unchecked))
    if sources.no_fixes:
        return bad(sources.no_fixes)
    if sources.local_unchecked:
        return warn(say("unsigned packages from a folder of this machine: {names}", names=sources.local_unchecked))
    if sources.doubtful:
        return warn(say("signatures are checked only where there are any: {names}", names=sources.doubtful))
    if sources.other_release:
        return warn(say("sources of another release: {names}", names=sources.other_release))
    if sources.switched_off:
        return warn(
            say("an upgrade switched off sources, and nobody put them back: {names}", names=sources.switched_off)
        )
    if sources.no_fixes is None:
        raise CannotTell(Reason.UNSUPPORTED_PLATFORM, say("by which source this system gets its fixes is not known"))
    return ok(say("{tool}: {count} sources, all signed", tool=sources.tool, count=sources.count))
