"""For authors of checks and facts: say what a host answered, and see what is found.

>>> box = recording(answered(OS_RELEASE, 'ID=debian\\n'))          # doctest: +SKIP
>>> only("updates/os-supported", box).outcome                      # doctest: +SKIP
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from nis2scan.check import Dataset
from nis2scan.errors import Reason
from nis2scan.frameworks import datasets
from nis2scan.judge import judge
from nis2scan.model import Answer, Fact, Finding, Question, Recording, Status
from nis2scan.policy import Policy
from nis2scan.reading import OFFICE, Case, Facts, Subject
from nis2scan.rules import Rules, load

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
"""The moment at which tests judge, unless they say otherwise."""


@cache
def rules(folders: tuple[Path, ...] = ()) -> Rules:
    """The rules as installed, with the check folders given."""
    return load(folders)


def answered(
    question: Question,
    out: str | bytes = "",
    *,
    code: int = 0,
    status: Status = Status.OK,
    err: str = "",
    as_root: bool = False,
) -> Answer:
    """What a host answered to one question."""
    data = out.encode() if isinstance(out, str) else out
    return Answer(question, status, data, err.encode(), code, 1, as_root)


def recording(
    *answers: Answer,
    host: str = "host",
    platform: str = "linux",
    at: datetime = NOON,
    vantage: str = "ssh",
    failed: Reason | None = None,
) -> Recording:
    """A recording of one host that answered only this."""
    return Recording(host, platform, at, vantage, {item.question.id: item for item in answers}, failed)


def findings(
    check: str,
    *hosts: Recording,
    office: Recording | None = None,
    now: datetime = NOON,
    policy: Policy | None = None,
    data: Mapping[type, Dataset[Any]] | None = None,
    among: Rules | None = None,
) -> list[Finding]:
    """What one check finds on these hosts, through the same judge as in a real run."""
    every = among or rules()
    chosen = tuple(item for item in every.checks if item.id == check)
    if not chosen:
        raise LookupError(f"no check is called {check}")
    return judge(Rules(chosen, every.readers, every.derivations), _case(hosts, office, now, policy, data))


def only(check: str, *hosts: Recording, **settings: Any) -> Finding:
    """The one finding of a check; an error when there are more or none."""
    (finding,) = findings(check, *hosts, **settings)
    return finding


def fact(wanted: type[Fact], host: Recording, **settings: Any) -> Any:
    """The fact that a recording yields, read as the judge reads it. Raises CannotTell or Absent."""
    case = _case((host,), settings.get("office"), settings.get("now", NOON), settings.get("policy"), None)
    view, office = Facts(rules(), case, case.subjects[0]), Facts(rules(), case, Subject(OFFICE, case.office))
    for each in (view, office):
        each.office, each.fleet = office, [view]
    return view[wanted]


def _case(
    hosts: Sequence[Recording],
    office: Recording | None,
    now: datetime,
    policy: Policy | None,
    data: Mapping[type, Dataset[Any]] | None,
) -> Case:
    return Case(
        subjects=[Subject(f"asset-{host.host}", host) for host in hosts],
        office=office or Recording(OFFICE, "", now, "answers"),
        now=now,
        policy=policy or Policy(),
        datasets=datasets() if data is None else data,
    )
