"""Who is asking. Services take only the gateway's internal tokens: short, signed, for one person and one council."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from time import time
from typing import Any
from uuid import UUID

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from fastapi import Request

from braid.kit.problems import Problem

INTERNAL_ISSUER = "braid-gateway"
INTERNAL_AUDIENCE = "braid-services"
INTERNAL_LIFE_S = 60
ALGORITHM = "EdDSA"
#: Tokens of about a thousand bytes that are not signed or checked anew each time they are needed.
TOKENS_REMEMBERED_MOST = 4_096


class Role(StrEnum):
    """What somebody is to a council's budgets."""

    BUDGET_HOLDER = "budget_holder"
    DELEGATE = "delegate"
    PRACTITIONER = "practitioner"
    APPROVER = "approver"
    FINANCE_OFFICER = "finance_officer"
    AUDITOR = "auditor"
    PARTNER = "partner"
    SYSTEM = "system"
    OPERATIONS = "operations"


#: Roles of a council's staff and systems, who may read its people's records; each reading is logged.
COUNCIL_ROLES = frozenset({Role.PRACTITIONER, Role.APPROVER, Role.FINANCE_OFFICER, Role.AUDITOR, Role.SYSTEM})


@dataclass(frozen=True)
class Principal:
    """Who asks, for which council, in which roles.

    Args:
        subject: stable id from the identity provider.
        council: GSS code of the council.
        roles: roles at that council.
        person_id: the person whose budget it is, for a budget holder.
        agency: for which agency, for a partner.
    """

    subject: str
    council: str
    roles: frozenset[Role]
    person_id: UUID | None = None
    agency: str | None = None

    def speaks_for(self, agency: str) -> bool:
        """Whether a partner agency's decisions may be told and read: by that agency alone."""
        return Role.PARTNER in self.roles and self.agency == agency

    def may_read(self, person_id: UUID) -> bool:
        """Whether the record of a person may be read: by the council's staff, and by the person."""
        return bool(self.roles & COUNCIL_ROLES) or (Role.BUDGET_HOLDER in self.roles and self.person_id == person_id)


class TokenRefused(Exception):
    """A token is missing, expired, forged or not meant for us."""


def claims_of(principal: Principal) -> dict[str, Any]:
    """A principal as token claims."""
    claims: dict[str, Any] = {
        "sub": principal.subject,
        "council": principal.council,
        "roles": sorted(principal.roles),
    }
    if principal.person_id:
        claims["person_id"] = str(principal.person_id)
    if principal.agency:
        claims["agency"] = principal.agency
    return claims


def principal_from(claims: Mapping[str, Any]) -> Principal:
    """Read a principal from verified claims; roles that we do not know give nothing.

    Raises:
        TokenRefused: a claim is missing or malformed.
    """
    try:
        person = claims.get("person_id")
        roles = frozenset(Role(role) for role in claims["roles"] if role in set(Role))
        agency = str(claims["agency"]) if claims.get("agency") else None
        return Principal(str(claims["sub"]), str(claims["council"]), roles, UUID(person) if person else None, agency)
    except (KeyError, TypeError, ValueError) as error:
        raise TokenRefused("the token lacks a council, a subject or roles") from error


class TokenSigner:
    """Signs tokens with an Ed25519 key; whoever is signed for again within a third of a token's life gets the same."""

    def __init__(self, private_key: Ed25519PrivateKey, *, issuer: str, audience: str, life_s: int) -> None:
        self._key = private_key
        self._issuer = issuer
        self._audience = audience
        self._life_s = life_s
        self._key_id = public_jwk(private_key)["kid"]
        self._signed = lru_cache(maxsize=TOKENS_REMEMBERED_MOST)(self._sign)

    def sign(self, principal: Principal, *, now: datetime | None = None) -> str:
        """A token for a principal, valid for the signer's life, or for two thirds of it at least."""
        again_for = max(self._life_s // 3, 1)
        seconds = int(now.timestamp() if now else time())
        return self._signed(principal, seconds - seconds % again_for)

    def _sign(self, principal: Principal, issued: int) -> str:
        return self.sign_claims(claims_of(principal), now=datetime.fromtimestamp(issued, UTC))

    def sign_claims(self, claims: Mapping[str, Any], *, now: datetime | None = None) -> str:
        """A token that says what it is told to, with the signer's issuer and, unless told otherwise, audience."""
        issued = now or datetime.now(UTC)
        times = {"iat": issued, "exp": issued + timedelta(seconds=self._life_s)}
        told = {"aud": self._audience, **claims, "iss": self._issuer, **times}
        return jwt.encode(told, self._key, algorithm=ALGORITHM, headers={"kid": self._key_id})


class TokenVerifier:
    """Checks tokens against a key set: signature, issuer, audience and expiry; the last each time that one comes.

    Args:
        keys: whose signatures count.
        issuer: who must have made them.
        audience: whom they must be for.
        algorithms: with which they may be signed.
        clock: in seconds since 1970.
        read: makes a principal of what a token says.
    """

    def __init__(
        self,
        keys: jwt.PyJWKSet,
        *,
        issuer: str,
        audience: str,
        algorithms: Sequence[str] = (ALGORITHM,),
        clock: Callable[[], float] = time,
        read: Callable[[Mapping[str, Any]], Principal] = principal_from,
    ) -> None:
        self._read = read
        self._keys = keys
        self._issuer = issuer
        self._audience = audience
        self._algorithms = list(algorithms)
        self._clock = clock
        self._checked = lru_cache(maxsize=TOKENS_REMEMBERED_MOST)(self._check)

    def verify(self, token: str) -> Principal:
        """The principal of a token.

        Raises:
            TokenRefused: anything at all is wrong with it.
        """
        principal, expires_at = self._checked(token)
        if expires_at <= self._clock():
            raise TokenRefused("the token is not valid")
        return principal

    def _check(self, token: str) -> tuple[Principal, float]:
        claims = self.claims(token)
        return self._read(claims), float(claims["exp"])

    def claims(self, token: str) -> Mapping[str, Any]:
        """What a token says, once it is known to be the issuer's, for us and in time.

        Raises:
            TokenRefused: anything at all is wrong with it.
        """
        try:
            key = self._keys[jwt.get_unverified_header(token)["kid"]]
            claims: Mapping[str, Any] = jwt.decode(
                token,
                key.key,
                algorithms=self._algorithms,
                issuer=self._issuer,
                audience=self._audience,
                options={"require": ["exp", "iat", "iss", "aud", "sub"]},
            )
        except (jwt.PyJWTError, KeyError) as error:
            raise TokenRefused("the token is not valid") from error
        return claims


def read_key_set(directory: Path, name: str) -> jwt.PyJWKSet:
    """The public key set that `create_keys` has written."""
    return jwt.PyJWKSet.from_dict(json.loads((directory / f"{name}-public.jwks.json").read_text()))


def internal_verifier(keys_file: Path) -> TokenVerifier:
    """A verifier of the gateway's tokens, from its public key set."""
    keys = jwt.PyJWKSet.from_dict(json.loads(keys_file.read_text()))
    return TokenVerifier(keys, issuer=INTERNAL_ISSUER, audience=INTERNAL_AUDIENCE)


def internal_signer(private_key_file: Path) -> TokenSigner:
    """The signer of the gateway's tokens."""
    return TokenSigner(
        read_private_key(private_key_file), issuer=INTERNAL_ISSUER, audience=INTERNAL_AUDIENCE, life_s=INTERNAL_LIFE_S
    )


def public_jwk(private_key: Ed25519PrivateKey) -> dict[str, str]:
    """The public half of a key as a JSON Web Key, named by its thumbprint."""
    from jwt.algorithms import OKPAlgorithm

    jwk = OKPAlgorithm.to_jwk(private_key.public_key(), as_dict=True)
    return {"kty": jwk["kty"], "crv": jwk["crv"], "x": jwk["x"], "use": "sig", "alg": ALGORITHM, "kid": jwk["x"][:16]}


def create_keys(directory: Path, name: str) -> None:
    """Write ``<name>-private.pem`` and ``<name>-public.jwks.json`` unless they are there already."""
    private_file = directory / f"{name}-private.pem"
    public_file = directory / f"{name}-public.jwks.json"
    directory.mkdir(parents=True, exist_ok=True)
    if not private_file.exists():
        pem = Ed25519PrivateKey.generate().private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        private_file.touch(mode=0o600)
        private_file.write_bytes(pem)
    public_file.write_text(json.dumps({"keys": [public_jwk(read_private_key(private_file))]}, indent=2) + "\n")


def read_private_key(file: Path) -> Ed25519PrivateKey:
    """An Ed25519 private key from a PEM file.

    Raises:
        ValueError: the file holds another kind of key.
    """
    key = serialization.load_pem_private_key(file.read_bytes(), password=None)
    if not isinstance(key, Ed25519PrivateKey):
        raise ValueError(f"{file} does not hold an Ed25519 key")
    return key


def bearer_token(request: Request) -> str:
    """The bearer token of a request.

    Raises:
        Problem: 401, there is none.
    """
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise unauthenticated("Give a bearer token in the Authorization header.")
    return token


def unauthenticated(detail: str) -> Problem:
    """401: we do not know who asks."""
    return Problem(401, "unauthenticated", "Sign in first", detail, headers={"WWW-Authenticate": "Bearer"})


async def authenticated(request: Request) -> Principal:
    """The principal of a request, from its internal token.

    Raises:
        Problem: 401.
    """
    token = bearer_token(request)
    verifier: TokenVerifier = request.app.state.verifier
    try:
        return verifier.verify(token)
    except TokenRefused as error:
        raise unauthenticated(f"{error}.") from error
