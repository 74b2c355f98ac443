"""A whole scan with everything logged: nothing of the login is in a log, a file, an argument or what is printed."""

from __future__ import annotations

import base64
import hashlib
import logging
import os
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from spnego._ntlm_raw.crypto import ntowfv1

from nis2scan.api import powershell
from nis2scan.cli import run
from nis2scan.collect import collect
from nis2scan.recording import to_bytes
from nis2scan.secrets import Secret
from nis2scan.transport.winrm import Login, Winrm, command_line
from tests.wsman.certificates import Authority
from tests.wsman.program import POWERSHELL, environment, pwsh
from tests.wsman.server import PASSWORD, USER, accounts, wsman

pytestmark = pytest.mark.skipif(pwsh() is None or os.name != "posix", reason="no pwsh here")

CONFIG = """\
[logins.office]
user = "nis2scan"
password = "env:NIS2SCAN_TEST_PASSWORD"
[[hosts]]
name = "pc01"
address = "127.0.0.1"
transport = "winrm"
port = {port}
login = "office"
{how}
[[consent]]
by = "M. de Wit"
scope = ["127.0.0.0/8"]
until = 2099-01-01
"""


def forms(password: str) -> Iterator[bytes]:
    """Whatever of a password can be read back, or used in its place."""
    plain = (password.encode(), password.encode("utf-16-le"))
    digest = ntowfv1(password)
    for form in (*plain, digest, f"{USER}:{password}".encode()):
        yield form
        yield form.hex().encode()
        yield form.hex().upper().encode()
        for shift in range(3):  # wherever it begins in a longer text
            yield base64.b64encode(b"\0" * shift + form)[4 if shift else 0 : -4]
    yield hashlib.sha256(plain[0]).hexdigest().encode()


def found(data: bytes) -> list[bytes]:
    return [form for form in forms(PASSWORD) if form in data]


def test_the_forms_are_found_where_they_are() -> None:
    """So the tests below can fail."""
    basic = b"Authorization: Basic " + base64.b64encode(f"{USER}:{PASSWORD}".encode())
    assert found(basic)
    assert found(f"x{PASSWORD}x".encode())
    assert found(base64.b64encode(f"ab{PASSWORD}".encode("utf-16-le")))
    assert found(ntowfv1(PASSWORD).hex().encode())
    assert not found(b"Authorization: Negotiate TlRMTVNTUAABAAAA")


@pytest.mark.parametrize("https", [True, False], ids=["https", "http"])
def test_a_scan_shows_nothing_of_its_login_anywhere(
    https: bool,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("NIS2SCAN_TEST_PASSWORD", PASSWORD)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "none"))
    authority = Authority(tmp_path)
    identity = authority.signs("127.0.0.1") if https else None
    client = tmp_path / "client"
    client.mkdir()
    seen_arguments: list[str] = []
    with (
        accounts(tmp_path),
        wsman([str(POWERSHELL)], command_line(), identity, environment=environment(tmp_path, "plain")) as seen,
        caplog.at_level(logging.DEBUG),
    ):
        for name in ("requests", "urllib3", "winrm", "http.client", "ssl"):
            logging.getLogger(name).setLevel(logging.DEBUG)
        config = client / "config.toml"
        config.write_text(
            CONFIG.format(port=seen.port, how=f'ca = "{authority.file}"' if https else "plain_http = true")
        )
        config.chmod(0o600)
        logging.getLogger().addHandler(_Arguments(seen_arguments))
        code = run(["scan", "--config", str(config)])
        run(["doctor", "--config", str(config)])
    printed = "".join(capfd.readouterr())

    assert code in (0, 1, 3)
    assert seen.let_in == 2
    assert b"PC01" in b"".join(file.read_bytes() for file in _files(client))  # the host did answer, and it was kept
    assert {file.name: found(file.read_bytes()) for file in _files(client)} == {
        file.name: [] for file in _files(client)
    }
    assert found(printed.encode()) == []
    assert found(caplog.text.encode()) == []
    assert found("\0".join(seen_arguments).encode()) == []
    for token in seen.tokens:  # from what proves the login a word can be guessed, so that is kept as little
        text = base64.b64encode(token).decode()[:200]
        assert text not in caplog.text + printed
    assert found(bytes(seen.raw)) == []


class _Arguments(logging.Handler):
    """At whatever is logged: the arguments of every process that the scan or the server has started."""

    def __init__(self, into: list[str]) -> None:
        super().__init__()
        self._into = into

    def emit(self, record: logging.LogRecord) -> None:
        self._into += [word for child in psutil.Process().children(recursive=True) for word in _words(child)]


def _words(process: psutil.Process) -> list[str]:
    try:
        return process.cmdline()
    except psutil.Error:
        return []


def _files(folder: Path) -> list[Path]:
    return [file for file in folder.rglob("*") if file.is_file()]


def test_nothing_that_holds_the_login_shows_it(tmp_path: Path) -> None:
    """Also in what goes wrong, with the whole chain of errors, and in a recording."""
    with accounts(tmp_path), wsman(["/bin/true"], command_line(), None) as seen:
        login = Login("127.0.0.1", USER, seen.port, Secret(PASSWORD), plain_http=True)
        way = Winrm(login)
        good = collect("pc01", way, [powershell("[ordered]@{ a = 1 }")], 10)
        bad = collect("pc01", Winrm(Login(**{**vars(login), "password": Secret(PASSWORD + "!")})), [], 10)

    shown = f"{login!r} {way!r} {good!r} {bad!r} {to_bytes(good)!r} {to_bytes(bad)!r}"
    assert bad.failed is not None
    assert found(shown.encode()) == []
