"""A machine in the place of a Windows host, or that answers on a range, gets a connection and nothing of a login."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from nis2scan.api import Reason, powershell
from nis2scan.cli import run
from nis2scan.collect import collect
from nis2scan.logins import Refused
from nis2scan.secrets import Secret
from nis2scan.transport.winrm import Login, Winrm, command_line
from tests.wsman.certificates import Authority, Identity
from tests.wsman.server import PASSWORD, USER, Seen, accounts, wsman

pytestmark = pytest.mark.skipif(os.name != "posix", reason="only on POSIX: the server starts a POSIX program")

ONE = powershell("[ordered]@{ one = 1 }")
TOLD = "PowerShell did not answer"  # what these servers start is no PowerShell: so far a login came, and no further


@pytest.fixture(scope="module")
def ours(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Authority]:
    folder = tmp_path_factory.mktemp("ours")
    with accounts(folder):
        yield Authority(folder)


@pytest.fixture(scope="module")
def theirs(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("theirs"), "Vreemde CA")


@contextmanager
def rogue(identity: Identity | None, port: int = 0, at: str = "127.0.0.1") -> Iterator[Seen]:
    """It would let everybody in who gives it the password; whatever is offered, it sees."""
    with wsman(["/bin/true"], command_line(), identity, at=(at, port)) as seen:
        yield seen


def login(seen: Seen, **changes: object) -> Login:
    plain = Login("127.0.0.1", USER, seen.port, Secret(PASSWORD), name="pc01")
    return replace(plain, **changes)  # type: ignore[arg-type]


def written(folder: Path, text: str, mode: int = 0o600) -> Path:
    file = folder / "ca.pem"
    file.write_text(text)
    file.chmod(mode)
    return file


KINDS = (
    "signed by a stranger",
    "by no authority of this machine",
    "for another name",
    "for another address",
    "expired",
    "not the pinned one",
    "not the pinned one, though we believe it",
    "an authority that is no certificate",
    "an authority that is not there",
    "an authority that others can write",
)


@pytest.mark.parametrize("kind", KINDS)
def test_a_host_whose_certificate_is_not_believed_is_offered_nothing(
    ours: Authority, theirs: Authority, kind: str, tmp_path: Path
) -> None:
    cases: dict[str, tuple[Identity, dict[str, object]]] = {
        "signed by a stranger": (theirs.signs("127.0.0.1"), {"ca": ours.file}),
        "by no authority of this machine": (ours.signs("127.0.0.1"), {}),
        "for another name": (ours.signs("pc02.example"), {"ca": ours.file, "known_as": "pc01.example"}),
        "for another address": (ours.signs("127.0.0.2"), {"ca": ours.file}),
        "expired": (ours.signs("127.0.0.1", days=-1), {"ca": ours.file}),
        "not the pinned one": (theirs.signs("127.0.0.1"), {"certificate": ours.signs("127.0.0.1").pin}),
        "not the pinned one, though we believe it": (
            ours.signs("127.0.0.1"),
            {"certificate": ours.signs("127.0.0.1").pin, "ca": ours.file},
        ),
        "an authority that is no certificate": (ours.signs("127.0.0.1"), {"ca": written(tmp_path, "none")}),
        "an authority that is not there": (ours.signs("127.0.0.1"), {"ca": tmp_path / "none.pem"}),
        "an authority that others can write": (
            ours.signs("127.0.0.1"),
            {"ca": written(tmp_path, ours.file.read_text(), 0o666)},
        ),
    }
    shown, expected = cases[kind]
    with rogue(shown) as seen:
        got = collect("pc01", Winrm(login(seen, **expected)), [ONE], 10)

    assert got.failed is Reason.HOST_KEY
    assert seen.connections <= 1
    assert (bytes(seen.raw), seen.tokens) == (b"", [])


@pytest.mark.parametrize("kind", ["by address", "by name", "pinned", "pinned, expired and for another"])
def test_the_same_host_is_logged_in_to_once_its_certificate_is_believed(
    ours: Authority, theirs: Authority, kind: str
) -> None:
    """So the test above can fail."""
    own, named, odd = ours.signs("127.0.0.1"), ours.signs("pc01.example"), theirs.signs("pc09.example", days=-3)
    cases: dict[str, tuple[Identity, dict[str, object]]] = {
        "by address": (own, {"ca": ours.file}),
        "by name": (named, {"ca": ours.file, "known_as": "pc01.example"}),
        "pinned": (own, {"certificate": own.pin}),
        "pinned, expired and for another": (odd, {"certificate": odd.pin}),
    }
    shown, expected = cases[kind]
    with rogue(shown) as seen:
        got = collect("pc01", Winrm(login(seen, **expected)), [ONE], 10)

    assert TOLD in got.failure
    assert (len(seen.tokens), seen.let_in) == (2, 1)


def test_old_tls_is_not_spoken_whatever_this_machine_allows(
    ours: Authority, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Distributions build Python so that a line in openssl.cnf would let TLS 1.0 in."""
    settings = tmp_path / "openssl.cnf"
    settings.write_text(
        "openssl_conf = a\n[a]\nssl_conf = b\n[b]\nsystem_default = c\n"
        "[c]\nMinProtocol = TLSv1\nCipherString = ALL:@SECLEVEL=0\n"
    )
    said = "import ssl; from nis2scan.transport.winrm_line import *; from nis2scan.transport import winrm_line as w\n"
    said += "print(w._context(Login('h', 'u', certificate='any')).minimum_version.name)"
    done = subprocess.run(
        [sys.executable, "-c", said],
        env={"OPENSSL_CONF": str(settings), "PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.stdout.strip() == "TLSv1_2", done.stderr


@pytest.mark.parametrize(
    ("shown", "known_as", "believed"),
    [
        ("::1", "", True),
        ("::1", "::1", True),
        ("pc01.example", "PC01.example", True),
        ("127.0.0.1", "", False),
        ("pc01.example", "", False),
        ("pc01.example", "pc02.example", False),
    ],
)
def test_over_ipv6_the_certificate_must_be_for_the_address_or_name_all_the_same(
    ours: Authority, shown: str, known_as: str, believed: bool
) -> None:
    heard = bytearray()
    with socket.create_server(("::1", 0), family=socket.AF_INET6) as listening:
        thread = threading.Thread(target=_no_winrm, args=(listening, ours.signs(shown), heard), daemon=True)
        thread.start()
        login = Login("::1", USER, listening.getsockname()[1], Secret(PASSWORD), ca=ours.file, known_as=known_as)
        got = collect("pc01", Winrm(login), [ONE], 10)
        thread.join(5)

    assert got.failed is (Reason.UNREACHABLE if believed else Reason.HOST_KEY)
    assert (b"POST /wsman" in heard) is believed
    assert b"uthorization" not in heard


def _no_winrm(listening: socket.socket, identity: Identity, heard: bytearray) -> None:
    line, _ = listening.accept()
    with line, contextlib.suppress(OSError):
        line.settimeout(5)
        with identity.context().wrap_socket(line, server_side=True) as secure:
            heard += secure.recv(65536)
            secure.sendall(b"HTTP/1.1 404 No\r\nContent-Length: 0\r\n\r\n")


@pytest.mark.parametrize("https", [True, False], ids=["https", "http"])
def test_basic_is_never_used_and_no_password_goes_out(ours: Authority, https: bool) -> None:
    """Also where a host offers Basic first; and where it offers nothing else, nobody logs in."""
    identity = ours.signs("127.0.0.1") if https else None
    expected: dict[str, object] = {"ca": ours.file} if https else {"plain_http": True}
    heard = []
    for ways in (('Basic realm="WSMAN"', "Negotiate"), ('Basic realm="WSMAN"',)):
        with wsman(["/bin/true"], command_line(), identity, ways=ways) as seen:
            got = collect("pc01", Winrm(login(seen, **expected)), [ONE], 10)
            heard.append((got.failed, len(seen.tokens), b"Basic" in seen.raw, PASSWORD.encode() in seen.raw))

    assert heard == [(Reason.UNSUPPORTED_PLATFORM, 2, False, False), (Reason.UNREACHABLE, 0, False, False)]


def test_over_http_without_the_setting_nothing_is_sent(ours: Authority) -> None:
    """The port of plain HTTP, and a host of which the config does not say plain_http."""
    with rogue(None) as seen:
        got = collect("pc01", Winrm(login(seen, ca=ours.file)), [ONE], 10)

    assert got.failed is Reason.UNREACHABLE
    assert "Over 5985 it speaks HTTP" in got.failure
    assert seen.tokens == []
    assert b"POST" not in seen.raw


def test_a_login_that_is_passed_on_to_another_host_is_worth_nothing_there(ours: Authority) -> None:
    """It is bound to the certificate that we saw. The other host sees that this is not its own."""
    shown, other = ours.signs("127.0.0.1"), ours.signs("127.0.0.1")
    with wsman(["/bin/true"], command_line(), shown, bound_to=other) as seen:
        got = collect("pc01", Winrm(login(seen, ca=ours.file)), [ONE], 10)

    assert (got.failed, seen.let_in, seen.refused) == (Reason.AUTH_FAILED, 0, 1)


def test_no_proxy_no_netrc_and_no_authority_of_the_environment_is_used(
    ours: Authority, theirs: Authority, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as proxy:
        heard: list[bytes] = []
        threading.Thread(target=_listen, args=(proxy, heard), daemon=True).start()
        where = f"http://scan:{PASSWORD}@127.0.0.1:{proxy.getsockname()[1]}"
        for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
            monkeypatch.setenv(name, where)
        netrc = tmp_path / "netrc"
        netrc.write_text("machine 127.0.0.1 login other password somebody-elses\n")
        netrc.chmod(0o600)
        monkeypatch.setenv("NETRC", str(netrc))
        for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
            monkeypatch.setenv(name, str(theirs.file))
        with rogue(ours.signs("127.0.0.1")) as host, rogue(theirs.signs("127.0.0.1")) as stranger:
            good = collect("pc01", Winrm(login(host, ca=ours.file)), [ONE], 10)
            bad = collect("pc01", Winrm(login(stranger)), [ONE], 10)

    assert TOLD in good.failure
    assert (host.let_in, b"somebody-elses" in host.raw) == (1, False)
    assert (bad.failed, stranger.tokens) == (Reason.HOST_KEY, [])
    assert heard == []


def _listen(listening: socket.socket, heard: list[bytes]) -> None:
    while True:
        try:
            line, _ = listening.accept()
        except OSError:
            return
        with line:
            heard.append(line.recv(65536))


@pytest.mark.parametrize("level", ["0", "1", "2"])
def test_the_first_form_of_ntlm_is_never_sent(ours: Authority, monkeypatch: pytest.MonkeyPatch, level: str) -> None:
    monkeypatch.setenv("LM_COMPAT_LEVEL", level)
    with rogue(None) as seen:
        got = collect("pc01", Winrm(login(seen, plain_http=True)), [ONE], 10)

    assert got.failed is Reason.NO_CREDENTIAL
    assert "first form of NTLM" in got.failure
    assert len(seen.tokens) == 1  # the one that says nothing of the login


def test_a_wrong_login_is_tried_on_one_of_six_hosts(ours: Authority, tmp_path: Path) -> None:
    gate = Refused(tmp_path).gate("office", USER, (Secret("wrong"),))
    with rogue(ours.signs("127.0.0.1")) as seen:
        one = login(seen, ca=ours.file, password=Secret("wrong"), gate=gate)
        with ThreadPoolExecutor(6) as threads:
            got = list(threads.map(lambda n: collect(f"h{n}", Winrm(replace(one, name=f"h{n}")), [ONE], 30), range(6)))
        again = collect("h9", Winrm(replace(one, name="h9")), [ONE], 30)

    assert {recording.failed for recording in (*got, again)} == {Reason.AUTH_FAILED}
    assert (seen.refused, len(seen.tokens)) == (1, 2)
    assert sum("was not tried here" in recording.failure for recording in got) == 5
    assert "was not tried here" in again.failure


def test_a_host_that_is_not_the_right_one_does_not_keep_the_others_waiting(ours: Authority, tmp_path: Path) -> None:
    """The login is only tried where the certificate is right; nothing is decided by a rogue."""
    gate = Refused(tmp_path).gate("office", USER, (Secret(PASSWORD),))
    with rogue(ours.signs("127.0.0.2")) as stranger, rogue(ours.signs("127.0.0.1")) as host:
        bad = collect("pc02", Winrm(login(stranger, ca=ours.file, gate=gate)), [ONE], 10)
        good = collect("pc01", Winrm(login(host, ca=ours.file, gate=gate)), [ONE], 10)

    assert bad.failed is Reason.HOST_KEY
    assert TOLD in good.failure
    assert (gate.refusal, host.let_in) == (None, 1)


CONFIG = """\
[[consent]]
by = "M. de Wit"
scope = ["127.0.0.0/8"]
until = 2099-01-01
[[networks]]
name = "office"
range = "127.0.0.8/30"
[logins.office]
user = "nis2scan"
password = "env:NIS2SCAN_TEST_PASSWORD"
[[hosts]]
name = "pc01"
address = "127.0.0.1"
transport = "winrm"
port = {port}
ca = "{ca}"
login = "office"
"""


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # see tests/wsman: Python 3.11 may leak
def test_whatever_answers_on_a_range_gets_no_login(
    ours: Authority, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A device of a stranger at both ports of WinRM, with a certificate that is even believed."""
    monkeypatch.setenv("NIS2SCAN_TEST_PASSWORD", PASSWORD)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "none"))
    believed = ours.signs("127.0.0.9")
    with (
        rogue(believed, 5986, "127.0.0.9") as secure,
        rogue(None, 5985, "127.0.0.9") as plain,
        rogue(ours.signs("127.0.0.1")) as host,
    ):
        config = tmp_path / "config.toml"
        config.write_text(CONFIG.format(port=host.port, ca=ours.file))
        config.chmod(0o600)
        run(["scan", "--config", str(config), "--quiet"])

    assert host.let_in == 1
    assert secure.connections + plain.connections > 0
    assert (secure.tokens, plain.tokens) == ([], [])
    assert b"uthorization" not in secure.raw + plain.raw
