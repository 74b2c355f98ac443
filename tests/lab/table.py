"""The office: which hosts there are, what is wrong on each, and where the same is in order."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tests.lab import seeds
from tests.lab.host import Host

Put = Callable[[Host], None]


@dataclass(frozen=True)
class Place:
    """One host. root: the scanner may ask as root there. faults: what is put on it above a sound machine."""

    name: str
    number: int
    systemd: bool
    root: bool
    faults: tuple[Put, ...]


@dataclass(frozen=True)
class Row:
    """One fault: what must be found, and the host on which the same code passes."""

    host: str
    code: str
    check: str
    subject: str
    outcome: str
    twin: str
    twin_subject: str = ""


PLACES = (
    Place("fileserver", 11, True, True, (lambda h: seeds.restic_backup(h, 0.5), lambda h: seeds.borg_backup(h, 0.4))),
    Place("planning", 12, False, True, (seeds.new_release,)),
    Place(
        "boekhouding",
        13,
        False,
        True,
        (
            seeds.password_alone,
            seeds.no_automatic_updates,
            lambda h: seeds.package_lists(h, waiting=("sudo",)),
            lambda h: seeds.nothing_installed_for(h, 20),
            lambda h: seeds.restart_asked(h, 20),
            lambda h: seeds.restic_backup(h, 20),
            lambda h: seeds.short_history(h, 5),
        ),
    ),
    Place(
        "archief",
        14,
        False,
        True,
        (
            seeds.old_release,
            seeds.no_log_daemon,
            lambda h: seeds.stale_lists(h, 25, waiting=("sudo",)),
            lambda h: seeds.borg_backup(h, 30),
        ),
    ),
    Place("webshop", 15, True, True, (seeds.journal_in_memory, seeds.password_alone)),
    Place("balie", 16, False, False, (seeds.password_alone,)),
)
