"""BitLocker: what the made-up machines do not show. Shapes: the documentation of Win32_EncryptableVolume."""

from __future__ import annotations

import json
from typing import Any

import pytest

from nis2scan.api import Answer, Confidence, Finding, Outcome, Question, Reason, Recording, Severity, Status
from nis2scan.facts.backup_copies import CopyDisks
from nis2scan.facts.linux.cover import Cover
from nis2scan.facts.windows.bitlocker import VOLUMES
from nis2scan.facts.windows.drives import DISKS, DRIVES
from nis2scan.facts.windows.hosted import FIRMWARE
from nis2scan.facts.windows.recovery_keys import EVENTS, RULES
from nis2scan.facts.windows.system import COMPUTER, RELEASE
from nis2scan.facts.windows.system_drive import DRIVERS, SHELL
from nis2scan.facts.windows.windows_backup import WINDOWS_BACKUP
from nis2scan.testing import NOON, answered, fact, findings, only, recording, rules

GB = 1024**3
SYSTEM, DATA, RECOVERY = (
    "encryption/bitlocker-system",
    "encryption/bitlocker-data",
    "encryption/bitlocker-recovery",
)
METHOD, COPIES = "encryption/bitlocker-method", "encryption/backup-copies"
NOW = int(NOON.timestamp())
KEY = "{B7B5B3A0-95C7-4B6B-8A2A-6C7F1D2E3F44}"
TPM_AND_PASSWORD = ((1, "{5C5C6A5E-1B7B-4B0D-9B0C-2A0D7A3C1E11}"), (3, KEY))
NO_NAMESPACE = '{"fqid": "HRESULT 0x8004100e,Microsoft.Management.Infrastructure.CimCmdlets.GetCimInstanceCommand"}'
NO_CLASS = NO_NAMESPACE.replace("0x8004100e", "0x80041010")


def said(question: Question, **table: Any) -> Answer:
    return answered(question, json.dumps(table))


def release(kind: str = "WinNT") -> Answer:
    version = {"CurrentBuild": "26100", "UBR": 1, "DisplayVersion": "24H2", "EditionID": "Professional"}
    return said(RELEASE, version=version, product={"ProductType": kind}, crypto=None)


def computer(maker: str = "Dell Inc.", model: str = "Latitude 7450") -> Answer:
    machine = {"Manufacturer": maker, "Model": model, "PCSystemTypeEx": 2}
    return said(COMPUTER, system=[machine], os=[{}], battery=[])


def volume(number: int = 1, letter: Any = "C:", kind: Any = 0, **changed: Any) -> dict[str, Any]:
    """A volume that is encrypted and protected, besides what is changed."""
    values: dict[str, Any] = {
        "protection": 1,
        "conversion": 1,
        "percent": 100,
        "method": 6,
        "lock": 0,
        "hardware": 2,
        "suspend": None,
    }
    values |= {"keys": TPM_AND_PASSWORD} | changed
    names = {
        "protection": {"ProtectionStatus": values["protection"]},
        "conversion": {"ConversionStatus": values["conversion"], "EncryptionPercentage": values["percent"]},
        "method": {"EncryptionMethod": values["method"]},
        "lock": {"LockStatus": values["lock"]},
        "hardware": {"HardwareEncryptionStatus": values["hardware"]},
        "suspend": {"SuspendCount": values["suspend"]},
    }
    refused = {name: 2147942450 if next(iter(row.values())) is None else 0 for name, row in names.items()}
    row: dict[str, Any] = {name: {"ReturnValue": refused[name], **found} for name, found in names.items()}
    row |= {"DeviceID": device(number), "DriveLetter": letter, "VolumeType": kind, "listed": {"ReturnValue": 0}}
    row["protectors"] = [{"id": key, "result": 0, "kind": kind} for kind, key in values["keys"]]
    return row


def device(number: int) -> str:
    return f"\\\\?\\Volume{{1b7897f7-3916-496c-91de-70000000000{number}}}\\"


def bitlocker(*volumes: dict[str, Any], drive: str = "C:") -> Answer:
    return said(VOLUMES, drive=drive, items=list(volumes))


def drives(*rows: dict[str, Any]) -> Answer:
    own = {"DeviceID": device(1), "Name": "C:\\", "DriveLetter": "C:", "DriveType": 3, "Capacity": 500 * GB}
    return said(DRIVES, items=[{**own, "FreeSpace": 200 * GB, "BootVolume": True, "SystemVolume": False}, *rows])


def data_drive(number: int = 2, letter: str | None = "D:", **changed: Any) -> dict[str, Any]:
    name = f"{letter}\\" if letter else device(number)
    row = {"DeviceID": device(number), "Name": name, "DriveLetter": letter, "DriveType": 3, "Capacity": 900 * GB}
    return {**row, "FreeSpace": 300 * GB, "BootVolume": False, "SystemVolume": False, **changed}


def disks(bus: int = 11, gpt: str = "{ebd0a0a2-b9e5-4433-87c0-68b6b72699c7}", mbr: int | None = None) -> Answer:
    partitions = [
        {"DiskNumber": 0, "GptType": "{ebd0a0a2-b9e5-4433-87c0-68b6b72699c7}", "AccessPaths": ["C:\\", device(1)]},
        {"DiskNumber": 1, "GptType": gpt or None, "MbrType": mbr, "AccessPaths": [device(2)]},
    ]
    return said(DISKS, disks=[{"Number": 0, "BusType": 17}, {"Number": 1, "BusType": bus}], partitions=partitions)


def drivers(**starts: int) -> Answer:
    values = {name: {"Start": starts[name]} if name in starts else None for name in ("veracrypt", "dcrypt")}
    return said(DRIVERS, **values)


def windows(*answers: Answer, kind: str = "WinNT") -> Recording:
    """Later answers to the same question win."""
    return recording(release(kind), computer(), drivers(), *answers, platform="windows", vantage="winrm")


# ---- the drive of Windows ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changed", "outcome", "words"),
    [
        ({}, Outcome.PASS, "encrypted and protected"),
        ({"protection": 0}, Outcome.FAIL, "the key lies beside it"),
        ({"protection": 0, "keys": ()}, Outcome.FAIL, "Windows waits for an account"),
        ({"protection": 0, "suspend": 2}, Outcome.WARN, "until it has restarted"),
        ({"protection": 0, "suspend": 0}, Outcome.FAIL, "the key lies beside it"),  # until somebody turns it on
        ({"protection": 0, "conversion": 0, "percent": 0, "keys": ()}, Outcome.FAIL, "is not encrypted"),
        ({"protection": 0, "conversion": 2, "percent": 40}, Outcome.WARN, "40 % is done"),
        ({"protection": 0, "conversion": 4, "percent": 40}, Outcome.WARN, "40 % is done"),
        ({"protection": 0, "conversion": 2, "percent": 0}, Outcome.FAIL, "is not encrypted"),
        ({"protection": 0, "conversion": 2, "percent": 40, "keys": ()}, Outcome.FAIL, "is not encrypted"),
        ({"protection": 1, "conversion": 3, "percent": 90}, Outcome.FAIL, "being removed"),
        ({"protection": 1, "conversion": 5, "percent": 100}, Outcome.FAIL, "being removed"),
        ({"protection": 2}, Outcome.NOT_ASSESSED, "is not told"),
        ({"protection": None}, Outcome.NOT_ASSESSED, "is not told"),
        ({"conversion": None}, Outcome.NOT_ASSESSED, "is not told"),
        ({"conversion": 9}, Outcome.NOT_ASSESSED, "is not told"),
    ],
)
def test_the_windows_drive_by_its_methods(changed: dict[str, Any], outcome: Outcome, words: str) -> None:
    found = only(SYSTEM, windows(bitlocker(volume(**changed))))

    assert (found.outcome, words in str(found.found)) == (outcome, True), found.found


def test_the_letter_of_windows_decides_which_volume_is_meant() -> None:
    """A second system on the same machine is a volume of type 0 too."""
    other = volume(2, "C:", 0, protection=0, conversion=0, keys=())

    assert only(SYSTEM, windows(bitlocker(other, volume(1, "D:"), drive="D:"))).outcome is Outcome.PASS


@pytest.mark.parametrize(
    ("maker", "model"),
    [("Microsoft Corporation", "Virtual Machine"), ("VMware, Inc.", "VMware7,1"), ("QEMU", "Standard PC (Q35)")],
)
def test_a_plain_virtual_machine_points_to_its_host(maker: str, model: str) -> None:
    plain = bitlocker(volume(protection=0, conversion=0, keys=()))
    found = only(SYSTEM, windows(plain, computer(maker, model)))

    assert (found.outcome, found.severity) == (Outcome.WARN, Severity.LOW)


def test_a_server_without_the_feature_is_not_encrypted() -> None:
    gone = answered(VOLUMES, status=Status.MISSING, err=NO_NAMESPACE)

    assert only(SYSTEM, windows(gone, kind="ServerNT")).outcome is Outcome.FAIL
    assert only(RECOVERY, windows(gone, kind="ServerNT")).outcome is Outcome.NOT_APPLICABLE
    assert only(SYSTEM, windows(gone)).outcome is Outcome.NOT_ASSESSED  # every client has it: something is broken


@pytest.mark.parametrize("err", ["not on this machine", NO_CLASS, "", "[1]", "{"])
def test_only_windows_itself_can_say_that_the_feature_is_absent(err: str) -> None:
    gone = answered(VOLUMES, status=Status.MISSING, err=err)

    assert only(SYSTEM, windows(gone, kind="ServerNT")).outcome is Outcome.NOT_ASSESSED


@pytest.mark.parametrize(
    ("starts", "outcome"),
    [({"veracrypt": 0}, Outcome.WARN), ({"dcrypt": 0}, Outcome.WARN), ({"veracrypt": 1}, Outcome.FAIL)],
)
def test_a_driver_of_another_maker_that_starts_first_may_encrypt(starts: dict[str, int], outcome: Outcome) -> None:
    plain = bitlocker(volume(protection=0, conversion=0, keys=()))

    assert only(SYSTEM, windows(plain, drivers(**starts))).outcome is outcome


@pytest.mark.parametrize(
    ("value", "outcome"),
    [(1, Outcome.PASS), (2, Outcome.FAIL)] + [(value, Outcome.NOT_ASSESSED) for value in (None, 0, 3, 4, 5, 6, 8, "1")],
)
def test_without_rights_the_shell_tells_on_and_off_and_nothing_else(value: object, outcome: Outcome) -> None:
    denied = answered(VOLUMES, status=Status.DENIED)
    found = only(SYSTEM, windows(denied, said(SHELL, drive="C:", value=value)))

    assert found.outcome is outcome
    assert found.confidence is Confidence.DERIVED or outcome is Outcome.NOT_ASSESSED


@pytest.mark.parametrize("status", [Status.ERROR, Status.TIMEOUT, Status.TRUNCATED, Status.MISSING, Status.UNASKED])
def test_the_shell_replaces_no_answer_that_went_wrong(status: Status) -> None:
    broken = answered(VOLUMES, status=status)

    assert only(SYSTEM, windows(broken, said(SHELL, drive="C:", value=1))).outcome is Outcome.NOT_ASSESSED


def test_the_registry_tells_a_virtual_machine_to_whoever_may_not_ask() -> None:
    answers = [answered(VOLUMES, status=Status.DENIED), said(SHELL, drive="C:", value=2)]
    answers.append(answered(COMPUTER, status=Status.DENIED))
    bios = {"SystemManufacturer": "VMware, Inc.", "SystemProductName": "VMware20,1"}

    assert only(SYSTEM, windows(*answers)).outcome is Outcome.NOT_ASSESSED
    assert only(SYSTEM, windows(*answers, said(FIRMWARE, bios=bios))).outcome is Outcome.WARN
    bios = {"SystemManufacturer": "HP", "SystemProductName": "HP ProDesk 400"}
    assert only(SYSTEM, windows(*answers, said(FIRMWARE, bios=bios))).outcome is Outcome.FAIL
    assert only(SYSTEM, windows(*answers, said(FIRMWARE, bios=None))).outcome is Outcome.NOT_ASSESSED


# ---- other volumes -------------------------------------------------------------------------------

PLAIN: dict[str, Any] = {"protection": 0, "conversion": 0, "percent": 0, "method": 0, "keys": ()}
EFI = "{c12a7328-f81f-11d2-ba4b-00a0c93ec93b}"
OEM = "{de94bba4-06d1-4d40-a16a-bfd50179d6ac}"


def data(row: dict[str, Any], seen: dict[str, Any] | None, disk: Answer | None = None, *more: Answer) -> Finding:
    """The second volume, judged beside a protected one of Windows."""
    volumes = [volume(), *([seen] if seen else [])]
    return only(DATA, windows(bitlocker(*volumes), drives(row), disk or disks(), *more))


@pytest.mark.parametrize(
    ("row", "seen", "bus", "outcome"),
    [
        ({}, {}, 11, Outcome.PASS),
        ({}, PLAIN, 11, Outcome.FAIL),
        ({}, PLAIN, 16, Outcome.FAIL),  # Storage Spaces
        ({}, PLAIN, 13, Outcome.FAIL),  # memory that is built in
        ({}, PLAIN, 7, Outcome.WARN),
        ({}, PLAIN, 9, Outcome.WARN),
        ({}, PLAIN, 15, Outcome.WARN),
        ({}, PLAIN, 0, Outcome.NOT_ASSESSED),
        ({"DriveType": 2}, PLAIN, 7, Outcome.WARN),
        ({"Capacity": GB // 2, "FreeSpace": 0}, PLAIN, 11, Outcome.WARN),
        ({"FreeSpace": 900 * GB - 99_000_000}, PLAIN, 11, Outcome.WARN),
        ({"FreeSpace": None}, PLAIN, 11, Outcome.FAIL),
        ({}, {**PLAIN, "conversion": 2, "percent": 5, "keys": TPM_AND_PASSWORD}, 11, Outcome.WARN),
        ({}, {"protection": 0}, 11, Outcome.FAIL),
        ({}, {"protection": 0, "conversion": 3, "percent": 5}, 11, Outcome.FAIL),
        ({"Capacity": None, "FreeSpace": None}, {"protection": 2, "conversion": None, "lock": 1}, 11, "not_assessed"),
        ({}, {"protection": None, "conversion": None}, 11, Outcome.NOT_ASSESSED),
    ],
)
def test_a_data_volume_by_what_it_is_and_lies_on(
    row: dict[str, Any], seen: dict[str, Any], bus: int, outcome: Outcome
) -> None:
    found = data(data_drive(**row), volume(2, "D:", 1, **seen), disks(bus))

    assert (found.subject, found.outcome) == ("D:", outcome), found.found


@pytest.mark.parametrize(
    ("row", "disk", "outcome"),
    [
        ({"letter": None}, disks(gpt=OEM), Outcome.NOT_APPLICABLE),
        ({"letter": None}, disks(gpt=EFI), Outcome.NOT_APPLICABLE),
        ({"letter": None}, disks(gpt="", mbr=0x27), Outcome.NOT_APPLICABLE),
        ({"letter": None, "SystemVolume": True}, disks(gpt="", mbr=7), Outcome.NOT_APPLICABLE),
        ({"letter": None}, disks(), Outcome.FAIL),  # data without a letter
        ({"letter": None, "Name": "C:\\Archief\\"}, disks(), Outcome.FAIL),
        ({"letter": "D:"}, disks(gpt=OEM), Outcome.FAIL),  # whoever gave it a letter uses it
        ({"letter": None}, answered(DISKS, status=Status.ERROR), Outcome.NOT_ASSESSED),
        ({"DriveType": 2, "Capacity": None, "FreeSpace": None}, disks(7), Outcome.NOT_APPLICABLE),  # no card in it
    ],
)
def test_which_volumes_count(row: dict[str, Any], disk: Answer, outcome: Outcome) -> None:
    assert data(data_drive(**row), volume(2, row.get("letter", "D:"), 1, **PLAIN), disk).outcome is outcome


def test_a_volume_that_bitlocker_does_not_list_is_not_taken_for_encrypted() -> None:
    assert data(data_drive(), None).outcome is Outcome.NOT_ASSESSED


def test_a_key_on_an_unprotected_windows_drive_protects_little() -> None:
    keys = ((2, "{5C5C6A5E-1B7B-4B0D-9B0C-2A0D7A3C1E12}"), (3, KEY))
    own, other = volume(protection=0, conversion=0, keys=()), volume(2, "D:", 1, keys=keys)
    host = windows(bitlocker(own, other), drives(data_drive()), disks())

    assert only(DATA, host).outcome is Outcome.WARN
    assert data(data_drive(), other).outcome is Outcome.PASS


def test_data_in_a_virtual_machine_and_on_a_server_without_the_feature() -> None:
    gone = answered(VOLUMES, status=Status.MISSING, err=NO_NAMESPACE)
    virtual = computer("Microsoft Corporation", "Virtual Machine")
    host = windows(gone, drives(data_drive()), disks(), kind="ServerNT")
    guest = windows(gone, drives(data_drive()), disks(), virtual, kind="ServerNT")

    assert (only(DATA, host).outcome, only(DATA, guest).outcome) == (Outcome.FAIL, Outcome.WARN)


def test_disks_of_copies_are_what_all_disks_of_their_kind_are() -> None:
    stick = data_drive(2, "E:", DriveType=2)
    plain = windows(bitlocker(volume(), volume(2, "E:", 2, **PLAIN)), drives(stick), disks(7))
    sealed = windows(bitlocker(volume(), volume(2, "E:", 2)), drives(stick), disks(7))
    unread = windows(bitlocker(volume(), volume(2, "D:", 1, **PLAIN)), drives(data_drive()), disks(0))

    assert fact(CopyDisks, plain) == CopyDisks(Cover.ENCRYPTED, Cover.PLAIN)
    assert fact(CopyDisks, sealed) == CopyDisks(Cover.ENCRYPTED, Cover.ENCRYPTED)
    assert fact(CopyDisks, unread) == CopyDisks(Cover.UNKNOWN, Cover.UNKNOWN)


def saved_by_windows(target: str = device(2).rstrip("\\")) -> Answer:
    ended = {"LastSuccessfulBackupTime": NOW - 9000, "LastBackupTime": NOW - 9000, "LastBackupResultHR": 0}
    summary = {**ended, "LastBackupResultDetailedHR": 0, "LastSuccessfulBackupTargetPath": target}
    return said(WINDOWS_BACKUP, module=True, summary=summary, scheduled=True, events=[], client=[])


def copies(*answers: Answer) -> Outcome:
    """Of this tool; the others were not asked for."""
    every = {item.subject: item.outcome for item in findings(COPIES, windows(*answers, kind="ServerNT"))}
    return every["Windows Server Backup"]


@pytest.mark.parametrize(
    ("seen", "bus", "outcome"),
    [
        (PLAIN, 7, Outcome.FAIL),
        (PLAIN, 11, Outcome.WARN),
        (PLAIN, 9, Outcome.NOT_ASSESSED),
        (PLAIN, 0, Outcome.NOT_ASSESSED),
        ({}, 7, Outcome.PASS),
        ({"protection": 2, "conversion": None, "lock": 1}, 7, Outcome.NOT_ASSESSED),
    ],
)
def test_a_copy_of_windows_server_backup_is_judged_by_its_disk(
    seen: dict[str, Any], bus: int, outcome: Outcome
) -> None:
    """The disk for back-ups has no letter; the back-up names its volume."""
    own = (bitlocker(volume(), volume(2, None, 1, **seen)), drives(data_drive(letter=None)), disks(bus))
    assert copies(*own, saved_by_windows()) is outcome


def test_a_disk_for_copies_that_was_taken_away_is_not_known() -> None:
    own = (bitlocker(volume(), volume(2, "D:", 1, **PLAIN)), drives(data_drive()), disks(7))
    away = saved_by_windows(device(9))

    assert copies(*own, away) is Outcome.NOT_ASSESSED


# ---- recovery keys -------------------------------------------------------------------------------


def event(number: int, *values: str) -> dict[str, Any]:
    return {"id": number, "level": 4, "time_utc": 1763452810, "provider": "", "data": list(values)}


@pytest.mark.parametrize(
    ("keys", "events", "outcome"),
    [
        (TPM_AND_PASSWORD, [event(845, "C:", KEY)], Outcome.PASS),
        (TPM_AND_PASSWORD, [event(783, f"id {KEY.strip('{}').lower()}")], Outcome.PASS),
        (TPM_AND_PASSWORD, [event(768, KEY)], Outcome.WARN),  # it tells of something else
        (TPM_AND_PASSWORD, [event(845, "{11111111-2222-3333-4444-555555555555}")], Outcome.WARN),  # an older key
        (TPM_AND_PASSWORD, [], Outcome.WARN),
        (TPM_AND_PASSWORD, None, Outcome.WARN),  # there is no such log
        (TPM_AND_PASSWORD[:1], [event(845, KEY)], Outcome.FAIL),
        (((1, "{x}"), (7, "{y}")), [], Outcome.WARN),
        (((8, "{x}"),), [], Outcome.FAIL),
        ((), [], Outcome.NOT_APPLICABLE),
    ],
)
def test_a_recovery_key_and_where_it_is(keys: tuple[Any, ...], events: Any, outcome: Outcome) -> None:
    protected = volume(keys=keys, protection=1 if keys else 0)
    found = only(RECOVERY, windows(bitlocker(protected), said(EVENTS, items=events)))

    assert (found.subject, found.outcome) == ("C:", outcome)
    assert outcome is not Outcome.PASS or found.confidence is Confidence.DERIVED


def test_an_unread_log_hides_whether_the_key_is_safe_but_not_that_there_is_none() -> None:
    denied = answered(EVENTS, status=Status.DENIED)
    found = only(RECOVERY, windows(bitlocker(volume()), denied))

    assert (found.outcome, found.reason) == (Outcome.NOT_ASSESSED, Reason.NO_PRIVILEGE)
    assert only(RECOVERY, windows(bitlocker(volume(keys=TPM_AND_PASSWORD[:1])), denied)).outcome is Outcome.FAIL


def test_nothing_encrypted_has_no_key_to_lose_and_no_method() -> None:
    host = windows(bitlocker(volume(**PLAIN)), said(EVENTS, items=[]))

    assert only(RECOVERY, host).outcome is Outcome.NOT_APPLICABLE
    assert only(METHOD, host).outcome is Outcome.NOT_APPLICABLE


# ---- method --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changed", "outcome"),
    [
        ({"method": 6}, Outcome.PASS),
        ({"method": 7, "hardware": 0}, Outcome.PASS),
        ({"method": 3}, Outcome.WARN),
        ({"method": 4}, Outcome.WARN),
        ({"method": 4, "kind": 2}, Outcome.PASS),
        ({"method": 5, "hardware": 3}, Outcome.FAIL),
        ({"method": 6, "hardware": 3}, Outcome.FAIL),
        ({"method": 1}, Outcome.FAIL),
        ({"method": 2, "kind": 2}, Outcome.FAIL),
        ({"method": 4294967295}, Outcome.NOT_ASSESSED),
        ({"method": 0}, Outcome.NOT_ASSESSED),
        ({"method": None}, Outcome.NOT_ASSESSED),
        ({"method": 6, "hardware": None}, Outcome.NOT_ASSESSED),
    ],
)
def test_a_method_of_encryption(changed: dict[str, Any], outcome: Outcome) -> None:
    assert only(METHOD, windows(bitlocker(volume(**changed)))).outcome is outcome


@pytest.mark.parametrize(
    ("given", "effective", "noted"),
    [(None, None, True), ({"RDVDenyWriteAccess": 1}, None, False), (None, {"RDVDenyWriteAccess": 1}, False)],
)
def test_a_rule_for_usb_disks_is_a_remark_only(given: Any, effective: Any, noted: bool) -> None:
    found = only(METHOD, windows(bitlocker(volume()), said(RULES, rules=given, effective=effective)))

    assert (found.outcome, "USB" in str(found.found)) == (Outcome.PASS, noted)


def test_each_volume_is_a_part_of_its_own() -> None:
    host = windows(bitlocker(volume(), volume(2, "D:", 1, method=4), volume(3, None, 1, method=3)))
    found = {item.subject: item.outcome for item in findings(METHOD, host)}

    assert found == {"C:": Outcome.PASS, "D:": Outcome.WARN, device(3).lower().rstrip("\\"): Outcome.WARN}


@pytest.mark.parametrize("items", [[], [{}], None, "x", [{"DeviceID": ""}], [{"DeviceID": device(1), "protection": 1}]])
def test_an_answer_of_another_form_is_not_assessed(items: Any) -> None:
    host = windows(said(VOLUMES, drive="C:", items=items), drives(), disks(), said(EVENTS, items=[]))

    for check in (SYSTEM, DATA, RECOVERY, METHOD):
        assert {item.outcome for item in findings(check, host)} == {Outcome.NOT_ASSESSED}


def test_no_question_ever_asks_for_a_recovery_password() -> None:
    asked = "\n".join(question.text for question in rules().questions).lower()

    assert "getkeyprotectortype" in asked
    assert [word for word in ("numericalpassword", "recoverypassword", "get-bitlockervolume") if word in asked] == []


# ---- what must not soften ------------------------------------------------------------------------


@pytest.mark.parametrize(("model", "outcome"), [("XENIA 15 KC", Outcome.FAIL), ("HVM domU", Outcome.WARN)])
def test_a_laptop_whose_name_begins_like_a_hypervisor_is_a_laptop(model: str, outcome: Outcome) -> None:
    host = windows(bitlocker(volume(**PLAIN)), computer("ADATA TECHNOLOGY", model))
    assert only("encryption/bitlocker-system", host).outcome is outcome


def test_a_protected_volume_without_a_known_key_is_not_said_to_have_none() -> None:
    found = only(RECOVERY, windows(bitlocker(volume(keys=())), said(EVENTS, items=[])))
    assert found.outcome is Outcome.NOT_ASSESSED


def test_a_volume_of_an_unknown_kind_is_not_left_out_in_silence() -> None:
    found = only("encryption/bitlocker-data", windows(bitlocker(volume()), drives(data_drive(DriveType=None)), disks()))
    assert found.outcome is Outcome.NOT_ASSESSED
