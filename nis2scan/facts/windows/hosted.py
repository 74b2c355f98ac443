"""Whether this Windows runs on a machine of its own, told for everybody who may read the registry."""

from __future__ import annotations

from dataclasses import dataclass

from nis2scan.api import Answer, CannotTell, Fact, Maybe, Reason, derives, powershell, reads, say
from nis2scan.facts.windows.system import COMPUTER, VIRTUAL, Hardware, hardware
from nis2scan.facts.windows.values import sub, table, text


@dataclass(frozen=True)
class Maker(Fact):
    """virtual: maker and model of the virtual machine, `` for a real one."""

    virtual: str


@dataclass(frozen=True)
class Layer(Fact):
    """Never missing. virtual: as in Maker, None when it could not be read, and then why."""

    virtual: str | None
    why: CannotTell


FIRMWARE = powershell(
    r"""# firmware
[ordered]@{ bios = Read-Values 'HKLM:\HARDWARE\DESCRIPTION\System\BIOS' 'SystemManufacturer' 'SystemProductName' }""",
    seconds=2,
)


@reads(COMPUTER, FIRMWARE)
def maker(computer: Answer, firmware: Answer) -> Maker:
    """CIM tells it to whoever may ask; the registry holds the same words for everybody."""
    if computer.ok:
        found = hardware.read(computer)
        assert isinstance(found, Hardware)  # noqa: S101 the reader makes it
        return Maker(found.virtual)
    values = sub(table(firmware), "bios") or {}
    words = f"{text(values.get('SystemManufacturer'))} {text(values.get('SystemProductName'))}".strip()
    if not words:
        raise CannotTell(Reason.PARSE_ERROR, say("the kind of machine could not be read"))
    return Maker(words if VIRTUAL.search(words) else "")


@derives
def layer(found: Maybe[Maker]) -> Layer:
    """What is not known softens nothing and sharpens nothing."""
    if found.value is not None:
        return Layer(found.value.virtual, CannotTell(Reason.NOT_ASKED))
    return Layer(None, found.why if isinstance(found.why, CannotTell) else CannotTell(Reason.NOT_ASKED))
