"""What came by file beside what was asked now: one row a machine, and nothing that was left out goes unsaid.

What was asked now wins. A file stands in for a machine that did not answer, joins the device that the network shows
with the same network card, or is a row of its own.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from nis2scan.assets import fact_of, machine_id
from nis2scan.errors import ConfigError, Reason
from nis2scan.facts.cards import Cards
from nis2scan.facts.linux.networks import Raw
from nis2scan.facts.network.doors import Neighbour
from nis2scan.model import Message, Recording, say
from nis2scan.policy import Policy
from nis2scan.reading import OFFICE
from nis2scan.recording import from_bytes
from nis2scan.rules import Rules
from nis2scan.scan import Answered, Target
from nis2scan.store import Kept, Store, short
from nis2scan.transport.delivered import VANTAGE, Delivered


def deliveries(store: Store, policy: Policy, now: datetime) -> list[Target]:
    """The newest file of every machine, as something to ask. One that is too old says only that."""
    newest: list[Kept] = []
    for kept in store.delivered():
        if not any(item.replaces(kept.machine, kept.host) for item in newest):
            newest.append(kept)
    newest.sort(key=lambda item: not item.machine)  # what is known by more than its name comes first
    return [Target(kept.host, "", Delivered(_recording(kept, policy, now)), delivered=True) for kept in newest]


def _recording(kept: Kept, policy: Policy, now: datetime) -> Recording:
    try:
        recording = from_bytes(kept.path.read_bytes())
    except (ConfigError, OSError) as trouble:
        return Recording(kept.host, "", kept.taken_at, VANTAGE, {}, Reason.PARSE_ERROR, str(trouble))
    days = (now - recording.taken_at).days
    if days <= policy.delivered_max_days:
        return recording
    return replace(recording, answers={}, failed=Reason.STALE_DATA, why=f"{recording.taken_at:%Y-%m-%d}")


@dataclass(frozen=True)
class _Seen:
    """One row, and what the machine can be known by. own: the name that it gives itself, "" when it was not asked."""

    row: Answered
    id: str
    own: str

    def same(self, file: _Seen) -> bool:
        """Ids decide where both have one, and a copy has another name; else it is the name alone, which is weak."""
        if self.id and file.id:
            return self.id == file.id and self.own in ("", file.own)
        return file.own in (self.own, short(self.row[0].name))


def merged(rules: Rules, answered: Sequence[Answered]) -> tuple[list[Answered], list[Message]]:
    """All rows with the files among them put in their places, and a sentence for each file that met a live machine."""
    files = [_seen(rules, row) for row in answered if row[0].delivered]
    rows = [row for row in answered if not row[0].delivered]
    if not files:
        return rows, []
    live = [_seen(rules, row) for row in rows if not row[0].found]
    notes: list[Message] = []
    left: list[Answered] = []
    for file in files:
        met = [item for item in live if item.same(file)]
        if any(item.row[1].failed is None for item in met):
            notes.append(_passed_over(file.row[1]))
        elif met and file.row[1].failed is None:
            place = next(at for at, row in enumerate(rows) if row is met[0].row)
            rows[place] = _standing_in(met[0].row, file.row[1])
            live.remove(met[0])
            notes.append(_stands_in(rows[place][0].name, file.row[1]))
        elif not met:
            left.append(file.row)
    placed = _on_network(rules, rows, left)
    return _apart([*rows, *placed]), notes


def _seen(rules: Rules, row: Answered) -> _Seen:
    recording = row[1]
    if row[0].delivered:
        own = recording.host
    elif (raw := fact_of(rules, recording, Raw)) is not None:
        own = raw.host
    else:
        visit = next((item for item in recording.answers.values() if item.question.kind == "session" and item.ok), None)
        own = str(json.loads(visit.text).get("computer") or "") if visit is not None else ""
    return _Seen(row, machine_id(rules, recording), short(own))


def _standing_in(row: Answered, recording: Recording) -> Answered:
    """The file in place of a machine that did not answer. Where another host key was shown, another machine may stand
    at the address: then the address, and what the network shows there, is not this machine's.
    """
    target, failed = row
    if failed.failed is Reason.HOST_KEY:
        target = replace(target, address="")
    return target, replace(recording, host=target.name)


def _on_network(rules: Rules, rows: Sequence[Answered], files: Sequence[Answered]) -> list[Answered]:
    """Files at the address of the device that has one of their network cards; the others as they are."""
    at = {}
    for target, recording in rows:
        near = fact_of(rules, recording, Neighbour) if target.found else None
        if near is not None and near.mac:
            at[near.mac.lower()] = target.address
    placed = []
    for target, recording in files:
        cards = fact_of(rules, recording, Cards)
        address = next((at[mac] for mac in sorted(cards.macs if cards is not None else ()) if mac in at), "")
        at = {mac: place for mac, place in at.items() if place != address}  # one device is one machine
        placed.append((replace(target, address=address), recording))
    return placed


def _apart(rows: Sequence[Answered]) -> list[Answered]:
    """Two machines of one name get a number: findings are told apart by the name of the host."""
    taken = {OFFICE}  # which names the office as a whole
    apart = []
    for target, recording in rows:
        name = _free(recording.host, taken)
        taken.add(name)
        apart.append(
            (replace(target, name=name), replace(recording, host=name))
            if name != recording.host
            else (target, recording)
        )
    return apart


def _free(name: str, taken: Collection[str]) -> str:
    number, free = 1, name
    while free in taken:
        number += 1
        free = f"{name} ({number})"
    return free


def _passed_over(recording: Recording) -> Message:
    return say(
        "{host} was asked now: what it delivered by file on {moment} does not count",
        host=recording.host,
        moment=recording.taken_at,
    )


def _stands_in(host: str, recording: Recording) -> Message:
    return say(
        "{host} did not answer now: what it delivered by file on {moment} counts", host=host, moment=recording.taken_at
    )
