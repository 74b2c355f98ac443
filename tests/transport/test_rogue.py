"""A machine that stands in the place of a host, or answers on a range, gets a connection and never a secret."""

from __future__ import annotations

import os
import re
import subprocess
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import paramiko
import pytest

from nis2scan.api import Reason, shell
from nis2scan.cli import run
from nis2scan.collect import collect
from nis2scan.logins import Refused
from nis2scan.secrets import Secret
from nis2scan.transport.ssh import Login, Ssh
from tests.ssh_server import Seen, ssh_server

pytestmark = pytest.mark.skipif(os.name != "posix", reason="only on POSIX: the test servers start a POSIX shell")

HELLO = shell("echo hello", seconds=1)
PASSWORD = "hunter2-hunter2"


@pytest.fixture
def rogue() -> Iterator[Seen]:
    """It would let everybody in who gives it the password: so whatever is offered, it sees."""
    with ssh_server(PASSWORD) as seen:
        yield seen


def known(folder: Path, text: str) -> tuple[Path]:
    file = folder / "known_hosts"
    file.write_text(text)
    file.chmod(0o600)
    return (file,)


def line(port: int, key: paramiko.PKey) -> str:
    return f"[127.0.0.1]:{port} {key.get_name()} {key.get_base64()}\n"


def believed(kind: str, rogue: Seen) -> str:
    """What is known of the address at which the rogue answers."""
    return {
        "nothing": "",
        "another key": line(rogue.port, paramiko.ECDSAKey.generate()),
        "a key of another type": line(rogue.port, paramiko.RSAKey.generate(2048)),
        "its key at another port": line(rogue.port + 1, rogue.key),
        "its key, revoked": "@revoked " + line(rogue.port, rogue.key),
        "its key, and that it is revoked": line(rogue.port, rogue.key) + "@revoked " + line(rogue.port, rogue.key),
        "its key in a comment": "# " + line(rogue.port, rogue.key),
        "everybody but this host": line(rogue.port, rogue.key).replace("[", "*,![", 1),
        "its key as an authority": "@cert-authority " + line(rogue.port, rogue.key),
    }[kind]


KINDS = (
    "nothing",
    "another key",
    "a key of another type",
    "its key at another port",
    "its key, revoked",
    "its key, and that it is revoked",
    "its key in a comment",
    "everybody but this host",
    "its key as an authority",
)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("method", ["password", "key"])
def test_a_server_whose_key_is_not_believed_is_offered_nothing(
    rogue: Seen, tmp_path: Path, kind: str, method: str
) -> None:
    plain = Login("127.0.0.1", "scan", rogue.port, known_hosts=known(tmp_path, believed(kind, rogue)))
    secret = {"password": Secret(PASSWORD)} if method == "password" else {"key": Secret(new_key(tmp_path))}

    got = collect("host", Ssh(replace(plain, **secret)), [HELLO], 20)  # type: ignore[arg-type]

    assert got.failed is Reason.HOST_KEY
    assert rogue.connections == 1
    assert rogue.offered == []
    assert rogue.ran == 0


@pytest.mark.parametrize(
    "shape",
    ["{line}", "*.example,{line}", "{hashed}", "[127.0.0.?]:*{rest}", "{other}{line}"],
    ids=["plain", "pattern", "hashed", "wildcards", "second of two"],
)
def test_the_same_server_is_offered_the_secret_once_its_key_is_believed(
    rogue: Seen, tmp_path: Path, shape: str
) -> None:
    """So the test above can fail."""
    own = rogue.known_hosts
    name, rest = own.split(" ", 1)
    hashed = paramiko.HostKeys.hash_host(name) + " " + rest
    other = line(rogue.port, paramiko.ECDSAKey.generate())
    text = shape.format(line=own, hashed=hashed, rest=" " + rest, other=other)
    login = Login("127.0.0.1", "scan", rogue.port, Secret(PASSWORD), known_hosts=known(tmp_path, text))

    assert collect("host", Ssh(login), [HELLO], 20).answer(HELLO).text == "hello\n"
    assert rogue.offered == [("password", "scan", PASSWORD)]


def test_a_host_that_is_believed_by_its_name_is_believed_at_the_address_of_that_name(
    rogue: Seen, tmp_path: Path
) -> None:
    text = rogue.known_hosts.replace("127.0.0.1", "srv01.example")
    login = Login("127.0.0.1", "scan", rogue.port, Secret(PASSWORD), known_hosts=known(tmp_path, text))

    assert collect("host", Ssh(login), [HELLO], 20).failed is Reason.HOST_KEY
    assert collect("host", Ssh(replace(login, known_as="srv01.example")), [HELLO], 20).failed is None


def test_a_file_of_host_keys_that_others_can_write_believes_nobody(rogue: Seen, tmp_path: Path) -> None:
    files = known(tmp_path, rogue.known_hosts)
    files[0].chmod(0o666)
    login = Login("127.0.0.1", "scan", rogue.port, Secret(PASSWORD), known_hosts=files)

    got = collect("host", Ssh(login), [HELLO], 20)

    assert (got.failed, rogue.connections, rogue.offered) == (Reason.HOST_KEY, 0, [])
    assert "can be written by others" in got.failure


def new_key(folder: Path) -> str:
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(folder / "new")], check=True)
    return (folder / "new").read_text()


# ---- a real sshd as the rogue, and whole scans -------------------------------------------------


def test_a_real_server_in_the_place_of_a_host_logs_a_connection_and_no_try_to_log_in(
    server: Login, tmp_path: Path
) -> None:
    log = server.known_hosts[0].with_name("log")
    before = len(log.read_text())
    other = line(server.port, paramiko.ECDSAKey.generate())
    login = replace(server, user="mayroot", known_hosts=known(tmp_path, other), password=Secret(PASSWORD), key=None)

    got = collect("host", Ssh(login), [HELLO], 20)

    said = _until(log, before, r"\[preauth\]")
    assert got.failed is Reason.HOST_KEY
    assert re.search(r"\[preauth\]", said)
    assert not re.search(r"mayroot|password|publickey|Failed|Accepted|invalid user|authenticating", said)

    # And the same log tells it when a secret is offered.
    collect("host", Ssh(replace(login, known_hosts=server.known_hosts)), [HELLO], 20)
    assert re.search("mayroot", _until(log, before, "mayroot"))


def test_a_real_server_counts_one_failed_try_of_a_wrong_login_on_six_hosts(
    account: Callable[..., Login], tmp_path: Path
) -> None:
    """What a server would lock an account for, as it logs it itself."""
    gate = Refused(tmp_path).gate("office", "plain", (Secret("wrong"),))
    login = account("plain", key=None, password=Secret("wrong"), gate=gate)
    log = login.known_hosts[0].with_name("log")
    before = len(log.read_text())
    with ThreadPoolExecutor(6) as threads:
        got = list(threads.map(lambda n: collect(f"h{n}", Ssh(replace(login, name=f"h{n}")), [HELLO], 30), range(6)))

    assert {recording.failed for recording in got} == {Reason.AUTH_FAILED}
    assert sum("was not tried here" in recording.failure for recording in got) == 5
    assert len(re.findall("Failed password for plain", _until(log, before, "Failed password"))) == 1


def _until(log: Path, start: int, pattern: str) -> str:
    for _ in range(100):
        if re.search(pattern, said := log.read_text()[start:]):
            return said
        time.sleep(0.1)
    return log.read_text()[start:]


CONFIG = """\
[[consent]]
by = "M. de Wit"
scope = ["127.0.0.0/8"]
until = 2099-01-01
[[networks]]
name = "office"
range = "127.0.0.8/30"
[logins.office]
user = "scan"
password = "env:NIS2SCAN_TEST_PASSWORD"
[[hosts]]
name = "srv01"
address = "127.0.0.1"
port = {port}
login = "office"
"""


def test_whatever_answers_on_a_range_is_found_and_gets_no_login(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A device of a stranger on the office network, at the very port of SSH, whose key somebody even believes."""
    monkeypatch.setenv("NIS2SCAN_TEST_PASSWORD", PASSWORD)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "none"))
    store = tmp_path / "out" / "store"
    store.mkdir(parents=True)
    try:
        stranger_at = ssh_server(PASSWORD, at=("127.0.0.9", 22))
        with stranger_at as stranger, ssh_server(PASSWORD) as host:
            keys = host.known_hosts + f"127.0.0.9 {stranger.key.get_name()} {stranger.key.get_base64()}\n"
            (store / "known_hosts").write_text(keys)
            config = tmp_path / "config.toml"
            config.write_text(CONFIG.format(port=host.port))
            config.chmod(0o600)
            run(["scan", "--config", str(config), "--quiet"])
            assert host.offered == [("password", "scan", PASSWORD)]
            assert stranger.connections > 0
            assert stranger.offered == []
    except PermissionError:
        pytest.skip("needs root: only root may listen on port 22")
