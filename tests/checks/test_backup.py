"""Back-ups on Linux, from real restic and borg repositories, by the real questions, in a made-up root folder.

What `systemctl show` says is written after its documentation (systemd 252): no test may depend on a running systemd.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from nis2scan.errors import Absent, CannotTell, Reason
from nis2scan.facts.backups import Backups
from nis2scan.facts.linux import borg, restic, timers
from nis2scan.facts.linux.backup_agents import AGENTS
from nis2scan.facts.linux.other_jobs import OTHER_JOBS
from nis2scan.facts.linux.services import COMMS
from nis2scan.facts.linux.system import MACHINE, OS_RELEASE
from nis2scan.model import Answer, Confidence, Finding, Outcome, Question, Recording, Status
from nis2scan.testing import answered, fact, findings, only, recording

SHELLS = [s for s in ("dash", "bash", "busybox ash", "mksh") if shutil.which(s.split()[0])]
ROOTED = re.compile(r"(?<![\w.$*}\"/-])/(etc|root|var|opt|run|usr/local|usr/lib|lib)(?=[/ ;]|$)", re.M)

needs_restic = pytest.mark.skipif(not shutil.which("restic"), reason="restic is not installed")
needs_borg = pytest.mark.skipif(not shutil.which("borg"), reason="borg is not installed")


MADE: list[Path] = []


@dataclass
class Box:
    """A folder that plays the root of a machine, and the home of its root user."""

    root: Path
    shell: str = "sh"

    @property
    def home(self) -> Path:
        return self.root / "root"

    def file(self, path: str, text: str) -> Path:
        made = self.root / path
        made.parent.mkdir(parents=True, exist_ok=True)
        made.write_text(text)
        return made

    def run(self, *command: str) -> None:
        env = {**os.environ, "HOME": str(self.home), "RESTIC_PASSWORD": "geheim", "BORG_PASSPHRASE": "geheim"}
        env |= {"BORG_UNKNOWN_UNENCRYPTED_REPO_ACCESS_IS_OK": "yes"}
        for name in ("XDG_CACHE_HOME", "XDG_CONFIG_HOME", "RESTIC_CACHE_DIR", "BORG_BASE_DIR"):
            env.pop(name, None)
        subprocess.run(command, env=env, check=True, capture_output=True, cwd=self.root)

    def restic(self, repository: Path, days: int) -> None:
        """A repository with one snapshot, made so many days ago. Made once, then copied: its keys take a second."""
        if not MADE:
            MADE.append(Path(tempfile.mkdtemp()))
            first = Box(MADE[0])
            first.file("data/letter.txt", "Geachte heer")
            first.run("restic", "-q", "init", "-r", "repository")
            first.run("restic", "-q", "-r", "repository", "backup", "data")
        shutil.copytree(MADE[0] / "repository", repository)
        shutil.copytree(MADE[0] / "root/.cache", self.home / ".cache", dirs_exist_ok=True)
        self.aged(repository / "snapshots", days)
        self.aged(self.home / ".cache/restic", days)

    def borg(self, repository: Path, days: int, encryption: str = "repokey") -> None:
        self.file("data/letter.txt", "Geachte heer")
        self.run("borg", "init", "-e", encryption, str(repository))
        self.run("borg", "create", f"{repository}::first", "data")
        for stamp in self.home.glob(".config/borg/security/*/manifest-timestamp"):
            made = datetime.fromisoformat(stamp.read_text()) - timedelta(days=days)
            stamp.write_text(made.isoformat())

    def aged(self, folder: Path, days: int) -> None:
        for file in folder.rglob("*"):
            when = file.stat().st_mtime - days * 86400
            os.utime(file, (when, when))

    def systemctl(self, shown: str) -> None:
        """What `systemctl show` answers: the blocks of the units that were named."""
        self.file("shown", shown)
        script = f"""#!/bin/sh
shift 3; shift
for u in "$@"; do awk -v u="Id=$u" 'BEGIN{{RS="";ORS="\\n\\n"}} index($0"\\n",u"\\n")==1' {self.root}/shown; done
"""
        self.file("bin/systemctl", script).chmod(0o755)

    def ask(self, question: Question) -> Answer:
        text = ROOTED.sub(lambda found: f"{self.root}{found[0]}", question.text)
        text = text.replace("users=/root", f"users={self.home}").replace("' /root '", f"' {self.home} '")
        env = {"PATH": f"{self.root}/bin:/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C", "TZ": "UTC0"}
        done = subprocess.run(
            [*self.shell.split(), "-c", text], env=env, capture_output=True, stdin=subprocess.DEVNULL, timeout=30
        )
        return Answer(question, Status.OK, done.stdout, done.stderr, done.returncode)

    def recording(self, *more: Answer) -> Recording:
        return recording(
            *(self.ask(q) for q in (timers.JOBS, restic.TRACES, borg.TRACES, OTHER_JOBS, AGENTS)),
            *QUIET,
            *SERVER,
            *more,
        )


MACHINE_LINES = "kernel=6.1.0-13-amd64\npid1=systemd\nnow=1795514400\n"
QUIET = (answered(COMMS, "systemd\nsh\n.\n"),)
SERVER = (answered(OS_RELEASE, "ID=debian\nVERSION_ID=12\n"), answered(MACHINE, MACHINE_LINES))


@pytest.fixture(scope="module", autouse=True)
def _made_is_thrown_away() -> Iterator[None]:
    yield
    for folder in MADE:
        shutil.rmtree(folder)
    MADE.clear()


@pytest.fixture
def box(tmp_path: Path) -> Box:
    for folder in ("root", "etc", "run/systemd/system", "var/spool/cron/crontabs", "bin"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "etc/passwd").write_text(f"root:x:0:0:root:{tmp_path}/root:/bin/sh\n")
    return Box(tmp_path)


def now() -> datetime:
    return datetime.now(UTC)


def recent(box: Box) -> Finding:
    return only("backup/recent-backup", box.recording(), now=now())


def parts(check: str, box: Box) -> dict[str, Finding]:
    return {item.subject: item for item in findings(check, box.recording(), now=now())}


UNIT = "[Service]\nEnvironment=RESTIC_PASSWORD=geheim\nExecStart=/usr/bin/restic -r {repository} backup /srv\n"
STAMP = "%a %Y-%m-%d %H:%M:%S UTC"


def shown(name: str, ended: datetime | None, result: str = "success", status: int = 0, timer: str = "active") -> str:
    when = f"{ended:{STAMP}}" if ended else ""
    return (
        f"Id={name}.service\nLoadState=loaded\nActiveState={'failed' if result != 'success' else 'inactive'}\n"
        f"UnitFileState=static\nResult={result}\nExecMainStatus={status}\nExecMainExitTimestamp={when}\n"
        f"TriggeredBy={name}.timer\n\n"
        f"Id={name}.timer\nLoadState=loaded\nActiveState={timer}\nUnitFileState=enabled\nResult=success\nTriggeredBy=\n"
    )


# ---- traces of real repositories ---------------------------------------------------------------


@needs_restic
@pytest.mark.parametrize(
    ("days", "outcome"), [(1, Outcome.PASS), (4, Outcome.WARN), (8, Outcome.FAIL)], ids=["fresh", "ageing", "old"]
)
def test_a_restic_cache_says_how_old_the_newest_copy_is_at_least(box: Box, days: int, outcome: Outcome) -> None:
    box.restic(box.root / "far away", days)

    found = recent(box)

    assert (found.outcome, found.confidence) == (outcome, Confidence.DERIVED)


@needs_restic
def test_a_local_restic_repository_in_a_cron_line_is_read_by_its_snapshot_files(box: Box) -> None:
    box.restic(box.root / "srv/backup", 2)
    box.file(
        "etc/cron.d/backup", f"30 2 * * * root RESTIC_PASSWORD=geheim restic -r {box.root}/srv/backup backup /home\n"
    )
    shutil.rmtree(box.home / ".cache")

    found = recent(box)

    assert (found.subject, found.outcome, found.confidence) == ("restic: cron", Outcome.PASS, Confidence.MEASURED)


@needs_restic
def test_forgetting_old_snapshots_does_not_make_a_repository_look_fresh(box: Box) -> None:
    repository = box.root / "srv/backup"
    box.restic(repository, 10)
    box.file("etc/cron.d/backup", f"30 2 * * * root restic -r {repository} backup /home\n")
    box.run("restic", "-q", "-r", str(repository), "forget", "--keep-last", "1", "--prune")

    assert recent(box).outcome is Outcome.FAIL


@needs_borg
@pytest.mark.parametrize(("days", "outcome"), [(1, Outcome.PASS), (4, Outcome.WARN), (8, Outcome.FAIL)])
def test_the_manifest_that_borg_saw_last_says_how_old_the_newest_copy_is_at_least(
    box: Box, days: int, outcome: Outcome
) -> None:
    box.borg(box.root / "borg", days)

    found = recent(box)

    assert (found.subject, found.outcome, found.confidence) == ("borg", outcome, Confidence.DERIVED)


@needs_borg
def test_a_borg_repository_elsewhere_without_encryption_fails(box: Box) -> None:
    box.borg(box.root / "borg", 1, "none")
    for location in box.home.glob(".config/borg/security/*/location"):
        location.write_text("ssh://backup@nas.example.net/srv/borg")

    assert parts("backup/borg-jobs", box)["encryption"].outcome is Outcome.FAIL


@needs_borg
def test_borg_data_that_was_never_read_back_warns_and_once_checked_passes(box: Box) -> None:
    box.borg(box.root / "borg", 1)
    box.file("etc/cron.d/borg", "0 3 * * * root borgmatic\n")
    assert parts("backup/borg-jobs", box)["cron"].outcome is Outcome.WARN

    box.file("root/.borgmatic/checks/0a1b/extract", "")

    assert parts("backup/borg-jobs", box)["cron"].outcome is Outcome.PASS


# ---- units -------------------------------------------------------------------------------------


def test_a_unit_that_ended_well_is_a_measured_success(box: Box) -> None:
    box.file("etc/systemd/system/nightly.service", UNIT.format(repository="sftp:backup@10.0.0.5:/srv"))
    box.systemctl(shown("nightly", now() - timedelta(hours=9)))

    found = recent(box)

    assert (found.subject, found.outcome, found.confidence) == ("restic: nightly", Outcome.PASS, Confidence.MEASURED)
    assert parts("backup/restic-jobs", box)["nightly"].outcome is Outcome.PASS


def test_a_failed_unit_fails(box: Box) -> None:
    box.file("etc/systemd/system/nightly.service", UNIT.format(repository="b2:bucket"))
    box.systemctl(shown("nightly", now() - timedelta(hours=9), "exit-code", 1))

    assert parts("backup/restic-jobs", box)["nightly"].outcome is Outcome.FAIL
    assert recent(box).outcome is Outcome.NOT_ASSESSED  # no trace of any success


def test_restic_that_could_not_read_some_files_made_a_copy_all_the_same(box: Box) -> None:
    box.file("etc/systemd/system/nightly.service", UNIT.format(repository="b2:bucket"))
    box.systemctl(shown("nightly", now() - timedelta(hours=9), "exit-code", 3))

    assert parts("backup/restic-jobs", box)["nightly"].outcome is Outcome.WARN
    assert recent(box).outcome is Outcome.PASS


def test_a_unit_whose_timer_is_off_warns(box: Box) -> None:
    box.file("etc/systemd/system/nightly.service", UNIT.format(repository="b2:bucket"))
    box.systemctl(shown("nightly", now() - timedelta(hours=9), timer="inactive"))

    assert parts("backup/restic-jobs", box)["nightly"].outcome is Outcome.WARN


def test_a_unit_that_only_forgets_is_no_back_up(box: Box) -> None:
    forget = "[Service]\nExecStart=/usr/bin/restic -r b2:bucket forget --tag backup --prune\n"
    box.file("etc/systemd/system/nightly.service", forget)
    box.systemctl(shown("nightly", now() - timedelta(hours=1)))

    found = recent(box)

    assert (found.outcome, found.reason) == (Outcome.NOT_ASSESSED, Reason.OUT_OF_VANTAGE)


def test_a_unit_that_starts_a_script_is_known_by_what_the_script_does(box: Box) -> None:
    script = "#!/bin/sh\nexport RESTIC_REPOSITORY=s3:s3.amazonaws.com/bucket\nrestic backup /srv &&\n restic forget\n"
    path = box.file("usr/local/bin/save-all", script)
    box.file("etc/systemd/system/save.service", f"[Service]\nExecStart={path}\n")
    box.systemctl(shown("save", now() - timedelta(hours=9)))

    assert recent(box).subject == "restic: save"


def test_a_unit_that_came_with_a_package_and_was_never_switched_on_is_no_job(box: Box) -> None:
    box.file(
        "usr/lib/systemd/system/borgmatic.service", "[Service]\nExecStart=/usr/bin/borgmatic --syslog-verbosity 1\n"
    )
    box.systemctl(shown("borgmatic", None, timer="inactive"))

    assert recent(box).outcome is Outcome.NOT_ASSESSED


def test_unit_files_on_a_machine_that_systemd_does_not_run_are_no_jobs(box: Box) -> None:
    box.file("etc/systemd/system/nightly.service", UNIT.format(repository="b2:bucket"))
    (box.root / "run/systemd/system").rmdir()

    assert box.ask(timers.JOBS).text.splitlines()[-1] == "end"
    assert "unit" not in box.ask(timers.JOBS).text


# ---- what is not there, and what may not be seen -------------------------------------------------


def test_a_host_without_any_trace_is_asked_about_and_never_fails(box: Box) -> None:
    found = recent(box)

    assert (found.outcome, found.reason) == (Outcome.NOT_ASSESSED, Reason.OUT_OF_VANTAGE)


def test_a_tool_is_absent_only_when_every_place_could_be_read(box: Box) -> None:
    jobs = answered(timers.JOBS, "sight full\nend\n")
    blind = answered(timers.JOBS, "sight some\nend\n")
    traces = answered(restic.TRACES, "sight full\nend\n")

    assert only("backup/restic-jobs", recording(jobs, traces)).outcome is Outcome.NOT_APPLICABLE
    assert only("backup/restic-jobs", recording(blind, traces)).reason is Reason.NO_PRIVILEGE


def test_an_installed_program_without_any_job_is_no_absence(box: Box) -> None:
    jobs = answered(timers.JOBS, "binary borg\nsight full\nend\n")

    found = only("backup/borg-jobs", recording(jobs, answered(borg.TRACES, "sight full\nend\n")))

    assert (found.outcome, found.reason) == (Outcome.NOT_ASSESSED, Reason.OUT_OF_VANTAGE)


def test_a_list_that_was_cut_is_no_absence() -> None:
    cut = answered(timers.JOBS, "unit nightly.service restic backup\n")

    with pytest.raises(CannotTell):
        fact(restic.Restic, recording(cut, answered(restic.TRACES, "sight full\nend\n")))


@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() != 0, reason="only root can become nobody")
def test_an_ordinary_user_who_sees_half_does_not_call_it_absent(box: Box) -> None:
    box.home.chmod(0o700)
    box.root.chmod(0o755)
    for folder in box.root.parents:
        if folder.stat().st_mode & 0o777 == 0o700:
            folder.chmod(0o711)
    box.shell = "setpriv --reuid 65534 --regid 65534 --clear-groups sh"

    with pytest.raises(CannotTell) as why:
        fact(restic.Restic, box.recording())

    assert why.value.reason is Reason.NO_PRIVILEGE


# ---- the question itself -------------------------------------------------------------------------


SECRETS = """\
30 2 * * * root RESTIC_PASSWORD=geheim restic -r rest:https://joop:geheim@backup.example.net:8000/ backup /srv
30 3 * * * root BORG_PASSPHRASE=geheim borg create --stats ssh://u1@192.168.1.9:23/./borg::{now} /srv
"""


@pytest.mark.parametrize("shell", SHELLS)
def test_neither_password_nor_host_leaves_the_machine_in_any_shell(box: Box, shell: str) -> None:
    box.shell = shell
    box.file("etc/cron.d/backup", SECRETS)

    out = box.ask(timers.JOBS).text

    assert not re.search("geheim|joop|example|192.168|u1|srv", out)
    assert re.search(r"^target restic other rest [0-9a-f]{8}$", out, re.M)
    assert re.search(r"^target borg lan ssh [0-9a-f]{8}$", out, re.M)
    assert "cron borg backup" in out


@pytest.mark.parametrize(
    ("address", "kind"),
    [
        ("b2:bucket:path", "cloud"),
        ("s3:s3.eu-central-1.amazonaws.com/bucket", "cloud"),
        ("s3:http://minio.lan:9000/bucket", "lan"),
        ("sftp:backup@172.20.1.4:/srv", "lan"),
        ("sftp:backup@172.40.1.4:/srv", "other"),
        ("rest:http://[fd00::5]:8000/", "lan"),
        ("rclone:drive:backup", "other"),
        ("rest:http://localhost:8000/", "local"),
    ],
)
def test_where_a_copy_goes_is_read_from_the_address_of_the_repository(box: Box, address: str, kind: str) -> None:
    box.file("etc/cron.d/backup", f"30 2 * * * root restic --repo={address} backup /srv\n")

    (target,) = fact(timers.BackupJobs, box.recording()).targets

    assert target.kind == kind


def test_a_link_that_a_user_made_is_not_followed(box: Box) -> None:
    box.file("elsewhere/abc/snapshots/one", "")
    (box.home / ".cache").symlink_to(box.root / "elsewhere")
    (box.root / "elsewhere/restic").symlink_to(box.root / "elsewhere")

    assert "cache" not in box.ask(restic.TRACES).text


def test_reading_writes_nothing(box: Box) -> None:
    box.file("etc/cron.d/backup", SECRETS)
    before = sorted((p, p.stat().st_mtime_ns) for p in box.root.rglob("*"))

    for question in (timers.JOBS, restic.TRACES, borg.TRACES):
        box.ask(question)

    assert sorted((p, p.stat().st_mtime_ns) for p in box.root.rglob("*")) == before


def test_a_workstation_may_be_a_week_behind(box: Box) -> None:
    box.file("etc/systemd/system/nightly.service", UNIT.format(repository="b2:bucket"))
    box.systemctl(shown("nightly", now() - timedelta(hours=100)))
    laptop = answered(MACHINE, MACHINE_LINES + "chassis=10\n")

    assert recent(box).outcome is Outcome.WARN
    assert only("backup/recent-backup", box.recording(laptop), now=now()).outcome is Outcome.PASS


def test_absence_is_told_apart_from_not_knowing_in_the_fact(box: Box) -> None:
    with pytest.raises(Absent):
        fact(
            restic.Restic,
            recording(answered(timers.JOBS, "sight full\nend\n"), answered(restic.TRACES, "sight full\nend\n")),
        )

    assert fact(Backups, box.recording()).records == ()
