"""A client proves who it is by a signed token, and shares no secret: ``private_key_jwt`` (RFC 7523, section 2.2)."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import jwt
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
LIFE_S = 60


class ClientKey:
    """A client's private key, in PEM: RSA, P-256 or Ed25519.

    Args:
        file: where it is.
        key_id: by which the issuer knows its public half, where it has several.

    Raises:
        ValueError: the file holds another kind of key.
    """

    def __init__(self, file: Path, *, key_id: str | None = None) -> None:
        key = load_pem_private_key(file.read_bytes(), password=None)
        if isinstance(key, RSAPrivateKey):
            self._algorithm = "RS256"
        elif isinstance(key, EllipticCurvePrivateKey) and isinstance(key.curve, SECP256R1):
            self._algorithm = "ES256"
        elif isinstance(key, Ed25519PrivateKey):
            self._algorithm = "EdDSA"
        else:
            raise ValueError(f"{file} holds no RSA, P-256 or Ed25519 key")
        self._key = key
        self._headers = {"kid": key_id} if key_id else None

    def assertion(self, client_id: str, audience: str) -> str:
        """A token by which a client proves once who it is."""
        now = datetime.now(UTC)
        claims = {
            "iss": client_id,
            "sub": client_id,
            "aud": audience,
            "jti": str(uuid4()),
            "iat": now,
            "exp": now + timedelta(seconds=LIFE_S),
        }
        return jwt.encode(claims, self._key, algorithm=self._algorithm, headers=self._headers)
