"""Back-ups, whichever program made them: one record a job, made from what the programs' own facts tell."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial

from nis2scan.api import CannotTell, Confidence, Fact, Maybe, Message, Reason, Unknown, derives, say
from nis2scan.facts.backup_others import OF_PRODUCTS, of_agents, of_others, silent_agents
from nis2scan.facts.backup_record import Backup, making, recorded
from nis2scan.facts.linux.backup_agents import BackupAgents
from nis2scan.facts.linux.borg import DEEP, Borg
from nis2scan.facts.linux.local_copies import LocalCopies
from nis2scan.facts.linux.other_jobs import OtherJobs
from nis2scan.facts.linux.restic import Restic
from nis2scan.facts.linux.system import System


@dataclass(frozen=True)
class Backups(Fact):
    """Every back-up job that was found on a host. unread: why a kind of tool could not be looked for.

    workstation: a person sits at it, so its limits are wider; None when that could not be read.
    """

    records: tuple[Backup, ...]
    unread: Mapping[str, Unknown]
    workstation: bool | None

    @property
    def blind(self) -> Unknown | None:
        """The first of what could not be looked for: more back-ups may exist than were seen."""
        return next(iter(self.unread.values()), None)


@derives
def backups(
    restic: Maybe[Restic],
    borg: Maybe[Borg],
    folders: Maybe[LocalCopies],
    others: Maybe[OtherJobs],
    agents: Maybe[BackupAgents],
    system: Maybe[System],
) -> Backups:
    """A tool that could not be looked for adds no record; that is never read as "there is none"."""
    made = [
        *(of_restic(restic.value) if restic.value is not None else ()),
        *(of_borg(borg.value, folders.value) if borg.value is not None else ()),
        *(of_others(others.value) if others.value is not None else ()),
        *(of_agents(agents.value) if agents.value is not None else ()),
    ]
    looked = {"restic": restic.why, "borg": borg.why, "scripts": others.why, "agents": agents.why}
    unread = {kind: _unknown(why) for kind, why in looked.items() if isinstance(why, CannotTell)}
    # A tool that is installed and never used hides no back-up; nor, beside another, one that this system cannot have.
    no_loss = {Reason.OUT_OF_VANTAGE, *([Reason.UNSUPPORTED_PLATFORM] if made else [])}
    return Backups(
        records=tuple(made),
        unread={kind: why for kind, why in unread.items() if why.reason not in no_loss}
        | _elsewhere(agents.value, made),
        workstation=system.value.workstation if system.value is not None else None,
    )


@dataclass(frozen=True)
class ProductJobs(Fact):
    """The jobs of clients of back-up products that units and cron show."""

    records: tuple[Backup, ...]


@derives
def product_jobs(others: Maybe[OtherJobs]) -> ProductJobs:
    """Never missing: a job that could not be looked for is not judged, and its product is asked about."""
    seen = of_others(others.value) if others.value is not None else []
    return ProductJobs(tuple(record for record in seen if record.tool in OF_PRODUCTS))


def _unknown(why: CannotTell) -> Unknown:
    return Unknown(why.reason, why.detail if isinstance(why.detail, (str, Message)) else str(why.detail))


def _elsewhere(agents: BackupAgents | None, made: list[Backup]) -> dict[str, Unknown]:
    """An agent that runs may well make back-ups of which this machine keeps no trace."""
    silent = silent_agents(agents, made) if agents is not None else []
    running = [name for name in silent if agents is not None and agents.installed.get(name)]
    told = say("{products} runs here; only its server knows whether back-ups succeed", products=running)
    return {"agents": Unknown(Reason.OUT_OF_VANTAGE, told)} if running else {}


def of_restic(seen: Restic) -> list[Backup]:
    """restic always encrypts. A snapshot file in a local repository is a copy that was seen; a cache is its echo."""
    trace, sure = (seen.written, Confidence.MEASURED) if seen.written else (seen.cached, Confidence.DERIVED)
    if not (known := making(seen.jobs)) and trace is None:
        return []
    here = True if seen.written else None
    return [
        replace(recorded("restic", job, trace, sure, (3,)), targets=seen.targets, encrypted=True, here=here)
        for job in known or [None]
    ]


def of_borg(seen: Borg, folders: LocalCopies | None = None) -> list[Backup]:
    """The manifest is also touched by prune and delete: the newest back-up can be older, never younger."""
    if not (known := making(seen.jobs)) and seen.newest is None:
        return []
    facts = {item.encrypted for item in seen.manifests}
    record = partial(
        replace,
        targets=seen.targets,
        encrypted=False if False in facts else True if facts == {True} else None,
        checked=max((when for name, when in seen.checked.items() if name in DEEP), default=None),
        here=True if folders is not None and folders.here and not folders.gone else None,
        plain_at=tuple(sorted({item.kind for item in seen.manifests if item.encrypted is False})),
    )
    return [record(recorded("borg", job, seen.newest, Confidence.DERIVED)) for job in known or [None]]
