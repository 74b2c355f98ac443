"""The table of the lab: what is wrong where, where the same is in order, and what else is true of its hosts."""

from __future__ import annotations

from dataclasses import dataclass


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


REDIS, MEMCACHED, MQTT, VNC = "Redis 6379/tcp", "memcached 11211/tcp", "MQTT 1883/tcp", "VNC 5900/tcp"

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
    Row("archief", "LOG-ANY-003", "logging/logs-leave-machine", "fail", "planning"),
    Row("boekhouding", "LOG-ANY-003", "logging/logs-leave-machine", "fail", "fileserver"),
    Row("office", "BAK-ANY-001", "backup/every-system", "fail", "office", "archief", "fileserver"),
    Row("office", "BAK-ANY-001", "backup/every-system", "fail", "office", "boekhouding", "fileserver"),
    Row("redis-open", "ACC-NET-001", "access/data-services", "fail", "redis-goed", REDIS, REDIS),
    Row("memcache-open", "ACC-NET-001", "access/data-services", "fail", "redis-goed", MEMCACHED, REDIS),
    Row("mqtt-open", "ACC-NET-001", "access/data-services", "fail", "mqtt-goed", MQTT, MQTT),
    Row("vnc-open", "ACC-NET-001", "access/data-services", "fail", "vnc-goed", VNC, VNC),
    Row("web-oud", "EXP-NET-004", "exposure/certificates-and-tls", "fail", "web-goed", "port 443", "port 443"),
    Row("web-bijna", "EXP-NET-004", "exposure/certificates-and-tls", "warn", "web-goed", "port 443", "port 443"),
    Row("telnet", "EXP-NET-003", "exposure/clear-text-services", "fail", "redis-goed", "telnet 23/tcp"),
    Row("ftp-open", "EXP-NET-003", "exposure/clear-text-services", "warn", "mqtt-goed", "FTP 21/tcp"),
    Row("vnc-open", "EXP-NET-003", "exposure/clear-text-services", "warn", "mqtt-goed", VNC),
    Row("hypervisor", "SEG-NET-004", "segmentation/management-pages", "fail", "router"),
    Row("router-2", "SEG-NET-004", "segmentation/management-pages", "warn", "router"),
    Row("snmp-public", "ACC-NET-003", "access/snmp-public", "warn", "snmp-goed"),
    Row("router", "EXP-NET-001", "exposure/router-opens-ports", "fail", "router-2"),
    Row("office", "SEG-NET-001", "segmentation/mixed-network", "fail", "office", "kantoor", "vergaderzaal"),
    Row("werkplek", "SEG-NET-005", "segmentation/pc-to-pc", "fail", "werkplek-2"),
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
    ("planning", "mfa/admin-second-factor", ""): "warn",
    ("planning", "access/root-over-ssh", ""): "warn",  # the scanner itself logs in as root there
    ("webshop", "logging/logs-leave-machine", ""): "fail",  # without a log daemon nothing is sent
    ("boekhouding", "access/guessing-slowed", ""): "fail",
    ("webshop", "access/guessing-slowed", ""): "fail",
    ("office", "backup/copy-off-site", "fileserver"): "fail",
    ("office", "backup/copy-out-of-reach", "fileserver"): "fail",
    ("telnet", "segmentation/management-pages", ""): "fail",  # telnet is a way to manage too
    ("vnc-goed", "exposure/clear-text-services", VNC): "warn",  # a password, and the screen in the open
    ("ftp-goed", "exposure/clear-text-services", "FTP 21/tcp"): "warn",  # TLS is required; by rule every FTP is told
    ("archief", "segmentation/host-firewall", ""): "warn",  # only SSH listens there
}

# Where the scanner has no root, these must be *not assessed*, whatever is wrong there.
HIDDEN = (
    ("balie", "mfa/ssh-password-login", "no_privilege"),
    ("balie", "access/root-accounts", "no_privilege"),
    ("balie", "access/root-rights", "no_privilege"),
)
