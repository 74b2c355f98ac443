"""Who asks on a made-up machine: the groups of the token, what `whoami.exe` prints of them, the environment."""

from __future__ import annotations

from typing import Any

from tests.windows.profiles import DOMAIN_SID, Profile

_POWERS = {"nl": "VOORDEFINIEERD", "de": "VORDEFINIERT", "en": "BUILTIN"}
_ADMINS = {"nl": "Administrators", "de": "Administratoren", "en": "Administrators"}
_USERS = {"nl": "Gebruikers", "de": "Benutzer", "en": "Users"}
_LABEL = {
    "nl": r"Verplicht label\Verplicht niveau",
    "de": r"Verbindliche Beschriftung\Verbindlichkeitsstufe",
    "en": r"Mandatory Label\Mandatory Level",
}
_ON = {
    "nl": "Verplichte groep, Standaard ingeschakeld, Ingeschakelde groep",
    "de": "Verbindliche Gruppe, Standardmäßig aktiviert, Aktivierte Gruppe",
    "en": "Mandatory group, Enabled by default, Enabled group",
}
_DENY = {
    "nl": "Groep die alleen wordt gebruikt voor weigeren",
    "de": "Gruppe, die nur zum Ablehnen verwendet wird",
    "en": "Group used for deny only",
}
HIGH, MEDIUM = "S-1-16-12288", "S-1-16-8192"


def account(profile: Profile) -> tuple[str, str]:
    """The name and the SID of the account that asks: an administrator of the office, or somebody like everybody."""
    own, number = ("nis2scan", 1142) if profile.admin else ("meekijker", 1188)
    domain, sid = (profile.computer, profile.sid) if profile.local else ("KANTOOR", DOMAIN_SID)
    return f"{domain}\\{own}", f"{sid}-{number}"


def groups(profile: Profile) -> list[str]:
    """The SIDs in its token. A local administrator without its rights (UAC at the door) still carries S-1-5-114."""
    found = ["S-1-1-0"]
    if profile.local:
        found.append("S-1-5-114")
    if profile.admin or profile.local:
        found.append("S-1-5-32-544")
    if not profile.admin:
        found.append("S-1-5-32-580")
    if profile.logs:
        found.append("S-1-5-32-573")
    found += ["S-1-5-32-545", "S-1-5-2", "S-1-5-11", "S-1-5-15"]
    found.append("S-1-5-113" if profile.local else f"{DOMAIN_SID}-513")
    return [*found, HIGH if profile.admin else MEDIUM]


def rights(profile: Profile) -> dict[str, Any]:
    """What the made-up Windows lets this account do."""
    name, sid = account(profile)
    found = {"user": name, "sid": sid, "groups": groups(profile), "admin": profile.admin, "network": True}
    return {**found, "logs": profile.admin or profile.logs, "constrained": profile.constrained}


def environment(profile: Profile) -> dict[str, str]:
    name, _ = account(profile)
    domain, _, user = name.partition("\\")
    return {
        "COMPUTERNAME": profile.computer,
        "USERDOMAIN": domain,
        "USERNAME": user,
        "SystemRoot": r"C:\Windows",
        "windir": r"C:\Windows",
        "SystemDrive": "C:",
        "ProgramFiles": r"C:\Program Files",
        "ProgramFiles(x86)": r"C:\Program Files (x86)",
        "ProgramData": r"C:\ProgramData",
        "PROCESSOR_ARCHITECTURE": "AMD64",
    }


def whoami(profile: Profile) -> dict[str, Any]:
    """The program as it is asked; names of groups are in the language of the system, their SIDs never."""
    name, sid = account(profile)
    lines = [_line(profile, group) for group in groups(profile)]
    return {
        "whoami.exe /groups /fo csv /nh": {"out": "".join(lines)},
        "whoami.exe /user /fo csv /nh": {"out": f'"{name.lower()}","{sid}"\r\n'},
    }


def _line(profile: Profile, group: str) -> str:
    language = profile.language
    powers = _POWERS[language]
    names = {
        "S-1-5-32-544": (f"{powers}\\{_ADMINS[language]}", "Alias"),
        "S-1-5-32-545": (f"{powers}\\{_USERS[language]}", "Alias"),
        HIGH: (_LABEL[language], "Label"),
        MEDIUM: (_LABEL[language], "Label"),
    }
    name, kind = names.get(group, (f"NT AUTHORITY\\{group}", "Well-known group"))
    off = group == "S-1-5-32-544" and not profile.admin
    return f'"{name}","{kind}","{group}","{_DENY[language] if off else _ON[language]}"\r\n'
