"""Accounts, LAPS, shares, screens, programs and remote tools of Windows: what the made-up machines do not show.

The answers are in the shape that the questions give under a real PowerShell (tests/windows); no Windows was at hand.
"""

from __future__ import annotations

import json
from typing import Any

import pytest

from nis2scan.api import Answer, CannotTell, Confidence, Finding, Outcome, Policy, Question, Reason, Recording, Status
from nis2scan.facts.windows.accounts import (
    ADMINISTRATORS,
    LAST_USER,
    LOCAL_ACCOUNTS,
    LOCAL_USERS,
)
from nis2scan.facts.windows.laps import LAPS, LAPS_EVENTS
from nis2scan.facts.windows.password_policy import PASSWORD_POLICY
from nis2scan.facts.windows.products import FRAMEWORK, OFFICE, SQL_SERVER
from nis2scan.facts.windows.remote_tools import MESH, PROCESSES, PUBLISHING, TOOLS
from nis2scan.facts.windows.screen_lock import SCREEN_SAVERS, SYSTEM_POLICY
from nis2scan.facts.windows.sddl import Access, Crowd, access, entries_of
from nis2scan.facts.windows.services import SERVICE_KEYS, SERVICES, Services
from nis2scan.facts.windows.shares import SHARES
from nis2scan.facts.windows.sids import rid, sid_of
from nis2scan.facts.windows.software import SOFTWARE, USER_SOFTWARE
from nis2scan.facts.windows.system import COMPUTER, JOINED, RELEASE
from nis2scan.facts.windows.winlogon import AUTOMATIC_SIGN_IN, EMPTY_PASSWORDS
from nis2scan.questions import SESSION
from nis2scan.recording import from_bytes
from nis2scan.testing import NOON, answered, fact, findings, only, recording
from tests.windows.run import RECORDINGS
from tests.windows.topics.access import PASSWORDS
from tests.windows.topics.programs import TOKEN

NOW = int(NOON.timestamp())
DAY = 86400
MACHINE, DOMAIN = "S-1-5-21-1-2-3", "S-1-5-21-7-8-9"
ENTRA = "S-1-12-1-1-2-3-4"


def said(question: Question, **table: Any) -> Answer:
    return answered(question, json.dumps(table))


def visit() -> Answer:
    times = dict.fromkeys(("sent", "hello", "hello_at", "bye", "bye_at"), NOW)
    who = {"user_sid": f"{MACHINE}-1009", "groups": ["S-1-5-2"], "language": "FullLanguage", "computer": "PC"}
    more: dict[str, Any] = {"platform": "windows", "vantage": "winrm", "user": "PC\\x", "uid": -1, "refusal": ""}
    return said(SESSION, root=True, **more, **times, **who)


def release(kind: str = "WinNT") -> Answer:
    version = {"CurrentBuild": "26100", "UBR": 1, "DisplayVersion": "24H2", "EditionID": "Professional"}
    return said(RELEASE, version=version, product={"ProductType": kind}, crypto={"MachineGuid": "x"})


def joined(domain: str = "", entra: bool = False) -> tuple[Answer, Answer]:
    empty = {"tcpip": None, "winlogon": None, "netlogon": None, "machine": None}
    system = {"PartOfDomain": bool(domain), "Domain": domain or "WORKGROUP", "Model": "x", "Manufacturer": "y"}
    return (
        said(JOINED, entra=["AB"] if entra else None, **empty),
        said(COMPUTER, system=[system], os=[], battery=[]),
    )


def windows(*answers: Answer, kind: str = "WinNT") -> Recording:
    return recording(visit(), release(kind), *answers, platform="windows")


# ---- administrators ------------------------------------------------------------------------------


def raw(sid: str) -> str:
    """A SID as the directory gives it: bytes, in hex."""
    revision, authority, *parts = (int(part) for part in sid.split("-")[1:])
    head = bytes([revision, len(parts)]) + authority.to_bytes(6, "big")
    return (head + b"".join(part.to_bytes(4, "little") for part in parts)).hex()


def admins(*members: tuple[str, str, str]) -> Answer:
    rows = [{"sid": raw(sid), "path": f"WinNT://{path}", "class": kind} for sid, path, kind in members]
    return said(ADMINISTRATORS, controller=False, items=rows)


def users(*rows: tuple[int, bool, bool, int | None], question: Question = LOCAL_USERS) -> Answer:
    """Number, on, needs a password, last used (days ago)."""
    made = [
        {
            "SID": f"{MACHINE}-{number}",
            "Name": f"n{number}",
            "Enabled": on,
            "PasswordRequired": needs,
            "LastLogon": None if days is None else NOW - days * DAY,
        }
        for number, on, needs, days in rows
    ]
    return said(question, controller=False, items=made)


def last(sid: str, groups: list[str] | None = None, count: int | None = None) -> Answer:
    count = count if groups is None or count is not None else len(groups)
    return said(LAST_USER, shown={"LastLoggedOnUserSID": sid}, groups=groups, count=count)


BUILT_IN = (f"{MACHINE}-500", "WORKGROUP/PC/Administrator", "User")
USER = f"{DOMAIN}-1107"
DESK = (f"{DOMAIN}-1130", "KANTOOR/Beheer", "Group")
OFF = users((500, False, True, None), (501, False, False, None))


def administrators(*answers: Answer, kind: str = "WinNT") -> Finding:
    return only("access/local-administrators", windows(*answers, kind=kind))


def test_an_everyday_user_who_is_an_administrator_by_a_group_fails() -> None:
    nested = administrators(admins(BUILT_IN, DESK), OFF, last(USER, [f"{DOMAIN}-513", DESK[0]]))
    assert nested.outcome is Outcome.FAIL
    assert "Beheer" in str(nested.found)
    deeper = administrators(admins(BUILT_IN, DESK), OFF, last(USER, [f"{DOMAIN}-513", "S-1-5-32-544"]))
    assert deeper.outcome is Outcome.FAIL


def test_a_group_of_the_domain_that_nobody_can_look_into_is_no_pass() -> None:
    assert administrators(admins(BUILT_IN, DESK), OFF, last(USER)).outcome is Outcome.WARN
    cut = last(USER, [f"{DOMAIN}-513"], count=9)  # the list of groups is not whole
    assert administrators(admins(BUILT_IN, DESK), OFF, cut).outcome is Outcome.WARN
    seen = administrators(admins(BUILT_IN, DESK), OFF, last(USER, [f"{DOMAIN}-513"]))
    assert (seen.outcome, seen.confidence) == (Outcome.PASS, Confidence.DERIVED)


@pytest.mark.parametrize("sid", ["S-1-1-0", "S-1-5-11", "S-1-5-4", f"{DOMAIN}-513", "S-1-5-32-545", "S-1-5-32-546"])
def test_a_crowd_among_the_administrators_fails_on_clients_and_servers(sid: str) -> None:
    for kind in ("WinNT", "ServerNT"):
        found = administrators(admins(BUILT_IN, (sid, "X/Menigte", "Group")), OFF, last(USER, []), kind=kind)
        assert found.outcome is Outcome.FAIL


def test_roles_of_entra_do_not_count_and_people_of_entra_do() -> None:
    roles = [(f"S-1-12-1-{n}-2-3-4", f"S-1-12-1-{n}-2-3-4", "Group") for n in range(5, 11)]
    assert administrators(admins(BUILT_IN, *roles), OFF, last(ENTRA)).outcome is Outcome.PASS
    joiner = (ENTRA, "AzureAD/JanJansen", "User")
    assert administrators(admins(BUILT_IN, *roles, joiner), OFF, last(ENTRA)).outcome is Outcome.FAIL
    people = [(f"S-1-12-1-{n}-2-3-4", f"AzureAD/Mens{n}", "User") for n in range(5, 9)]
    assert administrators(admins(BUILT_IN, *people), OFF, last(ENTRA)).outcome is Outcome.WARN


def test_more_than_three_or_a_member_without_a_name_warns() -> None:
    three = [(f"{DOMAIN}-{n}", f"KANTOOR/beheer{n}", "User") for n in (1201, 1202, 1203)]
    assert administrators(admins(BUILT_IN, *three), OFF, last(USER, [])).outcome is Outcome.PASS
    on = users((500, True, True, None))
    assert administrators(admins(BUILT_IN, *three), on, last(USER, [])).outcome is Outcome.WARN
    orphan = (f"{DOMAIN}-1188", f"{DOMAIN}-1188", "User")
    assert administrators(admins(BUILT_IN, orphan), OFF, last(USER, [])).outcome is Outcome.WARN


def test_a_member_without_a_path_has_no_name_either() -> None:
    lost = {"sid": raw(f"{DOMAIN}-1188"), "path": "", "class": ""}
    rows = [lost, {"sid": raw(f"{MACHINE}-500"), "path": "WinNT://PC/Administrator", "class": "User"}]
    told = said(ADMINISTRATORS, controller=False, items=rows)
    assert administrators(told, users((500, True, True, 1)), kind="ServerNT").outcome is Outcome.WARN


def test_without_the_accounts_or_the_everyday_user_there_is_no_pass() -> None:
    some = admins(BUILT_IN)
    unread = administrators(some, Answer(LOCAL_USERS, Status.DENIED), last(USER, []))
    assert (unread.outcome, unread.reason) == (Outcome.NOT_ASSESSED, Reason.NO_PRIVILEGE)
    assert administrators(some, OFF).outcome is Outcome.NOT_ASSESSED
    assert administrators(some, OFF, last("")).outcome is Outcome.NOT_ASSESSED


@pytest.mark.parametrize("rows", [[], [{"sid": "nonsense", "path": "WinNT://x", "class": "User"}], [{}]])
def test_a_group_that_was_not_read_whole_is_not_assessed(rows: list[dict[str, str]]) -> None:
    found = administrators(said(ADMINISTRATORS, controller=False, items=rows), OFF, last(USER, []))
    assert found.outcome is Outcome.NOT_ASSESSED


def test_constrained_language_is_told_as_such() -> None:
    found = administrators(Answer(ADMINISTRATORS, Status.CONSTRAINED), OFF, last(USER, []))
    assert found.reason is Reason.CONSTRAINED_LANGUAGE


def test_our_own_account_counts_and_is_named() -> None:
    ours = (f"{MACHINE}-1009", "WORKGROUP/PC/scan", "User")
    found = administrators(admins(BUILT_IN, ours), OFF, last(USER, []))
    assert "(nis2scan)" in str(found.found)


def test_sids_are_read_from_bytes_and_text_and_from_nothing_else() -> None:
    for sid in ("S-1-5-32-544", f"{DOMAIN}-4294967295", "S-1-12-1-3590358251-1082214455-2352441513-2299869214"):
        assert sid_of(raw(sid)) == sid == sid_of(sid)
    for wrong in ("", "x", "0105", raw("S-1-5-32-544")[:-2], raw("S-1-5-32-544") + "00", None, 5, "S-1-"):
        assert sid_of(wrong) == ""
    assert (rid(f"{DOMAIN}-500"), rid("S-1-5-32-500"), rid("S-1-12-1-1-2-3-500")) == (500, -1, -1)


# ---- accounts ------------------------------------------------------------------------------------


def accounts(*answers: Answer, kind: str = "WinNT") -> dict[str, Finding]:
    quiet = (
        said(AUTOMATIC_SIGN_IN, on="", user="", stored=False),
        said(EMPTY_PASSWORDS, lsa={"LimitBlankPasswordUse": 1}),
    )
    return {item.subject: item for item in findings("access/windows-accounts", windows(*quiet, *answers, kind=kind))}


def test_accounts_that_are_off_are_no_fault() -> None:
    found = accounts(users((500, False, True, 1), (501, False, False, None), (503, False, False, None)))
    assert {item.outcome for item in found.values()} == {Outcome.PASS}


def test_an_account_that_needs_no_password_and_the_guest_fail() -> None:
    found = accounts(users((501, True, False, None), (1001, True, False, None), (1002, True, True, None)))
    assert found["n501"].outcome is found["n1001"].outcome is Outcome.FAIL
    assert "n1002" not in found


@pytest.mark.parametrize(("days", "outcome"), [(30, Outcome.WARN), (31, Outcome.PASS), (None, Outcome.PASS)])
def test_the_built_in_administrator_warns_when_used_of_late(days: int | None, outcome: Outcome) -> None:
    assert accounts(users((500, True, True, days)))["n500"].outcome is outcome
    assert accounts(users((500, True, True, days)), kind="ServerNT")["n500"].outcome is Outcome.PASS


def test_the_other_list_of_accounts_knows_no_last_use() -> None:
    rows = [{"SID": f"{MACHINE}-500", "Name": "n500", "Disabled": False, "PasswordRequired": True}]
    found = accounts(Answer(LOCAL_USERS, Status.MISSING), said(LOCAL_ACCOUNTS, controller=False, items=rows))
    assert found["n500"].outcome is Outcome.NOT_ASSESSED


def test_automatic_sign_in_and_the_stored_password() -> None:
    def automatic(on: str, stored: bool) -> Outcome:
        return accounts(said(AUTOMATIC_SIGN_IN, on=on, user="kassa", stored=stored))["AutoAdminLogon"].outcome

    assert automatic("0", False) is Outcome.PASS
    assert automatic("1", False) is Outcome.WARN
    assert automatic("0", True) is automatic("1", True) is Outcome.FAIL
    unread = accounts(Answer(AUTOMATIC_SIGN_IN, Status.ERROR))
    assert unread["AutoAdminLogon"].outcome is Outcome.NOT_ASSESSED


def test_an_account_cannot_hide_a_finding_by_its_name() -> None:
    row = {"SID": f"{MACHINE}-500", "Name": "AutoAdminLogon", "Enabled": False, "PasswordRequired": True}
    stored = said(AUTOMATIC_SIGN_IN, on="1", user="kassa", stored=True)
    found = accounts(stored, said(LOCAL_USERS, controller=False, items=[row]))
    assert found["AutoAdminLogon"].outcome is Outcome.FAIL
    assert found[f"{MACHINE}-500"].outcome is Outcome.PASS


def test_on_a_domain_controller_only_automatic_sign_in_is_judged() -> None:
    found = accounts(said(LOCAL_USERS, controller=True, items=[]), kind="LanmanNT")
    assert set(found) == {"AutoAdminLogon"}
    rest = windows(said(ADMINISTRATORS, controller=True, items=[]), kind="LanmanNT")
    assert only("access/local-administrators", rest).outcome is Outcome.NOT_APPLICABLE
    member = windows(*joined("kantoor.example"), said(LAPS, **NOTHING), kind="LanmanNT")
    assert only("access/laps", member).outcome is Outcome.NOT_APPLICABLE


@pytest.mark.parametrize("path", sorted(RECORDINGS.glob("windows-*.json")), ids=lambda path: path.stem)
def test_no_password_and_no_argument_of_a_service_is_in_a_recording(path: Any) -> None:
    kept = path.read_bytes()
    every = kept + b"".join(answer.out + answer.err for answer in from_bytes(kept).answers.values())
    for secret in (*PASSWORDS.values(), TOKEN):
        assert secret.encode() not in every


# ---- LAPS ----------------------------------------------------------------------------------------

NOTHING: dict[str, Any] = {"mdm": None, "policy": None, "local": None, "legacy": None, "extension": False}
ON = {"BackupDirectory": 2, "PasswordAgeDays": 30}


def laps(*events: tuple[int, int], members: Answer | None = None, log: bool = True, **policy: Any) -> Finding:
    rows = [
        {"id": number, "level": 4, "time_utc": NOW - days * DAY, "provider": "x", "data": []} for number, days in events
    ]
    return only(
        "access/laps",
        windows(
            *joined("kantoor.example"),
            said(LAPS, **(NOTHING | policy)),
            said(LAPS_EVENTS, items=rows if log else None),
            members or users((500, True, True, 1)),
        ),
    )


def test_a_policy_passes_only_with_a_success_in_time() -> None:
    assert laps((10018, 29), policy=ON).outcome is Outcome.PASS
    assert laps((10018, 29), policy=ON).confidence is Confidence.DERIVED
    assert laps((10018, 40), policy=ON).outcome is Outcome.WARN
    assert laps(policy=ON).outcome is Outcome.WARN
    assert laps((10005, 1), policy=ON).outcome is Outcome.WARN
    assert laps(policy=ON, log=False).outcome is Outcome.WARN


def test_the_first_place_with_any_value_decides_alone() -> None:
    assert laps((10029, 1), mdm={"BackupDirectory": 0}, policy=ON).outcome is Outcome.FAIL
    assert laps((10029, 1), mdm={"BackupDirectory": None}, policy=ON).outcome is Outcome.PASS
    assert laps((10029, 1), policy={"PasswordAgeDays": 30}, legacy={"AdmPwdEnabled": 1}).outcome is Outcome.FAIL


def test_the_old_policy_works_through_new_windows_only_without_the_old_program() -> None:
    assert laps((10018, 3), legacy={"AdmPwdEnabled": 1}).outcome is Outcome.PASS
    assert laps((10018, 3), legacy={"AdmPwdEnabled": 1}, extension=True).outcome is Outcome.WARN
    assert laps(legacy={"AdmPwdEnabled": 1}, log=False).outcome is Outcome.WARN


def test_without_a_policy_it_fails_unless_no_local_administrator_is_on() -> None:
    assert laps().outcome is Outcome.FAIL
    assert laps(members=OFF).outcome is Outcome.NOT_APPLICABLE
    assert laps(members=users((1001, True, True, 1))).outcome is Outcome.NOT_ASSESSED  # who is an administrator?
    assert laps(members=Answer(LOCAL_USERS, Status.DENIED)).outcome is Outcome.NOT_ASSESSED


@pytest.mark.parametrize("age", [-1, 0, 366, 100000, "30"])
def test_a_number_of_days_that_windows_does_not_take_stretches_nothing(age: Any) -> None:
    odd = {"BackupDirectory": 2, "PasswordAgeDays": age}
    assert laps((10018, 29), policy=odd).outcome is Outcome.PASS
    assert laps((10018, 40), policy=odd).outcome is Outcome.WARN


def test_a_new_password_of_next_year_is_not_assessed() -> None:
    assert laps((10018, -300), policy=ON).outcome is Outcome.NOT_ASSESSED


def test_a_log_that_may_not_be_read_is_not_assessed() -> None:
    box = windows(*joined(entra=True), said(LAPS, **(NOTHING | {"mdm": ON})), Answer(LAPS_EVENTS, Status.DENIED))
    assert only("access/laps", box).outcome is Outcome.NOT_ASSESSED


# ---- password rules ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("length", "attempts", "outcome"),
    [
        (14, 10, Outcome.PASS), (14, 1, Outcome.PASS), (14, 11, Outcome.WARN), (13, 10, Outcome.WARN),
        (8, 10, Outcome.WARN), (7, 10, Outcome.FAIL), (20, 0, Outcome.FAIL), (None, 5, Outcome.NOT_ASSESSED),
        (-1, 5, Outcome.NOT_ASSESSED),
    ],
)  # fmt: skip
def test_length_and_attempts(length: int | None, attempts: int, outcome: Outcome) -> None:
    rules = said(PASSWORD_POLICY, length=length, attempts=attempts, lock=900)
    assert only("access/password-rules", windows(rules, *joined("kantoor.example"))).outcome is outcome


def test_locked_until_somebody_unlocks_is_told() -> None:
    rules = said(PASSWORD_POLICY, length=14, attempts=5, lock=-1)
    assert "until somebody" in str(only("access/password-rules", windows(rules, *joined("x"))).found)


def test_in_entra_the_rules_hold_only_for_accounts_of_the_machine() -> None:
    rules = said(PASSWORD_POLICY, length=0, attempts=10, lock=600)
    check = "access/password-rules"
    assert only(check, windows(rules, *joined(entra=True), OFF)).outcome is Outcome.NOT_APPLICABLE
    own = users((1001, True, True, 1))
    assert only(check, windows(rules, *joined(entra=True), own)).outcome is Outcome.FAIL
    assert only(check, windows(rules, *joined(entra=True))).outcome is Outcome.NOT_ASSESSED


# ---- shares --------------------------------------------------------------------------------------


def may(sddl: str, crowd: Crowd = Crowd.EVERYBODY) -> Access:
    return access(entries_of(sddl), crowd)


@pytest.mark.parametrize(
    ("rights", "expected"),
    [
        ("FA", Access.CHANGE), ("GA", Access.CHANGE), ("0x1f01ff", Access.CHANGE), ("0x1301bf", Access.CHANGE),
        ("FW", Access.CHANGE), ("SDGXGWGR", Access.CHANGE), ("WD", Access.CHANGE), ("LC", Access.CHANGE),
        ("0x1200a9", Access.READ), ("FRFX", Access.READ), ("GR", Access.READ), ("CC", Access.READ),
        ("FX", Access.NONE), ("RC", Access.NONE), ("0x100020", Access.NONE), ("1179817", Access.READ),
    ],
)  # fmt: skip
def test_rights_in_letters_and_numbers(rights: str, expected: Access) -> None:
    assert may(f"O:BAG:DUD:(A;;{rights};;;WD)") is expected


def test_what_denies_first_holds() -> None:
    assert may("O:BAG:DUD:(D;;FA;;;WD)(A;;FA;;;WD)") is Access.NONE
    assert may("O:BAG:DUD:(A;;FA;;;WD)(D;;FA;;;WD)") is Access.CHANGE
    assert may("O:BAG:DUD:(D;;FW;;;WD)(A;;0x1200a9;;;WD)") is Access.READ


def test_what_is_kept_from_below_only_holds_nobody_back_here() -> None:
    assert may("O:BAG:DUD:(D;OICIIO;FA;;;WD)(A;OICI;FA;;;WD)") is Access.CHANGE
    assert may("O:BAG:DUD:(D;OICI;FA;;;WD)(A;OICI;FA;;;WD)") is Access.NONE


def test_crowds_carry_their_groups() -> None:
    users_only = "D:(A;;FA;;;BU)"
    assert may(users_only) is Access.NONE
    assert may(users_only, Crowd.AUTHENTICATED) is Access.CHANGE
    assert may("D:(A;;FA;;;BG)", Crowd.GUESTS) is Access.CHANGE
    assert may("D:(A;;FA;;;AN)", Crowd.NAMELESS) is Access.CHANGE
    assert may(f"D:(A;;FA;;;{DOMAIN}-513)", Crowd.DOMAIN_USERS) is Access.CHANGE
    assert may(f"D:(A;;FA;;;{DOMAIN}-513)", Crowd.AUTHENTICATED) is Access.NONE
    for sid in (f"{DOMAIN}-1130", "BA", "SY", "CO", "S-1-5-80-1-2"):
        assert max(may(f"D:(A;;FA;;;{sid})", crowd) for crowd in Crowd) is Access.NONE


def test_those_without_an_account_belong_to_everyone_only_where_it_is_set() -> None:
    entries = entries_of("D:(A;;FA;;;WD)")
    assert access(entries, Crowd.NAMELESS) is Access.NONE
    assert access(entries, Crowd.NAMELESS, nameless_too=True) is Access.CHANGE


def test_no_list_lets_everybody_in_and_an_empty_one_nobody() -> None:
    assert may("O:BAG:DUD:NO_ACCESS_CONTROL") is Access.CHANGE
    assert may("O:BAG:DUD:PNO_ACCESS_CONTROL") is Access.CHANGE
    assert may("O:BAG:DUD:PAINO_ACCESS_CONTROL") is Access.CHANGE
    assert may("O:BAG:DUD:PAI") is Access.NONE


SCANS = "O:BAG:DUD:(A;;FA;;;WD)"
NAMED = f"O:BAG:DUD:PAI(A;OICI;FA;;;BA)(A;OICI;0x1301bf;;;{DOMAIN}-1130)"


def share(outside: Any, inside: Any, kind: str = "WinNT", *answers: Answer, **row: Any) -> list[Finding]:
    own = {"Name": "Scans", "Path": "C:\\Scans", "Special": False}
    rows = [{"Name": "IPC$", "Path": "", "Special": True, "SecurityDescriptor": None, "folder": None}]
    rows.append(own | {"SecurityDescriptor": outside, "folder": inside} | row)
    answer = said(SHARES, server={}, lsa={}, product={"ProductType": kind}, items=rows)
    return findings("access/windows-shares", windows(answer, *answers, kind=kind))


@pytest.mark.parametrize(
    ("outside", "inside", "client", "server"),
    [
        (SCANS, SCANS, Outcome.FAIL, Outcome.FAIL),
        (SCANS, NAMED, Outcome.WARN, Outcome.WARN),
        (SCANS, "D:(A;;FR;;;WD)", Outcome.WARN, Outcome.WARN),
        (SCANS, "D:(A;;FA;;;AU)", Outcome.FAIL, Outcome.WARN),
        (SCANS, "D:(A;OICIIO;SDGXGWGR;;;AU)", Outcome.FAIL, Outcome.WARN),
        ("D:(A;;FR;;;AU)", SCANS, Outcome.WARN, Outcome.WARN),
        ("D:(A;;FA;;;BG)", SCANS, Outcome.FAIL, Outcome.FAIL),
        ("D:(A;;FA;;;DU)", NAMED, Outcome.PASS, Outcome.PASS),
        (NAMED, SCANS, Outcome.PASS, Outcome.PASS),
        (NAMED, None, Outcome.PASS, Outcome.PASS),
        (SCANS, None, Outcome.NOT_ASSESSED, Outcome.NOT_ASSESSED),
        (None, NAMED, Outcome.NOT_ASSESSED, Outcome.NOT_ASSESSED),
        ("", NAMED, Outcome.NOT_ASSESSED, Outcome.NOT_ASSESSED),
        ("O:BAG:DU", NAMED, Outcome.NOT_ASSESSED, Outcome.NOT_ASSESSED),
        ("D:(A;;FA;;;WD", NAMED, Outcome.NOT_ASSESSED, Outcome.NOT_ASSESSED),
        ("D:(A;;ZZ;;;BA)", NAMED, Outcome.NOT_ASSESSED, Outcome.NOT_ASSESSED),
        ('D:(XA;;FA;;;WD;(@User.x == "1"))', NAMED, Outcome.NOT_ASSESSED, Outcome.NOT_ASSESSED),
    ],
)
def test_a_share_and_its_folder_together(outside: Any, inside: Any, client: Outcome, server: Outcome) -> None:
    assert [item.outcome for item in share(outside, inside)] == [client]
    assert [item.outcome for item in share(outside, inside, "ServerNT")] == [server]


def test_shares_of_windows_itself_are_left_out() -> None:
    for name in ("print$", "ADMIN$"):
        (found,) = share(SCANS, SCANS, Name=name)
        assert found.outcome is Outcome.NOT_APPLICABLE
    for path in ("HP LaserJet,LocalsplOnly", ""):
        assert share(SCANS, SCANS, Path=path)[0].outcome is Outcome.NOT_APPLICABLE
    assert share(SCANS, SCANS, Path=r"\\?\Volume{x}\Data")[0].outcome is Outcome.FAIL
    assert share(SCANS, SCANS, Special=True)[0].outcome is Outcome.NOT_APPLICABLE
    assert share(SCANS, SCANS, "LanmanNT", Name="SYSVOL")[0].outcome is Outcome.NOT_APPLICABLE
    assert share(SCANS, SCANS, "ServerNT", Name="SYSVOL")[0].outcome is Outcome.FAIL


def test_an_empty_list_of_shares_is_no_answer_but_a_stopped_server_is() -> None:
    check = "access/windows-shares"
    empty = said(SHARES, server={}, lsa={}, product={}, items=[])
    assert only(check, windows(empty)).outcome is Outcome.NOT_ASSESSED
    failed = Answer(SHARES, Status.ERROR)
    assert only(check, windows(failed)).outcome is Outcome.NOT_ASSESSED
    for state, outcome in (("Stopped", Outcome.NOT_APPLICABLE), ("Running", Outcome.NOT_ASSESSED)):
        assert only(check, windows(failed, running(LanmanServer=state))).outcome is outcome


# ---- screens -------------------------------------------------------------------------------------


def screen(
    machine: Any = None, mdm: Any = None, saver: dict[str, Any] | None = None, lua: Any = 1, asks: Any = 5
) -> dict[str, Finding]:
    system = {"EnableLUA": lua, "ConsentPromptBehaviorAdmin": asks, "InactivityTimeoutSecs": machine}
    rows = [] if saver is None else [{"sid": USER, "read": True, "policy": None, "own": saver}]
    box = windows(said(SYSTEM_POLICY, system=system, mdm=mdm), said(SCREEN_SAVERS, items=rows), last(USER))
    return {item.subject: item for item in findings("access/screen-locks", box)}


SAVER = {"ScreenSaveActive": "1", "ScreenSaverIsSecure": "1", "ScreenSaveTimeOut": "600", "SCRNSAVE.EXE": "x.scr"}


@pytest.mark.parametrize(
    ("machine", "mdm", "saver", "outcome"),
    [
        (900, None, None, Outcome.PASS),
        (901, None, {}, Outcome.WARN),
        (0, None, {}, Outcome.WARN),
        ("900", None, {}, Outcome.WARN),  # of the wrong type: Windows ignores it
        (None, {"MaxInactivityTimeDeviceLock": 15, "DevicePasswordEnabled": 0}, None, Outcome.PASS),
        (None, {"MaxInactivityTimeDeviceLock": 15}, {}, Outcome.WARN),  # passwords are asked for only where that is set
        (None, {"MaxInactivityTimeDeviceLock": 15, "DevicePasswordEnabled": 1}, {}, Outcome.WARN),
        (None, {"MaxInactivityTimeDeviceLock": 0, "DevicePasswordEnabled": 0}, {}, Outcome.WARN),
        (None, None, SAVER, Outcome.PASS),
        (None, None, SAVER | {"ScreenSaverIsSecure": "0"}, Outcome.WARN),
        (None, None, SAVER | {"SCRNSAVE.EXE": None}, Outcome.WARN),
        (None, None, SAVER | {"ScreenSaveTimeOut": "9" * 5000}, Outcome.WARN),
        (None, None, None, Outcome.NOT_ASSESSED),  # his settings are not loaded
    ],
)
def test_the_shortest_lock_counts(machine: Any, mdm: Any, saver: Any, outcome: Outcome) -> None:
    assert screen(machine, mdm, saver)["InactivityTimeoutSecs"].outcome is outcome


def test_settings_of_another_user_are_not_for_everybody() -> None:
    system = {"EnableLUA": 1, "ConsentPromptBehaviorAdmin": 5, "InactivityTimeoutSecs": None}
    refused = said(SCREEN_SAVERS, items=[{"sid": USER, "read": False}])
    box = windows(said(SYSTEM_POLICY, system=system, mdm=None), refused, last(USER))
    (found,) = [item for item in findings("access/screen-locks", box) if item.subject != "UAC"]
    assert (found.outcome, found.reason) == (Outcome.NOT_ASSESSED, Reason.NO_PRIVILEGE)


def test_user_account_control() -> None:
    assert screen(900, lua=0)["UAC"].outcome is Outcome.FAIL
    assert screen(900, asks=0)["UAC"].outcome is Outcome.WARN
    assert screen(900, lua=None, asks=None)["UAC"].outcome is Outcome.PASS


# ---- services, programs, remote tools ------------------------------------------------------------


def running(**states: str) -> Answer:
    rows = [
        {"Name": name, "State": state, "StartMode": "Auto", "StartName": "LocalSystem"}
        for name, state in states.items()
    ]
    return said(SERVICES, items=rows)


def keys(*names: str, start: int = 2, unread: int = 0) -> Answer:
    rows = [{"name": name, "start": start, "account": "LocalSystem", "path": "C:\\x.exe"} for name in names]
    return said(SERVICE_KEYS, items=rows, unread=unread)


def test_services_without_their_states_are_still_known_by_name() -> None:
    known: Services = fact(Services, windows(Answer(SERVICES, Status.DENIED), keys("AnyDesk")))
    service = known.get("anydesk")
    assert service is not None
    assert (known.states, service.running, service.start, service.path) == (False, None, "auto", "C:\\x.exe")
    assert known.running("Nothing") is False


def test_a_list_of_services_with_a_hole_is_no_list() -> None:
    box = windows(Answer(SERVICES, Status.DENIED), keys("AnyDesk", unread=1), *calm())
    assert {item.outcome for item in findings("exposure/remote-access-tools", box)} == {Outcome.NOT_ASSESSED}


def programs(*names: tuple[str, str], unread: int = 0) -> Answer:
    rows = [{"hive": "", "key": "k", "name": name, "version": version, "publisher": ""} for name, version in names]
    return said(SOFTWARE, items=rows, unread=unread, listed=True)


def calm() -> tuple[Answer, ...]:
    nobody = said(USER_SOFTWARE, items=[], unread=0, denied=0)
    return programs(("Microsoft Edge", "1")), nobody, said(PROCESSES, items=["System"])


def tools(
    *answers: Answer, check: str = "exposure/remote-access-tools", policy: Policy | None = None
) -> dict[str, Outcome]:
    box = windows(running(Spooler="Running"), keys("Spooler"), *calm(), *answers)
    return {item.subject: item.outcome for item in findings(check, box, policy=policy)}


def test_without_a_tool_it_passes_and_without_sight_it_does_not() -> None:
    for check in ("exposure/remote-access-tools", "exposure/publishing-tunnels"):
        assert tools(check=check) == {"": Outcome.PASS}
        assert tools(Answer(PROCESSES, Status.DENIED), check=check) == {"processes": Outcome.NOT_ASSESSED}
        assert tools(said(PROCESSES, items=[]), check=check) == {"processes": Outcome.NOT_ASSESSED}
    assert tools(Answer(SOFTWARE, Status.DENIED)) == {"programs": Outcome.NOT_ASSESSED}
    assert tools(programs(unread=1)) == {"programs": Outcome.NOT_ASSESSED}
    for hidden in ({"unread": 1, "denied": 0}, {"unread": 0, "denied": 1}):
        assert tools(said(USER_SOFTWARE, items=[], **hidden)) == {"programs of users": Outcome.NOT_ASSESSED}


@pytest.mark.parametrize("tool", sorted(TOOLS))
def test_each_tool_is_seen_by_service_program_and_process(tool: str) -> None:
    signs = TOOLS[tool]
    for name in signs.services:
        whole = name.replace("*", "x1")
        assert tools(running(**{whole: "Stopped"}), keys(whole)) == {tool: Outcome.WARN}, name
    for name in signs.programs:
        assert tools(programs((name.replace("*", " 9"), "1"))) == {tool: Outcome.WARN}, name
    for name in signs.processes:
        assert tools(said(PROCESSES, items=[name.upper()])) == {tool: Outcome.WARN}, name


def test_names_that_only_look_alike_are_no_tool() -> None:
    innocent = programs(("Level Up Fotoboek", "1"), ("LogMeIn Hamachi", "2"), ("Remote Access Service Pack", "1"))
    assert tools(innocent, running(Levels="Running", RemoteAccess="Running")) == {"": Outcome.PASS}


def test_with_a_list_of_approved_tools_any_other_fails() -> None:
    both = running(AnyDesk="Running", TeamViewer="Running")
    found = tools(both, policy=Policy(approved_remote_tools=("teamviewer",)))
    assert found == {"AnyDesk": Outcome.FAIL, "TeamViewer": Outcome.PASS}


def test_tunnels_by_service_and_process() -> None:
    check = "exposure/publishing-tunnels"
    for known, outcome in ((PUBLISHING, Outcome.FAIL), (MESH, Outcome.WARN)):
        for tunnel, signs in known.items():
            for name in signs.services:
                assert tools(running(**{name: "Stopped"}), check=check) == {tunnel: outcome}
            for name in signs.processes:
                assert tools(said(PROCESSES, items=[name]), check=check) == {tunnel: outcome}


def test_a_service_that_is_switched_off_is_no_tunnel() -> None:
    off = said(SERVICES, items=[{"Name": "cloudflared", "State": "Stopped", "StartMode": "Disabled", "StartName": ""}])
    assert tools(off, check="exposure/publishing-tunnels") == {"": Outcome.PASS}


# ---- programs past their end ---------------------------------------------------------------------


def supported(
    *answers: Answer, suites: str | None = None, net: int | None = 528372, sql: str = ""
) -> dict[str, Finding]:
    servers = [{"instance": "MSSQL1.X", "setup": {"PatchLevel": sql, "Version": sql}}] if sql else []
    four = None if net is None else {"Release": net, "Version": "4"}
    box = windows(
        *calm()[:2],
        said(OFFICE, office=None if suites is None else {"ProductReleaseIds": suites, "VersionToReport": "16.0"}),
        said(FRAMEWORK, four=four, three=None),
        said(SQL_SERVER, items=servers),
        *answers,
    )
    return {item.subject: item for item in findings("updates/programs-supported", box)}


@pytest.mark.parametrize(
    ("name", "outcome"),
    [
        ("O365ProPlusRetail", Outcome.PASS), ("MondoRetail", Outcome.PASS), ("ProPlus2024Volume", Outcome.PASS),
        ("HomeBusiness2021Retail", Outcome.FAIL), ("VisioPro2019Volume", Outcome.FAIL), ("ProPlusRetail", Outcome.FAIL),
    ],
)  # fmt: skip
def test_office_by_its_product_ids(name: str, outcome: Outcome) -> None:
    assert supported(suites=name)[name].outcome is outcome


def test_a_product_id_that_tells_nothing_is_left_out() -> None:
    assert set(supported(suites="VisioProRetail,ProjectProRetail,OneNoteFreeRetail")) == {".NET Framework 4"}


@pytest.mark.parametrize(
    ("version", "outcome"),
    [
        ("16.0.4215.2", Outcome.PASS), ("15.0.4415.2", Outcome.PASS), ("14.0.3500.1", Outcome.PASS),
        ("13.3.6455.2", Outcome.FAIL), ("13.0.1601.5", Outcome.FAIL), ("12.0.2000.8", Outcome.FAIL),
        ("10.50.1600.1", Outcome.FAIL), ("10.4.6000.29", Outcome.FAIL), ("9.00.5000.00", Outcome.FAIL),
        ("19.0.1000.1", Outcome.NOT_ASSESSED),
    ],
)  # fmt: skip
def test_sql_server_by_its_version(version: str, outcome: Outcome) -> None:
    assert supported(sql=version)["SQL Server X"].outcome is outcome


@pytest.mark.parametrize(
    ("number", "outcome"),
    [(533325, Outcome.PASS), (528040, Outcome.PASS), (394806, Outcome.WARN), (394271, Outcome.FAIL), (378389, None)],
)
def test_dotnet_framework_by_its_number(number: int, outcome: Outcome | None) -> None:
    found = supported(net=number)[".NET Framework 4"].outcome
    assert found is (outcome or Outcome.NOT_ASSESSED)


@pytest.mark.parametrize(
    ("name", "version", "part", "outcome"),
    [
        ("Microsoft .NET Runtime - 8.0.22 (x64)", "64.88", "dotnet 8.0", Outcome.FAIL),
        ("Microsoft Windows Desktop Runtime - 10.0.1 (x64)", "80", "dotnet 10.0", Outcome.PASS),
        ("Microsoft .NET Runtime - 11.0.0 (x64)", "88", "dotnet 11.0", Outcome.NOT_ASSESSED),
        ("Java 8 Update 481 (64-bit)", "8.0.4810.10", "java-oracle 8", Outcome.FAIL),
        ("Java(TM) SE Development Kit 21.0.9 (64-bit)", "21.0.9.0", "java-oracle 21", Outcome.PASS),
        ("Eclipse Temurin JDK with Hotspot 8u472-b08 (x64)", "8.0.472.8", "java-temurin 8", Outcome.PASS),
        ("Microsoft Exchange Server Subscription Edition RTM", "15.2.2700.1", "exchange", Outcome.PASS),
        ("Microsoft Exchange Server 2019 Cumulative Update 15", "15.2.1748.10", "exchange", Outcome.FAIL),
        ("PostgreSQL 17 ", "17.7-1", "postgresql 17", Outcome.PASS),
        ("MySQL Server 8.0", "8.0.44", "mysql 8.0", Outcome.FAIL),
        ("Node.js", "24.11.1", "nodejs", Outcome.PASS),
    ],
)
def test_programs_of_the_list(name: str, version: str, part: str, outcome: Outcome) -> None:
    assert supported(programs((name, version)))[part].outcome is outcome


def test_office_that_was_installed_the_old_way() -> None:
    for key, outcome in (("Office16.PROPLUS", Outcome.FAIL), ("Office15.VISPRO", Outcome.FAIL)):
        row = {"hive": "", "key": key, "name": "Microsoft Office", "version": "16.0", "publisher": ""}
        found = supported(said(SOFTWARE, items=[row], unread=0, listed=True))
        assert found["Microsoft Office"].outcome is outcome


def test_an_instance_whose_version_cannot_be_read_is_not_assessed() -> None:
    found = supported(said(SQL_SERVER, items=[{"instance": "MSSQL15.X", "setup": None}]))
    assert found["SQL Server"].outcome is Outcome.NOT_ASSESSED


def test_nothing_known_is_not_applicable_and_nothing_read_is_not_assessed() -> None:
    assert supported(net=None)[""].outcome is Outcome.NOT_APPLICABLE
    unread = supported(Answer(SOFTWARE, Status.DENIED), Answer(OFFICE, Status.ERROR), net=None)
    assert {part: item.outcome for part, item in unread.items()} == dict.fromkeys(
        ("programs", "Office"), Outcome.NOT_ASSESSED
    )


def test_a_service_without_a_name_could_be_any() -> None:
    bare = said(SERVICES, items=[{"Name": "x", "State": "Running"}, {"State": "Running"}])
    with pytest.raises(CannotTell):
        fact(Services, windows(bare, keys("x")))


def test_of_two_programs_of_one_name_the_worse_counts() -> None:
    old, new = ("Node.js", "16.20.2"), ("Node.js", "24.1.0")
    for order in ((old, new), (new, old)):
        assert supported(programs(*order))["nodejs"].outcome is Outcome.FAIL
