"""TLS: which versions a port accepts, and the certificate that it shows.

`cryptography` (a part of paramiko) reads the certificate, here and nowhere else.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import dsa, ec, rsa

from nis2scan.transport.connect import Door
from nis2scan.transport.probes import Way
from nis2scan.transport.talk import Talk

_SECONDS = 4.0  # for one handshake
_MOST = 65536  # bytes that a server may say in one handshake
_WORDS = 200  # characters of one name
_NAMES = 50
_VERSIONS = {
    "1.3": (ssl.TLSVersion.TLSv1_3, 0x0304),
    "1.2": (ssl.TLSVersion.TLSv1_2, 0x0303),
    "1.1": (ssl.TLSVersion.TLSv1_1, 0x0302),
    "1.0": (ssl.TLSVersion.TLSv1, 0x0301),
}
_ALERT, _HANDSHAKE, _SERVER_HELLO, _SUPPORTED_VERSIONS = 21, 22, 2, 0x2B


async def ask(way: Way, talk: Talk, cap: int) -> Mapping[str, object]:
    """On each port that is open: at most four handshakes of a normal client, one for each of TLS 1.3, 1.2, 1.1, 1.0.

    Sent are the bytes of the handshake and of its end, without a name of a server and without a certificate; after it
    the connection is closed. Nothing is asked inside it. Printers and cameras: one handshake, the device chooses.
    """
    found = await asyncio.gather(*(_port(way, port) for port in talk.ports))
    return {"address": way.spot.address, "ports": dict(zip(map(str, talk.ports), found, strict=True))}


async def _port(way: Way, port: int) -> Mapping[str, object]:
    """state: open, closed, silent or guarded. versions: accepted, refused, silent, or unable (this machine cannot).

    speaks: tls, other, or nothing. certificate: of the newest version that showed one.
    """
    state = way.spot.doors.get(port, Door.SILENT)
    if state != Door.OPEN:
        return {"state": "closed" if state == Door.CLOSED else "silent"}
    if not way.spot.guard.lets(way.word, port):
        return {"state": "guarded"}
    if way.spot.guard.kind:
        return await _once(way, port)
    versions: dict[str, str] = {}
    speaks, der = "nothing", None
    for name in _VERSIONS:
        if (sock := await way.opened(port)) is None:
            versions[name] = "silent"
            continue
        try:
            shaken = await _shaken(sock, name)
        finally:
            sock.close()
        versions[name], der = shaken.state, der or shaken.certificate
        speaks = "tls" if "tls" in (speaks, shaken.speaks) else shaken.speaks
        if speaks == "other" or list(versions.values()) == ["silent", "silent"]:
            break  # it does not know TLS: leave it alone
    return {"state": "open", "speaks": speaks, "versions": versions, "certificate": der and described(der)}


async def _once(way: Way, port: int) -> Mapping[str, object]:
    """One handshake with a device that should be left alone: newer versions than it chose, it does not have."""
    if (sock := await way.opened(port)) is None:
        return {"state": "silent"}
    with sock:
        shaken = await _shaken(sock, "")
    der, names = shaken.certificate, list(_VERSIONS)
    versions = dict.fromkeys(names[: names.index(shaken.version)], "refused") if shaken.version else {}
    if shaken.version:
        versions[shaken.version] = "accepted"
    return {"state": "open", "speaks": shaken.speaks, "versions": versions, "certificate": der and described(der)}


@dataclass(frozen=True)
class _Shaken:
    """version: in which the server said hello. state: of the version that was asked for."""

    state: str
    version: str = ""
    speaks: str = "nothing"
    certificate: bytes | None = None


async def _shaken(sock: socket.socket, version: str) -> _Shaken:
    """One handshake, in a version, or "" for any. It is accepted when the server says hello in it, whatever follows."""
    incoming, outgoing, heard = ssl.MemoryBIO(), ssl.MemoryBIO(), bytearray()
    tls = _context(version).wrap_bio(incoming, outgoing)
    loop, der, done, silent = asyncio.get_running_loop(), None, False, False
    try:
        async with asyncio.timeout(_SECONDS):
            while not done and len(heard) < _MOST:
                try:
                    tls.do_handshake()
                    done, der = True, tls.getpeercert(binary_form=True)
                except ssl.SSLWantReadError:
                    pass
                except ssl.SSLError:
                    done = True
                if sending := outgoing.read():
                    await loop.sock_sendall(sock, sending)
                elif not heard:
                    return _Shaken("unable")
                if done or not (part := await loop.sock_recv(sock, 16384)):
                    break
                heard += part
                incoming.write(part)
    except TimeoutError:
        silent = True
    except OSError:
        pass  # it cut the connection: what was heard until then counts
    said = next((name for name, (_, code) in _VERSIONS.items() if code == _hello(bytes(heard))), "")
    state = "accepted" if said and said == version else "silent" if silent and not heard else "refused"
    return _Shaken(state, said, _speaks(bytes(heard)), der)


def _speaks(heard: bytes) -> str:
    if not heard:
        return "nothing"
    return "tls" if heard[0] in (_ALERT, _HANDSHAKE) and heard[1:2] == b"\x03" else "other"


def _hello(heard: bytes) -> int:
    """The version in which a server says hello; 0 when it does not."""
    if len(heard) < 44 or heard[0] != _HANDSHAKE or heard[5] != _SERVER_HELLO:
        return 0
    old = int.from_bytes(heard[9:11], "big")
    end = min(len(heard), 9 + int.from_bytes(heard[6:9], "big"))
    at = 44 + heard[43] + 2 + 1 + 2  # past session, cipher, compression and the length of the extensions
    while at + 4 <= end:
        kind, length = int.from_bytes(heard[at : at + 2], "big"), int.from_bytes(heard[at + 2 : at + 4], "big")
        if kind == _SUPPORTED_VERSIONS and length == 2:
            return int.from_bytes(heard[at + 4 : at + 6], "big")
        at += 4 + length
    return old


@cache
def _context(version: str) -> ssl.SSLContext:
    """A client that trusts everybody, since it only looks, and that may speak the old versions."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    context.set_ciphers("ALL:@SECLEVEL=0")
    oldest = _VERSIONS[version or "1.0"][0]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of old versions: seeing them is the point
        context.maximum_version = ssl.TLSVersion.MAXIMUM_SUPPORTED
        context.minimum_version = oldest
        if version:
            context.maximum_version = oldest
    return context


def described(der: bytes) -> Mapping[str, object] | None:
    """What a certificate says; None when it cannot be read."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of what is against the rules: devices have such certificates
        try:
            return _said(x509.load_der_x509_certificate(der))
        except (ValueError, TypeError, UnsupportedAlgorithm, x509.InvalidVersion):
            return None
        except (x509.UnsupportedGeneralNameType, x509.DuplicateExtension):
            return None


def _said(shown: x509.Certificate) -> Mapping[str, object]:
    return {
        "subject": _name(shown.subject),
        "issuer": _name(shown.issuer),
        "names": _names(shown),
        "from": shown.not_valid_before_utc.isoformat(),
        "until": shown.not_valid_after_utc.isoformat(),
        "self_signed": _self_signed(shown),
        "key": _key(shown),
        "hash": _hash(shown),
    }


def _hash(shown: x509.Certificate) -> str:
    try:
        return shown.signature_hash_algorithm.name if shown.signature_hash_algorithm else ""
    except UnsupportedAlgorithm:
        return "?"


def _name(name: x509.Name) -> str:
    common = name.get_attributes_for_oid(x509.NameOID.COMMON_NAME)
    return (str(common[0].value) if common else name.rfc4514_string())[:_WORDS]


def _names(shown: x509.Certificate) -> list[str]:
    """The hosts that it is for: the alternative names, without them the common name."""
    try:
        names = shown.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return [_name(shown.subject)] if shown.subject.get_attributes_for_oid(x509.NameOID.COMMON_NAME) else []
    found = [*names.get_values_for_type(x509.DNSName), *map(str, names.get_values_for_type(x509.IPAddress))]
    return [name[:_WORDS] for name in found[:_NAMES]]


def _self_signed(shown: x509.Certificate) -> bool:
    if shown.issuer != shown.subject:
        return False
    try:
        shown.verify_directly_issued_by(shown)
    except (InvalidSignature, UnsupportedAlgorithm, ValueError, TypeError):
        return False
    return True


def _key(shown: x509.Certificate) -> list[object]:
    try:
        key = shown.public_key()
    except UnsupportedAlgorithm:
        return ["?", 0]
    if isinstance(key, (rsa.RSAPublicKey, dsa.DSAPublicKey)):
        return ["RSA" if isinstance(key, rsa.RSAPublicKey) else "DSA", key.key_size]
    return ["EC", key.key_size] if isinstance(key, ec.EllipticCurvePublicKey) else [type(key).__name__, 0]
