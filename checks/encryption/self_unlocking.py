"""ENC-LNX-003."""

from collections.abc import Mapping

from nis2scan.api import Effort, Part, Reason, Severity, Unknown, bad, check, ok, say, warn
from nis2scan.facts.linux.unlocking import Key, Unlocking


@check(
    title="A disk unlocks itself for a thief",
    severity=Severity.MEDIUM,
    effort=Effort.HOUR,
    expected="a person, a token with a PIN or another encrypted volume is needed to open an encrypted disk",
    action="Let no disk unlock itself",
    remedy="A key file: move it to an encrypted volume, or write `none` in its place in /etc/crypttab and type the "
    "passphrase. A TPM: `systemd-cryptenroll --wipe-slot=tpm2 --tpm2-device=auto --tpm2-with-pin=yes /dev/sdX`. "
    "Keep a passphrase as well, and try it. Then renew the files for starting: `update-initramfs -u` or `dracut -f`.\n"
    "Check: start the machine anew; it asks before it opens the disk.",
    limits="Sees volumes that are open. Whether a TPM also watches over what starts, whether a server that gives keys "
    "(Tang) stands in the building, and whether a stick with a key stays in the machine is not seen. A key among the "
    "files for starting is told by the settings that put it there; programs that type a passphrase by themselves "
    "(Mandos, own scripts) are not found.",
    catalogue=("ENC-LNX-003",),
)
def self_unlocking(unlocking: Unlocking) -> Mapping[str, Part]:
    """Encryption that opens by itself protects a disk that is thrown away, not a machine that is taken along."""
    return {name: _judged(ways, place) for name, (ways, place) in unlocking.ways.items()}


def _judged(ways: frozenset[Key], place: str) -> Part:
    """The worst is told first; what is not known only counts when nothing worse is seen."""
    if Key.OPEN in ways:
        return bad(say("its key lies in {file}, on a volume that is not encrypted", file=place))
    if Key.START in ways:
        return bad(say("its key lies among the files for starting, which are not encrypted"))
    if Key.START_PERHAPS in ways:
        return warn(say("its key ({file}) lies inside it: is a copy among the files for starting?", file=place))
    if Key.ELSEWHERE in ways:
        return warn(say("its key lies on another device: whoever takes both can open it"))
    if ways & {Key.CHIP, Key.CHIP_UNSEEN}:
        pin = Key.CHIP in ways
        return warn(
            say("the TPM opens it without a PIN")
            if pin
            else say("the TPM opens it; whether it asks a PIN was not seen")
        )
    if Key.FETCHED in ways:
        return warn(say("a program opens it with a key from the TPM or from a server: is that server in the building?"))
    if Key.NO_RIGHT in ways:
        return Unknown(Reason.NO_PRIVILEGE, say("only root can see whether something opens it without a person"))
    if Key.UNKNOWN in ways:
        return Unknown(Reason.UNSUPPORTED_PLATFORM, say("by what it is opened is not known"))
    return _closed(ways)


def _closed(ways: frozenset[Key]) -> Part:
    if Key.RANDOM in ways:
        return ok(say("a new random key at every start"))
    if Key.INSIDE in ways:
        return ok(say("its key lies on an encrypted volume"))
    if Key.CHIP_PIN in ways:
        return ok(say("a passphrase, or the TPM with a PIN, opens it"))
    return ok(say("somebody opens it"))
