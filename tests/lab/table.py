"""The office: which hosts there are, what is wrong on each, and where the same is in order."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tests.lab import seeds
from tests.lab.host import Host

Put = Callable[[Host], None]


@dataclass(frozen=True)
class Place:
    """One host. root: how the scanner asks as root: by `sudo`, by `login` as root, or not at all ("")."""

    name: str
    number: int
    systemd: bool
    root: str
    faults: tuple[Put, ...]


@dataclass(frozen=True)
class Row:
    """One fault: what must be found, and the host (and part) on which the same code passes."""

    host: str
    code: str
    check: str
    outcome: str
    twin: str
    subject: str = ""
    twin_subject: str = ""


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
            seeds.open_account,
            lambda h: seeds.runs_as(h, "cloudflared"),
        ),
    ),
    Place("webshop", 15, True, "sudo", (seeds.journal_in_memory, seeds.password_alone, seeds.second_root)),
    Place("balie", 16, False, "", (seeds.password_alone,)),
)

ROWS = (
    Row("boekhouding", "MFA-LNX-001", "mfa/ssh-password-login", "fail", "fileserver"),
    Row("boekhouding", "LOG-LNX-002", "logging/log-history", "fail", "fileserver"),
    Row("boekhouding", "ACC-LNX-003", "access/root-rights", "fail", "planning"),
    Row("boekhouding", "SEG-LNX-001", "segmentation/host-firewall", "fail", "planning"),
    Row("boekhouding", "EXP-ANY-001", "exposure/remote-access-tools", "warn", "planning", "AnyDesk"),
    Row("boekhouding", "BAK-LNX-001", "backup/restic-jobs", "fail", "fileserver", "cron", "cron"),
    Row("boekhouding", "BAK-ANY-002", "backup/recent-backup", "fail", "fileserver", "restic: cron", "restic: cron"),
    Row("boekhouding", "UPD-LNX-001", "updates/security-updates-waiting", "fail", "fileserver"),
    Row("boekhouding", "UPD-LNX-003", "updates/automatic-updates", "fail", "fileserver"),
    Row("boekhouding", "UPD-ANY-001", "updates/reboot-pending", "fail", "planning"),
    Row("archief", "LOG-LNX-001", "logging/logs-survive-reboot", "fail", "planning"),
    Row("archief", "ACC-LNX-001", "access/root-accounts", "fail", "fileserver"),
    Row("archief", "EXP-ANY-002", "exposure/publishing-tunnels", "fail", "planning", "cloudflared"),
    Row("archief", "BAK-LNX-002", "backup/borg-jobs", "fail", "fileserver", "cron", "cron"),
    Row("archief", "BAK-ANY-002", "backup/recent-backup", "fail", "fileserver", "borg: cron", "borg: cron"),
    Row("archief", "UPD-LNX-001", "updates/security-updates-waiting", "fail", "planning"),
    Row("archief", "UPD-LNX-002", "updates/update-lists-fresh", "fail", "fileserver"),
    Row("archief", "UPD-ANY-002", "updates/system-supported", "fail", "planning"),
    Row("webshop", "LOG-LNX-001", "logging/logs-survive-reboot", "fail", "fileserver"),
    Row("webshop", "MFA-LNX-001", "mfa/ssh-password-login", "fail", "planning"),
    Row("webshop", "ACC-LNX-001", "access/root-accounts", "fail", "planning"),
)

# What is true of a host and was not put there as a fault: neither seeded nor false. The shared root is of Debian 12,
# whose support for everyone has ended; the scan account itself becomes root without a question.
ASIDE = {
    ("fileserver", "updates/system-supported", ""): "warn",
    ("boekhouding", "updates/system-supported", ""): "warn",
    ("webshop", "updates/system-supported", ""): "warn",
    ("balie", "updates/system-supported", ""): "warn",
    ("fileserver", "access/root-rights", ""): "warn",
    ("archief", "access/root-rights", ""): "warn",
    ("webshop", "access/root-rights", ""): "warn",
    ("archief", "segmentation/host-firewall", ""): "warn",  # only SSH listens there
}

# Where the scanner has no root, these must be *not assessed*, whatever is wrong there.
HIDDEN = (
    ("balie", "mfa/ssh-password-login", "no_privilege"),
    ("balie", "access/root-accounts", "no_privilege"),
    ("balie", "access/root-rights", "no_privilege"),
    ("balie", "logging/log-history", "no_privilege"),
)
