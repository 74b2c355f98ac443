"""Which Linux this is, on what kind of machine, since when."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime

from nis2scan.api import Answer, CannotTell, Fact, Reason, reads, say, shell
from nis2scan.facts.machine import Machine

_INITS = {"systemd", "init", "openrc-init", "runit", "s6-svscan", "procd", "dinit", "launchd"}
_LAPTOP = {8, 9, 10, 11, 14, 30, 31, 32}  # SMBIOS 7.4.1: portable, laptop, notebook, hand held, sub notebook, tablet …
_HYPERVISORS = re.compile(
    r"qemu|kvm|vmware|virtualbox|innotek|xen|bochs|bhyve|parallels|virtual machine|openstack", re.I
)


@dataclass(frozen=True)
class System(Fact):
    """The system and its machine.

    os_id, os_like, version_id, name: os-release. kernel: release. pid1: the name of process 1.
    virt: `` or the hypervisor. container: `` or the kind. app_container: process 1 is no init, so there is no system.
    laptop: battery or portable chassis. desktop: a graphical session is installed. booted_at, installed_at: UTC.
    """

    os_id: str
    os_like: tuple[str, ...]
    version_id: str
    name: str
    kernel: str
    pid1: str
    virt: str
    container: str
    laptop: bool
    desktop: bool
    booted_at: datetime | None
    installed_at: datetime | None
    machine_id: str = ""

    @property
    def app_container(self) -> bool:
        return bool(self.container) and self.pid1 not in _INITS

    @property
    def workstation(self) -> bool:
        """A person sits at it. Everything else is judged as a server, the stricter way."""
        return self.laptop or self.desktop


OS_RELEASE = shell("cat /etc/os-release 2>/dev/null || cat /usr/lib/os-release", runs=("cat",), seconds=2, cap=8192)

MACHINE = shell(
    """line() { [ -r "$2" ] && { read -r v < "$2" || [ -n "$v" ]; } && printf '%s=%s\\n' "$1" "$v"; v=; }
printf 'kernel='; uname -r
line pid1 /proc/1/comm
line uptime /proc/uptime
line vendor /sys/class/dmi/id/sys_vendor
line product /sys/class/dmi/id/product_name
line chassis /sys/class/dmi/id/chassis_type
line machine_id /etc/machine-id
line hypervisor /sys/hypervisor/type
for f in /sys/class/power_supply/*/type; do line power "$f"; done
for f in /usr/share/xsessions/* /usr/share/wayland-sessions/*; do [ -e "$f" ] && echo desktop=yes && break; done
[ -e /.dockerenv ] && echo container=docker
[ -e /run/.containerenv ] && echo container=podman
[ -e /dev/lxd/sock ] && echo container=lxc
line container /run/systemd/container
if command -v systemd-detect-virt >/dev/null; then
  printf 'detected_container='; systemd-detect-virt --container
  printf 'detected_vm='; systemd-detect-virt --vm
fi
printf 'now='; date -u +%s
for f in /lost+found /etc/machine-id /var/log/installer; do
  [ -e "$f" ] && { printf 'installed='; stat -c %Y "$f" 2>/dev/null || stat -f %m "$f"; }
done
:""",
    runs=("uname", "systemd-detect-virt", "date", "stat"),
    seconds=4,
    cap=16384,
)


@reads(OS_RELEASE, MACHINE)
def system(release: Answer, machine: Answer) -> System:
    """os-release names the system; /proc, /sys and systemd-detect-virt tell the machine. None of it needs root."""
    os_values = _assignments(release.lines)
    facts = _repeated(machine.lines)
    if "ID" not in os_values or "kernel" not in facts or "now" not in facts:
        raise CannotTell(Reason.PARSE_ERROR, say("os-release or the kernel is not as it should be"))
    now = int(facts["now"][0])
    detected = [facts.get(f"detected_{what}", ["none"])[0] for what in ("container", "vm")]
    container = next((name for name in (*facts.get("container", ()), detected[0]) if name not in ("", "none")), "")
    maker = " ".join((*facts.get("vendor", ()), *facts.get("product", ())))
    guessed = (_HYPERVISORS.search(maker) or [""])[0] or (facts.get("hypervisor") or [""])[0]
    return System(
        os_id=os_values["ID"],
        os_like=tuple(os_values.get("ID_LIKE", "").split()),
        version_id=os_values.get("VERSION_ID", ""),
        name=os_values.get("PRETTY_NAME", os_values["ID"]),
        kernel=facts["kernel"][0],
        pid1=facts.get("pid1", [""])[0],
        virt=detected[1] if detected[1] not in ("", "none") else guessed,
        container=container,
        laptop="Battery" in facts.get("power", ()) or int((facts.get("chassis") or ["0"])[0]) in _LAPTOP,
        desktop="desktop" in facts,
        booted_at=_moment(now - float(facts["uptime"][0].split()[0])) if "uptime" in facts else None,
        installed_at=min((_moment(float(seconds)) for seconds in facts.get("installed", ())), default=None),
        machine_id=facts.get("machine_id", [""])[0],
    )


@reads(OS_RELEASE, MACHINE)
def machine(release: Answer, about: Answer) -> Machine:
    """The same in the terms that every system shares."""
    found = system.read(release, about)
    assert isinstance(found, System)  # noqa: S101 the reader above makes it
    return Machine(
        name=found.name,
        machine_id=found.machine_id,
        workstation=found.workstation,
        laptop=found.laptop,
        virtual=found.virt,
        container=found.container,
        app_container=found.app_container,
        booted_at=found.booted_at,
        installed_at=found.installed_at,
    )


def _moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def _assignments(lines: list[str]) -> dict[str, str]:
    """Shell-like assignments of os-release(5), quotes taken off."""
    pairs = (line.split("=", 1) for line in lines if "=" in line and not line.startswith("#"))
    return {name.strip(): value.strip().strip("\"'") for name, value in pairs}


def _repeated(lines: list[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for line in lines:
        name, _, value = line.partition("=")
        found.setdefault(name, []).append(value.strip())
    return found
