"""Accepting a host key is a deliberate act: shown, compared, typed or given, recorded, and never undone by accident."""

from __future__ import annotations

import io
import os
import stat
import subprocess
from collections.abc import Iterator
from pathlib import Path

import paramiko
import pytest

from nis2scan.api import shell
from nis2scan.cli import run
from nis2scan.collect import collect
from nis2scan.secrets import Secret
from nis2scan.transport.ssh import Login, Ssh
from tests.ssh_server import Seen, ssh_server

pytestmark = pytest.mark.skipif(os.name != "posix", reason="only on POSIX: the test servers start a POSIX shell")

PASSWORD = "hunter2-hunter2"
CONFIG = """\
[[consent]]
by = "M. de Wit"
scope = ["127.0.0.0/8"]
until = 2099-01-01
[logins.office]
user = "scan"
password = "env:NIS2SCAN_NOT_SET_ON_PURPOSE"
[[hosts]]
name = "srv01"
address = "127.0.0.1"
port = {port}
login = "office"
"""


@pytest.fixture
def server() -> Iterator[Seen]:
    with ssh_server(PASSWORD) as seen:
        yield seen


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home of its own, and a folder of the client to stand in."""
    (tmp_path / "home" / ".ssh").mkdir(parents=True)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "home" / "none"))
    monkeypatch.chdir(tmp_path)
    return tmp_path / "home"


def trust(monkeypatch: pytest.MonkeyPatch, server: Seen, *words: str, typed: str = "") -> int:
    config = Path("config.toml")
    config.write_text(CONFIG.format(port=server.port))
    config.chmod(0o600)
    monkeypatch.setattr("sys.stdin", io.StringIO(typed))
    return run(["trust", "srv01", *(words if "--language" in words else ("--language", "en", *words))])


def ours(folder: Path) -> Path:
    return folder / "out" / "store" / "known_hosts"


def fingerprint(key: paramiko.PKey) -> str:
    return str(key.fingerprint)


def line(server: Seen, key: paramiko.PKey) -> str:
    return f"[127.0.0.1]:{server.port} {key.get_name()} {key.get_base64()}\n"


def replaced(folder: Path, server: Seen) -> paramiko.PKey:
    """The state after the host got another key: ours holds the old one."""
    old = paramiko.ECDSAKey.generate()
    ours(folder).parent.mkdir(parents=True)
    ours(folder).write_text("# kept\n" + line(server, old) + "[127.0.0.1]:1 " + line(server, old).split(" ", 1)[1])
    ours(folder).chmod(0o600)
    return old


def test_the_key_is_shown_with_how_to_compare_it_and_kept_when_yes_is_typed(
    server: Seen, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert trust(monkeypatch, server, typed="yes\n") == 0

    shown = capsys.readouterr().out
    text = ours(tmp_path).read_text()
    assert server.key.get_name() in shown
    assert fingerprint(server.key) in shown
    assert "ssh-keygen -lf /etc/ssh/ssh_host_ecdsa_key.pub" in shown
    assert server.known_hosts in text
    assert stat.S_IMODE(ours(tmp_path).stat().st_mode) == 0o600
    assert sorted(path.name for path in ours(tmp_path).parent.iterdir()) == ["known_hosts"]
    (note,) = [row for row in text.splitlines() if row.startswith("#")]
    assert fingerprint(server.key) in note
    assert "srv01" in note
    assert "@" in note
    assert note[2:6].isdigit()
    assert server.offered == []  # nobody logs in to look at a key


def test_what_was_kept_is_believed_by_a_scan_and_read_by_openssh(
    server: Seen, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    trust(monkeypatch, server, typed="yes\n")

    hello = shell("echo hello", seconds=1)
    login = Login("127.0.0.1", "scan", server.port, Secret(PASSWORD), known_hosts=(ours(tmp_path),))
    command = ["ssh-keygen", "-l", "-F", f"[127.0.0.1]:{server.port}", "-f", str(ours(tmp_path))]
    assert collect("srv01", Ssh(login), [hello], 20).answer(hello).text == "hello\n"
    assert fingerprint(server.key) in subprocess.run(command, capture_output=True, text=True, check=True).stdout


@pytest.mark.parametrize("typed", ["", "\n", "y\n", "no\n", "yes please\n", "ja\n"])
def test_nothing_but_yes_is_yes(server: Seen, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, typed: str) -> None:
    assert trust(monkeypatch, server, typed=typed) == 2
    assert not ours(tmp_path).exists()


def test_a_fingerprint_that_matches_needs_nobody_at_the_keyboard(
    server: Seen, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert trust(monkeypatch, server, "--fingerprint", fingerprint(server.key)) == 0
    assert "fingerprint given" in ours(tmp_path).read_text()


def test_a_fingerprint_that_does_not_match_keeps_nothing_whatever_is_typed(
    server: Seen, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    other = fingerprint(paramiko.ECDSAKey.generate())

    assert trust(monkeypatch, server, "--fingerprint", other, typed="yes\nyes\n") == 2
    assert not ours(tmp_path).exists()
    assert "another key than you gave" in capsys.readouterr().err


def test_a_key_that_is_known_already_is_said_and_nothing_is_written(
    server: Seen, tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (home / ".ssh" / "known_hosts").write_text(server.known_hosts)

    assert trust(monkeypatch, server) == 0
    assert not ours(tmp_path).exists()
    assert "known already" in capsys.readouterr().out


@pytest.mark.parametrize("words", [(), ("--fingerprint", "the right one")])
def test_a_changed_key_is_never_written_over_the_old_one(
    server: Seen,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    words: tuple[str, ...],
) -> None:
    old = replaced(tmp_path, server)
    before = ours(tmp_path).read_bytes()
    words = tuple(fingerprint(server.key) if word == "the right one" else word for word in words)

    assert trust(monkeypatch, server, *words, typed="yes\nyes\nreplace\n") == 2
    assert ours(tmp_path).read_bytes() == before
    said = capsys.readouterr().err
    assert fingerprint(old) in said
    assert fingerprint(server.key) in said
    assert "--replace" in said


@pytest.mark.parametrize(("typed", "code"), [("yes\nreplace\n", 0), ("yes\n", 2), ("yes\nyes\n", 2), ("replace\n", 2)])
def test_replacing_is_asked_twice(
    server: Seen, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, typed: str, code: int
) -> None:
    old = replaced(tmp_path, server)
    before = ours(tmp_path).read_text()

    assert trust(monkeypatch, server, "--replace", typed=typed) == code
    text = ours(tmp_path).read_text()
    if code:
        assert text == before
        return
    assert line(server, old) not in text
    assert line(server, server.key) in text
    assert f"replaced: {old.get_name()} {fingerprint(old)}" in text
    assert "# kept\n" in text
    assert "[127.0.0.1]:1 " in text  # other hosts keep theirs


def test_replacing_with_the_fingerprint_needs_nobody_at_the_keyboard(
    server: Seen, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = replaced(tmp_path, server)

    assert trust(monkeypatch, server, "--replace", "--fingerprint", fingerprint(server.key)) == 0
    assert line(server, old) not in ours(tmp_path).read_text()


def test_a_file_of_the_user_is_never_written_and_its_other_key_is_named(
    server: Seen, tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    theirs = home / ".ssh" / "known_hosts"
    theirs.write_text(line(server, paramiko.ECDSAKey.generate()))
    before = theirs.read_bytes()

    assert trust(monkeypatch, server, "--replace", typed="yes\nreplace\n") == 2
    assert theirs.read_bytes() == before
    assert not ours(tmp_path).exists()
    assert "ssh-keygen -R" in capsys.readouterr().err


def test_a_revoked_key_is_refused(
    server: Seen, tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (home / ".ssh" / "known_hosts").write_text(f"@revoked * {server.known_hosts.split(' ', 1)[1]}")

    assert trust(monkeypatch, server, typed="yes\n") == 2
    assert "revoked" in capsys.readouterr().err
    assert not ours(tmp_path).exists()


def test_only_hosts_of_the_config_with_consent_are_dialled(
    server: Seen, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    trust(monkeypatch, server)
    before = server.connections
    Path("config.toml").write_text(CONFIG.format(port=server.port).replace('"127.0.0.1"', '"192.0.2.7"'))
    assert run(["trust", "srv01"]) == 2
    assert "not covered by a consent" in capsys.readouterr().err
    assert run(["trust", "srv1"]) == 2
    assert "did you mean srv01" in capsys.readouterr().err
    assert server.connections == before


def test_it_asks_in_dutch_too(
    server: Seen, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert trust(monkeypatch, server, "--language", "nl", typed="ja\n") == 0
    assert "Vergelijk hem op de machine zelf" in capsys.readouterr().out
