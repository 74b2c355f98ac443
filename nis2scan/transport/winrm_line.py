"""One connection to WinRM on a Windows host: dialled, its certificate verified, and cut when its time is over.

It is made by hand, of one socket: what proved itself in the handshake is what gets the login and the messages. Nothing
is dialled a second time by itself, no proxy, no `.netrc` and no setting of the environment is looked at, and no answer
sends us elsewhere.
"""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import http.client
import socket
import ssl
import threading
import time
from dataclasses import dataclass, field, replace

from nis2scan.errors import Reason, TransportError
from nis2scan.model import Message, say
from nis2scan.transport.host_keys import closed_text
from nis2scan.transport.trouble import unknown
from nis2scan.transport.winrm_login import Login

CONNECT_SECONDS = 10.0
MOST = 4 * 1024 * 1024
"""Bytes of one answer at most; Windows keeps to half a megabyte, and we ask for less."""

_OTHER_NAME = {62, 64}  # codes of OpenSSL: X509_V_ERR_HOSTNAME_MISMATCH, X509_V_ERR_IP_ADDRESS_MISMATCH
_EXPIRED = 10


@dataclass(frozen=True)
class Reply:
    """What came back on one request. ways: how it may be logged in, by name, with what stands behind the name."""

    status: int
    kind: str
    body: bytes
    ways: dict[str, str] = field(default_factory=dict)


class Line:
    """A connection that ends at `until` (monotonic), whatever the host does. whole: no answer is outstanding on it."""

    def __init__(self, login: Login, until: float) -> None:
        self.login = login
        self.certificate = b""
        self.whole = False
        self._socket: socket.socket | None = None
        self._http = http.client.HTTPConnection(login.spoken, login.port)
        self._http.auto_open = 0  # a line that ended stays ended
        self._watchdog: threading.Timer | None = None
        self.watch(until)

    def watch(self, until: float) -> None:
        """From now on this is when it is cut."""
        if self._watchdog is not None:
            self._watchdog.cancel()
        self.until = until
        self._watchdog = threading.Timer(max(0.0, until - time.monotonic()), self.cut)
        self._watchdog.daemon = True
        self._watchdog.start()

    def open(self) -> None:
        """Dial, and let the host prove who it is. Raises TransportError."""
        self._end()
        self._socket = _dialled(self.login, self._step)
        if not self.login.plain_http:
            self._socket, self.certificate = _proven(self._socket, self.login, self._step)
        self._http.sock = self._socket
        self.whole = True

    def post(self, body: bytes, headers: dict[str, str]) -> Reply:
        """One request and its answer. Errors are those of sockets and HTTP, and TransportError for what is too much."""
        if self._socket is None or not self.whole:
            raise ConnectionError("the connection ended")
        self.whole = False
        self._socket.settimeout(max(0.1, self.until - time.monotonic()))
        self._http.request("POST", "/wsman", body, {"User-Agent": "nis2scan", **headers})
        response = self._http.getresponse()
        data = _body(response)
        if time.monotonic() >= self.until:  # cut by the watchdog: what looks like an end is none
            raise TimeoutError
        if len(data) > MOST:
            said = say("{where} answers with more than {most} bytes at once", where=self.login.where, most=MOST)
            raise TransportError(Reason.UNREACHABLE, said)
        if not response.isclosed() or response.length:
            raise ConnectionError("the answer was cut")
        self.whole = self._http.sock is not None
        return Reply(response.status, response.headers.get("Content-Type", ""), bytes(data), _ways(response))

    def close(self) -> None:
        """For good."""
        if self._watchdog is not None:
            self._watchdog.cancel()
        self._end()

    @property
    def _step(self) -> float:
        return max(0.1, min(CONNECT_SECONDS, self.until - time.monotonic()))

    def cut(self) -> None:
        """From aside, by another thread: whoever reads or writes on it now gets its end."""
        self.whole = False
        if self._socket is not None:
            with contextlib.suppress(OSError):  # not the method of TLS, which would let plain bytes through after it
                socket.socket.shutdown(self._socket, socket.SHUT_RDWR)

    def _end(self) -> None:
        self.whole = False
        self._http.close()
        if self._socket is not None:
            with contextlib.suppress(OSError):
                self._socket.close()
            self._socket = None


def _body(response: http.client.HTTPResponse) -> bytearray:
    """At most a byte more than is taken. In pieces: http.client keeps all chunks of one reading, of a byte each."""
    data = bytearray()
    while len(data) <= MOST and (part := response.read(min(65536, MOST + 1 - len(data)))):
        data += part
    return data


def _ways(response: http.client.HTTPResponse) -> dict[str, str]:
    offered: dict[str, str] = {}
    for line in response.headers.get_all("WWW-Authenticate") or ():
        for item in line.split(","):
            name, _, rest = item.strip().partition(" ")
            offered.setdefault(name.lower(), rest.strip())
    return offered


def _dialled(login: Login, seconds: float) -> socket.socket:
    try:
        line = socket.create_connection((login.host, login.port), timeout=seconds)
    except socket.gaierror:
        raise unknown(login.host) from None
    except TimeoutError:
        raise TransportError(
            Reason.UNREACHABLE,
            say("{where} does not answer", where=login.where),
            say("Is it switched on, is WinRM, and does its firewall let this in?"),
        ) from None
    line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # else each of many small requests waits for its head
    return line


def _context(login: Login) -> ssl.SSLContext:
    """Authorities of this machine, or `ca` and no other; with a pin none, since then one certificate is right."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # and a certificate for the right name
    context.minimum_version = ssl.TLSVersion.TLSv1_2  # whatever the settings of OpenSSL on this machine allow
    if login.certificate:
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    elif login.ca is None:
        context.load_default_certs()
    else:
        try:
            context.load_verify_locations(cadata=closed_text(login.ca))
        except (ValueError, ssl.SSLError):
            said = say("{file} holds no certificate of an authority", file=str(login.ca))
            raise TransportError(Reason.HOST_KEY, said, say("It must be there, in PEM form.")) from None
    return context


def _proven(line: socket.socket, login: Login, seconds: float) -> tuple[ssl.SSLSocket, bytes]:
    """The line with TLS on it, and the certificate that was believed. Nothing was sent but the handshake."""
    with contextlib.ExitStack() as failing:
        failing.callback(line.close)
        secure = _shaken(line, login, _context(login), seconds)
        failing.callback(secure.close)
        shown = secure.getpeercert(binary_form=True) or b""
        if login.certificate and not hmac.compare_digest(fingerprint(shown), login.certificate):
            raise TransportError(
                Reason.HOST_KEY,
                say(
                    "{where} shows another certificate than the one in the config: {shown}",
                    where=login.where,
                    shown=fingerprint(shown),
                ),
                say("Find out why. Only if it was replaced on purpose: {command}", command=_trust(login)),
            )
        failing.pop_all()
    return secure, shown


def _shaken(line: socket.socket, login: Login, context: ssl.SSLContext, seconds: float) -> ssl.SSLSocket:
    secure = context.wrap_socket(line, server_hostname=login.spoken, do_handshake_on_connect=False)
    secure.settimeout(seconds)
    try:
        secure.do_handshake()
    except ssl.SSLCertVerificationError as trouble:
        secure.close()
        raise TransportError(
            Reason.HOST_KEY,
            _doubt(trouble, login),
            say("Compare it and pin it: {command}. Or give its authority: ca", command=_trust(login)),
        ) from None
    except TimeoutError:
        secure.close()
        raise TransportError(
            Reason.TIMEOUT,
            say("{where} accepts the connection and then says nothing that is TLS", where=login.where),
        ) from None
    except ssl.SSLError as trouble:
        secure.close()
        raise TransportError(
            Reason.UNREACHABLE,
            say("{where} speaks no TLS that is safe ({why})", where=login.where, why=trouble.reason or "no handshake"),
            say("Is it the port of WinRM over HTTPS (5986)? Over 5985 it speaks HTTP."),
        ) from None
    except OSError:
        secure.close()
        raise
    return secure


def _doubt(trouble: ssl.SSLCertVerificationError, login: Login) -> Message:
    if trouble.verify_code in _OTHER_NAME:
        return say("{where} shows a certificate that is not for {name}", where=login.where, name=login.spoken)
    if trouble.verify_code == _EXPIRED:
        return say("{where} shows a certificate that has expired", where=login.where)
    return say(
        "{where} shows a certificate that this machine does not believe ({why})",
        where=login.where,
        why=trouble.verify_message,
    )


def _trust(login: Login) -> str:
    return f"nis2scan trust {login.name or login.host}"


def fingerprint(certificate: bytes) -> str:
    """As it stands in the config."""
    return f"sha256:{hashlib.sha256(certificate).hexdigest()}"


def shown_by(login: Login, until: float) -> tuple[bytes, str]:
    """The certificate by which a host proves itself, and why it is not believed ("" when it is). Nobody logs in."""
    seconds = max(0.1, min(CONNECT_SECONDS, until - time.monotonic()))
    doubt = ""
    try:
        secure, shown = _proven(_dialled(login, seconds), login, seconds)
    except TransportError as trouble:
        if trouble.reason is not Reason.HOST_KEY:
            raise
        doubt = str(trouble)
        context = _context(replace(login, certificate="any"))
        secure = _shaken(_dialled(login, seconds), login, context, seconds)
        shown = secure.getpeercert(binary_form=True) or b""
    secure.close()
    return shown, doubt
