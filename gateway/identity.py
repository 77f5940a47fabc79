"""Whose tokens the gateway takes: an OpenID Connect issuer's, checked against its published keys."""

import asyncio
from collections.abc import Callable
from time import monotonic
from typing import Protocol

import httpx
import jwt
import structlog

from braid.kit.identity import ALGORITHM, Principal, TokenRefused, TokenVerifier
from braid.kit.problems import Problem
from gateway.settings import IssuerSettings

log = structlog.get_logger(__name__)

ALGORITHMS = ("RS256", "PS256", "ES256", ALGORITHM)
KEYS_LIFE_S = 300
#: An unknown key id makes us look again, but not more often than this, in seconds.
KEYS_RELOAD_S = 10
#: Without any keys we look again after this, in seconds, so that requests do not queue behind an issuer that is away.
KEYS_RETRY_S = 1


class Verifier(Protocol):
    """Turns an outside token into a principal."""

    async def verify(self, token: str) -> Principal:
        """The principal of a token.

        Raises:
            TokenRefused: anything at all is wrong with it.
        """


class LocalVerifier:
    """Tokens of an issuer whose keys are at hand."""

    def __init__(self, verifier: TokenVerifier) -> None:
        self._verifier = verifier

    async def verify(self, token: str) -> Principal:
        """As the port says."""
        return self._verifier.verify(token)


class IssuerVerifier:
    """Tokens of an issuer whose keys are fetched, kept for a while, and fetched again when it rotates them."""

    def __init__(
        self, settings: IssuerSettings, client: httpx.AsyncClient, *, clock: Callable[[], float] = monotonic
    ) -> None:
        self._settings = settings
        self._client = client
        self._clock = clock
        self._keys: jwt.PyJWKSet | None = None
        self._fetched_at = float("-inf")
        self._failed_at = float("-inf")
        self._lock = asyncio.Lock()

    async def verify(self, token: str) -> Principal:
        """As the port says.

        Raises:
            Problem: 503, the issuer's keys cannot be fetched.
        """
        try:
            key_id = jwt.get_unverified_header(token).get("kid")
        except jwt.PyJWTError as error:
            raise TokenRefused("the token is not valid") from error
        keys = await self._current_keys(key_id)
        verifier = TokenVerifier(
            keys, issuer=self._settings.issuer, audience=self._settings.audience, algorithms=ALGORITHMS
        )
        try:
            return verifier.verify(token)
        except TypeError as error:
            # PyJWT's answer to an algorithm of another family than the key's; the token's header chooses it.
            raise TokenRefused("the token is not valid") from error

    async def _current_keys(self, key_id: str | None) -> jwt.PyJWKSet:
        async with self._lock:
            age_s = self._clock() - self._fetched_at
            known = self._keys is not None and any(key.key_id == key_id for key in self._keys.keys)
            if self._keys is None or age_s > KEYS_LIFE_S or (not known and age_s > KEYS_RELOAD_S):
                self._keys = await self._fetch(self._keys)
                self._fetched_at = self._clock()
            return self._keys

    async def _fetch(self, held: jwt.PyJWKSet | None) -> jwt.PyJWKSet:
        if held is None and self._clock() - self._failed_at < KEYS_RETRY_S:
            raise _issuer_away()
        try:
            answer = await self._client.get(self._settings.keys_url, timeout=5)
            answer.raise_for_status()
            return jwt.PyJWKSet.from_dict(answer.json())
        except (httpx.HTTPError, AttributeError, TypeError, ValueError, jwt.PyJWTError) as error:
            log.warning("issuer_keys_away", error=type(error).__name__)
            self._failed_at = self._clock()
            if held is not None:
                return held
            raise _issuer_away() from error


def _issuer_away() -> Problem:
    return Problem(503, "issuer-unavailable", "Sign-in cannot be checked", headers={"Retry-After": "5"})
