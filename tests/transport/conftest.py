"""Real ways to ask: a real sshd on loopback with its own keys, and accounts that exist only inside its own mounts."""

from __future__ import annotations

import getpass
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from nis2scan.secrets import Secret
from nis2scan.transport.ssh import Login
from tests.wsman.program import RIGHTS, pwsh, windows_shell

SSHD = shutil.which("sshd", path="/usr/sbin:/usr/local/sbin:/sbin")
ROOT = sys.platform != "win32" and os.geteuid() == 0
PASSWORD = "correct horse"

# Accounts that exist only where the server runs, and the login shell of each.
ACCOUNTS = {
    "plain": "/bin/sh",
    "mayroot": "/bin/sh",
    "mayroot2": "/bin/sh",  # by doas
    "noshell": "/bin/cat",
    "noisy": "/run/t/noisy",
    "endless": "/run/t/endless",
    "mute": "/run/t/mute",
    "leaves": "/run/t/leaves",
    "gone": "/run/t/gone",
    "hostile": "/run/t/hostile",
}
SHELLS = {
    "noisy": 'i=0; while [ $i -lt 500 ]; do echo "Welcome @@0123 H linux 0 1 root"; echo no >&2; i=$((i+1)); done\n'
    'exec /bin/sh "$@"\n',
    "endless": "exec yes\n",
    "mute": "exec sleep 30\n",
    # The first frame and half an answer, then it cuts its own connection.
    "leaves": '/bin/sh "$@" | { dd bs=1 count=600 2>/dev/null; sleep 0.3; kill -9 $PPID; }\n',
    "gone": "sleep 0.2; kill -9 $PPID\n",
    # Colours, a title for the window, and a mark that turns the text around.
    "hostile": r"printf 'no \033[31mred \033]0;mine\007 \342\200\256evil {where} [bold]\n'" + "\n",
}

_MOUNTS = r"""
mount --make-rprivate / && mount -t tmpfs none /run || exit 9
mkdir -p /run/sshd /run/t /run/up /run/work && cp -r "$1"/. /run/t/ && chmod -R go=rX /run/t && chmod 600 /run/t/host
mount -t overlay overlay -o lowerdir=/etc,upperdir=/run/up,workdir=/run/work /etc || exit 9
chmod 755 /run/t/*; chmod 600 /run/t/host /run/t/host.pub
cat /run/t/passwd >> /etc/passwd; cat /run/t/shadow >> /etc/shadow
mkdir -p /etc/sudoers.d; cp /run/t/sudoers /etc/sudoers.d/nis2scan-test; chmod 440 /etc/sudoers.d/nis2scan-test
cp /run/t/doas.conf /etc/doas.conf; chmod 400 /etc/doas.conf
exec "$2" -D -e -f /run/t/sshd_config
"""


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def keygen(file: Path) -> None:
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(file)], check=True)


@dataclass(frozen=True)
class Served:
    """What a test server has: accounts with their login shells, those shells as scripts, more lines of settings."""

    accounts: Mapping[str, str]
    shells: Mapping[str, str]
    settings: str = ""


def _settings(folder: Path, at: str, port: int, served: Served) -> None:
    (folder / "sshd_config").write_text(
        f"ListenAddress 127.0.0.1\nPort {port}\nHostKey {at}/host\nAuthorizedKeysFile {at}/user.pub\nStrictModes no\n"
        f"UsePAM no\nPermitRootLogin yes\nPasswordAuthentication yes\nPidFile none\nUseDNS no\nMaxStartups 100\n"
        f"{served.settings}"
    )
    hashed = subprocess.run(["openssl", "passwd", "-6", PASSWORD], check=True, capture_output=True, text=True).stdout
    users = list(enumerate(served.accounts.items(), 64001))
    (folder / "passwd").write_text("".join(f"{n}:x:{uid}:{uid}::/:{shell}\n" for uid, (n, shell) in users))
    (folder / "shadow").write_text("".join(f"{name}:{hashed.strip()}:20000::::::\n" for name in served.accounts))
    (folder / "sudoers").write_text("Defaults !mail_no_user, !mail_badpass\nmayroot ALL=(root) NOPASSWD: /bin/sh\n")
    (folder / "doas.conf").write_text("permit nopass mayroot2 as root cmd /bin/sh\n")
    for name, text in served.shells.items():
        (folder / name).write_text("#!/bin/sh\n" + text)


@contextmanager
def sshd(folder: Path, served: Served) -> Iterator[Login]:
    """A login on a real sshd. As root it runs in mounts of its own, with these accounts; else it serves us only."""
    if SSHD is None:
        pytest.skip("no sshd on this machine")
    port = free_port()
    keygen(folder / "host")
    keygen(folder / "user")
    at = "/run/t" if ROOT else str(folder)
    _settings(folder, at, port, served)
    own = [SSHD, "-D", "-e", "-f", f"{at}/sshd_config"]
    command = ["unshare", "-m", "sh", "-c", _MOUNTS, "sh", str(folder), SSHD] if ROOT else own
    known = folder / "known_hosts"
    known.write_text(f"[127.0.0.1]:{port} {(folder / 'host.pub').read_text()}")
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
    try:
        _await(port, process, folder)
        key = Secret((folder / "user").read_text())
        yield Login("127.0.0.1", getpass.getuser(), port, key=key, known_hosts=(known,))
    finally:
        process.terminate()
        process.wait(10)


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Login]:
    """The server that most tests share."""
    with sshd(tmp_path_factory.mktemp("sshd"), Served(ACCOUNTS, SHELLS)) as login:
        yield login


@pytest.fixture(scope="session")
def windows_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Login]:
    """A server that calls itself one of Windows, with PowerShell as login shell: an account for each kind of rights."""
    if not ROOT:
        pytest.skip("needs root: the accounts of the test server live in mounts of its own")
    if pwsh() is None:
        pytest.skip("no pwsh here")
    folder = tmp_path_factory.mktemp("sshd-windows")
    shells = {name: windows_shell(folder, name) for name in RIGHTS}
    # A server that does not tell PowerShell that its input has ended, so that it waits for more when all is said.
    shells["lingers"] = shells["plain"].replace("exec ", "") + "sleep 20\n"
    accounts = {name: f"/run/t/{name}" for name in shells}
    with sshd(folder, Served(accounts, shells, "VersionAddendum OpenSSH_for_Windows_9.5\n")) as login:
        yield login


def _await(port: int, process: subprocess.Popen[bytes], folder: Path) -> None:
    for _ in range(100):
        if process.poll() is not None:
            raise RuntimeError((folder / "log").read_text())
        with socket.socket() as knock:
            knock.settimeout(1)
            if knock.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise RuntimeError("sshd does not listen")


@pytest.fixture
def account(server: Login) -> Callable[..., Login]:
    """A login of the account with this name, where the server has accounts of its own."""
    if not ROOT:
        pytest.skip("needs root: the accounts of the test server live in mounts of its own")
    return lambda user, **changes: replace(server, user=user, **changes)
