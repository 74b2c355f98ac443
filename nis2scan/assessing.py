"""Recordings of one client to its assessment: judge, put law and answers beside it. For scan, report and demo alike."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from nis2scan import __version__
from nis2scan.answers import answer_rows, read_answers
from nis2scan.assess import assess
from nis2scan.assessment import Assessment, Asset, Consent, Method
from nis2scan.frameworks import dataset_info, datasets
from nis2scan.frameworks.law import law
from nis2scan.judge import judge
from nis2scan.model import Question, say
from nis2scan.policy import Policy
from nis2scan.reading import Case, Subject
from nis2scan.rules import Rules

# What a visit leaves behind on a host, told to the customer beforehand.
TRACES = (
    say("one login in the log of the host, over SSH or WinRM"),
    say("on Windows the whole script, where its log keeps what PowerShell runs"),
    say("one line of sudo or doas in the log, when the part that needs root is asked for"),
    say("times of last access of files that were read"),
    say("connections in the logs of devices, when networks are looked at"),
    say("one refused or accepted login without a name at file services that are offered (FTP, SMB)"),
)


@dataclass(frozen=True)
class Client:
    """Whose office it is: the store's id, the name to show, what people answered, the thresholds and the consent."""

    id: str
    name: str
    answers: Path | None = None
    policy: Policy = field(default_factory=Policy)
    consent: tuple[Consent, ...] = ()


def assessment(
    rules: Rules,
    client: Client,
    subjects: Sequence[Subject],
    assets: Sequence[Asset],
    now: datetime,
    *,
    scanner: str = "",
    finished: bool = True,
    synthetic: bool = False,
) -> Assessment:
    """Judge the recordings as of `now`. Raises ConfigError when answers.toml is wrong."""
    office = read_answers(client.answers, now)
    case = Case(subjects, office, now, client.id, client.policy, datasets())
    return assess(
        judge(rules, case),
        checks=rules.checks,
        assets=assets,
        client=client.name,
        client_id=client.id,
        law=law(),
        method=Method(__version__, _asked(subjects), TRACES, scanner, finished),
        now=now,
        answers=answer_rows(office),
        consent=client.consent,
        datasets=dataset_info(),
        policy=client.policy,
        synthetic=synthetic,
    )


def _asked(subjects: Sequence[Subject]) -> tuple[tuple[str, bool], ...]:
    """Every command and probe that was put to any host, and whether as root somewhere."""
    asked: dict[Question, bool] = {}
    for subject in subjects:
        for answer in subject.recording.answers.values():
            if answer.question.kind in ("shell", "probe"):
                asked[answer.question] = asked.get(answer.question, False) or answer.as_root
    return tuple((question.text, as_root) for question, as_root in asked.items())
