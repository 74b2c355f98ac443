"""The host's own clock at the time of the visit: by it everything that the host dates is counted."""

from __future__ import annotations

from datetime import UTC, datetime

from nis2scan.api import Answer, CannotTell, Reason, say
from nis2scan.facts.session import Session, session


def host_time(answer: Answer) -> datetime:
    """What the first frame said. The questions themselves tell no time: their answers can be compared with others."""
    visit = session.read(answer)
    if not isinstance(visit, Session) or not visit.hello:
        raise CannotTell(Reason.PARSE_ERROR, say("the host gave no time"))
    return datetime.fromtimestamp(visit.hello, UTC)
