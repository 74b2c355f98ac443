"""What a scan of this machine does to it, seen from the kernel: it sends nothing and writes only its own folder."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

SENDING = "connect,sendto,sendmsg,sendmmsg"
CHANGING = (
    "open,openat,creat,mkdir,mkdirat,unlink,unlinkat,rmdir,rename,renameat,renameat2,chmod,fchmodat,chown,lchown,"
    "fchownat,symlink,symlinkat,link,linkat,truncate,utimensat,setxattr,lsetxattr,removexattr,mknod,mknodat,mount,umount2"
)
LOOPBACK = re.compile(r"127\.\d+\.\d+\.\d+|0\.0\.0\.0|::1|::|::ffff:127\.\d+\.\d+\.\d+")


@pytest.fixture(scope="module")
def traced(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[str]]:
    """The folder in which this machine was scanned, and every call that could send or change something."""
    if shutil.which("strace") is None:
        pytest.skip("strace is not installed")
    folder = tmp_path_factory.mktemp("quiet")
    (folder / "tmp").mkdir()
    program = Path(sys.executable).parent / "nis2scan"
    command = [
        "strace",
        "-f",
        "-qq",
        "-y",
        "-s",
        "4096",
        "-o",
        str(folder / "trace"),
        "-e",
        f"trace={SENDING},{CHANGING}",
    ]
    done = subprocess.run(
        [*command, str(program), "scan", "--local", "--output", "out", "--quiet"],
        cwd=folder,
        env={**os.environ, "TMPDIR": str(folder / "tmp"), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        timeout=250,
        check=False,
    )
    if "ptrace" in done.stderr:
        pytest.skip(f"tracing is not allowed here: {done.stderr.strip()[:80]}")
    assert done.returncode == 0, done.stderr
    return folder, (folder / "trace").read_text(errors="replace").splitlines()


def test_nothing_is_sent_beyond_loopback(traced: tuple[Path, list[str]]) -> None:
    sent = [line for line in traced[1] if re.search(rf"\b({SENDING.replace(',', '|')})\(", line)]
    to = [address for line in sent for address in re.findall(r'(?:inet_addr\(|AF_INET6?, )"([^"]+)"', line)]

    assert [address for address in to if not LOOPBACK.fullmatch(address)] == []


def changed(line: str) -> list[str]:
    """The paths that a traced call changes; none when it failed or only reads."""
    call = re.match(r"\d+ +(\w+)\((.*)\) += (-?\d+)", line)
    if call is None or call[3].startswith("-"):
        return []
    name, arguments = call[1], call[2]
    if name in SENDING.split(",") or (
        name in ("open", "openat") and not re.search(r"O_WRONLY|O_RDWR|O_CREAT", arguments)
    ):
        return []
    paths = re.findall(r'(?:(?:AT_FDCWD|\d+)<([^>]*)>, )?"([^"]*)"', arguments)
    return [os.path.normpath(os.path.join(base or "?", path)) for base, path in paths]  # noqa: PTH118 "?" is no folder


def test_only_its_own_folder_is_written(traced: tuple[Path, list[str]]) -> None:
    folder, lines = traced
    own = (f"{folder}/out", f"{folder}/tmp", "/dev/null", "/dev/tty", "out", "?/out")

    written = {path for line in lines for path in changed(line)}

    assert any(path.startswith(f"{folder}/out") for path in written)
    assert {path for path in written if not path.startswith(own)} == set()


def test_no_temporary_file_is_left(traced: tuple[Path, list[str]]) -> None:
    assert list((traced[0] / "tmp").iterdir()) == []
