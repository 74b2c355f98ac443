"""UPD-WIN-003."""

from __future__ import annotations

from datetime import datetime, timedelta

from nis2scan.api import (
    CannotTell,
    Confidence,
    Effort,
    Message,
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
from nis2scan.facts.windows.system import Windows
from nis2scan.facts.windows.update_settings import Pause, UpdateServer, UpdateSettings

_DISABLED = 4
_ORCHESTRATED = 14393  # since Windows 10 a service of its own starts the updates
_NEVER, _AUTOMATIC, _ONLY_TELLS = 1, (4, 5), (2, 3, 7)
_MDM_OFF, _MDM_TELLS = 5, 0
_WEEKS = timedelta(days=35)
"""After so long a pause by policy ends by itself."""


@check(
    title="Windows does not update itself",
    catalogue=("UPD-WIN-003",),
    severity=Severity.HIGH,
    effort=Effort.MINUTES,
    expected="Windows installs its updates by itself, is not paused for {updates_fail_days} days or longer, and its "
    "services are not switched off",
    action="Let Windows update itself again",
    remedy="Settings (Instellingen), Windows Update: resume updates. Group Policy, Computer Configuration, "
    "Administrative Templates, Windows Components, Windows Update: `Configure Automatic Updates` (Automatische updates "
    "configureren) on, option 4; a server of updates by https.\n"
    "As administrator: `Remove-ItemProperty 'HKLM:\\SOFTWARE\\Policies\\Microsoft\\Windows\\WindowsUpdate\\AU' "
    "NoAutoUpdate`; `Set-Service wuauserv -StartupType Manual; Set-Service UsoSvc -StartupType Automatic`.\n"
    "Check: `Get-Service wuauserv, UsoSvc | Select-Object Name, StartType` and Settings, Windows Update, show no "
    "pause and no error.",
    limits="Sees settings, services and the log of searches, not whether every update succeeded. A program that "
    "installs updates in place of Windows is not seen; where one does, accept this finding with its name. That Windows "
    "ignores a setting of the wrong type has not been confirmed on a real machine.",
)
def windows_update_on(settings: UpdateSettings, windows: Windows, server: UpdateServer, policy: Policy) -> Verdict:
    """One forgotten value of the registry, or a pause that never ends, stops all updates for years. Nobody is told."""
    faults = [*_off(settings), *_paused(settings, policy, long=True), *_unanswered(settings, server, policy)]
    if windows.build >= _ORCHESTRATED and settings.services.get("UsoSvc") is None:
        faults.append(say("the service that starts Windows Update is not there"))
    if faults:
        return bad(_said(faults, settings))
    if notes := [*_half(settings, windows, policy), *_paused(settings, policy, long=False)]:
        return warn(_said(notes, settings))
    found = [say("updates come from {server} and install themselves", server=settings.server or "Microsoft")]
    guessed = settings.ignored or settings.server  # the numbers of the events of a search were not confirmed either
    return ok(_said(found, settings), confidence=Confidence.DERIVED if guessed else Confidence.MEASURED)


def _said(faults: list[Message], settings: UpdateSettings) -> Message:
    if settings.ignored:
        said = say("of the wrong type, so Windows ignores them: {names}", names=settings.ignored)
        return say("{what}; {more}", what=tuple(faults), more=said)
    return say("{what}", what=tuple(faults))


def _off(settings: UpdateSettings) -> list[Message]:
    """Nothing comes any more."""
    found = []
    if settings.no_auto == 1 or settings.options == _NEVER or settings.mdm_auto == _MDM_OFF:
        found.append(say("a policy turns automatic updates off"))
    if settings.blocked and not settings.server:
        found.append(say("a policy turns Windows Update off"))
    off = tuple(name for name in ("wuauserv", "UsoSvc") if settings.services.get(name) == _DISABLED)
    if off:
        found.append(say("services are switched off: {names}", names=off))
    if settings.services.get("wuauserv") is None:
        found.append(say("the service of Windows Update is not there"))
    return found


def _paused(settings: UpdateSettings, policy: Policy, *, long: bool) -> list[Message]:
    """Pauses of two weeks or longer, or the shorter ones. Those that are over do not matter."""
    found = []
    for pause in settings.pauses:
        until = _until(pause)
        if until is not None and until > settings.seen_at:
            days = (until - (pause.since or settings.seen_at)) / timedelta(days=1)
            if (days > policy.updates_fail_days) is long:
                found.append(say("updates are paused until {day}", day=until))
        elif until is None and not long:
            found.append(say("updates are paused; until when cannot be read"))
    return list(dict.fromkeys(found))  # Windows keeps the same pause under several names


def _until(pause: Pause) -> datetime | None:
    return pause.until or (pause.since + _WEEKS if pause.since is not None else None)


def _unanswered(settings: UpdateSettings, server: UpdateServer, policy: Policy) -> list[Message]:
    """A server of the office's own must have answered lately. Raises CannotTell when that cannot be told."""
    if settings.points_nowhere:
        return [say("updates are to come from a server of the office, and none is named")]
    if not settings.server or _off(settings) or _paused(settings, policy, long=True):
        return []
    if server.scans is None:
        raise server.why or CannotTell(Reason.TOOL_MISSING)
    since = server.scans.seen_at - timedelta(days=policy.update_lists_usable_days)
    answered, failed = server.scans.answered_at, server.scans.failed_at
    if failed is not None and failed >= since and (answered is None or failed > answered):
        return [say("the server of updates {server} does not answer", server=settings.server)]
    if answered is None or answered < since:
        said = say(
            "whether the server of updates answers is not in the log of the last {days} days",
            days=policy.update_lists_usable_days,
        )
        raise CannotTell(Reason.STALE_DATA, said)
    return []


def _half(settings: UpdateSettings, windows: Windows, policy: Policy) -> list[Message]:
    """They come, but late, not by themselves, or on a way that others can change."""
    found = []
    automatic = settings.options in _AUTOMATIC or settings.mdm_auto not in (None, _MDM_TELLS, _MDM_OFF)
    if settings.options in _ONLY_TELLS or settings.mdm_auto == _MDM_TELLS:
        found.append(say("updates are only announced or fetched; somebody has to install them"))
    elif windows.server and not automatic:
        found.append(say("nothing is set, and then a server only fetches updates; somebody has to install them"))
    elif settings.options is not None and not automatic:
        found.append(
            say("the setting AUOptions has a value that Windows does not know: {value}", value=settings.options)
        )
    if settings.defer > policy.updates_fail_days:
        found.append(say("security updates are put off for {days} days", days=settings.defer))
    if settings.server.lower().startswith("http:"):
        found.append(say("the server of updates is asked without encryption: {server}", server=settings.server))
    if settings.longest_pause is not None and settings.longest_pause > _WEEKS.days:
        found.append(say("a pause may last {days} days here: that was changed by hand", days=settings.longest_pause))
    off = tuple(name for name in ("WaaSMedicSvc", "BITS") if settings.services.get(name) == _DISABLED)
    if off:
        found.append(say("services that keep updates going are switched off: {names}", names=off))
    if settings.broken:
        found.append(say("the update service starts another program than that of Windows"))
    return found
