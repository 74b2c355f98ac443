"""The hosts that the scanner may log in to, and what is wrong on each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tests.lab import seeds, seeds_backup, seeds_containers, seeds_logins, services
from tests.lab.cable import OFFICE, SERVERS, Network
from tests.lab.host import Host

Put = Callable[[Host], None]


@dataclass(frozen=True)
class Place:
    """One host. root: how the scanner asks as root: by `sudo`, by `login` as root, by the `helper` that
    only reads, or not at all (""). `wrong`: the password in the settings is not the one of the account.

    serves: it has the layer of services. beside: its other network cards.
    """

    name: str
    number: int
    systemd: bool
    root: str
    faults: tuple[Put, ...]
    serves: bool = False
    beside: tuple[tuple[Network, int], ...] = ()

    @property
    def cards(self) -> tuple[tuple[Network, int], ...]:
        return ((SERVERS, self.number), *self.beside)

    @property
    def login(self) -> str:
        """The account in the settings."""
        return {"login": "root", "helper": "helper", "wrong": "wrong"}.get(self.root, "linux")


PLACES = (
    Place("fileserver", 11, True, "sudo", (lambda h: seeds.restic_backup(h, 0.5), lambda h: seeds.borg_backup(h, 0.4))),
    Place("planning", 12, False, "login", (seeds.new_release, seeds.firewall, seeds.open_service)),
    Place(
        "boekhouding",
        13,
        False,
        "sudo",
        (
            seeds.password_alone,
            seeds.no_automatic_updates,
            lambda h: seeds.package_lists(h, waiting=("sudo",)),
            lambda h: seeds.nothing_installed_for(h, 20),
            lambda h: seeds.restart_asked(h, 20),
            lambda h: seeds.restic_backup(h, 20),
            lambda h: seeds.short_history(h, 5),
            lambda h: seeds.logs_go_to(h, ""),
            seeds.staff_unasked,
            lambda h: seeds.runs_as(h, "anydesk"),
            seeds.open_service,
        ),
    ),
    Place(
        "archief",
        14,
        False,
        "sudo",
        (
            seeds.old_release,
            seeds.no_log_daemon,
            lambda h: seeds.stale_lists(h, 25, waiting=("sudo",)),
            lambda h: seeds.borg_backup(h, 30),
            lambda h: seeds_backup.rsnapshot(h, 30, "ERROR: /usr/bin/rsync returned 12 while processing /srv/data/"),
            seeds.open_account,
            lambda h: seeds.runs_as(h, "cloudflared"),
        ),
    ),
    Place("webshop", 15, True, "sudo", (seeds.journal_in_memory, seeds.password_alone, seeds.second_root)),
    Place("balie", 16, False, "", (seeds.password_alone,)),
    Place(
        "kassa",
        17,
        False,
        "sudo",
        (
            seeds_logins.no_clock,
            seeds_logins.quiet_logons,
            seeds_logins.open_log,
            seeds_logins.root_over_ssh,
            seeds_logins.weak_key,
            seeds_logins.unsigned_source,
            lambda h: seeds_logins.held_back(h, "rsyslog"),
            lambda h: seeds_backup.borg_elsewhere(h, 1, encrypted=False),
            seeds_backup.mirror,
        ),
    ),
    Place(
        "loket",
        18,
        False,
        "sudo",
        (seeds_logins.guessing_slowed, seeds_backup.synchronised, lambda h: seeds_backup.veeam(h, "FAILED", "FAILED")),
    ),
    Place(
        "brug",
        19,
        True,
        "sudo",
        (
            seeds_logins.joins_networks,
            lambda h: seeds_backup.veeam(h, "SUCCESS", "SUCCESS"),
            lambda h: seeds_logins.forgotten_account(h, 400),
        ),
        beside=((OFFICE, 40),),
    ),
    Place(
        "bestanden",
        20,
        False,
        "sudo",
        (
            lambda h: services.samba(h, guest=True),
            services.mariadb,
            seeds_backup.own_database,
            lambda h: seeds_backup.restic_elsewhere(h, 0.5),
            lambda h: seeds_containers.container(h, "8080:80", 500),
            seeds.firewall,
        ),
        serves=True,
    ),
    Place(
        "kluis",
        21,
        False,
        "helper",
        (
            lambda h: services.samba(h, guest=False),
            services.mariadb,
            seeds_backup.own_database,
            lambda h: seeds_backup.database_dump(h, 0.5),
            lambda h: seeds_backup.borg_elsewhere(h, 0.5, encrypted=True),
            lambda h: seeds_containers.container(h, "127.0.0.1:8080:80", 20),
            lambda h: seeds_backup.rsnapshot(h, 0.5),
            seeds_logins.admin_with_token,
        ),
        serves=True,
    ),
    # A wrong password, on machines that lock an account after three.
    Place("magazijn", 22, False, "wrong", (seeds_logins.guessing_slowed,)),
    Place("werkplaats", 23, False, "wrong", (seeds_logins.guessing_slowed,)),
    Place("expeditie", 24, False, "wrong", (seeds_logins.guessing_slowed,)),
    # Two machines made from one image.
    Place("kopie-1", 25, False, "", (seeds_logins.cloned,)),
    Place("kopie-2", 26, False, "", (seeds_logins.cloned,)),
)

# Every way to ask, with and without systemd: enough to see every command. Watching makes a host ten times as slow.
WATCHED = ("fileserver", "planning", "boekhouding", "bestanden", "kluis")

# In the settings, at an address where somebody else has moved in: the key is not the one that is known.
REPLACED = "gewisseld"
