"""What keeps the clock of a Windows machine right: the Windows Time service, and in its log whether that works."""

from __future__ import annotations

from nis2scan.api import Answer, CannotTell, Reason, powershell, reads, say
from nis2scan.facts.time_sync import TimeSync
from nis2scan.facts.windows.hosted import FIRMWARE, Maker, maker
from nis2scan.facts.windows.services import SERVICE_KEYS, SERVICES, Services, services
from nis2scan.facts.windows.system import COMPUTER
from nis2scan.facts.windows.values import moment, number, rows, sub, table, text

_DISABLED = 4
_FOLLOWS, _LOST = (35, 37), (36,)
_HYPER_V = "virtual machine"  # the model of every guest of Hyper-V

TIME_SERVICE = powershell(
    r"""# time-service
[ordered]@{
  service = Read-Values 'HKLM:\SYSTEM\CurrentControlSet\Services\W32Time' 'Start'
  own = Read-Values 'HKLM:\SYSTEM\CurrentControlSet\Services\W32Time\Parameters' 'Type' 'NtpServer'
  policy = Read-Values 'HKLM:\SOFTWARE\Policies\Microsoft\W32Time\Parameters' 'Type' 'NtpServer'
  client = Read-Values 'HKLM:\SYSTEM\CurrentControlSet\Services\W32Time\TimeProviders\NtpClient' 'Enabled'
  client_policy = Read-Values 'HKLM:\SOFTWARE\Policies\Microsoft\W32Time\TimeProviders\NtpClient' 'Enabled'
  guest = Read-Values 'HKLM:\SYSTEM\CurrentControlSet\Services\vmictimesync' 'Start'
}""",
    seconds=2,
)

TIME_EVENTS = powershell(
    r"""# time-events
[ordered]@{ items = Read-Events 'System' "*[System[Provider[@Name='Microsoft-Windows-Time-Service'] and (EventID=35 or EventID=36 or EventID=37) and TimeCreated[timediff(@SystemTime) <= 604800000]]]" 50 }""",
    seconds=9,
)


@reads(TIME_SERVICE, TIME_EVENTS, COMPUTER, FIRMWARE, SERVICES, SERVICE_KEYS)
def time_sync(
    settings: Answer, events: Answer, computer: Answer, firmware: Answer, states: Answer, keys: Answer
) -> TimeSync:
    """Event 35 or 37 of the last seven days says that it follows a source; a newer 36 that it lost it.

    A quiet log says neither: Windows writes them when something changes.
    """
    made = table(settings)
    service, own, policy = (sub(made, name) or {} for name in ("service", "own", "policy"))
    client, client_policy = (sub(made, name) or {} for name in ("client", "client_policy"))
    if number(service.get("Start")) is None:
        raise CannotTell(Reason.PARSE_ERROR, say("the settings of Windows Time could not be read"))
    kind = text(policy.get("Type")) or text(own.get("Type"))
    enabled = number(client_policy.get("Enabled"))
    enabled = number(client.get("Enabled")) if enabled is None else enabled
    if number(service.get("Start")) == _DISABLED or kind.lower() == "nosync" or enabled == 0:
        guest = number((sub(made, "guest") or {}).get("Start"))
        by_host = guest not in (None, _DISABLED) and _by_hyper_v(computer, firmware, states, keys)
        return TimeSync((), None, hypervisor=by_host)
    return TimeSync(("Windows Time",), _synced(events))


def _by_hyper_v(computer: Answer, firmware: Answer, states: Answer, keys: Answer) -> bool:
    """The service that takes the time of Hyper-V is on every Windows, on real machines too: it runs on guests only."""
    made, known = maker.read(computer, firmware), services.read(states, keys)
    assert isinstance(made, Maker)  # noqa: S101 the readers make them
    assert isinstance(known, Services)  # noqa: S101
    if _HYPER_V not in made.virtual.casefold():
        return False
    running = known.running("vmictimesync")
    if running is None:
        raise CannotTell(Reason.NO_PRIVILEGE, say("whether {service} runs could not be read", service="vmictimesync"))
    return running


def _synced(events: Answer) -> bool | None:
    if not events.ok or table(events).get("items") is None:
        return None
    known = [(moment(row.get("time_utc")), number(row.get("id"))) for row in rows(table(events))]
    if any(at is None or event is None for at, event in known):  # which was the newest cannot be told
        return None
    told = sorted((at, event in _FOLLOWS) for at, event in known if at is not None and event in (*_FOLLOWS, *_LOST))
    return told[-1][1] if told else None
