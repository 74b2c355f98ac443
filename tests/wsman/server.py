"""HTTP(S) with Negotiate in front of the shells. It writes down every byte that reaches it, after decryption by TLS."""

from __future__ import annotations

import base64
import contextlib
import http.server
import os
import re
import ssl
import struct
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import spnego
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from spnego.channel_bindings import GssChannelBindings
from spnego.exceptions import SpnegoError

from tests.wsman.certificates import Identity
from tests.wsman.shells import Fault, Faults, Shells, fault

USER, PASSWORD = "nis2scan", "Zeer-Geheim-Wachtwoord-7"
SEALED = "application/HTTP-SPNEGO-session-encrypted"
_SOAP = "application/soap+xml;charset=UTF-8"
_MARK = b"--Encrypted Boundary"
_OCTETS = b"Content-Type: application/octet-stream\r\n"


@dataclass
class Seen:
    """What reached the server. raw: every byte inside HTTP. tokens: the steps of logging in that came, in order."""

    port: int
    shells: Shells
    connections: int = 0
    handshakes: int = 0
    raw: bytearray = field(default_factory=bytearray, repr=False)
    tokens: list[bytes] = field(default_factory=list, repr=False)
    sent: int = 0
    refused: int = 0
    let_in: int = 0


class _Heard:
    """A stream that keeps what was read from it."""

    def __init__(self, stream: Any, into: bytearray) -> None:
        self._stream, self._into = stream, into

    def read(self, size: int = -1) -> bytes:
        data: bytes = self._stream.read(size)
        self._into += data
        return data

    def readline(self, size: int = -1) -> bytes:
        data: bytes = self._stream.readline(size)
        self._into += data
        return data

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 60
    disable_nagle_algorithm = True
    wbufsize = -1
    server: _Server

    def setup(self) -> None:
        if self.server.identity is not None:
            self.request.getpeername()  # Python 3.11 leaks the socket when the other side is gone already
            wrapped = self.server.context.wrap_socket(self.request, server_side=True, do_handshake_on_connect=False)
            try:
                wrapped.do_handshake()
            except BaseException:  # a bad client, or one that is gone
                wrapped.close()
                raise
            self.request = wrapped
            self.server.seen.handshakes += 1
        super().setup()
        self.rfile: Any = _Heard(self.rfile, self.server.seen.raw)
        self.login: spnego.ContextProxy | None = None
        self.known = False

    def finish(self) -> None:
        try:
            with contextlib.suppress(OSError):
                super().finish()
        finally:
            self.request.close()  # with TLS it is another socket than the server knows

    def log_message(self, format: str, *args: Any) -> None:
        """Quiet."""

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        server, faults = self.server, self.server.faults
        if server.mute:
            time.sleep(server.mute)
            self.close_connection = True
            return None
        word, _, token = self.headers.get("Authorization", "").partition(" ")
        said = []
        if word in ("Negotiate", "Kerberos"):
            answer = self._step(base64.b64decode(token))
            said = [("WWW-Authenticate", f"{word} {base64.b64encode(answer).decode()}")] if answer else []
        if not self.known:
            return self._reply(401, b"", _SOAP, said or [("WWW-Authenticate", way) for way in server.ways])
        if not body:
            return self._reply(200, b"", _SOAP, said)
        sealed = f'protocol="{SEALED}"' in self.headers.get("Content-Type", "")
        if server.identity is None and not sealed:
            return self._reply(500, fault(5, "Niet versleuteld."), _SOAP)
        return self._asked(self._opened(body) if sealed else body, faults)

    def _asked(self, request: bytes, faults: Faults) -> None:
        try:
            action, answer = self.server.seen.shells.answer(request)
            status = 200
        except Fault as wrong:
            action, answer, status = self.server.seen.shells.done[-1], fault(wrong.code, str(wrong)), 500
        except ConnectionAbortedError:
            self.close_connection = True
            return None
        if action == faults.silent:
            time.sleep(self.server.patience)
        if action in (faults.silent, faults.drops):
            self.close_connection = True
            return None
        if action == faults.broken:
            return self._reply(500, b"", "text/html")
        if faults.vast:
            answer = b" " * faults.vast
        if faults.entities:
            many = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 10))
            encoding = "utf-8" if faults.entities is True else faults.entities
            text = f'<?xml version="1.0" encoding="{encoding}"?><!DOCTYPE x [<!ENTITY e0 "x">{many}]><x>&e9;</x>'
            answer = text.encode(encoding)
        if self.server.identity is None and not faults.bare:
            return self._reply(
                status, self._closed(answer), f'multipart/encrypted;protocol="{SEALED}";boundary="Encrypted Boundary"'
            )
        return self._reply(status, answer, _SOAP)

    def _step(self, token: bytes) -> bytes | None:
        """One step of logging in, and the token that goes back."""
        self.server.seen.tokens.append(token)
        if self.login is None or self.known:
            protocol = "kerberos" if self.server.kerberos else "ntlm"
            options = spnego.NegotiateOptions.none if self.server.kerberos else spnego.NegotiateOptions.use_ntlm
            self.login = spnego.server(protocol=protocol, channel_bindings=self.server.bindings, options=options)
            self.known = False
        try:
            answer = self.login.step(token)
        except SpnegoError:
            self.server.seen.refused += 1
            self.login = None
            return None
        if self.login.complete:
            self.known = True
            self.server.seen.let_in += 1
        return answer

    def _opened(self, body: bytes) -> bytes:
        assert self.login is not None
        head, _, data = body.partition(_OCTETS)
        said = re.search(rb"Length=(\d+)", head)
        assert said is not None
        (length,) = struct.unpack("<i", data[:4])
        message = self.login.unwrap_winrm(data[4 : 4 + length], data[4 + length :].removesuffix(_MARK + b"--\r\n"))
        assert len(message) <= int(said[1])
        return message

    def _closed(self, answer: bytes) -> bytes:
        assert self.login is not None
        sealed = self.login.wrap_winrm(answer)
        length = len(answer) + sealed.padding_length
        head = f"\r\n\tContent-Type: {SEALED}\r\n\tOriginalContent: type={_SOAP};Length={length}\r\n"
        data = bytearray(struct.pack("<i", len(sealed.header)) + sealed.header + sealed.data)
        if self.server.faults.changed:
            data[-1] ^= 1
        return _MARK + head.encode() + _MARK + b"\r\n\t" + _OCTETS + bytes(data) + _MARK + b"--\r\n"

    def _reply(self, status: int, body: bytes, kind: str, headers: Sequence[tuple[str, str]] = ()) -> None:
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
        self.server.seen.sent += len(body)


class _Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, identity: Identity | None, shells: Shells, faults: Faults, at: tuple[str, int]) -> None:
        super().__init__(at, _Handler)
        self.identity, self.faults = identity, faults
        self.context = identity.context() if identity else ssl.create_default_context()
        self.bindings = _bindings(identity.der) if identity else None
        self.seen = Seen(self.server_address[1], shells)
        self.ways: Sequence[str] = ("Negotiate", "Kerberos")
        self.mute = 0.0
        self.patience = 30.0
        self.kerberos = False

    def process_request(self, request: Any, client_address: Any) -> None:
        self.seen.connections += 1
        super().process_request(request, client_address)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Whoever hangs up is no error here."""


def _bindings(der: bytes) -> GssChannelBindings:
    kind = x509.load_der_x509_certificate(der).signature_hash_algorithm
    assert kind is not None
    digest = hashes.Hash(kind)
    digest.update(der)
    return GssChannelBindings(application_data=b"tls-server-end-point:" + digest.finalize())


@contextlib.contextmanager
def accounts(folder: Path, **passwords: str) -> Iterator[None]:
    """Whom NTLM knows, while it lasts: pyspnego's acceptor reads a file that the environment names."""
    file = folder / "accounts"
    lines = {USER: PASSWORD, **passwords}
    file.write_text("".join(f"{domain}:{user}:{word}\n" for user, word in lines.items() for domain in ("", "KANTOOR")))
    before = os.environ.get("NTLM_USER_FILE")
    os.environ["NTLM_USER_FILE"] = str(file)
    try:
        yield
    finally:
        os.environ.pop("NTLM_USER_FILE")
        if before is not None:
            os.environ["NTLM_USER_FILE"] = before


@contextlib.contextmanager
def wsman(
    program: Sequence[str],
    expects: str,
    identity: Identity | None = None,
    faults: Faults | None = None,
    environment: Mapping[str, str] | None = None,
    *,
    ways: Sequence[str] = ("Negotiate", "Kerberos"),
    mute: float = 0.0,
    kerberos: bool = False,
    at: tuple[str, int] = ("127.0.0.1", 0),
    bound_to: Identity | None = None,
) -> Iterator[Seen]:
    """A server over HTTPS with this certificate; without one over HTTP, where it takes and gives only what is sealed.

    program: what it starts for the one command line that it `expects`. ways: how it says one may log in. bound_to: the
    certificate to which a login must be bound, where that is not its own: then it is as if it had been passed on.
    """
    faults = faults or Faults()
    shells = Shells(program, environment or {}, expects, faults)
    server = _Server(identity, shells, faults, at)
    server.ways, server.mute, server.kerberos = ways, mute, kerberos
    if bound_to is not None:
        server.bindings = _bindings(bound_to.der)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield server.seen
    finally:
        server.shutdown()
        server.server_close()
        shells.end()
