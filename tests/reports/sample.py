"""A made-up bakery with everything that a report may meet: every outcome, hostile strings, people's answers."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from sample_checks import CHECKS

import nis2scan
from nis2scan.assess import assess
from nis2scan.assessment import AnswerRow, Assessment, Asset, Consent, DatasetInfo, Law, LawRef, Method, View
from nis2scan.check import Check
from nis2scan.errors import Reason
from nis2scan.language import Language, language
from nis2scan.model import (
    Confidence,
    Evidence,
    Finding,
    Measure,
    Outcome,
    Said,
    Status,
    say,
)

NOW = datetime(2026, 11, 24, 21, 14, tzinfo=UTC)
HERE = Path(__file__).parent

Written = Callable[..., bytes]
"""What the fixture `written` gives: name, language, CSV profile and assessment to bytes."""

FORMULA = '=HYPERLINK("file:///etc/passwd","open")'
SCRIPT = "<script>alert(1)</script>"
TURNED = "invoice\u202egpj.exe"
LONG = "x" * 40_000
HOSTILE = (FORMULA, SCRIPT, TURNED, LONG, "@SUM(1)", "\t=1+1", "\x1b[31mred\x00", "-5", "+31 6", "javascript:alert(1)")


_NAMES = (
    "srv01", "srv02", "pc-balie", "pc-oven1", "pc-oven2", "pc-kantoor", "pc-magazijn", "pc-winkel1", "pc-winkel2",
    "lt-hugo", "lt-marja", "lt-directie", "mac-ontwerp", SCRIPT, FORMULA, TURNED,
)  # fmt: skip


_BY_FILE = ("pc-oven2", "lt-hugo")


def assets() -> list[Asset]:
    """Sixteen that were looked into and eight that were not."""
    looked = [
        Asset(name, f"asset-{at}", "linux" if at < 2 else "windows", f"192.168.178.{10 + at}", "Debian GNU/Linux 12",
              looked=True, taken_at=NOW - timedelta(days=at % 7), vantage="file" if name in _BY_FILE else "ssh",
              workstation=at > 1)
        for at, name in enumerate(_NAMES)
    ]  # fmt: skip
    blind = [
        Asset(name, f"blind-{at}", kind, f"192.168.178.{60 + at}", reason=reason, weak_identity=kind == "device")
        for at, (name, kind, reason) in enumerate(
            (
                ("pc-inpak", "windows", Reason.NO_CREDENTIAL),
                ("pc-chef", "windows", Reason.AUTH_FAILED),
                ("192.168.178.62", "device", Reason.NO_CREDENTIAL),
                ("printer", "device", Reason.UNSUPPORTED_PLATFORM),
                ("nas01", "nas", Reason.OUT_OF_VANTAGE),
                ("router", "router", Reason.OUT_OF_VANTAGE),
                ("Microsoft 365", "cloud", Reason.OUT_OF_VANTAGE),
                ("lt-oud", "windows", Reason.UNREACHABLE),
            )
        )
    ]
    return looked + blind


def _finding(check: Check, host: str, part: str, outcome: Outcome, found: Said, **other: object) -> Finding:
    digest = hashlib.sha256(f"{check.id}\0{host}\0{part}".encode()).hexdigest()[:12]
    made = Finding(
        id=f"F-{digest}",
        check=check.id,
        catalogue=check.catalogue,
        measure=check.measure,
        host=host,
        subject=part,
        outcome=outcome,
        reason=None,
        severity=check.severity.milder if outcome is Outcome.WARN else check.severity,
        confidence=Confidence.MEASURED,
        found=found,
        expected=say("at most {days} days", days=14 + len(check.id)),
        remedy=check.remedy,
        taken_at=NOW - timedelta(days=len(host) % 5, minutes=7),
        key=check.key,
        evidence=(
            Evidence("tool --show\nsecond line", True, Status.OK, NOW),
            Evidence("cat /proc/thing", False, Status.DENIED, NOW),
        ),
    )
    return replace(made, **other)  # type: ignore[arg-type]


def _outcome(check: Check, at: int) -> Outcome:
    """Fixed, and such that every check has its own mix."""
    bad = {
        "backup/last-copy": {0}, "updates/security-waiting": {2, 3, 4, 10}, "encryption/system-disk": {9, 10},
        "exposure/remote-desktop": {2}, "access/screen-lock": {5, 6, 7}, "mfa/password-login": {1},
    }  # fmt: skip
    wary = {"updates/restart-waiting": {1, 2}, "access/many-admins": {5, 12}, "segmentation/firewall-off": {8, 9, 11}}
    if at in bad.get(check.id, ()):
        return Outcome.FAIL
    if at in wary.get(check.id, ()):
        return Outcome.WARN
    if check.id == "backup/last-copy" and at > 1:
        return Outcome.NOT_APPLICABLE
    if (at + len(check.id)) % 9 == 0 or (check.measure is Measure.MFA and at % 2):
        return Outcome.NOT_ASSESSED
    return Outcome.PASS


def findings() -> list[Finding]:
    """The matrix of checks and looked-into devices, plus parts, answers of people and things that could not be seen."""
    made = []
    for check in CHECKS.values():
        if check.measure is Measure.ORGANISATION or check.id == "backup/restore-test":
            continue
        for at, host in enumerate(_NAMES):
            outcome = _outcome(check, at)
            reason = None
            found: Said = say("seen {days} days ago", days=at)
            if outcome is Outcome.NOT_ASSESSED:
                reason = (Reason.NO_PRIVILEGE, Reason.TOOL_MISSING, Reason.TIMEOUT)[at % 3]
            made.append(_finding(check, host, "", outcome, found, reason=reason))
        for asset in assets()[16:]:
            given = {"reason": asset.reason, "taken_at": NOW}
            made.append(_finding(check, asset.name, "", Outcome.NOT_ASSESSED, "", **given))
    firewall = CHECKS["segmentation/firewall-off"]
    made += [_finding(firewall, "srv02", text, Outcome.WARN, say("it says {text}", text=text)) for text in HOSTILE]
    said = {"confidence": Confidence.ATTESTED}
    made.append(_finding(CHECKS["backup/restore-test"], "office", "", Outcome.FAIL, say("answered: no"), **said))
    plan = CHECKS["organisation/crisis-plan"]
    made.append(_finding(plan, "office", "", Outcome.NOT_ASSESSED, "", reason=Reason.UNANSWERED))
    clock = CHECKS["logging/clock"]
    made.append(_finding(clock, "office", "", Outcome.PASS, say("answered: yes"), **said))
    return made


def sample() -> Assessment:
    """The bakery, assessed as in a real run."""
    made = assess(
        findings(),
        checks=CHECKS.values(),
        assets=assets(),
        client="Bakkerij De Korenaar B.V.",
        client_id="c-1",
        law=Law(
            "Cyberbeveiligingswet", "In force since 15 August 2026.", date(2026, 11, 1), "An aid, not legal advice.",
            {
                Measure.BACKUP: (LawRef("Cbw", "21(3)(c)"),),
                Measure.MFA: (LawRef("Cbw", "21(3)(j)"), LawRef("BIO2", "5.17")),
            },
        ),
        method=Method(
            "0.1.0",
            (("tool --show\nsecond line", True), ("cat /proc/thing", False)),
            ("A login line.",),
            "srv-scan",
        ),
        now=NOW,
        answers=[
            AnswerRow("restore", "Was a restore tested?", Measure.BACKUP, "no", "M. de Wit", date(2026, 11, 1),
                      date(2027, 11, 1), "folder", FORMULA),
            AnswerRow("plan", "Is there a plan for an incident?", Measure.ORGANISATION),
        ],
        consent=[Consent("M. de Wit", "192.168.178.0/24", date(2027, 2, 1))],
        datasets=[DatasetInfo("end of support", date(2026, 5, 1), "nis2scan", False)],
        synthetic=True,
    )  # fmt: skip
    first, *rest = made.actions
    return replace(made, actions=[replace(first, owner="M. de Wit", due=date(2026, 11, 27)), *rest])


def view(code: str, folder: Path, csv: str = "nl") -> View:
    """A language as installed, plus the Dutch of this sample (a stranger's checks bring their own catalogue too)."""
    return View(tongue(code, folder), csv)


def tongue(code: str, folder: Path) -> Language:
    target = folder / "nl" / "LC_MESSAGES" / "sample.mo"
    target.parent.mkdir(parents=True, exist_ok=True)
    out = io.BytesIO()
    write_mo(out, read_po(io.BytesIO((HERE / "sample.nl.po").read_bytes()), locale="nl"))
    target.write_bytes(out.getvalue())
    return language(code, [Path(nis2scan.__file__).parent / "locale", folder])
