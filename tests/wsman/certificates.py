"""Authorities and certificates for servers of the tests."""

from __future__ import annotations

import hashlib
import ipaddress
import ssl
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


@dataclass(frozen=True)
class Identity:
    """A certificate with its key in one file, and who signed it."""

    file: Path
    authority: Path
    der: bytes

    @property
    def pin(self) -> str:
        return f"sha256:{hashlib.sha256(self.der).hexdigest()}"

    def context(self) -> ssl.SSLContext:
        """The server's side of TLS with it."""
        made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        made.load_cert_chain(self.file)
        return made


class Authority:
    """One that signs, and its certificate as a file."""

    def __init__(self, folder: Path, name: str = "Kantoor CA") -> None:
        self.folder = folder
        self.name = _name(name)
        self._key = ec.generate_private_key(ec.SECP256R1())
        made = _begun(self.name, self.name, self._key.public_key(), 3650)
        made = made.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        self.file = folder / f"{name.replace(' ', '-')}.pem"
        self.file.write_bytes(made.sign(self._key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))

    def signs(self, *names: str, days: float = 30) -> Identity:
        """A certificate for these names or addresses, that ends so many days from now."""
        key = ec.generate_private_key(ec.SECP256R1())
        made = _begun(_name(names[0]), self.name, key.public_key(), days)
        made = made.add_extension(x509.SubjectAlternativeName([_alternative(name) for name in names]), critical=False)
        whole = made.sign(self._key, hashes.SHA256())
        file = self.folder / f"{x509.random_serial_number()}.pem"
        plain = serialization.NoEncryption()
        shape = serialization.PrivateFormat.PKCS8
        text = key.private_bytes(serialization.Encoding.PEM, shape, plain)
        file.write_bytes(text + whole.public_bytes(serialization.Encoding.PEM))
        return Identity(file, self.file, whole.public_bytes(serialization.Encoding.DER))


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _alternative(text: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(text))
    except ValueError:
        return x509.DNSName(text)


def _begun(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey, days: float
) -> x509.CertificateBuilder:
    end = datetime.now(UTC) + timedelta(days=days)
    made = x509.CertificateBuilder(issuer, subject, key, x509.random_serial_number())
    return made.not_valid_before(end - timedelta(days=days + 400)).not_valid_after(end)
