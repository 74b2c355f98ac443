"""What was put in, against what was found: the figures of the last line, and each thing that is not as it should be."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.lab.lab import Outcome
from tests.lab.strangers import FAKES, STRANGERS
from tests.lab.table import ASIDE, PERHAPS, ROWS, Row

ADDRESSES = {device.name: device.card[0].at(device.card[1]) for device in (*STRANGERS, *FAKES)}
Key = tuple[str, str, str]


@dataclass
class Comparison:
    """Lists of what is wrong; all of them empty is what the lab is for."""

    missed: list[str] = field(default_factory=list)
    ailing: list[str] = field(default_factory=list)
    false: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    received: dict[str, int] = field(default_factory=dict)

    @property
    def troubles(self) -> dict[str, list[str]]:
        kinds = {"missed": self.missed, "twin does not pass": self.ailing, "false": self.false}
        return kinds | {"not as expected": self.wrong, "changed": self.changed}

    @property
    def well(self) -> bool:
        return not any(self.troubles.values()) and not any(self.received.values())

    @property
    def lines(self) -> tuple[str, str]:
        seeded, twins = len(ROWS), len(twins_of(ROWS))
        got = self.received
        return (
            f"printer: {got['printer']} bytes, lock-outs: {got['lock-outs']}, rogue: {got['rogue']} credentials",
            f"lab: seeded {seeded}, found {seeded - len(self.missed)}, missed {len(self.missed)}, "
            f"twins {twins}, passed {twins - len(self.ailing)}, false {len(self.false)}, changed {len(self.changed)}",
        )


def keyed(host: str, check: str, subject: str) -> Key:
    """As findings.json has it: what has no name in the settings is called by its address."""
    return ADDRESSES.get(host, host), check, subject


def twins_of(rows: tuple[Row, ...]) -> set[Key]:
    return {keyed(row.twin, row.check, row.twin_subject) for row in rows}


def compared(outcome: Outcome) -> Comparison:
    """Every row and every finding once."""
    found: dict[Key, dict[str, Any]] = {(r["host"], r["check"], r["subject"]): r for r in outcome.findings}
    done = Comparison(received=received(outcome.result))
    for row in ROWS:
        seen = found.get(keyed(row.host, row.check, row.subject), {})
        if seen.get("outcome") != row.outcome or row.code not in seen["catalogue"]:
            done.missed.append(f"{row.code} on {row.host} {row.subject}: {told(seen)}")
    for key in sorted(twins_of(ROWS)):
        if found.get(key, {}).get("outcome") != "pass":
            done.ailing.append(f"{' '.join(key)}: {told(found.get(key, {}))}")
    aside = {keyed(*key): wanted for key, wanted in ASIDE.items()}
    expected = {keyed(row.host, row.check, row.subject) for row in ROWS} | aside.keys()
    expected |= {keyed(*key) for key in PERHAPS}
    for key, seen in found.items():
        if seen["outcome"] in ("warn", "fail") and key not in expected:
            done.false.append(f"{' '.join(key)}: {told(seen)}")
    for key, wanted in aside.items():
        if found.get(key, {}).get("outcome") != wanted:
            done.wrong.append(f"{' '.join(key)}: {wanted} expected, {told(found.get(key, {}))}")
    done.changed = [f"{host}: {path}" for host, paths in outcome.result["changed"].items() for path in paths]
    return done


def told(row: Mapping[str, Any]) -> str:
    return f"{row['outcome']} ({row['reason'] or row['found']})" if row else "no finding"


def received(result: Mapping[str, Any]) -> dict[str, int]:
    """What must never come in: bytes at what prints or moves machines, and anything that lets somebody in."""
    got = result["received"]
    counts = {kind: sum(int(line.split()[2]) for line in got[kind]) for kind in ("printer", "plc")}
    logins = [line for line in got["rogue"] if not line.endswith(" none")]
    return counts | {"rogue": len(logins), "lock-outs": result["locked"]}
