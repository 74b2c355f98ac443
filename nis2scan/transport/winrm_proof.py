"""How an account proves itself over WinRM, and how messages are sealed afterwards: NTLM or Kerberos, never Basic."""

from __future__ import annotations

import base64
import binascii
import logging
import queue
import re
import struct
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

import spnego
from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from spnego.channel_bindings import GssChannelBindings
from spnego.exceptions import FeatureMissingError, InvalidCredentialError, SpnegoError
from winrm.exceptions import WinRMTransportError

from nis2scan.errors import Reason, TransportError
from nis2scan.model import say
from nis2scan.transport.winrm_line import Line, Reply
from nis2scan.transport.winrm_login import Login, refused

T = TypeVar("T")
_SOAP = "application/soap+xml;charset=UTF-8"
_MARK = b"--Encrypted Boundary"
_OCTETS = b"Content-Type: application/octet-stream\r\n"
_LENGTH = re.compile(rb"OriginalContent:[^\r\n]*;Length=(\d{1,9})")
_STALE_SECONDS = 5.0  # a line that waited longer at the gate is dialled anew, and its certificate verified anew
# Codes of Kerberos by which a domain says no to a login, and may count it: locked or switched off, expired, unknown,
# wrong (twice); the last one is that of Windows.
_NO = {code & 0xFFFFFFFF for code in (-1765328366, -1765328361, -1765328378, -1765328360, -1765328353, -2146893044)}


@dataclass(frozen=True)
class Session:
    """A line on which the account was let in. Its `send_message` is what pywinrm's Protocol sends with.

    way: the word before the tokens, Negotiate or Kerberos.
    """

    line: Line
    context: spnego.ContextProxy
    way: str

    @property
    def _kind(self) -> str:
        return f"application/HTTP-{'Kerberos' if self.way == 'Kerberos' else 'SPNEGO'}-session-encrypted"

    def send_message(self, message: str) -> bytes:
        """Raises what pywinrm expects for a fault, and TransportError for an answer that must not be believed."""
        body, kind = message.encode(), _SOAP
        if self.line.login.plain_http:
            body = _sealed(self.context, body, self._kind)
            kind = f'multipart/encrypted;protocol="{self._kind}";boundary="Encrypted Boundary"'
        reply = self.line.post(body, {"Content-Type": kind})
        text = self._text(reply)
        # A document type or entities, or UTF-16, in which they would not be seen: nothing that WinRM says.
        if b"<!" in text or b"\0" in text:
            said = say("{where} answers with XML that is not of WinRM", where=self.line.login.where)
            raise TransportError(Reason.UNREACHABLE, said)
        if reply.status != 200:
            raise WinRMTransportError("http", reply.status, text.decode("utf-8", "replace"))
        return text

    def close_session(self) -> None:
        """pywinrm calls it after the shell was closed."""
        self.line.close()

    def _text(self, reply: Reply) -> bytes:
        if not self.line.login.plain_http:
            return reply.body
        if self._kind not in reply.kind:
            if reply.status == 200:  # whoever stands between us could have written it
                said = say("{where} answers without encryption", where=self.line.login.where)
                raise TransportError(Reason.UNREACHABLE, said)
            return b""
        return _opened(self.context, reply.body)


def let_in(login: Login, line: Line) -> Session:
    """Dial, see that it is the host and that it is WinRM, wait at the gate, log in once. Raises TransportError."""
    logging.getLogger("spnego").setLevel(logging.CRITICAL)  # it writes the exchange down, from which words are guessed
    line.open()
    way = _way(login, line.post(b"", {"Content-Type": _SOAP}))
    name = f"{login.name} ({login.where})" if login.name else login.where
    waited = time.monotonic()
    with login.gate.trying(name, line.until):
        if not line.whole or time.monotonic() - waited > _STALE_SECONDS:
            line.open()
        return Session(line, _proved(login, line, way), way)


def _way(login: Login, reply: Reply) -> str:
    """The word before a token: the host offers it, unasked and without having seen anything of a login."""
    if reply.status != 401:
        raise TransportError(
            Reason.UNREACHABLE,
            say(
                "{where} answers HTTP {status} and asks for no login: that is no WinRM",
                where=login.where,
                status=str(reply.status),
            ),
        )
    for word in ("Negotiate", "Kerberos" if login.kerberos else "NTLM"):
        if word.lower() in reply.ways:
            return word
    offered = ", ".join(sorted(reply.ways))[:80] or "nothing"
    raise TransportError(
        Reason.UNREACHABLE,
        say("{where} lets nobody in by Negotiate, only by {offered}", where=login.where, offered=offered),
        say("Set WinRM back to Negotiate there. A password is never sent as it is (Basic)."),
    )


def _proved(login: Login, line: Line, way: str) -> spnego.ContextProxy:
    """Token by token, until the host says yes. A 401 on a token that rests on the secret is its no."""
    context, token = _within(line, lambda: _first(login, line.certificate))
    answer: bytes | None = None
    offered = login.kerberos
    while token is not None:
        text = f"{way} {base64.b64encode(token).decode()}"
        reply = line.post(b"", {"Content-Type": _SOAP, "Authorization": text})
        answer = _token(reply.ways.get(way.lower(), ""))
        if reply.status == 401 and offered:
            raise _no(login)
        if (reply.status != 401) is not offered:
            said = say("{where} lets anybody in: that is no WinRM", where=login.where)
            raise TransportError(Reason.UNREACHABLE, said)
        if context.complete:
            break
        if answer is None:
            said = say("{where} does not go on with {way}", where=login.where, way=way)
            raise TransportError(Reason.UNREACHABLE, said)
        token, offered = _stepped(login, context, answer), True
        _new_enough(login, token)
    if not context.complete or (login.plain_http and not context.context_attr & spnego.ContextReq.confidentiality):
        said = say("{where} wants no encryption: it gets nothing more", where=login.where)
        raise TransportError(Reason.UNREACHABLE, said)
    return context


def _new_enough(login: Login, token: bytes | None) -> None:
    """The first form of NTLM is as good as the password, and a setting of this machine can ask for it: not from us.

    MS-NLMP 2.2.1.3: the length of the answer stands at byte 20; the old one has 24 bytes, the new one more.
    """
    if not login.kerberos and token is not None and struct.unpack("<H", token[20:22])[0] <= 24:
        said = say("this machine is set to the first form of NTLM, which is not safe: it is not used")
        raise TransportError(Reason.NO_CREDENTIAL, said, say("Take LM_COMPAT_LEVEL out of the environment."))


def _no(login: Login) -> TransportError:
    """A ticket that is not taken says nothing of the login: the domain has just confirmed that."""
    if not login.kerberos:
        return refused(login)
    return TransportError(
        Reason.UNREACHABLE,
        say("{where} does not take the Kerberos ticket for {name}", where=login.where, name=login.spoken),
        say("Is that its full name in the domain, is its clock right, and may this account log on there?"),
    )


def _first(login: Login, certificate: bytes) -> tuple[spnego.ContextProxy, bytes | None]:
    context = _begun(login, certificate)
    return context, _stepped(login, context, None)


def _within(line: Line, work: Callable[[], T]) -> T:
    """The work in what is left of the time. With Kerberos it asks the domain, and nothing stops that from outside."""
    if not line.login.kerberos:
        return work()
    done: queue.SimpleQueue[T | Exception] = queue.SimpleQueue()

    def aside() -> None:
        try:
            done.put(work())
        except Exception as trouble:  # noqa: BLE001 raised again where it is waited for
            done.put(trouble)

    threading.Thread(target=aside, daemon=True).start()
    try:
        found = done.get(timeout=max(0.1, line.until - time.monotonic()))
    except queue.Empty:
        raise TransportError(Reason.TIMEOUT, say("the domain did not give a Kerberos ticket in time")) from None
    if isinstance(found, Exception):
        raise found
    return found


def _begun(login: Login, certificate: bytes) -> spnego.ContextProxy:
    if login.password is None and not login.kerberos:
        said = say("nothing to log in with on {where}", where=login.where)
        raise TransportError(Reason.NO_CREDENTIAL, said, say("Give a password."))
    try:
        return spnego.client(
            login.user,
            login.password.reveal() if login.password is not None else None,
            hostname=login.spoken,
            service="HTTP",
            channel_bindings=_bindings(certificate),
            protocol="kerberos" if login.kerberos else "ntlm",
            options=spnego.NegotiateOptions.wrapping_winrm if login.kerberos else spnego.NegotiateOptions.use_ntlm,
        )
    except (ImportError, FeatureMissingError):
        raise TransportError(
            Reason.NO_CREDENTIAL,
            say("Kerberos needs packages that are not there"),
            say("Install nis2scan-mkb[kerberos]; it needs the Kerberos library of the system (libkrb5)."),
        ) from None
    except Exception as trouble:  # noqa: BLE001 the libraries under it raise their own; a domain may have counted it
        raise _ticket(login, trouble) from None


def _stepped(login: Login, context: spnego.ContextProxy, answer: bytes | None) -> bytes | None:
    try:
        return context.step(answer)
    except Exception as trouble:  # noqa: BLE001 tokens of a strange server can trip it anywhere
        if login.kerberos and answer is None:
            raise _ticket(login, trouble) from None
        raise TransportError(
            Reason.UNREACHABLE,
            say("{where} sends tokens that are not sound ({what})", where=login.where, what=type(trouble).__name__),
        ) from None


def _ticket(login: Login, trouble: Exception) -> TransportError:
    """The domain gave no ticket: because it knows better, or because it was not reached."""
    under = getattr(trouble, "base_error", None) or trouble
    said = str(under).strip()[:200]
    codes = {getattr(under, name, 0) & 0xFFFFFFFF for name in ("min_code", "err_code", "winerror")}
    if isinstance(trouble, InvalidCredentialError) or codes & _NO:
        return refused(login, said)
    step = say("Is the domain controller reached, is the clock right, and is the host called by its full name?")
    if login.password is None:
        step = say("Get a ticket (kinit), or give the password of the login.")
    none = say("no Kerberos ticket for {name}: {said}", name=login.spoken, said=said)
    return TransportError(Reason.NO_CREDENTIAL, none, step)


def _token(text: str) -> bytes | None:
    try:
        return base64.b64decode(text, validate=True) or None
    except (binascii.Error, ValueError):
        return None


def _bindings(certificate: bytes) -> GssChannelBindings | None:
    """The login is bound to this very certificate (RFC 5929), so that nobody passes it on to another host."""
    if not certificate:
        return None
    kind: hashes.HashAlgorithm | None = None
    try:
        kind = x509.load_der_x509_certificate(certificate).signature_hash_algorithm
    except (UnsupportedAlgorithm, ValueError):
        return None
    digest = hashes.Hash(hashes.SHA256() if kind is None or kind.name in ("md5", "sha1") else kind)
    digest.update(certificate)
    return GssChannelBindings(application_data=b"tls-server-end-point:" + digest.finalize())


def _sealed(context: spnego.ContextProxy, message: bytes, kind: str) -> bytes:
    """MS-WSMV 2.2.9.1.1: a header that tells the length, and the sealed message behind the length of its signature."""
    sealed = context.wrap_winrm(message)
    length = len(message) + sealed.padding_length
    head = f"\tContent-Type: {kind}\r\n\tOriginalContent: type={_SOAP};Length={length}\r\n".encode()
    data = struct.pack("<i", len(sealed.header)) + sealed.header + sealed.data
    return _MARK + b"\r\n" + head + _MARK + b"\r\n\t" + _OCTETS + data + _MARK + b"--\r\n"


def _opened(context: spnego.ContextProxy, body: bytes) -> bytes:
    """The message in it. Raises TransportError when it is not what the host sealed."""
    head, _, data = body.partition(_OCTETS)
    data = data.removesuffix(b"\r\n").removesuffix(_MARK + b"--")
    said = _LENGTH.search(head)
    try:
        (length,) = struct.unpack("<i", data[:4])
        message = context.unwrap_winrm(data[4 : 4 + length], data[4 + length :])
    except (SpnegoError, struct.error, ValueError, IndexError) as trouble:
        raise _changed(type(trouble).__name__) from None
    if said is None or int(said[1]) < len(message):
        raise _changed("its length")
    return message


def _changed(how: str) -> TransportError:
    said = say("an answer was changed on its way, or is not of that host ({how})", how=how)
    return TransportError(Reason.UNREACHABLE, said)
