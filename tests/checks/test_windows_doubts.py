"""Windows in states that look healthier than they are: what could not be seen is never a measured pass."""

from __future__ import annotations

from nis2scan.api import Confidence, Outcome
from tests.checks.test_windows_access import BUILT_IN, DOMAIN, ENTRA, OFF, USER, administrators, admins, last


def test_a_role_of_entra_may_be_held_by_whoever_works_here() -> None:
    """Only Entra knows who holds it."""
    role = ("S-1-12-1-5-2-3-4", "S-1-12-1-5-2-3-4", "Group")
    found = administrators(admins(BUILT_IN, role), OFF, last(ENTRA))
    assert (found.outcome, found.confidence) == (Outcome.PASS, Confidence.DERIVED)


def test_a_member_of_an_unknown_kind_may_be_a_group() -> None:
    """Of a domain that does not answer, Windows tells neither name nor kind."""
    nameless = (f"{DOMAIN}-1130", "KANTOOR/Beheer", "")
    assert administrators(admins(BUILT_IN, nameless), OFF, last(USER)).outcome is Outcome.WARN
    seen = administrators(admins(BUILT_IN, nameless), OFF, last(USER, [f"{DOMAIN}-513"]))
    assert (seen.outcome, seen.confidence) == (Outcome.PASS, Confidence.DERIVED)
