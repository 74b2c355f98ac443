"""Findings to an assessment: the three numbers, the word of a measure, what to do first, what was not looked at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from nis2scan.assess import EIGHT, assess
from nis2scan.assessment import AnswerRow, Assessment, Asset, DatasetInfo, MeasureRow, Method, State
from nis2scan.check import Check
from nis2scan.errors import Reason
from nis2scan.frameworks.law import FRAMEWORKS, law
from nis2scan.judge import finding_id
from nis2scan.model import Confidence, Effort, Finding, Measure, Outcome, Severity, say
from nis2scan.policy import Policy
from nis2scan.testing import NOON
from nis2scan.unseen import NEXT_STEPS


def a_check(name: str = "updates/one", **settings: Any) -> Check:
    values: dict[str, Any] = {
        "id": name,
        "module": "",
        "measure": Measure(name.split("/")[0]),
        "title": name,
        "why": "",
        "key": True,
        "severity": Severity.HIGH,
        "expected": "",
        "action": f"Mend {name}",
        "remedy": f"run {name}",
        "limits": "",
        "effort": Effort.HOUR,
        "catalogue": (),
        "also": (),
        "platforms": (),
        "needs": (),
        "judge": None,
    }
    return Check(**{**values, **settings})


ONE = a_check()


def a_finding(host: str = "srv", outcome: Outcome = Outcome.PASS, check: Check = ONE, **settings: Any) -> Finding:
    values: dict[str, Any] = {
        "id": finding_id("c", host, check.id, settings.get("subject", "")),
        "check": check.id,
        "catalogue": (),
        "measure": check.measure,
        "host": host,
        "subject": "",
        "outcome": outcome,
        "reason": None,
        "severity": check.severity,
        "confidence": Confidence.MEASURED,
        "found": "seen",
        "expected": "",
        "remedy": check.remedy,
        "taken_at": NOON,
        "key": check.key,
    }
    return Finding(**{**values, **settings})


def unseen(host: str, reason: Reason, check: Check = ONE) -> Finding:
    return a_finding(host, Outcome.NOT_ASSESSED, check, reason=reason)


def an_asset(name: str = "srv", kind: str = "linux", *, looked: bool = True, workstation: bool = False) -> Asset:
    return Asset(name, f"A-{name}", kind, looked=looked, workstation=workstation)


def assessed(
    findings: Sequence[Finding], assets: Sequence[Asset] = (an_asset(),), checks: Sequence[Check] = (ONE,), **more: Any
) -> Assessment:
    method = Method("0", (), ())
    return assess(
        findings, checks=checks, assets=assets, client="x", client_id="C", law=law(), method=method, now=NOON, **more
    )


def row(made: Assessment, measure: Measure = Measure.UPDATES) -> MeasureRow:
    return next(item for item in made.measures if item.measure is measure)


# ---- the word of a measure -----------------------------------------------------------------------


def test_a_measure_is_in_order_when_enough_was_looked_at_and_nothing_is_wrong() -> None:
    assert row(assessed([a_finding()])).state is State.OK


def test_a_failure_fails_a_warning_of_medium_warns_and_a_low_one_does_not() -> None:
    warned = a_finding(outcome=Outcome.WARN, severity=Severity.MEDIUM)

    assert row(assessed([a_finding(outcome=Outcome.FAIL)])).state is State.FAIL
    assert row(assessed([warned])).state is State.WARN
    assert row(assessed([replace(warned, severity=Severity.LOW)])).state is State.OK


def test_nothing_looked_at_is_never_in_order() -> None:
    made = assessed([], assets=(), checks=())

    assert {item.state for item in made.measures} == {State.INCOMPLETE}
    assert all(item.why_incomplete for item in made.measures)


def test_a_key_check_that_was_assessed_nowhere_keeps_a_measure_incomplete() -> None:
    office = a_check("updates/asked")
    findings = [a_finding(), unseen("office", Reason.UNANSWERED, office)]

    found = row(assessed(findings, checks=(ONE, office)))

    assert found.state is State.INCOMPLETE
    assert "updates/asked" in str(found.why_incomplete)


def test_a_key_check_for_a_system_that_nobody_has_is_not_missed() -> None:
    other = a_check("updates/other", platforms=("windows",))
    findings = [a_finding(), a_finding(outcome=Outcome.NOT_APPLICABLE, check=other)]

    assert row(assessed(findings, checks=(ONE, other))).state is State.OK


def test_a_host_for_whose_system_no_key_check_exists_was_not_looked_at() -> None:
    linux = a_check(platforms=("linux",))
    findings = [a_finding("srv", check=linux), a_finding("pc", Outcome.NOT_APPLICABLE, linux)]

    found = row(assessed(findings, (an_asset("srv"), an_asset("pc", "windows")), (linux,)))

    assert (found.assets_looked, found.assets, found.state) == (1, 2, State.INCOMPLETE)


def test_seen_absence_takes_a_host_out_of_the_count() -> None:
    findings = [a_finding("srv"), a_finding("box", Outcome.NOT_APPLICABLE)]

    found = row(assessed(findings, (an_asset("srv"), an_asset("box"))))

    assert (found.assets_looked, found.assets, found.state) == (1, 1, State.OK)


def test_devices_that_were_found_and_not_looked_at_stay_in_the_count() -> None:
    found = row(assessed([a_finding()], (an_asset(), an_asset("192.168.1.7", "device", looked=False))))

    assert (found.assets_looked, found.assets, found.state) == (1, 2, State.INCOMPLETE)


@pytest.mark.parametrize(("blind", "state"), [(1, State.OK), (2, State.OK), (3, State.INCOMPLETE)])
def test_eight_of_ten_workstations_are_enough(blind: int, state: State) -> None:
    pcs = [an_asset(f"pc{number}", workstation=True) for number in range(10)]
    findings = [a_finding(pc.name) if n >= blind else unseen(pc.name, Reason.UNREACHABLE) for n, pc in enumerate(pcs)]

    assert row(assessed(findings, pcs)).state is state


def test_one_of_nine_servers_unseen_is_too_many() -> None:
    servers = [an_asset(f"srv{number}") for number in range(9)]
    findings = [a_finding(item.name) for item in servers[1:]] + [unseen("srv0", Reason.NO_PRIVILEGE)]

    assert row(assessed(findings, servers)).state is State.INCOMPLETE


def test_what_only_the_network_showed_was_not_looked_at_however_good_it_looks() -> None:
    """A PC without open ports passes the one key check that needs no login. Nobody saw its accounts."""
    pc, nas = an_asset("192.168.1.7", "device", looked=False), an_asset("192.168.1.8", "nas", looked=False)

    found = row(assessed([a_finding(pc.name), a_finding(nas.name)], (pc, nas)))
    assert (found.assets_looked, found.assets, found.state) == (0, 2, State.INCOMPLETE)

    absent = a_finding(pc.name, Outcome.NOT_APPLICABLE)
    found = row(assessed([a_finding(), absent], (an_asset(), pc)))
    assert (found.assets_looked, found.assets, found.state) == (1, 2, State.INCOMPLETE)


def test_one_unseen_part_leaves_a_host_not_looked_at() -> None:
    findings = [a_finding(subject="C:"), replace(unseen("srv", Reason.TIMEOUT), subject="D:")]

    assert row(assessed(findings)).assets_looked == 0


def test_the_worst_measure_comes_first_and_only_the_eight_are_there() -> None:
    bad = a_check("segmentation/one")
    people = a_check("organisation/plan")
    findings = [a_finding(), a_finding(outcome=Outcome.FAIL, check=bad), a_finding("office", check=people)]

    made = assessed(findings, checks=(ONE, bad, people))

    assert made.measures[0].measure is Measure.SEGMENTATION
    assert {item.measure for item in made.measures} == set(EIGHT)


def test_the_counts_are_findings_and_the_age_is_that_of_the_oldest_that_was_measured() -> None:
    long_ago = NOON - timedelta(days=9)
    said = a_finding("office", confidence=Confidence.ATTESTED, taken_at=NOON - timedelta(days=99))
    findings = [
        *(a_finding(taken_at=long_ago), a_finding(outcome=Outcome.WARN), a_finding(outcome=Outcome.FAIL)),
        *(unseen("srv", Reason.TIMEOUT), a_finding(outcome=Outcome.NOT_APPLICABLE), said),
    ]

    found = row(assessed(findings))

    assert (found.passed, found.warned, found.failed, found.unseen, found.not_applicable) == (2, 1, 1, 1, 1)
    assert (found.judged, found.attested, found.oldest) == (4, 1, long_ago)


# ---- what to do ----------------------------------------------------------------------------------


def test_findings_with_the_same_action_are_one_thing_to_do() -> None:
    two = a_check("updates/two", action=ONE.action, remedy="other", effort=Effort.DAYS)
    findings = [
        a_finding("a", Outcome.WARN, severity=Severity.MEDIUM),
        a_finding("b", Outcome.FAIL, two, severity=Severity.CRITICAL),
        a_finding("c", Outcome.PASS),
    ]

    (action,) = assessed(findings, checks=(ONE, two)).actions

    assert (action.severity, action.outcome, action.effort) == (Severity.CRITICAL, Outcome.FAIL, Effort.DAYS)
    assert (action.hosts, action.remedies) == (("b", "a"), ("other", ONE.remedy))


def test_the_worst_comes_first_then_what_helps_most_hosts_and_the_low_ones_stand_last() -> None:
    checks = [a_check(f"updates/{name}") for name in ("few", "many", "worse", "low")]
    few, many, worse, low = checks
    findings = [
        a_finding("a", Outcome.WARN, low, severity=Severity.LOW),
        a_finding("a", Outcome.FAIL, few),
        *(a_finding(host, Outcome.FAIL, many) for host in "ab"),
        a_finding("a", Outcome.WARN, worse, severity=Severity.CRITICAL),
    ]

    made = assessed(findings, checks=checks).actions

    assert [item.action for item in made] == [item.action for item in (worse, many, few, low)]


# ---- what was not looked at ----------------------------------------------------------------------


def test_what_was_not_looked_at_is_folded_by_cause_with_a_next_step() -> None:
    pcs = [f"pc{number}" for number in range(20)]
    findings = [*(unseen(pc, Reason.UNREACHABLE) for pc in pcs), unseen("office", Reason.UNANSWERED)]

    first, second = assessed(findings, [an_asset(pc, looked=False) for pc in pcs]).unseen

    assert (first.reason, len(first.hosts), first.findings) == (Reason.UNREACHABLE, 20, 20)
    assert (second.reason, second.command) == (Reason.UNANSWERED, "nis2scan answers > answers.toml")


def test_a_device_of_which_nothing_was_asked_is_named_too() -> None:
    (only,) = assessed([], [an_asset("192.168.1.7", "device", looked=False)]).unseen

    assert (only.reason, only.hosts, only.findings) == (Reason.NO_CREDENTIAL, ("192.168.1.7",), 0)


def test_every_reason_has_a_next_step() -> None:
    assert NEXT_STEPS.keys() == set(Reason)


# ---- cloud, NAS, router; data sets; law ------------------------------------------------------------


def said(key: str, answer: str) -> AnswerRow:
    return AnswerRow(key, "?", Measure.MFA, answer)


@pytest.mark.parametrize("word", ["yes", "partly", "no"])
def test_a_nas_that_somebody_says_is_there_is_named_not_looked_at_and_keeps_measures_incomplete(word: str) -> None:
    made = assessed([a_finding()], answers=[said("nas_managed", word)])

    assert [(item.kind, item.looked) for item in made.assets] == [("linux", True), ("nas", False)]
    assert row(made).state is State.INCOMPLETE


@pytest.mark.parametrize("word", ["not_applicable", "unknown", ""])
def test_what_nobody_says_is_there_is_not_invented(word: str) -> None:
    assert row(assessed([a_finding()], answers=[said("nas_managed", word)])).state is State.OK


def test_a_nas_that_was_found_already_is_not_named_twice() -> None:
    nas = an_asset("nas01", "nas", looked=False)

    assert len(assessed([], [nas], answers=[said("nas_managed", "yes")]).assets) == 1


def test_a_cloud_has_no_network_of_ours_to_segment() -> None:
    check = a_check("segmentation/one")

    made = assessed([a_finding(check=check)], checks=(check,), answers=[said("cloud_mfa", "yes")])

    assert row(made, Measure.SEGMENTATION).state is State.OK
    assert row(made, Measure.MFA).assets == 2


def test_a_data_set_older_than_the_policy_says_is_marked() -> None:
    sets = [DatasetInfo("eol", NOON.date() - timedelta(days=days), "x", stale=False) for days in (90, 91)]

    assert [item.stale for item in assessed([], datasets=sets, policy=Policy()).datasets] == [False, True]


def test_the_moment_is_the_one_given() -> None:
    assert assessed([a_finding(taken_at=datetime(2020, 1, 1, tzinfo=NOON.tzinfo))]).taken_at == NOON


def test_the_law_pack_is_dated_and_places_every_measure_in_every_framework() -> None:
    pack = law()

    assert pack.dated == date(2026, 11, 23)
    assert "2026, 187" in pack.status
    assert pack.refs.keys() == set(Measure)
    for measure in EIGHT:
        assert [ref.framework for ref in pack.refs[measure]] == list(FRAMEWORKS)


def test_details_are_sentences_that_can_be_translated() -> None:
    finding = replace(unseen("srv", Reason.TIMEOUT), found=say("too slow"))

    assert assessed([finding]).unseen[0].details == (say("too slow"),)
