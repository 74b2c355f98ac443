"""Logs, audit policy, clock, Remote Desktop and sign-in of Windows: what the made-up machines do not show."""

from __future__ import annotations

import json
from typing import Any

import pytest

from nis2scan.api import Answer, Outcome, Question, Reason, Recording, Status
from nis2scan.facts.windows.audit_policy import AUDIT_POLICY
from nis2scan.facts.windows.clock import TIME_EVENTS, TIME_SERVICE
from nis2scan.facts.windows.log_forwarding import FORWARDING
from nis2scan.facts.windows.powershell_logging import ENGINE_2, LOGGING
from nis2scan.facts.windows.remote_desktop import PROVIDERS, REMOTE_DESKTOP
from nis2scan.facts.windows.security_log import CLEARED, OWN_LOGON, SECURITY_LOG
from nis2scan.facts.windows.services import SERVICE_KEYS, SERVICES
from nis2scan.facts.windows.sign_in import SIGN_IN
from nis2scan.facts.windows.system import COMPUTER, RELEASE
from nis2scan.questions import SESSION
from nis2scan.testing import NOON, answered, findings, only, recording

DAY = 86400
NOW = int(NOON.timestamp())


def said(question: Question, **table: Any) -> Answer:
    return answered(question, json.dumps(table))


def visit(vantage: str = "winrm") -> Answer:
    times = dict.fromkeys(("sent", "hello", "hello_at", "bye", "bye_at"), NOW)
    rights = {"user_sid": "S-1-5-21-1-2-3-1001", "groups": ["S-1-5-2"], "language": "FullLanguage", "computer": "PC"}
    return said(
        SESSION, platform="windows", vantage=vantage, user="PC\\x", uid=-1, root=True, refusal="", **times, **rights
    )


def release(kind: str = "WinNT", edition: str = "Professional", installed_days: int = 900) -> Answer:
    version = {"CurrentBuild": "26100", "UBR": 1, "DisplayVersion": "24H2", "EditionID": edition}
    version |= {"InstallationType": "Client", "InstallDate": NOW - installed_days * DAY}
    return said(RELEASE, version=version, product={"ProductType": kind}, crypto={"MachineGuid": "x"})


def windows(*answers: Answer, vantage: str = "winrm", system: Answer | None = None) -> Recording:
    return recording(visit(vantage), system or release(), *answers, platform="windows", vantage=vantage)


# ---- audit policy --------------------------------------------------------------------------------

NEEDED = ("9215", "921B", "9217", "9235", "9237", "922F", "923F")
WORDS = {
    "en": ("Success", "Failure", "Success and Failure", "No Auditing"),
    "nl": ("Geslaagd", "Mislukt", "Geslaagd en mislukt", "Geen controle"),
    "de": ("Erfolg", "Fehler", "Erfolg und Fehler", "Keine \u00dcberwachung"),
    "fr": ("Succ\u00e8s", "\u00c9chec", "Succ\u00e8s et \u00e9chec", "Pas d\u2019audit"),
    "it": ("Operazione riuscita", "Errore", "Esito positivo e negativo", "Nessun controllo"),
    "pl": ("Powodzenie", "Niepowodzenie", "Powodzenie i niepowodzenie", "Brak inspekcji"),
}


def audit(settings: dict[str, str], code: int = 0) -> Answer:
    rows = [f"{{0CCE{guid}-69AE-11D9-BED3-505054503030}},{text}" for guid, text in settings.items()]
    return said(AUDIT_POLICY, code=code, items=rows)


@pytest.mark.parametrize("language", ["en", "nl", "de", "fr", "it"])
def test_the_audit_policy_is_read_in_five_languages(language: str) -> None:
    _, _, both, none = WORDS[language]
    assert only("logging/audit-policy-set", windows(audit(dict.fromkeys(NEEDED, both)))).outcome is Outcome.PASS
    off = audit({**dict.fromkeys(NEEDED, both), "9215": none})
    assert only("logging/audit-policy-set", windows(off)).outcome is Outcome.FAIL
    half = audit({**dict.fromkeys(NEEDED, both), "923F": none})
    assert only("logging/audit-policy-set", windows(half)).outcome is Outcome.WARN


def test_a_language_that_is_not_known_is_not_assessed() -> None:
    found = only("logging/audit-policy-set", windows(audit(dict.fromkeys(NEEDED, WORDS["pl"][2]))))
    assert (found.outcome, found.reason) == (Outcome.NOT_ASSESSED, Reason.LOCALE_UNSUPPORTED)


def test_an_audit_policy_without_a_needed_row_or_with_an_error_is_not_assessed() -> None:
    rows = dict.fromkeys(NEEDED, "Success and Failure")
    lacking = {key: value for key, value in rows.items() if key != "9237"}
    assert only("logging/audit-policy-set", windows(audit(lacking))).outcome is Outcome.NOT_ASSESSED
    assert only("logging/audit-policy-set", windows(audit(rows, code=1314))).outcome is Outcome.NOT_ASSESSED
    assert only("logging/audit-policy-set", windows(audit({}))).outcome is Outcome.NOT_ASSESSED


def test_a_domain_controller_needs_more_and_weighs_more() -> None:
    rows = dict.fromkeys(NEEDED, "Success and Failure")
    controller = release("LanmanNT", "ServerStandard")
    assert only("logging/audit-policy-set", windows(audit(rows), system=controller)).outcome is Outcome.NOT_ASSESSED
    whole = {**rows, "9242": "No Auditing", "923C": "Success"}
    assert only("logging/audit-policy-set", windows(audit(whole), system=controller)).outcome is Outcome.WARN
    none = {**whole, "9215": "No Auditing"}
    assert only("logging/audit-policy-set", windows(audit(none), system=controller)).severity == "high"


# ---- the Security log ----------------------------------------------------------------------------


def log(days: float, *, room_mb: int = 20, size_mb: int = 20, mode: int = 0, on: bool = True) -> Answer:
    table = {"IsEnabled": on, "MaximumSizeInBytes": room_mb << 20, "FileSize": size_mb << 20, "RecordCount": 9}
    return said(SECURITY_LOG, log=table | {"LogMode": mode, "oldest_utc": int(NOW - days * DAY)})


NOBODY = said(CLEARED, items=[])


def test_a_fresh_machine_cannot_have_old_events() -> None:
    host = windows(log(9), NOBODY, system=release(installed_days=10))
    assert only("logging/security-log-size", host).outcome is Outcome.PASS


def test_a_log_passes_only_when_it_was_seen_that_nobody_emptied_it() -> None:
    unread = {item.outcome for item in findings("logging/security-log-size", windows(log(200)))}
    assert unread == {Outcome.NOT_ASSESSED}
    emptied = said(CLEARED, items=[{"time_utc": NOW - DAY}])
    outcomes = {
        item.subject: item.outcome for item in findings("logging/security-log-size", windows(log(200), emptied))
    }
    assert outcomes == {"Security": Outcome.PASS, "Security (1102)": Outcome.WARN}
    long_ago = said(CLEARED, items=[{"time_utc": NOW - 31 * DAY}])
    assert only("logging/security-log-size", windows(log(200), long_ago)).outcome is Outcome.PASS


def test_a_log_without_an_event_fails_and_a_log_mode_that_is_not_known_is_not_assessed() -> None:
    empty = said(
        SECURITY_LOG,
        log={
            "IsEnabled": True,
            "MaximumSizeInBytes": 1,
            "FileSize": 0,
            "RecordCount": 0,
            "LogMode": 0,
            "oldest_utc": None,
        },
    )
    assert only("logging/security-log-size", windows(empty, NOBODY)).outcome is Outcome.FAIL
    assert only("logging/security-log-size", windows(log(200, mode=9), NOBODY)).outcome is Outcome.NOT_ASSESSED


def test_the_own_logon_is_not_looked_for_without_a_logon() -> None:
    gone = said(OWN_LOGON, log=True, seen=4, oldest=NOW - 60, mine=[])
    assert only("logging/own-logon-in-security-log", windows(gone)).outcome is Outcome.FAIL
    for vantage in ("local", "file"):
        assert (
            only("logging/own-logon-in-security-log", windows(gone, vantage=vantage)).outcome is Outcome.NOT_APPLICABLE
        )
    crowd = said(OWN_LOGON, log=True, seen=500, oldest=NOW - 60, mine=[])
    assert only("logging/own-logon-in-security-log", windows(crowd)).reason is Reason.TRUNCATED
    nolog = said(OWN_LOGON, log=False, seen=1, oldest=None, mine=[])
    assert only("logging/own-logon-in-security-log", windows(nolog)).outcome is Outcome.NOT_ASSESSED


@pytest.mark.parametrize(
    ("mine", "oldest", "outcome"),
    [
        ([NOW - 20], NOW - 60, Outcome.PASS),
        ([NOW - 20, NOW - 5000], NOW - 6000, Outcome.PASS),
        (NOW - 20, NOW - 60, Outcome.PASS),
        ([NOW - 5000], NOW - 6000, Outcome.FAIL),  # of an earlier scan
        ([], NOW - 6000, Outcome.FAIL),
    ],
)
def test_only_a_logon_of_these_minutes_is_ours(mine: Any, oldest: int, outcome: Outcome) -> None:
    logons = said(OWN_LOGON, log=True, seen=500, oldest=oldest, mine=mine)
    assert only("logging/own-logon-in-security-log", windows(logons)).outcome is outcome


# ---- PowerShell, clock ---------------------------------------------------------------------------


DOTNET = {"Name": "NetFx4-AdvSrvs", "InstallState": 1}


def test_logging_of_powershell_passes_only_when_the_old_engine_was_looked_for() -> None:
    logged = said(LOGGING, blocks={"EnableScriptBlockLogging": 1})
    assert only("logging/powershell-logged", windows(logged)).outcome is Outcome.NOT_ASSESSED
    gone = said(ENGINE_2, items=[DOTNET])
    assert only("logging/powershell-logged", windows(logged, gone)).outcome is Outcome.PASS
    silent = said(ENGINE_2, items=[])
    assert only("logging/powershell-logged", windows(logged, silent)).outcome is Outcome.NOT_ASSESSED
    strange = said(ENGINE_2, items=[DOTNET, {"Name": "MicrosoftWindowsPowerShellV2", "InstallState": 4}])
    assert only("logging/powershell-logged", windows(logged, strange)).outcome is Outcome.NOT_ASSESSED
    there = said(ENGINE_2, items=[DOTNET, {"Name": "MicrosoftWindowsPowerShellV2", "InstallState": 1}])
    assert only("logging/powershell-logged", windows(logged, there)).outcome is Outcome.FAIL
    text = said(LOGGING, blocks={"EnableScriptBlockLogging": "1"})
    assert only("logging/powershell-logged", windows(text, gone)).outcome is Outcome.WARN


def clock(kind: str = "NTP", start: int = 2, **more: Any) -> Answer:
    table: dict[str, Any] = {"service": {"Start": start}, "own": {"Type": kind, "NtpServer": "x"}, "policy": None}
    return said(TIME_SERVICE, **(table | {"client": {"Enabled": 1}, "client_policy": None, "guest": None} | more))


@pytest.mark.parametrize(
    ("settings", "events", "outcome"),
    [
        (clock(), [(35, 1)], Outcome.PASS),
        (clock(), [(36, 1), (35, 2)], Outcome.WARN),
        (clock(), [], Outcome.NOT_ASSESSED),
        (clock(), None, Outcome.NOT_ASSESSED),
        (clock("NoSync"), [(35, 1)], Outcome.FAIL),
        (clock(policy={"Type": "NoSync"}), [(35, 1)], Outcome.FAIL),
        (clock(client_policy={"Enabled": 0}), [(35, 1)], Outcome.FAIL),
        (clock(service=None), [(35, 1)], Outcome.NOT_ASSESSED),
    ],
)
def test_who_keeps_the_clock(settings: Answer, events: list[tuple[int, int]] | None, outcome: Outcome) -> None:
    rows = None if events is None else [{"id": e, "time_utc": NOW - d * DAY} for e, d in events]
    assert only("logging/time-synchronised", windows(settings, said(TIME_EVENTS, items=rows))).outcome is outcome


@pytest.mark.parametrize(
    ("model", "state", "outcome"),
    [
        ("Virtual Machine", "Running", Outcome.NOT_APPLICABLE),
        ("Virtual Machine", "Stopped", Outcome.FAIL),
        ("Virtual Machine", None, Outcome.NOT_ASSESSED),
        ("OptiPlex 3050", "Running", Outcome.FAIL),  # the service is on real machines too
        (None, "Running", Outcome.NOT_ASSESSED),
    ],
)
def test_only_a_guest_of_hyper_v_may_leave_its_clock_to_the_host(
    model: str | None, state: str | None, outcome: Outcome
) -> None:
    answers = [clock("NoSync", guest={"Start": 3}), said(TIME_EVENTS, items=[])]
    if model is not None:
        system = [{"Manufacturer": "Microsoft Corporation", "Model": model}]
        answers.append(said(COMPUTER, system=system, os=[], battery=[]))
    if state is not None:
        answers.append(said(SERVICES, items=[{"Name": "vmictimesync", "State": state, "StartMode": "Manual"}]))
    keys = said(SERVICE_KEYS, items=[{"name": "vmictimesync", "start": 3, "account": "", "path": ""}], unread=0)

    assert only("logging/time-synchronised", windows(*answers, keys)).outcome is outcome


# ---- Remote Desktop and sign-in ------------------------------------------------------------------

BUILT_IN = {
    "id": "{60b78e88}",
    "name": "PasswordProvider",
    "disabled": None,
    "library": "%SystemRoot%\\system32\\credprovs.dll",
}
DUO = {
    "id": "{44E2ED41}",
    "name": "Duo Credential Provider",
    "disabled": None,
    "library": "C:\\Program Files\\Duo Security\\DuoCredProv.dll",
}


def desktop(denied: int | None = 0, nla: int | None = 1, policy: dict[str, Any] | None = None) -> Answer:
    own = {"UserAuthentication": nla, "SecurityLayer": 2, "PortNumber": 3389}
    return said(REMOTE_DESKTOP, server={"fDenyTSConnections": denied}, own=own, policy=policy)


def providers(*others: dict[str, Any], duo: dict[str, Any] | None = None) -> Answer:
    return said(PROVIDERS, items=[BUILT_IN, *others], duo=duo, duo_policy=None, excluded=None)


@pytest.mark.parametrize(
    ("duo", "outcome"),
    [
        ({"FailOpen": 0, "ProvidersWhitelist": None}, Outcome.PASS),
        ({"FailOpen": 1, "ProvidersWhitelist": None}, Outcome.WARN),
        ({"FailOpen": 0, "ProvidersWhitelist": ["{60b78e88}"]}, Outcome.WARN),
        ({"FailOpen": None, "ProvidersWhitelist": None}, Outcome.WARN),
        (None, Outcome.WARN),
    ],
)
def test_a_second_factor_counts_only_when_it_is_always_asked(duo: dict[str, Any] | None, outcome: Outcome) -> None:
    found = only("mfa/remote-desktop-password", windows(desktop(), providers(DUO, duo=duo)))
    assert found.outcome is outcome
    assert outcome is not Outcome.PASS or found.confidence == "derived"


def test_a_policy_wins_over_the_setting_and_home_has_no_remote_desktop() -> None:
    off = windows(desktop(policy={"fDenyTSConnections": 1}), providers())
    assert only("exposure/remote-desktop-hardened", off).outcome is Outcome.NOT_APPLICABLE
    weak = windows(desktop(nla=1, policy={"UserAuthentication": 0}), providers())
    assert only("exposure/remote-desktop-hardened", weak).outcome is Outcome.FAIL
    home = windows(desktop(), providers(), system=release(edition="Core"))
    assert only("mfa/remote-desktop-password", home).outcome is Outcome.NOT_APPLICABLE
    unset = windows(desktop(nla=None), providers())
    assert only("exposure/remote-desktop-hardened", unset).outcome is Outcome.NOT_ASSESSED


def test_a_provider_that_is_switched_off_protects_nobody() -> None:
    host = windows(desktop(), providers({**DUO, "disabled": 1}, duo={"FailOpen": 0, "ProvidersWhitelist": None}))
    assert only("mfa/remote-desktop-password", host).outcome is Outcome.WARN
    assert "password alone" in str(only("mfa/remote-desktop-password", host).found)


def test_hello_of_somebody_else_is_not_hello_of_the_usual_user() -> None:
    last = {"LastLoggedOnUserSID": "S-1-5-21-9", "LastLoggedOnProvider": None}
    other = said(SIGN_IN, last=last, system=None, hello=True, items=[{"sid": "S-1-5-21-8", "set": 1}])
    assert only("mfa/strong-sign-in", windows(other)).outcome is Outcome.WARN
    nobody = said(SIGN_IN, last=None, system=None, hello=True, items=[])
    assert only("mfa/strong-sign-in", windows(nobody)).outcome is Outcome.NOT_ASSESSED


def test_what_was_refused_or_restricted_is_not_assessed_with_its_reason() -> None:
    for status, reason in ((Status.DENIED, Reason.NO_PRIVILEGE), (Status.CONSTRAINED, Reason.CONSTRAINED_LANGUAGE)):
        host = windows(answered(AUDIT_POLICY, status=status), answered(COMPUTER, status=status))
        assert only("logging/audit-policy-set", host).reason is reason


# ---- what must not soften ------------------------------------------------------------------------


def size(oldest_days: float | None) -> Answer:
    oldest = None if oldest_days is None else NOW - int(oldest_days * DAY)
    log = {"IsEnabled": True, "MaximumSizeInBytes": 20 << 20, "FileSize": 1 << 20, "LogMode": 0, "oldest_utc": oldest}
    return said(SECURITY_LOG, log=log)


def test_an_empty_log_is_empty_though_an_agent_sends_it_on_and_what_an_agent_sends_is_derived() -> None:
    agent = said(SERVICES, items=[{"Name": "WazuhSvc", "State": "Running", "StartMode": "Auto"}])
    more = (agent, said(SERVICE_KEYS, items=[], unread=0), said(FORWARDING, managers=None), said(CLEARED, items=[]))

    assert only("logging/security-log-size", windows(size(None), *more)).outcome is Outcome.FAIL
    sent = only("logging/security-log-size", windows(size(4), *more))
    assert (sent.outcome, sent.confidence) == (Outcome.PASS, "derived")


@pytest.mark.parametrize(("installed", "outcome"), [(5, Outcome.PASS), (-400, Outcome.FAIL), (900, Outcome.FAIL)])
def test_a_system_that_was_installed_tomorrow_makes_no_log_old_enough(installed: int, outcome: Outcome) -> None:
    none = (said(SERVICES, items=[{"Name": "x", "State": "Running"}]), said(FORWARDING, managers=None))
    more = (*none, said(CLEARED, items=[]), said(SERVICE_KEYS, items=[], unread=0))
    host = windows(size(4), *more, system=release(installed_days=installed))

    assert only("logging/security-log-size", host).outcome is outcome


def test_a_key_of_remote_desktop_that_is_not_there_is_no_proof_that_it_is_off() -> None:
    nothing = said(REMOTE_DESKTOP, server=None, own=None, policy=None)
    for check in ("exposure/remote-desktop-hardened", "mfa/remote-desktop-password"):
        assert only(check, windows(nothing, providers())).outcome is Outcome.NOT_ASSESSED


def test_neither_policy_nor_setting_of_duo_may_leave_a_way_in() -> None:
    closed, opened = {"FailOpen": 0, "ProvidersWhitelist": None}, {"FailOpen": 1, "ProvidersWhitelist": None}
    for own, policy in ((closed, opened), (opened, closed)):
        told = said(PROVIDERS, items=[BUILT_IN, DUO], duo=own, duo_policy=policy, excluded=None)
        assert only("mfa/remote-desktop-password", windows(desktop(), told)).outcome is Outcome.WARN
    told = said(PROVIDERS, items=[BUILT_IN, DUO], duo=None, duo_policy=closed, excluded=None)
    assert only("mfa/remote-desktop-password", windows(desktop(), told)).outcome is Outcome.PASS


def test_nothing_is_said_of_nla_where_it_could_not_be_read() -> None:
    found = only("mfa/remote-desktop-password", windows(desktop(nla=None), providers()))
    assert (found.outcome, "could not be read" in str(found.found)) == (Outcome.WARN, True)


def test_an_event_without_a_time_hides_which_was_the_newest() -> None:
    rows = [{"id": 35, "time_utc": NOW - DAY}, {"id": 36, "time_utc": None}]
    found = only("logging/time-synchronised", windows(clock(), said(TIME_EVENTS, items=rows)))
    assert found.outcome is Outcome.NOT_ASSESSED


def test_a_second_factor_that_a_policy_takes_away_is_none() -> None:
    gone = {"ExcludedCredentialProviders": "{60b78e88},{44e2ed41}"}
    told = said(PROVIDERS, items=[BUILT_IN, DUO], duo={"FailOpen": 0}, duo_policy=None, excluded=gone)
    found = only("mfa/remote-desktop-password", windows(desktop(), told))
    assert (found.outcome, "password alone" in str(found.found)) == (Outcome.WARN, True)
