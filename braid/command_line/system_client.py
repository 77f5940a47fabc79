"""A council's own system at the gateway: it signs in at the issuer by client credentials (RFC 6749, section 4.4)."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Self
from urllib.parse import quote

import httpx
import jwt
from pydantic import Field, SecretStr, model_validator

from braid.contracts.codes import CouncilCode
from braid.kit.problems import Problem
from braid.kit.settings import SettingsPart
from gateway.client_assertion import ASSERTION_TYPE, ClientKey
from gateway.discovery import Discovery
from gateway.settings import IssuerSettings

#: How often the same is asked of what cannot answer for the moment.
TRIES_MOST = 5
#: Between tries where nobody says how long, and at most where somebody does, in seconds.
WAIT_S, WAIT_MOST_S = 2, 60
ASK_TIMEOUT_S = 120
_FOR_THE_MOMENT = frozenset({429, 502, 503, 504})
_SERVER_ERROR = 500


class ClientSettings(SettingsPart):
    """A council's system as the issuer knows it, and where the gateway is."""

    council: CouncilCode
    gateway: str = Field(description="Base address of the gateway.")
    issuer: str
    discovery_url: str | None = Field(None, description="By default the issuer's well-known one.")
    client_id: str
    client_key_file: str | None = Field(None, description="For private_key_jwt.")
    client_key_id: str | None = Field(None, description="By which the issuer knows the key, where it has several.")
    client_secret: SecretStr | None = Field(None, description="Where the issuer takes no key.")
    scope: str | None = Field(None, description="What to ask the issuer for.")

    @model_validator(mode="after")
    def _one_proof(self) -> Self:
        if (self.client_key_file is None) == (self.client_secret is None):
            raise ValueError("give either CLIENT_KEY_FILE or CLIENT_SECRET")
        return self


class Away(Exception):
    """The issuer or the gateway cannot be reached, or cannot answer for the moment: to be asked again later."""


class Refused(Exception):
    """No, from the issuer or the gateway; asking again would not help."""


class SystemClient:
    """Asks the gateway as a council's system, with a new token whenever one has run out.

    Args:
        issuer, gateway: clients of the two; the gateway's has its base address.
        wait: sleeps for some seconds.
    """

    def __init__(
        self,
        settings: ClientSettings,
        issuer: httpx.AsyncClient,
        gateway: httpx.AsyncClient,
        *,
        wait: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._settings = settings
        self._issuer = issuer
        self._gateway = gateway
        self._wait = wait
        self._token = ""
        told = IssuerSettings(issuer=settings.issuer, audience="", discovery_url=settings.discovery_url)
        self._discovery = Discovery(told, issuer)
        key_file = settings.client_key_file
        self._key = ClientKey(Path(key_file), key_id=settings.client_key_id) if key_file else None

    async def sign_in(self) -> None:
        """Get a token for the council.

        Raises:
            Away: the issuer cannot be reached.
            Refused: it gives none, or one for another council.
        """
        issuer = self._settings.issuer
        try:
            metadata = await self._discovery.metadata()
            answer = await self._issuer.post(metadata.token_endpoint, data=self._form(), auth=self._authentication())
        except (Problem, httpx.TransportError) as error:
            raise Away(f"The issuer {issuer} cannot be reached.") from error
        if answer.status_code >= _SERVER_ERROR:
            raise Away(f"The issuer {issuer} cannot answer ({answer.status_code}).")
        self._token = self._token_in(answer)

    def _form(self) -> dict[str, str]:
        form = {"grant_type": "client_credentials"}
        if self._settings.scope:
            form["scope"] = self._settings.scope
        if self._key:
            assertion = self._key.assertion(self._settings.client_id, self._settings.issuer)
            form |= {"client_assertion_type": ASSERTION_TYPE, "client_assertion": assertion}
        return form

    def _authentication(self) -> httpx.Auth:
        """The secret, as RFC 6749, section 2.3.1 writes it: both parts encoded as in a form; nothing beside a key."""
        if self._settings.client_secret is None:
            return httpx.Auth()
        secret = self._settings.client_secret.get_secret_value()
        return httpx.BasicAuth(quote(self._settings.client_id, safe=""), quote(secret, safe=""))

    def _token_in(self, answer: httpx.Response) -> str:
        client = f"the client {self._settings.client_id}"
        try:
            told = answer.json()
            if not answer.is_success:
                raise Refused(f"The issuer gives {client} no token: {told.get('error', answer.status_code)}.")
            token = str(told["access_token"])
            # Not whether it is valid, which is the gateway's to say: only that nothing is done for another council.
            council = jwt.decode(token, options={"verify_signature": False}).get("council")
        except (ValueError, AttributeError, KeyError, TypeError, jwt.PyJWTError) as error:
            raise Refused(f"The issuer's answer to {client} cannot be read.") from error
        if council != self._settings.council:
            raise Refused(f"The issuer's token is for {council}, and this is to be done for {self._settings.council}.")
        return token

    async def post(
        self,
        path: str,
        key: str,
        *,
        body: Mapping[str, Any] | None = None,
        query: Mapping[str, str] | None = None,
    ) -> dict[str, Any]:
        """Ask for something that takes effect once under its key; the answer.

        Raises:
            Away: the gateway cannot be reached, or what is behind it cannot answer.
            Refused: the answer is no.
        """
        renewed = False
        for turn in range(1, TRIES_MOST + 1):
            answer = await self._posted(path, key, body, query)
            if answer is not None and answer.status_code == httpx.codes.UNAUTHORIZED and not renewed:
                renewed = True
                await self.sign_in()
                answer = await self._posted(path, key, body, query)
            if answer is not None and not _comes_again(answer):
                return _read(path, answer)
            if turn < TRIES_MOST:
                await self._wait(_pause_s(answer))
        why = "cannot be reached" if answer is None else f"cannot answer for the moment ({answer.status_code})"
        raise Away(f"The gateway {self._settings.gateway} {why}.")

    async def _posted(
        self, path: str, key: str, body: Mapping[str, Any] | None, query: Mapping[str, str] | None
    ) -> httpx.Response | None:
        headers = {"authorization": f"Bearer {self._token}", "idempotency-key": key, "accept": "application/json"}
        try:
            return await self._gateway.post(path, params=query, json=body, headers=headers, timeout=ASK_TIMEOUT_S)
        except httpx.TransportError:
            return None


def _comes_again(answer: httpx.Response) -> bool:
    return answer.status_code in _FOR_THE_MOMENT or (answer.is_error and "retry-after" in answer.headers)


def _pause_s(answer: httpx.Response | None) -> float:
    told = answer.headers.get("retry-after", "") if answer is not None else ""
    return min(int(told), WAIT_MOST_S) if told.isdecimal() else WAIT_S


def _read(path: str, answer: httpx.Response) -> dict[str, Any]:
    try:
        told = answer.json()
        if answer.is_success and isinstance(told, dict):
            return told
        why = ": ".join(str(told[part]) for part in ("title", "detail") if told.get(part))
    except (ValueError, AttributeError, TypeError):
        why = "the answer cannot be read"
    raise Refused(f"{path} was refused ({answer.status_code}): {why}")


@asynccontextmanager
async def signing_in(settings: ClientSettings) -> AsyncIterator[SystemClient]:
    """A council's system, with connections of its own.

    Raises:
        Refused: the client's key is not one.
    """
    async with httpx.AsyncClient() as issuer, httpx.AsyncClient(base_url=settings.gateway) as gateway:
        try:
            system = SystemClient(settings, issuer, gateway)
        except (OSError, ValueError) as error:
            raise Refused(f"The client's key cannot be read: {error}.") from error
        yield system
