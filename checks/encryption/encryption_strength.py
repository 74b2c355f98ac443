"""ENC-LNX-004."""

import re
from collections.abc import Mapping

from nis2scan.api import Effort, Outcome, Part, Said, Severity, Unknown, Verdict, bad, check, ok, say, warn
from nis2scan.facts.linux.luks import Header
from nis2scan.facts.linux.strength import PlainVolume, Strength
from nis2scan.facts.linux.unlocking import Key

_BROKEN = re.compile(r"cipher_null|-ecb\b|-cbc-(plain|null)|^null")
_CURRENT = re.compile(
    r"[a-z0-9]+-(xts-(plain|plain64|benbi|essiv:\w+)|gcm-random|ccm-random)$|.*adiantum|aegis|.*gcm\(aes\)"
)
_WEAK_HASHES = {"", "plain", "md5", "sha1", "ripemd160"}  # none named: ripemd160 before cryptsetup 2.7


@check(
    title="Disk encryption is out of date",
    severity=Severity.LOW,
    effort=Effort.HOUR,
    expected="LUKS 2 with argon2 and AES-XTS, or ZFS with GCM or CCM",
    action="Renew the encryption of Linux disks",
    remedy="First save the header: `cryptsetup luksHeaderBackup /dev/sdX --header-backup-file FILE`, kept elsewhere. "
    "LUKS 1, from a rescue system: `cryptsetup convert --type luks2 /dev/sdX`. Then for every passphrase "
    "`cryptsetup luksConvertKey --pbkdf argon2id /dev/sdX`; leave PBKDF2 where GRUB opens /boot. A broken cipher: "
    "`cryptsetup reencrypt --cipher aes-xts-plain64 --key-size 512 /dev/sdX`.\n"
    "Check: `cryptsetup luksDump /dev/sdX`.",
    limits="Sees volumes that are open, and no passphrases: a short one stays short. Headers that lie apart from "
    "their volume are not read.",
    catalogue=("ENC-LNX-004",),
)
def encryption_strength(strength: Strength) -> Mapping[str, Part]:
    """Whoever has the disk can guess its passphrase without end; only the method that makes keys slows him down."""
    unread = Unknown(strength.unseen, say("its header or its cipher could not be read"))
    foreign = Unknown(strength.unseen, say("a volume of another system: its strength is not judged"))
    judged: dict[str, Part] = dict.fromkeys(strength.foreign, foreign)
    for name, header in strength.luks.items():
        judged[name] = _luks(header) if header else unread
    for name, volume in strength.plain.items():
        judged[name] = _plain(volume) if volume else unread
    return judged | {pool: _zfs(ciphers) for pool, ciphers in strength.zfs.items()}


def _cipher(name: str, bits: int) -> Verdict:
    if _BROKEN.search(name):
        return bad(say("{cipher} does not hide what is on the disk", cipher=name))
    if name.startswith("("):  # `(no SW encryption)`: only the drive's own
        return warn(say("only the drive itself encrypts"))
    if not _CURRENT.match(name) or 0 < bits < 256:
        return warn(say("{cipher} with {bits} bits is no longer what is chosen", cipher=name, bits=bits or "?"))
    return ok(say("encrypted with {cipher}", cipher=name))


def _luks(header: Header) -> Part:
    found = [_cipher(name, bits) for name, bits in header.ciphers]
    worst = max(found, key=lambda item: _ORDER.index(item.outcome), default=None)
    if worst is None:
        return warn(say("no cipher is named in its header"))
    if worst.outcome is not Outcome.PASS:
        return worst
    names: tuple[Said, ...] = tuple(name for name, _ in header.ciphers)
    if header.version == 1:
        return warn(say("LUKS 1 with {ciphers}: PBKDF2 slows guessing little", ciphers=names))
    slow = sorted({function or "?" for function in header.typed.values() if not function.startswith("argon2")})
    if slow:
        return warn(
            say("LUKS 2 with {ciphers}, and {functions}, which slows guessing little", ciphers=names, functions=slow)
        )
    if not header.typed:
        return ok(say("LUKS 2 with {ciphers}, and no passphrase to guess", ciphers=names))
    return ok(say("LUKS 2 with {ciphers}, and argon2 against guessing", ciphers=names))


_ORDER = (Outcome.PASS, Outcome.WARN, Outcome.FAIL)


def _plain(volume: PlainVolume) -> Part:
    cipher = _cipher(volume.cipher, 0)
    if cipher.outcome is Outcome.FAIL:
        return cipher
    if volume.key is Key.RANDOM:
        return cipher
    if volume.key is Key.TYPED:
        if volume.hashed in _WEAK_HASHES:
            return bad(say("no header, and nothing slows guessing: the passphrase is hashed once, weakly"))
        return warn(say("no header: the passphrase is hashed once ({hash}), without salt", hash=volume.hashed))
    return warn(say("no header ({cipher}): nothing checks or renews its key", cipher=volume.cipher))


def _zfs(ciphers: tuple[str, ...]) -> Part:
    if all(re.fullmatch(r"aes-(128|192|256)-(gcm|ccm)", cipher) for cipher in ciphers):
        return ok(say("ZFS with {ciphers}", ciphers=ciphers))
    return warn(say("{ciphers} is not known as a cipher of ZFS", ciphers=ciphers))
