"""A made-up office of a thousand devices: what the limits on size and memory are held against."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from sample import NOW, sample
from sample_checks import CHECKS

from nis2scan.assess import actions as grouped
from nis2scan.assess import measure_rows
from nis2scan.assessment import Assessment, Asset
from nis2scan.errors import Reason
from nis2scan.model import Evidence, Finding, Outcome, Status, say
from nis2scan.unseen import folded


def large(hosts: int = 1000, checks: int = 120) -> Assessment:
    """`hosts` × `checks` findings; a fifth is open, a tenth could not be seen."""
    base = sample()
    texts = list(CHECKS.values())
    many = [replace(texts[at % len(texts)], id=f"{texts[at % len(texts)].measure}/check-{at}") for at in range(checks)]
    many = [replace(check, title=f"{check.title} {at}", action=f"{check.action} {at}") for at, check in enumerate(many)]
    seen = (Evidence("tool --show", True, Status.OK, NOW),)
    outcomes = (*[Outcome.PASS] * 6, Outcome.FAIL, Outcome.WARN, Outcome.NOT_ASSESSED, Outcome.NOT_APPLICABLE)
    findings = []
    for host in range(hosts):
        for at, check in enumerate(many):
            outcome = outcomes[(host * 7 + at) % 10]
            findings.append(
                Finding(
                    id=f"F-{host:06x}{at:06x}",
                    check=check.id,
                    catalogue=check.catalogue,
                    measure=check.measure,
                    host=f"pc-{host:04}",
                    subject="",
                    outcome=outcome,
                    reason=Reason.NO_PRIVILEGE if outcome is Outcome.NOT_ASSESSED else None,
                    severity=check.severity,
                    confidence=base.findings[0].confidence,
                    found=say("seen {days} days ago", days=host),
                    expected=say("at most {days} days", days=14),
                    remedy=check.remedy,
                    taken_at=NOW - timedelta(days=1),
                    key=check.key,
                    evidence=seen,
                )
            )
    assets = [
        Asset(f"pc-{host:04}", f"asset-{host}", "windows", f"10.0.{host // 250}.{host % 250}", "Windows 11", True,
              taken_at=NOW, workstation=True)
        for host in range(hosts)
    ]  # fmt: skip
    by_id = {check.id: check for check in many}
    return replace(
        base,
        findings=findings,
        checks=by_id,
        assets=assets,
        measures=measure_rows(findings, by_id, assets),
        actions=grouped(findings, by_id),
        unseen=folded(findings, assets),
    )
