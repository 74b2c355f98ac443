"""Windows hosts in config.toml: what goes together, what `doctor` says of them, and what `trust` shows."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from nis2scan.cli import run
from nis2scan.config import read
from nis2scan.errors import ConfigError
from nis2scan.transport.ssh import is_windows
from nis2scan.transport.winrm import command_line
from tests.wsman.certificates import Authority
from tests.wsman.program import POWERSHELL, environment, pwsh
from tests.wsman.server import PASSWORD, USER, Seen, accounts, wsman

posix = pytest.mark.skipif(os.name != "posix", reason="only on POSIX: the server starts a POSIX program")
needs_pwsh = pytest.mark.skipif(pwsh() is None or os.name != "posix", reason="no pwsh here")
PIN = "sha256:" + "0123456789abcdef" * 4
GOOD = """\
[[consent]]
by = "M. de Wit"
scope = ["127.0.0.0/8"]
until = 2099-01-01
[logins.office]
user = "nis2scan"
password = "env:NIS2SCAN_TEST_PASSWORD"
[logins.keys]
user = "root"
key = "~/.ssh/none"
[logins.domain]
user = "scan@KANTOOR.EXAMPLE"
auth = "kerberos"
[[hosts]]
name = "srv01"
address = "127.0.0.1"
login = "keys"
[[hosts]]
name = "pc01"
address = "127.0.0.1"
transport = "winrm"
login = "office"
"""
"""The last table is that of pc01; its login stands on the last line, 22."""


def written(folder: Path, text: str) -> Path:
    path = folder / "config.toml"
    path.write_text(text)
    path.chmod(0o600)
    return path


@pytest.mark.parametrize(
    ("more", "port"),
    [("", 5986), ("plain_http = true", 5985), ("port = 443", 443), (f'certificate = "{PIN}"', 5986)],
)
def test_a_host_over_winrm_has_the_port_that_is_usual(tmp_path: Path, more: str, port: int) -> None:
    srv, pc = read(written(tmp_path, f"{GOOD}{more}\n")).hosts

    assert (srv.transport, srv.port) == ("ssh", 22)
    assert (pc.transport, pc.port) == ("winrm", port)


def test_a_pin_is_taken_as_other_tools_write_it_and_an_authority_stands_beside_the_config(tmp_path: Path) -> None:
    wide = "SHA256:" + ":".join(["01", "23", "45", "67", "89", "AB", "CD", "EF"] * 4)

    assert read(written(tmp_path, f'{GOOD}certificate = "{wide}"\n')).hosts[1].certificate == PIN
    assert read(written(tmp_path, f'{GOOD}ca = "ca.pem"\n')).hosts[1].ca == tmp_path / "ca.pem"


@pytest.mark.parametrize(
    ("old", "new", "line", "said"),
    [
        ('"winrm"', '"winrn"', 21, "hosts[1].transport"),
        ('"winrm"', '"winrm"\njump = "srv01"', 22, "hosts[1].jump: is only for ssh"),
        ('"winrm"', '"winrm"\ncertificate = "sha1:00"', 22, "nis2scan trust HOST"),
        ('"winrm"', f'"winrm"\nca = "x"\ncertificate = "{PIN}"', 23, "no authority is asked"),
        ('"winrm"', '"winrm"\nplain_http = true\nca = "x"', 22, "no certificate without HTTPS"),
        ('"winrm"', '"winrm"\nplain_http = "yes"', 22, "should be a valid boolean"),
        ('"winrm"', '"winrm"\nplain_http = 1', 22, "should be a valid boolean"),
        ('"winrm"\nlogin = "office"', '"winrm"\nlogin = "keys"', 22, "neither a password nor auth"),
        ('"127.0.0.1"\nlogin = "keys"', '"127.0.0.1"\nplain_http = true\nlogin = "keys"', 17, "only for transport"),
        (
            '"127.0.0.1"\nlogin = "keys"',
            '"127.0.0.1"\nlogin = "domain"',
            17,
            "auth, which is only for hosts with winrm",
        ),
        ('"127.0.0.1"\nlogin = "keys"', '"127.0.0.1"\njump = "pc01"\nlogin = "keys"', 17, "no way leads over it"),
        ('auth = "kerberos"', 'auth = "basic"', 13, "logins.domain.auth"),
    ],
)
def test_what_does_not_go_together_is_told_with_its_line(
    tmp_path: Path, old: str, new: str, line: int, said: str
) -> None:
    assert old in GOOD

    with pytest.raises(ConfigError) as caught:
        read(written(tmp_path, GOOD.replace(old, new)))

    assert f"config.toml:{line}:" in str(caught.value)
    assert said in str(caught.value)


@pytest.mark.parametrize(
    ("banner", "windows"),
    [
        ("SSH-2.0-OpenSSH_for_Windows_9.5", True),
        ("SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u5 OpenSSH_for_Windows_9.5", True),
        ("SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u5", False),
        ("SSH-2.0-dropbear_2022.83", False),
    ],
)
def test_the_word_of_an_ssh_server_says_whether_it_is_windows(banner: str, windows: bool) -> None:
    assert is_windows(banner) is windows


# ---- the commands, on a real server -------------------------------------------------------------


@pytest.fixture
def authority(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Authority]:
    """A client's folder to stand in, and an authority that nobody knows."""
    monkeypatch.setenv("NIS2SCAN_TEST_PASSWORD", PASSWORD)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "none"))
    monkeypatch.chdir(tmp_path)
    with accounts(tmp_path):
        yield Authority(tmp_path)


def config(seen: Seen, *lines: str) -> None:
    text = GOOD.replace('[[hosts]]\nname = "srv01"\naddress = "127.0.0.1"\nlogin = "keys"\n', "")
    written(Path(), "\n".join([text, f"port = {seen.port}", *lines, ""]))


def trust(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str]:
    code = run(["trust", "pc01", "--language", "en", *words])
    printed = capsys.readouterr()
    return code, printed.out + printed.err


@posix
def test_trust_shows_a_certificate_and_the_line_that_pins_it(
    authority: Authority, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("NIS2SCAN_TEST_PASSWORD")  # no secret is fetched for it
    identity = authority.signs("pc01.example", "127.0.0.1")
    with wsman(["/bin/true"], command_line(), identity) as seen:
        config(seen)
        before = Path("config.toml").read_text()
        first = trust(capsys)
        given = trust(capsys, "--fingerprint", identity.pin.upper())
        wrong = trust(capsys, "--fingerprint", PIN)
        config(seen, f'certificate = "{identity.pin}"')
        pinned = trust(capsys)
        config(seen, f'certificate = "{PIN}"')
        other = trust(capsys)
        config(seen, f'ca = "{authority.file.name}"')
        signed = trust(capsys)

    assert first[0] == given[0] == pinned[0] == other[0] == signed[0] == 0
    assert f'certificate = "{identity.pin}"' in first[1]
    assert "Kantoor CA" in first[1]
    assert "pc01.example, 127.0.0.1" in first[1]
    assert "ComputeHash" in first[1]
    assert "ComputeHash" not in given[1]
    assert (wrong[0], "another certificate than you gave" in wrong[1]) == (2, True)
    assert "certificate =" not in wrong[1]
    assert "is believed already" in pinned[1]
    assert "is believed already" in signed[1]
    assert "Find out why" in other[1]
    assert "certificate" not in before  # nothing is written for the user
    assert (bytes(seen.raw), seen.tokens) == (b"", [])


@posix
def test_trust_has_nothing_to_show_without_https(authority: Authority, capsys: pytest.CaptureFixture[str]) -> None:
    with wsman(["/bin/true"], command_line(), None) as seen:
        config(seen, "plain_http = true")
        code, said = trust(capsys)

    assert (code, "shows no certificate" in said, bytes(seen.raw)) == (2, True, b"")


@needs_pwsh
@pytest.mark.parametrize("rights", ["plain", "admin"])
def test_doctor_says_who_was_let_in_and_with_which_rights(
    authority: Authority, capsys: pytest.CaptureFixture[str], rights: str, tmp_path: Path
) -> None:
    given = environment(tmp_path, rights)
    with wsman([str(POWERSHELL)], command_line(), authority.signs("127.0.0.1"), environment=given) as seen:
        config(seen, f'ca = "{authority.file.name}"')
        code = run(["doctor", "--language", "en"])

    said = " ".join(capsys.readouterr().out.split())
    assert code == 0
    assert ("an elevated administrator" in said) is (rights == "admin")
    assert ("no elevated administrator there" in said) is (rights == "plain")
    assert "become" not in said
    assert f"PC01\\{USER}" in said


@posix
@pytest.mark.parametrize(
    ("https", "lines", "said"),
    [
        (True, (), "a certificate that this machine does not believe"),
        (True, (f'certificate = "{PIN}"',), "another certificate than the one in the config"),
        (False, ("plain_http = true",), "! pc01 plain_http: with ntlm the machine gets the login office"),
    ],
)
def test_doctor_says_what_is_wrong_with_a_certificate_and_warns_of_plain_http(
    authority: Authority, capsys: pytest.CaptureFixture[str], https: bool, lines: tuple[str, ...], said: str
) -> None:
    with wsman(["/bin/true"], command_line(), authority.signs("127.0.0.1") if https else None) as seen:
        config(seen, *lines)
        run(["doctor", "--language", "en"])

    assert said in " ".join(capsys.readouterr().out.split())
