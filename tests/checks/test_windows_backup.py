"""Back-ups on Windows, on answers as the script prints them; whole machines are compared in tests/windows."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from nis2scan.api import Answer, Confidence, Finding, Outcome, Reason, Recording, Status
from nis2scan.facts.backups import Backups
from nis2scan.facts.stand_ins import StandIns
from nis2scan.facts.windows.backup_agents import AGENT_EVENTS
from nis2scan.facts.windows.services import SERVICE_KEYS, SERVICES
from nis2scan.facts.windows.software import SOFTWARE, USER_SOFTWARE
from nis2scan.facts.windows.stand_ins import STAND_INS
from nis2scan.facts.windows.system import COMPUTER, RELEASE
from nis2scan.facts.windows.veeam import VEEAM
from nis2scan.facts.windows.windows_backup import WINDOWS_BACKUP
from nis2scan.testing import NOON, answered, fact, findings, only, recording

OWN, VEEAM_JOBS, AGENTS = "backup/windows-backup", "backup/veeam-jobs", "backup/windows-agents"
RECENT, EVERY, COPIES = "backup/recent-backup", "backup/every-system", "encryption/backup-copies"
STAND_IN, OFF_SITE = "backup/no-stand-in", "backup/copy-off-site"
VOLUME, SHARE = "\\\\?\\Volume{d024c4eb-73dd-4957-be00-6edecc804b8e}", "\\\\nas01\\backup"


def hours(count: float) -> int:
    return int((NOON - timedelta(hours=count)).timestamp())


def release(kind: str = "ServerNT") -> Answer:
    version = {"CurrentBuild": "20348", "UBR": 4405, "DisplayVersion": "21H2", "EditionID": "ServerStandard"}
    made = {"version": {**version, "InstallationType": "Server", "InstallDate": 1700000000}}
    return answered(RELEASE, json.dumps({**made, "product": {"ProductType": kind}, "crypto": {"MachineGuid": "4f3a"}}))


def event(number: int, level: int, ago: float, *data: str) -> dict[str, Any]:
    return {"id": number, "level": level, "time_utc": hours(ago), "provider": "x", "data": list(data)}


def windows_backup(
    good: float | None = None, ran: float | None = None, code: int = 0, *events: dict[str, Any], **more: Any
) -> Answer:
    """good, ran: hours before the scan."""
    summary: dict[str, Any] = {"LastSuccessfulBackupTime": None if good is None else hours(good)}
    summary |= {"LastBackupTime": None if ran is None else hours(ran), "LastBackupResultHR": code}
    summary |= {"LastBackupResultDetailedHR": 0, "LastSuccessfulBackupTargetPath": VOLUME}
    made = {"module": True, "summary": summary, "scheduled": True, "events": list(events), "client": []}
    return answered(WINDOWS_BACKUP, json.dumps({**made, **more}), as_root=True)


NO_FEATURE = windows_backup(module=False, summary=None, scheduled=None, events=None)


def veeam(*jobs: dict[str, Any], own: Any = None, **more: Any) -> Answer:
    services = dict.fromkeys(("VeeamBackupSvc", "VeeamEndpointBackupSvc", "VeeamDeploymentService"), False)
    made = {"services": services, "server": bool(jobs), "agent": bool(own), "jobs": list(jobs) or None, "own": own}
    return answered(VEEAM, json.dumps({**made, **more}))


def session(ago: float, level: int = 4, number: int = 190, name: str = "Dagelijks", **more: str) -> dict[str, Any]:
    result = more.get("result", {4: "0", 3: "1", 2: "2"}[level])
    job = f"{sum(name.encode()):08x}-1111-4222-8333-444444444444"
    data = ("6f2a0b1c-1111-4222-8333-444444444444", job, result, "0", "0", more.get("again", "False"), name, "1")
    return event(number, level, ago, *data, "SRV", "12.3")


def services(*names: str) -> tuple[Answer, Answer]:
    rows = [{"Name": name, "State": "Running", "StartMode": "Auto", "StartName": "x"} for name in ("Spooler", *names)]
    keys = [{"name": name, "start": 2, "account": "x", "path": ""} for name in ("Spooler", *names)]
    return (
        answered(SERVICES, json.dumps({"items": rows})),
        answered(SERVICE_KEYS, json.dumps({"items": keys, "unread": 0})),
    )


def azure(*events: dict[str, Any]) -> Answer:
    return answered(AGENT_EVENTS, json.dumps({"azure": list(events) or None}))


def machine(*answers: Answer, kind: str = "ServerNT") -> Recording:
    """A machine without any back-up, but for what is given."""
    given = {answer.question.id for answer in answers}
    more = [
        item for item in (release(kind), NO_FEATURE, veeam(), *services(), azure()) if item.question.id not in given
    ]
    return recording(*answers, *more, platform="windows", vantage="winrm")


def parts(check: str, *hosts: Recording) -> dict[str, Finding]:
    return {item.subject: item for item in findings(check, *hosts)}


# ---- Windows Server Backup ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answer", "server", "client"),
    [
        (windows_backup(10, 10), Outcome.PASS, Outcome.PASS),
        (windows_backup(72, 72), Outcome.PASS, Outcome.PASS),
        (windows_backup(73, 73), Outcome.WARN, Outcome.PASS),
        (windows_backup(169, 169), Outcome.FAIL, Outcome.WARN),
        (windows_backup(337, 337), Outcome.FAIL, Outcome.FAIL),
        (windows_backup(30, 5, 2155348165), Outcome.WARN, Outcome.WARN),
        (windows_backup(300, 5, 2155348165), Outcome.FAIL, Outcome.WARN),
        (windows_backup(None, 5, 2155348165), Outcome.FAIL, Outcome.FAIL),
        (windows_backup(10, 10, 0, scheduled=False), Outcome.WARN, Outcome.WARN),
        (windows_backup(10, 10, 0, event(7, 3, 10)), Outcome.WARN, Outcome.WARN),
        (windows_backup(10, 10, 0, event(5, 2, 4)), Outcome.WARN, Outcome.WARN),
        (windows_backup(10, 10, 0, event(5, 2, 40)), Outcome.PASS, Outcome.PASS),
        (windows_backup(None, None, 0, event(4, 4, 10)), Outcome.PASS, Outcome.PASS),
        (windows_backup(), Outcome.NOT_ASSESSED, Outcome.NOT_ASSESSED),  # planned, and never ran
        (windows_backup(-5, -5), Outcome.NOT_ASSESSED, Outcome.NOT_ASSESSED),
        (windows_backup(10, 10, 0, scheduled=None), Outcome.NOT_ASSESSED, Outcome.NOT_ASSESSED),
    ],
)
def test_windows_server_backup_goes_by_its_last_success(answer: Answer, server: Outcome, client: Outcome) -> None:
    assert only(OWN, machine(answer)).outcome is server
    assert only(OWN, machine(answer, kind="WinNT")).outcome is client


def test_a_run_that_ended_is_no_success() -> None:
    ended = windows_backup(None, 5, 0, event(5, 2, 5))
    assert only(OWN, machine(ended)).outcome is Outcome.FAIL


def test_a_feature_that_is_not_there_or_was_never_used_is_not_applicable() -> None:
    assert only(OWN, machine()).outcome is Outcome.NOT_APPLICABLE
    unused = windows_backup(None, None, 0, scheduled=False)
    assert only(OWN, machine(unused)).outcome is Outcome.NOT_APPLICABLE


def test_the_back_up_of_windows_7_is_derived_from_its_events() -> None:
    old = windows_backup(module=False, summary=None, client=[event(4098, 4, 20), event(4100, 2, 40)])
    found = only(OWN, machine(old, kind="WinNT"))
    assert (found.subject, found.outcome, found.confidence) == ("Backup and Restore", Outcome.PASS, Confidence.DERIVED)
    failed = windows_backup(module=False, summary=None, client=[event(4100, 2, 20), event(4098, 4, 500)])
    assert only(OWN, machine(failed, kind="WinNT")).outcome is Outcome.FAIL


def test_without_rights_nothing_is_said_of_it() -> None:
    denied = answered(WINDOWS_BACKUP, status=Status.DENIED)
    assert only(OWN, machine(denied)).reason is Reason.NO_PRIVILEGE
    assert only(RECENT, machine(denied)).outcome is Outcome.NOT_ASSESSED


# ---- Veeam ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (veeam(session(5)), Outcome.PASS),
        (veeam(session(5, 3)), Outcome.WARN),
        (veeam(session(5, 2), session(29)), Outcome.WARN),
        (veeam(session(5, 2), session(29, 2), session(53)), Outcome.FAIL),
        (veeam(session(5), session(29, 2), session(53, 2)), Outcome.PASS),
        (veeam(session(200)), Outcome.FAIL),
        (veeam(session(5, 2, again="True"), session(6), session(30, 2)), Outcome.PASS),
        (veeam(session(5, 4, result="2"), session(29, 4, result="2")), Outcome.FAIL),  # worse by its own word
        (veeam(session(5, 2)), Outcome.NOT_ASSESSED),
        (veeam(session(-9)), Outcome.NOT_ASSESSED),
    ],
)
def test_a_job_of_veeam_goes_by_the_level_of_its_newest_sessions(answer: Answer, outcome: Outcome) -> None:
    found = only(VEEAM_JOBS, machine(answer))
    assert found.outcome is outcome
    assert outcome is not Outcome.PASS or found.confidence is Confidence.DERIVED


def test_jobs_are_told_apart_by_their_id_and_kind() -> None:
    both = veeam(session(5), session(6, 2, 490), session(30, 2, 490), session(7, 4, 790, "Laptops"))
    found = parts(VEEAM_JOBS, machine(both))
    assert {name: str(item.outcome) for name, item in found.items()} == {
        "Dagelijks": "pass",
        "Dagelijks (copy)": "fail",
        "Laptops (agent)": "pass",
    }


def test_events_that_do_not_say_of_which_job_they_are_hide_no_failure() -> None:
    bare = [event(190, 4, 5), event(190, 2, 6), event(190, 4, 29)]
    found = only(VEEAM_JOBS, machine(veeam(*bare)))
    assert (found.subject, found.outcome) == ("Veeam Backup", Outcome.WARN)
    assert only(VEEAM_JOBS, machine(veeam(own=[event(190, 4, 5, "x")]))).subject == "Veeam Agent"


def test_a_job_that_is_gone_for_months_while_others_run_is_asked_about() -> None:
    found = parts(VEEAM_JOBS, machine(veeam(session(5), session(3000, name="Oud"))))
    assert found["Oud"].outcome is Outcome.WARN


def test_veeam_without_jobs_and_without_anything() -> None:
    managed = veeam(services={"VeeamDeploymentService": True, "VeeamBackupSvc": False})
    assert only(VEEAM_JOBS, machine(managed)).reason is Reason.OUT_OF_VANTAGE
    assert only(VEEAM_JOBS, machine(veeam(server=True))).outcome is Outcome.NOT_ASSESSED
    assert only(VEEAM_JOBS, machine()).outcome is Outcome.NOT_APPLICABLE
    assert only(VEEAM_JOBS, machine(answered(VEEAM, status=Status.DENIED))).outcome is Outcome.NOT_ASSESSED


# ---- other programs -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (azure(event(3, 4, 5)), Outcome.PASS),
        (azure(event(10, 3, 5)), Outcome.WARN),
        (azure(event(11, 2, 5), event(3, 4, 29)), Outcome.WARN),
        (azure(event(11, 2, 5), event(18, 2, 29), event(3, 4, 53)), Outcome.FAIL),
        (azure(event(3, 4, 300)), Outcome.FAIL),
        (azure(event(11, 2, 5)), Outcome.NOT_ASSESSED),
        (azure(), Outcome.NOT_ASSESSED),
        (answered(AGENT_EVENTS, status=Status.DENIED), Outcome.NOT_ASSESSED),
    ],
)
def test_the_log_of_azure_backup_is_never_more_than_derived(answer: Answer, outcome: Outcome) -> None:
    found = only(AGENTS, machine(answer, *services("obengine")))
    assert found.outcome is outcome
    assert outcome is not Outcome.PASS or found.confidence is Confidence.DERIVED


def test_a_service_alone_is_no_back_up() -> None:
    found = parts(AGENTS, machine(*services("MMS", "MacriumService", "Altaro.Agent.exe", "MMSomething")))
    assert set(found) == {"Acronis", "Macrium Reflect", "Altaro / Hornetsecurity"}
    assert {item.reason for item in found.values()} == {Reason.OUT_OF_VANTAGE}
    assert only(AGENTS, machine(*services("MMSomething"))).outcome is Outcome.NOT_APPLICABLE
    assert only(RECENT, machine(*services("MMS"))).reason is Reason.OUT_OF_VANTAGE


# ---- what every system shares ---------------------------------------------------------------------


def test_the_age_of_the_last_good_back_up_is_judged_like_elsewhere() -> None:
    assert parts(RECENT, machine(windows_backup(10, 10)))["Windows Server Backup"].outcome is Outcome.PASS
    assert parts(RECENT, machine(windows_backup(100, 100)))["Windows Server Backup"].outcome is Outcome.WARN
    assert parts(RECENT, machine(windows_backup(300, 300)))["Windows Server Backup"].outcome is Outcome.FAIL
    assert only(RECENT, machine()).reason is Reason.OUT_OF_VANTAGE


def test_back_ups_of_other_machines_are_none_of_the_server_that_makes_them() -> None:
    assert only(EVERY, machine(veeam(session(5)))).outcome is Outcome.NOT_ASSESSED
    assert only(EVERY, machine(veeam(own=[session(5)]))).outcome is Outcome.PASS
    assert only(EVERY, machine()).outcome is Outcome.NOT_ASSESSED
    assert only(EVERY, machine(windows_backup(300, 300))).outcome is Outcome.FAIL


def test_where_copies_go_and_whether_they_are_encrypted() -> None:
    summary = json.loads(windows_backup(10, 10).text)
    summary["summary"]["LastSuccessfulBackupTargetPath"] = SHARE
    share = answered(WINDOWS_BACKUP, json.dumps(summary))
    assert only(COPIES, machine(windows_backup(10, 10))).outcome is Outcome.NOT_ASSESSED
    assert only(COPIES, machine(share)).outcome is Outcome.WARN
    cloud = machine(azure(event(3, 4, 5)), *services("obengine"))
    assert only(COPIES, cloud).outcome is Outcome.PASS
    assert parts(OFF_SITE, cloud)["host"].outcome is Outcome.PASS
    assert parts(OFF_SITE, machine(share))["host"].outcome is Outcome.WARN
    assert parts(OFF_SITE, machine(windows_backup(10, 10)))["host"].outcome is Outcome.NOT_ASSESSED


@pytest.mark.parametrize("question", [WINDOWS_BACKUP, VEEAM, AGENT_EVENTS])
def test_what_could_not_be_looked_for_is_kept_in_mind(question: Any) -> None:
    box = machine(answered(question, status=Status.DENIED), *services("obengine"))
    assert fact(Backups, box).unread
    assert only(EVERY, box).outcome is Outcome.NOT_ASSESSED


# ---- what is taken for a back-up ------------------------------------------------------------------


def stand_ins(planned: int | None = 0, users: Any = (), unread: int = 0) -> Answer:
    made = {"planned": planned, "users": list(users), "unread": unread}
    return answered(STAND_INS, json.dumps(made))


def software(*names: str) -> tuple[Answer, Answer]:
    rows = [{"hive": "", "key": name, "name": name, "version": "1", "publisher": ""} for name in names]
    return (
        answered(SOFTWARE, json.dumps({"items": rows, "unread": 0, "listed": True})),
        answered(USER_SOFTWARE, json.dumps({"items": [], "unread": 0, "denied": 0, "users": [], "profiles": []})),
    )


SYNCED = {"history": False, "accounts": [{"folder": True, "protected": 3584}]}
SIGNED_OUT = {"history": False, "accounts": [{"folder": False, "protected": None}]}
HISTORY = {"history": True, "accounts": []}
PHYSICAL = answered(
    COMPUTER,
    json.dumps({"system": [{"Model": "PowerEdge", "Manufacturer": "Dell Inc."}], "os": [{}], "battery": []}),
)


@pytest.mark.parametrize(
    ("answer", "server", "client"),
    [
        (stand_ins(1), Outcome.FAIL, Outcome.FAIL),
        (stand_ins(0), Outcome.NOT_APPLICABLE, Outcome.NOT_APPLICABLE),
        (stand_ins(0, [SYNCED]), Outcome.FAIL, Outcome.WARN),
        (stand_ins(0, [SIGNED_OUT]), Outcome.NOT_APPLICABLE, Outcome.NOT_APPLICABLE),
        (stand_ins(0, [HISTORY]), Outcome.FAIL, Outcome.FAIL),
        (stand_ins(None), Outcome.NOT_ASSESSED, Outcome.NOT_ASSESSED),
        (stand_ins(None, [SYNCED]), Outcome.WARN, Outcome.WARN),
        (stand_ins(0, [], unread=1), Outcome.NOT_ASSESSED, Outcome.NOT_ASSESSED),
    ],
)
def test_shadow_copies_history_and_sync_are_no_back_up(answer: Answer, server: Outcome, client: Outcome) -> None:
    assert only(STAND_IN, machine(answer, PHYSICAL, *software())).outcome is server
    assert only(STAND_IN, machine(answer, PHYSICAL, *software(), kind="WinNT")).outcome is client


def test_programs_that_synchronise_are_named_and_a_real_back_up_settles_it() -> None:
    found = fact(StandIns, machine(stand_ins(2, [SYNCED]), *software("Dropbox", "Nextcloud 3.1")))
    assert found.sync == ("Dropbox", "Nextcloud", "OneDrive")
    box = machine(stand_ins(1), PHYSICAL, *software(), windows_backup(10, 10))
    assert only(STAND_IN, box).outcome is Outcome.NOT_APPLICABLE
    others = machine(stand_ins(1), PHYSICAL, *software(), veeam(session(5)))
    assert only(STAND_IN, others).outcome is Outcome.FAIL


# ---- what must not soften ------------------------------------------------------------------------


def test_an_event_without_a_time_hides_which_was_the_newest() -> None:
    late = {**session(1, 2), "time_utc": None}
    assert [item.outcome for item in findings(VEEAM_JOBS, machine(veeam(session(20), late)))] == [Outcome.NOT_ASSESSED]
    odd = windows_backup(20, 20, 0, {**event(5, 2, 1), "time_utc": None})
    assert [item.outcome for item in findings(OWN, machine(odd))] == [Outcome.NOT_ASSESSED]


def test_where_the_log_of_veeam_reaches_back_a_few_days_only_what_is_older_is_asked_about() -> None:
    """Fifty sessions a day push a weekly job that has stopped out of what is read."""
    busy = [session(hour / 2, name="Elk half uur") for hour in range(250)]
    found = parts(VEEAM_JOBS, machine(veeam(*busy)))
    assert found["Elk half uur"].outcome is Outcome.PASS
    assert [item.outcome for item in found.values()].count(Outcome.NOT_ASSESSED) == 1

    calm = [session(12.0 * day, name="Dagelijks") for day in range(250)]
    assert [item.outcome for item in parts(VEEAM_JOBS, machine(veeam(*calm))).values()] == [Outcome.PASS]


def test_two_jobs_of_one_name_hide_nothing_of_each_other() -> None:
    """A job that was made anew keeps its name, and gets another id."""
    data = session(400)["data"]
    old = {**session(400), "data": [data[0], "99999999-1111-4222-8333-444444444444", *data[2:]]}
    found = parts(RECENT, machine(veeam(session(5), old)))

    assert {name: item.outcome for name, item in found.items()} == {
        "Veeam: Dagelijks": Outcome.PASS,
        "Veeam: Dagelijks'": Outcome.FAIL,
    }
