"""The host's own clock at the time of the visit: by it everything that the host dates is counted."""

from __future__ import annotations

from datetime import UTC, datetime

from nis2scan.api import Answer, CannotTell, Reason, say
from nis2scan.facts.session import Session, session

_DAY = 86400


def host_time(answer: Answer) -> datetime:
    """What the first frame said. The questions themselves tell no time: their answers can be compared with others."""
    visit = session.read(answer)
    if not isinstance(visit, Session) or not visit.hello:
        raise CannotTell(Reason.PARSE_ERROR, say("the host gave no time"))
    return datetime.fromtimestamp(visit.hello, UTC)


def real_time(answer: Answer) -> datetime:
    """The same, to be laid beside the days on which makers publish: for that the clock must be about right."""
    visit = session.read(answer)
    if isinstance(visit, Session) and visit.hello and abs(visit.hello - visit.hello_at) > _DAY:
        days = round((visit.hello - visit.hello_at) / _DAY)
        told = say("the clock of this machine is {days} days off: how old its updates are cannot be told", days=days)
        raise CannotTell(Reason.STALE_DATA, told)
    return host_time(answer)
