"""Whose tokens the gateway takes: an OpenID Connect issuer's, checked against its published keys."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from time import monotonic
from typing import Any, Protocol

import httpx
import jwt
import structlog

from braid.kit.identity import (
    ALGORITHM,
    TOKENS_REMEMBERED_MOST,
    Principal,
    Role,
    TokenRefused,
    TokenVerifier,
    principal_from,
)
from braid.kit.problems import Problem
from gateway.discovery import FETCH_TIMEOUT_S, Discovery, issuer_away
from gateway.settings import IssuerSettings

log = structlog.get_logger(__name__)

ALGORITHMS = ("RS256", "PS256", "ES256", ALGORITHM)
KEYS_LIFE_S = 300
#: An unknown key id makes us look again, but not more often than this, in seconds.
KEYS_RELOAD_S = 10
#: Without any keys we look again after this, in seconds, so that requests do not queue behind an issuer that is away.
KEYS_RETRY_S = 1
#: What a system is by the scope that the issuer gave its token; people have roles of their own.
ROLE_OF_SCOPE: Mapping[str, Role] = {"braid.system": Role.SYSTEM, "braid.partner": Role.PARTNER}


class Verifier(Protocol):
    """Turns an outside token into a principal."""

    async def verify(self, token: str) -> Principal:
        """The principal of a token.

        Raises:
            TokenRefused: anything at all is wrong with it.
        """


class IssuerVerifier:
    """Tokens of an issuer whose keys are fetched, kept for a while, and fetched again when it rotates them."""

    def __init__(
        self,
        settings: IssuerSettings,
        client: httpx.AsyncClient,
        discovery: Discovery,
        *,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        self._settings = settings
        self._client = client
        self._discovery = discovery
        self._clock = clock
        self._held: _Held | None = None
        self._fetched_at = float("-inf")
        self._failed_at = float("-inf")
        self._lock = asyncio.Lock()

    async def verify(self, token: str) -> Principal:
        """As the port says.

        Raises:
            Problem: 403, the token was not given the scope that is needed; 503, the issuer's keys cannot be fetched.
        """
        held = await self._current_keys(token)
        try:
            return held.verifier.verify(token)
        except TypeError as error:
            raise _refused_for_its_header() from error

    def _principal(self, claims: Mapping[str, Any]) -> Principal:
        scopes = _scopes(claims)
        needed = self._settings.scope
        if needed and needed not in scopes:
            headers = {"WWW-Authenticate": f'Bearer error="insufficient_scope", scope="{needed}"'}
            raise Problem(403, "scope-missing", "The token lacks a scope", f"It needs {needed}.", headers=headers)
        return principal_from(_with_roles_of(scopes, claims))

    async def claims(self, token: str, *, audience: str) -> Mapping[str, Any]:
        """What a token of the issuer says to an audience.

        Raises:
            TokenRefused: anything at all is wrong with it.
            Problem: 503, the issuer's keys cannot be fetched.
        """
        held = await self._current_keys(token)
        issuer = self._settings.issuer
        try:
            return TokenVerifier(held.keys, issuer=issuer, audience=audience, algorithms=ALGORITHMS).claims(token)
        except TypeError as error:
            raise _refused_for_its_header() from error

    async def _current_keys(self, token: str) -> "_Held":
        key_id = _key_id(token)
        if held := self._still_good(key_id):
            return held
        async with self._lock:
            # Whoever had the lock before may have fetched them for all who waited.
            if held := self._still_good(key_id):
                return held
            self._held = await self._fetch(self._held)
            self._fetched_at = self._clock()
            return self._held

    def _still_good(self, key_id: object) -> "_Held | None":
        """The keys, unless it is time to look for others; for a key that is not among them it is sooner."""
        held = self._held
        if held is None:
            return None
        good_for_s = KEYS_LIFE_S if key_id in held.ids else KEYS_RELOAD_S
        return held if self._clock() - self._fetched_at <= good_for_s else None

    async def _fetch(self, held: "_Held | None") -> "_Held":
        if held is None and self._clock() - self._failed_at < KEYS_RETRY_S:
            raise issuer_away()
        try:
            url = self._settings.keys_url or (await self._discovery.metadata()).jwks_uri
            answer = await self._client.get(url, timeout=FETCH_TIMEOUT_S)
            answer.raise_for_status()
            keys = jwt.PyJWKSet.from_dict(answer.json())
        except (Problem, httpx.HTTPError, AttributeError, TypeError, ValueError, jwt.PyJWTError) as error:
            log.warning("issuer_keys_away", error=type(error).__name__)
            self._failed_at = self._clock()
            if held is not None:
                return held
            raise issuer_away() from error
        told = self._settings
        return _Held(
            keys,
            TokenVerifier(
                keys, issuer=told.issuer, audience=told.audience, algorithms=ALGORITHMS, read=self._principal
            ),
        )


@dataclass(frozen=True)
class _Held:
    """Keys, and what remembers the tokens that were checked against them; both go when others are fetched."""

    keys: jwt.PyJWKSet
    verifier: TokenVerifier

    @cached_property
    def ids(self) -> frozenset[str | None]:
        """Names of the keys."""
        return frozenset(key.key_id for key in self.keys.keys)


def _refused_for_its_header() -> TokenRefused:
    """For PyJWT's TypeError at an algorithm of another family than the key's; the token's header chooses it."""
    return TokenRefused("the token is not valid")


@lru_cache(maxsize=TOKENS_REMEMBERED_MOST)
def _key_id(token: str) -> object:
    """The key that a token says it was signed with.

    Raises:
        TokenRefused: it is no token.
    """
    try:
        return jwt.get_unverified_header(token).get("kid")
    except jwt.PyJWTError as error:
        raise TokenRefused("the token is not valid") from error


def _scopes(claims: Mapping[str, Any]) -> frozenset[str]:
    """The scopes of a token: words with blanks between them (RFC 9068, section 2.2.3)."""
    given = claims.get("scope")
    return frozenset(given.split()) if isinstance(given, str) else frozenset()


def _with_roles_of(scopes: frozenset[str], claims: Mapping[str, Any]) -> Mapping[str, Any]:
    """Claims with the roles that scopes stand for beside those that they name: for a client that asks for itself.

    A person's token names the client too, but as somebody other than its subject (RFC 9068, section 2.2): what a page
    may ask for makes nobody a system.
    """
    by_scope = [ROLE_OF_SCOPE[scope] for scope in sorted(scopes & ROLE_OF_SCOPE.keys())]
    if not by_scope or claims["sub"] != claims.get("client_id"):
        return claims
    named = claims.get("roles", [])
    return {**claims, "roles": [*(named if isinstance(named, list) else []), *by_scope]}
