"""The made-up Macs. One table each; what two have in common stands in shapes.py."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from tests.macos import shapes
from tests.macos.pretend import USER, Mac, days_ago, said, xml
from tests.macos.shapes import container, disk, start, volume

SETTINGS = "Library/Preferences/com.apple.SoftwareUpdate.plist"
MANAGED = "Library/Managed Preferences"
LOGIN = "Library/Preferences/com.apple.loginwindow.plist"
SMB = "Library/Preferences/SystemConfiguration/com.apple.smb.server.plist"
TIME_MACHINE = "Library/Preferences/com.apple.TimeMachine.plist"
HISTORY = "Library/Receipts/InstallHistory.plist"

_ALWAYS = (
    "/sbin/launchd",
    "/usr/libexec/logd",
    "/usr/libexec/opendirectoryd",
    "/usr/libexec/timed",
    "/usr/sbin/syslogd",
)


def running(*paths: str) -> bytes:
    return "".join(f"{path}\n" for path in (*_ALWAYS, *paths, "/bin/sh", "ps")).encode()


def history(*rows: tuple[float, str, str]) -> bytes:
    """rows: days ago, name and version of what was installed."""
    return xml(
        [
            {
                "date": days_ago(days),
                "displayName": name,
                "displayVersion": version,
                "packageIdentifiers": ["com.apple.pkg." + name.split(" ")[0]],
                "processName": "softwareupdated",
            }
            for days, name, version in rows
        ]
    )


def destination(name: str, days: float, state: str, **more: Any) -> dict[str, Any]:
    return {
        "BytesAvailable": 900 * shapes.GIB,
        "BytesUsed": 400 * shapes.GIB,
        "DestinationID": "00000000-0000-4000-A000-0000000000DE",
        "FilesystemTypeName": "apfs",
        "LastKnownEncryptionState": state,
        "LastKnownVolumeName": name,
        "RESULT": 0,
        "ReferenceLocalSnapshotDate": days_ago(0.1),
        "SnapshotDates": [days_ago(days + gap) for gap in (9, 5, 1, 0)],
        **more,
    }


def interface(name: str, *lines: str, active: bool = True) -> str:
    flags = "flags=8863<UP,BROADCAST,SMART,RUNNING,SIMPLEX,MULTICAST>"
    rows = [f"{name}: {flags} mtu 1500", "\toptions=6460<TSO4,TSO6,CHANNEL_IO>", "\tether 02:00:5e:00:53:01"]
    rows += [f"\t{line}" for line in lines]
    return "\n".join([*rows, "\tmedia: autoselect", f"\tstatus: {'active' if active else 'inactive'}"]) + "\n"


LOOP = (
    "lo0: flags=8049<UP,LOOPBACK,RUNNING,MULTICAST> mtu 16384\n\toptions=1203<RXCSUM,TXCSUM,TXSTATUS,SW_TIMESTAMP>\n"
    "\tinet 127.0.0.1 netmask 0xff000000\n\tinet6 ::1 prefixlen 128\n\tinet6 fe80::1%lo0 prefixlen 64 scopeid 0x1\n"
    "\tnd6 options=201<PERFORMNUD,DAD>\n"
)
AWDL = (
    "awdl0: flags=8843<UP,BROADCAST,RUNNING,SIMPLEX,MULTICAST> mtu 1500\n"
    "\tinet6 fe80::b0a1:2fff:fe00:5301%awdl0 prefixlen 64 scopeid 0xe\n\tstatus: active\n"
)


def _network(forwarding: int, *interfaces: str) -> dict[str, Any]:
    return {
        "ifconfig": {"-a": said(LOOP + "".join(interfaces) + AWDL)},
        "sysctl": {
            "-n net.inet.ip.forwarding": said(f"{forwarding}\n"),
            "-n net.inet6.ip6.forwarding": said("0\n"),
        },
    }


def _merged(*tables: dict[str, Any]) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for table in tables:
        for program, replies in table.items():
            made[program] = {**made.get(program, {}), **replies}
    return made


LAN = interface(
    "en0", "inet6 fe80::c1:5300%en0 prefixlen 64 secured scopeid 0xb", "inet 192.168.10.21 netmask 0xffffff00"
)


def healthy() -> Mac:
    """A MacBook of 2024 with macOS 26, under a management server."""
    inside = disk("disk0", ("disk0s1", "Apple_APFS_ISC", "", ""), ("disk0s2", "Apple_APFS", "", ""))
    backup = disk("disk4", ("disk4s1", "EFI", "EFI", ""), ("disk4s2", "Apple_APFS", "", ""))
    containers = [
        container(
            "disk1", "disk0s1", volume("disk1s1", "iSCPreboot", ["Preboot"]), volume("disk1s2", "xART", ["xART"])
        ),
        container("disk3", "disk0s2", *start("disk3", vault=True)),
        container("disk5", "disk4s2", volume("disk5s1", "Reservekopie", ["Backup"], vault=True)),
    ]
    replies = _merged(
        shapes.system("26.1", "25B78", "Mac16,1", "5A3B0C1D-2E4F-4A6B-8C7D-0123456789AB", laptop=True),
        {
            "fdesetup": shapes.keys("FileVault is On.\n", personal=True),
            "profiles": shapes.profiles(mdm=True, escrow=True),
            "diskutil": shapes.disks(containers, [inside], [backup], "disk3"),
            "launchctl": shapes.services({"com.openssh.sshd": False, "com.apple.timed": True}),
            "dscl": shapes.users({"beheer": 501, "jan": 502}, ["beheer"], "disabled"),
            "sharing": shapes.shares(("Openbare map van Jan", "/Users/jan/Public", False, True)),
            "socketfilterfw": shapes.firewall(1, stealth=True),
            "systemsetup": {"-getusingnetworktime": said("Network Time: On\n")},
            "app-sso": {"platform -s": said(shapes.SSO)},
        },
        _network(0, LAN),
    )
    files = {
        SETTINGS: xml(
            {
                "AutomaticCheckEnabled": True,
                "AutomaticDownload": True,
                "AutomaticallyInstallMacOSUpdates": True,
                "ConfigDataInstall": True,
                "CriticalUpdateInstall": True,
                "LastAttemptSystemVersion": "26.1 (25B78)",
                "LastFullSuccessfulDate": days_ago(1),
                "LastRecommendedUpdatesAvailable": 0,
                "LastSuccessfulDate": days_ago(1),
                "LastUpdatesAvailable": 0,
                "RecommendedUpdates": [],
            }
        ),
        f"{MANAGED}/com.apple.applicationaccess.plist": xml(
            {"enforcedSoftwareUpdateDelay": 7, "forceDelayedSoftwareUpdates": True}
        ),
        f"{MANAGED}/com.apple.MCX.plist": xml({"DisableGuestAccount": True, "EnableGuestAccount": False}),
        LOGIN: xml({"GuestEnabled": False, "lastUser": "loggedIn", "lastUserName": "jan"}),
        TIME_MACHINE: xml({"AutoBackup": True, "Destinations": [destination("Reservekopie", 0.2, "Encrypted")]}),
        HISTORY: history(
            (200, "macOS 26.0", "26.0"), (12, "macOS 26.1", "26.1"), (3, "XProtectPlistConfigData", "5324")
        ),
        "Applications/Microsoft Defender.app/Contents/Info.plist": b"",
        "Library/Java/JavaVirtualMachines/temurin-21.jdk/Contents/Home/release": (
            b'IMPLEMENTOR="Eclipse Adoptium"\nJAVA_VERSION="21.0.9"\nOS_NAME="Darwin"\n'
        ),
        "Library/Frameworks/Python.framework/Versions/3.14/bin/python3": b"",
        "pretend/console": b"jan\n",
        "pretend/processes": running(
            "/Applications/Microsoft Defender.app/Contents/MacOS/wdavdaemon",
            "/System/Library/CoreServices/Finder.app/Contents/MacOS/Finder",
        ),
    }
    return Mac(replies, files)


def ailing() -> Mac:
    """An iMac of 2017 that nobody looks after."""
    inside = disk("disk0", ("disk0s1", "EFI", "EFI", ""), ("disk0s2", "Apple_APFS", "", ""))
    outside = [
        disk("disk2", ("disk2s1", "EFI", "EFI", ""), ("disk2s2", "Apple_HFS", "Archief & foto's", "/Volumes/Archief")),
        disk("disk3", ("disk3s1", "Windows_NTFS", "STICK", "/Volumes/STICK"), ("disk3s2", "Apple_CoreStorage", "", "")),
    ]
    replies = _merged(
        shapes.system("12.7.6", "21H1320", "iMac18,3", "11111111-2222-4333-8444-555566667777", laptop=False),
        {
            "fdesetup": shapes.keys("FileVault is Off.\n", personal=False),
            "profiles": shapes.profiles(mdm=False, escrow=False),
            "diskutil": shapes.disks(
                [container("disk1", "disk0s2", *start("disk1", vault=False))], [inside], outside, "disk1"
            ),
            "launchctl": shapes.services(
                {
                    "com.apple.smbd": True,
                    "com.openssh.sshd": False,
                    "com.apple.screensharing": True,
                    "com.apple.timed": True,
                }
            ),
            "dscl": shapes.users({"Guest": 201, "els": 501, "kim": 502, "sam": 503}, ["els", "kim", "sam"], "set"),
            "sharing": shapes.shares(
                ("Klanten", "/Users/els/Klanten", True, True), ("Els", "/Users/els/Public", True, False)
            ),
            "socketfilterfw": shapes.firewall(0, stealth=False),
            "systemsetup": {"-getusingnetworktime": said("Network Time: Off\n")},
        },
        _network(1, LAN, interface("en1", "inet 10.20.0.7 netmask 0xffff0000 broadcast 10.20.255.255")),
    )
    waiting = {"Display Name": "macOS Monterey 12.7.7", "Display Version": "12.7.7", "Identifier": "MSU_UPDATE_21H1500"}
    files = {
        SETTINGS: xml(
            {
                "AutomaticDownload": False,
                "CriticalUpdateInstall": 0,
                "LastFullSuccessfulDate": days_ago(90),
                "LastSuccessfulDate": days_ago(90),
                "RecommendedUpdates": [waiting, {"Display Name": "Safari", "Display Version": "17.6"}],
            }
        ),
        LOGIN: xml({"GuestEnabled": True, "autoLoginUser": "els", "lastUserName": "els"}),
        SMB: xml({"AllowGuestAccess": True, "NetBIOSName": "IMAC-ELS"}),
        "etc/kcpassword": b"\x7d\x89",
        TIME_MACHINE: xml(
            {"AutoBackup": False, "BackupAlias": b"\0" * 90, "Destinations": [destination("Kopie", 41, "NotEncrypted")]}
        ),
        HISTORY: history((500, "macOS 12.7.6", "12.7.6"), (95, "XProtectPlistConfigData", "2170")),
        "Applications/TeamViewer.app/Contents/Info.plist": b"",
        "Applications/Microsoft Word.app/Contents/Info.plist": xml({"CFBundleShortVersionString": "16.16.27"}),
        "Library/Java/JavaVirtualMachines/jdk-14.0.2.jdk/Contents/Home/release": (
            b'IMPLEMENTOR="Oracle Corporation"\nJAVA_VERSION="14.0.2"\n'
        ),
        "Library/Frameworks/Python.framework/Versions/2.7/bin/python2.7": b"",
        "pretend/commands": b"ssh -fN -R 8443:localhost:443 els@vps.example\n",
        "etc/syslog.conf": b"# old\n*.err;kern.*\t@192.0.2.9\n",
        "pretend/console": b"els\n",
        "pretend/processes": running(
            "/Applications/TeamViewer.app/Contents/MacOS/TeamViewer_Service",
            "/Applications/AnyDesk.app/Contents/MacOS/AnyDesk",
            "/usr/local/bin/ngrok",
        ),
    }
    return Mac(replies, files)


def middling() -> Mac:
    """A Mac mini with macOS 15 on which most things are half done."""
    inside = disk("disk0", ("disk0s1", "Apple_APFS_ISC", "", ""), ("disk0s2", "Apple_APFS", "", ""))
    text = "FileVault is On.\nEncryption in progress: Percent completed = 41.20\n"
    containers = [
        container("disk3", "disk0s2", *start("disk3", vault=True, moving=True), volume("disk3s7", "Werk", vault=True))
    ]
    replies = _merged(
        shapes.system("15.7.2", "24G325", "Mac14,3", "99999999-8888-4777-8666-555544443333", laptop=False),
        {
            "fdesetup": shapes.keys(text, personal=True),
            "profiles": shapes.profiles(mdm=False, escrow=False),
            "diskutil": shapes.disks(containers, [inside], [], "disk3"),
            "launchctl": shapes.services(
                {"com.apple.smbd": True, "com.openssh.sshd": False, "com.apple.auditd": True, "com.apple.timed": True}
            ),
            "dscl": shapes.users({"piet": 501}, ["piet"], ""),
            "sharing": shapes.shares(("Werk", "/Volumes/Werk", True, False)),
            "socketfilterfw": shapes.firewall(2, stealth=False),
            "systemsetup": {"-getusingnetworktime": said("Network Time: On\n")},
        },
        _network(0, LAN, interface("en5", "inet 192.168.50.4 netmask 0xffffff00")),
    )
    waiting = [
        {"Display Name": "macOS Tahoe 26.1", "Display Version": "26.1"},
        {"Display Name": "macOS Sequoia 15.7.3", "Display Version": "15.7.3"},
    ]
    files = {
        SETTINGS: xml({"LastSuccessfulDate": days_ago(12), "ConfigDataInstall": False, "RecommendedUpdates": waiting}),
        LOGIN: xml({"lastUserName": "piet"}),
        "etc/security/audit_control": b"# comment\ndir:/var/audit\nflags:lo,aa\nexpire-after:30d OR 5G\n",
        TIME_MACHINE: xml({"Destinations": [destination("NAS", 9, "Encrypted", NetworkURL="smb://tm@nas.local./TM")]}),
        HISTORY: history((9, "macOS 15.7.2", "15.7.2"), (9, "XProtectPlistConfigData", "5322")),
        "Applications/Microsoft Word.app/Contents/Info.plist": xml({"CFBundleShortVersionString": "16.100.4"}),
        "pretend/console": b"root\n",
        "pretend/processes": running("/Applications/Tailscale.app/Contents/MacOS/Tailscale", "/usr/local/bin/osqueryd"),
    }
    return Mac(replies, files)


MACHINES: dict[str, Callable[[], Mac]] = {
    "26-goed": healthy,
    "12-slecht": ailing,
    "15-matig": middling,
    "26-goed~gebruiker": lambda: replace(healthy(), who=USER),
    "15-matig~tcc": lambda: replace(middling(), kept=(TIME_MACHINE,)),
}
