"""Give the back office its TLS certificate: the hall's own, or one that it signs for itself once.

Windows pin what they see at their enrolment (docs/protocol.md), so one signed by nobody else is as
good as any, as long as it stays: it is made for twenty years and kept beside the data.
"""

from __future__ import annotations

import hashlib
import ipaddress
import os
import socket
import ssl
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from sync.errors import CertificateUnusable

_DAYS = 20 * 365
_NAMED = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificate:
    """PEM files. ``chain`` begins with the server's own."""

    chain: Path
    key: Path

    def fingerprint(self) -> str:
        """SHA-256 of the server's own certificate (DER), 64 hex digits. Raises
        CertificateUnusable, also where the key is not this certificate's."""
        try:
            ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(self.chain, self.key)
            first = x509.load_pem_x509_certificate(self.chain.read_bytes())
        except (OSError, ValueError) as error:
            raise CertificateUnusable(file=self.chain.name, reason=type(error).__name__) from None
        return hashlib.sha256(first.public_bytes(serialization.Encoding.DER)).hexdigest()


def own_certificate(data: Path, host: str, now: datetime) -> Certificate:
    """``data/tls``: made at the first start, readable by its owner alone.

    Raises CertificateUnusable.
    """
    folder = data / "tls"
    made = Certificate(chain=folder / "certificate.pem", key=folder / "key.pem")
    try:
        if not made.chain.exists():  # the key has its name first: a half-made pair is made again
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            key = ec.generate_private_key(ec.SECP256R1())
            _write(
                made.key,
                key.private_bytes(
                    serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
                    serialization.NoEncryption(),
                ),
            )  # fmt: skip
            _write(made.chain, _signed(key, host, now))
    except OSError as error:
        raise CertificateUnusable(file=made.chain.name, reason=type(error).__name__) from None
    return made


def _signed(key: ec.EllipticCurvePrivateKey, host: str, now: datetime) -> bytes:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "OneWindow back office")])
    named = dict.fromkeys((*_NAMED, socket.gethostname()[:64], host))
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=2))  # a window's clock may be behind
        .not_valid_after(now + timedelta(days=_DAYS))
        .add_extension(
            x509.SubjectAlternativeName([_alternative(one) for one in named if one]), critical=False
        )
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    return made.public_bytes(serialization.Encoding.PEM)


def _alternative(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name.encode("ascii", "ignore").decode())


def _write(path: Path, content: bytes) -> None:
    part = path.with_suffix(".part")
    part.unlink(missing_ok=True)
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)
