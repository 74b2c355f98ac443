"""A made-up company, to see what nis2scan gives before letting it near an office. No host is needed or touched.

The answers of the servers are recordings of real Debian machines that were furnished for this; names are invented.
The PCs, the printer and the router are recordings of what the network shows of such devices. They and the NAS were
found and could not be looked into, as in most first scans.
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from importlib.resources import as_file, files

from nis2scan.assessing import Client, assessment
from nis2scan.assessment import Assessment, Consent
from nis2scan.assets import asset_of
from nis2scan.errors import Reason
from nis2scan.model import Recording
from nis2scan.reading import Subject
from nis2scan.recording import from_bytes
from nis2scan.rules import Rules

NAME = "Voorbeeld Techniek B.V."
PCS = 20


def demo(rules: Rules) -> Assessment:
    """The assessment of the made-up company, judged as of the day on which its machines were recorded."""
    recorded = {item.host: item for item in _recordings()}
    now = max(item.taken_at for item in recorded.values())
    pc = recorded.pop("pc")
    pcs = [_copied(pc, f"pc-{number:02}", f"192.0.2.{100 + number}") for number in range(1, PCS + 1)]
    nas = Recording("nas-01", "", now, "", {}, Reason.NO_CREDENTIAL, "")
    everything = [replace(item, vantage=item.vantage or "network") for item in (*recorded.values(), *pcs, nas)]
    subjects = [Subject(f"A-demo-{item.host}", item) for item in everything]
    assets = [asset_of(rules, "", item) for item in subjects]
    assets = [replace(item, kind="nas", address="192.0.2.20") if item.name == "nas-01" else item for item in assets]
    consent = Consent("S. Jansen, directeur", "192.0.2.0/24", date(now.year + 1, 12, 31))
    with as_file(files("nis2scan.demo") / "answers.toml") as answers:
        client = Client("C-demo", NAME, answers, consent=(consent,))
        return assessment(rules, client, subjects, assets, now, scanner="demo", synthetic=True)


def _copied(recording: Recording, name: str, address: str) -> Recording:
    """The same machine once more, at another address."""
    own = {key: replace(item, out=_at(item.out, address)) for key, item in recording.answers.items()}
    return replace(recording, host=name, answers=own)


def _at(out: bytes, address: str) -> bytes:
    return re.sub(rb'"address": "[^"]*"', b'"address": "%s"' % address.encode(), out)


def _recordings() -> list[Recording]:
    folder = files("nis2scan.demo")
    return [from_bytes(item.read_bytes()) for item in folder.iterdir() if item.name.endswith(".json")]
