"""The scanner on Windows, as far as that can be proven without one: what it may not use, print or call its files.

Run in an interpreter without the modules and functions that Windows lacks, and on its code pages.
"""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path, PureWindowsPath

import pytest

from nis2scan.access_list import others
from nis2scan.cli.output import unfit
from tests.delivered.packing import windows

LACKING = ("fcntl", "pwd", "grp", "resource", "termios", "tty", "pty", "syslog", "posix_spawn", "readline")
GONE = ("getuid", "geteuid", "getgid", "getegid", "getgroups", "fork", "getpgid", "killpg", "setsid", "uname", "fchmod")
RUN = f"""
import os, sys
# What libraries and the standard library use on this system is their own matter.
import asyncio, shutil, subprocess, tempfile, babel, cyclopts, jinja2, platformdirs, psutil, rich.progress
class Lacking:
    def find_spec(self, name, path=None, target=None):
        if name in {LACKING!r}:
            raise ImportError(name + " is not on Windows")
sys.meta_path.insert(0, Lacking())
for name in {LACKING!r}:
    sys.modules.pop(name, None)
for name in {GONE!r}:
    if hasattr(os, name):
        delattr(os, name)
for stream in (sys.stdout, sys.stderr):
    stream.reconfigure(newline="\\r\\n")
from nis2scan.cli import run
sys.exit(run(sys.argv[1:]))
"""
CONFIG = """client = "office"
[[consent]]
by = "Zoë Ünal, directeur"
scope = ["127.0.9.0/24"]
until = 2099-01-01
[[networks]]
name = "loopback"
range = "127.0.9.0/30"
"""
RESERVED = re.compile(r"^(con|prn|aux|nul|com\d|lpt\d)(\.|$)", re.I)


def start(folder: Path, *arguments: str, encoding: str = "utf-8") -> subprocess.CompletedProcess[bytes]:
    clean = {
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "XDG_CONFIG_HOME": str(folder),
        "PYTHONIOENCODING": f"{encoding}:strict",
        "PYTHONUTF8": "0",
        "WORD": "geheim",
    }
    return subprocess.run(
        [sys.executable, "-c", RUN, *arguments], cwd=folder, env=clean, capture_output=True, timeout=120
    )


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("windows")
    (place / "config.toml").write_text(CONFIG, encoding="utf-8")
    (place / "config.toml").chmod(0o600)
    return place


@pytest.mark.parametrize("encoding", ["cp850", "cp1252", "ascii"])
def test_the_demo_runs_without_what_windows_lacks_and_prints_on_its_code_pages(tmp_path: Path, encoding: str) -> None:
    done = start(tmp_path, "demo", encoding=encoding)
    assert done.returncode == 0, done.stderr.decode(errors="replace")
    assert list(tmp_path.glob("out/demo/*/report.html"))


def test_a_scan_of_a_network_and_its_report_run_without_what_windows_lacks(folder: Path) -> None:
    scanned = start(folder, "scan", encoding="cp850")
    assert scanned.returncode == 0, scanned.stderr.decode(errors="replace")
    again = start(folder, "report", encoding="cp1252")
    assert again.returncode == 0, again.stderr.decode(errors="replace")
    assert len(list(folder.glob("out/20*/report.html"))) == 2


@pytest.mark.parametrize("platform", ["windows", "linux", "macos"])
def test_a_script_that_is_printed_ends_its_lines_as_its_shell_wants(tmp_path: Path, platform: str) -> None:
    """Standard output makes CR LF of every line end there, and of bytes nothing."""
    printed = start(tmp_path, "collect-script", platform, encoding="cp1252")
    written = start(tmp_path, "collect-script", platform, "--file", "script", encoding="cp1252")

    assert (printed.returncode, written.returncode) == (0, 0), printed.stderr.decode(errors="replace")
    assert printed.stdout == (tmp_path / "script").read_bytes()
    assert b"\r" not in printed.stdout
    assert printed.stdout.isascii()


@pytest.mark.parametrize("encoding", ["cp850", "cp1252", "ascii"])
def test_files_are_added_and_scanned_without_what_windows_lacks(tmp_path: Path, encoding: str) -> None:
    (tmp_path / "BALIE-é€.n2s").write_bytes(windows({}, computer="BALIE-é€", at=datetime.now(UTC)))
    (tmp_path / "half.n2s").write_bytes(windows({}, at=datetime.now(UTC))[:-30])
    (tmp_path / "config.toml").write_bytes(("\ufeff" + CONFIG.split("[[networks]]")[0]).encode())

    added = start(tmp_path, "add", encoding=encoding)
    scanned = start(tmp_path, "scan", encoding=encoding)

    assert added.returncode == 3, added.stderr.decode(errors="replace")
    assert added.stdout.count(b"\r\n") == added.stdout.count(b"\n") >= 3
    assert b"1 toegevoegd" in added.stdout
    assert scanned.returncode == 0, scanned.stderr.decode(errors="replace")


def test_a_host_over_winrm_and_its_certificate_are_asked_for_without_what_windows_lacks(tmp_path: Path) -> None:
    with socket.create_server(("127.0.9.1", 0)) as taken:
        port = taken.getsockname()[1]
    host = f'[[hosts]]\nname = "pc01"\naddress = "127.0.9.1"\ntransport = "winrm"\nport = {port}\nlogin = "office"\n'
    login = '[logins.office]\nuser = "beheer"\npassword = "env:WORD"\n'
    text = (CONFIG.split("[[networks]]")[0] + login + host).replace("\n", "\r\n")
    (tmp_path / "config.toml").write_bytes(text.encode("utf-16"))  # as > of Windows PowerShell writes it
    (tmp_path / "config.toml").chmod(0o600)

    for command, code in (("trust pc01", 3), ("doctor", 3), ("scan", 4)):
        done = start(tmp_path, *command.split(), encoding="cp1252")
        assert done.returncode == code, (command, done.stderr.decode(errors="replace"))
        assert b"Traceback" not in done.stderr


def test_no_file_has_a_name_that_windows_refuses(folder: Path) -> None:
    names = [path.name for path in (folder / "out").rglob("*")]
    assert names
    for name in names:
        assert not re.search(r'[<>:"|?*\\]', name), name
        assert not RESERVED.match(name), name
        assert not name.endswith((".", " ")), name


@pytest.mark.parametrize(
    ("sddl", "let_in"),
    [
        ("O:S-1-5-21-1-2-3-1001D:PAI(A;;FA;;;SY)(A;;FA;;;BA)(A;;FA;;;S-1-5-21-1-2-3-1001)", []),
        ("O:BAD:(A;;FA;;;BA)(A;;0x1200a9;;;BU)", ["BU"]),
        ("O:BAD:(A;;FR;;;WD)(A;;FA;;;SY)", ["WD"]),
        ("O:BAD:(A;;FR;;;S-1-5-21-1-2-3-1002)", ["S-1-5-21-1-2-3-1002"]),
        ("O:BAD:(D;;FA;;;WD)(A;;FA;;;BA)", []),
        ("O:BAD:(A;OICIIO;GA;;;AU)(A;;FA;;;BA)", []),
        ("O:BAD:(A;OICI;GA;;;AU)", ["AU"]),
        ("O:BAD:(XA;;FR;;;WD;(Member_of {SID(BA)}))", ["WD"]),
        ("O:BAD:", []),
        ("O:BAG:BA", ["everybody"]),
        ("O:BAD:NO_ACCESS_CONTROL", ["everybody"]),
    ],
)
def test_who_may_read_a_file_is_told_by_sid(sddl: str, let_in: list[str]) -> None:
    assert others(sddl, ("S-1-5-21-1-2-3-1001",)) == let_in


@pytest.mark.parametrize(
    ("folder_name", "warned"),
    [
        (r"C:\Users\Ingrid\OneDrive - Bakkerij\out", True),
        (r"C:\Users\Ingrid\Dropbox\out", True),
        (r"\\server\deel\out", True),
        (r"C:\nis2scan\out", False),
        (r"D:\klanten\onedriver-test", True),
    ],
)
def test_a_store_in_a_cloud_or_on_a_share_is_warned_about(folder_name: str, warned: bool) -> None:
    assert (unfit(PureWindowsPath(folder_name)) is not None) is warned
