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
RSNAPSHOT = "rsnapshot: cron"
VEEAM = "veeam: Dagelijks"
CLONES = ("kopie-1", "kopie-2")
DEBIAN_12 = (*CLONES, "fileserver", "boekhouding", "webshop", "balie", "kassa", "loket", "brug", "bestanden", "kluis")
SUDO = ("fileserver", "archief", "webshop", "kassa", "loket", "brug", "bestanden")
WEBS = ("web-oud", "web-bijna", "web-goed")
ONLY_SSH = ("fileserver", "webshop", "archief", "brug", "loket", "kassa")
PC, WEB = "192.168.78.44", "192.168.78.11"
APPROVED = "tcp 5443 -> 192.168.78.13:443"  # in the settings

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
    Row("office", "BAK-ANY-004", "backup/copy-off-site", "fail", "office", "fileserver", "bestanden"),
    Row("office", "BAK-ANY-005", "backup/copy-out-of-reach", "fail", "office", "fileserver", "bestanden"),
    Row("boekhouding", "ACC-LNX-005", "access/guessing-slowed", "fail", "loket"),
    Row("kassa", "LOG-ANY-002", "logging/time-synchronised", "fail", "planning"),
    Row("kassa", "LOG-LNX-003", "logging/own-logon-logged", "fail", "fileserver"),
    Row("kassa", "LOG-LNX-004", "logging/log-volume", "fail", "planning"),
    Row("kassa", "ACC-LNX-002", "access/root-over-ssh", "fail", "fileserver"),
    Row("kassa", "ACC-LNX-006", "access/ssh-keys", "fail", "planning"),
    Row("kassa", "UPD-LNX-004", "updates/package-sources-trusted", "fail", "fileserver"),
    Row("kassa", "UPD-LNX-006", "updates/nothing-held-back", "warn", "fileserver"),
    Row("kassa", "ENC-ANY-001", "encryption/backup-copies", "fail", "kluis", "borg", "borg"),
    Row("archief", "UPD-LNX-005", "updates/longer-support", "fail", "fileserver"),
    Row("brug", "SEG-ANY-001", "segmentation/bridging-host", "fail", "fileserver"),
    Row("bestanden", "ACC-LNX-007", "access/file-shares", "fail", "kluis", "smb data", "smb data"),
    Row("bestanden", "BAK-LNX-005", "backup/databases-dumped", "warn", "kluis", "MySQL", "MySQL"),
    Row("bestanden", "SEG-LNX-002", "segmentation/published-ports", "fail", "kluis", "8080/tcp", "8080/tcp"),
    Row("bestanden", "UPD-LNX-007", "updates/bundles-updated", "fail", "kluis", "container web", "container web"),
    Row("router", "EXP-NET-002", "exposure/port-forwards", "fail", "router", f"tcp 3389 -> {PC}:3389", APPROVED),
    Row("router", "EXP-NET-002", "exposure/port-forwards", "warn", "router", f"tcp 8080 -> {WEB}:80", APPROVED),
    Row("planning", "MFA-LNX-002", "mfa/admin-second-factor", "warn", "kluis"),
    Row("brug", "ACC-LNX-004", "access/dormant-accounts", "fail", "fileserver"),
    Row("archief", "BAK-LNX-003", "backup/other-jobs", "fail", "kluis", RSNAPSHOT, RSNAPSHOT),
    Row("loket", "BAK-LNX-004", "backup/agent-jobs", "fail", "brug", VEEAM, VEEAM),
    Row("nfs-open", "ACC-NET-002", "access/anonymous-files", "warn", "nfs-goed", "NFS /data", "NFS /data"),
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
    Row("delen-gast", "ACC-NET-002", "access/anonymous-files", "warn", "delen-goed", "SMB data", "SMB"),
    Row("ftp-open", "ACC-NET-002", "access/anonymous-files", "warn", "ftp-goed", "FTP", "FTP"),
    Row("office", "SEG-NET-001", "segmentation/mixed-network", "fail", "office", "kantoor", "vergaderzaal"),
    Row("werkplek", "SEG-NET-005", "segmentation/pc-to-pc", "fail", "werkplek-2"),
)

# What is true of a host and was not put there as a fault: neither seeded nor false. The shared root is of Debian 12,
# whose support for everyone has ended; the scan account itself becomes root without a question.
ASIDE = {
    **{(host, "updates/system-supported", ""): "warn" for host in DEBIAN_12},
    **{(host, "access/root-rights", ""): "warn" for host in SUDO},
    **{(host, "segmentation/host-firewall", ""): "warn" for host in ONLY_SSH},
    ("kluis", "segmentation/host-firewall", ""): "fail",
    ("planning", "access/root-over-ssh", ""): "warn",  # the scanner itself logs in as root there
    ("loket", "mfa/ssh-password-login", ""): "warn",  # slowed down, but a password alone
    ("kassa", "backup/borg-jobs", "encryption"): "fail",  # the same repository, by what Borg does itself
    ("webshop", "logging/logs-leave-machine", ""): "fail",  # without a log daemon nothing is sent
    ("webshop", "access/guessing-slowed", ""): "fail",
    ("brug", "access/guessing-slowed", ""): "warn",  # at the machine itself
    ("office", "backup/copy-out-of-reach", ""): "warn",  # what Ingrid says does not hold for the fileserver
    ("office", "backup/no-stand-in", "loket"): "warn",  # nothing there passes: without a back-up there is no twin
    ("telnet", "segmentation/management-pages", ""): "fail",  # telnet is a way to manage too
    ("vnc-goed", "exposure/clear-text-services", VNC): "warn",  # a password, and the screen in the open
    ("ftp-goed", "exposure/clear-text-services", "FTP 21/tcp"): "warn",  # TLS is required; by rule every FTP is told
}

# What nmap tells of versions when it gets the time; a busy machine may not give it. Debian mends these still, and its
# versions do not say so.
PERHAPS = {
    *((host, "updates/network-services", "port 80 nginx") for host in (*WEBS, "router-2")),
    *((host, "updates/network-services", "port 443 nginx") for host in WEBS),
    ("redis-open", "updates/network-services", "port 6379 Redis key-value store"),
}

# Where the scanner has no root, these must be *not assessed*, whatever is wrong there.
HIDDEN = (
    ("balie", "mfa/ssh-password-login", "no_privilege"),
    ("balie", "access/root-accounts", "no_privilege"),
    ("balie", "access/root-rights", "no_privilege"),
)
