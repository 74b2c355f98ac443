"""Accounts, administrators, LAPS, shares, screens, programs and remote tools of the made-up machines."""

from __future__ import annotations

from typing import Any

from tests.windows.profiles import DOMAIN_SID, MACHINES, RUNS, Profile
from tests.windows.topics.base import CONTROL, NT, SERVICES, SOFTWARE, date, days_ago, user_sids

LAPS_LOG = "Microsoft-Windows-LAPS/Operational"
_NAMES = {"nl": ("Administrator", "Gast"), "de": ("Administrator", "Gast"), "en": ("Administrator", "Guest")}
_GROUP = {"nl": "Administrators", "de": "Administratoren", "en": "Administrators"}

# The built-in administrator: on or off, last used (days ago); and other accounts: RID, name, needs a password, used.
ADMINISTRATOR: dict[str, tuple[bool, float | None]] = {
    "w11-goed": (False, None),
    "w11-slecht": (True, 12),
    "w11-de": (True, None),
    "w10-goed": (False, 900),
    "w10-slecht": (True, 3),
    "s2016-slecht": (True, 1),
    "s2016-goed": (True, 40),
    "s2019-goed": (True, 5),
    "s2019-slecht": (True, 2),
    "s2025-goed": (True, None),
    "s2025-slecht": (True, 1),
}
OTHERS: dict[str, tuple[tuple[int, str, bool, float | None], ...]] = {
    "w11-slecht": ((1001, "gebruiker1", False, 0.2), (1002, "gebruiker2", True, 3)),
    "w10-slecht": ((1001, "gebruiker1", True, 0.1),),
    "w10-goed": ((1003, "beheer-lokaal", True, 60),),
    "s2019-slecht": ((1005, "kassa", False, 1),),
}
GUEST_ON = ("w11-slecht", "s2016-slecht")
NO_MODULE = ("s2019-goed",)
"""Where Get-LocalUser is missing and CIM has to tell."""

# Automatic sign-in: on, whom, and a password. None of them may be found in any recording.
PASSWORDS = {"w11-slecht": "Lente2019!baliepc", "w10-slecht": "Magazijn#0042"}
AUTOMATIC: dict[str, dict[str, Any]] = {
    "w11-slecht": {"AutoAdminLogon": "1", "DefaultUserName": "gebruiker1", "DefaultPassword": PASSWORDS["w11-slecht"]},
    "w11-de": {"AutoAdminLogon": "1", "DefaultUserName": "anzeige", "DefaultDomainName": "KANTOOR"},
    "w10-slecht": {"AutoAdminLogon": "0", "DefaultUserName": "oud", "DefaultPassword": PASSWORDS["w10-slecht"]},
    "s2016-goed": {"AutoAdminLogon": "0", "DefaultUserName": "Administrator", "DefaultPassword": ""},
}
BLANK = {"w11-slecht": 0, "w10-goed": 1}

_DA, _DU, _DESK = f"{DOMAIN_SID}-512", f"{DOMAIN_SID}-513", f"{DOMAIN_SID}-1130"
_ROLE = "S-1-12-1-3590358251-1082214455-2352441513-2299869214"
_MANAGER = "S-1-12-1-4000112233-1100220033-2200330044-3300440055"
_GONE = "S-1-5-21-2052111302-1275210071-1644491937-1188"
_DOMAIN_ADMINS = (_DA, "WinNT://KANTOOR/Domain Admins", "Group")
_HELPDESK = (_DESK, "WinNT://KANTOOR/PC-Beheer", "Group")
_SCANNER = (f"{DOMAIN_SID}-1142", "WinNT://KANTOOR/nis2scan", "User")
ADMINS: dict[str, tuple[tuple[str, str, str], ...]] = {
    "w11-goed": ((_ROLE, f"WinNT://{_ROLE}", "Group"), (_MANAGER, f"WinNT://{_MANAGER}", "Group")),
    "w11-slecht": (("-1001", "gebruiker1", "User"), ("-1142", "nis2scan", "User")),
    "w11-de": (
        _DOMAIN_ADMINS, _HELPDESK, (f"{DOMAIN_SID}-1190", "WinNT://KANTOOR/technik", "User"),
    ),
    "w10-goed": (("-1003", "beheer-lokaal", "User"), _DOMAIN_ADMINS, _HELPDESK),
    "w10-slecht": (("-1142", "nis2scan", "User"), ("S-1-5-4", "WinNT://NT AUTHORITY/INTERACTIVE", "Group")),
    "s2016-slecht": (_DOMAIN_ADMINS, (_DU, "WinNT://KANTOOR/Domeingebruikers", "Group")),
    "s2016-goed": (_DOMAIN_ADMINS,),
    "s2019-goed": (_DOMAIN_ADMINS, _SCANNER),
    "s2019-slecht": (_DOMAIN_ADMINS, (_GONE, f"WinNT://{_GONE}", "User")),
    "s2025-goed": (_DOMAIN_ADMINS, _HELPDESK),
    "s2025-slecht": (_DOMAIN_ADMINS, ("S-1-5-11", "WinNT://NT AUTHORITY/Authentifizierte Benutzer", "Group")),
}  # fmt: skip
GROUPS_OF_USER = {"w11-de": (_DU, f"{DOMAIN_SID}-1201", "S-1-1-0"), "w10-goed": (_DU, "S-1-5-11", "S-1-5-32-545")}

_MDM, _GPO = r"HKLM\SOFTWARE\Microsoft\Policies\LAPS", rf"{SOFTWARE}\Policies\LAPS"
_OWN, _OLD = rf"{SOFTWARE}\LAPS\Config", r"HKLM\SOFTWARE\Policies\Microsoft Services\AdmPwd"
_MORE: dict[str, Any] = {
    "PasswordLength": 20,
    "PasswordComplexity": 4,
    "AdministratorAccountName": "beheer",
    "ADPasswordEncryptionEnabled": 1,
    "PostAuthenticationActions": 3,
}
LAPS: dict[str, dict[str, dict[str, Any]]] = {
    "w11-goed": {_MDM: {"BackupDirectory": 1, "PasswordAgeDays": 7, **_MORE}},
    "w11-de": {_GPO: {"BackupDirectory": 2, "PasswordAgeDays": 30}},
    "w10-goed": {_OLD: {"AdmPwdEnabled": 1, "PasswordAgeDays": 30, "PasswordLength": 14}},
    "s2016-goed": {_OLD: {"AdmPwdEnabled": 1}},
    "s2019-goed": {_OWN: {"BackupDirectory": 2, "PasswordAgeDays": 30, **_MORE}},
    "s2019-slecht": {_OLD: {"AdmPwdEnabled": 1}},
    "s2025-goed": {_GPO: {"BackupDirectory": 2, "PasswordAgeDays": 14, **_MORE}},
    "s2025-slecht": {_GPO: {"BackupDirectory": 0}},
}
EXTENSION = ("s2016-goed",)
NO_LAPS = ("s2016-goed", "s2016-slecht")
ROTATED: dict[str, tuple[tuple[int, float], ...]] = {
    "w11-goed": ((10029, 5), (10029, 12)),
    "w11-de": ((10005, 3), (10018, 61)),
    "w10-goed": ((10018, 12),),
    "s2019-goed": ((10018, 20),),
    "s2025-goed": ((10018, 9),),
}

# Length of passwords, wrong ones before the account is locked, seconds that it stays locked.
RULES: dict[str, tuple[int, int, int]] = {
    "w11-goed": (0, 10, 600),
    "w11-slecht": (0, 0, 1800),
    "w11-de": (10, 5, 900),
    "w10-goed": (14, 10, 900),
    "w10-slecht": (6, 10, 600),
    "s2016-slecht": (7, 0, 1800),
    "s2016-goed": (14, 5, -1),
    "s2019-goed": (15, 10, 900),
    "s2019-slecht": (12, 50, 900),
    "s2025-goed": (14, 10, 900),
    "s2025-slecht": (8, 10, 900),
    "dc-2022": (14, 10, 900),
}

_FULL = "O:BAG:DUD:AI(A;OICI;FA;;;WD)(A;OICIID;FA;;;SY)(A;OICIID;FA;;;BA)"
_DEFAULT = (
    "O:BAG:DUD:AI(A;OICIID;FA;;;BA)(A;OICIID;FA;;;SY)(A;OICIID;0x1200a9;;;BU)(A;ID;0x1301bf;;;AU)"
    "(A;OICIIOID;SDGXGWGR;;;AU)"
)
_CLOSED = f"O:BAG:DUD:PAI(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)(A;OICI;0x1301bf;;;{_DESK})"
_USERS = "O:BAG:DUD:PAI(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)(A;OICI;0x1200a9;;;BU)"
_PEOPLE = f"O:BAG:DUD:PAI(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)(A;OICI;0x1301bf;;;{_DU})"
_EVERYONE = "O:BAG:DUD:(A;;FA;;;WD)"
# Name, path, rights of the share, rights of the folder (None: they may not be read).
SHARES: dict[str, tuple[tuple[str, str, str | None, str | None], ...]] = {
    "w11-slecht": (
        ("Scans", r"C:\Scans", _EVERYONE, _FULL),
        ("Directie", r"C:\Directie", _EVERYONE, "O:BAG:DUD:PAI(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)"),
    ),
    "w11-de": (("Vorlagen", r"C:\Vorlagen", "O:BAG:DUD:(A;;0x1200a9;;;WD)", _USERS),),
    "w10-goed": (("Planning", r"C:\Planning", f"O:BAG:DUD:(A;;FA;;;BA)(A;;0x1301bf;;;{_DESK})", _DEFAULT),),
    "w10-slecht": (("Magazijn", r"C:\Magazijn", "O:BAG:DUD:(A;;0x1301bf;;;AU)", _DEFAULT),),
    "s2016-slecht": (("Data", r"D:\Data", _EVERYONE, _FULL), ("Oud", r"D:\Oud", "O:BAG:DUD:(A;;FR;;;AN)", _FULL)),
    "s2016-goed": (("Backup$", r"E:\Backup", f"O:BAG:DUD:(A;;FA;;;{DOMAIN_SID}-1177)", _CLOSED),),
    "s2019-goed": (("Daten", r"D:\Daten", "O:BAG:DUD:(A;;0x1301bf;;;DU)(A;;FA;;;BA)", _PEOPLE),),
    "s2019-slecht": (
        ("Pakket", r"D:\Pakket", "O:BAG:DUD:(A;;0x1301bf;;;AU)", _DEFAULT),
        ("Archief", r"D:\Archief", "O:BAG:DUD:(A;;FA;;;WD)", None),
        ("Leeg", r"D:\Leeg", None, _CLOSED),
    ),
    "s2025-goed": (
        ("Bestanden", r"D:\Bestanden", f"O:BAG:DUD:(D;;FA;;;BG)(A;;FA;;;BA)(A;;0x1301bf;;;{_DESK})", _CLOSED),
    ),
    "s2025-slecht": (
        ("Profile$", r"D:\Profile", "O:BAG:DUD:NO_ACCESS_CONTROL", "O:BAG:DUD:NO_ACCESS_CONTROL"),
        ("Gast", r"D:\Gast", "O:BAG:DUD:(A;;FR;;;BG)", _FULL),
    ),
}  # fmt: skip
LOOSE = ("s2016-slecht",)

# Rules of the machine; minutes that Intune asks for; the screen saver of the usual user, by policy and by himself.
SYSTEM: dict[str, dict[str, int]] = {
    "w11-goed": {"EnableLUA": 1, "ConsentPromptBehaviorAdmin": 2},
    "w11-slecht": {"EnableLUA": 0, "ConsentPromptBehaviorAdmin": 0},
    "w11-de": {"EnableLUA": 1, "ConsentPromptBehaviorAdmin": 0, "InactivityTimeoutSecs": 1800},
    "w10-goed": {"EnableLUA": 1, "ConsentPromptBehaviorAdmin": 5},
    "w10-slecht": {"EnableLUA": 1, "ConsentPromptBehaviorAdmin": 5, "InactivityTimeoutSecs": 0},
    "s2016-slecht": {"EnableLUA": 0},
    "s2016-goed": {"InactivityTimeoutSecs": 900},
    "s2019-goed": {"EnableLUA": 1, "InactivityTimeoutSecs": 600},
    "s2019-slecht": {"EnableLUA": 1, "ConsentPromptBehaviorAdmin": 5},
    "s2025-goed": {"EnableLUA": 1, "InactivityTimeoutSecs": 900},
    "s2025-slecht": {"EnableLUA": 1},
    "dc-2022": {"EnableLUA": 1, "InactivityTimeoutSecs": 900},
}
DEVICE_LOCK = {
    "w11-goed": {"MaxInactivityTimeDeviceLock": 10, "DevicePasswordEnabled": 0},
    "w10-slecht": {"MaxInactivityTimeDeviceLock": 0, "DevicePasswordEnabled": 1},
}
_SAVER = r"C:\Windows\system32\scrnsave.scr"
SAVERS: dict[str, tuple[dict[str, str], dict[str, str]]] = {
    "w10-goed": (
        {"ScreenSaveActive": "1", "ScreenSaveTimeOut": "600", "ScreenSaverIsSecure": "1", "SCRNSAVE.EXE": _SAVER},
        {"ScreenSaveActive": "0", "ScreenSaveTimeOut": "3600", "ScreenSaverIsSecure": "0", "SCRNSAVE.EXE": _SAVER},
    ),
    "w10-slecht": ({}, {"ScreenSaveActive": "1", "ScreenSaverIsSecure": "1", "ScreenSaveTimeOut": "300"}),
    "w11-slecht": ({}, {"ScreenSaveActive": "0"}),
}


def _own(machine: str, profile: Profile) -> list[dict[str, Any]]:
    on, used = ADMINISTRATOR[machine]
    administrator, guest = _NAMES[profile.language]
    rows: list[tuple[int, str, bool, bool, float | None]] = [
        (500, administrator, on, True, used),
        (501, guest, machine in GUEST_ON, False, None),
        (503, "DefaultAccount", False, False, None),
        (504, "WDAGUtilityAccount", False, True, None),
    ]
    rows += [(number, name, True, required, last) for number, name, required, last in OTHERS.get(machine, ())]
    return [
        {
            "SID": {"@sid": f"{profile.sid}-{number}"},
            "Name": name,
            "Enabled": enabled,
            "PasswordRequired": required,
            "LastLogon": None if last is None else date(last),
        }
        for number, name, enabled, required, last in rows
    ]


def _accounts(machine: str, profile: Profile) -> dict[str, Any]:
    """A domain controller has none of its own: whoever asks there is told of the whole domain."""
    if profile.controller:
        of_all = {
            "SID": {"@sid": f"{DOMAIN_SID}-1107"},
            "Name": "gebruiker1",
            "Enabled": True,
            "PasswordRequired": False,
        }
        return {"commands": {"Get-LocalUser": [of_all]}}
    rows = _own(machine, profile)
    plain = [
        {
            "SID": row["SID"]["@sid"],
            "Name": row["Name"],
            "Disabled": not row["Enabled"],
            "PasswordRequired": row["PasswordRequired"],
            "LocalAccount": True,
        }
        for row in rows
    ]
    refused = {
        "@error": {
            "id": "AccessDenied,Microsoft.PowerShell.Commands.GetLocalUserCommand",
            "category": "PermissionDenied",
        }
    }
    group = _GROUP[profile.language]
    entry = {"Name": group, "SID": "S-1-5-32-544", "LocalAccount": True}
    commands = {} if machine in NO_MODULE else {"Get-LocalUser": {"@user": refused, "@rows": rows}}
    return {
        "commands": commands,
        "cim": {"root/cimv2:Win32_UserAccount": plain, "root/cimv2:Win32_Group": [entry]},
        "adsi": {f"WinNT://{profile.computer}/{group},group": {"members": _members(machine, profile)}},
    }


def _members(machine: str, profile: Profile) -> list[dict[str, Any]]:
    place = "KANTOOR" if profile.joined == "domain" else "WORKGROUP"
    administrator = (f"{profile.sid}-500", f"WinNT://{place}/{profile.computer}/{_NAMES[profile.language][0]}", "User")
    found = [administrator]
    for sid, path, kind in ADMINS[machine]:
        own = sid.startswith("-")
        found.append(
            (profile.sid + sid if own else sid, f"WinNT://{place}/{profile.computer}/{path}" if own else path, kind)
        )
    rows = [{"objectSid": sid, "ADsPath": path, "Class": kind, "SchemaClassName": kind} for sid, path, kind in found]
    for row in rows:
        if row["objectSid"] == _GONE:  # its properties cannot be read any more
            del row["objectSid"]
    return rows


def _rules(run: str) -> dict[str, Any]:
    profile = RUNS[run]
    length, attempts, lock = RULES[profile.base]
    said: dict[str, Any] = {
        "MinPasswordLength": length,
        "MaxBadPasswordsAllowed": attempts,
        "AutoUnlockInterval": lock,
        "LockoutObservationInterval": 900,
        "PasswordHistoryLength": 24,
    }
    return {f"WinNT://{profile.computer},computer": said if profile.admin else dict.fromkeys(said)}


def _registry(machine: str) -> dict[str, Any]:
    found: dict[str, Any] = {
        rf"{NT}\Winlogon": AUTOMATIC.get(machine, {"AutoAdminLogon": "0"}),
        rf"{CONTROL}\Lsa": {
            **({"LimitBlankPasswordUse": BLANK[machine]} if machine in BLANK else {}),
            **({"EveryoneIncludesAnonymous": 1} if machine in LOOSE else {}),
        },
        rf"{SOFTWARE}\Policies\System": SYSTEM[machine],
        **LAPS.get(machine, {}),
    }
    if machine in EXTENSION:
        found[rf"{NT}\Winlogon\GPExtensions\{{D76B9641-3288-4f75-942D-087DE603E3EA}}"] = {"DllName": "AdmPwd.dll"}
    if machine in DEVICE_LOCK:
        found[r"HKLM\SOFTWARE\Microsoft\PolicyManager\current\device\DeviceLock"] = DEVICE_LOCK[machine]
    if machine in LOOSE:
        found[rf"{SERVICES}\LanmanServer\Parameters"] = {"RestrictNullSessAccess": 0}
    user = user_sids(machine)[0]
    if groups := GROUPS_OF_USER.get(machine):
        values = {f"Group{number}": sid for number, sid in enumerate(groups)}
        found[rf"{SOFTWARE}\Group Policy\{user}\GroupMembership"] = {"Count": len(groups), **values}
    if machine in SAVERS:
        policy, own = SAVERS[machine]
        found[rf"HKU\{user}\Control Panel\Desktop"] = own
        if policy:
            found[rf"HKU\{user}\Software\Policies\Microsoft\Windows\Control Panel\Desktop"] = policy
    return found


def _rotation(machine: str) -> dict[str, Any]:
    if machine in NO_LAPS:
        return {}
    events: list[dict[str, Any]] = [
        {
            "Id": event,
            "Level": 2 if event == 10005 else 4,
            "time": days_ago(days),
            "ProviderName": "Microsoft-Windows-LAPS",
        }
        for event, days in ROTATED.get(machine, ())
    ]
    sizes = {"IsEnabled": True, "MaximumSizeInBytes": 1052672, "FileSize": 69632, "RecordCount": 40, "LogMode": 0}
    begun: dict[str, Any] = {"Id": 10003, "Level": 4, "time": days_ago(90), "ProviderName": "Microsoft-Windows-LAPS"}
    return {LAPS_LOG: {**sizes, "events": [{**event, "Properties": ["0x0"]} for event in (*events, begun)]}}


def _shares(machine: str, profile: Profile) -> dict[str, Any]:
    rows = [
        {"Name": "ADMIN$", "Path": r"C:\Windows", "Special": True, "SecurityDescriptor": None},
        {"Name": "C$", "Path": "C:\\", "Special": True, "SecurityDescriptor": None},
        {"Name": "IPC$", "Path": "", "Special": True, "SecurityDescriptor": None},
    ]
    if profile.controller:
        sysvol = r"C:\Windows\SYSVOL\sysvol"
        for name, path in (("SYSVOL", sysvol), ("NETLOGON", rf"{sysvol}\kantoor.example\SCRIPTS")):
            rights = "O:BAG:SYD:(A;;FR;;;WD)(A;;FA;;;BA)(A;;0x1301bf;;;AU)"
            rows.append({"Name": name, "Path": path, "Special": False, "SecurityDescriptor": rights})
    folders: dict[str, Any] = {"@by": "LiteralPath"}
    for name, path, outside, inside in SHARES.get(machine, ()):
        rows.append({"Name": name, "Path": path, "Special": False, "SecurityDescriptor": outside})
        if inside is not None:
            folders[path] = {"Sddl": inside}
    if profile.kind == "server":
        printer = {"Name": "HP", "Path": "HP LaserJet,LocalsplOnly", "Special": False}
        rows.append({**printer, "SecurityDescriptor": "O:BAG:DUD:(A;;FA;;;WD)"})
        rows.append({"Name": "print$", "Path": r"C:\Windows\system32\spool\drivers", "Special": False,
                     "SecurityDescriptor": "O:BAG:DUD:(A;;FR;;;WD)(A;;FA;;;BA)"})  # fmt: skip
    return {"Get-SmbShare": rows, "Get-Acl": folders}


def _fragment(machine: str, profile: Profile) -> dict[str, Any]:
    accounts = _accounts(machine, profile)
    return {
        **accounts,
        "registry": _registry(machine),
        "adsi": {**accounts.get("adsi", {}), **_rules(machine)},
        "logs": _rotation(machine),
        "commands": {**accounts["commands"], **_shares(machine, profile)},
    }


FRAGMENTS: dict[str, dict[str, Any]] = {machine: _fragment(machine, profile) for machine, profile in MACHINES.items()}
FRAGMENTS |= {run: {"adsi": _rules(run)} for run, profile in RUNS.items() if run not in MACHINES}

NO, WARN, FAIL, PASS, DARK = "not_applicable", "warn", "fail", "pass", "not_assessed"
_ADMINS = {
    "w11-goed": PASS, "w11-slecht": FAIL, "w11-de": WARN, "w10-goed": PASS, "w10-slecht": FAIL, "s2016-slecht": FAIL,
    "s2016-goed": PASS, "s2019-goed": PASS, "s2019-slecht": WARN, "s2025-goed": PASS, "s2025-slecht": FAIL,
    "dc-2022": NO, "w11-goed~beperkt": DARK, "w11-slecht~gebruiker": DARK,
}  # fmt: skip
_LAPS = {
    "w11-goed": PASS, "w11-slecht": NO, "w11-de": WARN, "w10-goed": PASS, "w10-slecht": NO, "s2016-slecht": FAIL,
    "s2016-goed": WARN, "s2019-goed": PASS, "s2019-slecht": WARN, "s2025-goed": PASS, "s2025-slecht": FAIL,
    "dc-2022": NO, "w11-goed~beperkt": PASS, "w11-slecht~gebruiker": DARK,
}  # fmt: skip
_RULES = {
    "w11-goed": NO, "w11-slecht": FAIL, "w11-de": WARN, "w10-goed": PASS, "w10-slecht": FAIL, "s2016-slecht": FAIL,
    "s2016-goed": PASS, "s2019-goed": PASS, "s2019-slecht": WARN, "s2025-goed": PASS, "s2025-slecht": WARN,
    "dc-2022": PASS, "w11-slecht~gebruiker": DARK,
}  # fmt: skip
_SAFE = {"AutoAdminLogon": PASS, "LimitBlankPasswordUse": PASS, "Administrator": PASS}
_ACCOUNTS: dict[str, dict[str, str]] = {
    "w11-goed": {**_SAFE, "Gast": PASS},
    "w11-slecht": {
        "AutoAdminLogon": FAIL, "LimitBlankPasswordUse": FAIL, "Administrator": WARN, "Gast": FAIL, "gebruiker1": FAIL,
    },
    "w11-de": {**_SAFE, "AutoAdminLogon": WARN, "Gast": PASS},
    "w10-goed": {**_SAFE, "Guest": PASS},
    "w10-slecht": {**_SAFE, "AutoAdminLogon": FAIL, "Administrator": WARN, "Gast": PASS},
    "s2016-slecht": {**_SAFE, "Gast": FAIL},
    "s2016-goed": {**_SAFE, "Guest": PASS},
    "s2019-goed": {**_SAFE, "Gast": PASS},
    "s2019-slecht": {**_SAFE, "Guest": PASS, "kassa": FAIL},
    "s2025-goed": {**_SAFE, "Gast": PASS},
    "s2025-slecht": {**_SAFE, "Gast": PASS},
    "dc-2022": {"AutoAdminLogon": PASS},
    "w11-slecht~gebruiker": {"AutoAdminLogon": FAIL, "LimitBlankPasswordUse": FAIL, "Get-LocalUser": DARK},
}  # fmt: skip
_SHARES: dict[str, str | dict[str, str]] = {
    "w11-goed": NO,
    "w11-slecht": {"Scans": FAIL, "Directie": WARN},
    "w11-de": {"Vorlagen": WARN},
    "w10-goed": {"Planning": PASS},
    "w10-slecht": {"Magazijn": FAIL},
    "s2016-slecht": {"Data": FAIL, "Oud": WARN, "IPC$": WARN},
    "s2016-goed": {"Backup$": PASS},
    "s2019-goed": {"Daten": PASS},
    "s2019-slecht": {"Pakket": WARN, "Archief": DARK, "Leeg": DARK},
    "s2025-goed": {"Bestanden": PASS},
    "s2025-slecht": {"Profile$": FAIL, "Gast": WARN},
    "dc-2022": NO,
    "w11-slecht~gebruiker": DARK,
}
_UAC = {"w11-slecht": FAIL, "w11-de": WARN, "s2016-slecht": FAIL}
_LOCK = dict.fromkeys(("w11-slecht", "w11-de", "w10-slecht", "s2016-slecht", "s2019-slecht", "s2025-slecht"), WARN)

EXPECTED: dict[tuple[str, str], str | dict[str, str]] = {
    **{(machine, "ACC-WIN-001"): outcome for machine, outcome in _ADMINS.items()},
    **{(machine, "ACC-WIN-002"): parts for machine, parts in _ACCOUNTS.items()},
    **{(machine, "ACC-WIN-003"): outcome for machine, outcome in _LAPS.items()},
    **{(machine, "ACC-WIN-004"): outcome for machine, outcome in _RULES.items()},
    **{(machine, "ACC-WIN-005"): parts for machine, parts in _SHARES.items()},
    **{
        (machine, "ACC-WIN-006"): {"UAC": _UAC.get(machine, PASS), "InactivityTimeoutSecs": _LOCK.get(machine, PASS)}
        for machine in MACHINES
    },
}
