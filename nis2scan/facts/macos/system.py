"""Which Mac this is, which macOS it runs, and since when."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from nis2scan.api import Absent, Answer, CannotTell, Reason, reads, say, shell
from nis2scan.facts.machine import Machine
from nis2scan.facts.macos.plist import pairs
from nis2scan.facts.support import Release
from nis2scan.facts.updates import PendingReboot

VERSION = shell(
    """sw_vers || exit 1
printf 'running='; sysctl -n kern.osversion
echo end=""",
    runs=("sw_vers", "sysctl"),
    needs=("sw_vers", "sysctl"),
    platforms=("macos",),
    seconds=3,
    cap=4096,
)

# hw.model of a virtual Mac names its hypervisor; kern.hv_vmm_present came with macOS 11. Of ioreg only the id is told.
HARDWARE = shell(
    """printf 'model='; sysctl -n hw.model || exit 1
printf 'guest='; sysctl -n kern.hv_vmm_present 2>/dev/null || echo unknown
printf 'boot='; sysctl -n kern.boottime
printf 'id='; ioreg -rd1 -c IOPlatformExpertDevice | sed -n 's/.*"IOPlatformUUID" = "\\([0-9A-Fa-f-]*\\)".*/\\1/p'
case $(pmset -g batt) in *InternalBattery*) echo battery=yes ;; *) echo battery=no ;; esac
printf 'set up='; stat -f %m /var/db/.AppleSetupDone 2>/dev/null || echo unknown
echo end=""",
    runs=("sysctl", "ioreg", "sed", "pmset", "stat"),
    needs=("sysctl", "ioreg", "pmset"),
    platforms=("macos",),
    seconds=6,
    cap=8192,
)

_ID = re.compile(r"[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}")
_GUESTS = re.compile(r"VirtualMac|VMware|Parallels|VirtualBox|QEMU|UTM", re.I)
_SEALED = 11  # from this version on no system file changes without a restart


@reads(VERSION, HARDWARE)
def machine(version: Answer, hardware: Answer) -> Machine:
    """A Mac is taken for somebody's workplace: there is no edition for servers any more."""
    seen = pairs(hardware)
    booted, made = re.search(r"sec = (\d+)", seen.get("boot", "")), seen.get("set up", "")
    told = seen.get("id", "").upper()
    return Machine(
        name=f"macOS {_version(version)['ProductVersion']}",
        machine_id=told if _ID.fullmatch(told) else "",
        workstation=True,
        laptop=seen.get("battery") == "yes",
        virtual=_virtual(seen),
        booted_at=_moment(booted[1]) if booted else None,
        installed_at=_moment(made) if made.isdigit() else None,
    )


@reads(VERSION)
def release(version: Answer) -> Release:
    """`15.7.2` is a release of 15; before 11 the second number is a part of the name (10.15)."""
    number = _version(version)["ProductVersion"]
    return Release("macos", number, f"macOS {number}")


@reads(VERSION)
def pending_reboot(version: Answer) -> PendingReboot:
    """Since macOS 11 the system is a sealed copy that is only changed during a restart: nothing is installed and yet
    not loaded. An update that waits is told by the check on the updates of macOS.
    """
    seen = _version(version)
    if int(seen["ProductVersion"].split(".")[0]) < _SEALED:
        raise CannotTell(Reason.UNSUPPORTED_PLATFORM, say("older than macOS 11: what waits for a restart is not told"))
    if seen.get("BuildVersion") != seen.get("running"):
        raise CannotTell(Reason.PARSE_ERROR, say("the build that runs is not the build that is installed"))
    raise Absent(say("macOS installs its updates during the restart; what waits for that is judged as an update"))


def _version(answer: Answer) -> dict[str, str]:
    """`ProductVersion:\\t\\t15.7.2`, and the build that runs."""
    rows = [re.split(r"[:=]", line, maxsplit=1) for line in answer.lines]
    seen = {row[0]: row[1].strip() for row in rows if len(row) == 2}
    if "end" not in seen or not re.fullmatch(r"\d+(\.\d+)*", seen.get("ProductVersion", "")):
        raise CannotTell(Reason.PARSE_ERROR, say("the version of macOS is not told"))
    return seen


def _virtual(seen: dict[str, str]) -> str:
    named = _GUESTS.search(seen.get("model", ""))
    if named:
        return "Apple" if named[0] == "VirtualMac" else named[0]
    return "unknown" if seen.get("guest") == "1" else ""


def _moment(seconds: str) -> datetime:
    return datetime.fromtimestamp(int(seconds), UTC)
