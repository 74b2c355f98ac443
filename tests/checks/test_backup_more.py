"""Back-ups over the office: what was measured and what people say, other programs, databases, encryption.

Repositories and jobs are real where the programs can be run here; what `systemctl show` says is written after its
documentation.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from nis2scan.api import Answer, CannotTell, Outcome, Reason, Recording, person
from nis2scan.facts.linux.backup_agents import AGENTS
from nis2scan.facts.linux.block import BLOCK
from nis2scan.facts.linux.databases import DATABASES, Databases
from nis2scan.facts.linux.local_copies import LOCAL_COPIES
from nis2scan.facts.linux.mounts import MOUNTS
from nis2scan.facts.linux.other_jobs import OTHER_JOBS, OtherJobs
from nis2scan.facts.linux.services import COMMS
from nis2scan.facts.linux.stand_ins import STAND_INS
from nis2scan.facts.linux.system import MACHINE
from nis2scan.facts.stand_ins import StandIns
from nis2scan.model import Confidence, Finding, Status
from nis2scan.reading import OFFICE
from nis2scan.testing import NOON, answered, fact, findings, recording
from tests.checks.test_backup import MACHINE_LINES, SERVER, SHELLS, UNIT, Box, box, needs_borg, needs_restic, now, shown

__all__ = ["box"]


def office(key: str = "", answer: str = "yes", date: str = "2026-11-01") -> Recording:
    """What one person answered to one question."""
    row = {"answer": answer, "owner": "Joop", "date": date, "evidence": "contract"}
    given = [answered(person(key), json.dumps(row))] if key else []
    return recording(*given, host=OFFICE, platform="")


def judged(check: str, *hosts: Recording, said: Recording | None = None) -> dict[str, Finding]:
    return {item.subject: item for item in findings(check, *hosts, office=said or office(), now=now())}


def job(box: Box, repository: str, hours: int = 9) -> Recording:
    """A host with one restic job that ended well, to this repository."""
    box.file("etc/systemd/system/nightly.service", UNIT.format(repository=repository))
    box.systemctl(shown("nightly", now() - timedelta(hours=hours)))
    return box.recording(box.ask(LOCAL_COPIES))


OFF, REACH = "backup/copy-off-site", "backup/copy-out-of-reach"
SAID = {OFF: "copy_off_site", REACH: "copy_out_of_reach"}
CLOUD, OTHER, LAN = "b2:bucket:srv", "sftp:joop@backup.example.net:/srv", "sftp:joop@192.168.1.9:/srv"


# ---- BAK-ANY-004 and 005: measured, said, and both -----------------------------------------------


@pytest.mark.parametrize(
    ("repository", "said", "outcome", "sure"),
    [
        (CLOUD, "", Outcome.PASS, Confidence.MEASURED),
        (CLOUD, "no", Outcome.PASS, Confidence.MEASURED),
        ("s3:s3.example.com/bucket", "", Outcome.PASS, Confidence.DERIVED),
        (OTHER, "", Outcome.NOT_ASSESSED, Confidence.MEASURED),
        (OTHER, "yes", Outcome.PASS, Confidence.ATTESTED),
        (OTHER, "no", Outcome.FAIL, Confidence.ATTESTED),
        (LAN, "", Outcome.WARN, Confidence.MEASURED),
        (LAN, "yes", Outcome.PASS, Confidence.ATTESTED),
        (LAN, "partly", Outcome.WARN, Confidence.ATTESTED),
        ("rest:http://localhost:8000/", "", Outcome.NOT_ASSESSED, Confidence.MEASURED),
    ],
)
def test_where_the_copies_of_a_host_go_is_measured_and_a_word_fills_in_only_what_is_not(
    box: Box, repository: str, said: str, outcome: Outcome, sure: Confidence
) -> None:
    found = judged(OFF, job(box, repository), said=office("copy_off_site", said) if said else None)["host"]

    assert (found.outcome, found.confidence) == (outcome, sure)


@pytest.mark.parametrize(
    ("repository", "said", "outcome"),
    [
        (CLOUD, "", Outcome.NOT_ASSESSED),
        (CLOUD, "yes", Outcome.PASS),
        (CLOUD, "partly", Outcome.WARN),
        (LAN, "", Outcome.NOT_ASSESSED),
        (LAN, "no", Outcome.FAIL),
    ],
)
def test_whether_another_machine_lets_its_copies_be_erased_is_on_somebodys_word(
    box: Box, repository: str, said: str, outcome: Outcome
) -> None:
    found = judged(REACH, job(box, repository), said=office("copy_out_of_reach", said) if said else None)["host"]

    assert found.outcome is outcome
    assert not found.judged or found.confidence is Confidence.ATTESTED


@needs_restic
@pytest.mark.parametrize("check", [OFF, REACH])
def test_copies_on_the_machine_itself_fail_whatever_people_say(box: Box, check: str) -> None:
    box.restic(box.root / "srv/backup", 1)
    host = job(box, f"{box.root}/srv/backup")

    found = judged(check, host, said=office(SAID[check], "yes"))

    assert (found["host"].outcome, found["host"].confidence) == (Outcome.FAIL, Confidence.MEASURED)
    assert (found[""].outcome, found[""].confidence) == (Outcome.WARN, Confidence.ATTESTED)
    assert "host" in str(found[""].found)


@needs_borg
@pytest.mark.parametrize("check", [OFF, REACH])
def test_a_borg_repository_in_a_folder_counts_as_here_only_while_it_is_there(box: Box, check: str) -> None:
    (box.root / "mnt").mkdir()
    box.borg(box.root / "mnt/disk", 1)
    host = box.recording(box.ask(LOCAL_COPIES))
    assert judged(check, host)["host"].outcome is Outcome.FAIL

    shutil.rmtree(box.root / "mnt/disk")  # the disk is taken away

    away = box.recording(box.ask(LOCAL_COPIES))
    assert judged(check, away)["host"].outcome is Outcome.NOT_ASSESSED
    assert judged(check, away, said=office(SAID[check], "yes"))["host"].confidence is Confidence.ATTESTED


@pytest.mark.parametrize("kind", ["usb", "lan"])
def test_a_disk_or_share_that_is_attached_now_fails_and_a_word_only_softens_it(box: Box, kind: str) -> None:
    box.file("etc/cron.d/nothing", "")
    host = job(box, "/mnt/backup")
    asked = {key: bent(answer, b" local local", f" {kind} local".encode()) for key, answer in host.answers.items()}
    host = Recording(host.host, host.platform, host.taken_at, host.vantage, asked)

    assert judged(REACH, host)["host"].outcome is Outcome.FAIL
    assert judged(REACH, host, said=office("copy_out_of_reach"))["host"].outcome is Outcome.WARN
    assert judged(OFF, host)["host"].outcome is (Outcome.FAIL if kind == "usb" else Outcome.WARN)


def bent(answer: Answer, old: bytes, new: bytes) -> Answer:
    """The answer of a machine that has such a disk: none can be had in a test."""
    return Answer(answer.question, answer.status, answer.out.replace(old, new), answer.err, answer.code)


def test_a_job_that_never_worked_says_nothing_about_where_copies_are(box: Box) -> None:
    box.file("etc/systemd/system/nightly.service", UNIT.format(repository=CLOUD))
    box.systemctl(shown("nightly", now() - timedelta(hours=9), "exit-code", 1))

    assert "host" not in judged(OFF, box.recording())


def test_copies_of_long_ago_are_no_copies(box: Box) -> None:
    assert "host" not in judged(OFF, job(box, CLOUD, hours=400))


def test_the_place_of_the_last_copy_is_not_known_when_there_are_two(box: Box) -> None:
    box.file("etc/cron.d/second", f"0 4 * * * root restic -r {LAN} backup /srv\n")

    assert judged(OFF, job(box, CLOUD))["host"].outcome is Outcome.NOT_ASSESSED


@pytest.mark.parametrize("check", [OFF, REACH])
def test_the_word_alone_counts_for_hosts_that_were_not_measured_and_says_so(box: Box, check: str) -> None:
    silent = recording(host="nas-like")

    found = judged(check, job(box, CLOUD), silent, said=office(SAID[check]))[""]

    assert (found.outcome, found.confidence) == (Outcome.PASS, Confidence.ATTESTED)
    assert "nas-like" in str(found.found)


@pytest.mark.parametrize("check", [OFF, REACH])
def test_nobody_asked_and_nothing_measured_is_no_pass(check: str) -> None:
    (found,) = findings(check, recording(*SERVER))

    assert (found.outcome, found.reason) == (Outcome.NOT_ASSESSED, Reason.UNANSWERED)


@pytest.mark.parametrize("check", [OFF, REACH])
def test_an_old_word_does_not_count(box: Box, check: str) -> None:
    found = judged(check, job(box, OTHER), said=office(SAID[check], "yes", "2024-01-01"))

    assert found["host"].outcome is Outcome.NOT_ASSESSED
    assert found[""].reason is Reason.STALE_DATA


def test_a_share_of_root_that_cannot_be_read_is_not_taken_for_absent() -> None:
    for out in ("denied\n", "here\n", "", "there\nend\n"):
        found = judged(OFF, recording(answered(LOCAL_COPIES, out), at=NOON))

        assert {item.outcome for item in found.values()} == {Outcome.NOT_ASSESSED}


def test_a_home_of_root_that_is_a_link_is_not_followed(box: Box, tmp_path: Path) -> None:
    box.file("elsewhere/borg/security/ab/location", str(tmp_path))
    (box.home / ".config").symlink_to(box.root / "elsewhere")

    assert box.ask(LOCAL_COPIES).text == "end\n"


# ---- BAK-ANY-001 ---------------------------------------------------------------------------------

EVERY = "backup/every-system"


@pytest.mark.parametrize(
    ("hours", "outcome"), [(9, Outcome.PASS), (160, Outcome.PASS), (170, Outcome.FAIL), (340, Outcome.FAIL)]
)
def test_a_system_is_in_a_back_up_while_one_of_its_jobs_works(box: Box, hours: int, outcome: Outcome) -> None:
    assert judged(EVERY, job(box, CLOUD, hours))["host"].outcome is outcome


def test_a_workstation_may_be_two_weeks_behind(box: Box) -> None:
    laptop = answered(MACHINE, MACHINE_LINES + "chassis=10\n")
    job(box, CLOUD, 200)

    assert judged(EVERY, box.recording(laptop))["host"].outcome is Outcome.PASS


def test_a_host_without_a_back_up_of_its_own_is_asked_about_and_one_not_reached_says_why(box: Box) -> None:
    bare = Recording("bare", "linux", NOON, "ssh", box.recording().answers)
    gone = recording(host="gone", failed=Reason.UNREACHABLE)

    found = judged(EVERY, bare, gone)

    assert {part: (item.outcome, item.reason) for part, item in found.items()} == {
        "bare": (Outcome.NOT_ASSESSED, Reason.OUT_OF_VANTAGE),
        "gone": (Outcome.NOT_ASSESSED, Reason.UNREACHABLE),
    }


def test_no_host_at_all_is_no_pass() -> None:
    (found,) = findings(EVERY)

    assert (found.outcome, found.reason) == (Outcome.NOT_ASSESSED, Reason.NOTHING_TO_JUDGE)


# ---- ENC-ANY-001 ---------------------------------------------------------------------------------

COPIES = "encryption/backup-copies"
ELSEWHERE = "ssh://backup@nas.example.net/srv/borg"


@needs_borg
@pytest.mark.parametrize(
    ("encryption", "location", "outcome"),
    [
        ("repokey", ELSEWHERE, Outcome.PASS),
        ("none", ELSEWHERE, Outcome.FAIL),
        ("authenticated", ELSEWHERE, Outcome.FAIL),
        ("none", "ssh://backup@192.168.1.9/srv/borg", Outcome.WARN),
        ("none", "", Outcome.NOT_ASSESSED),
    ],
)
def test_borg_writes_down_whether_it_encrypts(box: Box, encryption: str, location: str, outcome: Outcome) -> None:
    box.borg(box.root / "borg", 1, encryption)
    for file in box.home.glob(".config/borg/security/*/location"):
        file.write_text(location or file.read_text())

    assert judged(COPIES, box.recording())["borg"].outcome is outcome


@needs_borg
def test_a_kind_of_key_that_cannot_be_read_is_not_taken_for_encryption(box: Box) -> None:
    box.borg(box.root / "borg", 1)
    for file in box.home.glob(".config/borg/security/*/key-type"):
        file.write_text("")

    assert judged(COPIES, box.recording())["borg"].outcome is Outcome.NOT_ASSESSED


@needs_borg
@pytest.mark.parametrize(("uuid", "outcome"), [("", Outcome.WARN), ("CRYPT-LUKS2-ab-data", Outcome.PASS)])
def test_a_plain_copy_on_this_machine_is_as_safe_as_its_disks(box: Box, uuid: str, outcome: Outcome) -> None:
    box.borg(box.root / "borg", 1, "none")
    (box.root / "mnt").mkdir()
    mount = "22 1 254:0 / / rw - ext4 /dev/mapper/data rw\nend\n"
    disk = "device=sda\nnumber=8:0\nsectors=9999999\nremovable=0\npath=/sys/devices/pci0/ata1/block/sda\n"
    mapped = f"device=dm-0\nnumber=254:0\nsectors=9999999\nremovable=0\nuuid={uuid or 'LVM-ab'}\ndm_name=data\n"
    mapped += "path=/sys/devices/virtual/block/dm-0\nslave=sda\n"
    disks = answered(MOUNTS, mount), answered(BLOCK, f"{disk}{mapped}swaps=\nswap=Type Filename\nend=\n")

    assert judged(COPIES, box.recording(*disks))["borg"].outcome is outcome


def test_restic_always_encrypts(box: Box) -> None:
    assert judged(COPIES, job(box, CLOUD))["restic"].outcome is Outcome.PASS


def test_without_a_known_copy_there_is_nothing_to_judge(box: Box) -> None:
    found = judged(COPIES, box.recording())[""]

    assert (found.outcome, found.reason) == (Outcome.NOT_ASSESSED, Reason.OUT_OF_VANTAGE)


# ---- BAK-LNX-003 ---------------------------------------------------------------------------------

OTHERS = "backup/other-jobs"
needs_rsnapshot = pytest.mark.skipif(not shutil.which("rsnapshot"), reason="rsnapshot is not installed")
needs_duplicity = pytest.mark.skipif(not shutil.which("duplicity"), reason="duplicity is not installed")
RSNAPSHOT = """config_version\t1.2
snapshot_root\t{root}/srv/snapshots/
cmd_cp\t/bin/cp
cmd_rm\t/bin/rm
cmd_rsync\t/usr/bin/rsync
retain\talpha\t6
retain\tbeta\t7
{log}lockfile\t{root}/rsnapshot.pid
backup\t{source}\tlocalhost/
"""


def rsnapshot(box: Box, *, log: bool = True, source: str = "") -> None:
    box.file("data/letter.txt", "Geachte heer")
    (box.root / "srv").mkdir(exist_ok=True)
    logged = f"logfile\t{box.root}/rsnapshot.log\n" if log else ""
    text = RSNAPSHOT.format(root=box.root, log=logged, source=source or f"{box.root}/data/")
    conf = box.file("etc/rsnapshot.conf", text)
    box.file("etc/cron.d/rsnapshot", "0 */4 * * * root /usr/bin/rsnapshot alpha\n# 30 3 * * * root x\n")
    box.run("rsnapshot", "-c", str(conf), "alpha")


@needs_rsnapshot
def test_rsnapshot_is_known_by_the_newest_copy_and_what_its_log_says_of_it(box: Box) -> None:
    rsnapshot(box)
    box.run("rsnapshot", "-c", f"{box.root}/etc/rsnapshot.conf", "beta")  # only turns copies over

    found = judged(OTHERS, box.recording())["rsnapshot: cron"]

    assert (found.outcome, found.confidence) == (Outcome.PASS, Confidence.MEASURED)


@needs_rsnapshot
def test_rsnapshot_that_ran_without_a_log_may_have_failed(box: Box) -> None:
    rsnapshot(box, log=False)

    found = judged(OTHERS, box.recording())["rsnapshot: cron"]

    assert (found.outcome, found.confidence) == (Outcome.WARN, Confidence.DERIVED)
    assert judged("backup/recent-backup", box.recording())["rsnapshot: cron"].outcome is Outcome.NOT_ASSESSED


@needs_rsnapshot
def test_rsnapshot_whose_newest_run_failed_fails(box: Box) -> None:
    rsnapshot(box)
    shutil.rmtree(box.root / "data")  # what it has to copy is not there any more
    with pytest.raises(subprocess.CalledProcessError):
        box.run("rsnapshot", "-c", f"{box.root}/etc/rsnapshot.conf", "alpha")

    assert judged(OTHERS, box.recording())["rsnapshot: cron"].outcome is Outcome.FAIL


@needs_rsnapshot
def test_rsnapshot_beside_the_data_is_a_plain_copy_on_the_machine_itself(box: Box) -> None:
    rsnapshot(box)

    assert judged(OFF, box.recording())["host"].outcome is Outcome.FAIL
    assert judged(COPIES, box.recording())["rsnapshot"].outcome is Outcome.NOT_ASSESSED  # its disk was not read


@needs_duplicity
def test_the_files_of_duplicity_say_when_the_newest_copy_was_begun(box: Box) -> None:
    box.file("data/letter.txt", "Geachte heer")
    box.run("duplicity", "--no-encryption", f"{box.root}/data", f"file://{box.root}/copies")
    line = "0 3 * * * root duplicity --no-encryption /srv sftp://joop:geheim@backup.example.net/srv"
    box.file("etc/cron.d/copy", line)

    found = judged(OTHERS, box.recording())["duplicity: cron"]

    assert (found.outcome, found.confidence) == (Outcome.PASS, Confidence.MEASURED)
    assert judged(COPIES, box.recording())["duplicity"].outcome is Outcome.FAIL


@needs_duplicity
def test_a_copy_of_duplicity_that_did_not_end_does_not_count(box: Box) -> None:
    box.file("data/letter.txt", "Geachte heer")
    box.run("duplicity", "--no-encryption", f"{box.root}/data", f"file://{box.root}/copies")
    (manifest,) = box.home.glob(".cache/duplicity/*/*.manifest")
    manifest.rename(f"{manifest}.part")

    assert "stamp" not in box.ask(OTHER_JOBS).text


LINES = [
    (
        "proxmox-backup-client backup root.pxar:/ --repository joop@pbs@192.168.1.9:bucket",
        "target proxmox-backup-client lan ssh",
        "cron proxmox-backup-client backup",
    ),
    (
        "PBS_REPOSITORY=store proxmox-backup-client backup etc.pxar:/etc",
        "target proxmox-backup-client local pbs",
        "end",
    ),
    ("kopia snapshot create /srv", "cron kopia backup", "end"),
    ("duplicacy -log backup -stats", "cron duplicacy backup", "end"),
    ("rsync -a /srv/ joop@192.168.1.9:/backup/srv/", "target rsync lan ssh", "cron rsync backup"),
    ("rsync -aze 'ssh -p 2222' --delete /srv nas.example.net::backup", "target rsync other ssh", "flag rsync mirror"),
    ("rsync -a --delete --backup-dir=/old /srv b@10.0.0.9:/backup", "target rsync lan ssh", "cron rsync backup"),
    ("rclone sync /srv cloud:backup", "target rclone other rclone", "flag rclone mirror"),
    ("duplicity incr /srv s3://bucket/path && echo backup", "target duplicity cloud s3", "cron duplicity backup"),
    ("duplicity /srv b2://key:geheim@bucket", "target duplicity cloud cloud", "cron duplicity backup"),
    ("rdiff-backup /srv joop@192.168.1.9::/backup", "target rdiff-backup lan ssh", "cron rdiff-backup backup"),
]


@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize(("line", "target", "more"), LINES)
def test_a_line_of_cron_is_read_for_what_it_copies_where(
    box: Box, shell: str, line: str, target: str, more: str
) -> None:
    box.shell = shell
    box.file("etc/cron.d/nightly", f"30 2 * * * root {line}\n")

    out = box.ask(OTHER_JOBS).text

    assert re.search(f"^{target}", out, re.M), out
    assert re.search(f"^{more}$", out, re.M), out
    assert not re.search("geheim|joop|example|192.168|bucket|srv", out)


NO_BACKUP = [
    "proxmox-backup-client prune host/web --keep-daily 7",
    "kopia maintenance run --full",
    "duplicacy prune -keep 0:365",
    "rsync -a /var/www/new/ /var/www/live/",
    "rsync -a web.example.net:/srv/ /backup/web/",
    "duplicity remove-older-than 60D --force b2://key@bucket",
    "rsync -an --dry-run /srv /backup",
    "apt-get install -y rsync rsnapshot # backup",
    "rclone ls cloud:backup",
]


@pytest.mark.parametrize("line", NO_BACKUP)
def test_what_only_syncs_fetches_or_tidies_is_no_back_up_of_this_machine(box: Box, line: str) -> None:
    box.file("etc/cron.d/nightly", f"30 2 * * * root {line}\n")

    assert "cron" not in box.ask(OTHER_JOBS).text
    assert {item.outcome for item in judged(OTHERS, box.recording()).values()} <= {
        Outcome.NOT_ASSESSED,
        Outcome.NOT_APPLICABLE,
    }


def test_a_script_that_cron_starts_leaves_no_trace_and_is_not_assessed(box: Box) -> None:
    path = box.file("usr/local/bin/backup.sh", "#!/bin/sh\nrsync -a --delete \\\n /srv joop@192.168.1.9:/backup\n")
    box.file("etc/cron.d/nightly", f"30 2 * * * root {path}\n")

    assert judged(OTHERS, box.recording())["rsync: cron"].outcome is Outcome.NOT_ASSESSED


@pytest.mark.parametrize(
    ("status", "delete", "outcome"),
    [(0, "", Outcome.PASS), (0, "--delete ", Outcome.WARN), (24, "", Outcome.WARN), (12, "", Outcome.FAIL)],
)
def test_a_unit_remembers_how_a_script_ended(box: Box, status: int, delete: str, outcome: Outcome) -> None:
    unit = f"[Service]\nExecStart=/usr/bin/rsync -a {delete}/srv/ joop@192.168.1.9:/backup/\n"
    box.file("etc/systemd/system/copy.service", unit)
    box.systemctl(shown("copy", now() - timedelta(hours=5), "success" if status == 0 else "exit-code", status))

    found = judged(OTHERS, box.recording())["rsync: copy"]

    assert found.outcome is outcome
    assert outcome is Outcome.FAIL or found.confidence is Confidence.DERIVED


def test_a_script_known_by_its_name_alone_counts_as_a_job(box: Box) -> None:
    box.file("etc/systemd/system/office-backup.service", "[Service]\nExecStart=/opt/tools/run --all\n")
    box.systemctl(shown("office-backup", now() - timedelta(hours=5)))

    assert judged(OTHERS, box.recording())["script: office-backup"].outcome is Outcome.PASS


def test_a_service_that_always_runs_and_is_called_after_back_ups_is_no_job_that_succeeded(box: Box) -> None:
    box.file("etc/systemd/system/backup-server.service", "[Service]\nExecStart=/opt/tools/serve\n")
    box.systemctl(shown("backup-server", now() - timedelta(hours=5), timer="inactive"))

    assert judged(OTHERS, box.recording())["script: backup-server"].outcome is Outcome.NOT_ASSESSED


def test_nothing_found_is_absence_only_when_all_could_be_looked_into() -> None:
    nothing, blind = (recording(answered(OTHER_JOBS, f"binary rsync\nsight {s}\nend\n")) for s in ("full", "some"))

    assert judged(OTHERS, nothing)[""].outcome is Outcome.NOT_APPLICABLE
    assert judged(OTHERS, blind)[""].reason is Reason.NO_PRIVILEGE
    with pytest.raises(CannotTell):
        fact(OtherJobs, recording(answered(OTHER_JOBS, "cron rsync backup\n")))


@pytest.mark.parametrize(
    "line", ["flag rsync mirrow", "flak rsync mirror", "flag rsink mirror", "trace rsnapshot 1 good"]
)
def test_a_word_that_the_question_does_not_print_is_no_answer(line: str) -> None:
    host = recording(answered(OTHER_JOBS, f"cron rsync backup\n{line}\nsight full\nend\n"))

    assert judged(OTHERS, host)[""].reason is Reason.PARSE_ERROR


@needs_rsnapshot
def test_asking_for_other_jobs_writes_nothing(box: Box) -> None:
    rsnapshot(box)
    before = sorted((p, p.stat().st_mtime_ns) for p in box.root.rglob("*"))

    box.ask(OTHER_JOBS)

    assert sorted((p, p.stat().st_mtime_ns) for p in box.root.rglob("*")) == before


# ---- BAK-ANY-006 ---------------------------------------------------------------------------------

NO_STAND_IN = "backup/no-stand-in"
QUIET = "systemd\nsh\n.\n"


def with_stand_ins(box: Box, comms: str = QUIET, *more: Answer, words: str = "") -> Recording:
    """A host that tells what it found itself, or (for disks that no test can have) these words."""
    asked = answered(STAND_INS, words) if words else box.ask(STAND_INS)
    return box.recording(asked, answered(COMMS, comms), *more)


def test_timeshift_alone_is_no_back_up_and_with_a_real_one_it_does_not_matter(box: Box) -> None:
    box.file("etc/timeshift/timeshift.json", '{\n  "schedule_daily" : "true",\n  "count_daily" : "5"\n}\n')
    assert judged(NO_STAND_IN, with_stand_ins(box))["host"].outcome is Outcome.FAIL

    job(box, CLOUD)

    assert judged(NO_STAND_IN, with_stand_ins(box))["host"].outcome is Outcome.NOT_APPLICABLE


def test_timeshift_that_makes_no_snapshots_is_nothing(box: Box) -> None:
    box.file("etc/timeshift/timeshift.json", '{\n  "schedule_daily" : "false"\n}\n')

    assert judged(NO_STAND_IN, with_stand_ins(box))["host"].outcome is Outcome.NOT_APPLICABLE


@pytest.mark.parametrize(
    ("program", "more", "outcome"),
    [
        ("syncthing", "", Outcome.FAIL),
        ("onedrive", "", Outcome.FAIL),
        ("onedrive", "chassis=10\n", Outcome.WARN),
        ("nextcloud", "chassis=10\n", Outcome.FAIL),
        ("nextcloud", "vendor=QEMU\n", Outcome.WARN),
        ("bash", "", Outcome.NOT_APPLICABLE),
    ],
)
def test_a_folder_that_is_synchronised_is_no_back_up(box: Box, program: str, more: str, outcome: Outcome) -> None:
    machine = answered(MACHINE, MACHINE_LINES + more)
    host = with_stand_ins(box, f"systemd\n{program}\n.\n", machine)

    assert judged(NO_STAND_IN, host)["host"].outcome is outcome


def test_a_mirror_by_rsync_is_not_taken_for_a_back_up_with_older_copies(box: Box) -> None:
    box.file("etc/systemd/system/copy.service", "[Service]\nExecStart=rsync -a --delete /srv/ b@10.0.0.9:/backup/\n")
    box.systemctl(shown("copy", now() - timedelta(hours=5)))

    assert judged(NO_STAND_IN, with_stand_ins(box))["host"].outcome is Outcome.WARN


def test_mirrored_disks_alone_are_asked_about(box: Box) -> None:
    host = with_stand_ins(box, words="raid raid1\nsight full\nend\n")

    assert judged(NO_STAND_IN, host)["host"].outcome is Outcome.WARN


def test_snapshots_that_are_sent_elsewhere_are_not_held_against_anybody(box: Box) -> None:
    box.file("etc/btrbk/btrbk.conf", "volume /mnt\n  subvolume home\n  target ssh://nas/backup\n")

    found = judged(NO_STAND_IN, with_stand_ins(box))["host"]

    assert (found.outcome, found.reason) == (Outcome.NOT_ASSESSED, Reason.OUT_OF_VANTAGE)


@pytest.mark.parametrize(
    ("words", "comms"),
    [
        ("sight some\nend\n", QUIET),
        ("sight full\nend\n", "systemd\nhidden\n"),
        ("sight full\n", QUIET),
        ("end\n", QUIET),
    ],
)
def test_nothing_found_by_half_a_look_is_not_assessed(box: Box, words: str, comms: str) -> None:
    assert judged(NO_STAND_IN, with_stand_ins(box, comms, words=words))["host"].outcome is Outcome.NOT_ASSESSED


@pytest.mark.parametrize("shell", SHELLS)
def test_every_shell_finds_the_same_stand_ins(box: Box, shell: str) -> None:
    box.shell = shell
    box.file("etc/snapper/configs/root", "")
    box.file("etc/cron.d/send", "0 1 * * * root syncoid tank/data joop@192.168.1.9:tank/data\n")

    found = fact(StandIns, recording(box.ask(STAND_INS), answered(COMMS, QUIET)))

    assert (found.snapshots, found.sent) == (("snapper",), ("snapshots",))


@pytest.mark.parametrize("check", [EVERY, NO_STAND_IN, OFF, REACH])
def test_a_harmed_answer_of_one_host_never_becomes_a_pass(box: Box, check: str) -> None:
    whole = with_stand_ins(box)
    for answer in whole.answers.values():
        for status in (Status.DENIED, Status.TIMEOUT, Status.MISSING):
            harmed = {**whole.answers, answer.question.id: Answer(answer.question, status)}
            found = judged(check, Recording("host", "linux", NOON, "ssh", harmed))
            assert Outcome.PASS not in {item.outcome for item in found.values()}


# ---- BAK-LNX-005 ---------------------------------------------------------------------------------

DUMPED = "backup/databases-dumped"
POSTGRES = next(iter(sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)), None)


def root() -> bool:
    return sys.platform != "win32" and os.geteuid() == 0


def with_database(box: Box, *programs: str) -> Recording:
    comms = "\n".join(("systemd", *programs, ".")) + "\n"
    return box.recording(box.ask(DATABASES), answered(COMMS, comms))


def dump(box: Box, path: str, hours: int, size: int = 4096) -> None:
    made = box.file(path, "x" * size)
    when = made.stat().st_mtime - hours * 3600
    os.utime(made, (when, when))


@pytest.mark.parametrize(
    ("path", "hours", "outcome"),
    [
        ("var/backups/nightly/all.sql.gz", 9, Outcome.PASS),
        ("var/backups/nightly/all.sql.gz", 100, Outcome.WARN),
        ("srv/other/all.sql.gz", 9, Outcome.NOT_ASSESSED),
    ],
)
def test_a_dump_of_last_night_is_evidence(box: Box, path: str, hours: int, outcome: Outcome) -> None:
    dump(box, path, hours)

    assert judged(DUMPED, with_database(box, "mariadbd"))["MySQL"].outcome is outcome


def test_the_empty_dump_that_a_failed_program_leaves_does_not_count(box: Box) -> None:
    dump(box, "var/backups/all.sql.gz", 1, size=20)

    assert judged(DUMPED, with_database(box, "mysqld"))["MySQL"].outcome is Outcome.NOT_ASSESSED


def test_of_two_engines_a_dump_counts_only_for_the_one_that_it_names(box: Box) -> None:
    dump(box, "var/backups/postgres-all.sql", 1)

    found = judged(DUMPED, with_database(box, "mysqld", "postgres"))

    assert (found["PostgreSQL"].outcome, found["MySQL"].outcome) == (Outcome.PASS, Outcome.NOT_ASSESSED)


def test_files_of_a_running_database_alone_are_no_back_up_of_it(box: Box) -> None:
    job(box, CLOUD)

    assert judged(DUMPED, with_database(box, "mariadbd"))["MySQL"].outcome is Outcome.WARN


BORGMATIC = "repositories:\n  - path: ssh://u@nas.example.net/./borg\nmariadb_databases:\n  - name: all\n"


@pytest.mark.parametrize("works", [True, False])
def test_a_back_up_that_dumps_first_counts_when_it_works(box: Box, works: bool) -> None:
    box.file("etc/borgmatic/config.yaml", BORGMATIC)
    box.file("etc/systemd/system/borgmatic.service", "[Service]\nExecStart=/usr/bin/borgmatic\n")
    ended = ("success", 0) if works else ("exit-code", 1)
    box.systemctl(shown("borgmatic", now() - timedelta(hours=5), *ended))

    found = judged(DUMPED, with_database(box, "mariadbd"))["MySQL"]

    assert found.outcome is (Outcome.PASS if works else Outcome.NOT_ASSESSED)


def test_another_job_that_works_does_not_vouch_for_the_one_that_dumps(box: Box) -> None:
    box.file("etc/borgmatic/config.yaml", BORGMATIC)
    box.file("etc/systemd/system/borgmatic.service", "[Service]\nExecStart=/usr/bin/borgmatic\n")
    box.file("etc/systemd/system/copy.service", "[Service]\nExecStart=rsync -a /srv/ b@10.0.0.9:/backup/\n")
    ended = now() - timedelta(hours=5)
    box.systemctl(shown("borgmatic", ended, "exit-code", 1) + "\n" + shown("copy", ended))

    assert judged(DUMPED, with_database(box, "mariadbd"))["MySQL"].outcome is Outcome.NOT_ASSESSED


def test_copies_of_system_files_and_dumps_not_ended_are_no_dumps(box: Box) -> None:
    dump(box, "var/backups/passwd.bak", 1)
    dump(box, "var/backups/all.sql.gz.part", 1)

    assert judged(DUMPED, with_database(box, "sqlservr"))["SQL Server"].outcome is Outcome.NOT_ASSESSED
    dump(box, "var/opt/mssql/data/office.bak", 1)
    assert judged(DUMPED, with_database(box, "sqlservr"))["SQL Server"].outcome is Outcome.PASS


def test_a_script_that_dumps_and_that_nobody_may_start_is_no_evidence(box: Box) -> None:
    box.file("usr/local/bin/dump-all", "#!/bin/sh\nmysqldump --all-databases > /somewhere/all.sql\n")
    job(box, CLOUD)

    assert judged(DUMPED, with_database(box, "mysqld"))["MySQL"].outcome is Outcome.NOT_ASSESSED


@pytest.mark.skipif(
    POSTGRES is None or not root(), reason="PostgreSQL and a root user who can become nobody are needed"
)
def test_a_postgresql_with_only_its_own_databases_may_keep_others_elsewhere(box: Box) -> None:
    assert POSTGRES is not None
    data = box.root / "var/lib/postgresql/15/main"
    data.mkdir(parents=True)
    for folder in (box.root, *box.root.parents):
        if folder.stat().st_mode & 0o777 == 0o700:
            folder.chmod(0o711)
    shutil.chown(data, 65534, 65534)
    drop = ("setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups")
    subprocess.run([*drop, str(POSTGRES / "initdb"), "-D", str(data)], check=True, capture_output=True, cwd="/")
    found = judged(DUMPED, with_database(box, "postgres"))["PostgreSQL"]
    assert found.outcome is Outcome.NOT_ASSESSED
    assert "elsewhere?" in str(found.found)

    single = [*drop, str(POSTGRES / "postgres"), "--single", "-D", str(data), "postgres"]
    subprocess.run(single, input=b"CREATE DATABASE office;\n", check=True, capture_output=True, cwd="/")

    assert judged(DUMPED, with_database(box, "postgres"))["PostgreSQL"].outcome is Outcome.NOT_ASSESSED


def test_the_books_of_a_back_up_server_are_no_database_of_the_office(box: Box) -> None:
    out = "own postgres 1\nsight full\nend\n"
    host = box.recording(answered(DATABASES, out), answered(COMMS, "systemd\npostgres\nbareos-dir\n.\n"))

    assert judged(DUMPED, host)["PostgreSQL"].outcome is Outcome.NOT_APPLICABLE


def test_without_a_database_it_does_not_apply_and_hidden_processes_leave_that_open(box: Box) -> None:
    assert judged(DUMPED, with_database(box))[""].outcome is Outcome.NOT_APPLICABLE
    hidden = box.recording(box.ask(DATABASES), answered(COMMS, "systemd\nhidden\n"))
    assert judged(DUMPED, hidden)[""].outcome is Outcome.NOT_ASSESSED


@pytest.mark.parametrize("out", ["", "dump mysql 1795514400\n", "dump mysql 1795514400\nend\n"])
def test_a_list_of_dumps_that_was_cut_is_not_read(box: Box, out: str) -> None:
    host = box.recording(answered(DATABASES, out), answered(COMMS, "systemd\nmysqld\n.\n"))

    assert judged(DUMPED, host)[""].outcome is Outcome.NOT_ASSESSED


@pytest.mark.parametrize("shell", SHELLS)
def test_no_name_of_a_database_leaves_the_machine_in_any_shell(box: Box, shell: str) -> None:
    box.shell = shell
    for name in ("mysql", "performance_schema", "salarissen", "klanten"):
        (box.root / "var/lib/mysql" / name).mkdir(parents=True)
    dump(box, "var/backups/mysql/salarissen na fusie.sql", 2)
    box.file("etc/cron.d/dump", "0 1 * * * root mysqldump -pgeheim klanten | restic backup --stdin\n")

    answer = box.ask(DATABASES)
    found = fact(Databases, recording(answer, answered(COMMS, "systemd\nmysqld\n.\n")))

    assert not re.search("salaris|klanten|geheim|fusie", answer.text)
    assert (found.own, found.whole) == ({"MySQL": 2}, True)
    assert found.dumps.keys() == found.steps == found.hooks == {"MySQL"}


# ---- BAK-LNX-004 ---------------------------------------------------------------------------------
# The log of Veeam is made after what others describe of it; it could not be run here. The name of the state file is
# that of a bacula-fd 9.6 that ran on loopback.

AGENT = "backup/agent-jobs"
LINE = "[25.11.2026 02:04:01.123] <140529559693056> lpbcore| JOB STATUS: {}.\n"


def sessions(box: Box, *ended: str, hours: int = 9, job: str = "Nightly") -> None:
    """The sessions of one job, the newest last, a day apart."""
    for at, word in enumerate(ended):
        text = "[25.11.2026 02:00:00] <1> lpbcore| started\n" + (LINE.format(word) if word else "")
        log = box.file(f"var/log/veeam/Backup/{job}/Session_202611{at + 10}_020000_{{ab}}/Job.log", text)
        when = log.stat().st_mtime - (hours + 24 * (len(ended) - 1 - at)) * 3600
        os.utime(log, (when, when))


@pytest.mark.parametrize(
    ("ended", "hours", "outcome"),
    [
        (["FAILED", "SUCCESS"], 9, Outcome.PASS),
        (["SUCCESS", "WARNING"], 9, Outcome.WARN),
        (["SUCCESS", "FAILED"], 9, Outcome.WARN),
        (["SUCCESS", "FAILED", "FAILED"], 9, Outcome.FAIL),
        (["SUCCESS", ""], 9, Outcome.WARN),
        (["SUCCESS", "CANCELED"], 9, Outcome.WARN),
        (["SUCCESS"], 400, Outcome.FAIL),
        (["FAILED"], 9, Outcome.NOT_ASSESSED),
        ([""], 9, Outcome.NOT_ASSESSED),
    ],
)
def test_the_logs_of_veeam_tell_how_its_last_sessions_ended(
    box: Box, ended: list[str], hours: int, outcome: Outcome
) -> None:
    sessions(box, *ended, hours=hours)

    found = judged(AGENT, box.recording())

    assert found["veeam: Nightly"].outcome is outcome
    assert "Veeam" not in found  # it is not asked about besides


def test_a_session_of_veeam_is_a_back_up_for_the_other_checks(box: Box) -> None:
    sessions(box, "SUCCESS")

    assert judged(EVERY, box.recording())["host"].outcome is Outcome.PASS
    assert judged(OFF, box.recording())["host"].outcome is Outcome.NOT_ASSESSED  # its log does not say where to


@pytest.mark.parametrize("shell", SHELLS)
def test_every_shell_reads_the_same_sessions(box: Box, shell: str) -> None:
    box.shell = shell
    sessions(box, "SUCCESS", "FAILED", job="a b $(id)")
    sessions(box, *["SUCCESS"] * 40)

    words = box.ask(AGENTS).text.split()

    assert [words[at + 1] for at, word in enumerate(words) if word == "session"] == ["Nightly", "job"]
    assert words[-3:] == ["sight", "full", "end"]


@pytest.mark.parametrize(
    ("program", "product"),
    [
        ("bareos-fd", "Bareos"),
        ("bacula-fd", "Bacula"),
        ("acronis_mms", "Acronis"),
        ("urbackupclientb", "UrBackup"),
        ("duplicati-serve", "Duplicati"),
        ("veeamservice", "Veeam"),
    ],
)
def test_an_agent_that_only_runs_is_asked_about_and_keeps_other_checks_from_failing(
    box: Box, program: str, product: str
) -> None:
    job(box, CLOUD, 400)
    box.file("etc/timeshift/timeshift.json", '{\n  "schedule_daily" : "true"\n}\n')
    host = with_stand_ins(box, f"systemd\n{program}\n.\n")

    found = judged(AGENT, host)

    assert (found[product].outcome, found[product].reason) == (Outcome.NOT_ASSESSED, Reason.OUT_OF_VANTAGE)
    assert judged(EVERY, host)["host"].outcome is Outcome.NOT_ASSESSED
    assert judged(NO_STAND_IN, host)["host"].outcome is Outcome.NOT_ASSESSED


@pytest.mark.parametrize("name", ["Bareos", "Bacula"])
def test_a_server_that_had_to_do_with_an_agent_is_no_success(box: Box, name: str) -> None:
    box.file(f"var/lib/{name.lower()}/{name.lower()}-fd.9102.state", "state")

    found = judged(AGENT, box.recording())[name]

    assert found.outcome is Outcome.NOT_ASSESSED
    assert "its server last had to do with it" in str(found.found)


@pytest.mark.parametrize(("status", "outcome"), [(0, Outcome.PASS), (255, Outcome.FAIL)])
def test_the_client_of_proxmox_is_judged_by_its_unit(box: Box, status: int, outcome: Outcome) -> None:
    unit = "[Service]\nExecStart=proxmox-backup-client backup root.pxar:/\n"
    box.file("bin/proxmox-backup-client", "#!/bin/sh\nexit 9\n").chmod(0o755)
    box.file("etc/systemd/system/pbs.service", unit)
    box.systemctl(shown("pbs", now() - timedelta(hours=5), "success" if status == 0 else "exit-code", status))

    assert judged(AGENT, box.recording())["proxmox-backup-client: pbs"].outcome is outcome
    assert judged(OTHERS, box.recording())[""].outcome is Outcome.NOT_APPLICABLE


def test_no_agent_is_absence_only_when_all_could_be_looked_at(box: Box) -> None:
    nothing, blind = (box.recording(answered(AGENTS, f"sight {word}\nend\n")) for word in ("full", "some"))

    assert judged(AGENT, nothing)[""].outcome is Outcome.NOT_APPLICABLE
    assert judged(AGENT, blind)[""].reason is Reason.NO_PRIVILEGE
    assert judged(AGENT, box.recording(answered(AGENTS, "sight full\n")))[""].reason is Reason.TRUNCATED


# ---- what would make a verdict harder or softer than what was seen ----------------------------------


@needs_restic
def test_a_job_whose_target_is_not_known_may_go_elsewhere(box: Box) -> None:
    box.restic(box.root / "srv/backup", 1)
    box.file("etc/cron.d/second", "0 4 * * * root restic -r $ELSEWHERE backup /srv\n")

    assert judged(OFF, job(box, f"{box.root}/srv/backup"))["host"].outcome is Outcome.NOT_ASSESSED


@needs_restic
def test_what_could_not_be_looked_for_may_copy_elsewhere(box: Box) -> None:
    box.restic(box.root / "srv/backup", 1)
    job(box, f"{box.root}/srv/backup")

    denied = answered(AGENTS, status=Status.DENIED)

    assert judged(OFF, box.recording(denied))["host"].outcome is Outcome.NOT_ASSESSED


def test_a_usb_disk_that_is_attached_is_no_copy_outside_though_somebody_says_so(box: Box) -> None:
    host = job(box, "/mnt/backup")
    asked = {key: bent(answer, b" local local", b" usb local") for key, answer in host.answers.items()}
    host = Recording(host.host, host.platform, host.taken_at, host.vantage, asked)

    assert judged(OFF, host, said=office("copy_off_site"))["host"].outcome is Outcome.WARN


@needs_borg
def test_an_older_copy_does_not_vouch_for_a_dump_when_the_newest_run_failed(box: Box) -> None:
    box.borg(box.root / "borg", 1)
    box.file("etc/borgmatic/config.yaml", BORGMATIC)
    box.file("etc/systemd/system/borgmatic.service", "[Service]\nExecStart=/usr/bin/borgmatic\n")
    box.systemctl(shown("borgmatic", now() - timedelta(hours=5), "exit-code", 1))

    assert judged(DUMPED, with_database(box, "mariadbd"))["MySQL"].outcome is Outcome.NOT_ASSESSED


def test_a_dump_without_a_name_counts_for_neither_of_two_engines(box: Box) -> None:
    dump(box, "var/backups/all.sql.gz", 1)

    found = judged(DUMPED, with_database(box, "mysqld", "postgres"))

    assert {item.outcome for item in found.values()} == {Outcome.NOT_ASSESSED}


def test_a_dump_that_is_dated_ahead_does_not_count(box: Box) -> None:
    dump(box, "var/backups/all.sql.gz", -30)

    assert judged(DUMPED, with_database(box, "mysqld"))["MySQL"].outcome is Outcome.NOT_ASSESSED


def test_a_dump_that_may_lie_where_we_could_not_look_is_not_missed(box: Box) -> None:
    job(box, CLOUD)
    blind = answered(DATABASES, "sight some\nend\n")
    host = box.recording(blind, answered(COMMS, "systemd\nmysqld\n.\n"))

    assert judged(DUMPED, host)["MySQL"].outcome is Outcome.NOT_ASSESSED
