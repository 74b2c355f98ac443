"""Programs on the made-up machines: what is installed, Office, SQL Server, .NET, remote tools and tunnels."""

from __future__ import annotations

from typing import Any

from tests.windows.profiles import MACHINES
from tests.windows.topics.base import SERVICES, SOFTWARE, guid, user_sids

LIST = rf"{SOFTWARE}\Uninstall"
LIST_32 = r"HKLM\SOFTWARE\WOW6432Node\Microsoft\Windows\CurrentVersion\Uninstall"
OFFICE = r"HKLM\SOFTWARE\Microsoft\Office\ClickToRun\Configuration"
FRAMEWORK = r"HKLM\SOFTWARE\Microsoft\NET Framework Setup\NDP"
SQL = r"HKLM\SOFTWARE\Microsoft\Microsoft SQL Server"

# Name and version, as the list of programs shows them; those with a key of their own are named by it.
PROGRAMS: dict[str, tuple[tuple[str, str], ...]] = {
    "w11-goed": (("Microsoft Windows Desktop Runtime - 10.0.1 (x64)", "80.4.13024"), ("7-Zip 25.01 (x64)", "25.01")),
    "w11-slecht": (
        ("Java 8 Update 25", "8.0.250"),
        ("Microsoft .NET Runtime - 6.0.36 (x64)", "48.144.23186"),
        ("AnyDesk", "ad 7.0.15"),
        ("Adobe Acrobat DC (64-bit)", "20.006.20034"),
    ),
    "w11-de": (("Eclipse Temurin JRE with Hotspot 21.0.9+10 (x64)", "21.0.9.10"), ("TeamViewer", "15.70.4")),
    "w10-goed": (("Mozilla Firefox (x64 nl)", "145.0.1"),),
    "w10-slecht": (("RustDesk", "1.2.3"), ("LogMeIn Hamachi", "2.3.0.111"), ("Level Up Fotoboek", "3.1")),
    "s2016-slecht": (("ScreenConnect Client (8f3c1a2b4d5e6f70)", "23.9.8.8811"), ("Node.js", "16.20.2")),
    "s2016-goed": (("Veeam Backup & Replication Server", "13.0.1.180"),),
    "s2019-slecht": (("Apache Tomcat 8.5 Tomcat8 (remove only)", "8.5.100"), ("AteraAgent", "1.8.7.2")),
    "s2025-goed": (("Microsoft ASP.NET Core 10.0.1 - Shared Framework (x64)", "10.0.1.25569"),),
    "s2025-slecht": (
        ("PostgreSQL 12 ", "12.5-1"),
        ("TightVNC", "2.8.85.0"),
        ("Microsoft Exchange Server 2016 Cumulative Update 23", "15.1.2507.6"),
        ("OpenSSL 1.1.1w (64-bit)", ""),
    ),
}
OF_USERS: dict[str, tuple[tuple[str, str], ...]] = {
    "w11-goed": (("Zoom Workplace (64-bit)", "6.6.6.19875"),),
    "w11-slecht": (("TeamViewer 9", "9.0.32494"), ("Python 3.8.10 (64-bit)", "3.8.10150.0")),
}
OLD_OFFICE = {"w10-slecht": ("Office15.STANDARD", "Microsoft Office Standard 2013", "15.0.4569.1506")}
SUITES = {
    "w11-goed": "O365ProPlusRetail",
    "w11-slecht": "ProPlus2019Retail,VisioProRetail",
    "w11-de": "Standard2024Volume,ProjectPro2021Volume",
    "w10-goed": "O365BusinessRetail",
    "s2025-slecht": "HomeBusinessRetail",
}
SERVERS: dict[str, dict[str, str]] = {
    "s2016-slecht": {"MSSQL12.PAKKET": "12.3.6024.0"},
    "s2019-goed": {"MSSQL15.MSSQLSERVER": "15.0.4415.2"},
    "s2019-slecht": {"MSSQL13.PAKKET": "13.2.5026.0", "MSSQL10_50.SQLEXPRESS": "10.53.6000.34"},
    "s2025-goed": {"MSSQL16.BOEKHOUDING": "16.0.4215.2"},
}
NET = {"s2016-slecht": (394802, "4.6.01590"), "s2016-goed": (528049, "4.8.03761"), "w11-goed": (533320, "4.8.09032")}
NET_35 = ("w10-slecht", "s2019-slecht")

# Services of tools: name, how it starts, whether it runs, its command line; secrets in it must stay on the machine.
TOKEN = "eyJhIjoiZ2VoZWltIiwidCI6InRva2VuIn0"
TOOLS: dict[str, tuple[tuple[str, int, bool, str], ...]] = {
    "w11-slecht": (
        ("AnyDesk", 2, True, '"C:\\Program Files (x86)\\AnyDesk\\AnyDesk.exe" --service'),
        ("Cloudflared", 2, True, f"C:\\cloudflared\\cloudflared.exe tunnel run --token {TOKEN}"),
    ),
    "w11-de": (("TeamViewer", 2, False, '"C:\\Program Files\\TeamViewer\\TeamViewer_Service.exe"'),),
    "w10-slecht": (
        ("RustDesk", 2, True, '"C:\\Program Files\\RustDesk\\rustdesk.exe" --service'),
        ("Hamachi2Svc", 3, False, '"C:\\Program Files (x86)\\LogMeIn Hamachi\\x64\\hamachi-2.exe" -s'),
    ),
    "s2016-slecht": (
        (
            "ScreenConnect Client (8f3c1a2b4d5e6f70)",
            2,
            True,
            f'"C:\\Program Files (x86)\\SC (8f3c1a2b4d5e6f70)\\ScreenConnect.ClientService.exe" "?k={TOKEN}"',
        ),
    ),
    "s2016-goed": (("ngrok", 4, False, "C:\\ngrok\\ngrok.exe service run"),),
    "s2019-slecht": (
        ("AteraAgent", 2, True, '"C:\\Program Files\\ATERA Networks\\AteraAgent\\AteraAgent.exe"'),
        ("Tailscale", 2, True, '"C:\\Program Files\\Tailscale\\tailscaled.exe"'),
    ),
    "s2025-slecht": (
        ("tvnserver", 2, True, '"C:\\Program Files\\TightVNC\\tvnserver.exe" -service'),
        ("ZeroTierOneService", 2, True, "C:\\ProgramData\\ZeroTier\\One\\zerotier-one_x64.exe"),
    ),
}
_MODES = {2: "Auto", 3: "Manual", 4: "Disabled"}
RUNNING = {"s2016-slecht": ("ngrok.exe",), "w11-slecht": ("TeamViewer.exe",), "s2025-slecht": ("frpc.exe",)}


def _listed(name: str, version: str) -> dict[str, str]:
    return {"DisplayName": name, "DisplayVersion": version, "Publisher": name.split()[0]}


def _installed(machine: str) -> dict[str, Any]:
    """As on every Windows: keys without a name, updates of a program, and things that nobody judges."""
    found: dict[str, Any] = {
        LIST: {},
        rf"{LIST}\AddressBook": {},
        rf"{LIST_32}\Microsoft Edge": _listed("Microsoft Edge", "142.0.3595.94"),
        rf"{LIST_32}\Microsoft Edge Update": {"ParentKeyName": "Microsoft Edge", "DisplayName": "Java 8 Update 1"},
    }
    for number, (name, version) in enumerate(PROGRAMS.get(machine, ())):
        place = LIST_32 if "AnyDesk" in name or "ScreenConnect" in name else LIST
        found[rf"{place}\{{{guid(f'{machine} {number}')}}}"] = _listed(name, version)
    if machine in OLD_OFFICE:
        key, name, version = OLD_OFFICE[machine]
        found[rf"{LIST}\{key}"] = _listed(name, version)
    for sid in user_sids(machine):  # only administrators and he himself may look into them
        found[rf"HKU\{sid}"] = {"@denied": "user"}
    user = user_sids(machine)[0]
    for name, version in OF_USERS.get(machine, ()):
        key = rf"HKU\{user}\Software\Microsoft\Windows\CurrentVersion\Uninstall\{name.split()[0]}"
        found[key] = _listed(name, version)
    return found


def _products(machine: str) -> dict[str, Any]:
    release, version = NET.get(machine, (528372, "4.8.04084"))
    found: dict[str, Any] = {rf"{FRAMEWORK}\v4\Full": {"Release": release, "Version": version, "Install": 1}}
    if machine in NET_35:
        found[rf"{FRAMEWORK}\v3.5"] = {"Install": 1, "SP": 1, "Version": "3.5.30729.4926"}
    if machine in SUITES:
        found[OFFICE] = {"ProductReleaseIds": SUITES[machine], "VersionToReport": "16.0.19328.20158"}
    servers = SERVERS.get(machine, {})
    for instance, patched in servers.items():
        found[rf"{SQL}\{instance}\Setup"] = {"PatchLevel": patched, "Version": patched, "Edition": "Express Edition"}
    if servers:
        found[rf"{SQL}\Instance Names\SQL"] = {instance.partition(".")[2]: instance for instance in servers}
    if machine == "s2025-goed":  # left behind by an upgrade
        found[rf"{SQL}\MSSQL11.BOEKHOUDING\Setup"] = {"PatchLevel": "11.4.7001.0", "Version": "11.4.7001.0"}
    return found


def _fragment(machine: str) -> dict[str, Any]:
    rows, keys = [], {}
    for name, start, runs, command in TOOLS.get(machine, ()):
        state = "Running" if runs else "Stopped"
        rows.append({"Name": name, "State": state, "StartMode": _MODES[start], "StartName": "LocalSystem"})
        keys[rf"{SERVICES}\{name}"] = {"Type": 16, "Start": start, "ObjectName": "LocalSystem", "ImagePath": command}
    keys[rf"{SERVICES}\disk"] = {"Type": 1, "Start": 0, "ImagePath": r"System32\drivers\disk.sys"}
    names = ["System Idle Process", "System", "svchost.exe", "svchost.exe", "lsass.exe", *RUNNING.get(machine, ())]
    names += [
        command.split('"')[1].rpartition("\\")[2]
        for _, _, runs, command in TOOLS.get(machine, ())
        if runs and '"' in command
    ]
    return {
        "registry": {**_installed(machine), **_products(machine), **keys},
        "cim": {
            "root/cimv2:Win32_Service": rows,
            "root/cimv2:Win32_Process": [{"Name": name, "CommandLine": f"{name} --key {TOKEN}"} for name in names],
        },
    }


FRAGMENTS: dict[str, dict[str, Any]] = {machine: _fragment(machine) for machine in MACHINES}

PASS, WARN, FAIL, DARK = "pass", "warn", "fail", "not_assessed"
_SUPPORTED: dict[str, dict[str, str]] = {
    "w11-goed": {".NET Framework 4": PASS, "O365ProPlusRetail": PASS, "dotnet 10.0": PASS},
    "w11-slecht": {
        ".NET Framework 4": PASS,
        "ProPlus2019Retail": FAIL,
        "java-oracle 8": FAIL,
        "dotnet 6.0": FAIL,
        "python 3.8": FAIL,
    },
    "w11-de": {"Standard2024Volume": PASS, "ProjectPro2021Volume": FAIL, "java-temurin 21": PASS},
    "w10-goed": {"O365BusinessRetail": PASS, ".NET Framework 4": PASS},
    "w10-slecht": {"Microsoft Office Standard 2013": FAIL, ".NET Framework 3.5": PASS},
    "s2016-slecht": {".NET Framework 4": WARN, "SQL Server PAKKET": FAIL, "nodejs": FAIL},
    "s2016-goed": {"veeam-br": PASS, ".NET Framework 4": PASS},
    "s2019-goed": {"SQL Server MSSQLSERVER": PASS},
    "s2019-slecht": {"SQL Server PAKKET": FAIL, "SQL Server SQLEXPRESS": FAIL, "tomcat 8.5": FAIL},
    "s2025-goed": {"SQL Server BOEKHOUDING": PASS, "dotnet 10.0": PASS},
    "s2025-slecht": {"HomeBusinessRetail": FAIL, "exchange": FAIL, "postgresql 12": FAIL, "openssl 1.1": FAIL},
    "dc-2022": {".NET Framework 4": PASS},
}
_TOOLS: dict[str, str | dict[str, str]] = {
    **dict.fromkeys(("w11-goed", "w10-goed", "s2016-goed", "s2019-goed", "s2025-goed", "dc-2022"), PASS),
    "w11-slecht": {"AnyDesk": WARN, "TeamViewer": WARN},
    "w11-de": {"TeamViewer": WARN},
    "w10-slecht": {"RustDesk": WARN},
    "s2016-slecht": {"ScreenConnect": WARN},
    "s2019-slecht": {"Atera": WARN},
    "s2025-slecht": {"VNC": WARN},
    "w11-slecht~gebruiker": {"AnyDesk": WARN, "programs of users": DARK, "processes": DARK},
}
_TUNNELS: dict[str, str | dict[str, str]] = {
    **dict.fromkeys(("w11-goed", "w11-de", "w10-goed", "s2016-goed", "s2019-goed", "s2025-goed", "dc-2022"), PASS),
    "w11-slecht": {"cloudflared": FAIL},
    "w10-slecht": {"Hamachi": WARN},
    "s2016-slecht": {"ngrok": FAIL},
    "s2019-slecht": {"Tailscale": WARN},
    "s2025-slecht": {"frp": FAIL, "ZeroTier": WARN},
    "s2016-goed~gebruiker": {"processes": DARK},
}
EXPECTED: dict[tuple[str, str], str | dict[str, str]] = {
    **{(machine, "UPD-WIN-005"): parts for machine, parts in _SUPPORTED.items()},
    **{(machine, "EXP-ANY-001"): parts for machine, parts in _TOOLS.items()},
    **{(machine, "EXP-ANY-002"): parts for machine, parts in _TUNNELS.items()},
}
