"""What an OpenID Connect issuer says of itself: its endpoints, found by discovery and kept for a while."""

import asyncio
from collections.abc import Callable
from time import monotonic

import httpx
import structlog
from pydantic import BaseModel, ValidationError

from braid.kit.problems import Problem
from gateway.settings import IssuerSettings

log = structlog.get_logger(__name__)

WELL_KNOWN = "/.well-known/openid-configuration"
LIFE_S = 3600
#: After a failure we look again after this, in seconds, so that requests do not queue behind an issuer that is away.
RETRY_S = 1
FETCH_TIMEOUT_S = 5


class Metadata(BaseModel):
    """The parts of an issuer's document that we use (OpenID Connect Discovery 1.0, section 3)."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    end_session_endpoint: str | None = None


class Discovery:
    """An issuer's document, fetched when it is first needed and again every hour."""

    def __init__(
        self, settings: IssuerSettings, client: httpx.AsyncClient, *, clock: Callable[[], float] = monotonic
    ) -> None:
        self._issuer = settings.issuer
        self._url = settings.discovery_url or settings.issuer.rstrip("/") + WELL_KNOWN
        self._client = client
        self._clock = clock
        self._held: Metadata | None = None
        self._fetched_at = float("-inf")
        self._failed_at = float("-inf")
        self._lock = asyncio.Lock()

    @property
    def held(self) -> Metadata | None:
        """The document where it is here already."""
        return self._held

    async def metadata(self) -> Metadata:
        """The issuer's document; an older one while the issuer is away.

        Raises:
            Problem: 503, it cannot be had, or it is another issuer's.
        """
        async with self._lock:
            if self._held is None or self._clock() - self._fetched_at > LIFE_S:
                self._held = await self._fetch()
            return self._held

    async def _fetch(self) -> Metadata:
        if self._clock() - self._failed_at < RETRY_S:
            return self._held_or_away()
        try:
            answer = await self._client.get(self._url, timeout=FETCH_TIMEOUT_S)
            answer.raise_for_status()
            found = Metadata.model_validate_json(answer.content)
            if found.issuer != self._issuer:
                raise ValueError("the document is another issuer's")
        except (httpx.HTTPError, ValidationError, ValueError) as error:
            log.warning("issuer_metadata_away", error=type(error).__name__)
            self._failed_at = self._clock()
            return self._held_or_away()
        self._fetched_at = self._clock()
        return found

    def _held_or_away(self) -> Metadata:
        if self._held is None:
            raise issuer_away()
        return self._held


def issuer_away() -> Problem:
    """503: whether somebody may come in cannot be known for the moment."""
    return Problem(503, "issuer-unavailable", "Sign-in cannot be checked", headers={"Retry-After": "5"})
