"""The certificates by which a broker and its clients know each other, as Strimzi's operators make them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

#: For the clock of whoever looks at them to be a little behind; and for as long as a suite may take.
BEFORE, AFTER = timedelta(hours=1), timedelta(days=2)


@dataclass(frozen=True)
class Certificate:
    """A certificate and its key, each as PEM."""

    certificate: str
    key: str


class Authority:
    """Signs certificates for one cluster."""

    def __init__(self) -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = _name("cluster-ca")
        self._own = _builder(self._name, self._name, self._key.public_key(), is_authority=True).sign(
            self._key, hashes.SHA256()
        )

    @property
    def certificate(self) -> str:
        """What clients and broker trust, as PEM."""
        return _pem(self._own)

    def issue(self, name: str, addresses: Sequence[str] = ()) -> Certificate:
        """A certificate for a user, or for a broker that is found at some addresses."""
        key = ec.generate_private_key(ec.SECP256R1())
        builder = _builder(_name(name), self._name, key.public_key(), is_authority=False)
        if addresses:
            found_at = x509.SubjectAlternativeName([x509.DNSName(address) for address in addresses])
            builder = builder.add_extension(found_at, critical=False)
        private = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        return Certificate(_pem(builder.sign(self._key, hashes.SHA256())), private.decode())


def _builder(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey, *, is_authority: bool
) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - BEFORE)
        .not_valid_after(now + AFTER)
        .add_extension(x509.BasicConstraints(ca=is_authority, path_length=None), critical=True)
    )


def _name(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def _pem(certificate: x509.Certificate) -> str:
    return certificate.public_bytes(serialization.Encoding.PEM).decode()
