"""Which Windows this is, on what kind of machine, and who manages it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from nis2scan.api import Answer, CannotTell, Fact, Reason, powershell, reads, say
from nis2scan.facts.machine import Machine
from nis2scan.facts.support import Release
from nis2scan.facts.windows.values import moment, number, rows, sub, table, text

VIRTUAL = re.compile(
    r"virtual machine|vmware|virtualbox|\bqemu\b|standard pc|\bkvm\b|\bxen\b|parallels|hvm domu|bhyve", re.I
)
_MOBILE = {2, 8}  # PCSystemTypeEx: mobile, slate
# Builds with names of their own; a server is told from a client by InstallationType, never by ProductName.
_CLIENTS = ((22000, "Windows 11"), (10240, "Windows 10"))
_WINDOWS_10_22H2 = 19045
_IOT_OWN_DATES = 19044
_SERVERS = {14393: "2016", 17763: "2019", 20348: "2022", 26100: "2025"}


@dataclass(frozen=True)
class Windows(Fact):
    """The release, as registry and build tell it.

    build, ubr: 26100 and 4652. release: `24H2`, `` on old servers. edition: EditionID. server, core: kind of
    installation. controller: a domain controller. home: Windows Home.
    """

    build: int
    ubr: int
    release: str
    edition: str
    server: bool
    core: bool
    controller: bool
    installed_at: datetime | None
    machine_id: str

    @property
    def home(self) -> bool:
        return self.edition.startswith("Core")

    @property
    def name(self) -> str:
        """As people call it. A build that has no name here keeps its number."""
        if self.server:
            return (
                f"Windows Server {_SERVERS[self.build]}" if self.build in _SERVERS else f"Windows Server {self.build}"
            )
        family = next((name for least, name in _CLIENTS if self.build >= least), "Windows")
        return " ".join(part for part in (family, self.release or str(self.build)) if part)


@dataclass(frozen=True)
class Hardware(Fact):
    """What kind of machine. virtual: `` or maker and model of the virtual machine. laptop: portable, or a battery."""

    virtual: str
    laptop: bool
    booted_at: datetime | None


@dataclass(frozen=True)
class Membership(Fact):
    """Who manages the accounts. domain: `` for none. entra: joined to Microsoft Entra ID, hybrid included."""

    domain: str
    entra: bool

    @property
    def workgroup(self) -> bool:
        """Neither in a domain nor joined to Entra."""
        return not self.domain and not self.entra


RELEASE = powershell(
    r"""# release
[ordered]@{
  version = Read-Values 'HKLM:\SOFTWARE\Microsoft\Windows NT\CurrentVersion' 'CurrentBuild' 'UBR' 'DisplayVersion' 'EditionID' 'InstallationType' 'InstallDate'
  product = Read-Values 'HKLM:\SYSTEM\CurrentControlSet\Control\ProductOptions' 'ProductType'
  crypto = Read-Values 'HKLM:\SOFTWARE\Microsoft\Cryptography' 'MachineGuid'
}""",
    seconds=2,
)

JOINED = powershell(
    r"""# joined
[ordered]@{
  machine = Read-Values 'HKLM:\SOFTWARE\Microsoft\Windows\CurrentVersion\Group Policy\State\Machine' 'Distinguished-Name'
  entra = Read-Subkeys 'HKLM:\SYSTEM\CurrentControlSet\Control\CloudDomainJoin\JoinInfo'
}""",
    seconds=2,
)

COMPUTER = powershell(
    r"""# computer
[ordered]@{
  system = Read-Instances 'root/cimv2' 'Win32_ComputerSystem' @('PartOfDomain', 'Domain', 'DomainRole', 'PCSystemType', 'PCSystemTypeEx', 'Model', 'Manufacturer')
  os = Read-Instances 'root/cimv2' 'Win32_OperatingSystem' @('LastBootUpTime', 'ProductType')
  battery = Read-Instances 'root/cimv2' 'Win32_Battery' @('Chemistry')
}""",
    seconds=8,
)


@reads(RELEASE)
def windows(answer: Answer) -> Windows:
    """The registry, readable for everybody. ProductName says "Windows 10" on Windows 11, so it is not asked for."""
    made = table(answer)
    version, product, crypto = (sub(made, name) or {} for name in ("version", "product", "crypto"))
    build, kind = text(version.get("CurrentBuild")), text(product.get("ProductType"))
    if not build.isdigit() or kind not in ("WinNT", "ServerNT", "LanmanNT"):
        raise CannotTell(Reason.PARSE_ERROR, say("the build of Windows could not be read"))
    installed = moment(version.get("InstallDate"))
    return Windows(
        build=int(build),
        ubr=number(version.get("UBR")) or 0,
        release=text(version.get("DisplayVersion")),
        edition=text(version.get("EditionID")),
        server=kind != "WinNT",
        core=text(version.get("InstallationType")) == "Server Core",
        controller=kind == "LanmanNT",
        installed_at=installed,
        machine_id=text(crypto.get("MachineGuid")).lower(),
    )


@reads(COMPUTER)
def hardware(answer: Answer) -> Hardware:
    """HypervisorPresent is true on real machines too (memory protection): maker and model decide."""
    made = table(answer)
    machine, system = (next(iter(rows(made, name)), {}) for name in ("system", "os"))
    if not text(machine.get("Model")) and not text(machine.get("Manufacturer")):
        raise CannotTell(Reason.PARSE_ERROR, say("the kind of machine could not be read"))
    maker = f"{text(machine.get('Manufacturer'))} {text(machine.get('Model'))}".strip()
    mobile = number(machine.get("PCSystemTypeEx")) in _MOBILE or number(machine.get("PCSystemType")) == 2
    return Hardware(
        virtual=maker if VIRTUAL.search(maker) else "",
        laptop=mobile or bool(rows(made, "battery")),
        booted_at=moment(system.get("LastBootUpTime")),
    )


@reads(JOINED, COMPUTER)
def membership(joined: Answer, computer: Answer) -> Membership:
    """An Entra-joined PC answers "WORKGROUP", so Entra is looked at first. Without rights the registry tells the rest."""
    made = table(joined)
    joins = made.get("entra", "")
    if joins is not None and not isinstance(joins, list):
        raise CannotTell(Reason.PARSE_ERROR, say("whether it is in a domain could not be read"))
    entra = bool(joins)
    if computer.ok:
        machine = next(iter(rows(table(computer), "system")), {})
        part, domain = machine.get("PartOfDomain"), text(machine.get("Domain"))
        if part is False or (part is True and domain):
            return Membership(domain if part else "", entra)
    group_policy = text((sub(made, "machine") or {}).get("Distinguished-Name"))
    if parts := re.findall(r"DC=([^,]+)", group_policy, re.I):
        return Membership(".".join(parts), entra)
    if entra:
        return Membership("", entra)
    raise CannotTell(Reason.NO_PRIVILEGE, say("whether it is in a domain could not be read"))


@reads(RELEASE, COMPUTER)
def machine(release: Answer, computer: Answer) -> Machine:
    """Without the right to ask CIM a client still counts as a workstation; whether it is a laptop is then not known."""
    found = windows.read(release)
    assert isinstance(found, Windows)  # noqa: S101 the reader above makes it
    seen = hardware.read(computer) if computer.ok else None
    known = seen if isinstance(seen, Hardware) else None
    return Machine(
        name=found.name,
        machine_id=found.machine_id,
        workstation=not found.server,
        laptop=known is not None and known.laptop,
        virtual=known.virtual if known is not None else "",
        booted_at=known.booted_at if known is not None else None,
        installed_at=found.installed_at,
    )


@reads(RELEASE)
def release(answer: Answer) -> Release:
    """In the terms of the table of end dates: the build, and the edition where it decides."""
    found = windows.read(answer)
    assert isinstance(found, Windows)  # noqa: S101 the reader above makes it
    return Release(
        kind="build",
        version=str(found.build),
        name=found.name,
        product="windows-server" if found.server else "windows",
        edition=_server_channel(found) if found.server else _client_edition(found),
    )


def _server_channel(found: Windows) -> str:
    """Editions of the half-yearly channel end in ACor; their builds are shared with the long one."""
    return "sac" if found.edition.endswith("ACor") else _SERVERS.get(found.build, "")


def _client_edition(found: Windows) -> str:
    """As the cycles of the table end: Windows 10 22H2 parts Home and Pro, the long-term editions have their own."""
    edition = found.edition.removesuffix("Eval").removesuffix("N")
    if edition in ("EnterpriseS", "IoTEnterpriseS"):
        return "iot-lts" if edition.startswith("IoT") and found.build >= _IOT_OWN_DATES else "e-lts"
    if edition.startswith(("Enterprise", "Education", "IoTEnterprise", "ServerRdsh")):
        return "e"
    if found.build == _WINDOWS_10_22H2:
        return "home" if found.home else "pro"
    return "w"
