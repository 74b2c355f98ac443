"""Updates of Windows, on answers as the script prints them; whole machines are compared in tests/windows."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from nis2scan.api import SESSION, Answer, Confidence, Finding, Outcome, Reason, Recording, Status
from nis2scan.facts.windows.antivirus import ANTIVIRUS
from nis2scan.facts.windows.longer_support import ESU
from nis2scan.facts.windows.patch_days import BASELINES, first_after, patch_day
from nis2scan.facts.windows.restart import RESTART
from nis2scan.facts.windows.services import SERVICE_KEYS, SERVICES
from nis2scan.facts.windows.servicing import SERVICING
from nis2scan.facts.windows.system import RELEASE
from nis2scan.facts.windows.update_search import UPDATE_SEARCH
from nis2scan.facts.windows.update_settings import UPDATE_SCANS, UPDATE_SETTINGS
from nis2scan.recording import from_bytes
from nis2scan.testing import NOON, answered, only, recording

MONTHLY, WAITING, ON = "updates/monthly-update", "updates/windows-updates-waiting", "updates/windows-update-on"
MALWARE, REBOOT, SUPPORT = "updates/malware-protection", "updates/reboot-pending", "updates/system-supported"
START = datetime(1601, 1, 1, tzinfo=UTC)


def visit(at: datetime = NOON) -> Answer:
    row = {"platform": "windows", "vantage": "winrm", "user": "PC\\x", "uid": -1, "root": True, "refusal": ""}
    row |= dict.fromkeys(("sent", "hello", "hello_at", "bye", "bye_at"), int(at.timestamp()))
    return answered(SESSION, json.dumps(row))


def release(build: int = 26100, edition: str = "Enterprise", kind: str = "WinNT", ubr: int = 9840) -> Answer:
    version = {"CurrentBuild": str(build), "UBR": ubr, "DisplayVersion": "24H2", "EditionID": edition}
    return answered(
        RELEASE,
        json.dumps(
            {
                "version": {**version, "InstallationType": "Client", "InstallDate": 1700000000},
                "product": {"ProductType": kind},
                "crypto": {"MachineGuid": "4f3a0b1c"},
            }
        ),
    )


def machine(*answers: Answer, at: datetime = NOON) -> Recording:
    given = {answer.question.id for answer in answers}
    more = [item for item in (visit(at), release()) if item.question.id not in given]
    return recording(*answers, *more, platform="windows", vantage="winrm", at=at)


def package(installed: datetime, ubr: int = 9840, state: int = 112, build: int = 26100) -> dict[str, Any]:
    ticks = int((installed - START) / timedelta(microseconds=1)) * 10
    low = ticks & 0xFFFFFFFF
    name = f"Package_for_RollupFix~31bf3856ad364e35~amd64~~{build}.{ubr}.1.9"
    return {"name": name, "state": state, "high": ticks >> 32, "low": low - 2**32 if low >= 2**31 else low}


HOTPATCH = {"rebootless": {"AllowRebootlessUpdates": 1}, "guard": {"EnableVirtualizationBasedSecurity": 1}}


def servicing(*packages: dict[str, Any], ubr: int = 9840, build: int = 26100, **more: Any) -> Answer:
    made = {"version": {"CurrentBuild": str(build), "UBR": ubr}, "listed": True, "items": list(packages)}
    made |= dict.fromkeys(("rebootless", "guard", "enrolled", "table"))
    return answered(SERVICING, json.dumps({**made, **more}))


def day(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def monthly(installed: str, scanned: str, **more: Any) -> Finding:
    at = day(scanned)
    return only(MONTHLY, machine(servicing(package(day(installed)), **more), at=at), now=at)


@pytest.mark.parametrize(
    ("year", "month", "expected"), [(2026, 9, 8), (2026, 10, 13), (2026, 11, 10), (2026, 12, 8), (2025, 7, 8)]
)
def test_patch_tuesday_is_the_second_tuesday(year: int, month: int, expected: int) -> None:
    assert patch_day(year, month).day == expected
    assert patch_day(year, month).weekday() == 1


def test_an_update_of_before_the_hour_of_publication_is_the_one_of_the_month_before() -> None:
    assert first_after(day("2026-11-10T16:00")) == patch_day(2026, 11)
    assert first_after(day("2026-11-10T17:30")) == patch_day(2026, 12)
    assert first_after(day("2026-12-09"), BASELINES) == patch_day(2027, 1)


@pytest.mark.parametrize(
    ("installed", "scanned", "outcome"),
    [
        ("2026-10-15T09:00", "2026-11-10T12:00", Outcome.PASS),
        ("2026-10-15T09:00", "2026-11-16T12:00", Outcome.PASS),
        ("2026-10-15T09:00", "2026-11-17T23:00", Outcome.PASS),
        ("2026-10-15T09:00", "2026-11-18T01:00", Outcome.WARN),
        ("2026-10-15T09:00", "2026-11-23T12:00", Outcome.WARN),
        ("2026-10-15T09:00", "2026-11-24T01:00", Outcome.FAIL),
        ("2026-11-12T09:00", "2026-11-24T01:00", Outcome.PASS),
        ("2026-06-01T09:00", "2026-11-24T01:00", Outcome.FAIL),
    ],
)
def test_days_count_from_the_first_monthly_update_that_is_missing(
    installed: str, scanned: str, outcome: Outcome
) -> None:
    found = monthly(installed, scanned)
    assert found.outcome is outcome
    assert found.confidence is Confidence.DERIVED


def test_what_is_staged_or_superseded_and_what_is_newer_than_what_runs_does_not_count() -> None:
    old, new = package(day("2026-09-10"), 9648), package(day("2026-11-12"), 9840, 64)
    assert only(MONTHLY, machine(servicing(old, new))).outcome is Outcome.FAIL
    waits = servicing(old, package(day("2026-11-12"), 9840), ubr=9648)
    found = only(MONTHLY, machine(waits))
    assert found.outcome is Outcome.FAIL
    assert "waits for a restart" in str(found.found)


@pytest.mark.parametrize(
    ("build", "ubr", "outcome"),
    [
        (26100, 9457, Outcome.FAIL),
        (26200, 8457, Outcome.FAIL),
        (26200, 9458, Outcome.PASS),
        (19045, 7725, Outcome.FAIL),
        (20348, 4294, Outcome.FAIL),
        (20348, 4405, Outcome.PASS),
    ],
)
def test_an_old_build_that_was_installed_late_is_old(build: int, ubr: int, outcome: Outcome) -> None:
    late = servicing(package(day("2026-11-20"), ubr), ubr=ubr, build=build)
    assert only(MONTHLY, machine(late, release())).outcome is outcome


def test_no_package_and_one_dated_ahead_are_not_assessed() -> None:
    assert only(MONTHLY, machine(servicing())).outcome is Outcome.NOT_ASSESSED
    ahead = servicing(package(day("2027-03-01")))
    assert only(MONTHLY, machine(ahead)).reason is Reason.PARSE_ERROR
    unlisted = servicing(package(day("2026-11-12")), listed=False)
    assert only(MONTHLY, machine(unlisted)).outcome is Outcome.NOT_ASSESSED


def test_where_updates_come_while_it_runs_only_a_missing_quarter_fails() -> None:
    assert monthly("2026-10-15", "2026-11-24", **HOTPATCH).outcome is Outcome.NOT_ASSESSED
    assert monthly("2026-08-15", "2026-11-24", **HOTPATCH).outcome is Outcome.FAIL
    assert monthly("2026-11-12", "2026-11-24", **HOTPATCH).outcome is Outcome.PASS
    half = {"rebootless": {"AllowRebootlessUpdates": 1}}
    assert monthly("2026-10-15", "2026-11-24", **half).outcome is Outcome.FAIL


def test_a_build_that_gets_nothing_any_more_fails_however_new_its_last_update_looks() -> None:
    fresh = servicing(package(day("2026-11-12")))
    found = only(MONTHLY, machine(fresh, release(edition="Professional")))
    assert found.outcome is Outcome.FAIL
    assert "end of support" in str(found.found)


# ---- longer support -------------------------------------------------------------------------------


def esu(build: int = 19045, ubr: int = 6456, licences: Any = None, cloud: Any = None) -> Answer:
    version = {"CurrentBuild": str(build), "UBR": ubr}
    return answered(ESU, json.dumps({"asked": True, "version": version, "cloud": cloud, "licences": licences}))


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (esu(licences=[{"LicenseStatus": 1}]), Outcome.WARN),
        (esu(licences=[{"Name": "Windows(R), Client-ESU-Year2 add-on", "LicenseStatus": 1}]), Outcome.WARN),
        # the first year ended in October 2026; its licence stays activated
        (esu(licences=[{"Name": "Windows(R), Client-ESU-Year1 add-on", "LicenseStatus": 1}]), Outcome.FAIL),
        (esu(licences=[{"LicenseStatus": 0}]), Outcome.FAIL),
        (esu(licences=[]), Outcome.FAIL),
        (esu(licences=None), Outcome.NOT_ASSESSED),
        (esu(licences=None, ubr=6575), Outcome.NOT_ASSESSED),
        (esu(licences=[], ubr=6575), Outcome.NOT_ASSESSED),  # the packages were not read
        (esu(licences=None, cloud={"Win10CommercialW365ESUEligible": 1}), Outcome.WARN),
        (answered(ESU, status=Status.DENIED), Outcome.NOT_ASSESSED),
    ],
)
def test_windows_10_after_its_end_needs_proof_of_paid_support(answer: Answer, outcome: Outcome) -> None:
    assert only(SUPPORT, machine(release(19045, "Professional"), answer)).outcome is outcome


@pytest.mark.parametrize(("installed", "outcome"), [("2026-11-12", Outcome.WARN), ("2026-08-12", Outcome.FAIL)])
def test_an_update_of_these_weeks_that_only_paid_support_brings_is_proof(installed: str, outcome: Outcome) -> None:
    packages = servicing(package(day(installed), 7912), ubr=7912, build=19045)
    box = machine(release(19045, "Professional"), esu(licences=[], ubr=7912), packages)
    assert only(SUPPORT, box).outcome is outcome


def test_a_supported_release_needs_no_proof() -> None:
    assert only(SUPPORT, machine(release())).outcome is Outcome.PASS
    assert only(SUPPORT, machine(release(edition="Professional"))).outcome is Outcome.FAIL


# ---- restart --------------------------------------------------------------------------------------


def restart(days: float | None = None, booted: float | None = 40, **flags: Any) -> Answer:
    made: dict[str, Any] = {"servicing": False, "packages": False, "update": False, "volatile": None, "lcu": []}
    stamp = int((NOON - timedelta(days=days)).timestamp()) if days is not None else 0
    events = [{"id": 19, "level": 4, "time_utc": stamp, "provider": "x", "data": ["KB5071234"]}] if days else []
    up = int((NOON - timedelta(days=booted)).timestamp()) if booted is not None else None
    return answered(RESTART, json.dumps({**made, "events": events, "booted": up, **flags}))


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (restart(), Outcome.PASS),
        (restart(3, update=True), Outcome.PASS),
        (restart(9, update=True), Outcome.WARN),
        (restart(16, servicing=True), Outcome.FAIL),
        (restart(16, volatile={"UpdateExeVolatile": 1}), Outcome.FAIL),
        (restart(16, volatile={"UpdateExeVolatile": 0}), Outcome.PASS),
        (restart(90, packages=True), Outcome.WARN),  # it was restarted since: since when it waits is not known
        (restart(update=True), Outcome.WARN),
        (restart(update=True, events=None, booted=None), Outcome.WARN),
        (restart(update=None), Outcome.NOT_ASSESSED),
    ],
)
def test_a_restart_that_waits_is_as_old_as_the_newest_installation(answer: Answer, outcome: Outcome) -> None:
    assert only(REBOOT, machine(answer)).outcome is outcome


def test_signatures_of_the_scanner_install_every_day_and_ask_for_no_restart() -> None:
    stamp = [int((NOON - timedelta(days=days)).timestamp()) for days in (0.1, 20)]
    titles = (["Update voor Microsoft Defender (KB2267602)"], ["2026-11 (KB5071234)"])
    events = [
        {"id": 19, "level": 4, "time_utc": at, "provider": "x", "data": data}
        for at, data in zip(stamp, titles, strict=True)
    ]
    assert only(REBOOT, machine(restart(update=True, events=events))).outcome is Outcome.FAIL


# ---- what waits -----------------------------------------------------------------------------------

SECURITY = "0FA1201D-4330-4fa8-8ae9-b877473b6441"


def update(days: float, kind: str = SECURITY, **more: Any) -> dict[str, Any]:
    row = {"kb": ["5071000"], "hidden": False, "optional": False, "kinds": [kind], "severity": ""}
    return {**row, "since": int((NOON - timedelta(days=days)).timestamp()), **more}


def search(*updates: dict[str, Any], **more: Any) -> Answer:
    made = {"result": 2, "warnings": 0, "count": len(updates), "items": list(updates), "server": None}
    made["searched"] = [{"id": 26, "level": 4, "time_utc": int(NOON.timestamp()) - 3600, "provider": "x", "data": []}]
    return answered(UPDATE_SEARCH, json.dumps({**made, **more}), as_root=True)


def waiting(answer: Answer, installed: str = "2026-11-12", **more: Any) -> Finding:
    return only(WAITING, machine(answer, servicing(package(day(installed)), **more)))


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (search(), Outcome.PASS),
        (search(update(7)), Outcome.PASS),
        (search(update(8)), Outcome.WARN),
        (search(update(14)), Outcome.FAIL),
        (search(update(100, "e0789628-ce08-4437-be74-2495b842f43b")), Outcome.PASS),
        (search(update(100, optional=True)), Outcome.PASS),
        (search(update(1, hidden=True)), Outcome.FAIL),
        (search(update(1, since=None)), Outcome.WARN),
        (search(searched=[]), Outcome.NOT_ASSESSED),
        (search(searched=None), Outcome.NOT_ASSESSED),
        (search(result=3), Outcome.NOT_ASSESSED),
        (search(result=4), Outcome.NOT_ASSESSED),
        (search(warnings=1), Outcome.NOT_ASSESSED),
        (search(count=1), Outcome.NOT_ASSESSED),
    ],
)
def test_an_empty_search_is_believed_only_when_it_was_whole_and_fresh(answer: Answer, outcome: Outcome) -> None:
    assert waiting(answer).outcome is outcome


def test_nothing_waiting_beside_a_missing_monthly_update_fails() -> None:
    assert waiting(search(), "2026-08-20").outcome is Outcome.FAIL
    assert waiting(search(), "2026-08-20", **HOTPATCH).outcome is Outcome.PASS


def test_what_a_server_of_the_office_offers_is_never_measured() -> None:
    assert waiting(search(server={"UseWUServer": 1})).confidence is Confidence.DERIVED
    assert waiting(search()).confidence is Confidence.MEASURED


def refused(code: int, status: Status, *, as_root: bool = True) -> Answer:
    error = {"fqid": "MethodInvocation", "hresult": -2146233087, "category": "x", "native": "", "inner": code - 2**32}
    return answered(UPDATE_SEARCH, status=status, err=json.dumps(error), as_root=as_root)


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (refused(0x80070005, Status.DENIED), Reason.BLOCKED_BY_POLICY),
        (refused(0x80070005, Status.DENIED, as_root=False), Reason.NO_PRIVILEGE),
        (refused(0x8024500C, Status.ERROR), Reason.BLOCKED_BY_POLICY),
        (refused(0x80248007, Status.ERROR), Reason.STALE_DATA),
        (refused(0x80070422, Status.ERROR), Reason.PARSE_ERROR),
        (answered(UPDATE_SEARCH, status=Status.CONSTRAINED), Reason.CONSTRAINED_LANGUAGE),
    ],
)
def test_a_search_that_is_refused_says_why(answer: Answer, reason: Reason) -> None:
    assert waiting(answer).reason is reason


# ---- how it updates -------------------------------------------------------------------------------

SERVER_BUILD = release(20348, "ServerStandard", "ServerNT")


def settings(**more: Any) -> Answer:
    made: dict[str, Any] = dict.fromkeys(("policy", "au", "user", "mdm"))
    made["services"] = {"wuauserv": 3, "UsoSvc": 2, "WaaSMedicSvc": 3, "BITS": 3} | more.pop("services", {})
    made["program"] = {"ServiceDll": "C:\\WINDOWS\\System32\\wuaueng.dll"}
    return answered(UPDATE_SETTINGS, json.dumps({**made, **more}))


def scans(*events: tuple[int, float], **more: Any) -> Answer:
    rows = [
        {
            "id": event,
            "level": 4,
            "time_utc": int((NOON - timedelta(days=days)).timestamp()),
            "provider": "x",
            "data": [],
        }
        for event, days in events
    ]
    return answered(UPDATE_SCANS, json.dumps({"searched": rows, "unreached": [], **more}))


def until(text: str, **more: Any) -> dict[str, Any]:
    return {"user": {"PauseUpdatesExpiryTime": text, **more}}


@pytest.mark.parametrize(
    ("answer", "client", "server"),
    [
        (settings(), Outcome.PASS, Outcome.WARN),
        (settings(au={"AUOptions": 4}), Outcome.PASS, Outcome.PASS),
        (settings(au={"AUOptions": 3}), Outcome.WARN, Outcome.WARN),
        (settings(au={"AUOptions": 1}), Outcome.FAIL, Outcome.FAIL),
        (settings(au={"AUOptions": 9}), Outcome.WARN, Outcome.WARN),
        (settings(au={"AUOptions": "4"}), Outcome.PASS, Outcome.WARN),
        (settings(au={"NoAutoUpdate": "1"}), Outcome.PASS, Outcome.WARN),
        (settings(au={"NoAutoUpdate": 1, "AUOptions": 4}), Outcome.FAIL, Outcome.FAIL),
        (settings(mdm={"AllowAutoUpdate": 5}), Outcome.FAIL, Outcome.FAIL),
        (settings(mdm={"AllowAutoUpdate": 0}), Outcome.WARN, Outcome.WARN),
        (settings(mdm={"AllowUpdateService": 0}), Outcome.FAIL, Outcome.FAIL),
        (settings(mdm={"DeferQualityUpdatesPeriodInDays": 15}), Outcome.WARN, Outcome.WARN),
        (settings(policy={"DeferQualityUpdatesPeriodInDays": 30}), Outcome.PASS, Outcome.WARN),
        (settings(policy={"DisableWindowsUpdateAccess": 1}), Outcome.FAIL, Outcome.FAIL),
        (settings(policy={"WUServer": "http://wsus"}), Outcome.PASS, Outcome.WARN),
        (settings(au={"UseWUServer": 1}), Outcome.FAIL, Outcome.FAIL),
        (settings(services={"wuauserv": 4}), Outcome.FAIL, Outcome.FAIL),
        (settings(services={"wuauserv": None}), Outcome.FAIL, Outcome.FAIL),
        (settings(services={"UsoSvc": 4}), Outcome.FAIL, Outcome.FAIL),
        (settings(services={"WaaSMedicSvc": 4}), Outcome.WARN, Outcome.WARN),
        (settings(program={"ServiceDll": "C:\\x.dll"}), Outcome.WARN, Outcome.WARN),
        (settings(**until("2051-12-31T00:00:00Z")), Outcome.FAIL, Outcome.FAIL),
        (settings(**until("2026-12-01T00:00:00Z")), Outcome.WARN, Outcome.WARN),
        (settings(**until("2026-12-01", PauseQualityUpdatesStartTime="2026-11-01")), Outcome.FAIL, Outcome.FAIL),
        (settings(**until("2026-11-01T00:00:00Z")), Outcome.PASS, Outcome.WARN),
        (settings(**until("morgen")), Outcome.WARN, Outcome.WARN),
        (settings(policy={"PauseQualityUpdatesStartTime": "2026-11-20"}), Outcome.FAIL, Outcome.FAIL),
        (settings(policy={"PauseQualityUpdatesStartTime": "2026-09-01"}), Outcome.PASS, Outcome.WARN),
        (settings(user={"FlightSettingsMaxPauseDays": 10023}), Outcome.WARN, Outcome.WARN),
    ],
)
def test_settings_are_judged_as_windows_takes_them(answer: Answer, client: Outcome, server: Outcome) -> None:
    assert only(ON, machine(answer)).outcome is client
    assert only(ON, machine(answer, SERVER_BUILD)).outcome is server


def test_a_setting_of_the_wrong_type_is_named() -> None:
    found = only(ON, machine(settings(au={"NoAutoUpdate": "1"})))
    assert found.confidence is Confidence.DERIVED
    assert "NoAutoUpdate" in str(found.found)


@pytest.mark.parametrize(
    ("url", "log", "outcome"),
    [
        ("https://wsus:8531", scans((26, 1)), Outcome.PASS),
        ("http://wsus:8530", scans((26, 1)), Outcome.WARN),
        ("https://wsus:8531", scans((25, 0.5), (26, 1)), Outcome.FAIL),
        ("https://wsus:8531", scans((25, 2), (26, 1)), Outcome.PASS),
        ("https://wsus:8531", scans((26, 9)), Outcome.NOT_ASSESSED),
        ("https://wsus:8531", scans(), Outcome.NOT_ASSESSED),
        ("https://wsus:8531", scans(searched=None), Outcome.NOT_ASSESSED),
        ("http://wsus:8530", answered(UPDATE_SCANS, status=Status.DENIED), Outcome.NOT_ASSESSED),
    ],
)
def test_a_server_of_the_office_must_have_answered_lately(url: str, log: Answer, outcome: Outcome) -> None:
    answer = settings(au={"UseWUServer": 1, "AUOptions": 4}, policy={"WUServer": url})
    assert only(ON, machine(answer, log)).outcome is outcome


# ---- protection against malware -------------------------------------------------------------------

DEFENDER = {"AMRunningMode": "Normal", "AMServiceEnabled": True, "AntivirusEnabled": True}
DEFENDER |= {"RealTimeProtectionEnabled": True, "AntivirusSignatureAge": 1}
GONE, DENIED = "HRESULT 0x8004100e,Microsoft", "nis2scan-denied"


def product(state: int, name: str = "Voorbeeld", identity: str = "{1}") -> dict[str, Any]:
    return {"displayName": name, "instanceGuid": identity, "productState": state}


def scanner(defender: Any = None, products: Any = None, error: str = "", listed: str = GONE, **more: Any) -> Answer:
    made: dict[str, Any] = {"defender": None if defender is None else [{**DEFENDER, **defender}]}
    made |= {"defender_error": error or None, "products": products, "products_error": None if products else listed}
    made |= dict.fromkeys(("signatures", "real_time", "policy", "policy_real_time", "passive", "service"))
    if products == []:
        made["products_error"] = None
    return answered(ANTIVIRUS, json.dumps({**made, **more}))


PASSIVE = {"AMRunningMode": "Passive Mode"}


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (scanner({}, []), Outcome.PASS),
        (scanner({"AntivirusSignatureAge": 4}, []), Outcome.WARN),
        (scanner({"AntivirusSignatureAge": 8}, []), Outcome.FAIL),
        (scanner({"AntivirusSignatureAge": 4294967295}, []), Outcome.FAIL),
        (scanner({"AntivirusSignatureAge": None}, []), Outcome.NOT_ASSESSED),
        (scanner({"RealTimeProtectionEnabled": False}, []), Outcome.FAIL),
        (scanner({"AMRunningMode": None}, []), Outcome.PASS),
        (scanner({"AMRunningMode": "Not running"}, []), Outcome.FAIL),
        (scanner({"AMRunningMode": "Passivmodus"}, []), Outcome.NOT_ASSESSED),
        (scanner({}, [product(0x043010)]), Outcome.PASS),  # an expired left-over beside it
        (scanner(PASSIVE, [product(0x041000)]), Outcome.PASS),
        (scanner(PASSIVE, [product(0x041010)]), Outcome.FAIL),
        (scanner(PASSIVE, [product(0x043000)]), Outcome.FAIL),
        (scanner(PASSIVE, [product(0x042000)]), Outcome.FAIL),
        (scanner(PASSIVE, [product(397568, "x", "{D68DDC3A-831F-4FAE-9E44-DA132C1ACF46}")]), Outcome.FAIL),
        (scanner(None, [product(0x041000)], error="HRESULT 0x800106ba,x"), Outcome.PASS),
        (scanner(PASSIVE, [product(0x041000), {"displayName": "y", "productState": None}]), Outcome.NOT_ASSESSED),
        (scanner(None, None, error="HRESULT 0x80041001,x"), Outcome.NOT_ASSESSED),
    ],
)
def test_one_scanner_that_is_on_and_up_to_date_is_enough(answer: Answer, outcome: Outcome) -> None:
    assert only(MALWARE, machine(answer)).outcome is outcome


def service(*names: str) -> tuple[Answer, Answer]:
    rows = [{"Name": name, "State": "Running", "StartMode": "Auto", "StartName": "LocalSystem"} for name in names]
    keys = [{"name": name, "start": 2, "account": "LocalSystem", "path": ""} for name in names]
    return (
        answered(SERVICES, json.dumps({"items": rows})),
        answered(SERVICE_KEYS, json.dumps({"items": keys, "unread": 0})),
    )


def test_a_server_keeps_no_list_so_services_tell_which_product_is_there() -> None:
    off, passive = scanner(None, None, error=GONE), scanner(PASSIVE)
    assert only(MALWARE, machine(off, *service("Spooler"))).outcome is Outcome.FAIL
    assert only(MALWARE, machine(passive, *service("Spooler"))).outcome is Outcome.WARN
    assert only(MALWARE, machine(off, *service("Spooler", "CSFalconService"))).reason is Reason.OUT_OF_VANTAGE
    assert only(MALWARE, machine(off)).outcome is Outcome.NOT_ASSESSED
    assert only(MALWARE, machine(scanner({}))).outcome is Outcome.PASS


def kept(days: float, **more: Any) -> Answer:
    ticks = int((NOON - timedelta(days=days) - START) / timedelta(microseconds=1)) * 10
    made = {"signatures": {"SignaturesLastUpdated": ticks.to_bytes(8, "little").hex()}, "service": {"Start": 2}}
    return scanner(None, None, error=DENIED, listed=DENIED, **{**made, **more})


def test_without_rights_the_registry_tells_only_of_a_defender_that_gets_signatures() -> None:
    found = only(MALWARE, machine(kept(1)))
    assert (found.outcome, found.confidence) == (Outcome.PASS, Confidence.DERIVED)
    for answer in (
        kept(5),
        kept(-2),
        kept(1, service={"Start": 4}),
        kept(1, policy={"DisableAntiSpyware": 1}),
        kept(1, real_time={"DisableRealtimeMonitoring": 1}),
        kept(1, signatures=None),
    ):
        assert only(MALWARE, machine(answer)).reason is Reason.NO_PRIVILEGE


# ---- a clock that is wrong ------------------------------------------------------------------------


@pytest.mark.parametrize(("days", "outcome"), [(0, Outcome.FAIL), (-365, Outcome.NOT_ASSESSED)])
def test_a_machine_that_lives_in_the_past_misses_no_update_by_its_own_clock(days: int, outcome: Outcome) -> None:
    """Its update of a year ago is new by a clock that is a year behind."""
    row = json.loads(visit().text) | {"hello": int((NOON + timedelta(days=days)).timestamp())}
    session = answered(SESSION, json.dumps(row))
    old = servicing(package(NOON - timedelta(days=370), ubr=20000), ubr=20000)

    found = only(MONTHLY, machine(session, old))

    assert found.outcome is outcome
    assert outcome is Outcome.FAIL or found.reason is Reason.STALE_DATA


def test_signatures_are_not_young_by_a_clock_that_is_a_year_behind() -> None:
    row = json.loads(visit().text) | {"hello": int((NOON - timedelta(days=365)).timestamp())}
    assert only(MALWARE, machine(scanner({}))).outcome is Outcome.PASS
    found = only(MALWARE, machine(scanner({}), answered(SESSION, json.dumps(row))))
    assert (found.outcome, found.reason) == (Outcome.NOT_ASSESSED, Reason.STALE_DATA)


def test_a_restart_that_waits_since_tomorrow_waits_since_nobody_knows_when() -> None:
    assert only(REBOOT, machine(restart(-400, update=True))).outcome is Outcome.WARN


def test_a_package_with_a_date_past_all_years_hides_no_other() -> None:
    odd = {**package(NOON, ubr=9841), "high": -1, "low": -1}
    box = machine(servicing(odd, package(day("2026-11-12")), ubr=9841))
    assert only(MONTHLY, box).outcome is Outcome.PASS


def test_that_a_server_of_the_office_answered_is_inferred() -> None:
    host = machine(settings(policy={"WUServer": "https://wsus"}, au={"UseWUServer": 1, "AUOptions": 4}), scans((26, 1)))
    found = only(ON, host)
    assert (found.outcome, found.confidence) == (Outcome.PASS, "derived")


@pytest.mark.parametrize(("mode", "sure"), [("Normal", "measured"), (None, "derived")])
def test_a_defender_that_does_not_tell_its_mode_may_only_watch(mode: str | None, sure: str) -> None:
    found = only(MALWARE, machine(scanner({"AMRunningMode": mode, "AntivirusEnabled": True})))
    assert (found.outcome, found.confidence) == (Outcome.PASS, sure)


def test_the_service_that_starts_updates_may_have_been_cleaned_away() -> None:
    whole = json.loads(settings().text)
    gone = settings(services={**whole["services"], "UsoSvc": None})
    assert only(ON, machine(settings())).outcome is Outcome.PASS
    assert only(ON, machine(gone)).outcome is Outcome.FAIL


def test_one_pause_under_several_names_is_told_once() -> None:
    kept = from_bytes((Path(__file__).parent.parent / "recordings" / "windows-w11-slecht.json").read_bytes())

    found = str(only("updates/windows-update-on", kept).found)

    assert found.count("paused until") == 1
