"""Back-ups that go elsewhere, and those that only look like one."""

from __future__ import annotations

from tests.lab.host import Host
from tests.lab.seeds import NOW, _aged, ago, starts_too

ELSEWHERE = "11.0.0.9"  # an address that is nobody's here: nothing leads there


def restic_elsewhere(host: Host, days: float) -> None:
    """restic to a provider: what it leaves on the machine itself, made by restic, with the repository then away."""
    host.write("srv/data/ledger.txt", "1200 rent\n")
    host.write("root/.restic-password", "correct horse battery\n", 0o600)
    restic = ("restic", "--quiet", "--password-file", "/root/.restic-password")
    host.run(*restic, "--repo", "/tmp/away", "init")
    host.run(*restic, "--repo", "/tmp/away", "backup", "--time", f"{ago(days):%Y-%m-%d %H:%M:%S}", "/srv/data")
    host.run("rm", "-r", "/tmp/away")
    there = "s3:s3.opslag.test/kantoor"
    host.write("etc/cron.d/backup", f"30 2 * * * root {' '.join(restic)} --repo {there} backup /srv/data\n")
    _aged(host, "root/.cache/restic", days)


def borg_elsewhere(host: Host, days: float, *, encrypted: bool) -> None:
    """Borg to a provider: its own notes about the repository say where it is and whether it is encrypted."""
    host.write("srv/data/ledger.txt", "1200 rent\n")
    secret = {"BORG_PASSPHRASE": "correct horse battery"}
    host.run("borg", "init", f"--encryption={'repokey-blake2' if encrypted else 'none'}", "/tmp/away", **secret)
    when = f"{ago(days):%Y-%m-%dT%H:%M:%S}"
    host.run("borg", "create", f"--timestamp={when}", "/tmp/away::night", "/srv/data", **secret)
    host.run("rm", "-r", "/tmp/away")
    there = f"ssh://backup@{ELSEWHERE}/./borg"
    host.write("etc/cron.d/backup-borg", f"30 3 * * * root borg create {there}::{{now}} /srv/data\n")
    for note in (host.root / "root/.config/borg/security").glob("*"):
        (note / "location").write_text(there)
        (note / "manifest-timestamp").write_text(f"{ago(days):%Y-%m-%dT%H:%M:%S.%f}")
        host.write(f"root/.local/state/borgmatic/checks/{note.name}/data", "", days=5)


def mirror(host: Host) -> None:
    """The line that most offices have: it says back-up, and nobody knows whether it works."""
    host.write("etc/cron.d/mirror", "15 4 * * * root rsync -a --delete /srv/data/ /srv/backup/data/\n")


def rsnapshot(host: Host, days: float, says: str = "completed successfully") -> None:
    """rsnapshot with the log line of its last run."""
    host.write(
        "etc/rsnapshot.conf",
        "config_version\t1.2\nsnapshot_root\t/srv/snapshots/\nretain\tdaily\t7\nlogfile\t/var/log/rsnapshot.log\n"
        "cmd_rsync\t/usr/bin/rsync\nbackup\t/srv/data/\tlocalhost/\n",
    )
    host.write("etc/cron.d/rsnapshot", "30 3 * * * root /usr/bin/rsnapshot daily\n")
    host.write("srv/snapshots/daily.0/localhost/ledger.txt", "1200 rent\n")
    done = f"[{ago(days):%Y-%m-%dT%H:%M:%S}] /usr/bin/rsnapshot daily: {says}\n"
    host.write("var/log/rsnapshot.log", done, days=days)
    host.age("srv/snapshots/daily.0", days)


def veeam(host: Host, *ends: str) -> None:
    """The logs of Veeam's agent, after its documentation: it is no free program. ends: of its sessions, in order."""
    host.write("usr/bin/veeamconfig", "#!/bin/sh\nexit 1\n", 0o755)
    for number, end in enumerate(ends):
        days = len(ends) - number - 0.5
        folder = f"var/log/veeam/Backup/Dagelijks/Session_{ago(days):%Y%m%d_%H%M%S}_{{{number}}}"
        text = f"[{ago(days):%d.%m.%Y %H:%M:%S}] <1> lpbcore|   JOB STATUS: {end}.\n"
        host.write(f"{folder}/Job.log", text, 0o644, days=days)


def synchronised(host: Host) -> None:
    """Syncthing runs, and there is no back-up: what is deleted here is deleted there."""
    host.write("usr/local/bin/syncthing", "", 0o755)
    (host.root / "usr/local/bin/syncthing").write_bytes((host.root / "bin/sleep").read_bytes())
    starts_too(host, "/usr/local/bin/syncthing 9999")


def own_database(host: Host) -> None:
    """A database of the office itself, beside those that came with the program."""
    host.write("var/lib/mysql/office/db.opt", "default-character-set=utf8mb4\n", 0o660)
    host.run("chown", "-R", "mysql:", "/var/lib/mysql/office")


def database_dump(host: Host, days: float) -> None:
    """A dump of the database, as mariadb-dump ends it."""
    text = f"-- MariaDB dump 10.19\nCREATE TABLE ledger (id int);\n-- Dump completed on {NOW:%Y-%m-%d %H:%M:%S}\n"
    text = text.replace("CREATE", "INSERT INTO ledger VALUES (1200);\n" * 100 + "CREATE")
    host.write("var/backups/mysql/office.sql", text, 0o600, days=days)
