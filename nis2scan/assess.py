"""Findings, law and people's answers to an Assessment: the three numbers, the word for each measure, the list of
what to do and the list of what was not looked at. Pure; `now` is an argument.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from nis2scan.assessment import (
    Action,
    AnswerRow,
    Assessment,
    Asset,
    Consent,
    DatasetInfo,
    Law,
    MeasureRow,
    Method,
    State,
)
from nis2scan.check import Check
from nis2scan.errors import Reason
from nis2scan.model import Confidence, Effort, Finding, Measure, Message, Outcome, Said, Severity, say
from nis2scan.policy import Policy
from nis2scan.unseen import folded

EIGHT = tuple(measure for measure in Measure if measure is not Measure.ORGANISATION)

# How much of the office must have been looked at before a measure can be called in order, in hundredths. Never shown.
SERVERS_LOOKED = 90
WORKSTATIONS_LOOKED = 80

# What somebody says exists, by the answer that says it: a row of its own that no scan has looked at.
_SAID_TO_EXIST = {
    "cloud_mfa": ("cloud", "cloud"),
    "nas_managed": ("nas", "NAS"),
    "router_managed": ("router", "router"),
}
# What a kind of thing can have; every other kind can have all eight. A cloud has no disks or networks of ours.
_HAS: Mapping[str, Container[Measure]] = {
    "cloud": {Measure.LOGGING, Measure.MFA, Measure.ACCESS, Measure.EXPOSURE, Measure.BACKUP},
    "router": set(EIGHT) - {Measure.ENCRYPTION, Measure.BACKUP},
}


def assess(
    findings: Sequence[Finding],
    *,
    checks: Iterable[Check],
    assets: Sequence[Asset],
    client: str,
    client_id: str,
    law: Law,
    method: Method,
    now: datetime,
    answers: Sequence[AnswerRow] = (),
    consent: Sequence[Consent] = (),
    datasets: Sequence[DatasetInfo] = (),
    policy: Policy | None = None,
    synthetic: bool = False,
) -> Assessment:
    """Put everything side by side that a report may show.

    assets: hosts by the name that their findings carry, and devices that were found and not looked at.
    """
    by_id = {check.id: check for check in checks}
    everything = (*assets, *said_to_exist(answers, assets))
    limits = policy or Policy()
    return Assessment(
        client=client,
        client_id=client_id,
        taken_at=now,
        findings=findings,
        checks=by_id,
        assets=everything,
        measures=measure_rows(findings, by_id, everything),
        actions=actions(findings, by_id),
        unseen=folded(findings, everything),
        answers=answers,
        consent=consent,
        law=law,
        datasets=[replace(d, stale=(now.date() - d.compiled).days > limits.dataset_warn_days) for d in datasets],
        method=method,
        synthetic=synthetic,
    )


def said_to_exist(answers: Iterable[AnswerRow], assets: Iterable[Asset]) -> list[Asset]:
    """The cloud, NAS and router that somebody says are there, unless one was found already. Named, not looked at."""
    have = {asset.kind for asset in assets}
    said = [_SAID_TO_EXIST[row.key] for row in answers if row.key in _SAID_TO_EXIST and row.answer in _EXISTS]
    return [Asset(name, f"said-{kind}", kind, reason=Reason.OUT_OF_VANTAGE) for kind, name in said if kind not in have]


_EXISTS = ("yes", "partly", "no")


# ---- measures ----------------------------------------------------------------------------------


def measure_rows(findings: Iterable[Finding], checks: Mapping[str, Check], assets: Sequence[Asset]) -> list[MeasureRow]:
    """One row for each of the eight measures, the worst first."""
    by_measure: dict[Measure, list[Finding]] = defaultdict(list)
    for finding in findings:
        by_measure[finding.measure].append(finding)
    rows = [_row(measure, by_measure[measure], checks, assets) for measure in EIGHT]
    return sorted(rows, key=lambda row: _urgency(row, by_measure[row.measure]))


def _urgency(row: MeasureRow, findings: Iterable[Finding]) -> tuple[int, int, int]:
    worst = max((finding.severity.rank for finding in findings if finding.open), default=-1)
    return list(State).index(row.state), -worst, -(row.failed + row.warned)


def _row(
    measure: Measure, found: Sequence[Finding], checks: Mapping[str, Check], assets: Sequence[Asset]
) -> MeasureRow:
    counts = {outcome: sum(1 for finding in found if finding.outcome is outcome) for outcome in Outcome}
    judged = [finding for finding in found if finding.judged]
    having, looked = _coverage(measure, found, checks, assets)
    lacking = _why_incomplete(measure, found, checks, having, looked)
    return MeasureRow(
        measure=measure,
        state=_state(found, lacking),
        passed=counts[Outcome.PASS],
        warned=counts[Outcome.WARN],
        failed=counts[Outcome.FAIL],
        unseen=counts[Outcome.NOT_ASSESSED],
        not_applicable=counts[Outcome.NOT_APPLICABLE],
        attested=sum(1 for finding in judged if finding.confidence is Confidence.ATTESTED),
        assets_looked=len(looked),
        assets=len(having),
        oldest=min((f.taken_at for f in judged if f.confidence is not Confidence.ATTESTED), default=None),
        why_incomplete=lacking,
    )


def _state(found: Iterable[Finding], lacking: Said) -> State:
    """A failure fails, a warning of medium or worse warns; else it is in order only when enough was looked at."""
    found = list(found)
    if any(finding.outcome is Outcome.FAIL for finding in found):
        return State.FAIL
    if any(f.outcome is Outcome.WARN and f.severity.rank >= Severity.MEDIUM.rank for f in found):
        return State.WARN
    return State.INCOMPLETE if lacking else State.OK


def _coverage(
    measure: Measure, found: Iterable[Finding], checks: Mapping[str, Check], assets: Iterable[Asset]
) -> tuple[list[Asset], list[Asset]]:
    """The assets that have this measure, and those of them on which every key check of it was judged.

    Only positive evidence takes an asset out of the count: all its fitting key checks saw that they do not apply. An
    asset for whose system no key check exists stays in: nothing was judged there. So does a device of an unknown kind,
    and what only the network showed was not looked at, however good it looks from there: nobody saw its accounts.
    """
    by_host: dict[str, list[Finding]] = defaultdict(list)
    for finding in found:
        if finding.key:
            by_host[finding.host].append(finding)
    having, looked = [], []
    for asset in assets:
        if measure not in _HAS.get(asset.kind, EIGHT):
            continue
        fitting = [f for f in by_host[asset.name] if _fits(checks.get(f.check), asset.kind)]
        known = asset.looked or asset.kind != "device"
        if known and fitting and all(f.outcome is Outcome.NOT_APPLICABLE for f in fitting):
            continue
        having.append(asset)
        if asset.looked and fitting and all(f.outcome is not Outcome.NOT_ASSESSED for f in fitting):
            looked.append(asset)
    return having, looked


def _fits(check: Check | None, kind: str) -> bool:
    return check is not None and (not check.platforms or kind in check.platforms)


def _why_incomplete(
    measure: Measure,
    found: Sequence[Finding],
    checks: Mapping[str, Check],
    having: Sequence[Asset],
    looked: Sequence[Asset],
) -> Said:
    """Why this measure cannot be called in order however well it looks; "" when enough was looked at."""
    kinds = {asset.kind for asset in having}
    keys = [
        c for c in checks.values() if c.measure is measure and c.key and (not c.platforms or {*c.platforms} & kinds)
    ]
    never = [check for check in keys if _never_judged(check, found)]
    if not keys or not having:
        return say("nothing was looked at that decides about this measure")
    if not _enough(having, looked, workstations=False) or not _enough(having, looked, workstations=True):
        return say("looked at {looked} of {assets} devices and services", looked=len(looked), assets=len(having))
    if never:
        return say(
            "not assessed anywhere: {checks}",
            checks=tuple(Message(check.title.replace("{", "{{").replace("}", "}}")) for check in never),
        )
    return ""


def _never_judged(check: Check, found: Iterable[Finding]) -> bool:
    """No finding of it says anything, and there is no evidence that it applies nowhere."""
    own = [finding for finding in found if finding.check == check.id]
    absent = bool(own) and all(finding.outcome is Outcome.NOT_APPLICABLE for finding in own)
    return not absent and not any(finding.judged for finding in own)


def _enough(having: Iterable[Asset], looked: Iterable[Asset], *, workstations: bool) -> bool:
    wanted = WORKSTATIONS_LOOKED if workstations else SERVERS_LOOKED
    there = sum(1 for asset in having if asset.workstation is workstations)
    seen = sum(1 for asset in looked if asset.workstation is workstations)
    return seen * 100 >= wanted * there


# ---- actions -----------------------------------------------------------------------------------


def actions(findings: Iterable[Finding], checks: Mapping[str, Check]) -> list[Action]:
    """The open findings grouped by what mends them: the worst first, then what helps the most hosts."""
    groups: dict[str, list[Finding]] = defaultdict(list)
    for finding in findings:
        if finding.open:
            check = checks.get(finding.check)
            groups[(check.action if check else "") or finding.check].append(finding)
    made = [_action(text, group, checks) for text, group in groups.items()]
    return sorted(made, key=lambda a: (*_worst_first(a), -len(a.hosts), -len(a.findings), a.action))


def _worst_first(item: Finding | Action) -> tuple[int, bool]:
    return -item.severity.rank, item.outcome is not Outcome.FAIL


def _action(text: str, group: Iterable[Finding], checks: Mapping[str, Check]) -> Action:
    ordered = tuple(sorted(group, key=lambda finding: (*_worst_first(finding), finding.host, finding.subject)))
    efforts = [checks[finding.check].effort for finding in ordered if finding.check in checks]
    return Action(
        action=text,
        measure=ordered[0].measure,
        severity=ordered[0].severity,
        outcome=Outcome.FAIL if any(f.outcome is Outcome.FAIL for f in ordered) else Outcome.WARN,
        effort=max(efforts, key=list(Effort).index, default=Effort.HOUR),
        findings=ordered,
        hosts=tuple(dict.fromkeys(finding.host for finding in ordered)),
        remedies=tuple(dict.fromkeys(finding.remedy for finding in ordered)),
    )
