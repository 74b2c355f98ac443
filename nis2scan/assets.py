"""Which asset a recording is of: its lasting id, and its row in the inventory of a report."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TypeVar

from nis2scan.assessment import Asset
from nis2scan.errors import NotJudged
from nis2scan.facts.machine import Machine
from nis2scan.facts.network.device import Device
from nis2scan.facts.network.doors import Neighbour
from nis2scan.model import Fact, Recording
from nis2scan.reading import OFFICE, Case, Facts, Subject
from nis2scan.rules import Rules
from nis2scan.store import STRENGTH, Store

F = TypeVar("F", bound=Fact)
# Kinds of devices that have a row of their own kind; every other is a `device` until somebody looks inside.
_KINDS = ("printer", "camera", "phone", "router", "network", "nas", "hypervisor", "iot", "controller")


def subjects(store: Store, recordings: Sequence[Recording], rules: Rules, now: datetime) -> list[Subject]:
    """Give every recording its asset. Machines that share an id or card (clones) lose it as an alias.

    Those with the strongest aliases first: an address or a docking station of today may have been another's before.
    """
    known = [_aliases(rules, recording) for recording in recordings]
    often = Counter((kind, value) for aliases in known for kind, value in aliases.items() if kind != "name" and value)
    found: dict[int, str] = {}
    for at in sorted(range(len(recordings)), key=lambda at: _weakness(known[at])):
        own = {kind: value for kind, value in known[at].items() if kind == "name" or often[kind, value] <= 1}
        found[at] = store.asset_id(own, now, found.values())
    return [Subject(found[at], recording) for at, recording in enumerate(recordings)]


def _weakness(aliases: Mapping[str, str]) -> int:
    return next((at for at, kind in enumerate(STRENGTH) if aliases.get(kind)), len(STRENGTH))


def _aliases(rules: Rules, recording: Recording) -> dict[str, str]:
    """What the machine can be known by, by kind. A card whose address the device chose itself is no alias: empty."""
    view = _view(rules, recording)
    system, near = _read(view, Machine), _read(view, Neighbour)
    aliases = {"name": recording.host}
    if system is not None and system.machine_id:
        aliases["machine_id"] = system.machine_id
    if near is not None and near.mac and not near.randomised:
        aliases["mac"] = near.mac
    elif near is not None and near.mac and near.address == recording.host:
        aliases["mac"] = ""
    return aliases


def _view(rules: Rules, recording: Recording) -> Facts:
    view = Facts(rules, Case((), recording, recording.taken_at), Subject(OFFICE, recording))
    view.office, view.fleet = view, ()
    return view


def _read(view: Facts, wanted: type[F]) -> F | None:
    try:
        fact = view[wanted]
    except NotJudged:
        return None
    return fact if isinstance(fact, wanted) else None


def machine_id(rules: Rules, recording: Recording) -> str:
    """The lasting id of a machine, "" when it was not read."""
    return _aliases(rules, recording).get("machine_id", "")


def copies(rules: Rules, recordings: Sequence[Recording]) -> dict[str, tuple[str, ...]]:
    """By host the other hosts that have its machine id: somebody copied a machine and did not give it its own."""
    ids = [(recording.host, _aliases(rules, recording).get("machine_id", "")) for recording in recordings]
    return {
        host: tuple(other for other, its in ids if its == own and other != host)
        for host, own in ids
        if own and sum(its == own for _, its in ids) > 1
    }


def fact_of(rules: Rules, recording: Recording, wanted: type[F]) -> F | None:
    """One fact of one recording; None when it could not be read or is not there."""
    return _read(_view(rules, recording), wanted)


def asset_of(rules: Rules, address: str, subject: Subject) -> Asset:
    """One row of the inventory, as the report shows it. address: where it was asked, "" for this machine itself."""
    recording = subject.recording
    view = _view(rules, recording)
    system, device, near = _read(view, Machine), _read(view, Device), _read(view, Neighbour)
    kind = device.kind if device is not None and device.kind in _KINDS else "device"
    strong = (system is not None and system.machine_id) or (near is not None and near.mac and not near.randomised)
    return Asset(
        name=recording.host,
        id=subject.asset,
        kind=recording.platform or kind,
        address=address or (near.address if near is not None else ""),
        system=system.name if system is not None else near.maker if near is not None else "",
        looked=recording.failed is None,
        reason=recording.failed,
        detail=recording.why,
        taken_at=recording.taken_at,
        vantage=recording.vantage,
        weak_identity=not strong,
        workstation=system.workstation if system is not None else device is not None and device.kind == "workstation",
    )
