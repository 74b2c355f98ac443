"""How strong the encryption is of what is open: ciphers, and what slows whoever guesses the passphrase."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from nis2scan.api import Absent, Answer, CannotTell, Fact, Maybe, Reason, derives, reads, say
from nis2scan.facts.linux.block import DM_TARGETS, dm_targets
from nis2scan.facts.linux.luks import Header, LuksHeaders
from nis2scan.facts.linux.storage import ZFS
from nis2scan.facts.linux.system import System
from nis2scan.facts.linux.unlocking import Key, Opened, OpenedVolumes


@dataclass(frozen=True)
class MappedCiphers(Fact):
    """The cipher of every mapping, by mapper name, as the kernel uses it."""

    ciphers: Mapping[str, str]


@dataclass(frozen=True)
class ZfsCiphers(Fact):
    """The ciphers in use, by pool."""

    ciphers: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class PlainVolume:
    """A mapping without a header. hashed: the hash of the passphrase as crypttab names it, or ``; key: its source."""

    cipher: str
    hashed: str
    key: Key


@dataclass(frozen=True)
class Strength(Fact):
    """By volume. None: it could not be read; `unseen` says why. foreign: of other systems (BitLocker, TrueCrypt …)."""

    luks: Mapping[str, Header | None]
    plain: Mapping[str, PlainVolume | None]
    foreign: tuple[str, ...]
    zfs: Mapping[str, tuple[str, ...]]
    unseen: Reason


@reads(DM_TARGETS)
def mapped_ciphers(targets: Answer) -> MappedCiphers:
    """Only the layers that encrypt."""
    targets.text  # noqa: B018 raises when it was not answered
    pairs = {name: target.split(" ", 1) for name, target in dm_targets(targets).items()}
    return MappedCiphers({name: words[1] for name, words in pairs.items() if words[0] == "crypt" and len(words) == 2})


@reads(ZFS)
def zfs_ciphers(answer: Answer) -> ZfsCiphers:
    """No answer at all: the module of ZFS is not in use."""
    lines = answer.lines
    if not lines:
        raise Absent(say("no encrypted volume is open"))
    if lines[-1] != "end":
        raise CannotTell(Reason.TRUNCATED, say("the list of ZFS has no end"))
    found: dict[str, set[str]] = defaultdict(set)
    for name, key, value in (line.split("\t") for line in lines if line.count("\t") == 2):
        if key == "encryption" and value not in ("off", "-"):
            found[name.split("/")[0]].add(value)
    return ZfsCiphers({pool: tuple(sorted(ciphers)) for pool, ciphers in found.items()})


@derives
def strength(
    system: System,
    told: Maybe[OpenedVolumes],
    headers: Maybe[LuksHeaders],
    mapped: Maybe[MappedCiphers],
    zfs: Maybe[ZfsCiphers],
) -> Strength:
    """One volume that cannot be read does not hide the others."""
    if system.app_container:
        raise Absent(say("this is a container of one program: the machine around it opens the disks"))
    if told.value is None:
        raise told.why or CannotTell(Reason.NOT_ASKED)
    opened, pools = told.value.opened, zfs.value.ciphers if zfs.value else {}
    if not opened and not pools:
        # Without the tools of ZFS none of its volumes can be open; any other silence hides some.
        if isinstance(zfs.why, CannotTell) and zfs.why.reason is not Reason.TOOL_MISSING:
            raise zfs.why
        raise Absent(say("no encrypted volume is open"))
    read = headers.value.headers if headers.value else {}
    ciphers = mapped.value.ciphers if mapped.value else {}
    missing = next((each.why.reason for each in (headers, mapped) if isinstance(each.why, CannotTell)), None)
    return Strength(
        luks={item.part: read.get(item.name) for item in opened if item.kind in ("LUKS1", "LUKS2")},
        plain={item.part: _plain(item, ciphers) for item in opened if item.kind == "PLAIN"},
        foreign=tuple(item.part for item in opened if item.kind not in ("LUKS1", "LUKS2", "PLAIN")),
        zfs=pools,
        unseen=missing or Reason.UNSUPPORTED_PLATFORM,
    )


def _plain(item: Opened, ciphers: Mapping[str, str]) -> PlainVolume | None:
    hashes = [word.partition("=")[2] for word in item.options if word.startswith("hash=")]
    cipher = ciphers.get(item.name)
    return PlainVolume(cipher, next(iter(hashes), ""), item.key) if cipher else None
