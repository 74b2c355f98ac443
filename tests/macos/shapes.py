"""The shapes of answers, filled in for one Mac at a time: disks, services, accounts, settings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tests.macos.pretend import Reply, said, xml

GIB = 1024**3
SSO = """\
Time: 2026-11-24 12:00:00 +0000

Device Configuration:
 {
  "_deviceEncryptionKeyData" : "MADEUPMADEUP=",
  "created" : "2026-09-01T08:00:00Z",
  "extensionIdentifier" : "com.example.sso",
  "loginType" : "POLoginTypeUserSecureEnclaveKey (2)",
  "registrationCompleted" : true,
  "sdkVersionString" : 26.1
}

User Configuration:
 {
  "loginType" : "POLoginTypeUserSecureEnclaveKey (2)",
  "state" : "POUserStateNormal (0)"
}
"""


def system(version: str, build: str, model: str, uuid: str, *, laptop: bool, guest: str = "0") -> dict[str, Any]:
    """Version, hardware and power: what tells one Mac from another."""
    batt = "Now drawing from 'AC Power'\n"
    if laptop:
        batt += " -InternalBattery-0 (id=23068771)\t100%; charged; 0:00 remaining present: true\n"
    node = (
        f"+-o {model}  <class IOPlatformExpertDevice, id 0x100000278, registered, matched, active, busy 0>\n    {{\n"
        f'      "compatible" = <"{model}">\n      "IOPlatformUUID" = "{uuid}"\n      "model" = <"{model}">\n'
        '      "IOPlatformSerialNumber" = "Z0MADEUP00"\n    }\n'
    )
    return {
        "sw_vers": {"": said(f"ProductName:\t\tmacOS\nProductVersion:\t\t{version}\nBuildVersion:\t\t{build}\n")},
        "uname": {"-s": said("Darwin\n"), "-n": said(f"{model.lower()}.local\n")},
        "sysctl": {
            "-n kern.osversion": said(f"{build}\n"),
            "-n hw.model": said(f"{model}\n"),
            "-n kern.hv_vmm_present": said(f"{guest}\n"),
            "-n kern.boottime": said("{ sec = 1763712000, usec = 511226 } Fri Nov 21 08:00:00 2025\n"),
        },
        "ioreg": {"-rd1 -c IOPlatformExpertDevice": said(node)},
        "pmset": {"-g batt": said(batt)},
    }


def volume(device: str, name: str, roles: Sequence[str] = (), *, vault: bool = False, moving: bool = False) -> Any:
    return {
        "APFSVolumeUUID": f"00000000-0000-4000-8000-{abs(hash_of(device)):012X}",
        "CapacityInUse": 20 * GIB,
        "CapacityQuota": 0,
        "CapacityReserve": 0,
        "CryptoMigrationOn": moving,
        "DeviceIdentifier": device,
        "Encryption": True,
        "FileVault": vault,
        "Locked": False,
        "Name": name,
        "Roles": list(roles),
    }


def hash_of(text: str) -> int:
    """The same in every run, unlike hash()."""
    return int.from_bytes(text.encode()[-6:], "big")


def container(reference: str, store: str, *volumes: Any) -> Any:
    return {
        "APFSContainerUUID": f"00000000-0000-4000-9000-{abs(hash_of(reference)):012X}",
        "CapacityCeiling": 494 * GIB,
        "CapacityFree": 200 * GIB,
        "ContainerReference": reference,
        "DesignatedPhysicalStore": store,
        "Fusion": False,
        "PhysicalStores": [{"DeviceIdentifier": store, "DiskUUID": "", "Size": 494 * GIB}],
        "Volumes": list(volumes),
    }


def start(reference: str, *, vault: bool, moving: bool = False) -> list[Any]:
    """The volumes of every macOS since 11."""
    return [
        volume(f"{reference}s1", "Macintosh HD", ["System"], vault=vault),
        volume(f"{reference}s2", "Preboot", ["Preboot"]),
        volume(f"{reference}s3", "Recovery", ["Recovery"]),
        volume(f"{reference}s5", "Data", ["Data"], vault=vault, moving=moving),
        volume(f"{reference}s6", "VM", ["VM"]),
    ]


def disk(device: str, *partitions: tuple[str, str, str, str]) -> Any:
    """partitions: device, content, name, where it is mounted; empty when there is no such thing."""
    rows = []
    for part, content, name, mounted in partitions:
        row = {"Content": content, "DeviceIdentifier": part, "Size": 64 * GIB}
        row |= {"VolumeName": name} if name else {}
        rows.append(row | ({"MountPoint": mounted} if mounted else {}))
    return {
        "Content": "GUID_partition_scheme",
        "DeviceIdentifier": device,
        "OSInternal": False,
        "Partitions": rows,
        "Size": 500 * GIB,
    }


def disks(
    containers: Sequence[Any], internal: Sequence[Any], external: Sequence[Any], started: str
) -> dict[str, Reply]:
    def listing(every: Sequence[Any]) -> Reply:
        names = [item["DeviceIdentifier"] for item in every]
        table = {"AllDisks": names, "AllDisksAndPartitions": list(every), "VolumesFromDisks": [], "WholeDisks": names}
        return said(xml(table).decode())

    root = {
        "APFSContainerReference": started,
        "DeviceIdentifier": f"{started}s1s1",
        "FileVault": False,
        "FilesystemType": "apfs",
        "MountPoint": "/",
        "ParentWholeDisk": started,
        "VolumeName": "Macintosh HD",
    }
    return {
        "apfs list -plist": said(xml({"Containers": list(containers)}).decode()),
        "list -plist physical": listing([*internal, *external]),
        "list -plist internal physical": listing(internal),
        "info -plist /": said(xml(root).decode()),
    }


def services(on: Mapping[str, bool]) -> dict[str, Reply]:
    """on: the services of Apple that launchd has loaded, and whether each runs now."""
    known = ("com.apple.smbd", "com.apple.screensharing", "com.openssh.sshd", "com.apple.auditd", "com.apple.timed")
    replies = {}
    for name in known:
        if name not in on:
            text = f'Bad request.\nCould not find service "{name}" in domain for system\n'
            replies[f"print system/{name}"] = said("", 113, text)
            continue
        state = "running" if on[name] else "not running"
        replies[f"print system/{name}"] = said(
            f"system/{name} = {{\n\tactive count = 1\n\tpath = /System/Library/LaunchDaemons/{name}.plist\n"
            f"\ttype = LaunchDaemon\n\tstate = {state}\n\n\tdomain = system\n}}\n"
        )
    return replies


def users(people: Mapping[str, int], admins: Sequence[str], root: str) -> dict[str, Reply]:
    """root: "", "set" or "disabled"."""
    named = {"_mbsetupuser": 248, "_spotlight": 89, "daemon": 1, "nobody": -2, "root": 0, **people}
    listed = "".join(f"{name:<24} {number}\n" for name, number in sorted(named.items()))
    hashes = ";ShadowHash;HASHLIST:<SALTED-SHA512-PBKDF2,SRP-RFC5054-4096-SHA512-PBKDF2>"
    authority = {
        "": said("", 181, "No such key: AuthenticationAuthority\n"),
        "set": said(f"AuthenticationAuthority: {hashes}\n"),
        "disabled": said(f"AuthenticationAuthority: ;DisabledUser;{hashes}\n"),
    }[root]
    return {
        ". -list /Users UniqueID": said(listed),
        ". -read /Groups/admin GroupMembership": said(f"GroupMembership: {' '.join(['root', *admins])}\n"),
        ". -read /Users/root AuthenticationAuthority": authority,
    }


def shares(*folders: tuple[str, str, bool, bool]) -> dict[str, Reply]:
    """folders: name, path, shared by SMB, open to guests."""
    text = "List of Share Points\n"
    for name, path, shared, open_ in folders:
        text += f"name:\t\t{name}\npath:\t\t{path}\n\tsmb:\t{{\n\t\tname:\t{name}\n\t\tshared:\t{int(shared)}\n"
        text += f"\t\tguest access:\t{int(open_)}\n\t\tread-only:\t0\n\t\tsealed:\t0\n\t}}\n"
    return {"-l": said(text)}


def enrolment(mdm: bool, dep: bool = False) -> Reply:
    managed = "Yes (User Approved)\nMDM server: https://mdm.example/mdm/connect" if mdm else "No"
    return said(f"Enrolled via DEP: {'Yes' if dep else 'No'}\nMDM enrollment: {managed}\n")


def profiles(mdm: bool, escrow: bool) -> dict[str, Reply]:
    payload = "com.apple.security.FDERecoveryKeyEscrow" if escrow else "com.apple.wifi.managed"
    shown = {"_computerlevel": [{"ProfileItems": [{"PayloadType": payload}]}] if mdm else []}
    return {
        "status -type enrollment": enrolment(mdm, dep=mdm),
        "show -type configuration -output stdout-xml": said(xml(shown).decode()),
    }


def keys(state: str, *, personal: bool, institutional: bool = False) -> dict[str, Reply]:
    return {
        "status": said(state),
        "haspersonalrecoverykey": said(f"{str(personal).lower()}\n"),
        "hasinstitutionalrecoverykey": said(f"{str(institutional).lower()}\n"),
    }


def firewall(state: int, *, stealth: bool) -> dict[str, Reply]:
    words = {0: "Firewall is disabled. (State = 0)", 1: "Firewall is enabled. (State = 1)"}
    blocked = "Firewall is blocking all non-essential incoming connections. (State = 2)"
    return {
        "--getglobalstate": said(f"{words.get(state, blocked)}\n"),
        "--getstealthmode": said(f"Firewall stealth mode is {'on' if stealth else 'off'}\n"),
    }
