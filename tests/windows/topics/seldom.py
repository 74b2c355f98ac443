"""Values that few Windows have, each on one machine, so that each was seen once. They change no verdict.

Like those in base.py, other topics may overrule them.
"""

from __future__ import annotations

from typing import Any

SOFTWARE = r"HKLM\SOFTWARE\Microsoft"
POLICIES = r"HKLM\SOFTWARE\Policies\Microsoft"
UPDATE = rf"{POLICIES}\Windows\WindowsUpdate"
NT = rf"{SOFTWARE}\Windows NT\CurrentVersion"
DUO = r"HKLM\SOFTWARE\{}Duo Security\DuoCredProv"
PASSWORD = "{60b78e88-ead8-445c-9cfd-0b87f74ea6cd}"
PROVIDERS = rf"{SOFTWARE}\Windows\CurrentVersion\Authentication\Credential Providers"
PICTURE = "{2135f72a-90b5-4ed3-a7f1-8bb705ac276a}"
COLLECTORS = rf"{POLICIES}\Windows\EventLog\EventForwarding\SubscriptionManager"

# An office that writes down in policies what Windows does by itself.
_WRITTEN_DOWN = {
    rf"{SOFTWARE}\Windows Defender\Real-Time Protection": {"DisableRealtimeMonitoring": 0},
    rf"{POLICIES}\Windows Defender": {"DisableAntiSpyware": 0},
    rf"{POLICIES}\Windows Defender\Real-Time Protection": {"DisableRealtimeMonitoring": 0},
    rf"{POLICIES}\Windows Advanced Threat Protection": {"ForceDefenderPassiveMode": 0},
    rf"{POLICIES}\W32Time\Parameters": {"NtpServer": "dc-01.kantoor.example,0x8"},
    rf"{POLICIES}\W32Time\TimeProviders\NtpClient": {"Enabled": 1},
    UPDATE: {
        "WUStatusServer": "http://wsus01:8530",
        "DisableWindowsUpdateAccess": 0,
        "DeferQualityUpdates": 1,
        "DeferQualityUpdatesPeriodInDays": 7,
    },
    rf"{SOFTWARE}\PolicyManager\current\device\Update": {
        "AllowUpdateService": 1,
        "PauseQualityUpdates": 0,
        "PauseQualityUpdatesStartTime": "",
    },
}
# Somebody who tried every switch that holds updates back.
_HELD_BACK = {
    UPDATE: {"PauseQualityUpdatesStartTime": "2026-09-20T09:02:26Z"},
    rf"{SOFTWARE}\WindowsUpdate\UX\Settings": {
        "PauseUpdatesStartTime": "2026-09-20T09:02:26Z",
        "PauseQualityUpdatesEndTime": "2051-12-31T00:00:00Z",
    },
    rf"{PROVIDERS}\{PICTURE}": {"": "PicturePasswordLogonProvider", "Disabled": 1},
    rf"HKLM\SOFTWARE\Classes\CLSID\{PICTURE}\InprocServer32": {"": r"%SystemRoot%\system32\authui.dll"},
    rf"{SOFTWARE}\Windows\CurrentVersion\Policies\System": {"ExcludedCredentialProviders": PICTURE},
}

FRAGMENTS: dict[str, dict[str, Any]] = {
    "w11-de": {"registry": _WRITTEN_DOWN},
    "w11-slecht": {"registry": _HELD_BACK},
    "w10-slecht": {"registry": {rf"{NT}\SoftwareProtectionPlatform\ESU": {"Win10CommercialW365ESUEligible": 0}}},
    "s2019-goed": {
        "registry": {rf"{POLICIES}\Windows NT\Terminal Services": {"fDenyTSConnections": 0, "SecurityLayer": 2}}
    },
    "s2025-slecht": {
        "registry": {
            # It takes part in updates without a restart, but does not run them.
            rf"{NT}\Update\TargetingInfo\DynamicInstalled\Hotpatch.amd64": {"Name": "Hotpatch Enrollment Package"},
            r"HKLM\SYSTEM\CurrentControlSet\Control\Session Manager\Memory Management": {"HotPatchTableSize": 0},
            # Left behind by Duo, which is gone.
            DUO.format(""): {"ProvidersWhitelist": [PASSWORD]},
            DUO.format("Policies\\"): {"FailOpen": 0, "ProvidersWhitelist": [PASSWORD]},
        }
    },
    "dc-2022": {
        "registry": {
            COLLECTORS: {
                str(
                    number
                ): f"Server=http://srv-log{number}.kantoor.example:5985/wsman/SubscriptionManager/WEC,Refresh=900"
                for number in range(2, 6)
            },
        }
    },
}
