"""ACC-NET-002: real Samba, NFS (ganesha with rpcbind) and vsftpd, and servers that lie, hang and flood."""

from __future__ import annotations

import json
import os
import shutil
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from nis2scan.api import Finding, Outcome, Reason, Recording, Severity, Status
from nis2scan.facts.network.ftp import FTP
from nis2scan.facts.network.nfs import NFS
from nis2scan.facts.network.smb import SMB, Smb
from nis2scan.recording import from_bytes
from nis2scan.testing import answered, fact, findings, recording
from nis2scan.transport.probes.smb2 import Broken
from nis2scan.transport.probes.srvsvc import _listed
from tests.clock import within
from tests.network.conftest import Serve, looked
from tests.network.own import own

CHECK = "access/anonymous-files"
INSIDE = Path(__file__).with_name("inside.py")
WORDS = ("smb", "nfs", "tcp 21\nwait\nsend USER anonymous")

as_root = pytest.mark.skipif(sys.platform == "win32" or os.geteuid() != 0, reason="only as root: low ports")


def seen(address: str) -> Recording:
    return looked(address, words=WORDS)


def parts(host: Recording) -> dict[str, Finding]:
    return {item.subject: item for item in findings(CHECK, host)}


def outcomes(host: Recording) -> dict[str, Outcome]:
    return {name: item.outcome for name, item in parts(host).items()}


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that the account `nobody` can get to; each run of pytest closes its own to others again."""
    with tempfile.TemporaryDirectory(prefix="nis2scan-test-") as name:
        Path(name).chmod(0o755)
        yield Path(name)


# ---- Samba ----------------------------------------------------------------------------------------

SHARES = """
[pub]
path = {here}/pub
guest ok = yes
read only = no
[folder of everybody]
path = {here}/ro
guest ok = yes
[unwritable]
path = {here}/owned
guest ok = yes
read only = no
[staff]
path = {here}/staff
"""


def samba(serve: Serve, folder: Path, address: str, settings: str, shares: str = SHARES) -> None:
    for name in ("private", "lock", "state", "cache", "pid", "nc", "pub", "ro", "owned", "staff"):
        (folder / name).mkdir()
        (folder / name).chmod(0o777 if name == "pub" else 0o755)
    places = "".join(f"{name} directory = {folder}/{name}\n" for name in ("lock", "state", "cache", "pid"))
    (folder / "smb.conf").write_text(
        f"[global]\ninterfaces = {address}/8\nbind interfaces only = yes\nsmb ports = 445\ndisable netbios = yes\n"
        f"{places}private dir = {folder}/private\nncalrpc dir = {folder}/nc\nlog file = {folder}/log\n"
        f"server role = standalone server\nload printers = no\n{settings}\n{shares.format(here=folder)}"
    )
    serve("smbd", "-F", "-s", str(folder / "smb.conf"), at=address, port=445)


@as_root
def test_shares_for_everybody_are_found_and_told_apart(open_folder: Path, serve: Serve) -> None:
    samba(serve, open_folder, own(1), "map to guest = Bad User")

    host = seen(own(1))

    assert outcomes(host) == {
        "SMB pub": Outcome.FAIL,
        "SMB folder of everybody": Outcome.WARN,
        "SMB unwritable": Outcome.WARN,  # the share would allow it, the folder does not
    }
    assert parts(host)["SMB pub"].severity is Severity.HIGH
    server: Smb = fact(Smb, host)
    assert (server.smb1, server.dialect, server.signing) == ("refused", "3.1.1", False)
    assert not list((open_folder / "pub").iterdir())  # looking left nothing behind


@as_root
def test_shares_that_ask_who_one_is_pass(open_folder: Path, serve: Serve) -> None:
    only_staff = "[staff]\npath = {here}/staff\n[other]\npath = {here}/ro\n"
    samba(serve, open_folder, own(2), "map to guest = never\nserver signing = mandatory", only_staff)

    host = seen(own(2))

    assert outcomes(host) == {"SMB": Outcome.PASS}
    assert fact(Smb, host).signing is True


@as_root
@pytest.mark.parametrize("guests", ["Bad User", "never"])
def test_the_client_of_samba_itself_sees_the_same(guests: str, open_folder: Path, serve: Serve) -> None:
    """A share for guests is open to the nameless even where nobody is made a guest."""
    if (client := shutil.which("smbclient")) is None:
        pytest.skip("smbclient is not installed")
    samba(serve, open_folder, own(6), f"map to guest = {guests}")

    found = outcomes(seen(own(6)))

    for share in ("pub", "folder of everybody", "unwritable", "staff"):
        command = [client, "-N", "-s", "/dev/null", f"//{own(6)}/{share}", "-c", "ls"]
        done = subprocess.run(command, capture_output=True, timeout=30, check=False)
        assert (done.returncode == 0) is (f"SMB {share}" in found), done.stdout


@as_root
def test_a_server_that_only_hides_its_list_does_not_pass(open_folder: Path, serve: Serve) -> None:
    """The share for guests is not listed, and the client of Samba enters it all the same."""
    samba(serve, open_folder, own(3), "map to guest = never\nrestrict anonymous = 2")

    assert outcomes(seen(own(3))) == {"SMB": Outcome.NOT_ASSESSED}


@as_root
@pytest.mark.parametrize(
    ("settings", "smb1", "dialect"),
    [
        ("server min protocol = NT1", "accepted", "3.1.1"),
        ("server min protocol = NT1\nserver max protocol = NT1", "accepted", ""),
        ("server max protocol = SMB2_10", "refused", "2.1"),
        ("server max protocol = SMB2_02", "refused", "2.0.2"),
        ("server min protocol = SMB3_11", "refused", "3.1.1"),
    ],
)
def test_the_versions_of_a_server(settings: str, smb1: str, dialect: str, open_folder: Path, serve: Serve) -> None:
    samba(serve, open_folder, own(4), settings + "\nmap to guest = Bad User")

    host = seen(own(4))

    server: Smb = fact(Smb, host)
    assert (server.smb1, server.dialect) == (smb1, dialect)
    expected = {"SMB pub": Outcome.FAIL} if dialect else {"SMB": Outcome.NOT_ASSESSED}
    assert expected.items() <= outcomes(host).items()


# ---- NFS ------------------------------------------------------------------------------------------

_NFS = r"""
mount -t tmpfs none /run; mkdir -p /run/ganesha /run/rpcbind; ip link set lo up
printf '%s' "$GANESHA" > /run/g.conf
rpcbind -f -w >/dev/null 2>&1 & sleep 0.5
ganesha.nfsd -F -f /run/g.conf -L /run/g.log >/dev/null 2>&1 &
i=0; until showmount -e 127.0.0.1 2>/dev/null | grep -q data || [ $i -gt 40 ]; do sleep 0.25; i=$((i+1)); done
exec "$PYTHON" "$INSIDE" "$PLACE"
"""
GANESHA = (
    "NFS_CORE_PARAM {{ Protocols = {protocols}; Plugins_Dir = /usr/lib/x86_64-linux-gnu/ganesha; NFS_Port = 2049; "
    "MNT_Port = 20048; }}\n"
    "EXPORT {{ Export_Id = 7; Path = /data; Pseudo = /data; SecType = sys; Protocols = {protocols}; "
    "FSAL {{ Name = MEM; }} CLIENT {{ Clients = *; Access_Type = RW; }} }}\n"
    "EXPORT {{ Export_Id = 8; Path = /data2; Pseudo = /data2; SecType = sys; Protocols = {protocols}; "
    "FSAL {{ Name = MEM; }} CLIENT {{ Clients = 127.0.0.1, 192.168.1.7; Access_Type = RO; }} }}\n"
    "EXPORT {{ Export_Id = 9; Path = /data3; Pseudo = /data3; SecType = sys; Protocols = {protocols}; "
    "FSAL {{ Name = MEM; }} CLIENT {{ Clients = 127.0.0.0/24; Access_Type = RO; }} }}\n"
)


def ganesha(protocols: str) -> Recording:
    if any(shutil.which(name) is None for name in ("ganesha.nfsd", "rpcbind", "showmount")):
        pytest.skip("only with nfs-ganesha, rpcbind and showmount on this machine")
    place = json.dumps({"address": "127.0.0.1", "words": WORDS})
    done = subprocess.run(
        ["unshare", "--net", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc", "sh", "-c", _NFS],
        env={
            **os.environ,
            "GANESHA": GANESHA.format(protocols=protocols),
            "PYTHON": sys.executable,
            "INSIDE": str(INSIDE),
            "PLACE": place,
        },
        capture_output=True,
        timeout=90,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode()
    return from_bytes(done.stdout)


@as_root
def test_exports_of_a_real_server_by_whom_they_are_for() -> None:
    host = ganesha("3, 4")

    assert outcomes(host) == {
        "NFS /data": Outcome.WARN,
        "NFS /data2": Outcome.PASS,
        "NFS /data3": Outcome.WARN,
    }
    assert "192.168.1.7" in str(parts(host)["NFS /data2"].found)


@as_root
def test_a_real_server_with_nfs_4_only_is_not_judged() -> None:
    assert outcomes(ganesha("4")) == {"NFS": Outcome.NOT_ASSESSED}


# ---- FTP ------------------------------------------------------------------------------------------


def vsftpd(serve: Serve, folder: Path, address: str, settings: str) -> None:
    (folder / "empty").mkdir()
    (folder / "empty").chmod(0o755)
    (folder / "vsftpd.conf").write_text(
        f"listen=YES\nlisten_address={address}\nbackground=NO\nsecure_chroot_dir={folder}/empty\n"
        f"seccomp_sandbox=NO\nanon_root={folder}/empty\nlocal_enable=YES\n{settings}\n"
    )
    serve("vsftpd", str(folder / "vsftpd.conf"), at=address, port=21)


@as_root
@pytest.mark.parametrize(("setting", "outcome"), [("YES", Outcome.WARN), ("NO", Outcome.PASS)])
def test_a_real_ftp_server(setting: str, outcome: Outcome, open_folder: Path, serve: Serve) -> None:
    vsftpd(serve, open_folder, own(5), f"anonymous_enable={setting}")

    assert outcomes(seen(own(5))) == {"FTP": outcome}


def ftp(*said: str) -> dict[str, Outcome]:
    row = {"state": "open", "heard": list(said)}
    shut = [answered(SMB, '{"state": "closed"}'), answered(NFS, json.dumps(nothing()))]
    return outcomes(recording(answered(FTP, json.dumps({"ports": {"21": row}})), *shut, platform="", vantage="network"))


def nothing(**changes: object) -> dict[str, object]:
    return {"rpc": "closed", "nfs": "closed", "mount": "none", "versions": [], "exports": [], **changes}


def test_what_ftp_servers_say() -> None:
    """By RFC 959; the texts of ProFTPD, FileZilla and vsftpd are of their sources and manuals."""
    assert ftp("220 Hi\r\n", "331 name?\r\n", "230 in\r\n", '257 "/"\r\n', "221 Bye\r\n") == {"FTP": Outcome.WARN}
    assert ftp("220-a\r\n220 b\r\n", "530 no\r\n", "503 first\r\n") == {"FTP": Outcome.PASS}
    for unknown in (
        ("220 Hi\r\n", "550 SSL/TLS required on the control channel\r\n", "530 Please login\r\n"),
        ("220 Hi\r\n", "503 Use AUTH first.\r\n", "530 Please log in\r\n"),
        ("220 Hi\r\n", "530 Anonymous sessions must use encryption.\r\n"),
        ("421 Too many connections\r\n",),
        ("SSH-2.0-x\r\n",),
        ("220 Hi\r\n", "331 name?\r\n", ""),
        ("",),
    ):
        assert ftp(*unknown) == {"FTP": Outcome.NOT_ASSESSED}


# ---- strange servers ------------------------------------------------------------------------------


@contextmanager
def strange(address: str, port: int, answer: Callable[[socket.socket], None]) -> Iterator[None]:
    with socket.create_server((address, port)) as server:

        def serve() -> None:
            with suppress(OSError):
                while True:
                    connection, _ = server.accept()
                    threading.Thread(target=_one, args=(answer, connection), daemon=True).start()

        threading.Thread(target=serve, daemon=True).start()
        yield
        server.shutdown(socket.SHUT_RDWR)


def _one(answer: Callable[[socket.socket], None], connection: socket.socket) -> None:
    with connection, suppress(OSError):
        answer(connection)


def hangs(connection: socket.socket) -> None:
    connection.recv(4096)
    time.sleep(30)


def flood(connection: socket.socket) -> None:
    while True:
        connection.sendall(b"\0\0\xff\xff" + os.urandom(65535))


def cuts(connection: socket.socket) -> None:
    connection.recv(4096)


def noise(connection: socket.socket) -> None:
    connection.recv(4096)
    connection.sendall(os.urandom(2000))


def greets(connection: socket.socket) -> None:
    connection.sendall(b"220 " + b"x" * 300_000 + b"\r\n")
    time.sleep(30)


def pending(connection: socket.socket) -> None:
    """A server of SMB2 that says `soon` for ever."""
    data = connection.recv(4096)
    head = struct.pack("<4sHHIHHIIQIIQ", b"\xfeSMB", 64, 0, 0x103, 0, 1, 1, 0, 0, 0, 0, 0) + bytes(16) + bytes(16)
    while data:
        connection.sendall(struct.pack(">I", len(head)) + head)
        time.sleep(0.1)


def endless(connection: socket.socket) -> None:
    """A portmapper whose list has no end, in fragments that have none either."""
    number = connection.recv(4096)[4:8]
    connection.sendall(struct.pack(">I", 24) + number + struct.pack(">IIIII", 1, 0, 0, 0, 0))
    while True:
        connection.sendall(struct.pack(">I", 20) + struct.pack(">IIIII", 1, 100005, 3, 6, 111))


@pytest.mark.parametrize(
    ("answer", "port"),
    [
        *((answer, port) for answer in (hangs, flood, cuts, noise) for port in (21, 111, 445)),
        *((greets, 21), (pending, 445), (endless, 111)),
    ],
)
@as_root
def test_a_hostile_server_costs_a_bounded_time_and_passes_nothing(
    answer: Callable[[socket.socket], None], port: int
) -> None:
    with within(35), strange(own(9), port, answer):
        host = seen(own(9))
    assert set(outcomes(host).values()) == {Outcome.NOT_ASSESSED}
    assert all(len(item.out) < 70_000 for item in host.answers.values())


def test_a_list_of_shares_that_does_not_fit_is_no_list() -> None:
    for data in (b"", b"\0" * 3, os.urandom(64), struct.pack("<IIIII", 1, 1, 1, 200, 1) + bytes(4)):
        with suppress(Broken):
            assert _listed(data) in (None, [])
    assert _listed(struct.pack("<IIIIIII", 1, 1, 1, 0, 0, 0, 5)) is None


# ---- answers --------------------------------------------------------------------------------------


def host_with(smb: object, nfs: object, ftp_state: str | None) -> Recording:
    rows = [(SMB, smb), (NFS, nfs), (FTP, ftp_state and {"ports": {"21": {"state": ftp_state}}})]
    return recording(*(answered(q, json.dumps(row)) for q, row in rows if row is not None), vantage="network")


def test_only_closed_ports_are_evidence_of_absence() -> None:
    assert outcomes(host_with({"state": "closed"}, nothing(), "closed")) == {"": Outcome.NOT_APPLICABLE}
    for smb, nfs, ftp_state in (
        ({"state": "silent"}, nothing(), "closed"),
        ({"state": "closed"}, nothing(nfs="silent"), "closed"),
        ({"state": "closed"}, nothing(), "silent"),
        ({"state": "closed"}, nothing(), "guarded"),
        ({"state": "closed"}, nothing(), None),
        ({"state": "closed"}, None, "closed"),
        (None, nothing(), "closed"),
        ({"state": "closed"}, nothing(nfs="open"), "closed"),
        ({"state": "closed"}, nothing(rpc="open", mount="unknown"), "closed"),
    ):
        assert set(outcomes(host_with(smb, nfs, ftp_state)).values()) == {Outcome.NOT_ASSESSED}


def test_a_pass_does_not_stand_beside_what_could_not_be_asked() -> None:
    refusing = {"state": "open", "smb1": "refused", "dialect": "3.1.1", "signing": True, "anonymous": "refused"}
    refusing |= {"listed": "unknown", "shares": []}

    assert outcomes(host_with(refusing, nothing(), "closed")) == {"SMB": Outcome.PASS}
    assert outcomes(host_with(refusing, nothing(), "silent"))["FTP"] is Outcome.NOT_ASSESSED
    assert outcomes(host_with(refusing, None, "closed")) == {"SMB": Outcome.NOT_ASSESSED}


def test_without_an_answer_nothing_is_judged() -> None:
    for host in (
        recording(),
        recording(answered(SMB, "{}"), answered(NFS, "[]"), answered(FTP, '{"ports": {}}')),
        recording(*(answered(question, status=Status.TIMEOUT) for question in (SMB, NFS, FTP))),
    ):
        assert outcomes(host) == {"": Outcome.NOT_ASSESSED}


def test_a_share_that_was_not_tried_is_told() -> None:
    shares = [{"name": "a", "entry": "unknown", "add": False}, {"name": "b", "entry": "refused", "add": False}]
    smb = {"state": "open", "smb1": "refused", "dialect": "3.0", "signing": False, "anonymous": "guest"}
    found = parts(host_with({**smb, "listed": "yes", "shares": shares}, nothing(), "closed"))

    assert {name: (item.outcome, item.reason) for name, item in found.items()} == {
        "SMB a": (Outcome.NOT_ASSESSED, Reason.TRUNCATED)
    }
