"""Kerberos with a real KDC on loopback and a real acceptor in the server. Left out where the packages are not there."""

from __future__ import annotations

import importlib.util
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from nis2scan.api import Reason, powershell
from nis2scan.collect import collect
from nis2scan.logins import Refused
from nis2scan.secrets import Secret
from nis2scan.transport.winrm import Login, Winrm, command_line
from tests.clock import within
from tests.transport.conftest import free_port
from tests.wsman.certificates import Authority
from tests.wsman.program import POWERSHELL, environment, pwsh
from tests.wsman.server import PASSWORD, Seen, wsman

HAVE = all(importlib.util.find_spec(name) is not None for name in ("gssapi", "krb5"))
KDC = shutil.which("krb5kdc", path="/usr/sbin:/usr/local/sbin") if os.name == "posix" else None
TOOLS = "/usr/sbin:/usr/bin:/sbin:/bin"
HOST = "pc01.kantoor.example"
TOP = Path(__file__).parents[2]
ONE = powershell("[ordered]@{ one = 1 }")

domain_only = pytest.mark.skipif(
    not HAVE or KDC is None or pwsh() is None, reason="only on machines with nis2scan-mkb[kerberos], krb5-kdc and pwsh"
)

_CLIENT = """\
[libdefaults]
 default_realm = KANTOOR.EXAMPLE
 dns_lookup_kdc = false
 dns_lookup_realm = false
 dns_canonicalize_hostname = false
 rdns = false
[realms]
 KANTOOR.EXAMPLE = {{
  kdc = 127.0.0.1:{port}
 }}
"""
_KDC = """\
[kdcdefaults]
 kdc_listen = 127.0.0.1:{port}
 kdc_tcp_listen = 127.0.0.1:{port}
[realms]
 KANTOOR.EXAMPLE = {{
  database_name = {folder}/db
  key_stash_file = {folder}/stash
 }}
"""


@pytest.fixture(scope="module")
def domain(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A domain with one account and one host; its folder. The environment names it while it lasts."""
    folder, port = tmp_path_factory.mktemp("kdc"), free_port()
    (folder / "krb5.conf").write_text(_CLIENT.format(port=port))
    (folder / "kdc.conf").write_text(_KDC.format(port=port, folder=folder))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("KRB5_CONFIG", str(folder / "krb5.conf"))
        patch.setenv("KRB5_KDC_PROFILE", str(folder / "kdc.conf"))
        patch.setenv("KRB5_KTNAME", str(folder / "keytab"))
        patch.setenv("KRB5CCNAME", f"FILE:{folder / 'cache'}")
        _tool("kdb5_util", "create", "-s", "-P", "master")
        for command in (
            f"addprinc +requires_preauth -pw {PASSWORD} scan",
            f"addprinc -randkey HTTP/{HOST}",
            f"ktadd -k {folder / 'keytab'} HTTP/{HOST}",
        ):
            _tool("kadmin.local", "-q", command)
        assert KDC is not None
        process = subprocess.Popen([KDC, "-n"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            _await(port)
            yield folder
        finally:
            process.terminate()
            process.wait(10)


def _tool(name: str, *arguments: str) -> None:
    program = shutil.which(name, path=TOOLS)
    assert program is not None
    subprocess.run([program, *arguments], check=True, capture_output=True)


def _await(port: int) -> None:
    for _ in range(100):
        with socket.socket() as knock:
            if knock.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise RuntimeError("krb5kdc does not listen")


@pytest.fixture(params=[True, False], ids=["https", "http"])
def host(request: pytest.FixtureRequest, domain: Path) -> Iterator[tuple[Seen, Login]]:
    identity = Authority(domain).signs(HOST) if request.param else None
    given = environment(domain, "plain")
    with wsman([str(POWERSHELL)], command_line(), identity, environment=given, kerberos=True) as seen:
        pin = identity.pin if identity else ""
        login = Login("127.0.0.1", "scan@KANTOOR.EXAMPLE", seen.port, Secret(PASSWORD), True, not pin, pin)
        yield seen, replace(login, known_as=HOST, name="pc01")


@domain_only
def test_a_ticket_lets_in_and_messages_are_sealed_with_it(host: tuple[Seen, Login]) -> None:
    seen, login = host

    got = collect("pc01", Winrm(login), [ONE], 30)

    assert got.answer(ONE).text == '{"one":1}'
    assert (seen.let_in, seen.shells.held) == (1, {})
    assert (b"powershell.exe" in seen.raw) is not login.plain_http


@domain_only
@pytest.mark.parametrize("change", [{"password": Secret("wrong")}, {"user": "niemand@KANTOOR.EXAMPLE"}])
def test_the_domain_says_no_and_the_host_hears_nothing_of_it(
    host: tuple[Seen, Login], change: dict[str, object], tmp_path: Path
) -> None:
    """It may count as a failed try, so it stops the login everywhere."""
    seen, login = host
    gate = Refused(tmp_path).gate("domain", "scan", ())

    got = [collect("pc01", Winrm(replace(login, gate=gate, **change)), [ONE], 30) for _ in range(2)]  # type: ignore[arg-type]

    assert {recording.failed for recording in got} == {Reason.AUTH_FAILED}
    assert "was not tried here" in got[1].failure
    assert seen.tokens == []


@domain_only
def test_a_host_that_the_domain_does_not_know_gets_no_ticket(host: tuple[Seen, Login]) -> None:
    seen, login = host

    got = collect("pc01", Winrm(replace(login, known_as="pc99.kantoor.example", certificate="")), [ONE], 30)

    assert got.failed in (Reason.NO_CREDENTIAL, Reason.HOST_KEY)
    assert seen.tokens == []


@domain_only
def test_a_ticket_that_is_there_needs_no_password_and_without_one_that_is_said(host: tuple[Seen, Login]) -> None:
    seen, login = host
    bare = replace(login, password=None)

    none = collect("pc01", Winrm(bare), [ONE], 30)
    kinit = shutil.which("kinit")
    assert kinit is not None
    subprocess.run([kinit, "scan"], input=PASSWORD.encode() + b"\n", check=True, capture_output=True)
    try:
        got = collect("pc01", Winrm(bare), [ONE], 30)
    finally:
        _tool("kdestroy")

    assert none.failed is Reason.NO_CREDENTIAL
    assert "kinit" in none.failure
    assert got.answer(ONE).ok
    assert seen.let_in == 1


@domain_only
def test_a_domain_that_says_nothing_costs_its_time_and_no_more(
    host: tuple[Seen, Login], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen, login = host
    with socket.create_server(("127.0.0.1", 0)) as mute:
        port = mute.getsockname()[1]
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as also:
            also.bind(("127.0.0.1", port))
            (tmp_path / "krb5.conf").write_text(_CLIENT.format(port=port))
            monkeypatch.setenv("KRB5_CONFIG", str(tmp_path / "krb5.conf"))
            with within(5):
                got = collect("pc01", Winrm(login), [ONE], 5)

    assert (got.failed, seen.tokens) == (Reason.TIMEOUT, [])


_WITHOUT = """
import sys
sys.modules.update(gssapi=None, krb5=None)  # where these are missing, importing them fails in the same way
from tests.transport.test_winrm_kerberos import ONE, PASSWORD, Login, Secret, Winrm, collect
login = Login("127.0.0.1", "scan@KANTOOR.EXAMPLE", int(sys.argv[1]), Secret(PASSWORD), True, True)
got = collect("pc01", Winrm(login), [ONE], 10)
print(got.failed.name, got.failure)
"""


@pytest.mark.skipif(os.name != "posix", reason="only on machines that need packages for Kerberos")
def test_without_its_packages_it_is_said_what_to_install() -> None:
    with wsman(["/bin/true"], command_line(), None) as seen:
        command = [sys.executable, "-c", _WITHOUT, str(seen.port)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True, cwd=TOP)

    assert done.stdout.startswith("NO_CREDENTIAL ")
    assert "nis2scan-mkb[kerberos]" in done.stdout
    assert seen.tokens == []
