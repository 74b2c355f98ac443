"""A made-up company, to see what nis2scan gives before letting it near an office. No host is needed or touched.

The answers of the servers are recordings of real Debian machines that were furnished for this; names are invented.
The PCs, the printer, the NAS and the router were "found" and could not be looked into, as in most first scans.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from importlib.resources import as_file, files

from nis2scan.assessing import Client, assessment
from nis2scan.assessment import Assessment, Asset, Consent
from nis2scan.assets import asset_of
from nis2scan.errors import Reason
from nis2scan.model import Recording
from nis2scan.reading import Subject
from nis2scan.recording import from_bytes
from nis2scan.rules import Rules

NAME = "Voorbeeld Techniek B.V."
PCS = 20


@dataclass(frozen=True)
class _Device:
    name: str
    address: str
    kind: str


def demo(rules: Rules) -> Assessment:
    """The assessment of the made-up company, judged as of the day on which its servers were recorded."""
    recordings = _recordings()
    now = max(item.taken_at for item in recordings)
    subjects = [Subject(f"A-demo-{item.host}", item) for item in recordings]
    assets = [asset_of(rules, "", item) for item in subjects]
    for device in _devices():
        seen = Recording(device.name, "", now, "", {}, Reason.NO_CREDENTIAL, "")
        subjects.append(Subject(f"A-demo-{device.name}", seen))
        assets.append(_asset(device, now))
    consent = Consent("S. Jansen, directeur", "192.0.2.0/24", date(now.year + 1, 12, 31))
    with as_file(files("nis2scan.demo") / "answers.toml") as answers:
        client = Client("C-demo", NAME, answers, consent=(consent,))
        return assessment(rules, client, subjects, assets, now, scanner="demo", synthetic=True)


def _recordings() -> list[Recording]:
    folder = files("nis2scan.demo")
    return [from_bytes(item.read_bytes()) for item in folder.iterdir() if item.name.endswith(".json")]


def _devices() -> list[_Device]:
    """What answered to its address and to nothing else."""
    pcs = [_Device(f"pc-{number:02}", f"192.0.2.{100 + number}", "device") for number in range(1, PCS + 1)]
    return [
        *pcs,
        _Device("nas-01", "192.0.2.20", "nas"),
        _Device("printer-01", "192.0.2.30", "device"),
        _Device("router", "192.0.2.1", "router"),
    ]


def _asset(device: _Device, now: datetime) -> Asset:
    return Asset(
        name=device.name,
        id=f"A-demo-{device.name}",
        kind=device.kind,
        address=device.address,
        looked=False,
        reason=Reason.NO_CREDENTIAL,
        taken_at=now,
        weak_identity=True,
        workstation=device.name.startswith("pc-"),
    )
