"""The thresholds: each a setting with a default and the named source of that default.

The NCSC gives no fixed numbers, so every number is the operator's choice; the finding prints the value used.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields


def _threshold(default: int, source: str) -> int:
    value: int = field(default=default, metadata={"source": source})
    return value


@dataclass(frozen=True)
class Policy:
    """Thresholds in the unit that the name says. `[policy]` in config.toml overrules them by the same name."""

    log_retention_ok_days: int = _threshold(90, "CIS 8.10")
    log_retention_min_days: int = _threshold(30, "nis2scan")
    log_volume_warn_percent: int = _threshold(90, "nis2scan")
    log_volume_fail_percent: int = _threshold(98, "nis2scan")
    clock_ok_seconds: int = _threshold(60, "2024/2690 3.2.6")
    clock_max_seconds: int = _threshold(300, "Kerberos")
    updates_warn_days: int = _threshold(8, "BIO2 8.08.01")
    updates_fail_days: int = _threshold(14, "Cyber Essentials")
    updates_exposed_fail_days: int = _threshold(7, "BIO2 8.08.01")
    update_lists_fresh_days: int = _threshold(3, "nis2scan")
    update_lists_usable_days: int = _threshold(7, "nis2scan")
    update_source_stale_days: int = _threshold(14, "nis2scan")
    auto_update_run_hours: int = _threshold(48, "nis2scan")
    other_updates_warn_days: int = _threshold(90, "nis2scan")
    image_warn_days: int = _threshold(90, "nis2scan")
    image_fail_days: int = _threshold(365, "nis2scan")
    reboot_warn_days: int = _threshold(7, "BIO2 8.08.01")
    reboot_fail_days: int = _threshold(14, "Cyber Essentials")
    mac_update_check_ok_days: int = _threshold(7, "NLMAPGOV")
    mac_update_check_max_days: int = _threshold(30, "NIST mSCP")
    mac_update_delay_max_days: int = _threshold(30, "nis2scan")
    mac_malware_data_ok_days: int = _threshold(31, "nis2scan")
    mac_malware_data_max_days: int = _threshold(62, "nis2scan")
    mac_admins_max: int = _threshold(2, "nis2scan")
    mac_audit_min_days: int = _threshold(60, "CIS Apple")
    signatures_ok_days: int = _threshold(3, "nis2scan")
    signatures_max_days: int = _threshold(7, "nis2scan")
    support_warn_days: int = _threshold(90, "nis2scan")
    backup_ok_hours: int = _threshold(72, "nis2scan")
    backup_max_hours: int = _threshold(168, "CIS 11.2")
    backup_client_ok_hours: int = _threshold(168, "CIS 11.2")
    backup_client_max_hours: int = _threshold(336, "nis2scan")
    backup_check_days: int = _threshold(92, "CIS 11.5")
    restore_ok_days: int = _threshold(92, "CIS 11.5")
    restore_max_days: int = _threshold(366, "BIO2 8.13.04")
    answer_valid_days: int = _threshold(366, "BIO2 5.18.02")
    admins_max: int = _threshold(3, "BIO2 8.02.01")
    lockout_max_attempts: int = _threshold(10, "Cyber Essentials")
    password_ok_length: int = _threshold(14, "CIS Benchmark")
    password_min_length: int = _threshold(8, "Cyber Essentials")
    builtin_admin_days: int = _threshold(30, "nis2scan")
    screen_lock_seconds: int = _threshold(900, "CIS 4.3")
    rsa_min_bits: int = _threshold(2048, "NIST SP 800-131A")
    rsa_ok_bits: int = _threshold(3072, "nis2scan")
    admin_keys_max: int = _threshold(10, "nis2scan")
    root_key_hosts_max: int = _threshold(3, "nis2scan")
    dormant_warn_days: int = _threshold(45, "CIS 5.3")
    dormant_fail_days: int = _threshold(180, "PingCastle")
    small_data_disk_mb: int = _threshold(1024, "nis2scan")
    empty_data_disk_mb: int = _threshold(256, "nis2scan")
    certificate_warn_days: int = _threshold(21, "nis2scan")
    delivered_max_days: int = _threshold(90, "nis2scan")  # what a machine said by file; older says little of today
    dataset_warn_days: int = _threshold(90, "nis2scan")
    dataset_max_days: int = _threshold(180, "nis2scan")
    # Names that the operator approves: remote-access tools and tunnels that are meant to be there.
    approved_remote_tools: tuple[str, ...] = ()
    approved_tunnels: tuple[str, ...] = ()
    approved_port_forwards: tuple[str, ...] = ()  # as `tcp 443 -> 192.168.1.10:443`
    approved_routers: tuple[str, ...] = ()  # machines by their own name: they are meant to join networks

    def values(self) -> dict[str, object]:
        """Every threshold by name, for the places in an `expected` sentence."""
        return {item.name: getattr(self, item.name) for item in fields(self)}


def source_of(name: str) -> str:
    """Where the default of a threshold comes from: an id in a norm, or `nis2scan` for our own choice."""
    return next((item.metadata.get("source", "") for item in fields(Policy) if item.name == name), "")
