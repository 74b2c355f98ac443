"""Missing updates, stale lists, automatic updates and pending restarts, from what Linux hosts answer."""

from __future__ import annotations

import os
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from nis2scan.api import Answer, Confidence, Outcome, Question, Reason, Recording, Status
from nis2scan.facts.linux.apt import APT
from nis2scan.facts.linux.automatic_updates import AUTOMATIC_APT, AUTOMATIC_DNF
from nis2scan.facts.linux.packages import CACHES, PACMAN
from nis2scan.facts.linux.reboot import LIBRARIES, REBOOT
from nis2scan.facts.linux.services import COMMS
from nis2scan.facts.linux.system import MACHINE, OS_RELEASE
from nis2scan.facts.updates import PendingUpdates, UpdateLists
from nis2scan.testing import NOON, answered, fact, only, recording

WAITING, FRESH = "updates/security-updates-waiting", "updates/update-lists-fresh"
AUTO, REBOOTS = "updates/automatic-updates", "updates/reboot-pending"
DEBIAN = 'ID=debian\nVERSION_ID="12"\nPRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\n'
NOW = int(NOON.timestamp())
DAY = 86400
LISTS = "/var/lib/apt/lists/mirror.example_"

# Recorded on Debian 12 (2026-11-24), shortened: openssl has a fix in security and a newer one in the point release.
HEADS = f"""release {LISTS}debian-security_dists_bookworm-security_InRelease
Origin: Debian
Label: Debian-Security
Suite: oldstable-security
Codename: bookworm-security
Date: Mon, 23 Nov 2026 11:22:37 UTC
Valid-Until: Mon, 30 Nov 2026 11:22:37 UTC
release {LISTS}debian_dists_bookworm_InRelease
Origin: Debian
Label: Debian
Suite: oldstable
Codename: bookworm
Date: Sat, 11 Jul 2026 10:16:37 UTC
"""
SECURITY = f"list {LISTS}debian-security_dists_bookworm-security_main_binary-amd64_Packages.lz4\n"
MAIN = f"list {LISTS}debian_dists_bookworm_main_binary-amd64_Packages.lz4\n"
THIRD = "list /var/lib/apt/lists/download.docker.com_linux_debian_dists_bookworm_stable_binary-amd64_Packages.lz4\n"


def _apt(
    offers: str = SECURITY + MAIN,
    installed: str = "",
    *,
    refreshed: float = 0,
    active: float = 0,
    heads: str = HEADS,
    end: str = "end\n",
) -> str:
    return (
        f"now {NOW}\nrefreshed {int(NOW - refreshed * DAY)}\ninfo {NOW}\n{heads}{offers}{installed}"
        f"native amd64\nactivity {int(NOW - active * DAY)}\ninstalled_total 800\nstanzas 66498\n{end}"
    )


def _machine(more: str = "pid1=systemd\n") -> str:
    return f"kernel=6.1.0-25-amd64\nuptime=864000.00 1\nnow={NOW}\n{more}"


def _host(apt: str) -> Recording:
    given = [answered(OS_RELEASE, DEBIAN), answered(MACHINE, _machine()), answered(CACHES, f"now {NOW}\n")]
    given.append(answered(PACMAN, status=Status.MISSING))
    return recording(*given, answered(APT, apt))


FIX = SECURITY + "offer openssl amd64 3.0.20-1~deb12u3\n" + MAIN + "offer openssl amd64 3.0.21-1\n"
OPENSSL = "installed openssl ii amd64 3.0.20-1~deb12u1\n"


def test_nothing_waiting_on_fresh_lists_passes() -> None:
    assert only(WAITING, _host(_apt())).outcome is Outcome.PASS
    assert only(FRESH, _host(_apt())).outcome is Outcome.PASS


def test_a_security_fix_below_a_newer_point_release_is_seen() -> None:
    (item,) = fact(PendingUpdates, _host(_apt(FIX, OPENSSL))).pending
    assert (item.security, item.offered) == (True, "3.0.20-1~deb12u3")


@pytest.mark.parametrize(("idle", "outcome"), [(0, "warn"), (13, "warn"), (14, "fail"), (200, "fail")])
def test_a_fix_of_unknown_age_never_passes_and_fails_when_nothing_was_updated_for_two_weeks(
    idle: int, outcome: str
) -> None:
    found = only(WAITING, _host(_apt(FIX, OPENSSL, active=idle)))
    assert (found.outcome, found.confidence) == (Outcome(outcome), Confidence.DERIVED)
    assert "openssl" in str(found.found)


def test_without_any_trace_of_activity_a_waiting_fix_is_a_warning() -> None:
    text = _apt(FIX, OPENSSL, active=NOW / DAY).replace(f"info {NOW}\n", "info 0\n")
    assert "since when is not known" in str(only(WAITING, _host(text)).found)


def test_a_newer_version_in_the_main_suite_alone_is_no_security_update() -> None:
    found = only(WAITING, _host(_apt(SECURITY + MAIN + "offer openssl amd64 3.0.21-1\n", OPENSSL)))
    assert (found.outcome, str(found.found)) == (Outcome.PASS, "no security updates wait; other updates: 1")


def test_an_older_version_on_offer_is_not_pending() -> None:
    older = SECURITY + "offer openssl amd64 3.0.20-1~deb12u1~rc1\n" + MAIN
    assert not fact(PendingUpdates, _host(_apt(older, OPENSSL))).pending


def test_the_highest_of_several_versions_in_a_list_is_on_offer() -> None:
    two = SECURITY + "offer openssl amd64 3.0.20-1~deb12u10\noffer openssl amd64 3.0.20-1~deb12u9\n" + MAIN
    (item,) = fact(PendingUpdates, _host(_apt(two, OPENSSL))).pending
    assert item.offered == "3.0.20-1~deb12u10"


def test_a_foreign_architecture_is_a_package_of_its_own() -> None:
    offers = SECURITY + "offer openssl i386 9\n" + MAIN
    assert not fact(PendingUpdates, _host(_apt(offers, OPENSSL))).pending
    both = OPENSSL + "installed openssl ii i386 3.0.20-1~deb12u1\n"
    assert [item.offered for item in fact(PendingUpdates, _host(_apt(offers, both))).pending] == ["9"]


def test_a_held_package_still_waits_and_is_named_as_held() -> None:
    found = only(WAITING, _host(_apt(FIX, OPENSSL.replace(" ii ", " hi "))))
    assert "held back on purpose: openssl" in str(found.found)
    assert found.outcome is Outcome.WARN


def test_a_phased_update_outside_security_does_not_count() -> None:
    ubuntu = HEADS.replace("Debian-Security", "Ubuntu").replace("Debian", "Ubuntu")
    text = _apt(SECURITY + MAIN + "offer openssl amd64 9 10\n", OPENSSL, heads=ubuntu)
    (item,) = fact(PendingUpdates, _host(text)).pending
    assert item.phased
    assert only(WAITING, _host(text)).outcome is Outcome.PASS


def test_backports_are_not_on_offer_to_who_did_not_ask_for_them() -> None:
    heads = HEADS.replace(
        "Suite: oldstable\n", "Suite: bookworm-backports\nNotAutomatic: yes\nButAutomaticUpgrades: yes\n"
    )
    text = _apt(SECURITY + MAIN + "offer openssl amd64 9~bpo12+1\n", OPENSSL, heads=heads)
    assert not fact(PendingUpdates, _host(text)).pending


def test_a_third_party_list_is_of_unknown_kind_and_has_the_same_clock() -> None:
    text = _apt(SECURITY + MAIN + THIRD + "offer docker-ce amd64 2\n", "installed docker-ce ii amd64 1\n", active=20)
    found = only(WAITING, _host(text))
    assert (found.outcome, found.confidence) == (Outcome.FAIL, Confidence.DERIVED)
    assert "unknown kind" in str(found.found)


@pytest.mark.parametrize(("days", "outcome"), [(3, "pass"), (4, "warn"), (7, "warn"), (8, "fail")])
def test_lists_are_fresh_for_three_days_and_usable_for_seven(days: int, outcome: str) -> None:
    heads = HEADS.replace("23 Nov", "16 Nov")
    assert only(FRESH, _host(_apt(refreshed=days, heads=heads))).outcome is Outcome(outcome)


def test_stale_lists_are_never_nothing_pending() -> None:
    heads = HEADS.replace("23 Nov 2026", "01 Nov 2026")
    found = only(WAITING, _host(_apt(refreshed=20, heads=heads)))
    assert (found.outcome, found.reason) == (Outcome.NOT_ASSESSED, Reason.STALE_DATA)


def test_a_fix_in_old_lists_has_waited_at_least_that_long() -> None:
    heads = HEADS.replace("23 Nov 2026", "01 Nov 2026")
    found = only(WAITING, _host(_apt(FIX, OPENSSL, refreshed=20, heads=heads)))
    assert found.outcome is Outcome.FAIL
    assert "at least 20 days" in str(found.found)


@pytest.mark.parametrize(
    "heads",
    [
        HEADS.replace("30 Nov 2026", "23 Nov 2026"),  # no longer valid
        HEADS.replace("23 Nov 2026", "01 Nov 2026").replace("Valid-Until: Mon, 30 Nov 2026 11:22:37 UTC\n", ""),
    ],
)
def test_a_stale_mirror_is_not_fresh_however_often_it_is_read(heads: str) -> None:
    assert only(FRESH, _host(_apt(heads=heads))).outcome is Outcome.FAIL
    assert only(WAITING, _host(_apt(heads=heads))).reason is Reason.STALE_DATA


def test_debian_without_a_security_suite_is_not_up_to_date() -> None:
    heads = HEADS[HEADS.index(f"release {LISTS}debian_dists") :]
    assert only(WAITING, _host(_apt(MAIN, heads=heads))).outcome is Outcome.NOT_ASSESSED
    assert "none of the lists" in str(only(FRESH, _host(_apt(MAIN, heads=heads))).found)


def test_no_lists_at_all_is_not_assessed() -> None:
    for check in (WAITING, FRESH):
        assert only(check, _host(_apt("", heads=""))).reason is Reason.STALE_DATA


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (_apt("unreadable /var/lib/apt/lists/x_Packages\n"), Reason.NO_PRIVILEGE),
        (_apt(MAIN + "failed nohelper /var/lib/apt/lists/x_Packages.lz4\n"), Reason.TOOL_MISSING),
        (_apt(MAIN + "failed 100 /var/lib/apt/lists/x_Packages.lz4\n"), Reason.PARSE_ERROR),
        (_apt(FIX, OPENSSL, end=""), Reason.TRUNCATED),
    ],
)
def test_lists_that_cannot_be_read_are_not_assessed_with_the_reason(text: str, reason: Reason) -> None:
    found = only(WAITING, _host(text))
    assert (found.outcome, found.reason) == (Outcome.NOT_ASSESSED, reason)


@pytest.mark.parametrize(("read", "reason"), [(2526003, None), (63000, Reason.TRUNCATED)])
def test_a_list_shorter_than_its_release_file_says_is_no_list(read: int, reason: Reason | None) -> None:
    """apt-helper unpacks a gzip file that was cut, as far as it goes, and ends with 0 (tried on Debian 12)."""
    sized = HEADS.replace(
        "Codename: bookworm-security", "Codename: bookworm-security\nsize 2526003 main/binary-amd64/Packages"
    )
    found = only(WAITING, _host(_apt(f"{SECURITY}bytes {read}\n{MAIN}", heads=sized)))
    assert found.reason is reason


def test_dpkg_without_packages_is_another_systems_business() -> None:
    assert only(WAITING, _host(_apt().replace("total 800", "total 0"))).outcome is Outcome.NOT_ASSESSED


def test_a_laptop_that_was_off_is_warned_not_failed() -> None:
    heads = HEADS.replace("23 Nov 2026", "05 Nov 2026")
    text = _apt(refreshed=12, heads=heads)
    on = recording(
        answered(OS_RELEASE, DEBIAN),
        answered(MACHINE, _machine("power=Battery\n").replace("864000", "600")),
        answered(APT, text),
    )
    assert only(FRESH, on).outcome is Outcome.WARN
    assert only(FRESH, _host(text)).outcome is Outcome.FAIL


# ---- other package managers: written after their documentation, not recorded -------------------


def test_dnf_is_not_asked_and_that_is_said() -> None:
    box = recording(
        answered(OS_RELEASE, "ID=fedora\nVERSION_ID=44\n"),
        answered(CACHES, f"now {NOW}\ntool dnf5\ntool dnf\ndnf5 {NOW - DAY}\ndnf5 {NOW - 5 * DAY}\n"),
        answered(APT, status=Status.MISSING),
        answered(PACMAN, status=Status.MISSING),
        answered(MACHINE, _machine()),
    )
    found = only(WAITING, box)
    assert (found.outcome, found.reason, found.found) == (Outcome.NOT_ASSESSED, Reason.UNSUPPORTED_PLATFORM, "dnf5")
    assert fact(UpdateLists, box).age_days == 5
    assert only(FRESH, box).outcome is Outcome.WARN


def test_pacman_does_not_tell_security_fixes_apart() -> None:
    listing = f"now {NOW}\nactivity {NOW - 20 * DAY}\nlinux 6.1-1 -> 6.2-1\nfoo 1-1 -> 1-2 [ignored]\nend\n"
    box = recording(
        answered(OS_RELEASE, "ID=arch\n"),
        answered(CACHES, f"now {NOW}\ntool pacman\npacman {NOW}\n"),
        answered(PACMAN, listing),
        answered(APT, status=Status.MISSING),
    )
    found = only(WAITING, box)
    assert (found.outcome, found.confidence) == (Outcome.FAIL, Confidence.DERIVED)
    assert "held back on purpose: foo" in str(found.found)


# ---- automatic updates --------------------------------------------------------------------------

SETTINGS = """APT::Periodic::Update-Package-Lists "1";
APT::Periodic::Unattended-Upgrade "1";
Unattended-Upgrade::Origins-Pattern:: "origin=Debian,codename=${distro_codename}-security,label=Debian-Security";
program
"""
TIMERS = "init systemd\nId=apt-daily.timer\nActiveState=active\n\nActiveState=active\nId=apt-daily-upgrade.timer\n"


def _auto(text: str, machine: str = "pid1=systemd\n", comms: str = "systemd\n") -> Recording:
    return recording(
        answered(OS_RELEASE, DEBIAN),
        answered(MACHINE, _machine(machine)),
        answered(COMMS, comms + ".\n"),
        answered(AUTOMATIC_APT, f"now {NOW}\n{text}"),
    )


@pytest.mark.parametrize(
    ("text", "outcome"),
    [
        (SETTINGS + f"ran {NOW - DAY}\n" + TIMERS, "pass"),
        (SETTINGS + f"ran {NOW - 3 * DAY}\n" + TIMERS, "warn"),
        (SETTINGS + TIMERS, "warn"),
        (SETTINGS.replace("program\n", "") + TIMERS, "warn"),
        (SETTINGS + f'ran {NOW}\nUnattended-Upgrade::Package-Blacklist:: "linux-";\n' + TIMERS, "warn"),
        (SETTINGS.replace('Upgrade "1"', 'Upgrade "0"') + TIMERS, "fail"),
        (SETTINGS.replace('Lists "1"', 'Lists "0"') + TIMERS, "fail"),
        (SETTINGS.replace("-security,label=Debian-Security", "") + TIMERS, "fail"),
        (SETTINGS + TIMERS.replace("ActiveState=active\nId", "ActiveState=inactive\nId"), "fail"),
        (SETTINGS + "init init\ncron\n", "fail"),  # the cron file lies there, but no cron runs
        (TIMERS, "fail"),
    ],
)
def test_unattended_upgrades_must_be_asked_for_started_and_seen_to_run(text: str, outcome: str) -> None:
    assert only(AUTO, _auto(text)).outcome is Outcome(outcome)


def test_cron_starts_it_where_systemd_does_not_run() -> None:
    box = _auto(SETTINGS + f"ran {NOW}\ninit init\ncron\n", comms="init\ncron\n")
    assert only(AUTO, box).outcome is Outcome.PASS


def test_a_container_of_one_program_is_renewed_by_its_image() -> None:
    box = _auto("init nginx\n", "pid1=nginx\ncontainer=docker\n")
    assert only(AUTO, box).outcome is Outcome.NOT_APPLICABLE


@pytest.mark.parametrize(
    ("system", "settings", "outcome"),
    [
        ("ID=rocky\nNAME='Rocky Linux'\n", "upgrade_type = security\napply_updates = yes\n", "pass"),
        ("ID=rocky\nNAME='Rocky Linux'\n", "apply_updates = no\n", "warn"),
        ("ID=centos\nNAME='CentOS Stream'\n", "upgrade_type = security\napply_updates = yes\n", "fail"),
    ],
)
def test_dnf_automatic_installs_nothing_by_security_mark_on_centos_stream(
    system: str, settings: str, outcome: str
) -> None:
    units = "Id=dnf-automatic.timer\nActiveState=active\nLastTriggerUSec=Tue 2026-11-24 06:12:01 UTC\n"
    box = recording(
        answered(OS_RELEASE, system),
        answered(MACHINE, _machine()),
        answered(AUTOMATIC_APT, status=Status.MISSING),
        answered(AUTOMATIC_DNF, f"now {NOW}\n{settings}tool dnf\n{units}end\n"),
    )
    assert only(AUTO, box).outcome is Outcome(outcome)


# ---- restarts -----------------------------------------------------------------------------------


def _reboot(
    rows: str, libraries: str | None = "end\n", machine: str = "pid1=systemd\n", running: str = ""
) -> Recording:
    running = running or "6.1.0-25-amd64"
    answers = [
        answered(OS_RELEASE, DEBIAN),
        answered(MACHINE, _machine(machine)),
        answered(REBOOT, f"now {NOW}\nrunning {running}\nbuild #1 SMP Debian 6.1.106-3 (2024-08-26)\n{rows}end\n"),
        answered(LIBRARIES, status=Status.DENIED)
        if libraries is None
        else answered(LIBRARIES, libraries, as_root=True),
    ]
    return recording(*answers)


CURRENT = f"kernel 6.1.0-25-amd64 {NOW - 90 * DAY}\nkernel 6.1.0-9-amd64 {NOW - 200 * DAY}\n"


@pytest.mark.parametrize(("days", "outcome"), [(0, "pass"), (7, "pass"), (8, "warn"), (14, "warn"), (15, "fail")])
def test_a_newer_kernel_has_a_fortnight(days: int, outcome: str) -> None:
    found = only(REBOOTS, _reboot(CURRENT + f"kernel 6.1.0-26-amd64 {NOW - days * DAY}\n"))
    assert found.outcome is Outcome(outcome)
    flagged = only(REBOOTS, _reboot(CURRENT + f"flag {NOW - days * DAY}\n"))
    assert flagged.outcome is Outcome(outcome)


def test_the_running_kernel_is_the_newest() -> None:
    assert only(REBOOTS, _reboot(CURRENT + "package 6.1.106-3\n")).outcome is Outcome.PASS


def test_a_kernel_of_another_flavour_is_no_successor() -> None:
    rows = CURRENT + f"kernel 6.12.0-1-cloud-amd64 {NOW - 90 * DAY}\n"
    assert only(REBOOTS, _reboot(rows)).outcome is Outcome.PASS


def test_a_rebuilt_kernel_of_the_same_name_waits_since_an_unknown_day() -> None:
    assert only(REBOOTS, _reboot(CURRENT + "package 6.1.112-1\n")).outcome is Outcome.WARN


def test_a_live_patch_softens_the_kernel() -> None:
    rows = CURRENT + f"kernel 6.1.0-26-amd64 {NOW - 30 * DAY}\n"
    assert only(REBOOTS, _reboot(rows + "livepatch\n")).outcome is Outcome.WARN


def test_programs_on_replaced_libraries_count_from_the_replacement() -> None:
    seen = f"program nginx\nreplaced {NOW - 20 * DAY}\nend\n"
    found = only(REBOOTS, _reboot(CURRENT, seen))
    assert found.outcome is Outcome.FAIL
    assert "nginx" in str(found.found)
    assert only(REBOOTS, _reboot(CURRENT, "program nginx\nreplaced 0\nend\n")).outcome is Outcome.WARN


def test_without_root_nothing_seen_is_no_pass_but_a_newer_kernel_fails() -> None:
    found = only(REBOOTS, _reboot(CURRENT, None))
    assert (found.outcome, found.reason) == (Outcome.NOT_ASSESSED, Reason.NO_PRIVILEGE)
    rows = CURRENT + f"kernel 6.1.0-26-amd64 {NOW - 30 * DAY}\n"
    assert only(REBOOTS, _reboot(rows, None)).outcome is Outcome.FAIL


def test_a_container_runs_on_the_kernel_of_its_host() -> None:
    box = _reboot(CURRENT, machine="pid1=systemd\ncontainer=lxc\n")
    assert only(REBOOTS, box).outcome is Outcome.NOT_APPLICABLE


def test_a_machine_without_a_kernel_of_its_own_cannot_tell() -> None:
    found = only(REBOOTS, _reboot("", running="6.18.44-fc-v657"))
    assert (found.outcome, found.reason) == (Outcome.NOT_ASSESSED, Reason.OUT_OF_VANTAGE)


# ---- the snippets themselves, in every shell that is here ----------------------------------------

SHELLS = [
    words
    for words in (["dash"], ["bash"], ["busybox", "ash"], ["mksh"])
    if any((Path(folder) / words[0]).exists() for folder in os.environ["PATH"].split(":"))
]


@pytest.mark.skipif(not Path("/usr/bin/dpkg-query").exists(), reason="needs a Debian")
@pytest.mark.parametrize("shell", SHELLS, ids=" ".join)
def test_the_readers_read_what_the_snippets_print_here(shell: list[str]) -> None:
    def put(question: Question) -> Answer:
        env = {"LC_ALL": "C", "TZ": "UTC0", "PATH": "/usr/sbin:/usr/bin:/sbin:/bin"}
        done = subprocess.run([*shell, "-s"], input=question.text.encode(), capture_output=True, env=env, check=False)
        return answered(question, done.stdout, code=done.returncode, err=done.stderr.decode())

    every = (APT, OS_RELEASE, MACHINE, REBOOT, LIBRARIES, AUTOMATIC_APT, COMMS, CACHES)
    box = recording(*[put(question) for question in every])
    lists = fact(UpdateLists, box)
    assert lists.tool == "apt"
    assert datetime.now(UTC) - lists.seen_at < timedelta(minutes=1)
    if lists.sources:
        assert fact(PendingUpdates, box).last_activity is not None
    assert only(AUTO, box).reason is not Reason.BUG
    assert only(REBOOTS, box).reason not in (Reason.BUG, Reason.PARSE_ERROR, Reason.TRUNCATED)
