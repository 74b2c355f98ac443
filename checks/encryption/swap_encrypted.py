"""ENC-LNX-002."""

from collections.abc import Mapping

from nis2scan.api import Part, Reason, Severity, Unknown, bad, check, ok, say, warn
from nis2scan.facts.linux.cover import Cover
from nis2scan.facts.linux.storage import Area, SwapAreas
from nis2scan.facts.linux.system import System


@check(
    title="Memory is written to disk unencrypted",
    severity=Severity.MEDIUM,
    expected="swap is encrypted, or lies in memory",
    action="Encrypt the swap of Linux machines",
    remedy="In /etc/crypttab: `swap PARTUUID=… /dev/urandom swap,cipher=aes-xts-plain64,size=512`, in /etc/fstab "
    "`/dev/mapper/swap none swap sw 0 0`; or use a swap file on the encrypted file system. "
    "A random key ends hibernation.\nCheck after a reboot: `swapon --show`.",
    limits="Sees the swap that is in use now; a hibernation area that is not in use is not looked for.",
    catalogue=("ENC-LNX-002",),
)
def swap_encrypted(swap: SwapAreas, system: System) -> Mapping[str, Part]:
    """What is in memory, passwords and open documents too, lands in swap and stays there after the power is off."""
    if system.app_container:
        return {}
    return {area.part: _judged(area, system) for area in swap.areas}


def _judged(area: Area, system: System) -> Part:
    through = area.ways.through
    match area.ways.cover:
        case Cover.MEMORY:
            return ok(say("compressed memory, nothing is written to a disk"))
        case Cover.ENCRYPTED:
            return ok(say("encrypted through {devices}", devices=through))
        case Cover.HARDWARE:
            return warn(say("only the drive itself encrypts ({devices})", devices=through))
        case Cover.PLAIN:
            seen = say("{devices} is not encrypted", devices=through)
            if system.virt:
                layer = say("{seen}; this is a virtual machine: judge the layer of its host", seen=seen)
                return warn(layer, severity=Severity.LOW)
            return bad(seen) if system.workstation else warn(seen)
    return Unknown(Reason.UNSUPPORTED_PLATFORM, say("{devices} could not be followed to a disk", devices=through))
